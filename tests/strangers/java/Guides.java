// The flows of Stripe's integration guides, by stripe-java as it is. Prints a line for each: its name, and "ok" or why not.
// Run with the address of the local Stripe.

import com.stripe.StripeClient;
import com.stripe.exception.CardException;
import com.stripe.exception.IdempotencyException;
import com.stripe.exception.InvalidRequestException;
import com.stripe.exception.SignatureVerificationException;
import com.stripe.exception.StripeException;
import com.stripe.model.Customer;
import com.stripe.model.Price;
import com.stripe.model.Subscription;
import com.stripe.net.RequestOptions;
import com.stripe.param.*;
import com.stripe.param.testhelpers.TestClockAdvanceParams;
import com.stripe.param.testhelpers.TestClockCreateParams;
import com.stripe.service.V1Services;
import com.sun.net.httpserver.HttpServer;
import java.math.BigDecimal;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;

public class Guides {
  interface Flow {
    void go() throws Exception;
  }

  static StripeClient client;
  static V1Services stripe;

  static void equal(Object found, Object wanted) {
    if (!found.equals(wanted)) throw new AssertionError(found + ", and not " + wanted);
  }

  static StripeException refusal(Flow flow) throws Exception {
    try {
      flow.go();
    } catch (StripeException refused) {
      return refused;
    }
    throw new AssertionError("it was not refused");
  }

  static Price monthly(long amount) throws StripeException {
    var product = stripe.products().create(ProductCreateParams.builder().setName("Pro").build());
    return stripe.prices().create(PriceCreateParams.builder()
        .setProduct(product.getId()).setCurrency("usd").setUnitAmount(amount)
        .setRecurring(PriceCreateParams.Recurring.builder().setInterval(PriceCreateParams.Recurring.Interval.MONTH).build())
        .build());
  }

  static Customer payingCustomer(CustomerCreateParams params) throws StripeException {
    var customer = stripe.customers().create(params);
    var method = stripe.paymentMethods().attach(
        "pm_card_visa", PaymentMethodAttachParams.builder().setCustomer(customer.getId()).build());
    return stripe.customers().update(customer.getId(), CustomerUpdateParams.builder()
        .setInvoiceSettings(CustomerUpdateParams.InvoiceSettings.builder().setDefaultPaymentMethod(method.getId()).build())
        .build());
  }

  static SubscriptionCreateParams.Builder subscribing(Customer customer, Price price) {
    return SubscriptionCreateParams.builder().setCustomer(customer.getId())
        .addItem(SubscriptionCreateParams.Item.builder().setPrice(price.getId()).build());
  }

  // docs.stripe.com/billing/subscriptions/build-subscriptions
  static void paidInTheBrowser() throws StripeException {
    var customer = stripe.customers().create(CustomerCreateParams.builder().setEmail("ada@example.com").setName("Ada").build());
    var subscription = stripe.subscriptions().create(subscribing(customer, monthly(1500))
        .setPaymentBehavior(SubscriptionCreateParams.PaymentBehavior.DEFAULT_INCOMPLETE)
        .setPaymentSettings(SubscriptionCreateParams.PaymentSettings.builder()
            .setSaveDefaultPaymentMethod(SubscriptionCreateParams.PaymentSettings.SaveDefaultPaymentMethod.ON_SUBSCRIPTION)
            .build())
        .addExpand("latest_invoice.confirmation_secret")
        .build());
    equal(subscription.getStatus(), "incomplete");
    var secret = subscription.getLatestInvoiceObject().getConfirmationSecret().getClientSecret();
    var paid = stripe.paymentIntents().confirm(
        secret.split("_secret_")[0], PaymentIntentConfirmParams.builder().setPaymentMethod("pm_card_visa").build());
    equal(paid.getStatus(), "succeeded");
    var active = stripe.subscriptions().retrieve(
        subscription.getId(), SubscriptionRetrieveParams.builder().addExpand("latest_invoice").build());
    equal(active.getStatus(), "active");
    equal(active.getDefaultPaymentMethod(), paid.getPaymentMethod());
    equal(active.getLatestInvoiceObject().getAmountPaid(), 1500L);
  }

