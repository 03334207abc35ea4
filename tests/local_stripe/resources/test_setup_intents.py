"""Setup intents (https://docs.stripe.com/api/setup_intents), as recorded of 2026-08-26.dahlia."""

from __future__ import annotations

from typing import Any

import pytest

from tests.local_stripe.conftest import Local, Refusal

PATH = "/v1/setup_intents"
STATE = "setup_intent_unexpected_state"
NOT_CANCELABLE = (
    "You cannot cancel this SetupIntent because it has a status of succeeded. Only a SetupIntent with one of the "
    "following statuses may be canceled: `requires_payment_method`, `requires_confirmation`, or `requires_action`."
)
NOTHING = (
    "You cannot confirm this SetupIntent because it's missing a payment method. You can either update the SetupIntent "
    "with a payment method and then confirm it again, or confirm it again directly with a payment method or "
    "ConfirmationToken."
)


def customer(local: Local) -> str:
    return str(local.post("/v1/customers")["id"])


def attached(local: Local, owner: str) -> str:
    return str(local.post("/v1/payment_methods/pm_card_visa/attach", customer=owner)["id"])


def refused(local: Local, setup: str, action: str, form: str = "") -> tuple[Refusal, Any]:
    """Return the refusal of an action on a setup intent, and the intent that comes with it."""
    reply = local.send("post", f"{PATH}/{setup}{action}", form)
    return reply.refusal, reply.json["error"].get("setup_intent")


def test_without_types_the_account_s_methods_are_offered(local: Local) -> None:
    bare = local.post(PATH)
    assert bare["automatic_payment_methods"] == {"allow_redirects": "always", "enabled": True}
    assert bare["payment_method_configuration_details"]["id"].startswith("pmc_")
    assert ("card" in bare["payment_method_types"], bare["status"]) == (True, "requires_payment_method")
    named = local.send("post", PATH, "payment_method_types[0]=card&usage=on_session").json
    assert (named["automatic_payment_methods"], named["payment_method_configuration_details"]) == (None, None)
    assert (named["payment_method_types"], named["usage"]) == (["card"], "off_session")


def test_a_type_is_set_up_or_refused(local: Local) -> None:
    for type in ("abc", "affirm"):
        unknown = local.send("post", PATH, f"payment_method_types[0]={type}").refusal
        assert (unknown.code, unknown.param) == ("setup_intent_invalid_parameter", "payment_method_types")
    klarna = local.post("/v1/payment_methods", type="klarna")["id"]
    assert local.refused("post", PATH, payment_method=klarna).message.startswith(
        "The PaymentMethod provided (klarna) is not allowed for this SetupIntent."
    )
    both = {"allowed_payment_method_types": ["klarna", "card"]}
    setup = local.post(PATH, **both)
    assert setup["payment_method_types"] == ["klarna", "card"]
    assert local.refused("post", f"{PATH}/{setup['id']}/confirm", payment_method=klarna).message == (
        "The local Stripe does not set up payment methods of type `klarna`."
    )
    assert local.post(f"{PATH}/{setup['id']}/confirm", payment_method="pm_card_visa")["status"] == "succeeded"


def test_a_confirmed_setup_keeps_the_card_for_its_customer(local: Local) -> None:
    owner = customer(local)
    card = local.post("/v1/payment_methods", type="card", card={"token": "tok_visa"})["id"]
    after = local.post(PATH, customer=owner, payment_method=card, allowed_payment_method_types=["card"], confirm=True)
    assert (after["status"], after["payment_method"]) == ("succeeded", card)
    assert after["latest_attempt"].startswith("setatt_1")
    kept = local.get(f"/v1/payment_methods/{card}")
    assert (kept["customer"], kept["card"]["checks"]["cvc_check"]) == (owner, "pass")


@pytest.mark.parametrize("action", ["create", "update", "confirm"])
def test_a_card_belongs_to_its_customer(local: Local, action: str) -> None:
    owner, other = customer(local), customer(local)
    card = attached(local, owner)
    for wrong, message in (
        (
            None,
            f"The payment method supplied ({card}) belongs to the Customer {owner}. Please include the Customer in the "
            "`customer` parameter on the SetupIntent.",
        ),
        (
            other,
            f"The PaymentMethod {card} does not belong to the Customer you supplied {other}. Please use this "
            "PaymentMethod with the Customer that it belongs to instead.",
        ),
    ):
        owned = {} if wrong is None else {"customer": wrong}
        if action == "create":
            assert local.refused("post", PATH, payment_method=card, **owned) == Refusal(message, param="payment_method")
            continue
        setup = local.post(PATH, **owned)
        path = "/confirm" if action == "confirm" else ""
        assert refused(local, setup["id"], path, f"payment_method={card}") == (
            Refusal(message, param="payment_method"),
            setup,
        )


def test_a_declined_setup_leaves_an_intent_with_the_bank_s_codes(local: Local) -> None:
    card = local.post("/v1/payment_methods", type="card", card={"token": "tok_chargeDeclinedExpiredCard"})["id"]
    error = local.send("post", PATH, f"payment_method={card}&payment_method_types[]=card&confirm=true").json["error"]
    error.pop("request_log_url")
    setup = error.pop("setup_intent")
    assert error.pop("payment_method")["card"]["checks"]["cvc_check"] == "pass"
    assert error == {
        "advice_code": "confirm_card_data",
        "code": "expired_card",
        "decline_code": "expired_card",
        "doc_url": "https://stripe.com/docs/error-codes/expired-card",
        "message": "Your card has expired.",
        "network_advice_code": "03",
        "network_decline_code": "54",
        "param": "exp_month",
        "type": "card_error",
    }
    assert (setup["status"], setup["payment_method"]) == ("requires_payment_method", None)
    assert setup["latest_attempt"].startswith("setatt_")
    last = dict(setup["last_setup_error"])
    assert last.pop("payment_method")["id"] == card
    assert last == error
    assert local.get(f"{PATH}/{setup['id']}") == setup


