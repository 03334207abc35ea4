"""`billing access reconcile`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from stripe_billing_cli.cli import formatting, options
from stripe_billing_cli.cli.access.app import RulesFile, StoreAt, app, customer_id
from stripe_billing_cli.cli.context import Context
from stripe_billing_cli.cli.output import Record
from stripe_billing_cli.cli.store_option import DEFAULT_STORE, opened_store
from stripe_billing_cli.errors import PENDING

if TYPE_CHECKING:
    from stripe_billing_cli.events.store import AccessChange


@options.command(app)
def reconcile(
    context: Context,
    customers: Annotated[
        list[str] | None, typer.Argument(metavar="CUSTOMER", help="Only these, by id or email; all, if none is given.")
    ] = None,
    check: Annotated[bool, typer.Option("--check", help="Change nothing; exit with 3 if something differs.")] = False,
    store: StoreAt = None,
    rules: RulesFile = None,
) -> int | None:
    """Compare all access with Stripe, mend what differs, and say what that was.

    Changes are announced to the handlers of `billing listen` as always (`--on access-granted`). Run it once to begin
    with, and after changing the rules.

    \b
    Examples:  billing access reconcile
               billing access reconcile --check  # in a nightly job: exit code 3 if something differs
               billing access reconcile cus_NffrFeUfNV2Hib
    """
    from stripe_billing_cli.access.reconcile import compare, mend
    from stripe_billing_cli.access.rules import read_rules
    from stripe_billing_cli.access.update import AccessKeeper
    from stripe_billing_cli.events.actions.spec import remembered_route

    with opened_store(store or DEFAULT_STORE, make=True) as event_store:
        keeper = AccessKeeper(context.stripe, event_store, read_rules(rules), remembered_route(event_store))
        customer_count = difference_count = 0
        for comparison in compare(keeper, [customer_id(context, name) for name in customers or ()]):
            customer_count += 1
            if not comparison.changes:
                continue
            changes = comparison.changes if check else mend(keeper, comparison)
            difference_count += bool(changes)
            for change in changes:
                record = _difference(change, is_mended=not check, now=event_store.clock())
                context.printer.stream(record, change_text(record), **_colour(record))
    outcome = "differing" if check else "brought up to date"
    context.printer.note(
        f"{formatting.count_text(customer_count, 'customer')} compared with Stripe, {difference_count} {outcome}."
    )
    return PENDING if check and difference_count else None


def _difference(change: AccessChange, *, is_mended: bool, now: float) -> dict[str, Any]:
    from stripe_billing_cli.access.view import row_record

    row = change.after or change.before
    assert row is not None
    before = row_record(change.before, now) if change.before else None
    after = row_record(change.after, now) if change.after else None
    return {
        "id": f"{row.customer}/{row.kind}/{row.key}",
        "customer": row.customer,
        "kind": row.kind,
        "key": row.key,
        "before": before,
        "after": after,
        "mended": is_mended,
    }


def change_text(record: Record) -> str:
    was, is_ = (_state(record[name]) for name in ("before", "after"))
    return f"{record['customer']}  {record['kind']} {record['key']}: {was} → {is_}"


def _state(record: Record | None) -> str:
    if record is None:
        return "nothing"
    until = f" until {formatting.moment(record['until'])}" if record["until"] else ""
    return f"{'access' if record['access'] else 'no access'} ({record['reason']}){until}"


def _colour(record: Record) -> dict[str, Any]:
    after = record["after"]
    return {"fg": "green" if after and after["access"] else "red"}
