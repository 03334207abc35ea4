"""A subscription's whole life, by commands alone: from the catalog to the cancellation, on a test clock.

Months end on their last day (31 Jan → 28 Feb → 31 Mar), and amounts are to the cent: 18 of February's 28 days are left
when the plan changes (https://docs.stripe.com/billing/subscriptions/prorations).
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from tests.conftest import Billing
from tests.end_to_end.conftest import ROOT

ADA = "ada@example.com"
PRO, TEAM = 1500, 5000
CREDIT, CHARGE = -964, 3214
"""18/28 of $15.00 and of $50.00."""
UPDATED = "customer.subscription.updated"
RENEWED = [UPDATED, "invoice.created", "invoice.finalized", "invoice.paid"]


def at(date: str) -> int:
    return int(datetime.fromisoformat(date).replace(tzinfo=UTC).timestamp())


@dataclass
class Life:
    """Commands with `--local --output json`, and what has happened so far to the subscription."""

    billing: Billing
    seen: set[str] = field(default_factory=set)

    def __call__(self, *argv: str, code: int = 0) -> Any:
        ran = self.billing(*argv, "--local", "--output", "json")
        assert ran.code == code, ran.err
        return ran.json

    def show(self) -> tuple[Any, list[str]]:
        """Return the subscription, and the types of the events since it was last shown, in their order."""
        shown = self("sub", "show", ADA)
        new = [event for event in shown["events"] if event["id"] not in self.seen]
        self.seen |= {event["id"] for event in new}
        return shown, [event["type"] for event in reversed(new)]


def test_a_whole_life_by_commands_alone(billing: Billing) -> None:
    shutil.copy(ROOT / "catalog.yaml", billing.directory)
    life = Life(billing)
    applied = life("catalog", "apply")
    assert {change["status"] for change in applied["changes"]} == {"done"}
    clock = life("clock", "create", "--name", "life", "--at", "2026-01-31")
    customer = life("customer", "create", "--email", ADA, "--test-clock", clock["id"])

    _begins(life, customer["id"])
    _is_upgraded(life)
    _is_downgraded_with_the_next_period(life)
    _renews(life, "2026-02-28", "2026-03-31", [UPDATED, *RENEWED])
    _renews(life, "2026-03-31", "2026-04-30", [UPDATED, *RENEWED])
    _renews(life, "2026-04-30", "2026-05-31", RENEWED)
    _fails_to_renew(life)
    _recovers(life)
    _ends(life)


def _begins(life: Life, customer: str) -> None:
    created = life("sub", "create", "--customer", ADA, "--price", "keymap-pro.monthly")
    assert (created["status"], created["customer"], created["due_now"]["amount_due"]) == (
        "incomplete",
        customer,
        PRO,
    )
    assert created["client_secret"].startswith("pi_")
    assert created["due_next"] == {"amount_due": PRO, "currency": "usd", "at": at("2026-02-28")}
    assert created["confirmation_expires_at"] == at("2026-01-31") + 23 * 3600

    declined = life("sub", "pay", ADA, "--payment-method", "pm_card_chargeDeclined", code=4)
    assert (declined["result"], declined["payment_error"]["decline_code"]) == ("payment_needed", "generic_decline")
    assert declined["confirmation_url"] == created["confirmation_url"]
    shown, events = life.show()
    assert (shown["status"], shown["invoices"][0]["status"]) == ("incomplete", "open")
    assert events == [
        "customer.subscription.created",
        "invoice.created",
        "invoice.finalized",
        "invoice.payment_failed",
    ]

    paid = life("sub", "pay", ADA)
    assert (paid["result"], paid["invoice"]["amount_paid"]) == ("paid", PRO)
    shown, events = life.show()
    assert (shown["status"], shown["current_period_end"]) == ("active", at("2026-02-28"))
    assert _invoices(shown) == [("paid", PRO, "subscription_create")]
    assert shown["payment_method"]["last4"] == "4242"
    assert events == ["invoice.paid", UPDATED]


def _is_upgraded(life: Life) -> None:
    life("clock", "advance", "life", "10d")
    preview = life("sub", "change", ADA, "--price", "keymap-team.monthly", "--preview")
    assert (preview["result"], preview["cost"]["credited"], preview["cost"]["charged"]) == ("previewed", CREDIT, CHARGE)
    assert preview["cost"]["next_invoice"] == {"amount": TEAM, "at": at("2026-02-28")}

    changed = life("sub", "change", ADA, "--price", "keymap-team.monthly", "--yes")
    assert (changed["result"], changed["cost"]) == ("changed", preview["cost"])
    shown, events = life.show()
    assert (shown["status"], shown["items"][0]["lookup_key"]) == ("active", "keymap-team.monthly")
    assert _invoices(shown)[0] == ("paid", CREDIT + CHARGE, "subscription_update")
    assert shown["invoices"][0]["total"] == shown["invoices"][0]["amount_paid"] == CREDIT + CHARGE
    assert events == ["invoice.created", "invoice.finalized", "invoice.paid", UPDATED]


def _is_downgraded_with_the_next_period(life: Life) -> None:
    scheduled = life("sub", "change", ADA, "--price", "keymap-pro.monthly", "--at", "period-end", "--yes")
    assert (scheduled["result"], scheduled["starts"]) == ("scheduled", at("2026-02-28"))
    assert (scheduled["cost"]["due_now"], scheduled["cost"]["lines"]) == (0, [])
    assert scheduled["cost"]["next_invoice"] == {"amount": PRO, "at": at("2026-02-28")}
    shown, events = life.show()
    assert (shown["status"], shown["items"][0]["lookup_key"]) == ("active", "keymap-team.monthly")
    assert shown["schedule"] is not None
    change = shown["scheduled_change"]
    assert (change["at"], [one["lookup_key"] for one in change["items"]]) == (at("2026-02-28"), ["keymap-pro.monthly"])
    assert shown["next_invoice"] == {"amount_due": PRO, "currency": "usd", "at": at("2026-02-28")}
    assert len(shown["invoices"]) == 2
    assert events == [UPDATED]


def _renews(life: Life, began: str, ends: str, expected: list[str]) -> None:
    """The first one brings the downgrade, and with the second the schedule lets the subscription go."""
    advanced = life("clock", "advance", "life", "period-end")
    assert (advanced["status"], advanced["frozen_time"]) == ("ready", at(began) + 2 * 3600)
    shown, events = life.show()
    assert (shown["status"], shown["current_period_end"]) == ("active", at(ends))
    assert shown["items"][0]["lookup_key"] == "keymap-pro.monthly"
    assert _invoices(shown)[0] == ("paid", PRO, "subscription_cycle")
    assert shown["next_invoice"] == {"amount_due": PRO, "currency": "usd", "at": at(ends)}
    assert events == expected


def _fails_to_renew(life: Life) -> None:
    life("customer", "update", ADA, "--payment-method", "pm_card_chargeCustomerFail")
    life("clock", "advance", "life", "period-end")
    shown, events = life.show()
    assert (shown["status"], shown["current_period_end"]) == ("past_due", at("2026-06-30"))
    assert _invoices(shown)[0] == ("open", 0, "subscription_cycle")
    assert shown["invoices"][0]["attempt_count"] == 1
    assert shown["invoices"][0]["amount_remaining"] == PRO
    assert shown["invoices"][0]["next_payment_attempt"] > at("2026-06-01")
    another_card = [UPDATED]
    failed = [UPDATED, "invoice.created", "invoice.finalized", "invoice.payment_failed", UPDATED]
    assert events == [*another_card, *failed]


def _recovers(life: Life) -> None:
    paid = life("sub", "pay", ADA, "--payment-method", "pm_card_visa")
    assert (paid["result"], paid["invoice"]["amount_paid"]) == ("paid", PRO)
    shown, events = life.show()
    assert (shown["status"], shown["current_period_end"]) == ("active", at("2026-06-30"))
    assert _invoices(shown)[0] == ("paid", PRO, "subscription_cycle")
    assert events == ["invoice.paid", UPDATED]


def _ends(life: Life) -> None:
    canceled = life("sub", "cancel", ADA, "--reason", "switched_service", "--yes")
    assert (canceled["result"], canceled["ends"], canceled["final_invoice"]) == ("scheduled", at("2026-06-30"), None)
    shown, events = life.show()
    assert (shown["status"], shown["cancel_at"]) == ("active", at("2026-06-30"))
    assert shown["next_invoice"] is None
    assert events == [UPDATED]

    life("clock", "advance", "life", "period-end")
    shown, events = life.show()
    assert (shown["status"], shown["ended_at"]) == ("canceled", at("2026-06-30"))
    assert events == ["customer.subscription.deleted"]
    assert _invoices(shown) == [("paid", PRO, "subscription_cycle")] * 4 + [
        ("paid", CREDIT + CHARGE, "subscription_update")
    ]
    assert shown["cancellation_reason"] == "cancellation_requested"
    assert life("sub", "cancel", ADA)["result"] == "unchanged"


def _invoices(shown: Any) -> list[tuple[str, int, str]]:
    """Status, what was paid, and what for; newest first."""
    return [(one["status"], one["amount_paid"], one["billing_reason"]) for one in shown["invoices"]]
