"""Planning a catalog against an account: what a program calls, as `billing catalog plan` does.

request = PlanRequest(load_catalog(read_source("catalog.yaml")))
plan = plan_catalog(api, request)
outcome = carry_out(api, plan)
"""

from __future__ import annotations

from dataclasses import dataclass

from stripe_billing_cli.catalog import snapshot
from stripe_billing_cli.catalog.contents import Catalog
from stripe_billing_cli.catalog.plan import Plan
from stripe_billing_cli.catalog.planner import PRUNE, make_plan, with_usage
from stripe_billing_cli.errors import WRONG, BillingError
from stripe_billing_cli.stripe_api.client import StripeApi


@dataclass(frozen=True)
class PlanRequest:
    """A catalog, and how much of it is to be planned.

    `text` is the file that the catalog was read from, for plans that are saved. `targets` are keys of entries.
    """

    catalog: Catalog
    text: str = ""
    prune: bool = False
    prune_options: tuple[str, ...] = ()
    """Options, such as `--delete-coupons`, by which more is pruned, or by which what is replaced is retired."""
    targets: tuple[str, ...] = ()
    adopt: bool = False
    """Whether what the file adopts by `id:` gets the catalog's mark even where nothing else changes."""


def plan_catalog(api: StripeApi, request: PlanRequest) -> Plan:
    """Read what the account holds and return what has to change; writes nothing.

    Raises `BillingError` where the account is another than the file's or contradicts it, `StripeCallError`.
    """
    _check_account(api, request.catalog)
    existing = snapshot.read(api, request.catalog, whole=request.prune)
    options = PRUNE | frozenset(request.prune_options)
    plan = make_plan(
        request.catalog,
        existing,
        prune=request.prune,
        targets=request.targets,
        prune_options=options,
        adopt=request.adopt,
    )
    return with_usage(plan, api, request.catalog)


def _check_account(api: StripeApi, catalog: Catalog) -> None:
    """Refuse any account but the one that the file names, before anything else is read."""
    if catalog.account is None:
        return
    actual = api.account()["id"]
    if actual != catalog.account:
        raise BillingError(
            "account",
            f"{catalog.source} is for account {catalog.account}, and the key is of {actual}",
            "use the key of the other account, or correct `account:` in the file",
            WRONG,
        )
