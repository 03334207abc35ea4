"""The plan: what must happen in Stripe for it to hold what a catalog wants. Values only.

A `Change` is what a person reviews: one object, what changes on it and why. A `Call` is one write to Stripe, with
the calls that must have succeeded before it. Printing reads the changes; `apply.py` carries out the calls.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from stripe_billing_cli.catalog.diff import FieldChange, plain

Action = Literal["create", "update", "replace", "archive"]
Kind = Literal["product", "price"]
Operation = Literal["create_product", "update_product", "create_price", "update_price"]
ACTIONS: tuple[Action, ...] = ("create", "update", "replace", "archive")


@dataclass(frozen=True)
class Call:
    """One write. `target` is the object's id, None where Stripe gives one.

    `default_price_of` names a price of the plan by its path (`pro.monthly`): its id, known once it is made, is sent
    as `default_price`. `state` is what Stripe held when this was decided; it goes into the idempotency key of a
    create, so that the same wish at another time is another request.
    """

    number: int
    change: int
    operation: Operation
    target: str | None
    params: Mapping[str, Any]
    needs: tuple[int, ...] = ()
    default_price_of: str | None = None
    makes: str | None = None
    state: str = ""

    def idempotency_key(self, account: str | None, again: int) -> str:
        """The same for the same wish in the same state; `again` counts remembered answers found out of date."""
        wish = [account, self.operation, self.target, plain(self.params), self.state, again]
        return "billing-" + hashlib.sha256(json.dumps(wish, sort_keys=True).encode()).hexdigest()[:48]


@dataclass(frozen=True)
class Change:
    """`id` is the object's id now: None for one to be created, the old price's for a replacement."""

    action: Action
    kind: Kind
    key: str
    id: str | None
    fields: Mapping[str, FieldChange]
    reason: str
    currency: str | None = None


@dataclass(frozen=True)
class Unmanaged:
    """An active object of the account that the file does not name; `stamped` if it carries this catalog's stamp."""

    kind: Kind
    id: str
    name: str | None = None
    stamped: bool = False


@dataclass(frozen=True)
class Plan:
    catalog: str
    account: str | None
    livemode: bool
    changes: tuple[Change, ...] = ()
    calls: tuple[Call, ...] = ()
    unmanaged: tuple[Unmanaged, ...] = ()
    unchanged: int = 0
    notes: tuple[str, ...] = ()
    """What the user should know and the plan will not change."""
    complete: bool = True
    """Whether the whole account was read, so that `unmanaged` is all there is."""
    managed_ids: Mapping[str, str] = field(default_factory=dict)
    """Price path → id, for the prices that exist and stay."""

    @property
    def replaced(self) -> tuple[str, ...]:
        """The ids of the prices that running subscriptions may stay on."""
        return tuple(change.id for change in self.changes if change.action == "replace" and change.id)

    def summary(self) -> dict[str, int]:
        counts: dict[str, int] = {action: sum(change.action == action for change in self.changes) for action in ACTIONS}
        return {**counts, "unchanged": self.unchanged}
