"""Links of the local Stripe are printed with what to run so that they open."""

from __future__ import annotations

import pytest

from tests.conftest import Billing
from tests.subscriptions.conftest import Shop

SERVE = "`billing local serve`"


@pytest.mark.parametrize("output", ["table", "json", "yaml"])
def test_a_link_says_how_it_opens(billing: Billing, shop: Shop, output: str) -> None:
    made = shop.customer()["id"]

    ran = billing.ok("customer", "portal", made, "--local", "--output", output)

    assert "http://127.0.0.1:12111/p/session/" in ran.out
    assert ran.err.count(SERVE) == 1
    assert "if it runs with --port N, with N in place of 12111." in ran.err


def test_the_link_in_a_hint_says_so_too(billing: Billing, shop: Shop) -> None:
    made = shop.with_card("pm_card_chargeCustomerFail")["id"]
    shop.subscription(made, shop.price()["id"], payment_behavior="allow_incomplete")
    invoice = billing.ok("invoice", "list", "--local", "--customer", made, "--output", "id").out.strip()

    failed = billing("invoice", "pay", invoice, "--local", "-y")

    assert failed.code == 4
    assert "http://127.0.0.1:12111/i/" in failed.err
    assert SERVE in failed.err
    assert "with --port N, at port N" in failed.err


def test_what_has_no_link_says_nothing_of_it(billing: Billing, shop: Shop) -> None:
    made = shop.customer()["id"]

    assert SERVE not in billing.ok("customer", "show", made, "--local").err
