"""Renewals of a subscription before it ends at a date in a later period.

That is by Stripe's preview of the next invoice, and counted on from it where nothing but licensed prices is billed.

Amounts are ints in the currency's smallest unit, times Unix seconds.
"""

from __future__ import annotations

import calendar
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import ROUND_HALF_DOWN, Decimal

from stripe_billing_cli.stripe_api.money import is_surely_charged
from stripe_billing_cli.stripe_api.objects.invoices import Invoice
from stripe_billing_cli.stripe_api.objects.subscriptions import Subscription
from stripe_billing_cli.subscriptions.cost import NextInvoice, is_of_next_period, left_on_balance
from stripe_billing_cli.subscriptions.terms import is_metered, recurring_of

SECONDS = {"day": 86400, "week": 7 * 86400}
MONTHS = {"month": 1, "year": 12}


@dataclass(frozen=True)
class Renewals:
    """The invoices until the end, as far as they are certain; `is_complete`: there are no others. `to_balance` is the
    credit that the first of them leaves on the customer's balance: negative, or 0."""

    invoices: tuple[NextInvoice, ...]
    is_complete: bool
    to_balance: int = 0


def count_on(subscription: Subscription, next_invoice: Invoice, ends: int) -> Renewals:
    """Return the invoices from `next_invoice`, the preview of the next one, until `ends`. Each line of the last period
    is charged for its part (recorded 2026-08-26.dahlia). A credit that one leaves on the balance is taken up by the
    next; what may be too small to be charged is not certain."""
    first = NextInvoice(int(next_invoice["amount_due"]), int(next_invoice["period_end"]))
    items = subscription["items"]["data"]
    lines = [line for line in next_invoice["lines"]["data"] if is_of_next_period(line, next_invoice)]
    balance_after = left_on_balance(next_invoice)
    if not first.amount and balance_after > 0:
        return Renewals((first,), False)
    to_balance = min(0, balance_after)
    intervals = [recurring_of(item["price"]) for item in items]
    rhythms = {(one["interval"], one["interval_count"]) for one in intervals}
    plain = len(rhythms) == 1 and not any(is_metered(item["price"]) for item in items)
    if not plain or any(line["discount_amounts"] or line["taxes"] for line in lines):
        return Renewals((first,), False, to_balance)
    [(interval, every)] = rhythms
    moments = boundaries(subscription["billing_cycle_anchor"], interval, every, first.at)
    renewals, start, balance = [first], next(moments), to_balance
    for end in moments:
        if start >= ends:
            break
        is_whole = end <= ends
        total = sum(line["amount"] if is_whole else part_of(line["amount"], start, end, ends) for line in lines)
        amount, balance = max(0, total + balance), min(0, total + balance)
        if amount and not is_surely_charged(amount, next_invoice["currency"]):
            return Renewals(tuple(renewals), False, to_balance)
        renewals.append(NextInvoice(amount, start))
        start = end
    return Renewals(tuple(renewals), True, to_balance)


def part_of(amount: int, start: int, end: int, ends: int) -> int:
    """Return the part of an amount that is charged for a period until `ends`, an exact half rounded down."""
    part = Decimal(amount * (ends - start)) / Decimal(end - start)
    return int(part.quantize(Decimal(1), ROUND_HALF_DOWN))


def end_after(start: int, end: int) -> int:
    """Return when the period ends that follows one from `start` to `end`: as many months, or as many seconds, later."""
    first, last = (datetime.fromtimestamp(moment, UTC) for moment in (start, end))
    months = (last.year - first.year) * 12 + last.month - first.month
    if months and boundary(start, "month", months) == end:
        return boundary(start, "month", 2 * months)
    return end + end - start


def boundaries(anchor: int, interval: str, every: int, after: int) -> Iterator[int]:
    """Yield the moments after `after` at which periods of this interval begin, without end; moments before the anchor
    too, and the last day where a month is shorter than the anchor's day
    (https://docs.stripe.com/billing/subscriptions/billing-cycle)."""
    number = (after - anchor) // (31 * 86400 * 12 * every) - 1
    while boundary(anchor, interval, every * number) > after:
        number -= 1
    while True:
        number += 1
        moment = boundary(anchor, interval, every * number)
        if moment > after:
            yield moment


def boundary(anchor: int, interval: str, number: int) -> int:
    """Return the moment so many intervals after the anchor."""
    if interval in SECONDS:
        return anchor + number * SECONDS[interval]
    start = datetime.fromtimestamp(anchor, UTC)
    year, month = divmod(start.year * 12 + start.month - 1 + number * MONTHS[interval], 12)
    day = min(start.day, calendar.monthrange(year, month + 1)[1])
    return int(start.replace(year=year, month=month + 1, day=day).timestamp())
