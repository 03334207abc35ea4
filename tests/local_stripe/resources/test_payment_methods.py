"""Payment methods (https://docs.stripe.com/api/payment_methods), as recorded of 2026-08-26.dahlia."""

from __future__ import annotations

from typing import Any

import pytest

from tests.local_stripe.conftest import Local, Refusal

PATH = "/v1/payment_methods"
GIVEN = {"number": "4242424242424242", "exp_month": 3, "exp_year": 2031}
ADDRESS = {"line1": "1 Main St", "postal_code": "12345"}
NO_SUCH = (
    "No such PaymentMethod: 'abcd'; It's possible this PaymentMethod exists on one of your connected accounts, in which "
    "case you should retry this request on that connected account. Learn more at "
    "https://stripe.com/docs/connect/authentication"
)


def customer(local: Local) -> str:
    return str(local.post("/v1/customers")["id"])


def made(local: Local, token: str = "tok_visa") -> Any:
    return local.post(PATH, type="card", card={"token": token})


def cvc(method: Any) -> Any:
    return method["card"]["checks"]["cvc_check"]


def error(local: Local, path: str, form: str) -> dict[str, Any]:
    body: dict[str, Any] = local.send("post", path, form).json["error"]
    body.pop("request_log_url")
    return body


def test_a_token_s_card_expires_in_a_year_and_its_cvc_is_checked_when_it_is_attached(local: Local) -> None:
    method = made(local)
    assert (method["card"]["exp_month"], method["card"]["exp_year"], cvc(method)) == (1, 2028, "unchecked")
    attached = local.post(f"{PATH}/{method['id']}/attach", customer=customer(local))
    assert cvc(attached) == "pass"
    assert local.events(type="payment_method.attached")[0]["data"] == {"object": attached}


def test_only_what_was_given_is_checked(local: Local) -> None:
    owner = customer(local)
    bare = local.post(PATH, type="card", card=GIVEN)
    assert bare["card"]["checks"] == dict.fromkeys(
        ("address_line1_check", "address_postal_code_check", "cvc_check"), None
    )
    assert local.post(f"{PATH}/{bare['id']}/attach", customer=owner)["card"]["checks"] == bare["card"]["checks"]
    whole = local.post(
        PATH,
        type="card",
        card={**GIVEN, "number": "4000000000000010", "cvc": "123"},
        billing_details={"address": ADDRESS},
    )
    assert set(whole["card"]["checks"].values()) == {"unchecked"}
    attached = local.post(f"{PATH}/{whole['id']}/attach", customer=owner)
    assert attached["card"]["checks"] == {
        "address_line1_check": "fail",
        "address_postal_code_check": "fail",
        "cvc_check": "pass",
    }


def test_a_cvc_that_was_not_given_is_not_wrong(local: Local) -> None:
    owner = customer(local)
    card = {**GIVEN, "number": "4000000000000127"}
    without = local.post(PATH, type="card", card=card)
    assert local.post(f"{PATH}/{without['id']}/attach", customer=owner)["customer"] == owner
    intent = {"amount": 900, "currency": "usd", "payment_method": without["id"], "customer": owner, "confirm": True}
    assert local.post("/v1/payment_intents", **intent, off_session=True)["status"] == "succeeded"
    given = local.post(PATH, type="card", card={**card, "cvc": "123"})
    assert local.refused("post", f"{PATH}/{given['id']}/attach", customer=owner) == Refusal(
        "Your card's security code is incorrect.", "incorrect_cvc", "cvc", 402, "card_error"
    )


def test_a_declined_card_is_refused_with_the_bank_s_codes(local: Local) -> None:
    declined = made(local, "tok_visa_chargeDeclined")["id"]
    assert error(local, f"{PATH}/{declined}/attach", f"customer={customer(local)}") == {
        "advice_code": "try_again_later",
        "code": "card_declined",
        "decline_code": "generic_decline",
        "doc_url": "https://stripe.com/docs/error-codes/card-declined",
        "message": "Your card was declined.",
        "network_decline_code": "01",
        "param": "",
        "type": "card_error",
    }


def test_an_equal_number_has_an_equal_fingerprint(local: Local) -> None:
    first, second = made(local), local.post(PATH, type="card", card=GIVEN)
    other = made(local, "tok_mastercard")
    assert first["card"]["fingerprint"] == second["card"]["fingerprint"] != other["card"]["fingerprint"]
    assert len(first["card"]["fingerprint"]) == 16


