"""The local Stripe keeps the rules that github.com/Kiln-AI/stripe_world found in Stripe's test mode beside its recordings
(2026-08-26.dahlia): its tests and phase plans say which of them were probed, and each test here where it stands."""

from __future__ import annotations

from typing import Any

import pytest

from tests.recorded.calls import customer_with_card, monthly_price, ok, refusal, subscription
from tests.recorded.playing import Account

TRIAL_END = 1_798_761_600
"""1 January 2027."""


def customer(account: Account) -> Any:
    return ok(account, "POST /v1/customers", {"email": "jenny@example.test"})


def foreign_price(account: Account) -> Any:
    product = ok(account, "POST /v1/products", {"name": "Foreign"})
    recurring = {"interval": "month"}
    price = {"product": product["id"], "unit_amount": 700, "currency": "eur", "recurring": recurring}
    return ok(account, "POST /v1/prices", price)


# Items of subscriptions


def test_a_new_item_with_a_price_that_an_item_has_is_told_which(stripe_account: Account) -> None:
    """tests/test_subscription_items.py, "the two recorded item-addition refusals"."""
    price = monthly_price(stripe_account)
    sub = subscription(stripe_account, customer_with_card(stripe_account), price)
    message = (
        f"A new item with Price {price['id']} can't be added to this Subscription because an existing Subscription Item "
        f"{sub['items']['data'][0]['id']} is already using that Price. If you want to update the existing item (e.g., to "
        "adjust the quantity), pass the existing Subscription Item's `id` in your update request: "
        "https://stripe.com/docs/api/subscriptions/update#update_subscription-items-id"
    )
    item = {"subscription": sub["id"], "price": price["id"]}
    assert refusal(stripe_account, "POST /v1/subscription_items", item) == (400, None, "plan", message)
    items = {"items": [{"price": price["id"]}]}
    assert refusal(stripe_account, f"POST /v1/subscriptions/{sub['id']}", items) == (400, None, "plan", message)


def test_the_prices_of_a_new_subscription_have_one_currency(stripe_account: Account) -> None:
    """tests/test_subscription_items.py: before the payment method is missed."""
    items = [{"price": monthly_price(stripe_account)["id"]}, {"price": foreign_price(stripe_account)["id"]}]
    wanted = {"customer": customer(stripe_account)["id"], "items": items}
    assert refusal(stripe_account, "POST /v1/subscriptions", wanted) == (
        400,
        None,
        "items[1][price]",
        "This `price` has `currency=eur`, but other items use `currency=usd`. All items must have pricing in the same "
        "currency. When using multi-currency prices, you can specify `currency` at the top level, to be used by all "
        "items.",
    )


def test_a_canceled_subscription_takes_no_item_and_is_said_to_be_missing(stripe_account: Account) -> None:
    """tests/test_subscription_items.py, and phase_plans/phase_12.md."""
    sub = subscription(stripe_account, customer_with_card(stripe_account), monthly_price(stripe_account))
    ok(stripe_account, f"DELETE /v1/subscriptions/{sub['id']}")
    item = {"subscription": sub["id"], "price": monthly_price(stripe_account)["id"]}
    assert refusal(stripe_account, "POST /v1/subscription_items", item) == (
        404,
        "resource_missing",
        "subscription",
        f"No such subscription: '{sub['id']}'",
    )


# Subscriptions


def test_a_subscription_that_sends_invoices_says_when_they_are_due(stripe_account: Account) -> None:
    """src/…/billing/subscription_lifecycle.py: "Probed verbatim"."""
    message = "If invoice collection method is 'send_invoice', you must specify 'days_until_due'."
    items = [{"price": monthly_price(stripe_account)["id"]}]
    wanted = {"customer": customer(stripe_account)["id"], "items": items, "collection_method": "send_invoice"}
    assert refusal(stripe_account, "POST /v1/subscriptions", wanted) == (400, None, None, message)
    sub = subscription(stripe_account, customer_with_card(stripe_account), monthly_price(stripe_account))
    change = {"collection_method": "send_invoice"}
    assert refusal(stripe_account, f"POST /v1/subscriptions/{sub['id']}", change) == (400, None, None, message)


