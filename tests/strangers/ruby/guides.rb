# The flows of Stripe's integration guides, by stripe-ruby as it is. Prints a line for each: its name, and "ok" or why not.
# Run with the address of the local Stripe.

require 'socket'
require 'stripe'

Stripe.max_network_retries = 0
CLIENT = Stripe::StripeClient.new('sk_test_51LocalLocalLocalLocalLocal00', api_base: ARGV[0])
STRIPE = CLIENT.v1

def equal(found, wanted)
  raise "#{found.inspect}, and not #{wanted.inspect}" unless found == wanted
end

def refusal
  yield
rescue Stripe::StripeError => error
  error
else
  raise 'it was not refused'
end

def monthly(amount)
  product = STRIPE.products.create({ name: 'Pro' })
  STRIPE.prices.create({ product: product.id, currency: 'usd', unit_amount: amount, recurring: { interval: 'month' } })
end

def paying_customer(params = {})
  customer = STRIPE.customers.create({ email: 'ada@example.com', **params })
  method = STRIPE.payment_methods.attach('pm_card_visa', { customer: customer.id })
  STRIPE.customers.update(customer.id, { invoice_settings: { default_payment_method: method.id } })
end

# Return the two requests that Stripe makes of an endpoint: of each its signature and its body.
def deliveries(server)
  Array.new(2) do
    connection = server.accept
    headers = {}
    while (line = connection.gets.chomp) != ''
      name, value = line.split(': ', 2)
      headers[name.downcase] = value
    end
    body = connection.read(headers['content-length'].to_i)
    connection.write("HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
    connection.close
    [headers['stripe-signature'], body]
  end
end

FLOWS = {
  # docs.stripe.com/billing/subscriptions/build-subscriptions
  'a subscription that is paid for in the browser' => lambda do
    customer = STRIPE.customers.create({ email: 'ada@example.com', name: 'Ada' })
    subscription = STRIPE.subscriptions.create(
      {
        customer: customer.id,
        items: [{ price: monthly(1500).id }],
        payment_behavior: 'default_incomplete',
        payment_settings: { save_default_payment_method: 'on_subscription' },
        expand: ['latest_invoice.confirmation_secret']
      }
    )
    equal(subscription.status, 'incomplete')
    intent = subscription.latest_invoice.confirmation_secret.client_secret.split('_secret_').first
    paid = STRIPE.payment_intents.confirm(intent, { payment_method: 'pm_card_visa' })
    equal(paid.status, 'succeeded')
    active = STRIPE.subscriptions.retrieve(subscription.id, { expand: ['latest_invoice'] })
    equal(active.status, 'active')
    equal(active.default_payment_method, paid.payment_method)
    equal(active.latest_invoice.amount_paid, 1500)
  end,
  # docs.stripe.com/payments/save-and-reuse
  'a card is saved and charged later' => lambda do
    customer = STRIPE.customers.create({})
    intent = STRIPE.setup_intents.create(
      { customer: customer.id, automatic_payment_methods: { enabled: true, allow_redirects: 'never' } }
    )
    saved = STRIPE.setup_intents.confirm(intent.id, { payment_method: 'pm_card_visa' })
    equal(saved.status, 'succeeded')
    charged = STRIPE.payment_intents.create(
      {
        amount: 1099, currency: 'usd', customer: customer.id, payment_method: saved.payment_method,
        off_session: true, confirm: true
      }
    )
    equal(charged.status, 'succeeded')
    equal(STRIPE.refunds.create({ payment_intent: charged.id, amount: 99 }).amount, 99)
  end,
  # docs.stripe.com/billing/subscriptions/change-price
  'a change of price is previewed, made, and cancelled at the end of the period' => lambda do
    customer = paying_customer
    large = monthly(3000)
    subscription = STRIPE.subscriptions.create({ customer: customer.id, items: [{ price: monthly(1000).id }] })
    change = {
      items: [{ id: subscription.items.data[0].id, price: large.id }],
      proration_behavior: 'always_invoice',
      proration_date: Time.now.to_i
    }
    preview = STRIPE.invoices.create_preview({ subscription: subscription.id, subscription_details: change })
    changed = STRIPE.subscriptions.update(subscription.id, { **change, expand: ['latest_invoice'] })
    equal(changed.latest_invoice.total, preview.total)
    ending = STRIPE.subscriptions.update(subscription.id, { cancel_at_period_end: true })
    equal(ending.cancel_at, ending.items.data[0].current_period_end)
    equal(STRIPE.subscriptions.cancel(subscription.id).status, 'canceled')
  end,
  # docs.stripe.com/invoicing/integration
  'an invoice is written, sent, paid and credited' => lambda do
    customer = paying_customer
    invoice = STRIPE.invoices.create({ customer: customer.id, collection_method: 'send_invoice', days_until_due: 30 })
    STRIPE.invoice_items.create(
      { customer: customer.id, invoice: invoice.id, amount: 2000, currency: 'usd', description: 'Set-up' }
    )
    equal(STRIPE.invoices.send_invoice(invoice.id).status, 'open')
    equal(STRIPE.invoices.pay(invoice.id).status, 'paid')
    line = { type: 'custom_line_item', description: 'Sorry', quantity: 1, unit_amount: 500 }
    equal(STRIPE.credit_notes.create({ invoice: invoice.id, lines: [line], refund_amount: 500 }).total, 500)
  end,
  # docs.stripe.com/billing/subscriptions/coupons
  'a promotion code takes off what its coupon says' => lambda do
    customer = paying_customer
    coupon = STRIPE.coupons.create({ percent_off: 20, duration: 'once' })
    code = STRIPE.promotion_codes.create({ promotion: { type: 'coupon', coupon: coupon.id }, code: 'HELLO' })
    subscription = STRIPE.subscriptions.create(
      {
        customer: customer.id, items: [{ price: monthly(1000).id }], discounts: [{ promotion_code: code.id }],
        expand: ['latest_invoice']
      }
    )
    equal(subscription.latest_invoice.amount_paid, 800)
  end,
  # docs.stripe.com/billing/testing/test-clocks
  'a test clock renews what it holds' => lambda do
    start = Time.now.to_i
    clocks = STRIPE.test_helpers.test_clocks
    clock = clocks.create({ frozen_time: start })
    customer = paying_customer({ test_clock: clock.id })
    subscription = STRIPE.subscriptions.create(
      { customer: customer.id, items: [{ price: monthly(1000).id }], trial_period_days: 7 }
    )
    equal(subscription.status, 'trialing')
    clocks.advance(clock.id, { frozen_time: start + (8 * 86_400) })
    200.times { break if clocks.retrieve(clock.id).status == 'ready' }
    equal(STRIPE.subscriptions.retrieve(subscription.id).status, 'active')
    equal(STRIPE.invoices.list({ subscription: subscription.id }).data.length, 2)
  end,
  # docs.stripe.com/webhooks
  'webhooks arrive, signed' => lambda do
    server = TCPServer.new('127.0.0.1', 0)
    endpoint = STRIPE.webhook_endpoints.create(
      { url: "http://127.0.0.1:#{server.addr[1]}/stripe", enabled_events: ['customer.created', 'customer.deleted'] }
    )
    STRIPE.customers.delete(STRIPE.customers.create({}).id)
    types = deliveries(server).map do |signature, body|
      Stripe::Webhook.construct_event(body, signature, endpoint.secret).type
    end
    equal(types.sort, ['customer.created', 'customer.deleted'])
    STRIPE.webhook_endpoints.delete(endpoint.id)
  end,
  # docs.stripe.com/error-handling, docs.stripe.com/api/idempotent_requests, docs.stripe.com/api/pagination/auto
  'refusals, repetitions and pages are those of Stripe' => lambda do
    keyed = ->(name) { STRIPE.customers.create({ name: name }, { idempotency_key: 'ada' }) }
    equal(keyed.call('Ada').id, keyed.call('Ada').id)
    equal(refusal { keyed.call('Bob') }.class, Stripe::IdempotencyError)
    declined = refusal do
      STRIPE.payment_intents.create(
        {
          amount: 500, currency: 'usd', payment_method: 'pm_card_chargeDeclinedInsufficientFunds', confirm: true,
          automatic_payment_methods: { enabled: true, allow_redirects: 'never' }
        }
      )
    end
    equal([declined.class, declined.code], [Stripe::CardError, 'card_declined'])
    equal(declined.json_body[:error][:decline_code], 'insufficient_funds')
    missing = refusal { STRIPE.prices.retrieve('price_none') }
    equal([missing.class, missing.http_status], [Stripe::InvalidRequestError, 404])
    5.times { |number| STRIPE.coupons.create({ id: "c#{number}", percent_off: 10, duration: 'once' }) }
    ids = STRIPE.coupons.list({ limit: 2 }).auto_paging_each.map(&:id)
    equal([ids.uniq.length, ids.length >= 5], [ids.length, true])
  end
}.freeze

FLOWS.each do |name, flow|
  flow.call
  puts "#{name}: ok"
rescue StandardError => error
  puts "#{name}: #{error.class}: #{error.message.lines.first}"
end
