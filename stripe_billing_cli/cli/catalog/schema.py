"""`billing catalog schema`."""

from __future__ import annotations

import json

from stripe_billing_cli.cli import options
from stripe_billing_cli.cli.catalog.app import app
from stripe_billing_cli.cli.context import Context


@options.command(app, shared_names=("verbose",))
def schema(context: Context) -> None:
    """Print the JSON Schema of catalog files, for editors.

    Put this line at the top of a catalog, and editors with a YAML language server complete and check it:

    \b
    # yaml-language-server: $schema=./catalog.schema.json

    \b
    Example:  billing catalog schema > catalog.schema.json
    """
    from stripe_billing_cli.catalog.file.schema import catalog_schema

    context.printer.text(f"{json.dumps(catalog_schema(), indent=2, ensure_ascii=False)}\n")
