"""What payment intents refuse, in Stripe's words; recorded of 2026-08-26.dahlia unless a test says otherwise."""

from __future__ import annotations

from typing import Any

import pytest

from tests.local_stripe.conftest import Local, Refusal

INTENTS = "/v1/payment_intents"
STATE = "payment_intent_unexpected_state"


def intent(local: Local, **params: Any) -> Any:
    return local.post(INTENTS, **{"amount": 2000, "currency": "usd", **params})


def customer(local: Local) -> str:
    return str(local.post("/v1/customers")["id"])


def of_types(local: Local, type: str) -> Any:
    """With a parameter that Stripe documents, and the SDK's version no longer has."""
    return local.send("post", INTENTS, f"amount=2000&currency=usd&payment_method_types[]={type}").json


def refused_with_intent(local: Local, made: Any, action: str, form: str = "") -> Refusal:
    """Return the refusal, which has the intent with it, unchanged."""
    reply = local.send("post", f"{INTENTS}/{made['id']}{action}", form)
    assert reply.json["error"]["payment_intent"] == made
    return reply.refusal


def test_an_intent_without_types_takes_what_the_account_has(local: Local) -> None:
    payment_intent = intent(local)
    assert payment_intent["automatic_payment_methods"] == {"allow_redirects": "always", "enabled": True}
    assert payment_intent["payment_method_types"] == ["card", "link"]
    assert payment_intent["payment_method_options"]["link"] == {"persistent_token": None}
    assert payment_intent["payment_method_configuration_details"]["id"].startswith("pmc_")
    without = intent(local, automatic_payment_methods={"enabled": False})
    assert (without["payment_method_types"], list(without["payment_method_options"])) == (["card"], ["card"])
    named = of_types(local, "card")
    assert (named["automatic_payment_methods"], named["payment_method_types"]) == (None, ["card"])
    assert "link" not in named["payment_method_options"]
    allowed = intent(local, allowed_payment_method_types=["card"])
    assert (allowed["allowed_payment_method_types"], allowed["payment_method_types"]) == (["card"], ["card"])


@pytest.mark.parametrize(("path", "noun"), [(INTENTS, "PaymentIntent"), ("/v1/setup_intents", "SetupIntent")])
def test_who_may_be_led_away_is_told_where_to_return_to(local: Local, path: str, noun: str) -> None:
    """Whatever payment method is used (https://github.com/opencollective/opencollective-frontend/pull/12346)."""
    amount = {"amount": 2000, "currency": "usd"} if path == INTENTS else {}
    card = {**amount, "payment_method": "pm_card_visa"}
    message = (
        f"This {noun} is configured to accept payment methods enabled in your Dashboard. Because some of these payment "
        "methods might redirect your customer off of your page, you must provide a `return_url`. If you don't want to "
        "accept redirect-based payment methods, set `automatic_payment_methods[enabled]` to `true` and "
        "`automatic_payment_methods[allow_redirects]` to `never` when creating Setup Intents and Payment Intents."
    )
    for how in ({}, {"automatic_payment_methods": {"enabled": True}}):
        assert local.refused("post", path, **card, **how, confirm=True) == Refusal(message)
        later = local.post(path, **card, **how)["id"]
        assert local.refused("post", f"{path}/{later}/confirm") == Refusal(message)
        assert local.post(f"{path}/{later}/confirm", return_url="https://example.com")["status"] == "succeeded"
    for how in (
        {"automatic_payment_methods": {"enabled": True, "allow_redirects": "never"}},
        {"allowed_payment_method_types": ["card"]},
        {"return_url": "https://example.com"},
        {"use_stripe_sdk": True},
    ):
        assert local.post(path, **card, **how, confirm=True)["status"] == "succeeded"


def test_unknown_types_are_refused_as_stripe_does(local: Local) -> None:
    """Public threads have the words."""
    unknown = local.refused("post", INTENTS, amount=2000, currency="usd", payment_method_types=["card", "abc"])
    assert unknown.message.startswith('The payment method type "abc" is invalid.')
    assert (unknown.code, unknown.param) == ("payment_intent_invalid_parameter", "payment_method_types")
    both = {"payment_method_types": ["card"], "automatic_payment_methods": {"enabled": True}}
    assert local.refused("post", INTENTS, amount=2000, currency="usd", **both).param == "automatic_payment_methods"


