// The flows of Stripe's integration guides, by stripe-go as it is. Prints a line for each: its name, and "ok" or why not.
// Run with the address of the local Stripe.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"sort"
	"strings"
	"time"

	stripe "github.com/stripe/stripe-go/v85"
)

var (
	ctx    = context.Background()
	client *stripe.Client
)

func str(value string) *string { return &value }

func number(value int64) *int64 { return &value }

// must ends the flow that it is in with an error, which main prints.
func must[T any](value T, err error) T {
	if err != nil {
		panic(err)
	}
	return value
}

func equal[T comparable](found, wanted T) {
	if found != wanted {
		panic(fmt.Errorf("%v, and not %v", found, wanted))
	}
}

// refusal returns Stripe's error.
func refusal[T any](_ T, err error) *stripe.Error {
	var refused *stripe.Error
	if !errors.As(err, &refused) {
		panic(fmt.Errorf("it was not refused: %v", err))
	}
	return refused
}

func expanding(fields ...string) stripe.Params {
	var params stripe.Params
	for _, field := range fields {
		params.AddExpand(field)
	}
	return params
}

func monthly(amount int64) *stripe.Price {
	product := must(client.V1Products.Create(ctx, &stripe.ProductCreateParams{Name: str("Pro")}))
	return must(client.V1Prices.Create(ctx, &stripe.PriceCreateParams{
		Product:    &product.ID,
		Currency:   str("usd"),
		UnitAmount: number(amount),
		Recurring:  &stripe.PriceCreateRecurringParams{Interval: str("month")},
	}))
}

func payingCustomer(params *stripe.CustomerCreateParams) *stripe.Customer {
	customer := must(client.V1Customers.Create(ctx, params))
	method := must(client.V1PaymentMethods.Attach(ctx, "pm_card_visa", &stripe.PaymentMethodAttachParams{Customer: &customer.ID}))
	return must(client.V1Customers.Update(ctx, customer.ID, &stripe.CustomerUpdateParams{
		InvoiceSettings: &stripe.CustomerUpdateInvoiceSettingsParams{DefaultPaymentMethod: &method.ID},
	}))
}

func subscribed(customer *stripe.Customer, price *stripe.Price) *stripe.Subscription {
	return must(client.V1Subscriptions.Create(ctx, &stripe.SubscriptionCreateParams{
		Customer: &customer.ID,
		Items:    []*stripe.SubscriptionCreateItemParams{{Price: &price.ID}},
	}))
}

// docs.stripe.com/billing/subscriptions/build-subscriptions
func paidInTheBrowser() {
	customer := must(client.V1Customers.Create(ctx, &stripe.CustomerCreateParams{Email: str("ada@example.com"), Name: str("Ada")}))
	price := monthly(1500)
	subscription := must(client.V1Subscriptions.Create(ctx, &stripe.SubscriptionCreateParams{
		Params:          expanding("latest_invoice.confirmation_secret"),
		Customer:        &customer.ID,
		Items:           []*stripe.SubscriptionCreateItemParams{{Price: &price.ID}},
		PaymentBehavior: str("default_incomplete"),
		PaymentSettings: &stripe.SubscriptionCreatePaymentSettingsParams{SaveDefaultPaymentMethod: str("on_subscription")},
	}))
	equal(subscription.Status, stripe.SubscriptionStatusIncomplete)
	intent, _, _ := strings.Cut(subscription.LatestInvoice.ConfirmationSecret.ClientSecret, "_secret_")
	paid := must(client.V1PaymentIntents.Confirm(ctx, intent, &stripe.PaymentIntentConfirmParams{PaymentMethod: str("pm_card_visa")}))
	equal(paid.Status, stripe.PaymentIntentStatusSucceeded)
	active := must(client.V1Subscriptions.Retrieve(ctx, subscription.ID, &stripe.SubscriptionRetrieveParams{
		Params: expanding("latest_invoice"),
	}))
	equal(active.Status, stripe.SubscriptionStatusActive)
	equal(active.DefaultPaymentMethod.ID, paid.PaymentMethod.ID)
	equal(active.LatestInvoice.AmountPaid, 1500)
}