  // docs.stripe.com/payments/save-and-reuse
  static void savedAndCharged() throws StripeException {
    var customer = stripe.customers().create();
    var intent = stripe.setupIntents().create(SetupIntentCreateParams.builder()
        .setCustomer(customer.getId())
        .setAutomaticPaymentMethods(SetupIntentCreateParams.AutomaticPaymentMethods.builder()
            .setEnabled(true)
            .setAllowRedirects(SetupIntentCreateParams.AutomaticPaymentMethods.AllowRedirects.NEVER).build())
        .build());
    var saved = stripe.setupIntents().confirm(
        intent.getId(), SetupIntentConfirmParams.builder().setPaymentMethod("pm_card_visa").build());
    equal(saved.getStatus(), "succeeded");
    var methods = stripe.customers().paymentMethods().list(
        customer.getId(), CustomerPaymentMethodListParams.builder().build()).getData();
    equal(methods.get(0).getId(), saved.getPaymentMethod());
    var charged = stripe.paymentIntents().create(PaymentIntentCreateParams.builder()
        .setAmount(1099L).setCurrency("usd").setCustomer(customer.getId()).setPaymentMethod(saved.getPaymentMethod())
        .setOffSession(true).setConfirm(true).build());
    equal(charged.getStatus(), "succeeded");
    var refund = stripe.refunds().create(
        RefundCreateParams.builder().setPaymentIntent(charged.getId()).setAmount(99L).build());
    equal(refund.getAmount(), 99L);
  }

  // docs.stripe.com/billing/subscriptions/change-price
  static void changedAndCancelled() throws StripeException {
    var customer = payingCustomer(CustomerCreateParams.builder().build());
    var large = monthly(3000);
    var subscription = stripe.subscriptions().create(subscribing(customer, monthly(1000)).build());
    var item = subscription.getItems().getData().get(0).getId();
    var at = System.currentTimeMillis() / 1000;
    var preview = stripe.invoices().createPreview(InvoiceCreatePreviewParams.builder()
        .setSubscription(subscription.getId())
        .setSubscriptionDetails(InvoiceCreatePreviewParams.SubscriptionDetails.builder()
            .addItem(InvoiceCreatePreviewParams.SubscriptionDetails.Item.builder().setId(item).setPrice(large.getId()).build())
            .setProrationBehavior(InvoiceCreatePreviewParams.SubscriptionDetails.ProrationBehavior.ALWAYS_INVOICE)
            .setProrationDate(at).build())
        .build());
    var changed = stripe.subscriptions().update(subscription.getId(), SubscriptionUpdateParams.builder()
        .addItem(SubscriptionUpdateParams.Item.builder().setId(item).setPrice(large.getId()).build())
        .setProrationBehavior(SubscriptionUpdateParams.ProrationBehavior.ALWAYS_INVOICE)
        .setProrationDate(at).addExpand("latest_invoice").build());
    equal(changed.getLatestInvoiceObject().getTotal(), preview.getTotal());
    var ending = stripe.subscriptions().update(
        subscription.getId(), SubscriptionUpdateParams.builder().setCancelAtPeriodEnd(true).build());
    equal(ending.getCancelAt(), ending.getItems().getData().get(0).getCurrentPeriodEnd());
    equal(stripe.subscriptions().cancel(subscription.getId()).getStatus(), "canceled");
  }

