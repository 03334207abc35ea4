"""The local Stripe keeps the rules that github.com/crvouga/mockingbird found in Stripe's test mode: random walks through both
were compared, and what differed was "confirmed with a targeted probe" (docs/CATALOG_COVERAGE.md). Each test says where it
stands in its packages/service/stripe."""

from __future__ import annotations

from typing import Any

import pytest

from tests.recorded.calls import monthly_price, ok, refusal
from tests.recorded.playing import Account

LONG = "c" * 1200


@pytest.mark.parametrize(
    ("id", "said"),
    [
        ("cus'x<&>", r"'cus\'x\u003C\u0026\u003E'"),
        ("cus_x'", r"'cus_x\''. Make sure you use the exact id without extra whitespace or quotes"),
        (" cus_x", "' cus_x'. Make sure you use the exact id without extra whitespace or quotes"),
        (LONG, f"'{LONG[:490]}...(truncated)...{LONG[:490]}'"),
    ],
)
def test_an_id_that_is_not_there_is_escaped_and_shortened(stripe_account: Account, id: str, said: str) -> None:
    """src/errors.ts."""
    params = {"customer": id, "items": [{"price": "price_x"}]}
    assert refusal(stripe_account, "POST /v1/subscriptions", params)[3] == f"No such customer: {said}"


def test_a_test_clock_that_is_not_there_is_a_billingclock(stripe_account: Account) -> None:
    """docs/CATALOG_COVERAGE.md; four more projects quote it."""
    wrong = refusal(stripe_account, "GET /v1/customers", {"test_clock": "clock_nope"})
    assert wrong == (400, "resource_missing", "test_clock", "No such billingclock: 'clock_nope'")


def test_a_cursor_of_balance_transactions_is_an_abstracttransaction(stripe_account: Account) -> None:
    """docs/CATALOG_COVERAGE.md."""
    path = f"GET /v1/customers/{ok(stripe_account, 'POST /v1/customers')['id']}/balance_transactions"
    wrong = refusal(stripe_account, path, {"starting_after": "cbtxn_nope"})
    assert wrong == (400, "resource_missing", "starting_after", "No such abstracttransaction: 'cbtxn_nope'")


def test_names_are_stripped_and_countries_are_capitals(stripe_account: Account) -> None:
    """src/customers.ts, src/products.ts."""
    params = {"name": " Jenny ", "phone": " ", "address": {"country": "us"}}
    made = ok(stripe_account, "POST /v1/customers", params)
    assert (made["name"], made["phone"], made["address"]["country"]) == ("Jenny", None, "US")
    product = ok(stripe_account, "POST /v1/products", {"name": " Plan ", "marketing_features": [{"name": " Fast "}]})
    assert (product["name"], product["marketing_features"]) == ("Plan", [{"name": "Fast"}])
    assert refusal(stripe_account, "POST /v1/products", {"name": " "})[1] == "parameter_invalid_empty"


@pytest.mark.parametrize(
    ("descriptor", "message"),
    [
        ('PLAN "1"', 'The statement descriptor cannot include ".'),
        ("12345", "The statement descriptor must contain at least one Latin character."),
    ],
)
def test_what_cannot_stand_on_a_statement(stripe_account: Account, descriptor: str, message: str) -> None:
    """src/fields.ts."""
    params = {"name": "Plan", "statement_descriptor": descriptor}
    assert refusal(stripe_account, "POST /v1/products", params) == (400, None, "statement_descriptor", message)


def test_metadata_has_fifty_short_keys(stripe_account: Account) -> None:
    """src/fields.ts; a shop's checkout quotes "you've set 52"."""
    many = {f"key{number}": "x" for number in range(51)}
    assert refusal(stripe_account, "POST /v1/customers", {"metadata": many})[3] == (
        "Metadata can have up to 50 keys, but you've set 51."
    )
    assert refusal(stripe_account, "POST /v1/customers", {"metadata": {"k" * 41: "x"}})[3] == (
        f"Metadata keys can have up to 40 characters, but you passed in a key that is 41 characters. Invalid key: {'k' * 41}"
    )


@pytest.mark.parametrize(
    ("params", "param", "message"),
    [
        (
            {"unit_amount_decimal": "-1.5"},
            "unit_amount_decimal",
            "This value must be greater than or equal to 0 (it currently is '-0.15e1').",
        ),
        (
            {"unit_amount": 1, "recurring": {"interval": "month", "interval_count": 37}},
            "recurring[interval_count]",
            "The interval_count for monthly prices can't be greater than 36",
        ),
    ],
)
def test_what_a_price_cannot_be(stripe_account: Account, params: Any, param: str, message: str) -> None:
    """src/prices.ts, src/fields.ts."""
    price = {"currency": "usd", "product_data": {"name": "Plan"}, **params}
    assert refusal(stripe_account, "POST /v1/prices", price) == (400, None, param, message)


def test_a_default_price_is_one_of_the_product(stripe_account: Account) -> None:
    """src/products.ts."""
    price, product = monthly_price(stripe_account), ok(stripe_account, "POST /v1/products", {"name": "Plan"})
    wrong = refusal(stripe_account, f"POST /v1/products/{product['id']}", {"default_price": price["id"]})
    assert wrong == (400, None, "default_price", f"The price `{price['id']}` does not belong to this product.")


def test_a_list_does_not_count_all(stripe_account: Account) -> None:
    """src/expand.ts, docs/CATALOG_COVERAGE.md."""
    wrong = refusal(stripe_account, "GET /v1/customers", {"expand": ["total_count"]})
    assert wrong == (400, None, None, "This property cannot be included (total_count)")


@pytest.mark.parametrize(
    ("params", "refused"),
    [
        ({"limit": 0}, ("parameter_invalid_integer", "limit", "This value must be greater than or equal to 1.")),
        (
            {"limit": 101},
            (
                "parameter_invalid_integer",
                "limit",
                "This value must be less than or equal to 100 (it currently is '101').",
            ),
        ),
        ({"page": "none"}, (None, "none", "none is an invalid page.")),
    ],
)
def test_what_a_search_does_not_answer(stripe_account: Account, params: Any, refused: Any) -> None:
    """src/search.ts: "verified in test mode"."""
    wrong = refusal(stripe_account, "GET /v1/customers/search", {"query": "email:'jenny@example.test'", **params})
    assert wrong == (400, *refused)


def test_a_canceled_intent_takes_no_payment_method(stripe_account: Account) -> None:
    """src/payments.ts; thebiggive/matchbot and three more projects quote it of a confirmation."""
    intent = ok(stripe_account, "POST /v1/payment_intents", {"amount": 1500, "currency": "cad"})
    ok(stripe_account, f"POST /v1/payment_intents/{intent['id']}/cancel")
    path = f"POST /v1/payment_intents/{intent['id']}/confirm"
    assert refusal(stripe_account, path, {"payment_method": "pm_card_visa"})[3] == (
        "This PaymentIntent's payment_method could not be updated because it has a status of canceled. You may only "
        "update the payment_method of a PaymentIntent with one of the following statuses: requires_payment_method, "
        "requires_confirmation, requires_action."
    )


def test_schedules_to_come_have_not_ended(stripe_account: Account) -> None:
    """src/subscription-schedules.ts."""
    filters = {"scheduled": True, "canceled_at": {"gt": 1}}
    assert refusal(stripe_account, "GET /v1/subscription_schedules", filters) == (
        400,
        None,
        "canceled_at",
        "You may only specify one of these parameters: canceled_at, scheduled.",
    )
