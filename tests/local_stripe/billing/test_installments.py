"""Payments in installments (https://docs.stripe.com/payments/meses-sin-intereses/accept-a-payment).

Words of refusals are not recorded.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.local_stripe.conftest import Local, encoded

INTENTS = "/v1/payment_intents"
PLAN = "payment_method_options[card][installments][plan]"
MEXICAN = {"type": "card", "card": {"number": "4000004840000008", "exp_month": 5, "exp_year": 2040}}
Post = Callable[..., Any]


@pytest.fixture
def post(local: Local) -> Post:
    """A function that posts to an account in Mexico and returns the answer, an error too."""
    account = local.post("/v1/accounts", country="MX")["id"]

    def post(path: str, **params: Any) -> Any:
        return local.send("post", path, encoded(params), headers={"Stripe-Account": account}).json

    return post


def months(count: int) -> dict[str, Any]:
    return {"count": count, "interval": "month", "type": "fixed_count"}


def installments(**chosen: Any) -> dict[str, Any]:
    return {"card": {"installments": chosen}}


def intent(post: Post, amount: int = 1_000_00, currency: str = "mxn", **more: Any) -> Any:
    method = post("/v1/payment_methods", **{**MEXICAN, **more})["id"]
    params = {"payment_method": method, "payment_method_options": installments(enabled=True)}
    return post(INTENTS, amount=amount, currency=currency, allowed_payment_method_types=["card"], **params)


def offered(intent: Any) -> list[int]:
    shown = intent["payment_method_options"]["card"]["installments"]
    assert (shown["enabled"], shown["plan"]) == (True, None)
    return [plan["count"] for plan in shown["available_plans"]]


def test_a_plan_is_chosen_at_the_confirmation(post: Post) -> None:
    payment_intent = intent(post)
    assert offered(payment_intent) == [3, 6, 9]
    options = installments(plan=months(6))
    paid = post(f"{INTENTS}/{payment_intent['id']}/confirm", payment_method_options=options, expand=["latest_charge"])
    assert (paid["status"], paid["amount_received"]) == ("succeeded", 1_000_00)
    assert paid["payment_method_options"]["card"]["installments"]["plan"] == months(6)
    assert paid["latest_charge"]["payment_method_details"]["card"]["installments"] == {"plan": months(6)}


def test_without_a_plan_all_is_paid_at_once(post: Post) -> None:
    payment_intent = intent(post)
    paid = post(f"{INTENTS}/{payment_intent['id']}/confirm", expand=["latest_charge"])
    assert (paid["status"], paid["latest_charge"]["payment_method_details"]["card"]["installments"]) == (
        "succeeded",
        None,
    )


@pytest.mark.parametrize(
    ("amount", "currency", "card", "counts"),
    [
        (2_400_00, "mxn", MEXICAN, [3, 6, 9, 12, 18, 24]),
        (299_99, "mxn", MEXICAN, []),
        (2_400_00, "usd", MEXICAN, []),
        (2_400_00, "mxn", {"card": {"token": "tok_visa"}}, []),
    ],
)
def test_plans_are_those_of_the_amount_the_currency_and_the_card(
    post: Post, amount: int, currency: str, card: dict[str, Any], counts: list[int]
) -> None:
    assert offered(intent(post, amount, currency, **card)) == counts


def test_plans_are_reckoned_anew_where_the_amount_changes(post: Post) -> None:
    payment_intent = intent(post)
    assert offered(post(f"{INTENTS}/{payment_intent['id']}", amount=500_00)) == [3]


def test_an_account_elsewhere_has_no_plans(local: Local) -> None:
    params = {"payment_method": "pm_card_visa", "payment_method_options": installments(enabled=True)}
    assert offered(local.post(INTENTS, amount=2_400_00, currency="mxn", **params)) == []


def test_a_plan_that_is_not_there_or_comes_early_is_refused(post: Post) -> None:
    payment_intent = intent(post)
    path = f"{INTENTS}/{payment_intent['id']}"
    assert post(f"{path}/confirm", payment_method_options=installments(plan=months(24)))["error"]["param"] == PLAN
    early = post(path, payment_method_options=installments(plan=months(3)))["error"]
    assert early["message"] == f"The parameter `{PLAN}` can only be used with `confirm=true`."
    params = {"amount": 1_000_00, "currency": "mxn", "payment_method_options": installments(plan=months(3))}
    assert post(INTENTS, **params)["error"]["param"] == PLAN


def test_a_confirmation_token_has_the_plan_that_was_chosen(post: Post) -> None:
    payment_intent = intent(post)
    method = payment_intent["payment_method"]
    token = post(
        "/v1/test_helpers/confirmation_tokens",
        payment_method=method,
        payment_method_options=installments(plan=months(3)),
    )
    assert token["payment_method_options"] == {"card": {"cvc_token": None, "installments": {"plan": months(3)}}}
    paid = post(f"{INTENTS}/{payment_intent['id']}/confirm", confirmation_token=token["id"])
    assert paid["payment_method_options"]["card"]["installments"]["plan"] == months(3)
