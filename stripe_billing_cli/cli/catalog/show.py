"""`billing catalog show`."""

from __future__ import annotations

from stripe_billing_cli.cli import options
from stripe_billing_cli.cli.catalog.app import DEFAULT_FILE, File, app
from stripe_billing_cli.cli.context import Context
from stripe_billing_cli.cli.shared_options import NO_STRIPE, SheetFormat


@options.command(app, shared_names=NO_STRIPE, formats=SheetFormat)
def show(context: Context, file: File = DEFAULT_FILE) -> None:
    """Show the catalog as one: what it includes, with anchors and variables written out. Asks Stripe nothing.

    With --output markdown it is a price sheet: a table of prices for each product, for colleagues.

    \b
    Examples:  billing catalog show
               billing catalog show --output markdown > prices.md
    """
    from stripe_billing_cli.catalog.diff import plain
    from stripe_billing_cli.catalog.file.load import load_catalog, read_source
    from stripe_billing_cli.catalog.file.write import file_text
    from stripe_billing_cli.catalog.kinds.sheet import sheet_lines
    from stripe_billing_cli.cli.foreign_text import visible

    catalog = load_catalog(read_source(file))
    if context.printer.output == "markdown":
        context.printer.text(visible("\n".join(sheet_lines(catalog))) + "\n")
    elif context.printer.for_people:
        parents = frozenset(kind.section for kind in catalog.kinds.within(None) if catalog.kinds.within(kind.name))
        context.printer.text(file_text(catalog.values, parents))
    else:
        values = {key: plain(value) for key, value in catalog.values.items()}
        context.printer.result(values, ids=(entry.key for entry in catalog.entries()))