// docs.stripe.com/payments/save-and-reuse
func savedAndCharged() {
	customer := must(client.V1Customers.Create(ctx, &stripe.CustomerCreateParams{}))
	intent := must(client.V1SetupIntents.Create(ctx, &stripe.SetupIntentCreateParams{
		Customer: &customer.ID,
		AutomaticPaymentMethods: &stripe.SetupIntentCreateAutomaticPaymentMethodsParams{
			Enabled: stripe.Bool(true), AllowRedirects: str("never"),
		},
	}))
	saved := must(client.V1SetupIntents.Confirm(ctx, intent.ID, &stripe.SetupIntentConfirmParams{PaymentMethod: str("pm_card_visa")}))
	equal(saved.Status, stripe.SetupIntentStatusSucceeded)
	charged := must(client.V1PaymentIntents.Create(ctx, &stripe.PaymentIntentCreateParams{
		Amount: number(1099), Currency: str("usd"), Customer: &customer.ID, PaymentMethod: &saved.PaymentMethod.ID,
		OffSession: stripe.Bool(true), Confirm: stripe.Bool(true),
	}))
	equal(charged.Status, stripe.PaymentIntentStatusSucceeded)
	refund := must(client.V1Refunds.Create(ctx, &stripe.RefundCreateParams{PaymentIntent: &charged.ID, Amount: number(99)}))
	equal(refund.Amount, 99)
}

// docs.stripe.com/billing/subscriptions/change-price
func changedAndCancelled() {
	customer := payingCustomer(&stripe.CustomerCreateParams{})
	large := monthly(3000)
	subscription := subscribed(customer, monthly(1000))
	item := subscription.Items.Data[0].ID
	at := number(time.Now().Unix())
	preview := must(client.V1Invoices.CreatePreview(ctx, &stripe.InvoiceCreatePreviewParams{
		Subscription: &subscription.ID,
		SubscriptionDetails: &stripe.InvoiceCreatePreviewSubscriptionDetailsParams{
			Items:             []*stripe.InvoiceCreatePreviewSubscriptionDetailsItemParams{{ID: &item, Price: &large.ID}},
			ProrationBehavior: str("always_invoice"),
			ProrationDate:     at,
		},
	}))
	changed := must(client.V1Subscriptions.Update(ctx, subscription.ID, &stripe.SubscriptionUpdateParams{
		Params:            expanding("latest_invoice"),
		Items:             []*stripe.SubscriptionUpdateItemParams{{ID: &item, Price: &large.ID}},
		ProrationBehavior: str("always_invoice"),
		ProrationDate:     at,
	}))
	equal(changed.LatestInvoice.Total, preview.Total)
	ending := must(client.V1Subscriptions.Update(ctx, subscription.ID, &stripe.SubscriptionUpdateParams{
		CancelAtPeriodEnd: stripe.Bool(true),
	}))
	equal(ending.CancelAt, ending.Items.Data[0].CurrentPeriodEnd)
	cancelled := must(client.V1Subscriptions.Cancel(ctx, subscription.ID, nil))
	equal(cancelled.Status, stripe.SubscriptionStatusCanceled)
}

// docs.stripe.com/invoicing/integration
func invoicedAndCredited() {
	customer := payingCustomer(&stripe.CustomerCreateParams{Email: str("ada@example.com")})
	invoice := must(client.V1Invoices.Create(ctx, &stripe.InvoiceCreateParams{
		Customer: &customer.ID, CollectionMethod: str("send_invoice"), DaysUntilDue: number(30),
	}))
	must(client.V1InvoiceItems.Create(ctx, &stripe.InvoiceItemCreateParams{
		Customer: &customer.ID, Invoice: &invoice.ID, Amount: number(2000), Currency: str("usd"), Description: str("Set-up"),
	}))
	sent := must(client.V1Invoices.SendInvoice(ctx, invoice.ID, nil))
	equal(sent.Status, stripe.InvoiceStatusOpen)
	equal(must(client.V1Invoices.Pay(ctx, invoice.ID, nil)).Status, stripe.InvoiceStatusPaid)
	note := must(client.V1CreditNotes.Create(ctx, &stripe.CreditNoteCreateParams{
		Invoice: &invoice.ID,
		Lines: []*stripe.CreditNoteCreateLineParams{
			{Type: str("custom_line_item"), Description: str("Sorry"), Quantity: number(1), UnitAmount: number(500)},
		},
		RefundAmount: number(500),
	}))
	equal(note.Total, 500)
}