def test_a_card_does_not_pay_where_only_link_may(local: Local) -> None:
    """Public threads have the words."""
    made = of_types(local, "link")
    card = local.post("/v1/payment_methods", type="card", card={"token": "tok_visa"})["id"]
    refusal = refused_with_intent(local, made, "/confirm", f"payment_method={card}")
    assert refusal.message == (
        "The PaymentMethod provided (card) is not allowed for this PaymentIntent. Please attach a PaymentMethod of one "
        "of the following types: link."
    )


@pytest.mark.parametrize(
    ("type", "said"),
    [
        (
            "klarna",
            "is not allowed for this PaymentIntent. Please attach a PaymentMethod of one of the following types",
        ),
        ("link", "The local Stripe does not have payments with payment methods of type `link`."),
    ],
)
def test_only_cards_pay(local: Local, type: str, said: str) -> None:
    method = local.post("/v1/payment_methods", type=type)["id"]
    payment_intent = intent(local)
    refusals = [
        local.refused("post", INTENTS, amount=2000, currency="usd", payment_method=method),
        local.refused("post", f"{INTENTS}/{payment_intent['id']}", payment_method=method),
        refused_with_intent(local, payment_intent, "/confirm", f"payment_method={method}"),
    ]
    for refused in refusals:
        assert said in refused.message
        assert refused.param == "payment_method"


def test_an_invoice_says_how_it_is_paid(local: Local) -> None:
    owner = customer(local)
    local.post("/v1/invoiceitems", customer=owner, amount=900, currency="usd")
    draft = local.post("/v1/invoices", customer=owner, pending_invoice_items_behavior="include")["id"]
    opened = local.post(f"/v1/invoices/{draft}/finalize", expand=["payments"])
    made = opened["payments"]["data"][0]["payment"]["payment_intent"]
    for name, value in (("amount", 1000), ("capture_method", "manual"), ("customer", owner)):
        refusal = local.refused("post", f"{INTENTS}/{made}", **{name: value})
        assert "of an invoice's PaymentIntent" in refusal.message


def test_an_amount_of_nothing(local: Local) -> None:
    refusal = local.refused("post", INTENTS, amount=0, currency="usd")
    assert (refusal.code, refusal.param) == ("parameter_invalid_integer", "amount")
    assert "currencies#minimum-and-maximum-charge-amounts).  If you want to save" in refusal.message


@pytest.mark.parametrize("of_customer", [False, True])
def test_nothing_to_pay_with(local: Local, of_customer: bool) -> None:
    payment_intent = intent(local, **({"customer": customer(local)} if of_customer else {}))
    refusal = refused_with_intent(local, payment_intent, "/confirm")
    assert refusal.code == STATE
    how = (
        f"To confirm the PaymentIntent with {payment_intent['customer']}, specify a payment method attached to this customer "
        "along with the customer ID."
        if of_customer
        else "You can either update the PaymentIntent with a payment method and then confirm it again, or confirm it "
        "again directly with a payment method or ConfirmationToken."
    )
    assert refusal.message == f"You cannot confirm this PaymentIntent because it's missing a payment method. {how}"


def test_somebody_else_s_card(local: Local) -> None:
    owner, other = customer(local), customer(local)
    card = local.post("/v1/payment_methods/pm_card_visa/attach", customer=owner)["id"]
    assert refused_with_intent(local, intent(local), "/confirm", f"payment_method={card}") == Refusal(
        f"The `payment_method` parameter supplied {card} belongs to the Customer {owner}. Please include the Customer "
        "in the `customer` parameter on the PaymentIntent.",
        "parameter_missing",
        "source",
    )
    theirs = intent(local, customer=other)
    assert refused_with_intent(local, theirs, "/confirm", f"payment_method={card}") == Refusal(
        f"The PaymentMethod {card} does not belong to the Customer you supplied {other}. Please use this PaymentMethod "
        "with the Customer that it belongs to instead.",
        param="payment_method",
    )


