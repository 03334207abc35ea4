"""Kinds that are planned field by field: create, update in place, replace what cannot change, retire.

What cannot change on an object makes a new one; the old one is retired after everything that pointed at it points
at the new one. The order of writes follows from what operations make, free and wait for (`plan.py`), so that a
cut-off at any of them is safe: each is repeatable, and the next run finds the rest.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from pydantic import BaseModel

from stripe_billing_cli.catalog.diff import FieldChange, metadata_params
from stripe_billing_cli.catalog.entries import Entry, Reference
from stripe_billing_cli.catalog.kinds.base import Kind
from stripe_billing_cli.catalog.match import Match
from stripe_billing_cli.catalog.ownership import KEY, sets_marks_only
from stripe_billing_cli.catalog.plan import Change, Create, Delete, Move, Operation, Update
from stripe_billing_cli.catalog.plan_builder import ARCHIVAL, PlanBuilder, Successor
from stripe_billing_cli.stripe_api.objects.common import ObjectT

Content = TypeVar("Content", bound=BaseModel)


class StandardKind(Kind[Content, ObjectT]):
    """A kind whose objects are created, updated, replaced and retired by calls of the usual form."""

    def plan(self, entry: Entry[Content], match: Match[ObjectT], builder: PlanBuilder) -> Change | None:
        """Plan what makes the account hold an entry; None where nothing has to change."""
        current = match.current
        change = None
        if current is None:
            change = self.plan_new(entry, match, builder)
        else:
            self.note_unclearable(entry, current, builder)
            fields = self.changes(entry, current, builder.catalog)
            fixed_names = self.find_fixed(fields)
            if self.lacks_mark_only(entry, current, fields) and not builder.adopt:
                builder.missing_marks[entry.reference] = fields
            elif fixed_names:
                change = self.plan_replacement(entry, match, current, fields, fixed_names, builder)
            elif fields:
                change = self.plan_update(entry, match, current, fields, self.update_reason(current, fields), builder)
        for old in match.earlier:
            if self.is_active(old) and builder.ids.get(entry.reference) != old["id"]:
                self.plan_supersession(entry, current, old, builder)
        return change

    def lacks_mark_only(self, entry: Entry[Content], stripe_object: ObjectT, fields: Mapping[str, FieldChange]) -> bool:
        """Return whether an object that the file adopts is as the file wants it, but for this catalog's mark."""
        return (
            bool(fields) and bool(entry.adopted_id) and self.stamp_on(stripe_object) is None and sets_marks_only(fields)
        )

    def update_reason(self, stripe_object: ObjectT, fields: Mapping[str, FieldChange]) -> str:
        if self.has_metadata and self.stamp_on(stripe_object) is None:
            return "adopted by its id"
        if (key := fields.get(f"metadata.{KEY}")) and key.before:
            return f"it was {key.before}"
        if fields.get("active") == FieldChange(False, True):
            return "it was archived in Stripe"
        return "differs from the file"

    def plan_new(self, entry: Entry[Content], match: Match[ObjectT], builder: PlanBuilder) -> Change | None:
        """Plan a new object, or an earlier one that is right again; None where that is as the file wants it."""
        predecessor = next((old for old in match.earlier if self.has_same_terms(entry, old)), None)
        if predecessor:
            fields = self.changes(entry, predecessor, builder.catalog)
            if not fields:
                builder.ids[entry.reference] = predecessor["id"]
                return None
            return self.plan_update(entry, match, predecessor, fields, self.update_reason(predecessor, fields), builder)
        change = builder.change(
            "create",
            self,
            entry.key,
            stripe_object=None,
            entry=entry,
            fields=self.new_fields(entry),
            reason="not in Stripe yet",
        )
        self.add_create(change, entry, match, builder)
        return change

    def plan_update(
        self,
        entry: Entry[Content],
        match: Match[ObjectT],
        stripe_object: ObjectT,
        fields: Mapping[str, FieldChange],
        reason: str,
        builder: PlanBuilder,
    ) -> Change:
        change = builder.change(
            "update", self, entry.key, stripe_object=stripe_object, entry=entry, fields=fields, reason=reason
        )
        is_retirement = fields.get("active") == ARCHIVAL and builder.is_pointed_at(stripe_object["id"])
        update_fields = {name: field for name, field in fields.items() if not (is_retirement and name == "active")}
        if update_fields:
            self.add_updates(change, entry, match, stripe_object, update_fields, builder)
        if is_retirement:
            operation = self.make_retirement(stripe_object, after=self.waits_for(entry))
            builder.retire(change, operation, stripe_object["id"])
        return change

    def plan_replacement(
        self,
        entry: Entry[Content],
        match: Match[ObjectT],
        current: ObjectT,
        fields: Mapping[str, FieldChange],
        fixed_names: list[str],
        builder: PlanBuilder,
    ) -> Change:
        """Plan a new object, or an earlier one that is right again, and then the retirement of the current one."""
        predecessor = next((old for old in match.earlier if self.has_same_terms(entry, old)), None)
        reason = f"{list_names(fixed_names)} cannot change on a {self.name}"
        if predecessor:
            reason = f"{reason}; {predecessor['id']}, archived, has these terms and is revived"
        change = builder.change(
            "replace", self, entry.key, stripe_object=current, entry=entry, fields=fields, reason=reason
        )
        if predecessor:
            back = self.changes(entry, predecessor, builder.catalog)
            update_match = Match(match.current, match.earlier, match.name_holder or current)
            operation = self.add_updates(change, entry, update_match, predecessor, back, builder)
        else:
            operation = self.add_create(change, entry, match, builder)
        builder.successors[current["id"]] = Successor(change, entry.reference)
        if self.is_active(current) and self.retires_replaced(builder):
            builder.retire(change, self.make_retirement(current, needs=(operation,)), current["id"])
        return change

    def retires_replaced(self, builder: PlanBuilder) -> bool:
        """Return whether an object is retired once another has taken its place."""
        return self.retire_option is None or self.retire_option in builder.options

    def plan_supersession(
        self, entry: Entry[Content], current: ObjectT | None, old: ObjectT, builder: PlanBuilder
    ) -> None:
        by = current["id"] if current else entry.key
        change = builder.change(
            self.retirement,
            self,
            entry.key,
            stripe_object=old,
            entry=entry,
            fields=self.retired_fields(old),
            reason=f"superseded by {by}",
        )
        builder.successors.setdefault(old["id"], Successor(change, entry.reference))
        builder.retire(change, self.make_retirement(old, after=(entry.reference,)), old["id"])

    def plan_pruning(self, stripe_object: ObjectT, builder: PlanBuilder) -> None:
        """Plan the retirement of an object whose entry is gone."""
        stamp = self.stamp_on(stripe_object)
        change = builder.change(
            self.retirement,
            self,
            stamp.key if stamp else stripe_object["id"],
            stripe_object=stripe_object,
            entry=None,
            fields=self.retired_fields(stripe_object),
            reason="no longer in the file",
        )
        builder.retire(change, self.make_retirement(stripe_object), stripe_object["id"])

    # ---- Operations

    def create_params(self, entry: Entry[Content], match: Match[ObjectT], catalog: str) -> dict[str, Any]:
        params: dict[str, Any] = {}
        for field in self.definitions:
            value = entry.fields[field.name]
            if value is not None and value != [] and value != field.default:
                params |= field.form.params(field.name, value)
        if not self.has_metadata:
            return params
        return {**params, "metadata": self.stamp(entry, catalog).metadata(entry.metadata)}

    def update_params(
        self, fields: Mapping[str, FieldChange], match: Match[ObjectT], stripe_object: ObjectT
    ) -> Sequence[Mapping[str, Any]]:
        """Return the parameters of the updates that make these changes, in order."""
        params: dict[str, Any] = {}
        for name, change in fields.items():
            if not name.startswith("metadata."):
                params |= self.form(name).params(name, change.after)
        metadata = metadata_params(fields)
        return [params | ({"metadata": metadata} if metadata else {})]

    def makes_usable(self, fields: Mapping[str, FieldChange]) -> bool:
        """Return whether operations that refer to the object wait for an update of these fields."""
        return True

    def waits_for(self, entry: Entry[Content]) -> tuple[Reference, ...]:
        """Return the entries that must be in Stripe before this one: its parent, and those that it refers to."""
        entry_references = (Reference(kind, key) for kind, key, _ in self.refers_to(entry))
        return (*((entry.parent.reference,) if entry.parent else ()), *entry_references)

    def add_create(
        self, change: Change, entry: Entry[Content], match: Match[ObjectT], builder: PlanBuilder
    ) -> Operation:
        create = Create(
            path=self.path,
            object_type=self.object_type,
            params=self.create_params(entry, match, builder.catalog),
            makes=entry.reference,
            after=self.waits_for(entry),
            state=tuple(sorted(stripe_object["id"] for stripe_object in match.list_known())),
            find=self.find_created,
            names=self.unique_params,
            address=self.address,
        )
        change.operations.append(create)
        change.moves = self.moves(create.params, match)
        builder.ids[entry.reference] = None
        return create

    def moves(self, params: Mapping[str, Any], match: Match[ObjectT]) -> tuple[Move, ...]:
        """Return the names that a write with these parameters takes from other objects."""
        return ()

    def add_updates(
        self,
        change: Change,
        entry: Entry[Content],
        match: Match[ObjectT],
        stripe_object: ObjectT,
        fields: Mapping[str, FieldChange],
        builder: PlanBuilder,
    ) -> Operation:
        """Add the updates that make these changes to an object; the last of them."""
        updates: list[Operation] = []
        for params in self.update_params(fields, match, stripe_object):
            updates.append(
                Update(
                    path=f"{self.path}/{stripe_object['id']}",
                    params=params,
                    after=self.waits_for(entry),
                    after_freed=(stripe_object["id"],) if fields.get("active") == ARCHIVAL else (),
                    needs=tuple(updates[-1:]),
                )
            )
        if self.makes_usable(fields):
            updates[-1].makes = entry.reference
        updates[-1].frees += self.freed_by(stripe_object, fields)
        updates[-1].after_freed += self.awaited_by(stripe_object, fields)
        change.operations += updates
        change.moves = tuple(move for update in updates for move in self.moves(update.params, match))
        builder.ids[entry.reference] = stripe_object["id"]
        return updates[-1]

    def freed_by(self, stripe_object: ObjectT, fields: Mapping[str, FieldChange]) -> tuple[str, ...]:
        """Return the ids that an update of these fields frees, as the object names them no more."""
        return ()

    def awaited_by(self, stripe_object: ObjectT, fields: Mapping[str, FieldChange]) -> tuple[str, ...]:
        """Return the ids that must be freed before an update of these fields."""
        return ()

    def make_retirement(
        self, stripe_object: ObjectT, *, needs: tuple[Operation, ...] = (), after: tuple[Reference, ...] = ()
    ) -> Operation:
        """Return the operation that retires an object, once nothing points at it."""
        if self.retirement == "delete":
            return Delete(
                path=f"{self.path}/{stripe_object['id']}",
                frees=self.points_at(stripe_object),
                after_freed=(stripe_object["id"],),
                needs=needs,
                after=after,
            )
        return Update(
            path=f"{self.path}/{stripe_object['id']}",
            params=self.retirement_params,
            frees=self.points_at(stripe_object),
            after_freed=(stripe_object["id"],),
            needs=needs,
            after=after,
        )


def list_names(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
