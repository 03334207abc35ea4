"""`billing catalog import`."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from stripe_billing_cli.cli import options, parsing
from stripe_billing_cli.cli.catalog.app import app
from stripe_billing_cli.cli.catalog.import_options import STDOUT, ImportOptions
from stripe_billing_cli.cli.confirm import confirm
from stripe_billing_cli.cli.context import Context
from stripe_billing_cli.errors import BillingError, system_reason
from stripe_billing_cli.whole_files import write_whole

if TYPE_CHECKING:
    from stripe_billing_cli.catalog.importer.request import Import

SHOWN_NOT_WRITTEN = 20


@options.command(app, "import")
def import_(context: Context, chosen: ImportOptions) -> None:
    """Write the catalog file that describes an account as it is; plan then has nothing to change.

    The file has what is active and what that refers to; ids stay as `id:`, and keys are made from names. What another
    catalog owns is left out and counted, what a file cannot say is listed. Nothing is written to Stripe.

    \b
    Examples:  billing catalog import
               billing catalog import --catalog keymap --archived -f all.yaml
               billing catalog import --product prod_NWjs8kKbJWmuuc -f -
               billing catalog import --kind coupon --since 2026-01-01 -f coupons.yaml
               billing catalog import --merge --preview      (what catalog.yaml lacks)
    """
    from stripe_billing_cli.catalog.file.load import load_catalog, read_source
    from stripe_billing_cli.catalog.importer.request import ImportRequest, import_catalog

    chosen.check()
    file = chosen.file
    source = read_source(file) if chosen.merge else None
    request = ImportRequest(
        catalog=chosen.catalog,
        archived=chosen.archived,
        kinds=tuple(chosen.kind or ()),
        parents=tuple(chosen.product or ()),
        since=parsing.moment("--since", chosen.since) if chosen.since else 0,
        beside=load_catalog(source) if source else None,
    )
    with reading_progress() as progress:
        imported = import_catalog(context.stripe, request, progress)
    text = imported.merged_into(source.text) if source else imported.text
    if source and text != source.text:
        confirm(
            context,
            f"Write this to {file}?",
            will=list(_added_lines(source.text, text)),
            in_any_mode=True,
            when_refused=f"{file} stays as it was",
            preview=chosen.preview,
        )
    if file != STDOUT:
        save(Path(file), text)
    elif context.printer.for_people:
        sys.stdout.write(text)
    _show(context, imported, file, merged=chosen.merge)


def _added_lines(before: str, after: str) -> Iterator[str]:
    """Yield the lines that are added, and those around them."""
    import difflib

    difference = difflib.unified_diff(before.splitlines(), after.splitlines(), lineterm="", n=2)
    return (line for line in difference if not line.startswith(("---", "+++")))


def save(path: Path, text: str) -> None:
    """Write the catalog. Raises `BillingError`."""
    try:
        write_whole(path, text)
    except OSError as error:
        message = f"{path} could not be written: {system_reason(error)}"
        raise BillingError("system", message, "name another with -f FILE") from error


@contextmanager
def reading_progress() -> Iterator[Callable[[int], None]]:
    """Show on a terminal how many objects have been read."""
    if not sys.stderr.isatty():
        yield lambda count: None
        return
    from rich.console import Console
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = SpinnerColumn(), TextColumn("Reading: {task.completed:,.0f} objects"), TimeElapsedColumn()
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("objects", total=None)
        yield lambda count: progress.advance(task, count)


def _summary(imported: Import, file: str, written: str, *, merged: bool) -> str:
    if merged:
        return f"Added to {file}: {written}." if imported.counts() else f"Nothing to add: {file} has it all."
    return f"{'Standard output' if file == STDOUT else file} has catalog {imported.catalog}: {written}."


def _show(context: Context, imported: Import, file: str, *, merged: bool) -> None:
    if not context.printer.for_people:
        context.printer.result(as_json(imported, file), ids=(draft.stripe_object["id"] for draft in imported.drafts))
        return
    tell_import(imported, file, context.printer.note if file == STDOUT else context.printer.line, merged=merged)


def tell_import(imported: Import, file: str, tell: Callable[..., None], *, merged: bool = False) -> None:
    """Tell people what was written, and what of the account was not."""
    counts = imported.counts()
    written = ", ".join(_count_text(counts[one.name], one.name) for one in imported.registry if one.name in counts)
    tell(_summary(imported, file, written or "nothing", merged=merged))
    for reason, count in imported.left_out.items():
        tell(f"  left out  {reason}: {count:,}", dim=True)
    for section in imported.unread:
        tell(f"  not read  {section}: this key may not read them", fg="yellow")
    for one in imported.not_written[:SHOWN_NOT_WRITTEN]:
        tell(f"  not written  {one.kind} {one.id}{f' ({one.label})' if one.label else ''}: {one.reason}", fg="yellow")
    rest = len(imported.not_written) - SHOWN_NOT_WRITTEN
    if rest > 0:
        tell(f"  … and {rest:,} more (all in --output json)", fg="yellow")


def as_json(imported: Import, file: str) -> dict[str, Any]:
    """Return an import as documented."""
    return {
        "file": None if file == STDOUT else file,
        "catalog": imported.catalog,
        "account": imported.account,
        "livemode": imported.livemode,
        "written": imported.counts(),
        "left_out": dict(imported.left_out),
        "not_written": [
            {"kind": one.kind, "id": one.id, "name": one.label, "reason": one.reason} for one in imported.not_written
        ],
        "unread": list(imported.unread),
        "text": imported.text if file == STDOUT else None,
    }


def _count_text(count: int, name: str) -> str:
    return f"{count:,} {name.replace('_', ' ')}{'' if count == 1 else 's'}"
