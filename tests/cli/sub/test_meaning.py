"""What each status means and what happens next, for somebody who does not know Stripe's words."""

from __future__ import annotations

from typing import Any

import pytest

from stripe_billing_cli.cli.sub.status_text import meaning

DAY = 1_800_000_000
"""15 January 2027."""
CARD = {"id": "pm_1", "type": "card", "brand": "visa", "last4": "4242", "exp_month": 1, "exp_year": 2030}
OPEN = {
    "id": "in_1",
    "status": "open",
    "amount_remaining": 1500,
    "currency": "usd",
    "next_payment_attempt": DAY,
}
WAITS = {**OPEN, "id": "in_2", "amount_remaining": 900, "next_payment_attempt": None}
WAITING = {"latest_invoice": "in_2", "pending_update_expires_at": DAY}


def record(status: str, **facts: Any) -> dict[str, Any]:
    """Return a subscription as `billing sub show` prints it, that renews on 15 January for $15.00."""
    usual = {
        "status": status,
        "created": DAY - 23 * 3600,
        "trial_end": None,
        "cancel_at": None,
        "ended_at": None,
        "latest_invoice": None,
        "pending_update_expires_at": None,
        "collection_method": "charge_automatically",
        "payment_method": CARD,
        "next_invoice": {"amount_due": 1500, "currency": "usd", "at": DAY},
        "invoices": [],
        "pause_collection": None,
        "cancellation_reason": None,
    }
    return {**usual, **facts}


@pytest.mark.parametrize(
    ("subscription", "now", "following"),
    [
        (
            record("incomplete"),
            "the first payment has not been made",
            "by 15 Jan 2027 08:00 UTC, the subscription expires",
        ),
        (record("incomplete_expired"), "nothing was charged", "create a new one"),
        (record("trialing", trial_end=DAY), "until 15 Jan 2027 UTC", "$15.00 is charged on 15 Jan 2027 UTC"),
        (record("trialing", trial_end=DAY, cancel_at=DAY), "on trial", "it ends on 15 Jan 2027 UTC"),
        (record("active"), "in service; its invoices are paid", "$15.00 is charged on 15 Jan 2027 UTC"),
        (record("active", invoices=[OPEN]), "the invoice in_1 over $15.00 is open", "$15.00 is charged"),
        (record("active", cancel_at=DAY), "in service", "it ends on 15 Jan 2027 UTC"),
        (record("active", payment_method=None), "in service", "there is no card to charge it to"),
        (
            record("active", collection_method="send_invoice"),
            "in service",
            "an invoice of $15.00 is sent on 15 Jan 2027 UTC",
        ),
        (record("active", next_invoice=None), "in service", "no further invoice is planned"),
        (
            record("active", next_invoice={"amount_due": 0, "currency": "usd", "at": DAY}),
            "in service",
            "it renews on 15 Jan 2027 UTC; nothing is due then",
        ),
        (record("active", pause_collection="void"), "not charged: its invoices are voided", "is not collected"),
        (
            record("past_due", invoices=[OPEN]),
            "the invoice in_1 over $15.00 is not paid",
            "Stripe tries again on 15 Jan 2027 08:00 UTC",
        ),
        (
            record("past_due", invoices=[{**OPEN, "next_payment_attempt": None}]),
            "is not paid; service goes on",
            "no further try is planned",
        ),
        (
            record("past_due", invoices=[WAITS, OPEN], **WAITING),
            "the invoice in_1 over $15.00 is not paid",
            "Stripe tries again",
        ),
        (
            record("active", invoices=[WAITS], **WAITING),
            "a change waits until the invoice in_2 over $9.00 is",
            "charged",
        ),
        (record("paused", invoices=[WAITS], **WAITING), "no service", "once the invoice in_2 over $9.00 is paid"),
        (record("unpaid"), "all tries are used up", "billing sub pay"),
        (record("paused"), "no service, no invoices", "billing sub resume"),
        (record("canceled", ended_at=DAY), "ended on 15 Jan 2027 UTC", "cannot come back"),
        (
            record("canceled", ended_at=DAY, cancellation_reason="payment_failed"),
            "ended on 15 Jan 2027 UTC, for lack of payment",
            "cannot come back",
        ),
        (record("brand_new"), "does not know", "dashboard"),
    ],
)
def test_each_status(subscription: dict[str, Any], now: str, following: str) -> None:
    text = meaning(subscription)

    assert now in text.now
    assert following in text.next


@pytest.mark.parametrize(
    ("behaviour", "said"),
    [
        ("create_invoice", "without a card, the payment due on 15 Jan 2027 UTC will fail"),
        ("cancel", "without a card it is canceled on 15 Jan 2027 UTC"),
        ("pause", "without a card it is paused on 15 Jan 2027 UTC"),
    ],
)
def test_a_trial_without_a_card_ends_as_it_was_set_to(behaviour: str, said: str) -> None:
    subscription = record("trialing", trial_end=DAY, payment_method=None)

    assert meaning(subscription, without_card=behaviour).next == said
