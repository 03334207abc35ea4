"""What a publishable key may do: what Stripe.js does with it, and no more."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from tests.local_stripe.conftest import Local, Refusal, Reply, encoded

KEY = {"Authorization": "Bearer pk_test_123"}
SECRET_ONLY = Refusal(
    "This API call cannot be made with a publishable API key. Please use a secret API key. You can find a list of your "
    "API keys at https://dashboard.stripe.com/account/apikeys.",
    "secret_key_required",
    status=401,
)
INTENTS = (
    ("payment_intents", {"amount": 1000, "currency": "usd"}),
    ("setup_intents", {}),
)


def browser(local: Local, method: str, path: str, **params: Any) -> Reply:
    return local.send(method, path, encoded(params), headers=KEY)


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("get", "/v1/products"),
        ("post", "/v1/products"),
        ("post", "/v1/customers"),
        ("get", "/v1/payment_intents"),
        ("post", "/v1/payment_intents"),
        ("post", "/v1/payment_intents/pi_1"),
        ("post", "/v1/payment_intents/pi_1/cancel"),
        ("post", "/v1/payment_intents/pi_1/capture"),
        ("post", "/v1/setup_intents"),
        ("get", "/v1/payment_methods/pm_1"),
        ("get", "/v1/tokens/tok_1"),
        ("get", "/v1/events"),
        ("get", "/v1/account"),
    ],
)
def test_what_only_a_server_may_do(local: Local, method: str, path: str) -> None:
    assert browser(local, method, path).refusal == SECRET_ONLY


def test_a_browser_makes_payment_methods(local: Local) -> None:
    made = browser(local, "post", "/v1/payment_methods", type="card", card={"token": "tok_visa"})

    assert made.json["card"]["last4"] == "4242"


@pytest.mark.parametrize(("resource", "params"), INTENTS)
def test_a_browser_reads_and_confirms_the_intent_whose_secret_it_has(
    local: Local, resource: str, params: Mapping[str, Any]
) -> None:
    intent = local.post(f"/v1/{resource}", **params, metadata={"margin": "70 %"})
    path, secret = f"/v1/{resource}/{intent['id']}", intent["client_secret"]

    seen = browser(local, "get", path, client_secret=secret).json
    done = browser(
        local,
        "post",
        f"{path}/confirm",
        client_secret=secret,
        payment_method="pm_card_visa",
        return_url="https://example.com",
        expand=["payment_method"],
    ).json

    assert (seen["id"], seen["status"]) == (intent["id"], "requires_payment_method")
    assert (done["status"], done["payment_method"]["object"]) == ("succeeded", "payment_method")
    for answer in (seen, done):
        assert not {"metadata", "customer", "latest_charge", "latest_attempt", "application"} & answer.keys()
    assert local.get(path)["metadata"] == {"margin": "70 %"}


@pytest.mark.parametrize(("resource", "params"), INTENTS)
def test_without_the_secret_there_is_nothing_to_see(local: Local, resource: str, params: Mapping[str, Any]) -> None:
    intent = local.post(f"/v1/{resource}", **params)
    path = f"/v1/{resource}/{intent['id']}"

    for method, where in (("get", path), ("post", f"{path}/confirm")):
        assert browser(local, method, where).refusal == Refusal(
            "Missing required param: client_secret.", "parameter_missing", "client_secret"
        )
        wrong = browser(local, method, where, client_secret="guessed").refusal
        assert (wrong.status, wrong.param) == (400, "client_secret")
        assert "does not match the client_secret" in wrong.message


def test_a_wrong_secret_is_refused_with_any_key(local: Local) -> None:
    intent = local.post("/v1/payment_intents", amount=1000, currency="usd")
    path = f"/v1/payment_intents/{intent['id']}"

    assert local.refused("get", path, client_secret="guessed").param == "client_secret"
    assert local.get(path, client_secret=intent["client_secret"]) == intent


@pytest.mark.parametrize(
    "params", [{"expand": ["customer"]}, {"expand": ["payment_method.customer"]}, {"expand": ["latest_charge"]}]
)
def test_a_browser_looks_no_further_than_the_payment_method(local: Local, params: Mapping[str, Any]) -> None:
    intent = local.post("/v1/payment_intents", amount=1000, currency="usd")
    path = f"/v1/payment_intents/{intent['id']}"

    assert browser(local, "get", path, client_secret=intent["client_secret"], **params).refusal == SECRET_ONLY


def test_a_browser_does_not_charge_off_session(local: Local) -> None:
    intent = local.post("/v1/payment_intents", amount=1000, currency="usd")

    refusal = browser(
        local,
        "post",
        f"/v1/payment_intents/{intent['id']}/confirm",
        client_secret=intent["client_secret"],
        payment_method="pm_card_visa",
        off_session=True,
    ).refusal

    assert refusal == SECRET_ONLY