def test_a_succeeded_setup_changes_only_in_its_description(local: Local) -> None:
    owner = customer(local)
    by_card = {"payment_method": attached(local, owner), "allowed_payment_method_types": ["card"]}
    done = local.post(PATH, customer=owner, **by_card, confirm=True)
    after = local.post(f"{PATH}/{done['id']}", description="after the fact", metadata={"k": "v"})
    assert after == {**done, "description": "after the fact", "metadata": {"k": "v"}}
    for action, form, message in (
        ("/confirm", "", "You cannot confirm this SetupIntent because it has already succeeded."),
        ("/cancel", "", NOT_CANCELABLE),
        ("", "customer=cus_1", "You cannot update this SetupIntent because it has already succeeded."),
    ):
        assert refused(local, done["id"], action, form) == (Refusal(message, STATE), after)


def test_a_canceled_setup_stays_canceled(local: Local) -> None:
    owner = customer(local)
    setup = local.post(PATH, customer=owner, payment_method=attached(local, owner))
    after = local.post(f"{PATH}/{setup['id']}/cancel", cancellation_reason="duplicate")
    assert after == {**setup, "status": "canceled", "cancellation_reason": "duplicate"}
    for action, message in (
        ("/confirm", "You cannot confirm this SetupIntent because it has been canceled."),
        ("/cancel", "You cannot cancel this SetupIntent because it is already canceled."),
    ):
        assert refused(local, setup["id"], action) == (Refusal(message, STATE), after)


def test_the_customer_s_default_card_is_not_set_up_by_itself(local: Local) -> None:
    owner = customer(local)
    local.post(f"/v1/customers/{owner}", invoice_settings={"default_payment_method": attached(local, owner)})
    setup = local.post(PATH, customer=owner)
    assert refused(local, setup["id"], "/confirm") == (Refusal(NOTHING, STATE), setup)


def test_a_card_has_no_micro_deposits(local: Local) -> None:
    setup = local.post(PATH)
    assert refused(local, setup["id"], "/verify_microdeposits", "amounts[0]=32&amounts[1]=45") == (
        Refusal(
            "This SetupIntent cannot be actioned on because it has a status of requires_payment_method. Only a "
            'SetupIntent with one of the following statuses may be actioned on: ["requires_action"].',
            "intent_invalid_state",
        ),
        setup,
    )


def test_setups_are_found_by_customer_and_card(local: Local) -> None:
    owner = customer(local)
    card = attached(local, owner)
    first = local.post(PATH, customer=owner, payment_method=card)
    second = local.post(PATH, customer=owner)
    assert local.get(PATH, customer=owner)["data"] == [second, first]
    assert local.get(PATH, payment_method=card)["data"] == [first]
    assert local.refused("get", f"{PATH}/seti_no") == Refusal(
        "No such setupintent: 'seti_no'", "resource_missing", "intent", 404
    )


def test_a_client_secret_is_the_intent_s_own(local: Local) -> None:
    setup = local.post(PATH)
    assert local.get(f"{PATH}/{setup['id']}", client_secret=setup["client_secret"]) == setup
    assert local.refused("get", f"{PATH}/{setup['id']}", client_secret="seti_other").status == 400


def test_each_try_is_an_attempt_of_the_intent(local: Local) -> None:
    """After `stripe/_setup_attempt.py`."""
    owner = customer(local)
    setup = local.post(PATH, customer=owner, allowed_payment_method_types=["card"])
    path = f"{PATH}/{setup['id']}/confirm"
    local.send("post", path, "payment_method=pm_card_chargeDeclinedExpiredCard")
    waiting = local.post(path, payment_method="pm_card_authenticationRequired", expand=["latest_attempt"])
    assert waiting["latest_attempt"]["status"] == "requires_action"
    local.send("post", f"/local/setup_intents/{setup['id']}/authenticate", "succeeds=true")
    succeeded, failed = local.get("/v1/setup_attempts", setup_intent=setup["id"])["data"]
    assert (succeeded["id"], succeeded["status"], succeeded["customer"]) == (
        waiting["latest_attempt"]["id"],
        "succeeded",
        owner,
    )
    assert succeeded["payment_method_details"]["card"]["last4"] == "3184"
    assert (failed["status"], failed["setup_error"]["code"]) == ("failed", "expired_card")
    assert local.refused("get", "/v1/setup_attempts", setup_intent="seti_no") == Refusal(
        "No such setupintent: 'seti_no'", "resource_missing", "setup_intent"
    )


def test_stripe_js_is_led_to_3d_secure_where_the_server_leaves_it_to_it(local: Local) -> None:
    """`use_stripe_sdk`: the SDK handles the next action, whatever there is to return to."""
    setup = local.post("/v1/setup_intents", payment_method="pm_card_authenticationRequired")
    confirming = {"return_url": "https://shop.example/back", "use_stripe_sdk": True}
    waiting = local.post(f"/v1/setup_intents/{setup['id']}/confirm", **confirming)
    assert waiting["next_action"]["type"] == "use_stripe_sdk"
