"""The options of `billing catalog import`, each with its help."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from stripe_billing_cli.cli import parsing
from stripe_billing_cli.cli.catalog.app import DEFAULT_FILE
from stripe_billing_cli.cli.import_view import STDOUT
from stripe_billing_cli.errors import UsageError


@dataclass(frozen=True)
class ImportOptions:
    """The options of `billing catalog import`."""

    file: Annotated[
        str, typer.Option("--file", "-f", metavar="FILE", help="The file to write; - is standard output.")
    ] = DEFAULT_FILE
    catalog: Annotated[
        str | None, typer.Option("--catalog", metavar="NAME", help="What to call the catalog.", show_default=False)
    ] = None
    archived: Annotated[bool, typer.Option("--archived", help="Also what is archived.")] = False
    product: Annotated[
        list[str] | None,
        typer.Option("--product", metavar="PRODUCT", help="Only this product, by id or name; repeatable."),
    ] = None
    kind: Annotated[
        list[str] | None,
        typer.Option("--kind", metavar="KIND", help="Only this kind, such as price or coupon; repeatable."),
    ] = None
    since: Annotated[
        str | None, typer.Option("--since", metavar="TIME", help="Only what was made since then.", show_default=False)
    ] = None
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace the file if there is one.")] = False
    merge: Annotated[
        bool, typer.Option("--merge", help="Add to the file what it does not have; asks before it writes.")
    ] = False
    preview: parsing.Preview = False

    def check(self) -> None:
        """Check the options. Raises `BillingError` where some exclude each other, or a file would be replaced
        unasked."""
        if self.merge and (self.file == STDOUT or self.overwrite or self.catalog):
            raise UsageError(
                "--merge adds to a file, and keeps its name and all it has",
                "leave out --overwrite and --catalog, and name a file",
            )
        if self.preview and not self.merge:
            raise UsageError("--preview is for --merge", "without it, -f - shows the file")
        if self.file != STDOUT and not self.merge and Path(self.file).exists() and not self.overwrite:
            hint = "name another with -f, add to it with --merge, or say --overwrite"
            raise UsageError(f"there is a {self.file} already", hint)
