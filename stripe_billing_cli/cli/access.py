"""`billing access`: show, list, reconcile."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from stripe_billing_cli.cli import formatting, options, parsing
from stripe_billing_cli.cli.context import Context
from stripe_billing_cli.cli.output import Column, Line, Record
from stripe_billing_cli.errors import NOT_REACHED, PENDING

if TYPE_CHECKING:
    from stripe_billing_cli.webhooks.store import Access, Store
    from stripe_billing_cli.webhooks.store.access import AccessChange

app = typer.Typer(
    help="Who may use what, and why: as `billing listen` keeps it, or asked of Stripe.",
    no_args_is_help=True,
    **options.PLAIN,
)

StoreAt = Annotated[
    str | None,
    typer.Option(
        "--store",
        metavar="STORE",
        envvar="BILLING_STORE",
        help="The store of `billing listen`: a path or postgresql://… (default: .billing/events.db).",
        show_default=False,
    ),
]
RulesFile = Annotated[
    Path | None,
    typer.Option(
        "--rules",
        metavar="FILE",
        help="Which statuses give access, and whether disputes take it (default: .billing/access.yaml, if there).",
        show_default=False,
    ),
]
Product = Annotated[str | None, typer.Option("--product", metavar="PRODUCT", help="Only this product, by its id.")]
Feature = Annotated[str | None, typer.Option("--feature", metavar="KEY", help="Only this feature, by its lookup key.")]


@options.command(app)
def show(
    context: Context,
    customer: Annotated[str, typer.Argument(metavar="CUSTOMER", help="The customer's id or email.")],
    product: Product = None,
    feature: Feature = None,
    fresh: Annotated[bool, typer.Option("--fresh", help="Ask Stripe now, instead of the store.")] = False,
    store: StoreAt = None,
    rules: RulesFile = None,
) -> int | None:
    """Say what a customer may use, since when, until when and why.

    Exits with 0 if there is access (with --product or --feature: to that), and with 4 if not. By an id the store
    alone is asked; whose an email is, Stripe is.

    \b
    Examples:  billing access show cus_NffrFeUfNV2Hib
               billing access show cus_NffrFeUfNV2Hib --feature sso && ./enable-sso
               billing access show ada@example.com
               billing access show cus_NffrFeUfNV2Hib --fresh
    """
    from stripe_billing_cli.webhooks.access.view import customer_record

    if product and feature:
        raise parsing.wrong("--product and --feature exclude each other", "ask twice")
    customer = _id_of(context, customer)
    customer, rows, now = _fresh(context, customer, rules) if fresh else _stored(customer, store)
    rows = [row for row in rows if _asked(row, product, feature)]
    record = customer_record(customer, rows, now)
    context.printer.record(record, lambda: _screen(record))
    return None if record["access"] else NOT_REACHED


def _id_of(context: Context, customer: str) -> str:
    """Return the id of a customer who may be named by email, which Stripe is asked for."""
    if "@" not in customer:
        return customer
    from stripe_billing_cli.subscriptions.references import find_customer

    return str(find_customer(context.stripe, customer)["id"])


def _fresh(context: Context, customer: str, rules: Path | None) -> tuple[str, list[Access], float]:
    import time

    from stripe_billing_cli.webhooks.access.decide import decide
    from stripe_billing_cli.webhooks.access.read import read_customer_state
    from stripe_billing_cli.webhooks.access.rules import read_rules

    table, now = read_rules(rules), time.time()
    state = read_customer_state(context.stripe, customer, disputes=table.deny_disputed)
    return customer, decide(state, table, now), state.clock or now


def _stored(customer: str, store: str | None) -> tuple[str, list[Access], float]:
    if not customer.startswith("cus_"):
        raise parsing.wrong(f"{customer} is no customer's id", "give its id, cus_…, or its email")
    with _opened(store) as opened:
        return customer, opened.access.of(customer), opened.clock()


def _asked(row: Access, product: str | None, feature: str | None) -> bool:
    if product is not None:
        return (row.kind, row.key) == ("product", product)
    return feature is None or (row.kind, row.key) == ("feature", feature)


@options.command(app, "list")
def list_(
    context: Context,
    product: Product = None,
    feature: Feature = None,
    granted: Annotated[bool, typer.Option("--granted", help="Only who has access.")] = False,
    revoked: Annotated[bool, typer.Option("--revoked", help="Only who has none (any more).")] = False,
    limit: Annotated[int, typer.Option(min=1, metavar="N", help="At most so many.")] = 100,
    all_: Annotated[bool, typer.Option("--all", help="All of them, however many.")] = False,
    store: StoreAt = None,
) -> None:
    """List who may use what, as the store has it; with --output json one object a line.

    \b
    Examples:  billing access list --product keymap-pro --granted
               billing access list --all --output json > access.jsonl
    """
    from itertools import islice

    from stripe_billing_cli.webhooks.access.view import row_record

    if product and feature:
        raise parsing.wrong("--product and --feature exclude each other", "ask twice")
    if granted and revoked:
        raise parsing.wrong("--granted and --revoked exclude each other", "leave both out to list all")
    with _opened(store) as opened:
        wanted = granted if granted or revoked else None
        records = (
            record
            for row in _rows(opened, product or feature)
            if _asked(row, product, feature)
            for record in [row_record(row, opened.clock())]
            if wanted is None or record["access"] is wanted
        )
        count = context.printer.records(records if all_ else islice(records, limit), COLUMNS)
    if context.printer.for_people and not count:
        context.printer.note("Nothing is known of anybody's access. `billing access reconcile` asks Stripe.")
    if count == limit and not all_:
        context.printer.note(f"These are the first {limit:,}; --all lists all.")


def _rows(store: Store, key: str | None) -> Iterator[Access]:
    after = None
    while page := store.access.page(key=key, limit=1000, after=after):
        yield from page
        after = (page[-1].customer, page[-1].kind, page[-1].key)


@options.command(app)
def reconcile(
    context: Context,
    customers: Annotated[
        list[str] | None, typer.Argument(metavar="CUSTOMER", help="Only these; all, if none is given.")
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
               billing access reconcile --check          (in a nightly job: exit code 3 if something differs)
               billing access reconcile cus_NffrFeUfNV2Hib
    """
    from stripe_billing_cli.webhooks.access.reconcile import compare, mend
    from stripe_billing_cli.webhooks.access.rules import read_rules
    from stripe_billing_cli.webhooks.access.update import AccessKeeper
    from stripe_billing_cli.webhooks.actions.spec import remembered_route

    with _opened(store, make=True) as opened:
        keeper = AccessKeeper(context.stripe, opened, read_rules(rules), remembered_route(opened))
        seen = differing = 0
        for compared in compare(keeper, customers or ()):
            seen += 1
            if not compared.changes:
                continue
            changes = compared.changes if check else mend(keeper, compared)
            differing += bool(changes)
            for change in changes:
                record = _difference(change, mended=not check, now=opened.clock())
                context.printer.streamed(record, _told(record), **_colour(record))
    done = "differing" if check else "brought up to date"
    context.printer.note(f"{formatting.counted(seen, 'customer')} compared with Stripe, {differing} {done}.")
    return PENDING if check and differing else None


