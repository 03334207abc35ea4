"""Explanations of a subscription's status, and of what happens next, for somebody who does not know Stripe's words.

The statuses and what follows on them: https://docs.stripe.com/billing/subscriptions/overview#subscription-statuses.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from stripe_billing_cli.cli import formatting

Record = Mapping[str, Any]
HOURS_TO_PAY = 23
RESUME = "nothing until it is resumed; billing sub resume"
KEPT_BACK = {
    "void": "its invoices are voided",
    "keep_as_draft": "its invoices are kept as drafts",
    "mark_uncollectible": "its invoices are marked uncollectible",
}


@dataclass(frozen=True)
class Meaning:
    now: str
    next: str


def meaning(record: Record, *, without_card: str = "create_invoice") -> Meaning:
    """Return the meaning of a record's status, as `billing sub show` prints it.

    `without_card`: what Stripe does where a trial ends without one (`trial_settings.end_behavior`).
    """
    match record["status"]:
        case "incomplete":
            until = formatting.moment(record["created"] + HOURS_TO_PAY * 3600)
            return Meaning(
                "the first payment has not been made", f"if it is not made by {until}, the subscription expires"
            )
        case "incomplete_expired":
            return Meaning(
                "the first payment was not made within 23 hours; nothing was charged", "nothing; create a new one"
            )
        case "trialing":
            return Meaning(
                f"on trial, nothing is charged until {formatting.date(record['trial_end'])}",
                _trial_end(record, without_card),
            )
        case "active":
            return Meaning(_active(record), _renewal(record))
        case "past_due":
            return Meaning(_past_due(record), _retry(record))
        case "unpaid":
            return Meaning(
                "an invoice was not paid, and all tries are used up; new invoices stay drafts and are not charged",
                "nothing by itself; billing sub pay",
            )
        case "paused":
            return Meaning("stopped: no service, no invoices", _after_pause(record))
        case "canceled":
            reasons = {"payment_failed": ", for lack of payment", "payment_disputed": ", after a dispute"}
            return Meaning(
                f"ended on {formatting.date(record['ended_at'])}{reasons.get(record['cancellation_reason'], '')}",
                "nothing; a canceled subscription cannot come back",
            )
    return Meaning("a status that this program does not know", "see https://dashboard.stripe.com")


def _ends(record: Record) -> str | None:
    return f"it ends on {formatting.date(record['cancel_at'])}" if record["cancel_at"] else None


def _active(record: Record) -> str:
    if record["pause_collection"]:
        return f"in service, but not charged: {KEPT_BACK[record['pause_collection']]}"
    open_ = _open_invoice(record)
    if open_ is None:
        waits = _waiting_update(record)
        return (
            f"in service; a change waits until {_invoice_text(waits)} is paid"
            if waits
            else "in service; its invoices are paid"
        )
    return f"in service; {_invoice_text(open_)} is open"


def _renewal(record: Record) -> str:
    ends = _ends(record)
    next_invoice = record["next_invoice"]
    if ends or next_invoice is None:
        return ends or "no further invoice is planned"
    amount = formatting.money(next_invoice["amount_due"], next_invoice["currency"])
    day = formatting.date(next_invoice["at"])
    if record["pause_collection"]:
        return f"the invoice of {amount} on {day} is not collected, unless collection is resumed before"
    if record["collection_method"] == "send_invoice":
        return f"an invoice of {amount} is sent on {day}"
    if record["payment_method"] is None and next_invoice["amount_due"]:
        return f"{amount} is due on {day}, and there is no card to charge it to"
    return f"{amount} is charged on {day}" if next_invoice["amount_due"] else f"it renews on {day}; nothing is due then"


def _trial_end(record: Record, without_card: str) -> str:
    ends = _ends(record)
    if ends or record["payment_method"] is not None or record["collection_method"] == "send_invoice":
        return ends or _renewal(record)
    day = formatting.date(record["trial_end"])
    match without_card:
        case "cancel":
            return f"without a card it is canceled on {day}"
        case "pause":
            return f"without a card it is paused on {day}"
    return f"without a card, the payment due on {day} will fail"


def _past_due(record: Record) -> str:
    open_ = _open_invoice(record)
    return f"{_invoice_text(open_) if open_ else 'its latest invoice'} is not paid; service goes on"


def _invoice_text(invoice: Record) -> str:
    return f"the invoice {invoice['id']} over {formatting.money(invoice['amount_remaining'], invoice['currency'])}"


def _retry(record: Record) -> str:
    open_ = _open_invoice(record)
    if open_ and open_["next_payment_attempt"]:
        return f"Stripe tries again on {formatting.moment(open_['next_payment_attempt'])}; or billing sub pay"
    return "no further try is planned; billing sub pay"


def _after_pause(record: Record) -> str:
    waits = _waiting_update(record)
    return f"it goes on once {_invoice_text(waits)} is paid; billing sub pay" if waits else RESUME


def _open_invoice(record: Record) -> Record | None:
    """Return the newest open invoice; not that of a change which is made only if it is paid, and for which nothing is
    owed."""
    waits = record["latest_invoice"] if record["pending_update_expires_at"] else None
    return next(
        (invoice for invoice in record["invoices"] if invoice["status"] == "open" and invoice["id"] != waits), None
    )


def _waiting_update(record: Record) -> Record | None:
    """Return the open invoice of a change, or of a resumption, that is made once it is paid."""
    if not record["pending_update_expires_at"]:
        return None
    latest = record["latest_invoice"]
    return next(
        (invoice for invoice in record["invoices"] if invoice["status"] == "open" and invoice["id"] == latest), None
    )
