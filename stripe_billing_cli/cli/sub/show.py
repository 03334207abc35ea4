"""`billing sub show`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from stripe_billing_cli.cli import formatting, options
from stripe_billing_cli.cli.context import Context
from stripe_billing_cli.cli.output import Line, Record, fact, unavailable
from stripe_billing_cli.cli.sub.app import Subscription, app
from stripe_billing_cli.cli.sub.status_text import meaning
from stripe_billing_cli.cli.sub.timeline import event_text

if TYPE_CHECKING:
    from stripe_billing_cli.stripe_api.objects.subscriptions import Subscription as StripeSubscription
    from stripe_billing_cli.stripe_api.objects.subscriptions import SubscriptionItem
    from stripe_billing_cli.subscriptions.overview import Overview

COLOURS = {"active": "green", "trialing": "green", "past_due": "red", "unpaid": "red", "incomplete": "yellow"}


@options.command(app)
def show(context: Context, subscription: Subscription) -> None:
    """Show all about a subscription: what its status means, what happens next, invoices, card, the last events.

    What the key may not see is named, and the rest is shown.

    \b
    Examples:  billing sub show sub_1MowQVLkdIwHu7ixeRlqHVzs
               billing sub show ada@example.com
               billing sub show ada@example.com --output json | jq .next_invoice
    """
    from stripe_billing_cli.subscriptions import overview

    subscription_overview = overview.load_overview(context.stripe, subscription)
    context.printer.record(
        overview.record(subscription_overview), lambda record: _screen(record, subscription_overview)
    )


def _screen(record: Record, subscription_overview: Overview) -> Iterator[Line]:
    subscription = subscription_overview.subscription
    settings = subscription["trial_settings"]
    without_card = settings["end_behavior"]["missing_payment_method"] if settings else "create_invoice"
    status_meaning = meaning(record, without_card=without_card)
    yield Line(
        f"{record['id']}  {formatting.status(record['status'])}", {"bold": True, "fg": COLOURS.get(record["status"])}
    )
    yield fact("which means", status_meaning.now)
    yield fact("next", status_meaning.next)
    customer_name = record["customer_email"] or record["customer_name"]
    yield fact("customer", f"{customer_name} ({record['customer']})" if customer_name else record["customer"])
    yield from _facts(
        "item", (_item(item, one) for item, one in zip(record["items"], subscription["items"]["data"], strict=True))
    )
    yield from _facts("period", _periods(record))
    next_invoice = record["next_invoice"]
    if next_invoice:
        amount = formatting.money(next_invoice["amount_due"], next_invoice["currency"])
        fate = ", not collected" if record["pause_collection"] else ""
        yield fact("next invoice", f"{amount} on {formatting.date(next_invoice['at'])}{fate}")
    if record["billing_threshold"]:
        threshold = formatting.money(record["billing_threshold"], record["currency"])
        yield fact("early invoice", f"once {threshold} are due within the period")
    yield fact("pays by", _pays_by(record, subscription))
    yield from _facts("discount", map(_discount, record["discounts"]))
    yield from _changes(record)
    if record["description"]:
        yield fact("description", record["description"])
    yield from _facts("metadata", (f"{key}={value}" for key, value in record["metadata"].items()))
    if record["test_clock"]:
        yield fact("test clock", record["test_clock"])
    yield from _invoices(record)
    if subscription_overview.more_invoices:
        yield Line(f"    … and earlier ones: billing invoice list --subscription {record['id']}", {"dim": True})
    yield from _events(record, subscription_overview)
    yield from unavailable(record)


def _facts(label: str, values: Iterable[str]) -> Iterator[Line]:
    """Yield a line for each value, with the label once, beside the first."""
    for number, value in enumerate(values):
        yield fact("" if number else label, value)


def _item(record: Record, item: SubscriptionItem) -> str:
    product = item["price"]["product"]
    name = "" if isinstance(product, str) or not product["name"] else f"{product['name']}: "
    return f"{name}{formatting.item(record)}  {formatting.price(record)}"


def _periods(record: Record) -> Iterator[str]:
    """Yield the period, or that of each item where they differ."""
    periods = [(item["current_period_start"], item["current_period_end"]) for item in record["items"]]
    for (start, end), item in zip(periods, record["items"], strict=True):
        text = f"{formatting.date(start)} – {formatting.date(end)}"
        if len(set(periods)) == 1:
            yield text
            return
        yield f"{text}: {formatting.item(item)}"


def _pays_by(record: Record, subscription: StripeSubscription) -> str:
    if record["collection_method"] == "send_invoice":
        return f"invoice by email, due in {formatting.count_text(subscription['days_until_due'] or 0, 'day')}"
    from stripe_billing_cli.stripe_api.references import own_method

    method = record["payment_method"]
    if method is None:
        return "no card"
    origin = "the subscription's own" if own_method(subscription) else "the customer's default"
    return f"{formatting.card(method)} ({origin})"


def _discount(record: Record) -> str:
    amount = (
        f"{record['percent_off']}%"
        if record["percent_off"]
        else formatting.money(record["amount_off"], record["currency"])
    )
    name = f" ({record['name']})" if record["name"] else ""
    until = f", until {formatting.date(record['end'])}" if record["end"] else f", {record['duration'] or 'for good'}"
    return f"{amount} off by {record['coupon']}{name}{until}"


def _changes(record: Record) -> Iterator[Line]:
    """Yield the changes that are scheduled, or wait."""
    if record["cancel_at"] and not record["ended_at"]:
        yield fact("ends", f"{formatting.date(record['cancel_at'])}; billing sub resume takes that back")
    change = record["scheduled_change"]
    if change:
        items = ", ".join(map(formatting.item, change["items"]))
        yield fact("changes", f"to {items} on {formatting.date(change['at'])}")
    if record["pending_update_expires_at"]:
        until = formatting.moment(record["pending_update_expires_at"])
        yield fact("pending", f"a change that is made once it is paid, by {until}")


def _invoices(record: Record) -> Iterator[Line]:
    if record["invoices"]:
        yield Line("  invoices", {"bold": True})
    for invoice in record["invoices"]:
        amount = formatting.money(invoice["total"], invoice["currency"])
        summary = (
            f"{formatting.date(invoice['created']):<11}  {invoice['status'] or '-':<13}  {amount:>10}  {invoice['id']}"
        )
        yield Line(f"    {summary}  {invoice['hosted_invoice_url'] or ''}".rstrip(), hang=6)


def _events(record: Record, subscription_overview: Overview) -> Iterator[Line]:
    if subscription_overview.events:
        real = " (by real time, not the clock's)" if subscription_overview.subscription["test_clock"] else ""
        yield Line(f"  events{real}", {"bold": True})
    for event in subscription_overview.events:
        yield Line(f"    {formatting.moment(event['created'])}  {event_text(event)}", hang=6)
    if subscription_overview.more_events:
        way = f"billing events backfill, then billing events list --customer {record['customer']}"
        yield Line(f"    … and earlier ones: {way}", {"dim": True})
    if not subscription_overview.all_events and "events" not in subscription_overview.trouble:
        yield Line("    … of the account's newest events only; the rest was not searched", {"dim": True})