def _difference(change: AccessChange, *, mended: bool, now: float) -> dict[str, Any]:
    from stripe_billing_cli.webhooks.access.view import row_record

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
        "mended": mended,
    }


def _told(record: Record) -> str:
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


@contextmanager
def _opened(store: str | None, *, make: bool = False) -> Iterator[Store]:
    from stripe_billing_cli.webhooks.store import DEFAULT, open_store

    with open_store(store or DEFAULT, make=make) as opened:
        yield opened


def _screen(record: Record) -> Iterator[Line]:
    has = record["access"]
    yield Line(
        f"{record['customer']}  {'has access' if has else 'has no access'}",
        {"bold": True, "fg": "green" if has else "red"},
    )
    if not record["products"] and not record["features"]:
        yield Line("Nothing else is known; --fresh asks Stripe, and `billing access reconcile` does for all customers.")
    for row in [*record["products"], *record["features"]]:
        mark, colour = ("✓", "green") if row["access"] else ("✗", "red")
        since = f" since {formatting.date(row['since'])}" if row["since"] else ""
        until = f" until {formatting.moment(row['until'])}" if row["until"] else ""
        by = f", {row['subscription']}" if row["subscription"] else ""
        yield Line(f"{mark} {row['kind']:<8} {row['key']}{since}{until}  ({row['reason']}{by})", {"fg": colour})


COLUMNS: Sequence[Column] = (
    Column("CUSTOMER", lambda record: record["customer"]),
    Column("KIND", lambda record: record["kind"]),
    Column("KEY", lambda record: record["key"]),
    Column("ACCESS", lambda record: "yes" if record["access"] else "no"),
    Column("SINCE", lambda record: formatting.date(record["since"])),
    Column("UNTIL", lambda record: formatting.moment(record["until"])),
    Column("REASON", lambda record: record["reason"]),
)
