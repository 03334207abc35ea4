"""The local Stripe keeps the rules that recordings showed where the whole answer is not known."""

from __future__ import annotations

import pytest

from tests.recorded.calls import customer_with_card, monthly_price, ok, refusal, subscription
from tests.recorded.playing import Account

TRIAL_END = 1_798_761_600
"""1 January 2027."""
CARD = {"type": "card", "card": {"token": "tok_visa"}}


def test_the_account_of_the_key_has_no_metadata(stripe_account: Account) -> None:
    account = ok(stripe_account, "GET /v1/account")
    assert "metadata" not in account
    assert account["controller"] == {"type": "account"}


# Texts


def test_a_list_for_a_text_is_told_as_json(stripe_account: Account) -> None:
    wrong = refusal(stripe_account, "POST /v1/customers", {"name": ["wrong", "type", "array"]})
    assert wrong[0] == 400
    assert wrong[3] == 'Invalid string: {"0":"wrong","1":"type","2":"array"}'


def test_a_number_for_a_text_is_the_text(stripe_account: Account) -> None:
    assert ok(stripe_account, "POST /v1/customers", {"name": 12345})["name"] == "12345"


def test_values_are_listed_in_stripes_order(stripe_account: Account) -> None:
    wrong = refusal(stripe_account, "POST /v1/customers", {"tax_exempt": "maybe"})
    assert wrong[3] == "Invalid tax_exempt: must be one of none, reverse, or exempt"


def test_an_email_without_its_form_is_refused(stripe_account: Account) -> None:
    wrong = refusal(stripe_account, "POST /v1/customers", {"email": "not-an-email"})
    assert (wrong[0], wrong[3]) == (400, "Invalid email address: not-an-email")


def test_an_id_with_another_prefix_is_an_id_that_is_not_there(stripe_account: Account) -> None:
    assert refusal(stripe_account, "GET /v1/customers/ch_x")[3] == "No such customer: 'ch_x'"
    assert refusal(stripe_account, "GET /v1/payment_intents/cus_x")[3] == "No such payment_intent: 'cus_x'"


# Lists


@pytest.mark.parametrize(("limit", "length"), [(-1, 1), (0, 1), (2, 2), (200, 3)])
def test_limits_clamp(stripe_account: Account, limit: int, length: int) -> None:
    for _ in range(3):
        ok(stripe_account, "POST /v1/customers")
    page = ok(stripe_account, "GET /v1/customers", {"limit": limit})
    assert (len(page["data"]), page["has_more"]) == (length, length < 3)


def test_a_cursor_that_is_not_there_is_told_before_two_cursors(stripe_account: Account) -> None:
    customer = ok(stripe_account, "POST /v1/customers")
    cursors = {"starting_after": "cus_nope", "ending_before": customer["id"]}
    wrong = refusal(stripe_account, "GET /v1/customers", cursors)
    assert wrong == (400, "resource_missing", "starting_after", "No such customer: 'cus_nope'")


@pytest.mark.parametrize("path", ["/v1/checkout/sessions", "/v1/webhook_endpoints"])
def test_what_an_account_has_not_used_is_an_empty_list(stripe_account: Account, path: str) -> None:
    assert ok(stripe_account, f"GET {path}")["data"] == []


@pytest.mark.parametrize("path", ["/v1/tax/registrations", "/v1/issuing/cards", "/v1/terminal/readers"])
def test_a_path_of_stripes_is_never_unrecognized(stripe_account: Account, path: str) -> None:
    assert "Unrecognized request URL" not in refusal(stripe_account, f"GET {path}")[3]


# Expansion


def test_what_cannot_be_expanded_is_named_by_its_first_unknown_part(stripe_account: Account) -> None:
    customer = ok(stripe_account, "POST /v1/customers")
    path = f"GET /v1/customers/{customer['id']}"
    assert refusal(stripe_account, path, {"expand": ["bogus"]})[3] == "This property cannot be expanded (bogus)."
    assert (
        refusal(stripe_account, path, {"expand": ["invalid.b.c"]})[3] == "This property cannot be expanded (invalid)."
    )


