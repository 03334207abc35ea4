"""Expansion, the parameter `expand` (https://docs.stripe.com/api/expanding_objects): what may be expanded, and what is
refused.

What may be expanded, step by step, is what `x-expandableFields` of Stripe's OpenAPI document lists: ids, parts that are
left out unless asked for, and embedded objects and lists, which are there anyway.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeAlias

from stripe_billing_cli.local_stripe.core import documented
from stripe_billing_cli.local_stripe.core.errors import invalid

DEEPEST = 4
"""How many steps a path may have, `data` counted (recorded)."""

UNDOCUMENTED_EXPANSIONS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "customer": {"invoice_credit_balance": ()},
    "product_catalog.trial_offer": {"end_behavior": ("trial_offer.end_behavior",), "price": ("price",)},
    "subscription": {"plan": ("plan",)},
    "subscription_item": {"plan": ("plan",)},
    "trial_offer.end_behavior": {"transition": ("trial_offer.transition",)},
    "trial_offer.transition": {"price": ("price",)},
}
"""The expansions that the document leaves out: recorded as accepted, of a form of earlier versions that is still
answered, or of a newer version (`stripe/product_catalog/_trial_offer.py`)."""

Expansions: TypeAlias = Mapping[str, Mapping[str, tuple[str, ...]]]
"""The expandable fields of kinds of objects, each with the kinds that may stand there."""


class ExpandTree(dict[str, "ExpandTree"]):
    """The properties to expand, as a tree: `["data.product", "data.tiers"]` → `{"data": {"product": {}, "tiers": {}}}`.

    `kinds` are those of the objects that may stand in the place of the property.
    """

    kinds: tuple[str, ...] = ()


NONE = ExpandTree()


def parse(kind: str, paths: Sequence[str], expansions: Expansions, *, of_list: bool) -> ExpandTree:
    """Return the tree for `expand`. Raises Stripe's errors for what cannot be expanded.

    `kind` names several kinds where a list has objects of any of them, with blanks between. `expansions` are those
    of kinds of objects that the document does not have.
    """
    tree = ExpandTree()
    for path in paths:
        names = path.split(".")
        steps = _steps(kind, path, names, expansions, of_list)
        branch = tree
        for name, kinds in zip(names, steps, strict=True):
            branch = branch.setdefault(name, ExpandTree())
            branch.kinds = kinds
    return tree


def _steps(
    kind: str, path: str, names: Sequence[str], expansions: Expansions, of_list: bool
) -> Sequence[tuple[str, ...]]:
    """Return the kinds of objects to which each step of a path leads."""
    if of_list and path == "total_count":
        raise invalid("This property cannot be included (total_count)")
    if of_list and names[0] != "data":
        raise invalid(
            f"This property cannot be expanded ({names[0]}). You may want to try expanding 'data.{names[0]}' instead."
        )
    if len(names) > DEEPEST:
        raise invalid(
            f"You cannot expand more than {DEEPEST} levels of a property. Property: {path}",
            code="property_expansion_max_depth",
        )
    kinds = tuple(kind.split())
    kinds_by_step = [kinds] if of_list else []
    for depth in range(len(kinds_by_step), len(names)):
        steps = [_step(kind, names[depth], expansions) for kind in kinds]
        if all(step is None for step in steps):
            raise invalid(f"This property cannot be expanded ({'.'.join(names[: depth + 1])}).")
        kinds = tuple(kind for step in steps for kind in step or ())
        kinds_by_step.append(kinds)
    return kinds_by_step


def _step(kind: str, name: str, expansions: Expansions) -> tuple[str, ...] | None:
    """Return the kinds that come after this step; None where it cannot be taken. A map has any key."""
    fields = {**documented.expandable(kind), **UNDOCUMENTED_EXPANSIONS.get(kind, {}), **expansions.get(kind, {})}
    return fields.get(name, fields.get(documented.ANY_KEY))
