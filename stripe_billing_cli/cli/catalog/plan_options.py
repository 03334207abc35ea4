"""The options that say how much of a catalog is planned, which `plan` and `apply` share."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Annotated

import typer

from stripe_billing_cli.errors import UsageError

if TYPE_CHECKING:
    from stripe_billing_cli.catalog.plan_request import PlanRequest

Target = Annotated[
    list[str] | None,
    typer.Option("--target", metavar="KEY", help="Only this product, or this price (product.price); repeatable."),
]


@dataclass(frozen=True)
class PlanOptions:
    """The options that say how much of a catalog is planned."""

    prune: Annotated[
        bool,
        typer.Option(
            "--prune",
            help="Archive what carries this catalog's stamp and is no longer in the file; disable webhook endpoints.",
        ),
    ] = False
    delete_coupons: Annotated[
        bool, typer.Option("--delete-coupons", help="With --prune: delete coupons too; their discounts go on.")
    ] = False
    prune_meters: Annotated[
        bool, typer.Option("--prune-meters", help="With --prune: deactivate every meter that is not in the file.")
    ] = False
    retire_links: Annotated[
        bool,
        typer.Option("--retire-links", help="Close payment links that others with other prices took the place of."),
    ] = False
    target: Target = None
    adopt: Annotated[
        bool, typer.Option("--adopt", help="Also mark what the file adopts by id and leaves as it is.")
    ] = False
    count: Annotated[
        bool, typer.Option("--count", help="Count all subscriptions of a price that goes; else it is said past 100.")
    ] = False

    def request(self, file: str, *, elsewhere: bool = False) -> PlanRequest:
        """Return the request for a plan; the file is read and checked. `elsewhere`: the file is of another account."""
        from stripe_billing_cli.catalog.file.load import load_catalog, read_source
        from stripe_billing_cli.catalog.plan_request import PlanRequest

        if self.prune and self.target:
            raise UsageError("--prune and --target exclude each other", "prune in a run of its own")
        of_prune = {"--delete-coupons": self.delete_coupons, "--prune-meters": self.prune_meters}
        prune_options = tuple(option for option, on in of_prune.items() if on)
        if prune_options and not self.prune:
            raise UsageError(f"{prune_options[0]} says more of --prune", "give both")
        source = read_source(file)
        return PlanRequest(
            load_catalog(source),
            source.text,
            self.prune,
            (*prune_options, "--retire-links") if self.retire_links else prune_options,
            tuple(self.target or ()),
            self.count,
            self.adopt,
            elsewhere,
        )

    @property
    def is_default(self) -> bool:
        """Return whether nothing was chosen that a saved plan has settled already; counting changes no plan."""
        return replace(self, count=False, target=self.target or None) == PlanOptions()