def test_a_list_hints_at_data(stripe_account: Account) -> None:
    wrong = refusal(stripe_account, "GET /v1/customers", {"expand": ["bogus"]})
    hint = "You may want to try expanding 'data.bogus' instead."
    assert wrong[3] == f"This property cannot be expanded (bogus). {hint}"


def test_the_data_of_a_list_may_be_expanded_to_no_effect(stripe_account: Account) -> None:
    ok(stripe_account, "POST /v1/customers")
    plain = ok(stripe_account, "GET /v1/customers")
    assert ok(stripe_account, "GET /v1/customers", {"expand": ["data"]}) == plain


def test_an_expansion_has_four_levels_at_most(stripe_account: Account) -> None:
    deep = "data.latest_invoice.subscription.customer.default_source"
    assert refusal(stripe_account, "GET /v1/subscriptions", {"expand": [deep]})[1] == "property_expansion_max_depth"


def test_a_new_customer_may_be_expanded_by_tax_and_credit(stripe_account: Account) -> None:
    customer = ok(stripe_account, "POST /v1/customers", {"expand": ["tax", "invoice_credit_balance"]})
    assert "tax" in customer


def test_a_new_subscription_may_be_expanded_by_all_that_its_payment_needs(stripe_account: Account) -> None:
    expand = [
        "latest_invoice.confirmation_secret", "latest_invoice.payments",
        "latest_invoice.total_discount_amounts.discount", "pending_setup_intent", "schedule",
    ]  # fmt: skip
    customer, price = customer_with_card(stripe_account), monthly_price(stripe_account)
    invoice = subscription(stripe_account, customer, price, expand=expand)["latest_invoice"]
    assert len(invoice["payments"]["data"]) == 1


def test_a_payment_intent_may_be_expanded_down_to_the_refunds_of_its_charge(stripe_account: Account) -> None:
    card = ok(stripe_account, "POST /v1/payment_methods", CARD)
    expand = [
        "latest_charge.balance_transaction", "latest_charge.payment_intent",
        "latest_charge.refunds.data.balance_transaction",
    ]  # fmt: skip
    params = {"amount": 1000, "currency": "usd", "payment_method": card["id"], "confirm": True, "expand": expand}
    intent = ok(stripe_account, "POST /v1/payment_intents", {**params, "payment_method_types": ["card"]})
    assert intent["latest_charge"]["payment_intent"]["id"] == intent["id"]
    assert intent["latest_charge"]["refunds"]["data"] == []


# Ids


def test_long_ids_carry_the_account_and_sort_by_time(stripe_account: Account) -> None:
    earlier = ok(stripe_account, "POST /v1/payment_methods", CARD)["id"]
    stripe_account.clock.now += 120
    later = ok(stripe_account, "POST /v1/setup_intents", {"payment_method_types": ["card"]})["id"]
    first, second = (id.split("_")[1] for id in (earlier, later))
    assert first[0] == second[0] == "1"
    assert first[1:6] < second[1:6]
    account = ok(stripe_account, "GET /v1/account")["id"]
    assert first[6:16] == second[6:16] == account[-10:]


def test_ids_of_payments_begin_with_three(stripe_account: Account) -> None:
    card = ok(stripe_account, "POST /v1/payment_methods", CARD)
    params = {"amount": 1000, "currency": "usd", "payment_method": card["id"], "confirm": True}
    intent = ok(stripe_account, "POST /v1/payment_intents", {**params, "payment_method_types": ["card"]})
    refund = ok(stripe_account, "POST /v1/refunds", {"payment_intent": intent["id"]})
    ids = [intent["id"], intent["latest_charge"], refund["id"]]
    assert [id.split("_")[1][0] for id in ids] == ["3", "3", "3"]


# Money


