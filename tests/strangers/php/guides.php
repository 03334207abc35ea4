<?php
// The flows of Stripe's integration guides, by stripe-php as it is. Prints a line for each: its name, and "ok" or why not.
// Run with the address of the local Stripe, and the autoload.php of Composer before it.

declare(strict_types=1);

$stripe = new \Stripe\StripeClient(['api_key' => 'sk_test_51LocalLocalLocalLocalLocal00', 'api_base' => $argv[1]]);

function equal(mixed $found, mixed $wanted): void
{
    if ($found !== $wanted) {
        throw new RuntimeException(json_encode($found) . ', and not ' . json_encode($wanted));
    }
}

function refusal(callable $call): \Stripe\Exception\ApiErrorException
{
    try {
        $call();
    } catch (\Stripe\Exception\ApiErrorException $refused) {
        return $refused;
    }
    throw new RuntimeException('it was not refused');
}

function monthly(int $amount): \Stripe\Price
{
    global $stripe;
    $product = $stripe->products->create(['name' => 'Pro']);
    return $stripe->prices->create([
        'product' => $product->id, 'currency' => 'usd', 'unit_amount' => $amount, 'recurring' => ['interval' => 'month'],
    ]);
}

function paying_customer(array $params = []): \Stripe\Customer
{
    global $stripe;
    $customer = $stripe->customers->create(['email' => 'ada@example.com', ...$params]);
    $method = $stripe->paymentMethods->attach('pm_card_visa', ['customer' => $customer->id]);
    return $stripe->customers->update($customer->id, ['invoice_settings' => ['default_payment_method' => $method->id]]);
}

