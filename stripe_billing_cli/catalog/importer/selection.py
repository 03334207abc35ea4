"""The selection of the objects that a file is to have: what is on offer and what that refers to, unless more is
wanted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from stripe_billing_cli.catalog.importer.account import Holdings
from stripe_billing_cli.catalog.kinds import AnyKind
from stripe_billing_cli.stripe_api.objects.common import IdentifiedObject, field_of

ELSEWHERE = "of other catalogs"
EARLIER = "replaced earlier"


@dataclass(frozen=True)
class Criteria:
    """The criteria by which objects are selected. `kinds` are their names, none for all; `since` is in Unix seconds."""

    archived: bool = False
    kinds: frozenset[str] = frozenset()
    since: int = 0


@dataclass
class Selection:
    """The objects that were selected. `objects` has kind → id → object, the oldest first; `left_out` counts those not
    written, by why."""

    objects: dict[str, dict[str, IdentifiedObject]]
    left_out: Counter[str] = field(default_factory=Counter)


class Selector:
    def __init__(self, kinds: Iterable[AnyKind], holdings: Holdings, catalog: str, criteria: Criteria) -> None:
        self._kinds = {kind.name: kind for kind in kinds}
        self._objects = holdings.objects
        self._parents = holdings.parents
        self._catalog = catalog
        self._criteria = criteria
        self._selection = Selection({name: {} for name in self._kinds})
        self._possible: dict[str, set[str]] = {}

    def run(self) -> Selection:
        for kind in self._kinds.values():
            self._possible[kind.name] = self._find_possible(kind)
        for kind in sorted(self._kinds.values(), key=lambda kind: kind.is_part_of_parent):
            for object_id in self._possible[kind.name]:
                if self._is_wanted(kind, self._objects[kind.name][object_id]):
                    self._choose(kind, object_id)
        archived_count = sum(
            not kind.is_active(self._objects[kind.name][object_id])
            for kind in self._kinds.values()
            for object_id in self._possible[kind.name] - self._selection.objects[kind.name].keys()
        )
        if archived_count and not self._criteria.archived:
            self._selection.left_out["archived"] += archived_count
        for name, objects in self._selection.objects.items():
            selected_objects = [
                stripe_object for stripe_object in self._objects[name].values() if stripe_object["id"] in objects
            ]
            self._selection.objects[name] = {
                stripe_object["id"]: stripe_object for stripe_object in reversed(selected_objects)
            }
        return self._selection

    def _find_possible(self, kind: AnyKind) -> set[str]:
        """Return the ids of the objects that a file of this catalog can have, and count the others."""
        newest = self._newest_by_stamp(kind)
        current = (self._objects[kind.name][object_id] for object_id in newest.values())
        replaced_ids = {
            stamp.adopted_id for one in current if (stamp := kind.stamp_on(one)) and stamp.adopted_id != one["id"]
        }
        possible = set()
        reasons = kind.reasons_left_out(self._objects[kind.name])
        for object_id, stripe_object in self._objects[kind.name].items():
            stamp, parent = kind.stamp_on(stripe_object), kind.parent_id(stripe_object)
            reason = reasons.get(object_id)
            if stamp and stamp.catalog != self._catalog:
                self._selection.left_out[ELSEWHERE] += 1
            elif reason:
                self._selection.left_out[reason] += 1
            elif (newest[stamp.key] != object_id) if stamp else (object_id in replaced_ids):
                self._selection.left_out[EARLIER] += 1
            elif parent is None or parent in self._possible[kind.parent or ""]:
                possible.add(object_id)
            elif parent in self._objects[kind.parent or ""]:
                self._selection.left_out[ELSEWHERE] += 1
        return possible

    def _newest_by_stamp(self, kind: AnyKind) -> dict[str, str]:
        """Return, of the objects with the stamp of one key, the id of the one that the key stands for now."""
        newest: dict[str, IdentifiedObject] = {}
        for stripe_object in sorted(self._objects[kind.name].values(), key=kind.created_at, reverse=True):
            stamp = kind.stamp_on(stripe_object)
            if stamp and stamp.catalog == self._catalog:
                other = newest.get(stamp.key)
                if other is None or _rank(kind, stripe_object) > _rank(kind, other):
                    newest[stamp.key] = stripe_object
        return {key: stripe_object["id"] for key, stripe_object in newest.items()}

    def _is_wanted(self, kind: AnyKind, stripe_object: IdentifiedObject) -> bool:
        criteria, parent = self._criteria, kind.parent_id(stripe_object)
        if kind.is_part_of_parent:
            parents = self._selection.objects[kind.parent or ""]
            return parent in parents and kind.is_on_offer(stripe_object, self._objects)
        if criteria.kinds and not criteria.kinds & {kind.name, kind.parent}:
            return False
        if self._parents and stripe_object["id"] not in self._parents and parent not in self._parents:
            return False
        if criteria.since and not self._is_since(kind, stripe_object, criteria.since):
            return False
        return criteria.archived or kind.is_on_offer(stripe_object, self._objects)

    def _is_since(self, kind: AnyKind, stripe_object: IdentifiedObject, since: int) -> bool:
        """Return whether an object was made since then; what bears no date is as old as its parent."""
        created_at, parent = kind.created_at(stripe_object), kind.parent_id(stripe_object)
        if created_at or parent is None:
            return created_at >= since
        parent_kind = self._kinds[kind.parent or ""]
        return parent_kind.created_at(self._objects[parent_kind.name][parent]) >= since

    def _choose(self, kind: AnyKind, object_id: str) -> None:
        """Choose an object with its parent and all it refers to."""
        stack = [(kind, object_id)]
        while stack:
            kind, object_id = stack.pop()
            objects = self._selection.objects[kind.name]
            if object_id in objects or object_id not in self._possible[kind.name]:
                continue
            stripe_object = objects[object_id] = self._objects[kind.name][object_id]
            parent_references = [(kind.parent, kind.parent_id(stripe_object))] if kind.parent else []
            for name, other in [*parent_references, *kind.object_references(stripe_object)]:
                if other and name in self._kinds:
                    stack.append((self._kinds[name], other))


def _rank(kind: AnyKind, stripe_object: IdentifiedObject) -> tuple[bool, int, int]:
    """Return how surely an object is what a key stands for now: on sale, holding the names that only one object has (a
    replaced price lost its lookup key), newer. Of one second, the first of Stripe's list counts."""
    names = sum(field_of(stripe_object, name) is not None for name in kind.unique_params)
    return kind.is_active(stripe_object), names, kind.created_at(stripe_object)