// docs.stripe.com/billing/subscriptions/coupons
func promoted() {
	customer := payingCustomer(&stripe.CustomerCreateParams{})
	coupon := must(client.V1Coupons.Create(ctx, &stripe.CouponCreateParams{PercentOff: stripe.Float64(20), Duration: str("once")}))
	code := must(client.V1PromotionCodes.Create(ctx, &stripe.PromotionCodeCreateParams{
		Promotion: &stripe.PromotionCodeCreatePromotionParams{Type: str("coupon"), Coupon: &coupon.ID}, Code: str("HELLO"),
	}))
	price := monthly(1000)
	subscription := must(client.V1Subscriptions.Create(ctx, &stripe.SubscriptionCreateParams{
		Params:    expanding("latest_invoice"),
		Customer:  &customer.ID,
		Items:     []*stripe.SubscriptionCreateItemParams{{Price: &price.ID}},
		Discounts: []*stripe.SubscriptionCreateDiscountParams{{PromotionCode: &code.ID}},
	}))
	equal(subscription.LatestInvoice.AmountPaid, 800)
}

// docs.stripe.com/billing/testing/test-clocks
func renewed() {
	start := time.Now().Unix()
	clock := must(client.V1TestHelpersTestClocks.Create(ctx, &stripe.TestHelpersTestClockCreateParams{FrozenTime: &start}))
	customer := payingCustomer(&stripe.CustomerCreateParams{TestClock: &clock.ID})
	price := monthly(1000)
	subscription := must(client.V1Subscriptions.Create(ctx, &stripe.SubscriptionCreateParams{
		Customer:        &customer.ID,
		Items:           []*stripe.SubscriptionCreateItemParams{{Price: &price.ID}},
		TrialPeriodDays: number(7),
	}))
	equal(subscription.Status, stripe.SubscriptionStatusTrialing)
	clock = must(client.V1TestHelpersTestClocks.Advance(ctx, clock.ID, &stripe.TestHelpersTestClockAdvanceParams{
		FrozenTime: number(start + 8*86400),
	}))
	for attempt := 0; clock.Status != stripe.TestHelpersTestClockStatusReady && attempt < 200; attempt++ {
		clock = must(client.V1TestHelpersTestClocks.Retrieve(ctx, clock.ID, nil))
	}
	equal(must(client.V1Subscriptions.Retrieve(ctx, subscription.ID, nil)).Status, stripe.SubscriptionStatusActive)
	invoices := 0
	for _, err := range client.V1Invoices.List(ctx, &stripe.InvoiceListParams{Subscription: &subscription.ID}).All(ctx) {
		must(0, err)
		invoices++
	}
	equal(invoices, 2)
}

// docs.stripe.com/webhooks
func webhooks() {
	listener := must(net.Listen("tcp", "127.0.0.1:0"))
	secret := make(chan string, 1)
	received := make(chan string, 2)
	server := http.Server{Handler: http.HandlerFunc(func(_ http.ResponseWriter, request *http.Request) {
		key := <-secret
		secret <- key
		body, _ := io.ReadAll(request.Body)
		event, err := client.ConstructEvent(body, request.Header.Get("Stripe-Signature"), key)
		if err != nil {
			received <- err.Error()
			return
		}
		received <- string(event.Type)
	})}
	go server.Serve(listener)
	defer server.Close()
	endpoint := must(client.V1WebhookEndpoints.Create(ctx, &stripe.WebhookEndpointCreateParams{
		URL:           str("http://" + listener.Addr().String() + "/stripe"),
		EnabledEvents: []*string{str("customer.created"), str("customer.deleted")},
		APIVersion:    str(stripe.APIVersion),
	}))
	secret <- endpoint.Secret
	customer := must(client.V1Customers.Create(ctx, &stripe.CustomerCreateParams{}))
	must(client.V1Customers.Delete(ctx, customer.ID, nil))
	types := []string{<-received, <-received}
	sort.Strings(types)
	equal(strings.Join(types, " "), "customer.created customer.deleted")
	must(client.V1WebhookEndpoints.Delete(ctx, endpoint.ID, nil))
}