def test_off_session_authentication_is_required_and_nothing_charged(local: Local) -> None:
    owner = customer(local)
    card = local.post("/v1/payment_methods", type="card", card={"token": "tok_threeDSecure2Required"})["id"]
    form = f"amount=3300&currency=usd&customer={owner}&payment_method={card}&confirm=true&off_session=true"
    form += "&payment_method_types[]=card"
    reply = local.send("post", INTENTS, form)
    error = reply.json["error"]
    assert reply.refusal == Refusal(
        "Your card was declined. This transaction requires authentication.",
        "authentication_required",
        status=402,
        type="card_error",
    )
    assert error["decline_code"] == "authentication_required"
    assert error.keys() == {
        "code",
        "decline_code",
        "doc_url",
        "message",
        "payment_intent",
        "payment_method",
        "request_log_url",
        "type",
    }
    made = error["payment_intent"]
    assert (made["status"], made["latest_charge"]) == ("requires_payment_method", None)
    assert made["last_payment_error"]["payment_method_type"] == "card"
    assert local.get("/v1/charges", customer=owner)["data"] == []
    assert [event["type"] for event in local.events() if event["type"].startswith("charge")] == []


def test_a_payment_that_may_not_wait_for_the_customer(local: Local) -> None:
    payment_intent = intent(
        local, payment_method="pm_card_threeDSecure2Required", allowed_payment_method_types=["card"]
    )
    refusal = local.refused("post", f"{INTENTS}/{payment_intent['id']}/confirm", error_on_requires_action=True)
    assert (refusal.status, refusal.code) == (402, "authentication_required")


def test_stripe_js_may_be_asked_to_authenticate_in_place(local: Local) -> None:
    payment_intent = intent(local, payment_method="pm_card_threeDSecure2Required", confirmation_method="automatic")
    path = f"{INTENTS}/{payment_intent['id']}/confirm"
    waiting = local.post(path, return_url="https://shop.example/back", use_stripe_sdk=True)
    assert waiting["next_action"]["type"] == "use_stripe_sdk"


def test_what_only_a_confirmation_uses_is_not_dropped_without_one(local: Local) -> None:
    for name, value in (("off_session", True), ("return_url", "https://a.example"), ("error_on_requires_action", True)):
        assert local.refused("post", INTENTS, amount=2000, currency="usd", **{name: value}).param == name


def test_a_flag_of_a_confirmation_that_is_false_says_nothing(local: Local) -> None:
    payment_intent = local.post(INTENTS, amount=2000, currency="usd", off_session=False, use_stripe_sdk=False)
    assert payment_intent["status"] == "requires_payment_method"


def test_what_changes_after_the_payment_and_what_does_not(local: Local) -> None:
    paid = intent(local, payment_method="pm_card_visa", allowed_payment_method_types=["card"], confirm=True)
    path = f"{INTENTS}/{paid['id']}"
    after = local.post(path, description="after", metadata={"u": "v"}, receipt_email="jenny@example.com")
    assert (after["description"], after["metadata"]) == ("after", {"u": "v"})
    refusal = refused_with_intent(local, after, "", "amount=9999")
    assert refusal == Refusal(
        "This PaymentIntent's amount could not be updated because it has a status of succeeded. You may only update "
        "the amount of a PaymentIntent with one of the following statuses: requires_payment_method, "
        "requires_confirmation, requires_action.",
        STATE,
        "amount",
    )


def test_what_is_given_shows(local: Local) -> None:
    shipping = {"address": {"line1": "1 Main St"}, "name": "Jenny", "carrier": "Fedex"}
    payment_intent = intent(
        local, shipping=shipping, receipt_email="jenny@example.com", statement_descriptor_suffix="HAT"
    )
    assert (payment_intent["receipt_email"], payment_intent["statement_descriptor_suffix"]) == (
        "jenny@example.com",
        "HAT",
    )
    assert (payment_intent["shipping"]["address"]["line1"], payment_intent["shipping"]["carrier"]) == (
        "1 Main St",
        "Fedex",
    )
    cleared = local.post(f"{INTENTS}/{payment_intent['id']}", shipping="", receipt_email="")
    assert (cleared["shipping"], cleared["receipt_email"]) == (None, None)
