"""`billing catalog validate`."""

from __future__ import annotations

from stripe_billing_cli.cli import options
from stripe_billing_cli.cli.catalog.app import DEFAULT_FILE, File, app
from stripe_billing_cli.cli.context import Context
from stripe_billing_cli.cli.shared_options import NO_STRIPE


@options.command(app, shared_names=NO_STRIPE)
def validate(context: Context, file: File = DEFAULT_FILE) -> None:
    """Check the file, without asking Stripe.

    Every rule of Stripe's that can be known beforehand is checked, and all errors are reported at once, each with
    file, line and column.

    \b
    Example:  billing catalog validate -f plans.yaml
    """
    from stripe_billing_cli.catalog.file.load import load_catalog, read_source
    from stripe_billing_cli.cli.catalog.plan_view import note_json, show_notes

    catalog = load_catalog(read_source(file))
    counts = catalog.counts()
    if context.printer.for_people:
        count_texts = ", ".join(_count_text(count, kind) for kind, count in counts.items())
        context.printer.line(f"{catalog.source} is valid: {count_texts}.")
    else:
        keys = (root.key for root in catalog.roots)
        notes = [note_json(note, catalog.source) for note in catalog.warnings]
        context.printer.result({"valid": True, "catalog": catalog.name, **counts, "notes": notes}, ids=keys)
    show_notes(context, catalog.warnings, catalog.source)


def _count_text(count: int, kind: str) -> str:
    noun = kind.replace("_", " ")
    return f"{count} {noun.removesuffix('s') if count == 1 else noun}"
