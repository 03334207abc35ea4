"""`billing code check`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

import typer

from stripe_billing_cli.cli import formatting, options, parsing
from stripe_billing_cli.cli.code.app import app
from stripe_billing_cli.cli.context import Context
from stripe_billing_cli.cli.output import GREEN, Line, Record
from stripe_billing_cli.errors import NOT_REACHED, UsageError

Code = Annotated[str, typer.Argument(metavar="CODE", help="The code as customers write it, or its id.")]
CustomerOption = Annotated[
    str | None, typer.Option("--customer", metavar="CUSTOMER", help="Who would use it: the customer's id or email.")
]
Prices = Annotated[
    list[str] | None,
    typer.Option(
        "--price",
        metavar="PRICE[:QUANTITY]",
        help="What would be bought with it: a price's id or lookup key. Repeatable.",
    ),
]
Currency = Annotated[str | None, typer.Option(metavar="CUR", help="With --price: which of the prices' currencies.")]


@options.command(app)
def check(
    context: Context, code: Code, customer: CustomerOption = None, price: Prices = None, currency: Currency = None
) -> int | None:
    """Say whether a promotion code would be taken, for how much off, and if not, why.

    With --customer also whether this customer may use it: it may be somebody else's, or for a first purchase only. With
    --price also what it takes off the first invoice, by Stripe's own preview of it, and whether it asks for more to be
    bought, for other products or another currency. Nothing is written, and no redemption is counted.

    Exit code 0 if it would be taken, 4 if not.

    \b
    Examples:  billing code check LAUNCH20
               billing code check launch20 --customer ada@example.com --price keymap-pro.yearly
               billing code check LAUNCH20 --price keymap-team.monthly:12 --price setup --output json
    """
    from stripe_billing_cli.promotion_codes.check import CheckRequest, Item, check_code
    from stripe_billing_cli.subscriptions.start import line_of

    if currency and not price:
        raise UsageError("--currency goes with --price", "say what it would be used for: --price PRICE")
    lines = [line_of(text) for text in price or ()]
    request = CheckRequest(
        code=code,
        customer=customer,
        items=[Item(line.price, line.quantity) for line in lines],
        currency=parsing.currency("--currency", currency),
    )
    record = check_code(context.stripe, request).record()
    context.printer.record(record, _screen)
    return None if record["taken"] else NOT_REACHED


def _screen(record: Record) -> Iterator[Line]:
    if not record["taken"]:
        yield Line(f"{record['code']} would not be taken.", {"fg": "red"})
        for refusal in record["reasons"]:
            yield _fact("why", str(refusal["message"]))
    else:
        yield Line(f"{record['code']} would be taken{' if' if record['conditions'] else '.'}", GREEN)
        for condition in record["conditions"]:
            yield _fact("", condition)
    if record["id"] is None:
        return
    yield _fact("code", f"{record['id']}, of the coupon {record['coupon']}")
    if record["duration"]:
        yield _fact("takes off", _discount(record))
    if record["discounted"] is not None:
        money = [formatting.money(record[name], record["currency"]) for name in ("subtotal", "discounted", "total")]
        yield _fact("now", f"{money[0]} less {money[1]}: {money[2]}")
    yield _fact("redeemed", _describe_redemptions(record))


def _discount(record: Record) -> str:
    """Return a discount as `20% for 3 months`."""
    if record["percent_off"] is not None:
        amount = f"{record['percent_off']}%"
    else:
        amount = formatting.money(record["amount_off"], record["amount_off_currency"])
    if record["duration"] == "repeating":
        return f"{amount} for {formatting.count_text(record['duration_in_months'], 'month')}"
    return f"{amount} {record['duration']}"


def _describe_redemptions(record: Record) -> str:
    """Return the redemptions as `3 of 100 times, until 24 Nov 2026 UTC`."""
    most, until = record["max_redemptions"], record["expires_at"]
    times = f"{record['times_redeemed']:,}" + (f" of {most:,}" if most is not None else "")
    return f"{times} times" + (f", usable until {formatting.date(until)}" if until is not None else "")


def _fact(label: str, value: str) -> Line:
    return Line(f"  {label:<9}  {value}", hang=13)