def test_only_an_attached_payment_method_changes_and_only_to_a_valid_card(local: Local) -> None:
    loose = made(local)["id"]
    assert local.refused("post", f"{PATH}/{loose}", metadata={"a": "1"}) == Refusal(
        "You must save this PaymentMethod to a customer before you can update it."
    )
    attached = local.post(f"{PATH}/{loose}/attach", customer=customer(local))["id"]
    for card, part in (({"exp_month": 13}, "month"), ({"exp_year": 1995}, "year")):
        assert local.refused("post", f"{PATH}/{attached}", card=card) == Refusal(
            f"Your card's expiration {part} is invalid.", f"invalid_expiry_{part}", f"exp_{part}", 402, "card_error"
        )


@pytest.mark.parametrize(
    ("params", "refusal"),
    [
        ({}, Refusal("Missing required param: type.", "parameter_missing", "type")),
        ({"type": "card"}, Refusal("Missing required param: card.", "parameter_missing", "card")),
        (
            {"type": "card", "card": {"number": "4242424242424242"}},
            Refusal("Missing required param: card[exp_month].", "parameter_missing", "card[exp_month]"),
        ),
        (
            {"type": "card", "card": {"token": "tok_visa", "number": "4242424242424242"}},
            Refusal("You may only specify one of these parameters: card[number], card[token].", param="card[token]"),
        ),
        (
            {"type": "klarna", "card": {"token": "tok_visa"}},
            Refusal("You may only specify one of these parameters: klarna, card.", param="card"),
        ),
        ({"type": "custom"}, Refusal("The local Stripe does not have custom payment methods.", param="type")),
        ({"type": "sepa_debit"}, Refusal("Missing required param: sepa_debit.", "parameter_missing", "sepa_debit")),
        (
            {"type": "sepa_debit", "sepa_debit": {"iban": "DE00370400440532013000"}},
            Refusal("Invalid IBAN: DE00370400440532013000", "invalid_bank_account_iban", "sepa_debit[iban]"),
        ),
    ],
)
def test_what_makes_no_payment_method(local: Local, params: dict[str, Any], refusal: Refusal) -> None:
    assert local.refused("post", PATH, **params) == refusal


OTHERS: list[tuple[str, Any, Any]] = [
    ("klarna", None, {}),
    ("alipay", {}, {}),
    ("ideal", {"bank": "ing"}, {"bank": "ing", "bic": "INGBNL2A"}),
    ("p24", None, {"bank": None}),
    ("boleto", {"tax_id": "00000000000"}, {"tax_id": "00000000000"}),
    ("fpx", {"bank": "cimb"}, {"bank": "cimb"}),
    ("sofort", {"country": "DE"}, {"country": "DE"}),
    (
        "sepa_debit",
        {"iban": "DE89370400440532013000"},
        {
            "bank_code": "37040044",
            "branch_code": "",
            "country": "DE",
            "generated_from": {"charge": None, "setup_attempt": None},
            "last4": "3000",
        },
    ),
    (
        "acss_debit",
        {"account_number": "000123456789", "institution_number": "000", "transit_number": "11000"},
        {"bank_name": "STRIPE TEST BANK", "institution_number": "000", "last4": "6789", "transit_number": "11000"},
    ),
]


@pytest.mark.parametrize(("type", "params", "shown"), OTHERS)
def test_other_types_are_objects_with_a_hash_of_their_type(local: Local, type: str, params: Any, shown: Any) -> None:
    method = local.post(PATH, type=type, **({} if params is None else {type: params}))
    own = {name: value for name, value in method[type].items() if name != "fingerprint"}
    assert (method["type"], own, "card" in method) == (type, shown, False)
    assert local.get(f"{PATH}/{method['id']}") == method


def test_other_types_are_attached_or_refused(local: Local) -> None:
    owner = customer(local)
    debit = local.post(PATH, type="sepa_debit", sepa_debit={"iban": "DE89370400440532013000"})
    attached = local.post(f"{PATH}/{debit['id']}/attach", customer=owner)
    assert local.get(PATH, customer=owner, type="sepa_debit")["data"] == [attached]
    ideal = local.post(PATH, type="ideal")
    assert local.refused("post", f"{PATH}/{ideal['id']}/attach", customer=owner) == Refusal(
        "PaymentMethods of type 'ideal' cannot be saved to customers."
    )
    boleto = local.post(PATH, type="boleto", boleto={"tax_id": "00000000000"})
    local.post(f"{PATH}/{boleto['id']}/attach", customer=owner)
    default = local.refused("post", f"/v1/customers/{owner}", invoice_settings={"default_payment_method": boleto["id"]})
    assert default.message == "The local Stripe does not have payments with payment methods of type `boleto`."