/** Return the signature and the body of the next request that Stripe makes of an endpoint. */
function delivery($server): array
{
    $connection = stream_socket_accept($server, 60);
    $headers = [];
    while (($line = rtrim(fgets($connection), "\r\n")) !== '') {
        [$name, $value] = [...explode(': ', $line, 2), ''];
        $headers[strtolower($name)] = $value;
    }
    $body = stream_get_contents($connection, (int) $headers['content-length']);
    fwrite($connection, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
    fclose($connection);
    return [$headers['stripe-signature'], $body];
}

$flows = [
    // docs.stripe.com/billing/subscriptions/build-subscriptions
    'a subscription that is paid for in the browser' => function () use ($stripe) {
        $customer = $stripe->customers->create(['email' => 'ada@example.com', 'name' => 'Ada']);
        $subscription = $stripe->subscriptions->create([
            'customer' => $customer->id,
            'items' => [['price' => monthly(1500)->id]],
            'payment_behavior' => 'default_incomplete',
            'payment_settings' => ['save_default_payment_method' => 'on_subscription'],
            'expand' => ['latest_invoice.confirmation_secret'],
        ]);
        equal($subscription->status, 'incomplete');
        $secret = $subscription->latest_invoice->confirmation_secret->client_secret;
        $paid = $stripe->paymentIntents->confirm(explode('_secret_', $secret)[0], ['payment_method' => 'pm_card_visa']);
        equal($paid->status, 'succeeded');
        $active = $stripe->subscriptions->retrieve($subscription->id, ['expand' => ['latest_invoice']]);
        equal($active->status, 'active');
        equal($active->default_payment_method, $paid->payment_method);
        equal($active->latest_invoice->amount_paid, 1500);
    },
    // docs.stripe.com/payments/save-and-reuse
    'a card is saved and charged later' => function () use ($stripe) {
        $customer = $stripe->customers->create();
        $intent = $stripe->setupIntents->create([
            'customer' => $customer->id, 'automatic_payment_methods' => ['enabled' => true, 'allow_redirects' => 'never'],
        ]);
        $saved = $stripe->setupIntents->confirm($intent->id, ['payment_method' => 'pm_card_visa']);
        equal($saved->status, 'succeeded');
        $charged = $stripe->paymentIntents->create([
            'amount' => 1099, 'currency' => 'usd', 'customer' => $customer->id,
            'payment_method' => $saved->payment_method, 'off_session' => true, 'confirm' => true,
        ]);
        equal($charged->status, 'succeeded');
        equal($stripe->refunds->create(['payment_intent' => $charged->id, 'amount' => 99])->amount, 99);
    },
    // docs.stripe.com/billing/subscriptions/change-price
    'a change of price is previewed, made, and cancelled at the end of the period' => function () use ($stripe) {
        $customer = paying_customer();
        $large = monthly(3000);
        $subscription = $stripe->subscriptions->create([
            'customer' => $customer->id, 'items' => [['price' => monthly(1000)->id]],
        ]);
        $change = [
            'items' => [['id' => $subscription->items->data[0]->id, 'price' => $large->id]],
            'proration_behavior' => 'always_invoice',
            'proration_date' => time(),
        ];
        $preview = $stripe->invoices->createPreview(['subscription' => $subscription->id, 'subscription_details' => $change]);
        $changed = $stripe->subscriptions->update($subscription->id, [...$change, 'expand' => ['latest_invoice']]);
        equal($changed->latest_invoice->total, $preview->total);
        $ending = $stripe->subscriptions->update($subscription->id, ['cancel_at_period_end' => true]);
        equal($ending->cancel_at, $ending->items->data[0]->current_period_end);
        equal($stripe->subscriptions->cancel($subscription->id)->status, 'canceled');
    },
    // docs.stripe.com/invoicing/integration
    'an invoice is written, sent, paid and credited' => function () use ($stripe) {
        $customer = paying_customer();
        $invoice = $stripe->invoices->create([
            'customer' => $customer->id, 'collection_method' => 'send_invoice', 'days_until_due' => 30,
        ]);
        $stripe->invoiceItems->create([
            'customer' => $customer->id, 'invoice' => $invoice->id, 'amount' => 2000, 'currency' => 'usd',
            'description' => 'Set-up',
        ]);
        equal($stripe->invoices->sendInvoice($invoice->id)->status, 'open');
        equal($stripe->invoices->pay($invoice->id)->status, 'paid');
        $line = ['type' => 'custom_line_item', 'description' => 'Sorry', 'quantity' => 1, 'unit_amount' => 500];
        $note = $stripe->creditNotes->create(['invoice' => $invoice->id, 'lines' => [$line], 'refund_amount' => 500]);
        equal($note->total, 500);
    },
    // docs.stripe.com/billing/subscriptions/coupons
    'a promotion code takes off what its coupon says' => function () use ($stripe) {
        $customer = paying_customer();
        $coupon = $stripe->coupons->create(['percent_off' => 20, 'duration' => 'once']);
        $code = $stripe->promotionCodes->create([
            'promotion' => ['type' => 'coupon', 'coupon' => $coupon->id], 'code' => 'HELLO',
        ]);
        $subscription = $stripe->subscriptions->create([
            'customer' => $customer->id, 'items' => [['price' => monthly(1000)->id]],
            'discounts' => [['promotion_code' => $code->id]], 'expand' => ['latest_invoice'],
        ]);
        equal($subscription->latest_invoice->amount_paid, 800);
    },
    // docs.stripe.com/billing/testing/test-clocks
    'a test clock renews what it holds' => function () use ($stripe) {
        $start = time();
        $clocks = $stripe->testHelpers->testClocks;
        $clock = $clocks->create(['frozen_time' => $start]);
        $customer = paying_customer(['test_clock' => $clock->id]);
        $subscription = $stripe->subscriptions->create([
            'customer' => $customer->id, 'items' => [['price' => monthly(1000)->id]], 'trial_period_days' => 7,
        ]);
        equal($subscription->status, 'trialing');
        $clock = $clocks->advance($clock->id, ['frozen_time' => $start + 8 * 86400]);
        for ($attempt = 0; $clock->status !== 'ready' && $attempt < 200; $attempt++) {
            $clock = $clocks->retrieve($clock->id);
        }
        equal($stripe->subscriptions->retrieve($subscription->id)->status, 'active');
        equal(count($stripe->invoices->all(['subscription' => $subscription->id])->data), 2);
    },
    // docs.stripe.com/webhooks
    'webhooks arrive, signed' => function () use ($stripe) {
        $server = stream_socket_server('tcp://127.0.0.1:0');
        $endpoint = $stripe->webhookEndpoints->create([
            'url' => 'http://' . stream_socket_get_name($server, false) . '/stripe',
            'enabled_events' => ['customer.created', 'customer.deleted'],
        ]);
        $stripe->customers->delete($stripe->customers->create()->id);
        $types = [];
        foreach ([1, 2] as $ignored) {
            [$signature, $body] = delivery($server);
            $types[] = \Stripe\Webhook::constructEvent($body, $signature, $endpoint->secret)->type;
        }
        sort($types);
        equal($types, ['customer.created', 'customer.deleted']);
        $stripe->webhookEndpoints->delete($endpoint->id);
    },
    // docs.stripe.com/error-handling, docs.stripe.com/api/idempotent_requests, docs.stripe.com/api/pagination/auto
    'refusals, repetitions and pages are those of Stripe' => function () use ($stripe) {
        $keyed = fn (string $name) => $stripe->customers->create(['name' => $name], ['idempotency_key' => 'ada']);
        equal($keyed('Ada')->id, $keyed('Ada')->id);
        equal(get_class(refusal(fn () => $keyed('Bob'))), \Stripe\Exception\IdempotencyException::class);
        $declined = refusal(fn () => $stripe->paymentIntents->create([
            'amount' => 500, 'currency' => 'usd', 'payment_method' => 'pm_card_chargeDeclinedInsufficientFunds',
            'confirm' => true, 'automatic_payment_methods' => ['enabled' => true, 'allow_redirects' => 'never'],
        ]));
        equal(get_class($declined), \Stripe\Exception\CardException::class);
        equal([$declined->getStripeCode(), $declined->getDeclineCode()], ['card_declined', 'insufficient_funds']);
        $missing = refusal(fn () => $stripe->prices->retrieve('price_none'));
        equal(get_class($missing), \Stripe\Exception\InvalidRequestException::class);
        equal($missing->getHttpStatus(), 404);
        foreach (range(1, 5) as $number) {
            $stripe->coupons->create(['id' => "c$number", 'percent_off' => 10, 'duration' => 'once']);
        }
        $ids = [];
        foreach ($stripe->coupons->all(['limit' => 2])->autoPagingIterator() as $coupon) {
            $ids[] = $coupon->id;
        }
        equal([count(array_unique($ids)), count($ids) >= 5], [count($ids), true]);
    },
];

foreach ($flows as $name => $flow) {
    try {
        $flow();
        echo "$name: ok\n";
    } catch (Throwable $failure) {
        echo "$name: ", get_class($failure), ': ', strtok($failure->getMessage(), "\n"), "\n";
    }
}