  // docs.stripe.com/invoicing/integration
  static void invoicedAndCredited() throws StripeException {
    var customer = payingCustomer(CustomerCreateParams.builder().setEmail("ada@example.com").build());
    var invoice = stripe.invoices().create(InvoiceCreateParams.builder()
        .setCustomer(customer.getId()).setDaysUntilDue(30L)
        .setCollectionMethod(InvoiceCreateParams.CollectionMethod.SEND_INVOICE).build());
    stripe.invoiceItems().create(InvoiceItemCreateParams.builder()
        .setCustomer(customer.getId()).setInvoice(invoice.getId()).setAmount(2000L).setCurrency("usd")
        .setDescription("Set-up").build());
    equal(stripe.invoices().sendInvoice(invoice.getId()).getStatus(), "open");
    equal(stripe.invoices().pay(invoice.getId()).getStatus(), "paid");
    var note = stripe.creditNotes().create(CreditNoteCreateParams.builder()
        .setInvoice(invoice.getId()).setRefundAmount(500L)
        .addLine(CreditNoteCreateParams.Line.builder()
            .setType(CreditNoteCreateParams.Line.Type.CUSTOM_LINE_ITEM).setDescription("Sorry")
            .setQuantity(1L).setUnitAmount(500L).build())
        .build());
    equal(note.getTotal(), 500L);
  }

  // docs.stripe.com/billing/subscriptions/coupons
  static void promoted() throws StripeException {
    var customer = payingCustomer(CustomerCreateParams.builder().build());
    var coupon = stripe.coupons().create(CouponCreateParams.builder()
        .setPercentOff(new BigDecimal(20)).setDuration(CouponCreateParams.Duration.ONCE).build());
    var code = stripe.promotionCodes().create(PromotionCodeCreateParams.builder()
        .setPromotion(PromotionCodeCreateParams.Promotion.builder()
            .setType(PromotionCodeCreateParams.Promotion.Type.COUPON).setCoupon(coupon.getId()).build())
        .setCode("HELLO").build());
    var subscription = stripe.subscriptions().create(subscribing(customer, monthly(1000))
        .addDiscount(SubscriptionCreateParams.Discount.builder().setPromotionCode(code.getId()).build())
        .addExpand("latest_invoice").build());
    equal(subscription.getLatestInvoiceObject().getAmountPaid(), 800L);
  }

  // docs.stripe.com/billing/testing/test-clocks
  static void renewed() throws StripeException {
    var start = System.currentTimeMillis() / 1000;
    var clocks = stripe.testHelpers().testClocks();
    var clock = clocks.create(TestClockCreateParams.builder().setFrozenTime(start).build());
    var customer = payingCustomer(CustomerCreateParams.builder().setTestClock(clock.getId()).build());
    var subscription = stripe.subscriptions().create(subscribing(customer, monthly(1000)).setTrialPeriodDays(7L).build());
    equal(subscription.getStatus(), "trialing");
    clock = clocks.advance(clock.getId(), TestClockAdvanceParams.builder().setFrozenTime(start + 8 * 86400).build());
    for (int attempt = 0; !clock.getStatus().equals("ready") && attempt < 200; attempt++) {
      clock = clocks.retrieve(clock.getId());
    }
    equal(stripe.subscriptions().retrieve(subscription.getId()).getStatus(), "active");
    var invoices = stripe.invoices().list(InvoiceListParams.builder().setSubscription(subscription.getId()).build());
    equal(invoices.getData().size(), 2);
  }