def test_payment_methods_are_listed_and_read_through_their_customer(local: Local) -> None:
    owner, other = customer(local), customer(local)
    method = local.post(f"{PATH}/{made(local)['id']}/attach", customer=owner)
    nested = f"/v1/customers/{owner}/payment_methods"
    assert local.get(PATH)["data"] == []
    assert local.get(PATH, customer=owner, type="card")["data"] == [method]
    assert local.get(nested, type="card") == {"object": "list", "data": [method], "has_more": False, "url": nested}
    assert local.get(f"{nested}/{method['id']}") == method
    stranger = f"/v1/customers/{other}/payment_methods/{method['id']}"
    assert local.refused("get", stranger) == Refusal("Invalid request", param="customer", status=404)


def test_a_customer_that_is_gone_has_no_payment_methods(local: Local) -> None:
    gone = customer(local)
    local.delete(f"/v1/customers/{gone}")
    missing = Refusal(f"No such customer: '{gone}'", "resource_missing", "customer")
    assert local.refused("get", PATH, customer=gone) == missing
    assert local.refused("post", f"{PATH}/{made(local)['id']}/attach", customer=gone) == missing
    nowhere = local.refused("get", "/v1/customers/cus_nope/payment_methods")
    assert nowhere == Refusal("No such customer: 'cus_nope'", "resource_missing", "id", 404)


def test_an_unknown_payment_method_may_be_of_a_connected_account(local: Local) -> None:
    owner = customer(local)
    assert local.refused("post", f"{PATH}/abcd/attach", customer=owner) == Refusal(
        NO_SUCH, "resource_missing", "payment_method", 404
    )
    refusal = local.refused("post", "/v1/setup_intents", customer=owner, payment_method="abcd")
    assert refusal == Refusal(NO_SUCH, "resource_missing", "payment_method")


def test_details_are_merged(local: Local) -> None:
    method = local.post(f"{PATH}/{made(local)['id']}/attach", customer=customer(local))
    path = f"{PATH}/{method['id']}"
    local.post(path, billing_details={"name": "Ada", "address": {"city": "London"}})
    after = local.post(path, allow_redisplay="limited", billing_details={"email": "ada@example.com"})
    details = after["billing_details"]
    assert (details["name"], details["email"], details["address"]["city"]) == ("Ada", "ada@example.com", "London")
    moved = local.post(path, billing_details={"address": {"country": "GB"}})["billing_details"]["address"]
    assert (moved["city"], moved["country"]) == ("London", "GB")
    after = local.post(path, billing_details={"address": ""})
    assert set(after["billing_details"]["address"].values()) == {None}
    assert local.get(PATH, customer=method["customer"], allow_redisplay="limited")["data"] == [after]
    assert local.events(type="payment_method.updated")[2]["data"]["previous_attributes"] == {
        "allow_redisplay": "unspecified",
        "billing_details": {"email": None},
    }


def test_of_a_co_branded_card_the_customer_s_network_is_kept(local: Local) -> None:
    card = {**GIVEN, "number": "4000002500001001"}
    known = local.post(PATH, type="card", card={**card, "networks": {"preferred": "cartes_bancaires"}})["card"]
    other = local.post(PATH, type="card", card={**card, "networks": {"preferred": "mastercard"}})["card"]
    assert (known["networks"]["preferred"], known["display_brand"]) == ("cartes_bancaires", "cartes_bancaires")
    assert (other["networks"]["preferred"], other["display_brand"]) == ("invalid_preference", "visa")


@pytest.mark.parametrize(("type", "details"), [("sepa_debit", {"iban": "DE89370400440532013000"}), ("link", {})])
def test_saved_payment_methods_that_are_no_cards_are_updated(local: Local, type: str, details: dict[str, str]) -> None:
    customer = local.post("/v1/customers")["id"]
    holder = {"name": "Jenny", "email": "jenny@example.com"}
    payment_method = local.post(
        "/v1/payment_methods", type=type, billing_details=holder, **({type: details} if details else {})
    )
    path = f"/v1/payment_methods/{payment_method['id']}"
    local.post(f"{path}/attach", customer=customer)
    after = local.post(path, billing_details={"name": "Bob", "address": {"city": "Paris"}}, metadata={"a": "1"})
    assert (after["billing_details"]["name"], after["billing_details"]["email"]) == ("Bob", "jenny@example.com")
    assert (after["billing_details"]["address"]["city"], after["metadata"]) == ("Paris", {"a": "1"})
    assert after == local.get(path)


def test_a_type_that_there_is_not_is_refused_with_each_type_once(local: Local) -> None:
    message = local.refused("get", f"/v1/customers/{customer(local)}/payment_methods", type="bogus").message
    assert local.refused("get", PATH, type="bogus").message == message
    types = message.removeprefix("Invalid type: must be one of ").replace("or ", "").split(", ")
    assert (types[0], types[-1], len(types) - len(set(types))) == ("acss_debit", "zip", 0)