def test_only_what_is_paused_is_resumed_and_has_no_trial(stripe_account: Account) -> None:
    """phase_plans/phase_12.md; tests/billing/test_subscription_machine.py, "Probed (round 5)"."""
    price = monthly_price(stripe_account)
    active = subscription(stripe_account, customer_with_card(stripe_account), price)
    message = "You can only resume a subscription if it is `paused`."
    assert refusal(stripe_account, f"POST /v1/subscriptions/{active['id']}/resume") == (400, None, None, message)
    ends = {"trial_settings": {"end_behavior": {"missing_payment_method": "pause"}}}
    trial = subscription(stripe_account, customer(stripe_account), price, trial_end=TRIAL_END, **ends)
    path = f"POST /v1/subscriptions/{trial['id']}"
    assert ok(stripe_account, path, {"trial_end": "now"})["status"] == "paused"
    assert refusal(stripe_account, path, {"trial_end": TRIAL_END}) == (
        400,
        None,
        None,
        "You cannot set `trial_end` while a subscription is `paused`. Resume the subscription first before setting "
        "`trial_end`.",
    )


def test_a_trial_that_cancels_for_want_of_a_card_was_asked_to(stripe_account: Account) -> None:
    """tests/billing/test_subscription_machine.py: "the reason is cancellation_requested — not payment_failed"."""
    ends = {"trial_settings": {"end_behavior": {"missing_payment_method": "cancel"}}}
    price = monthly_price(stripe_account)
    trial = subscription(stripe_account, customer(stripe_account), price, trial_end=TRIAL_END, **ends)
    ended = ok(stripe_account, f"POST /v1/subscriptions/{trial['id']}", {"trial_end": "now"})
    assert (ended["status"], ended["cancellation_details"]["reason"]) == ("canceled", "cancellation_requested")


def test_an_incomplete_subscription_takes_a_description(stripe_account: Account) -> None:
    """phase_plans/phase_12.md."""
    buyer = customer_with_card(stripe_account, "tok_threeDSecure2Required")
    sub = subscription(stripe_account, buyer, monthly_price(stripe_account))
    after = ok(stripe_account, f"POST /v1/subscriptions/{sub['id']}", {"description": "Rescued"})
    assert (after["status"], after["description"]) == ("incomplete", "Rescued")


@pytest.mark.parametrize(
    ("terms", "words", "amount"),
    [({"percent_off": 10}, " (with 10.0% off)", -900), ({"amount_off": 100, "currency": "usd"}, "", -900)],
)
def test_a_proration_names_the_percentage_that_is_off(
    stripe_account: Account, terms: dict[str, Any], words: str, amount: int
) -> None:
    """tests/billing/test_subscription_machine.py, "Probed (round 5, forever 10% + 5% GST)": a trial that begins late
    gives back what was paid; "Remaining time on … (with 30.0% off) after 03 Jul 2024" stands in public code, too."""
    coupon = ok(stripe_account, "POST /v1/coupons", {"duration": "forever", **terms})
    discounts = {"discounts": [{"coupon": coupon["id"]}]}
    buyer, price = customer_with_card(stripe_account), monthly_price(stripe_account, 1000)
    sub = subscription(stripe_account, buyer, price, **discounts)
    change = {"trial_end": TRIAL_END, "expand": ["latest_invoice"]}
    invoice = ok(stripe_account, f"POST /v1/subscriptions/{sub['id']}", change)["latest_invoice"]
    credit, trial = invoice["lines"]["data"]
    assert credit["description"] == f"Unused time on Test Subscription{words} after 21 Sep 2026"
    assert (credit["amount"], credit["discount_amounts"]) == (amount, [{"amount": 0, "discount": sub["discounts"][0]}])
    assert trial["description"] == "Free trial for 1 × Test Subscription"
    other = subscription(stripe_account, customer_with_card(stripe_account), price, **discounts)
    [item] = other["items"]["data"]
    more = {"items": [{"id": item["id"], "quantity": 2}], "proration_behavior": "always_invoice"}
    changed = ok(stripe_account, f"POST /v1/subscriptions/{other['id']}", {**more, "expand": ["latest_invoice"]})
    said = [line["description"] for line in changed["latest_invoice"]["lines"]["data"]]
    assert said[1] == f"Remaining time on 2 × Test Subscription{words} after 21 Sep 2026"