@pytest.mark.parametrize(
    ("old", "new", "lines"),
    [
        (2500, 4500, [-3, 4]),
        (2500, 7500, [-3, 7]),
        (166_350, 540_960, [-166, 541]),
        (666_670, 333_330, [-667, 333]),
        (999_999, 1_000, [-1000, 1]),
    ],
)
def test_each_proration_is_rounded_by_itself_and_a_half_downwards(
    stripe_account: Account, old: int, new: int, lines: list[int]
) -> None:
    """A thousandth of the period is left: 2,592 of 2,592,000 seconds."""
    customer = customer_with_card(stripe_account)
    made = subscription(stripe_account, customer, monthly_price(stripe_account, old))
    [item] = made["items"]["data"]
    assert item["current_period_end"] - item["current_period_start"] == 2_592_000
    change = {
        "items": [{"id": item["id"], "price": monthly_price(stripe_account, new)["id"]}],
        "proration_behavior": "always_invoice",
        "proration_date": item["current_period_end"] - 2_592,
        "expand": ["latest_invoice"],
    }
    invoice = ok(stripe_account, f"POST /v1/subscriptions/{made['id']}", change)["latest_invoice"]
    assert [line["amount"] for line in invoice["lines"]["data"]] == lines
    assert invoice["total"] == sum(lines)


def test_a_credit_note_shows_on_the_paid_invoice(stripe_account: Account) -> None:
    made = subscription(stripe_account, customer_with_card(stripe_account), monthly_price(stripe_account))
    ok(
        stripe_account,
        "POST /v1/credit_notes",
        {"invoice": made["latest_invoice"], "amount": 500, "credit_amount": 500},
    )
    invoice = ok(stripe_account, f"GET /v1/invoices/{made['latest_invoice']}")
    assert invoice["post_payment_credit_notes_amount"] == 500


# Subscriptions


def test_canceled_now_it_is_no_longer_canceled_at_the_periods_end(stripe_account: Account) -> None:
    made = subscription(stripe_account, customer_with_card(stripe_account), monthly_price(stripe_account))
    ok(stripe_account, f"POST /v1/subscriptions/{made['id']}", {"cancel_at_period_end": True})
    canceled = ok(stripe_account, f"DELETE /v1/subscriptions/{made['id']}")
    assert (canceled["cancel_at_period_end"], canceled["cancel_at"]) == (False, None)


@pytest.mark.parametrize(("label", "text"), [({"unit_label": "user"}, "1 user × "), ({}, "1 × ")])
def test_a_trial_is_a_line_of_nothing_on_a_paid_invoice(
    stripe_account: Account, label: dict[str, str], text: str
) -> None:
    price = monthly_price(stripe_account, **label)
    expand = ["latest_invoice.confirmation_secret", "latest_invoice.payments"]
    trial = subscription(stripe_account, customer_with_card(stripe_account), price, trial_end=TRIAL_END, expand=expand)
    invoice = trial["latest_invoice"]
    [line] = invoice["lines"]["data"]
    assert (line["amount"], line["pricing"]["unit_amount_decimal"]) == (0, "0")
    assert line["description"] == f"Free trial for {text}Test Subscription"
    assert (invoice["status"], invoice["attempted"], invoice["attempt_count"]) == ("paid", True, 0)
    assert (invoice["confirmation_secret"], invoice["payments"]["data"]) == (None, [])


def test_a_line_names_the_products_unit(stripe_account: Account) -> None:
    price = monthly_price(stripe_account, unit_label="user")
    made = subscription(stripe_account, customer_with_card(stripe_account), price, expand=["latest_invoice"])
    [line] = made["latest_invoice"]["lines"]["data"]
    assert line["description"] == "1 user × Test Subscription (at $10.00 / month)"


def test_the_plan_of_an_item_is_its_price(stripe_account: Account) -> None:
    price = monthly_price(stripe_account)
    made = subscription(stripe_account, customer_with_card(stripe_account), price, items=[{"plan": price["id"]}])
    assert made["items"]["data"][0]["price"]["id"] == price["id"]


