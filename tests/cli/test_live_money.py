"""With a live key nothing that this moves is written before a yes. The local Stripe poses as live mode."""

from __future__ import annotations

from typing import Any

import pytest

from stripe_billing_cli.cli.context import Context
from stripe_billing_cli.local_stripe.transport import LocalTransport
from tests.cli.sub.conftest import Life
from tests.live import LIVE_KEY, Posing

COMMANDS = (
    ("invoice", "pay", "{open}"),
    ("invoice", "pay", "{customer}", "--all"),
    ("invoice", "send", "{mailed}"),
    ("invoice", "void", "{open}"),
    ("invoice", "write-off", "{open}"),
    ("invoice", "credit", "{paid}", "--amount", "5.00", "--to", "balance"),
    ("refund", "create", "{paid}", "--amount", "5.00"),
    ("customer", "balance", "{customer}", "--credit", "5.00"),
    ("customer", "delete", "{customer}"),
    ("card", "default", "{customer}", "4444"),
    ("card", "remove", "{customer}", "4444"),
    ("sub", "change", "{sub}", "--add", "team"),
    ("sub", "change", "{sub}", "--trial-end", "2026-12-01"),
    ("sub", "create", "--customer", "{customer}", "--price", "team", "--add-once", "setup"),
)


@pytest.fixture
def live(life: Life, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A command with a live key, where nobody can be asked; the writes that it made."""
    life.shop.post("/v1/payment_methods/pm_card_mastercard/attach", customer=life.customer)
    life.shop.post("/v1/invoiceitems", customer=life.customer, amount=2000, currency="usd")
    made = life.shop.post(
        "/v1/invoices", customer=life.customer, pending_invoice_items_behavior="include", auto_advance=False
    )
    opened = life.shop.post(f"/v1/invoices/{made['id']}/finalize")["id"]
    terms = {"customer": life.customer, "collection_method": "send_invoice", "days_until_due": 9}
    mailed = life.shop.post("/v1/invoices", **terms)["id"]
    life.shop.post("/v1/invoiceitems", customer=life.customer, amount=900, currency="usd", invoice=mailed)
    life.shop.post(f"/v1/invoices/{mailed}/finalize", auto_advance=False)
    names = {
        "mailed": mailed,
        "open": opened,
        "paid": life.subscription["latest_invoice"],
        "customer": life.customer,
        "sub": life.id,
    }
    writes: list[str] = []
    database = life.billing.directory / ".billing" / "local.db"

    class Counting(Posing):
        def request(self, method: str, url: str, headers: Any, post_data: Any = None, **rest: Any) -> Any:
            if method != "get" and not url.endswith("/create_preview"):
                writes.append(f"{method} {url}")
            return super().request(method, url, headers, post_data, **rest)

    monkeypatch.setattr(Context, "interactive", False)
    life.billing.wrap.append(lambda real: Counting(LocalTransport(database)))

    def run(argv: tuple[str, ...], *options: str) -> Any:
        writes.clear()
        words = [word.format(**names) for word in argv]
        return life.billing(*words, *options, "--api-key", LIVE_KEY), writes

    return run


@pytest.mark.parametrize("argv", COMMANDS, ids=" ".join)
def test_nothing_is_written_without_a_yes(live: Any, argv: tuple[str, ...]) -> None:
    ran, writes = live(argv)

    assert (ran.code, writes) == (2, []), ran.err
    assert "LIVE MODE: account Local Stripe" in ran.err
    assert "--yes" in ran.err


@pytest.mark.parametrize("argv", [one for one in COMMANDS if one[1] != "delete"], ids=" ".join)
def test_yes_is_enough(live: Any, argv: tuple[str, ...]) -> None:
    ran, writes = live(argv, "--yes")

    assert ran.code == 0, ran.err
    assert writes


def test_no_test_card_is_charged(live: Any) -> None:
    ran, writes = live(("invoice", "pay", "{open}", "--payment-method", "pm_card_visa"), "--yes")

    assert (ran.code, writes) == (1, [])
