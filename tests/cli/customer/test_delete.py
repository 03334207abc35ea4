"""`billing customer delete`: says what ends with it; never by --yes alone in live mode."""

from __future__ import annotations

from typing import Any

import pytest

from stripe_billing_cli.cli.context import Context
from stripe_billing_cli.local_stripe.transport import LocalTransport
from tests.cli.sub.conftest import EMAIL, Life
from tests.live import LIVE_KEY, Posing


def is_deleted(life: Life) -> bool:
    return bool(life.shop.api.get(f"/v1/customers/{life.customer}").get("deleted"))


def test_says_what_ends_with_it(life: Life) -> None:
    life.shop.post(f"/v1/customers/{life.customer}/balance_transactions", amount=-700, currency="usd")
    life.shop.post("/v1/invoiceitems", customer=life.customer, amount=2000, currency="usd")
    ran = life.ok("customer", "delete", EMAIL, "--yes")

    assert f"{life.customer} ({EMAIL}) will be deleted. That cannot be taken back." in ran.err
    assert f"{life.id} (active) ends at once: access is lost, and nothing is refunded." in ran.err
    assert "1 saved card will be removed" in ran.err
    assert "The balance is lost: $7.00 credit." in ran.err
    assert "What waits for the next invoice (1 item) is not billed any more" in ran.err
    assert is_deleted(life)
    assert life.subscription["status"] == "canceled"


def test_open_invoices_are_named(life: Life) -> None:
    life.shop.post("/v1/invoiceitems", customer=life.customer, amount=2000, currency="usd")
    made = life.shop.post("/v1/invoices", customer=life.customer, pending_invoice_items_behavior="include")
    opened = life.shop.post(f"/v1/invoices/{made['id']}/finalize")
    ran = life.ok("customer", "delete", life.customer, "--yes")

    assert f"Invoice {opened['number']} over $20.00 is open" in ran.err


def test_json_names_what_ended(life: Life) -> None:
    record = life.json("customer", "delete", EMAIL, "--yes")

    assert record == {"id": life.customer, "result": "deleted", "ended_subscriptions": [life.id]}


def test_asks_in_test_mode(life: Life) -> None:
    assert life("customer", "delete", EMAIL).code == 2
    assert not is_deleted(life)


def test_deleting_again_is_a_success_and_asks_nothing(life: Life) -> None:
    life.ok("customer", "delete", life.customer, "--yes")

    record = life.json("customer", "delete", life.customer)

    assert record == {"id": life.customer, "result": "unchanged", "ended_subscriptions": []}
    assert "is deleted already" in life.ok("customer", "delete", life.customer).out


@pytest.fixture
def live(life: Life, monkeypatch: pytest.MonkeyPatch) -> Any:
    """`billing customer delete` with a live key; nobody is there to ask."""
    monkeypatch.setattr(Context, "interactive", False)
    database = life.billing.directory / ".billing" / "local.db"
    life.billing.wrap.append(lambda real: Posing(LocalTransport(database)))
    return lambda *options: life.billing("customer", "delete", life.customer, *options, "--api-key", LIVE_KEY)


def test_in_live_mode_yes_alone_does_not_delete(life: Life, live: Any) -> None:
    ran = live("--yes")

    assert ran.code == 2
    assert "LIVE MODE" in ran.err and f"--confirm {life.customer}" in ran.err
    assert not is_deleted(life)


@pytest.mark.parametrize("options", [(), ("--confirm", "cus_Other", "--yes"), ("--confirm", EMAIL, "--yes")])
def test_in_live_mode_nothing_less_than_the_id_does(life: Life, live: Any, options: tuple[str, ...]) -> None:
    assert live(*options).code == 2
    assert not is_deleted(life)


def test_in_live_mode_the_id_once_more_deletes(life: Life, live: Any) -> None:
    assert live("--yes", "--confirm", life.customer).code == 0
    assert is_deleted(life)


@pytest.mark.parametrize("right", [True, False])
def test_on_a_terminal_the_id_is_typed(life: Life, live: Any, monkeypatch: pytest.MonkeyPatch, *, right: bool) -> None:
    monkeypatch.setattr(Context, "interactive", True)
    monkeypatch.setattr("typer.prompt", lambda *_, **__: life.customer if right else "yes")
    ran = live("--yes")

    assert (ran.code, is_deleted(life)) == ((0, True) if right else (1, False))
