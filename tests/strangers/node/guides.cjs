// The flows of Stripe's integration guides, by stripe-node as it is. Prints a line for each: its name, and "ok" or why not.
// Run with the address of the local Stripe.

const assert = require('node:assert/strict');
const http = require('node:http');
const Stripe = require('stripe');

const address = new URL(process.argv[2]);
const stripe = new Stripe('sk_test_51LocalLocalLocalLocalLocal00', {
  host: address.hostname,
  port: address.port,
  protocol: 'http',
  maxNetworkRetries: 0,
});

async function monthly(amount) {
  const product = await stripe.products.create({ name: 'Pro' });
  return stripe.prices.create({ product: product.id, currency: 'usd', unit_amount: amount, recurring: { interval: 'month' } });
}

async function payingCustomer(card = 'pm_card_visa', more = {}) {
  const customer = await stripe.customers.create({ email: 'ada@example.com', ...more });
  const method = await stripe.paymentMethods.attach(card, { customer: customer.id });
  return stripe.customers.update(customer.id, { invoice_settings: { default_payment_method: method.id } });
}

async function failure(promise) {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  throw new Error('it was not refused');
}

const flows = {
  // docs.stripe.com/billing/subscriptions/build-subscriptions
  async 'a subscription that is paid for in the browser'() {
    const customer = await stripe.customers.create({ email: 'ada@example.com', name: 'Ada' });
    const price = await monthly(1500);
    const subscription = await stripe.subscriptions.create({
      customer: customer.id,
      items: [{ price: price.id }],
      payment_behavior: 'default_incomplete',
      payment_settings: { save_default_payment_method: 'on_subscription' },
      expand: ['latest_invoice.confirmation_secret'],
    });
    assert.equal(subscription.status, 'incomplete');
    const [intent] = subscription.latest_invoice.confirmation_secret.client_secret.split('_secret_');
    const paid = await stripe.paymentIntents.confirm(intent, { payment_method: 'pm_card_visa' });
    assert.equal(paid.status, 'succeeded');
    const active = await stripe.subscriptions.retrieve(subscription.id, { expand: ['latest_invoice'] });
    assert.equal(active.status, 'active');
    assert.equal(active.default_payment_method, paid.payment_method);
    assert.equal(active.latest_invoice.amount_paid, 1500);
  },
  // docs.stripe.com/payments/save-and-reuse
  async 'a card is saved and charged later'() {
    const customer = await stripe.customers.create();
    const intent = await stripe.setupIntents.create({ customer: customer.id, automatic_payment_methods: { enabled: true, allow_redirects: 'never' } });
    const saved = await stripe.setupIntents.confirm(intent.id, { payment_method: 'pm_card_visa' });
    assert.equal(saved.status, 'succeeded');
    const { data } = await stripe.customers.listPaymentMethods(customer.id, { type: 'card' });
    assert.deepEqual(data.map((method) => method.id), [saved.payment_method]);
    const charged = await stripe.paymentIntents.create({
      amount: 1099, currency: 'usd', customer: customer.id, payment_method: data[0].id, off_session: true, confirm: true,
    });
    assert.equal(charged.status, 'succeeded');
    const refund = await stripe.refunds.create({ payment_intent: charged.id, amount: 99 });
    assert.equal(refund.amount, 99);
  },
  // docs.stripe.com/billing/subscriptions/change-price
  async 'a change of price is previewed, made, and cancelled at the end of the period'() {
    const customer = await payingCustomer();
    const [small, large] = [await monthly(1000), await monthly(3000)];
    const subscription = await stripe.subscriptions.create({ customer: customer.id, items: [{ price: small.id }] });
    const items = [{ id: subscription.items.data[0].id, price: large.id }];
    const preview = await stripe.invoices.createPreview({
      customer: customer.id,
      subscription: subscription.id,
      subscription_details: { items, proration_behavior: 'always_invoice' },
    });
    const changed = await stripe.subscriptions.update(subscription.id, {
      items, proration_behavior: 'always_invoice', expand: ['latest_invoice'],
    });
    assert.ok(Math.abs(changed.latest_invoice.total - preview.total) <= 1);
    const ending = await stripe.subscriptions.update(subscription.id, { cancel_at_period_end: true });
    assert.equal(ending.cancel_at, ending.items.data[0].current_period_end);
    assert.equal((await stripe.subscriptions.cancel(subscription.id)).status, 'canceled');
  },
  // docs.stripe.com/billing/subscriptions/usage-based/implementation-guide
  async 'usage is metered and billed'() {
    const customer = await payingCustomer();
    const meter = await stripe.billing.meters.create({
      display_name: 'Tokens', event_name: 'tokens', default_aggregation: { formula: 'sum' },
    });
    const product = await stripe.products.create({ name: 'Tokens' });
    const price = await stripe.prices.create({
      product: product.id, currency: 'usd', unit_amount_decimal: '0.4',
      recurring: { interval: 'month', usage_type: 'metered', meter: meter.id },
    });
    const subscription = await stripe.subscriptions.create({ customer: customer.id, items: [{ price: price.id }] });
    await stripe.billing.meterEvents.create({
      event_name: 'tokens', payload: { stripe_customer_id: customer.id, value: '2500' },
    });
    const due = await stripe.invoices.createPreview({ subscription: subscription.id });
    assert.equal(due.total, 1000);
  },
  // docs.stripe.com/invoicing/integration
  async 'an invoice is written, sent, paid and credited'() {
    const customer = await payingCustomer();
    const invoice = await stripe.invoices.create({
      customer: customer.id, collection_method: 'send_invoice', days_until_due: 30,
    });
    await stripe.invoiceItems.create({ customer: customer.id, invoice: invoice.id, amount: 2000, currency: 'usd', description: 'Set-up' });
    const sent = await stripe.invoices.sendInvoice(invoice.id);
    assert.equal(sent.status, 'open');
    assert.match(sent.hosted_invoice_url, /^http:/);
    assert.equal((await stripe.invoices.pay(invoice.id)).status, 'paid');
    const note = await stripe.creditNotes.create({
      invoice: invoice.id, lines: [{ type: 'custom_line_item', description: 'Sorry', quantity: 1, unit_amount: 500 }], refund_amount: 500,
    });
    assert.equal(note.total, 500);
  },
  // docs.stripe.com/billing/subscriptions/coupons
  // docs.stripe.com/quotes/create
  async 'a quote is read as a file and accepted'() {
    const customer = await payingCustomer();
    const price = await monthly(1500);
    const quote = await stripe.quotes.create({ customer: customer.id, line_items: [{ price: price.id, quantity: 2 }] });
    await stripe.quotes.finalizeQuote(quote.id);
    const chunks = [];
    for await (const chunk of await stripe.quotes.pdf(quote.id)) chunks.push(chunk);
    assert.match(Buffer.concat(chunks).toString('latin1'), /^%PDF-1\.\d[^]*\$30\.00[^]*%%EOF\n$/);
    assert.match((await stripe.quotes.accept(quote.id)).subscription, /^sub_/);
  },
  // docs.stripe.com/payments/bank-transfers/accept-a-payment
  async 'a bank transfer pays what waits for it'() {
    const customer = await stripe.customers.create();
    const waiting = await stripe.paymentIntents.create({
      amount: 3000, currency: 'usd', customer: customer.id, confirm: true,
      allowed_payment_method_types: ['customer_balance'], payment_method_data: { type: 'customer_balance' },
      payment_method_options: { customer_balance: { funding_type: 'bank_transfer', bank_transfer: { type: 'us_bank_transfer' } } },
    });
    const { reference, amount_remaining } = waiting.next_action.display_bank_transfer_instructions;
    await stripe.testHelpers.customers.fundCashBalance(customer.id, { amount: amount_remaining, currency: 'usd', reference });
    assert.equal((await stripe.paymentIntents.retrieve(waiting.id)).status, 'succeeded');
    assert.equal((await stripe.customers.retrieveCashBalance(customer.id)).available.usd, 0);
  },
  async 'a promotion code takes off what its coupon says'() {
    const customer = await payingCustomer();
    const coupon = await stripe.coupons.create({ percent_off: 20, duration: 'once' });
    const code = await stripe.promotionCodes.create({ promotion: { type: 'coupon', coupon: coupon.id }, code: 'HELLO' });
    const price = await monthly(1000);
    const subscription = await stripe.subscriptions.create({
      customer: customer.id, items: [{ price: price.id }], discounts: [{ promotion_code: code.id }], expand: ['latest_invoice'],
    });
    assert.equal(subscription.latest_invoice.amount_paid, 800);
  },
  // docs.stripe.com/billing/testing/test-clocks
  async 'a test clock renews what it holds'() {
    const start = Math.floor(Date.now() / 1000);
    const clock = await stripe.testHelpers.testClocks.create({ frozen_time: start });
    const customer = await payingCustomer('pm_card_visa', { test_clock: clock.id });
    const price = await monthly(1000);
    const subscription = await stripe.subscriptions.create({ customer: customer.id, items: [{ price: price.id }], trial_period_days: 7 });
    assert.equal(subscription.status, 'trialing');
    await stripe.testHelpers.testClocks.advance(clock.id, { frozen_time: start + 8 * 86400 });
    let status = 'advancing';
    for (let attempt = 0; status !== 'ready' && attempt < 200; attempt += 1) {
      ({ status } = await stripe.testHelpers.testClocks.retrieve(clock.id));
    }
    const { data } = await stripe.invoices.list({ subscription: subscription.id });
    assert.equal((await stripe.subscriptions.retrieve(subscription.id)).status, 'active');
    assert.equal(data.length, 2);
  },
  // docs.stripe.com/customer-management, docs.stripe.com/billing/entitlements
  async 'the portal is linked to, and entitlements are listed'() {
    const customer = await payingCustomer();
    const feature = await stripe.entitlements.features.create({ name: 'Export', lookup_key: 'export' });
    const price = await monthly(1000);
    await stripe.products.createFeature(price.product, { entitlement_feature: feature.id });
    await stripe.subscriptions.create({ customer: customer.id, items: [{ price: price.id }] });
    const { data } = await stripe.entitlements.activeEntitlements.list({ customer: customer.id });
    assert.deepEqual(data.map((entitlement) => entitlement.lookup_key), ['export']);
    await stripe.billingPortal.configurations.create({ features: { invoice_history: { enabled: true } } });
    const session = await stripe.billingPortal.sessions.create({ customer: customer.id, return_url: 'https://shop.example' });
    assert.match(session.url, /^https?:/);
  },
  // docs.stripe.com/webhooks
  async 'webhooks arrive, signed'() {
    const received = [];
    let arrived;
    const all = new Promise((resolve) => { arrived = resolve; });
    let secret;
    const receiver = http.createServer((request, response) => {
      let body = '';
      request.on('data', (chunk) => { body += chunk; });
      request.on('end', () => {
        received.push(stripe.webhooks.constructEvent(body, request.headers['stripe-signature'], secret).type);
        response.end();
        if (received.length === 2) arrived();
      });
    });
    await new Promise((resolve) => receiver.listen(0, '127.0.0.1', resolve));
    try {
      const endpoint = await stripe.webhookEndpoints.create({
        url: `http://127.0.0.1:${receiver.address().port}/stripe`, enabled_events: ['customer.created', 'customer.deleted'],
      });
      secret = endpoint.secret;
      const customer = await stripe.customers.create();
      await stripe.customers.del(customer.id);
      await all;
      assert.deepEqual(received.sort(), ['customer.created', 'customer.deleted']);
      await stripe.webhookEndpoints.del(endpoint.id);
    } finally {
      receiver.closeAllConnections();
      receiver.close();
    }
  },
  // docs.stripe.com/error-handling, docs.stripe.com/api/idempotent_requests, docs.stripe.com/api/pagination/auto
  async 'refusals, repetitions and pages are those of Stripe'() {
    const customer = await stripe.customers.create({ name: 'Ada' }, { idempotencyKey: 'ada' });
    assert.equal((await stripe.customers.create({ name: 'Ada' }, { idempotencyKey: 'ada' })).id, customer.id);
    const other = await failure(stripe.customers.create({ name: 'Bob' }, { idempotencyKey: 'ada' }));
    assert.ok(other instanceof Stripe.errors.StripeIdempotencyError);
    const declined = await failure(stripe.paymentIntents.create({
      amount: 500, currency: 'usd', payment_method: 'pm_card_chargeDeclinedInsufficientFunds', confirm: true,
      automatic_payment_methods: { enabled: true, allow_redirects: 'never' },
    }));
    assert.ok(declined instanceof Stripe.errors.StripeCardError);
    assert.deepEqual([declined.code, declined.decline_code], ['card_declined', 'insufficient_funds']);
    const missing = await failure(stripe.prices.retrieve('price_none'));
    assert.ok(missing instanceof Stripe.errors.StripeInvalidRequestError);
    assert.equal(missing.statusCode, 404);
    for (let number = 0; number < 5; number += 1) await stripe.coupons.create({ id: `c${number}`, percent_off: 10, duration: 'once' });
    const ids = [];
    for await (const coupon of stripe.coupons.list({ limit: 2 })) ids.push(coupon.id);
    assert.ok(ids.length >= 5 && new Set(ids).size === ids.length);
  },
  // docs.stripe.com/connect/authentication: suites of tests beside each other
  async 'an account of its own keeps its data apart'() {
    const account = await stripe.accounts.create({ type: 'standard' });
    const there = { stripeAccount: account.id };
    await stripe.customers.create({ name: 'Eve' }, there);
    const { data } = await stripe.customers.list({}, there);
    assert.deepEqual(data.map((customer) => customer.name), ['Eve']);
  },
};

(async () => {
  for (const [name, flow] of Object.entries(flows)) {
    try {
      await flow();
      console.log(`${name}: ok`);
    } catch (error) {
      console.log(`${name}: ${error.message.split('\n')[0]}`);
    }
  }
})();
