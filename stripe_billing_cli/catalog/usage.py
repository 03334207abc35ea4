"""The usage of the objects that a plan retires: asked of Stripe once the plan is made."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from stripe_billing_cli.catalog.contents import Catalog
from stripe_billing_cli.catalog.entries import NOWHERE
from stripe_billing_cli.catalog.kinds import Usage
from stripe_billing_cli.catalog.plan import Change, Note, Plan
from stripe_billing_cli.catalog.plan_builder import ARCHIVAL
from stripe_billing_cli.stripe_api.client import StripeApi
from stripe_billing_cli.stripe_api.errors import PermissionMissingError, UnsupportedCallError
from stripe_billing_cli.stripe_api.threads import results_of, side_by_side

AT_ONCE = 12


@dataclass(frozen=True)
class _Retirement:
    change: Change
    usage: Usage


def with_usage(plan: Plan, api: StripeApi, catalog: Catalog, *, count: bool = False) -> Plan:
    """Return the plan with each replacement saying what stays with the old object, and warnings of subscriptions.

    A call for each price; with `count`, as many as it takes to count all its subscriptions.
    """
    retiring_changes = [change for change in plan.changes if change.stripe_object and _is_asked_about(change, catalog)]
    with side_by_side(AT_ONCE) as pool:
        usages = results_of([pool.submit(_usage, api, catalog, change, count) for change in retiring_changes])
        retirements = [_Retirement(change, usage) for change, usage in zip(retiring_changes, usages, strict=True)]
    replacements = {one.change: _explain_replacement(one) for one in retirements}
    changes = tuple(replacements.get(change, change) for change in plan.changes)
    seller_warnings = [*_warnings(retirements), *_sold_elsewhere(retirements, api, catalog)]
    return replace(plan, changes=changes, notes=(*plan.notes, *seller_warnings))


def _is_asked_about(change: Change, catalog: Catalog) -> bool:
    if change.action == "replace":
        return True
    retires = change.action == "archive" or change.fields.get("active") == ARCHIVAL
    return retires and catalog.kinds[change.kind.name].is_subscribed_to


def _usage(api: StripeApi, catalog: Catalog, change: Change, count: bool) -> Usage:
    assert change.stripe_object
    return catalog.kinds[change.kind.name].usage_of(api, change.stripe_object, count=count)


def _explain_replacement(retirement: _Retirement) -> Change:
    change, usage = retirement.change, retirement.usage
    if change.action != "replace" or not usage.text:
        return change
    return replace(change, reason=f"{change.reason}; {usage.text}")


def _warnings(retirements: list[_Retirement]) -> Iterator[Note]:
    for one in retirements:
        change, subscriptions = one.change, one.usage.subscriptions
        if subscriptions and not change.old_stays:
            keep = "keeps" if subscriptions.startswith("1 ") else "keep"
            message = (
                f"{change.kind.name} {change.id} is about to be archived with {subscriptions} on it, which {keep} it"
            )
            yield _warning(change, message)


def _sold_elsewhere(retirements: list[_Retirement], api: StripeApi, catalog: Catalog) -> Iterator[Note]:
    """Yield a warning of each object by which a retired one is sold, and of which the plan knows nothing: the file does
    not name it."""
    changes = [one.change for one in retirements if catalog.kinds[one.change.kind.name].is_subscribed_to]
    by_id = {change.id: change for change in changes if not change.old_stays}
    for kind in catalog.kinds if by_id else ():
        entries = catalog.by_kind[kind.name]
        adopted_ids = {entry.adopted_id for entry in entries}
        try:
            for seller in kind.sellers(api):
                stamp = kind.stamp_on(seller.stripe_object)
                is_read = bool(entries) and stamp is not None and stamp.catalog == catalog.name
                if is_read or seller.stripe_object["id"] in adopted_ids:
                    continue
                for change in (by_id[one] for one in seller.sells if one in by_id):
                    yield _warning(change, f"{seller.text} sells {change.id}, and is closed once that is archived")
        except (PermissionMissingError, UnsupportedCallError):
            continue


def _warning(change: Change, text: str) -> Note:
    where = change.entry.where if change.entry else NOWHERE
    return Note(f"{change.key}: {text}", change.kind.name, change.key, where, warning=True)
