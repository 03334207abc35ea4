"""Catalog × Snapshot → Plan. Pure: no Stripe, no clock, no output.

Kinds plan their entries; here they are matched, visited in the order of the file, and what no entry names is found.
"""

from __future__ import annotations

import difflib
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from stripe_billing_cli.catalog.contents import Catalog
from stripe_billing_cli.catalog.entries import AnyEntry, Reference
from stripe_billing_cli.catalog.match import Conflict, ConflictError, Match, Matcher, without_consequences
from stripe_billing_cli.catalog.plan import Change, Note, Plan, UnmanagedObject
from stripe_billing_cli.catalog.plan_builder import Blocker, PlanBuilder
from stripe_billing_cli.catalog.snapshot import Snapshot
from stripe_billing_cli.errors import UsageError
from stripe_billing_cli.stripe_api.objects.common import IdentifiedObject

PRUNE = frozenset({"--prune"})
MARKS = 3
"""So many objects tell an account from others: one may be deleted meanwhile."""
Matches = Mapping[Reference, Match[IdentifiedObject]]


class UnknownTargetError(UsageError):
    """The error of a `--target` that names nothing in the file, or an entry whose parent is not there yet."""


def make_plan(
    catalog: Catalog,
    snapshot: Snapshot,
    *,
    prune: bool = False,
    targets: Iterable[str] = (),
    prune_options: frozenset[str] = PRUNE,
    adopt: bool = False,
) -> Plan:
    """Return the plan by which the account comes to hold the catalog.

    `targets` are keys of entries, with all that is within them; none means all. `prune_options` are the options by
    which kinds are pruned, where `prune` is asked for, and those by which kinds retire what is replaced. With `adopt`,
    what the file adopts by `id:` gets the catalog's mark even where nothing else changes. Raises `ConflictError` where
    file and account contradict each other, `UnknownTargetError`.
    """
    target_keys = frozenset(targets)
    _check_targets(catalog, target_keys)
    matches = match(catalog, snapshot)
    planner = Planner(catalog, snapshot, matches, adopt=adopt, options=prune_options)
    return planner.run(target_keys, prune_options if prune else frozenset())


def match(catalog: Catalog, snapshot: Snapshot) -> Matches:
    """Match the file with the account. Raises `ConflictError` with every conflict there is."""
    matchers = {
        kind.name: Matcher(
            kind.name,
            catalog.name,
            catalog.source,
            catalog.by_kind[kind.name],
            snapshot.objects[kind.name],
            kind.named_by,
            kind.is_active,
            kind.created_at,
            kind.stamp_on,
            catalog.find_referring,
        )
        for kind in catalog.kinds
    }
    conflicts: list[Conflict] = []
    matches: dict[Reference, Match[IdentifiedObject]] = {}
    for entry in catalog.entries():
        matcher = matchers[entry.kind]
        matches[entry.reference] = catalog.kinds[entry.kind].match(matcher, entry)
        conflicts += matcher.conflicts
        matcher.conflicts.clear()
    if conflicts:
        name_change = find_name_change(catalog, snapshot)
        raise ConflictError((_conflict(catalog, name_change),) if name_change else without_consequences(conflicts))
    return matches


@dataclass(frozen=True)
class NameChange:
    """The name that a catalog had before it was changed, and its entries, by kind and key, that the account has so."""

    name: str
    entries: frozenset[tuple[str, str]]
    message: str


def find_name_change(catalog: Catalog, snapshot: Snapshot) -> NameChange | None:
    """Return the change of the catalog's name, if the account has none of it by this name and most of it by another."""
    stamps = [
        (kind.name, stamp)
        for kind in catalog.kinds
        for stripe_object in snapshot.objects[kind.name].values()
        if (stamp := kind.stamp_on(stripe_object))
    ]
    file_entries = {(entry.kind, entry.key) for entry in catalog.entries()}
    names = {stamp.catalog for _, stamp in stamps}
    for name in sorted(names) if catalog.name not in names else ():
        account_entries = {(kind, stamp.key) for kind, stamp in stamps if stamp.catalog == name} & file_entries
        if len(account_entries) > len(file_entries) / 2:
            message = (
                f"the account has {len(account_entries)} of these {len(file_entries)} entries as the catalog {name}, "
                f"and nothing as the catalog {catalog.name}"
            )
            return NameChange(name, frozenset(account_entries), message)
    return None


def _conflict(catalog: Catalog, name_change: NameChange) -> Conflict:
    """Return the one conflict that there is where the file's name was changed."""
    return Conflict(
        catalog.name_where.file or catalog.source,
        catalog.name_where,
        name_change.message,
        f"if this is the same catalog, write `catalog: {name_change.name}` again: its name marks all that it owns; "
        "if it is another one, choose other keys for its entries",
    )