# Invoices


def test_a_paid_invoice_cannot_be_sent(stripe_account: Account) -> None:
    """tests/billing/test_invoice_machine.py, "the recorded support-pointer form"."""
    sent = {"collection_method": "send_invoice", "days_until_due": 7}
    invoice = ok(stripe_account, "POST /v1/invoices", {"customer": customer(stripe_account)["id"], **sent})
    path = f"POST /v1/invoices/{invoice['id']}/send"
    assert ok(stripe_account, path)["status"] == "paid"
    assert refusal(stripe_account, path) == (
        400,
        None,
        None,
        "This invoice cannot be sent right now. Please contact us via https://support.stripe.com/contact with details, "
        "so we can help.",
    )


def test_lines_are_added_to_a_draft_alone_and_have_an_amount_or_a_quantity(stripe_account: Account) -> None:
    """phase_plans/phase_13.md."""
    invoice = ok(stripe_account, "POST /v1/invoices", {"customer": customer(stripe_account)["id"]})
    path = f"POST /v1/invoices/{invoice['id']}/add_lines"
    assert refusal(stripe_account, path, {"lines": [{"amount": 5, "quantity": 2}]}) == (
        400,
        None,
        "lines[0][amount]",
        "You may only specify one of these parameters: amount, quantity.",
    )
    ok(stripe_account, f"POST /v1/invoices/{invoice['id']}/finalize")
    assert refusal(stripe_account, path, {"lines": [{"amount": 5}]}) == (
        400,
        "invoice_not_editable",
        None,
        "Invalid invoice: This invoice is no longer editable",
    )


# Other objects


def test_what_is_no_token_is_said_to_be_none(stripe_account: Account) -> None:
    """src/…/resources/payment_methods.py: "Probed verbatim"."""
    card = {"type": "card", "card": {"token": "pm_card_visa"}}
    wrong = refusal(stripe_account, "POST /v1/payment_methods", card)
    assert wrong == (400, None, "token", "Invalid token id: pm_card_visa")


def test_an_event_name_has_one_active_meter(stripe_account: Account) -> None:
    """Public code that makes a meter for event name "credit_usage" compares the message."""
    meter = {"display_name": "Use", "event_name": "use", "default_aggregation": {"formula": "sum"}}
    ok(stripe_account, "POST /v1/billing/meters", meter)
    assert refusal(stripe_account, "POST /v1/billing/meters", meter)[3] == (
        "An active meter already exists for event name 'use'. To create a new meter with the same event name, first "
        "deactivate the currently active meter."
    )


def test_a_method_is_attached_to_a_customer(stripe_account: Account) -> None:
    """phase_plans/phase_6.md."""
    assert refusal(stripe_account, "POST /v1/payment_methods/pm_card_visa/attach") == (
        400,
        "parameter_missing",
        None,
        "Must provide customer or customer_account.",
    )


@pytest.mark.parametrize(("balance", "currency"), [(0, None), (-500, "cad")])
def test_a_balance_gives_a_customer_the_currency_of_the_account(
    stripe_account: Account, balance: int, currency: str | None
) -> None:
    """phase_plans/phase_6.md, recorded on a sandbox whose currency is cad."""
    assert ok(stripe_account, "POST /v1/customers", {"balance": balance})["currency"] == currency
    plain = ok(stripe_account, "POST /v1/customers")
    assert ok(stripe_account, f"POST /v1/customers/{plain['id']}", {"balance": balance})["currency"] == currency


def test_a_bank_account_of_the_united_states_is_not_blocked(stripe_account: Account) -> None:
    """phase_plans/phase_6.md."""
    account = {"account_holder_type": "individual", "account_number": "000123456789", "routing_number": "110000000"}
    method = {"type": "us_bank_account", "us_bank_account": account, "billing_details": {"name": "Jenny Rosen"}}
    assert ok(stripe_account, "POST /v1/payment_methods", method)["us_bank_account"]["status_details"] == {}


