"""`billing events handlers`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from stripe_billing_cli.cli import options
from stripe_billing_cli.cli.context import Context
from stripe_billing_cli.cli.events.app import app
from stripe_billing_cli.cli.output import Column
from stripe_billing_cli.cli.shared_options import NO_STRIPE
from stripe_billing_cli.cli.store_option import DEFAULT_STORE, StoreOption, opened_store

if TYPE_CHECKING:
    from stripe_billing_cli.events.store import Status, Store

UNFINISHED_OR_DEAD: tuple[Status, ...] = ("pending", "running", "failed", "dead")


@options.command(app, "handlers", shared_names=NO_STRIPE)
def list_(context: Context, store: StoreOption = DEFAULT_STORE) -> None:
    """List the handlers that are called, and those that events wait for though no listener calls them.

    A command's handler is named after the command as it is written: written in another way it is another handler, and
    what waits for the old one stays. `billing events move` hands it over, `billing events drop` lets go of it.

    \b
    Examples:  billing events handlers
               billing events handlers -o json | jq 'select(.called == false)'
    """
    with opened_store(store) as event_store:
        records = list(_records(event_store))
    context.printer.list_records(records, COLUMNS, "No listener was started on this store.")


def _records(store: Store) -> Iterator[dict[str, Any]]:
    from stripe_billing_cli.events.missing_handlers import called_handlers

    handlers, counts = called_handlers(store), store.work.counts()
    for name in sorted((handlers or frozenset()) | {handler for handler, _ in counts}):
        by_status: dict[str, int] = {status: counts.get((name, status), 0) for status in UNFINISHED_OR_DEAD}
        yield {"id": name, "called": None if handlers is None else name in handlers, **by_status}


def _called_text(record: Any) -> str:
    return {True: "yes", False: "no", None: "-"}[record["called"]]


def _count(status: Status) -> Callable[[Any], str]:
    return lambda record: str(record[status])


COLUMNS = [
    Column("HANDLER", lambda record: record["id"]),
    Column("CALLED", _called_text),
    *(Column(status.upper(), _count(status)) for status in UNFINISHED_OR_DEAD),
]
