// @better-auth/stripe as it is: a user signs up, presses the button, pays in Checkout, and has an active subscription once
// the webhook has come. Prints what is true at each step as JSON. Run with the address of the local Stripe.

import { DatabaseSync } from 'node:sqlite';
import { betterAuth } from 'better-auth';
import { getMigrations } from 'better-auth/db/migration';
import { stripe as stripePlugin } from '@better-auth/stripe';
import Stripe from 'stripe';

const url = new URL(process.argv[2]);
const SECRET = 'whsec_of_the_shop';
const stripe = new Stripe('sk_test_local', { host: url.hostname, port: url.port, protocol: 'http' });
const product = await stripe.products.create({ name: 'Pro' });
const price = await stripe.prices.create({
  product: product.id, currency: 'usd', unit_amount: 1500, recurring: { interval: 'month' },
});
const options = {
  database: new DatabaseSync(':memory:'),
  secret: 'a-secret-that-is-long-enough-for-tests',
  baseURL: 'http://shop.example',
  trustedOrigins: ['http://shop.example'],
  emailAndPassword: { enabled: true },
  plugins: [
    stripePlugin({
      stripeClient: stripe,
      stripeWebhookSecret: SECRET,
      createCustomerOnSignUp: true,
      subscription: { enabled: true, plans: [{ name: 'pro', priceId: price.id }] },
    }),
  ],
};
const auth = betterAuth(options);
await (await getMigrations(options)).runMigrations();

async function call(path, body, headers = {}) {
  const request = new Request(`http://shop.example/api/auth${path}`, {
    method: body === undefined ? 'GET' : 'POST',
    headers: { 'content-type': 'application/json', origin: 'http://shop.example', ...headers },
    body,
  });
  const response = await auth.handler(request);
  const text = await response.text();
  if (!response.ok) throw new Error(`${path}: ${response.status} ${text}`);
  return { json: text ? JSON.parse(text) : null, cookie: response.headers.getSetCookie().map((each) => each.split(';')[0]).join('; ') };
}

const { cookie } = await call('/sign-up/email', JSON.stringify({ email: 'ada@example.com', password: 'correct horse', name: 'Ada' }));
const button = { plan: 'pro', successUrl: 'http://shop.example/thanks', cancelUrl: 'http://shop.example/plans' };
const { json: upgrade } = await call('/subscription/upgrade', JSON.stringify(button), { cookie });
const [session] = (await stripe.checkout.sessions.list()).data;
const before = (await call('/subscription/list', undefined, { cookie })).json;
// What the page of Stripe's does with the form, by the call that Stripe's CLI makes in its place.
const method = await stripe.paymentMethods.create({ type: 'card', card: { token: 'tok_visa' } });
await stripe.rawRequest('POST', `/v1/payment_pages/${session.id}/confirm`, { payment_method: method.id, expected_amount: 1500 });
const events = (await stripe.events.list({ limit: 100 })).data.reverse();
for (const event of events) {
  const payload = JSON.stringify(event);
  const header = stripe.webhooks.generateTestHeaderString({ payload, secret: SECRET });
  await call('/stripe/webhook', payload, { 'stripe-signature': header });
}
const after = (await call('/subscription/list', undefined, { cookie })).json;
console.log(JSON.stringify({ page: upgrade.url, session: session.url, before: before.length, after: after.map((each) => [each.plan, each.status]) }));
