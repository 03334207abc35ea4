"""The planning of a catalog against an account, as a program calls it and `billing catalog plan` does.

request = PlanRequest(load_catalog(read_source("catalog.yaml")))
plan = plan_catalog(api, request)
outcome = carry_out(api, plan)
"""

from __future__ import annotations

from dataclasses import dataclass

from stripe_billing_cli.catalog import snapshot
from stripe_billing_cli.catalog.contents import Catalog, Place
from stripe_billing_cli.catalog.match import ConflictError
from stripe_billing_cli.catalog.plan import Plan
from stripe_billing_cli.catalog.planner import PRUNE, make_plan
from stripe_billing_cli.catalog.usage import with_usage
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
    count: bool = False
    """Whether all subscriptions of a price that goes are counted, and not only to a hundred."""
    adopt: bool = False
    """Whether what the file adopts by `id:` gets the catalog's mark even where nothing else changes."""
    elsewhere: bool = False
    """Whether the file is of another account: what it adopts there and is not here is found by its mark, or made."""


def plan_catalog(api: StripeApi, request: PlanRequest) -> Plan:
    """Read what the account holds and return what has to change; writes nothing.

    Raises `BillingError` where the account is another than the file's or contradicts it, `StripeCallError`.
    """
    _check_account(api, request.catalog)
    catalog = request.catalog
    if catalog.differs_by_place:
        catalog = catalog.at(Place(snapshot.account_id(api), api.livemode))
    try:
        plan = _plan(api, request, catalog)
    except ConflictError as error:
        plan = _plan_without_ids(api, request, catalog, error)
    return with_usage(plan, api, catalog, count=request.count)


def _plan_without_ids(api: StripeApi, request: PlanRequest, catalog: Catalog, error: ConflictError) -> Plan:
    """Return the plan of a file whose ids are those of another account; raises `error` where that cannot be."""
    missing_entries = frozenset(conflict.missing_entry for conflict in error.conflicts if conflict.missing_entry)
    if not missing_entries:
        raise error
    try:
        plan = _plan(api, request, catalog.without_ids(missing_entries))
    except ConflictError:
        if request.elsewhere:
            raise
        raise error from None
    if not request.elsewhere and not missing_entries <= plan.ids.keys():
        raise error
    return plan


def _plan(api: StripeApi, request: PlanRequest, catalog: Catalog) -> Plan:
    account_state = snapshot.read(api, catalog, whole=request.prune)
    plan = _decide(request, catalog, account_state)
    with_pointing = snapshot.read_pointing(api, catalog, account_state, plan.replaced_ids())
    return plan if with_pointing is account_state else _decide(request, catalog, with_pointing)


def _decide(request: PlanRequest, catalog: Catalog, account_state: snapshot.Snapshot) -> Plan:
    options = PRUNE | frozenset(request.prune_options)
    return make_plan(
        catalog,
        account_state,
        prune=request.prune,
        targets=request.targets,
        prune_options=options,
        adopt=request.adopt,
    )


def _check_account(api: StripeApi, catalog: Catalog) -> None:
    """Refuse any account but the one that the file names, before anything else is read."""
    if not catalog.accounts:
        return
    actual = api.account()["id"]
    if actual not in catalog.accounts:
        raise BillingError(
            "account",
            f"{catalog.source} is for account {' or '.join(catalog.accounts)}, and the key is of {actual}",
            "use the key of the other account, or correct `account:` in the file",
            WRONG,
        )