// docs.stripe.com/error-handling, docs.stripe.com/api/idempotent_requests, docs.stripe.com/api/pagination/auto
func refusals() {
	keyed := func(name string) *stripe.CustomerCreateParams {
		return &stripe.CustomerCreateParams{Params: stripe.Params{IdempotencyKey: str("ada")}, Name: &name}
	}
	customer := must(client.V1Customers.Create(ctx, keyed("Ada")))
	equal(must(client.V1Customers.Create(ctx, keyed("Ada"))).ID, customer.ID)
	equal(refusal(client.V1Customers.Create(ctx, keyed("Bob"))).Type, stripe.ErrorTypeIdempotency)
	declined := refusal(client.V1PaymentIntents.Create(ctx, &stripe.PaymentIntentCreateParams{
		Amount: number(500), Currency: str("usd"), Confirm: stripe.Bool(true),
		PaymentMethod: str("pm_card_chargeDeclinedInsufficientFunds"),
		AutomaticPaymentMethods: &stripe.PaymentIntentCreateAutomaticPaymentMethodsParams{
			Enabled: stripe.Bool(true), AllowRedirects: str("never"),
		},
	}))
	equal(declined.Type, stripe.ErrorTypeCard)
	equal(declined.Code, stripe.ErrorCodeCardDeclined)
	equal(declined.DeclineCode, stripe.DeclineCodeInsufficientFunds)
	equal(refusal(client.V1Prices.Retrieve(ctx, "price_none", nil)).HTTPStatusCode, 404)
	for made := range 5 {
		must(client.V1Coupons.Create(ctx, &stripe.CouponCreateParams{
			ID: str(fmt.Sprintf("c%d", made)), PercentOff: stripe.Float64(10), Duration: str("once"),
		}))
	}
	params := &stripe.CouponListParams{}
	params.Limit = number(2)
	found := map[string]int{}
	for coupon, err := range client.V1Coupons.List(ctx, params).All(ctx) {
		must(coupon, err)
		found[coupon.ID]++
		equal(found[coupon.ID], 1)
	}
	equal(len(found) >= 5, true)
}

func try(flow func()) (outcome string) {
	defer func() {
		if failure := recover(); failure != nil {
			outcome = strings.SplitN(fmt.Sprint(failure), "\n", 2)[0]
		}
	}()
	flow()
	return "ok"
}

func main() {
	client = stripe.NewClient("sk_test_51LocalLocalLocalLocalLocal00", stripe.WithBackends(stripe.NewBackendsWithConfig(
		&stripe.BackendConfig{
			URL:               str(os.Args[1]),
			MaxNetworkRetries: number(0),
			LeveledLogger:     &stripe.LeveledLogger{Level: stripe.LevelNull},
		},
	)))
	flows := []struct {
		name string
		flow func()
	}{
		{"a subscription that is paid for in the browser", paidInTheBrowser},
		{"a card is saved and charged later", savedAndCharged},
		{"a change of price is previewed, made, and cancelled at the end of the period", changedAndCancelled},
		{"an invoice is written, sent, paid and credited", invoicedAndCredited},
		{"a promotion code takes off what its coupon says", promoted},
		{"a test clock renews what it holds", renewed},
		{"webhooks arrive, signed", webhooks},
		{"refusals, repetitions and pages are those of Stripe", refusals},
	}
	for _, each := range flows {
		fmt.Printf("%s: %s\n", each.name, try(each.flow))
	}
}