def test_how_a_setup_is_used_is_not_asked(stripe_account: Account) -> None:
    """phase_plans/phase_10.md: "`on_session` and even `bogus` are accepted"."""
    setup = {"payment_method_types": ["card"], "usage": "bogus"}
    assert ok(stripe_account, "POST /v1/setup_intents", setup)["usage"] == "off_session"


def test_a_charge_that_is_not_there_has_no_dispute(stripe_account: Account) -> None:
    """phase_plans/phase_9.md."""
    wrong = refusal(stripe_account, "GET /v1/charges/ch_nope/dispute")
    assert wrong == (404, "resource_missing", "charge", "No such charge: 'ch_nope'")


def paid_intent(account: Account, **params: Any) -> Any:
    customer = customer_with_card(account)
    card = customer["invoice_settings"]["default_payment_method"]
    more = {"customer": customer["id"], "payment_method": card, "payment_method_types": ["card"]}
    return ok(
        account, "POST /v1/payment_intents", {"amount": 1500, "currency": "cad", "confirm": True, **more, **params}
    )


def test_the_charge_of_an_intent_is_captured_there(stripe_account: Account) -> None:
    """tests/conformance/allowed_differences.py: "probed verbatim, Phase 8"; pay-rails/pay quotes its beginning."""
    held = paid_intent(stripe_account, capture_method="manual")
    assert refusal(stripe_account, f"POST /v1/charges/{held['latest_charge']}/capture")[3] == (
        f"This uncaptured Charge was created by a PaymentIntent ({held['id']}). You must capture the PaymentIntent "
        "instead. For more information, see https://stripe.com/docs/payments/place-a-hold-on-a-payment-method"
    )


@pytest.mark.parametrize("capture_method", ["automatic", "manual"])
def test_what_is_captured_whole_is_not_captured_again(stripe_account: Account, capture_method: str) -> None:
    """medusajs/medusa's issue 6370 (automatic) and stripe/stripe-php's 818 (by hand) show Stripe's answer."""
    paid = paid_intent(stripe_account, capture_method=capture_method)
    path = f"POST /v1/payment_intents/{paid['id']}/capture"
    if capture_method == "manual":
        ok(stripe_account, path)
    assert refusal(stripe_account, path) == (
        400,
        "payment_intent_unexpected_state",
        None,
        "This PaymentIntent could not be captured because it has already been captured.",
    )


@pytest.mark.parametrize(
    ("path", "named"), [("bogus.a", "bogus"), ("description", "description"), ("invoice_settings.bogus", None)]
)
def test_what_cannot_be_expanded_is_named_with_the_way_to_it(
    stripe_account: Account, path: str, named: str | None
) -> None:
    """tests/test_expand.py, whose errors have a type and a message alone; a Perl module, Net::API::Stripe,
    quotes Stripe with such a way: "(latest_invoice.charge.dispute.disputed_transaction)"."""
    customer = ok(stripe_account, "POST /v1/customers")
    wrong = refusal(stripe_account, f"GET /v1/customers/{customer['id']}", {"expand": [path]})
    assert wrong == (400, None, None, f"This property cannot be expanded ({named or path}).")


def test_a_method_is_not_made_for_a_customer(stripe_account: Account) -> None:
    """src/…/resources/payment_methods.py: "Probed verbatim"; tests of two other projects quote the same."""
    customer = ok(stripe_account, "POST /v1/customers")
    wrong = refusal(stripe_account, "POST /v1/payment_methods", {"type": "klarna", "customer": customer["id"]})
    assert wrong[0] == 400
    assert wrong[3] == (
        "You cannot attach a PaymentMethod to a Customer during PaymentMethod creation. Please instead create the "
        "PaymentMethod and then attach it using the attachment method of the PaymentMethods API."
    )


def test_the_own_currency_of_a_price_is_no_option_of_it(stripe_account: Account) -> None:
    """stripe/stripe-node's issue 2154."""
    price = {"product_data": {"name": "Own"}, "currency": "usd", "unit_amount": 100}
    wrong = refusal(stripe_account, "POST /v1/prices", {**price, "currency_options": {"usd": {"unit_amount": 100}}})
    assert wrong[3] == (
        "You are specifying a currency option that matches the top-level currency for this price. Please remove this "
        "currency option and it will be added automatically on creation."
    )
