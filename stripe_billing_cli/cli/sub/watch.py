"""`billing sub watch`."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Annotated, Any

import typer

from stripe_billing_cli.cli import formatting, options, parsing
from stripe_billing_cli.cli.context import Context
from stripe_billing_cli.cli.sub import status_wait
from stripe_billing_cli.cli.sub.app import Status, Subscription, app
from stripe_billing_cli.cli.time_zone import shown_zone

if TYPE_CHECKING:
    from stripe_billing_cli.subscriptions.watch import Observation

TIMES = {"current_period_start", "current_period_end", "trial_end", "cancel_at", "canceled_at", "ended_at"}


@options.command(app)
def watch(
    context: Context,
    subscription: Subscription,
    until: Annotated[
        list[Status] | None,
        typer.Option(
            "--until", help="End when it is that; exit code 4 if it cannot become that. Repeatable.", show_default=False
        ),
    ] = None,
    timeout: Annotated[
        str | None, typer.Option(metavar="SPAN", help="End after 90s, 10m or 2h; with --until by exit code 4.")
    ] = None,
    every: Annotated[float, typer.Option(min=0, metavar="SECONDS", help="How often to look.")] = status_wait.EVERY,
) -> None:
    """Watch a subscription: a line for each change, until interrupted.

    With --output json a line is one object: the subscription, and in `changed` the names of what differs.

    \b
    Examples:  billing sub watch ada@example.com
               billing sub watch sub_1MowQVLkdIwHu7ixeRlqHVzs --until active --timeout 10m
               billing sub watch sub_1MowQVLkdIwHu7ixeRlqHVzs --output json | jq -c '[.status, .changed]'
    """
    seconds = parsing.span("--timeout", timeout) if timeout else None
    statuses = frozenset(status.value for status in until or ())
    from stripe_billing_cli.stripe_api import lookup
    from stripe_billing_cli.subscriptions.watch import prospect

    id = lookup.find_subscription(context.stripe, subscription)["id"]
    status = None
    for observation in status_wait.observe(context, id, every=every, seconds=seconds):
        _print(context, observation)
        status = observation.record["status"]
        outlook = prospect(status, statuses) if statuses else "open"
        if outlook == "reached":
            return
        if outlook == "impossible":
            raise status_wait.not_reached(id, status, outlook, statuses)
    if statuses:
        raise status_wait.not_reached(id, status, "open", statuses)


def _print(context: Context, observation: Observation) -> None:
    seen_at = int(time.time())
    record = {**observation.record, "changed": list(observation.changed_names), "seen_at": seen_at}
    clock = formatting.clock(seen_at, shown_zone())
    if not context.printer.for_people:
        context.printer.stream(record)
    elif observation.before is None:
        context.printer.stream(record, f"{clock}  {record['id']} is {formatting.status(record['status'])}", bold=True)
    else:
        context.printer.stream(
            record, f"{clock}  {'; '.join(_changes(observation.before, observation.record, observation.changed_names))}"
        )


def _changes(before: Mapping[str, Any], now: Mapping[str, Any], names: tuple[str, ...]) -> Iterator[str]:
    """Yield the changes in words: `incomplete → active`, `cancel at - → 24 Dec 2026 UTC`."""
    for name in names:
        if name == "status":
            yield f"{formatting.status(before[name])} → {formatting.status(now[name])}"
        elif name == "items":
            yield f"{formatting.items(before)} → {formatting.items(now)}"
        else:
            label = name.replace("_", " ")
            yield f"{label} {_show_value(name, before[name])} → {_show_value(name, now[name])}"


def _show_value(name: str, value: Any) -> str:
    if name in TIMES:
        return formatting.moment(value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Mapping):
        return ", ".join(f"{key}={inner}" for key, inner in value.items()) or "-"
    return "-" if value is None else str(value)
