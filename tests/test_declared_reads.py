"""The test suite sees what the program reads of an answer and nobody declared."""

from __future__ import annotations

from typing import Any

import pytest

from stripe_billing_cli.stripe_api import json_output, references
from stripe_billing_cli.subscriptions import terms
from tests.conftest import Account
from tests.declared_reads import DeclaredDict, UndeclaredReadError


@pytest.fixture
def price() -> dict[str, Any]:
    return DeclaredDict({"id": "price_1", "object": "price", "lookup_key": "pro"}, frozenset({"lookup_key"}))


def test_what_is_declared_is_read(price: dict[str, Any]) -> None:
    assert references.name_of(price) == "pro"


def test_what_is_not_declared_is_named(price: dict[str, Any]) -> None:
    with pytest.raises(UndeclaredReadError, match="reads recurring of price: declare it in stripe_api/objects/"):
        terms.is_metered(price)
    with pytest.raises(UndeclaredReadError, match="reads recurring of price"):
        json_output.price(price, "usd")


def test_every_answer_of_the_suite_is_watched(account: Account) -> None:
    customer = account.post("/v1/customers", expand=["invoice_settings.default_payment_method"])
    [listed] = account.api.page("/v1/customers", {})[0]

    for answer in (customer, customer["invoice_settings"], listed):
        assert isinstance(answer, DeclaredDict)