  // docs.stripe.com/webhooks
  static void webhooks() throws Exception {
    BlockingQueue<String> received = new LinkedBlockingQueue<>();
    var secret = new CompletableFuture<String>();
    var server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/stripe", exchange -> {
      var body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
      var signature = exchange.getRequestHeaders().getFirst("Stripe-Signature");
      try {
        received.add(client.constructEvent(body, signature, secret.join()).getType());
      } catch (SignatureVerificationException refused) {
        received.add(refused.getMessage());
      }
      exchange.sendResponseHeaders(200, -1);
      exchange.close();
    });
    server.start();
    try {
      var endpoint = stripe.webhookEndpoints().create(WebhookEndpointCreateParams.builder()
          .setUrl("http://127.0.0.1:" + server.getAddress().getPort() + "/stripe")
          .addEnabledEvent(WebhookEndpointCreateParams.EnabledEvent.CUSTOMER__CREATED)
          .addEnabledEvent(WebhookEndpointCreateParams.EnabledEvent.CUSTOMER__DELETED).build());
      secret.complete(endpoint.getSecret());
      stripe.customers().delete(stripe.customers().create().getId());
      Set<String> types = new TreeSet<>(Set.of(received.take(), received.take()));
      equal(String.join(" ", types), "customer.created customer.deleted");
      stripe.webhookEndpoints().delete(endpoint.getId());
    } finally {
      server.stop(0);
    }
  }

  static Customer keyed(String name) throws StripeException {
    return stripe.customers().create(
        CustomerCreateParams.builder().setName(name).build(), RequestOptions.builder().setIdempotencyKey("ada").build());
  }

  // docs.stripe.com/error-handling, docs.stripe.com/api/idempotent_requests, docs.stripe.com/api/pagination/auto
  static void refusals() throws Exception {
    equal(keyed("Ada").getId(), keyed("Ada").getId());
    equal(refusal(() -> keyed("Bob")).getClass(), IdempotencyException.class);
    var declined = (CardException) refusal(() -> stripe.paymentIntents().create(PaymentIntentCreateParams.builder()
        .setAmount(500L).setCurrency("usd").setConfirm(true).setPaymentMethod("pm_card_chargeDeclinedInsufficientFunds")
        .setAutomaticPaymentMethods(PaymentIntentCreateParams.AutomaticPaymentMethods.builder()
            .setEnabled(true)
            .setAllowRedirects(PaymentIntentCreateParams.AutomaticPaymentMethods.AllowRedirects.NEVER).build())
        .build()));
    equal(declined.getCode() + " " + declined.getDeclineCode(), "card_declined insufficient_funds");
    var missing = refusal(() -> stripe.prices().retrieve("price_none"));
    equal(missing.getClass() + " " + missing.getStatusCode(), InvalidRequestException.class + " 404");
    for (int number = 0; number < 5; number++) {
      stripe.coupons().create(CouponCreateParams.builder()
          .setId("c" + number).setPercentOff(BigDecimal.TEN).setDuration(CouponCreateParams.Duration.ONCE).build());
    }
    Set<String> ids = new HashSet<>();
    for (var coupon : stripe.coupons().list(CouponListParams.builder().setLimit(2L).build()).autoPagingIterable()) {
      equal(ids.add(coupon.getId()), true);
    }
    equal(ids.size() >= 5, true);
  }

  public static void main(String[] arguments) {
    client = StripeClient.builder().setApiKey("sk_test_51LocalLocalLocalLocalLocal00")
        .setApiBase(arguments[0]).setMaxNetworkRetries(0).build();
    stripe = client.v1();
    Map<String, Flow> flows = new LinkedHashMap<>();
    flows.put("a subscription that is paid for in the browser", Guides::paidInTheBrowser);
    flows.put("a card is saved and charged later", Guides::savedAndCharged);
    flows.put("a change of price is previewed, made, and cancelled at the end of the period", Guides::changedAndCancelled);
    flows.put("an invoice is written, sent, paid and credited", Guides::invoicedAndCredited);
    flows.put("a promotion code takes off what its coupon says", Guides::promoted);
    flows.put("a test clock renews what it holds", Guides::renewed);
    flows.put("webhooks arrive, signed", Guides::webhooks);
    flows.put("refusals, repetitions and pages are those of Stripe", Guides::refusals);
    flows.forEach((name, flow) -> {
      String outcome = "ok";
      try {
        flow.go();
      } catch (Exception | AssertionError failure) {
        outcome = failure.toString().lines().findFirst().orElse("");
      }
      System.out.println(name + ": " + outcome);
    });
  }
}
