"""A plan as it grows: its changes, the calls that make them, and what the user should know besides."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from stripe_billing_cli.catalog.diff import FieldChange
from stripe_billing_cli.catalog.plan import Action, Call, Change, Kind, Operation

ARCHIVED = FieldChange(True, False)


@dataclass
class Writing:
    """The plan as it grows."""

    catalog: str
    changes: list[Change] = field(default_factory=list)
    calls: list[Call] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    unchanged: int = 0

    def change(
        self,
        action: Action,
        kind: Kind,
        key: str,
        object_id: str | None,
        fields: Mapping[str, FieldChange],
        reason: str,
        currency: str | None = None,
    ) -> int:
        self.changes.append(Change(action, kind, key, object_id, fields, reason, currency))
        return len(self.changes) - 1

    def call(
        self,
        change: int,
        operation: Operation,
        target: str | None,
        params: Mapping[str, Any],
        needs: Iterable[int] = (),
        **more: Any,
    ) -> int:
        number = len(self.calls)
        self.calls.append(Call(number, change, operation, target, params, tuple(needs), **more))
        return number