def test_an_invoice_of_a_subscription_with_nothing_pending_is_an_empty_draft(stripe_account: Account) -> None:
    customer = customer_with_card(stripe_account)
    made = subscription(stripe_account, customer, monthly_price(stripe_account))
    invoice = ok(stripe_account, "POST /v1/invoices", {"customer": customer["id"], "subscription": made["id"]})
    shown = (invoice["status"], invoice["billing_reason"], invoice["total"], invoice["lines"]["data"])
    assert shown == ("draft", "manual", 0, [])
    assert ok(stripe_account, f"POST /v1/invoices/{invoice['id']}/pay")["status"] == "paid"


def test_a_first_payment_that_needs_authentication_leaves_it_incomplete(stripe_account: Account) -> None:
    customer = customer_with_card(stripe_account, "tok_threeDSecure2Required")
    made = subscription(stripe_account, customer, monthly_price(stripe_account), expand=["latest_invoice.payments"])
    assert (made["status"], made["latest_invoice"]["attempt_count"]) == ("incomplete", 0)
    payment = made["latest_invoice"]["payments"]["data"][0]["payment"]
    intent = ok(stripe_account, f"GET /v1/payment_intents/{payment['payment_intent']}")
    assert intent["next_action"]["use_stripe_sdk"]["type"].startswith("stripe_3ds2_")


# Payment methods


def test_a_payment_method_that_is_not_there_may_be_another_accounts(stripe_account: Account) -> None:
    customer = ok(stripe_account, "POST /v1/customers")
    wrong = refusal(stripe_account, "POST /v1/payment_methods/abcd/attach", {"customer": customer["id"]})
    assert wrong[1:] == (
        "resource_missing",
        "payment_method",
        "No such PaymentMethod: 'abcd'; It's possible this PaymentMethod exists on one of your connected accounts, in "
        "which case you should retry this request on that connected account. Learn more at "
        "https://stripe.com/docs/connect/authentication",
    )


@pytest.mark.parametrize(
    ("name", "brand", "last4"),
    [("pm_card_amex", "american_express", "8431"), ("pm_card_discover", "discover", "9424")],
)
def test_named_test_cards_show_their_brand(stripe_account: Account, name: str, brand: str, last4: str) -> None:
    customer = ok(stripe_account, "POST /v1/customers")
    card = ok(stripe_account, f"POST /v1/payment_methods/{name}/attach", {"customer": customer["id"]})["card"]
    assert (card["display_brand"], card["last4"]) == (brand, last4)


OTHER_TYPES: dict[str, dict[str, str]] = {
    "acss_debit": {"account_number": "000123456789", "institution_number": "000", "transit_number": "11000"},
    "afterpay_clearpay": {},
    "alipay": {},
    "bancontact": {},
    "boleto": {"tax_id": "00000000000"},
    "eps": {},
    "fpx": {"bank": "maybank2u"},
    "giropay": {},
    "grabpay": {},
    "ideal": {},
    "oxxo": {},
    "p24": {},
    "sepa_debit": {"iban": "AT611904300234573201"},
}


@pytest.mark.parametrize("type", OTHER_TYPES)
def test_payment_methods_of_other_types_have_a_hash_of_their_type(stripe_account: Account, type: str) -> None:
    billing = {"billing_details": {"name": "Jenny Rosen", "email": "jenny@example.test"}}
    made = ok(stripe_account, "POST /v1/payment_methods", {"type": type, type: OTHER_TYPES[type], **billing})
    assert made["type"] == type
    assert isinstance(made[type], dict)
    assert "card" not in made


def test_a_sepa_debit_is_made_and_an_intent_waits_for_it(stripe_account: Account) -> None:
    debit = {"type": "sepa_debit", "sepa_debit": OTHER_TYPES["sepa_debit"]}
    billing = {"billing_details": {"name": "Jenny Rosen", "email": "jenny@example.test"}}
    made = ok(stripe_account, "POST /v1/payment_methods", {**debit, **billing})
    assert made["sepa_debit"]["last4"] == "3201"
    params = {"amount": 1000, "currency": "eur", "payment_method_types": ["sepa_debit"], "payment_method": made["id"]}
    assert ok(stripe_account, "POST /v1/payment_intents", {**params, "confirm": True})["status"] == "processing"
