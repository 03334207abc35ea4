// @supabase/stripe-sync-engine as it is: each of its backfills, then the events that happened as webhooks, into PostgreSQL.
// Prints what it did as JSON. Run with the address of the local Stripe and that of an empty database.

const Stripe = require('stripe');
const { StripeSync, runMigrations } = require('@supabase/stripe-sync-engine');

const BACKFILLS = [
  'product', 'price', 'plan', 'customer', 'subscription', 'subscription_schedules', 'invoice', 'charge', 'setup_intent',
  'payment_method', 'payment_intent', 'tax_id', 'credit_note', 'dispute', 'early_fraud_warning', 'refund',
  'checkout_sessions',
];
const SECRET = 'whsec_of_the_library';

async function main([url, database]) {
  const address = new URL(url);
  await runMigrations({ databaseUrl: database, schema: 'stripe', logger: { info() {}, error: console.error } });
  const sync = new StripeSync({
    poolConfig: { connectionString: database },
    stripeSecretKey: 'sk_test_local',
    stripeWebhookSecret: SECRET,
    autoExpandLists: true,
    backfillRelatedEntities: true,
  });
  sync.stripe = new Stripe('sk_test_local', { host: address.hostname, port: address.port, protocol: 'http' });
  const outcome = { backfills: {}, webhooks: {}, rows: {} };
  for (const object of BACKFILLS) {
    try {
      const [done] = Object.values(await sync.syncBackfill({ object })).filter(Boolean);
      outcome.backfills[object] = done.synced;
    } catch (error) {
      outcome.backfills[object] = error.message;
    }
  }
  for await (const event of sync.stripe.events.list({ limit: 100 })) {
    const payload = JSON.stringify(event);
    const header = sync.stripe.webhooks.generateTestHeaderString({ payload, secret: SECRET });
    try {
      await sync.processWebhook(payload, header);
      outcome.webhooks[event.type] ??= 'ok';
    } catch (error) {
      outcome.webhooks[event.type] = error.message;
    }
  }
  const { pool } = sync.postgresClient;
  const counted = 'SELECT table_name AS name FROM information_schema.tables WHERE table_schema = $1';
  for (const { name } of (await pool.query(counted, ['stripe'])).rows) {
    outcome.rows[name] = Number((await pool.query(`SELECT count(*) FROM stripe.${name}`)).rows[0].count);
  }
  await pool.end();
  console.log(JSON.stringify(outcome));
}

main(process.argv.slice(2));
