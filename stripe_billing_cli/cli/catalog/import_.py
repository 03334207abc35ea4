"""`billing catalog import`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from stripe_billing_cli.cli import options, parsing
from stripe_billing_cli.cli.catalog.app import app
from stripe_billing_cli.cli.catalog.import_options import ImportOptions
from stripe_billing_cli.cli.confirm import confirm
from stripe_billing_cli.cli.context import Context
from stripe_billing_cli.cli.import_view import STDOUT, reading_progress, tell_import
from stripe_billing_cli.errors import BillingError, system_reason
from stripe_billing_cli.whole_files import write_whole

if TYPE_CHECKING:
    from stripe_billing_cli.catalog.importer.request import Import


@options.command(app, "import")
def import_(context: Context, import_options: ImportOptions) -> None:
    """Write the catalog file that describes an account as it is; plan then has nothing to change.

    The file has what is active and what that refers to; ids stay as `id:`, and keys are made from names. What another
    catalog owns is left out and counted, what a file cannot say is listed. Nothing is written to Stripe.

    \b
    Examples:  billing catalog import
               billing catalog import --catalog keymap --archived -f all.yaml
               billing catalog import --product prod_NWjs8kKbJWmuuc -f -
               billing catalog import --kind coupon --since 2026-01-01 -f coupons.yaml
               billing catalog import --merge --preview  # what catalog.yaml lacks
    """
    from stripe_billing_cli.catalog.file.load import load_catalog, read_source
    from stripe_billing_cli.catalog.importer.request import ImportRequest, import_catalog

    import_options.check()
    file = import_options.file
    source = read_source(file) if import_options.merge else None
    request = ImportRequest(
        catalog=import_options.catalog,
        archived=import_options.archived,
        kinds=tuple(import_options.kind or ()),
        parents=tuple(import_options.product or ()),
        since=parsing.moment("--since", import_options.since) if import_options.since else 0,
        beside=load_catalog(source) if source else None,
    )
    with reading_progress() as progress:
        account_import = import_catalog(context.stripe, request, progress)
    text = account_import.merged_into(source.text) if source else account_import.text
    if source and text != source.text:
        confirm(
            context,
            f"Write this to {file}?",
            will=list(_added_lines(source.text, text)),
            in_any_mode=True,
            when_refused=f"{file} stays as it was",
            preview=import_options.preview,
        )
    if file != STDOUT:
        save(Path(file), text)
    elif context.printer.for_people:
        context.printer.text(text)
    _show(context, account_import, file, into_file=import_options.merge)


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


def _show(context: Context, account_import: Import, file: str, *, into_file: bool) -> None:
    if not context.printer.for_people:
        context.printer.result(
            as_json(account_import, file), ids=(draft.stripe_object["id"] for draft in account_import.drafts)
        )
        return
    tell_import(
        account_import, file, context.printer.note if file == STDOUT else context.printer.line, into_file=into_file
    )


def as_json(account_import: Import, file: str) -> dict[str, Any]:
    """Return an import as documented."""
    return {
        "file": None if file == STDOUT else file,
        "catalog": account_import.catalog,
        "account": account_import.account,
        "livemode": account_import.livemode,
        "written": account_import.counts(),
        "left_out": dict(account_import.left_out),
        "not_written": [
            {"kind": one.kind, "id": one.id, "name": one.label, "reason": one.reason}
            for one in account_import.not_written
        ],
        "unread": list(account_import.unread),
        "text": account_import.text if file == STDOUT else None,
    }