def _check_targets(catalog: Catalog, targets: frozenset[str]) -> None:
    keys = {entry.key for entry in catalog.entries()} if targets else set[str]()
    for target in sorted(targets - keys):
        close_matches = difflib.get_close_matches(target, keys, n=1)
        hint = f"did you mean {close_matches[0]}?" if close_matches else catalog.kinds.target_hint()
        raise UnknownTargetError(f"{catalog.source} has no {target}", hint)


@dataclass(frozen=True)
class Leftover:
    """An active object that the file does not name, and whether it carries this catalog's stamp."""

    kind: str
    stripe_object: IdentifiedObject
    is_ours: bool

    @property
    def id(self) -> str:
        return self.stripe_object["id"]


class Planner:
    def __init__(
        self,
        catalog: Catalog,
        snapshot: Snapshot,
        matches: Matches,
        *,
        adopt: bool = False,
        options: frozenset[str] = frozenset(),
    ) -> None:
        self._catalog = catalog
        self._kinds = catalog.kinds
        self._snapshot = snapshot
        self._matches = matches
        self._builder = PlanBuilder(
            catalog.name,
            self._blockers,
            self._key_of,
            snapshot.objects,
            snapshot.read_at,
            adopt=adopt,
            options=options,
        )
        self._builder.entries = {entry.reference: entry for entry in catalog.entries()}
        self._builder.ids = {
            reference: entry_match.current["id"] for reference, entry_match in matches.items() if entry_match.current
        }

        self._keys_by_id = {
            entry_match.current["id"]: reference.key
            for reference, entry_match in matches.items()
            if entry_match.current
        }
        self._named_ids = {
            stripe_object["id"] for entry_match in matches.values() for stripe_object in entry_match.list_known()
        }
        """The ids of the objects that are an entry's, now or before they were replaced."""

    def run(self, targets: frozenset[str], prune_options: frozenset[str]) -> Plan:
        builder = self._builder
        ids_before = {reference: object_id for reference, object_id in builder.ids.items() if object_id}
        for root in self._catalog.roots:
            self._plan_root(root, targets)
        leftovers = self._leftovers()
        remaining_leftovers = self._prune(leftovers, prune_options) if prune_options else leftovers
        self._plan_unnamed({leftover.id for leftover in leftovers} - {leftover.id for leftover in remaining_leftovers})
        if prune_options and not self._catalog.roots and builder.changes:
            builder.note(
                f"{self._catalog.source} is empty: --prune retires all of catalog {builder.catalog}", warning=True
            )
        self._warn_of_name_change()
        for name in self._snapshot.unread_kinds:
            builder.note(
                f"{name}: this key may not read them; those that offer what is replaced here go on doing so",
                warning=True,
            )
        builder.finish()
        changed_ids = {change.id for change in builder.changes}
        return Plan(
            catalog=self._catalog.name,
            account=self._snapshot.account,
            livemode=self._snapshot.livemode,
            changes=tuple(builder.changes),
            unmanaged=tuple(
                self._report_unmanaged(leftover) for leftover in remaining_leftovers if leftover.id not in changed_ids
            ),
            unchanged=builder.unchanged,
            unmarked=len(builder.missing_marks),
            notes=(*self._catalog.warnings, *builder.notes),
            complete=self._snapshot.complete,
            ids=ids_before,
            marks_of_account=self._marks_of_account(),
            source=self._catalog.source,
            managed=self._count_managed(leftovers),
        )

    def _warn_of_name_change(self) -> None:
        """Warn where the plan makes once more what the account has by the catalog's former name: of kinds whose objects
        have no id or name of the file's in Stripe, nothing conflicts."""
        name_change = find_name_change(self._catalog, self._snapshot)
        new_entries = {(change.kind.name, change.key) for change in self._builder.changes if change.action == "create"}
        if name_change and new_entries & name_change.entries:
            message = (
                f"{name_change.message}: what is created here is there already. If this is the same catalog, write "
                f"`catalog: {name_change.name}` again"
            )
            self._builder.notes.append(Note(message, where=self._catalog.name_where, warning=True))

    def _count_managed(self, leftovers: list[Leftover]) -> int:
        """Return the number of active objects of the account that are this catalog's."""
        match_count = sum(
            entry_match.current is not None and self._kinds[reference.kind].is_active(entry_match.current)
            for reference, entry_match in self._matches.items()
        )
        return match_count + sum(leftover.is_ours for leftover in leftovers)

    def _marks_of_account(self) -> tuple[str, ...]:
        """Return the paths of the oldest objects that tell this account from others."""
        marks = [
            (kind.created_at(stripe_object), mark)
            for kind in self._kinds
            for stripe_object in self._snapshot.objects[kind.name].values()
            if (mark := kind.mark_of_account(stripe_object))
        ]
        return tuple(mark for _, mark in sorted(marks)[:MARKS])

    def _plan_root(self, root: AnyEntry, targets: frozenset[str]) -> None:
        entries = list(root.walk())
        target_references = {entry.reference for entry in entries if not targets or _is_within(entry, targets)}
        changes: dict[Reference, Change | None] = {}
        for entry in entries:
            if entry.reference in target_references:
                self._check_parent(entry, target_references)
                changes[entry.reference] = self._plan_entry(entry)
        for entry in entries:
            if entry.reference in target_references:
                for kind in self._kinds.within(entry.kind):
                    kind.plan_dropped(entry, self._matches[entry.reference], self._builder)
        for entry in entries:
            change = self._kinds[entry.kind].plan_links(
                entry,
                self._matches[entry.reference],
                changes.get(entry.reference),
                self._builder,
                is_planned=entry.reference in target_references,
            )
            if entry.reference not in target_references:
                continue
            if change is None:
                self._builder.unchanged += 1
            else:
                self._kinds[entry.kind].review(entry, self._matches[entry.reference], change.fields, self._builder)

    def _plan_entry(self, entry: AnyEntry) -> Change | None:
        kind = self._kinds[entry.kind]
        if entry.kept_fields:
            lines = " and ".join(f"`{name}: {value}`" for name, value in entry.kept_fields.items())
            self._builder.note(f"{entry.key}: it was {entry.moved_from}; with {lines} in it, `moved:` may go.", entry)
        entry.fields.update(kind.linked_fields(entry, self._builder.ids))
        return kind.plan(entry, self._matches[entry.reference], self._builder)

    def _check_parent(self, entry: AnyEntry, target_references: set[Reference]) -> None:
        parent = entry.parent
        if parent is None or parent.reference in target_references or self._matches[parent.reference].current:
            return
        raise UnknownTargetError(
            f"{entry.key} cannot be made alone: its {parent.kind} {parent.adopted_id or parent.key} is not in Stripe "
            "yet",
            f"target the {parent.kind}: --target {parent.key}",
        )

    def _leftovers(self) -> list[Leftover]:
        """Return the active objects of the account that are no entry of the file."""
        return [
            Leftover(kind.name, stripe_object, kind.is_ours(stripe_object, self._catalog.name))
            for kind in self._kinds
            for stripe_object in self._snapshot.objects[kind.name].values()
            if stripe_object["id"] not in self._named_ids
            and kind.is_unmanaged(stripe_object, self._snapshot.objects, self._named_ids)
        ]

    def _plan_unnamed(self, pruned_ids: set[str]) -> None:
        for kind in self._kinds:
            for stripe_object in self._snapshot.objects[kind.name].values():
                if stripe_object["id"] not in self._named_ids and stripe_object["id"] not in pruned_ids:
                    kind.plan_unnamed(stripe_object, self._builder)

    def _prune(self, leftovers: list[Leftover], options: frozenset[str]) -> list[Leftover]:
        """Plan the retirement of this catalog's leftovers, dependents first; what stays unmanaged comes back.

        What something points at that goes as well needs no retirement: of an archived product, Stripe keeps the
        default price active, and nobody can buy it.
        """
        pruned_ids = {leftover.id for leftover in leftovers if self._is_pruned(leftover, options)}
        rest: list[Leftover] = []
        order = {kind.name: number for number, kind in enumerate(self._kinds)}
        for leftover in sorted(leftovers, key=lambda leftover: order[leftover.kind], reverse=True):
            blocker = self._builder.blocker(leftover.id) if leftover.id in pruned_ids else None
            if leftover.id not in pruned_ids:
                rest.append(leftover)
            elif blocker is None:
                self._kinds[leftover.kind].plan_pruning(leftover.stripe_object, self._builder)
            elif blocker.id not in pruned_ids:
                self._builder.note(blocker.note)
                rest.append(leftover)
        return rest

    def _is_pruned(self, leftover: Leftover, options: frozenset[str]) -> bool:
        return leftover.is_ours and self._kinds[leftover.kind].prune_option in options

    def _report_unmanaged(self, leftover: Leftover) -> UnmanagedObject:
        kind = self._kinds[leftover.kind]
        retirement = kind.retirement if leftover.is_ours else None
        return UnmanagedObject(
            kind.name, leftover.id, kind.label(leftover.stripe_object), retirement, kind.prune_option
        )

    def _blockers(self) -> dict[str, list[Blocker]]:
        by_object: dict[str, list[Blocker]] = defaultdict(list)
        for kind in self._kinds:
            for stripe_object in self._snapshot.objects[kind.name].values():
                is_ours = stripe_object["id"] in self._named_ids or kind.stamp_on(stripe_object) is not None
                for object_id, blocker in kind.blocks(stripe_object, is_ours=is_ours):
                    by_object[object_id].append(blocker)
        return by_object

    def _key_of(self, object_id: str) -> str | None:
        for kind in self._kinds:
            stripe_object = self._snapshot.objects[kind.name].get(object_id)
            stamp = kind.stamp_on(stripe_object) if stripe_object else None
            if stamp and stamp.catalog == self._catalog.name:
                return stamp.key
        return self._keys_by_id.get(object_id)


def _is_within(entry: AnyEntry, targets: frozenset[str]) -> bool:
    return entry.key in targets or (entry.parent is not None and _is_within(entry.parent, targets))
