"""A plan as it grows: its changes, their operations in the order that dependencies demand, and notes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from stripe_billing_cli.catalog.account_reader import Objects
from stripe_billing_cli.catalog.diff import FieldChange
from stripe_billing_cli.catalog.entries import AnyEntry, Reference
from stripe_billing_cli.catalog.plan import Action, Change, ChangedKind, Note, Operation, references
from stripe_billing_cli.stripe_api.objects.common import IdentifiedObject

ARCHIVAL = FieldChange(True, False)


@dataclass(frozen=True)
class Blocker:
    """An object that keeps another from being retired, because Stripe retires nothing that it points at."""

    id: str
    """The id of the object that points."""
    note: str
    """The note of a plan in which the other object stays for that reason."""


@dataclass(frozen=True)
class Successor:
    """The object that takes the place of a replaced object, and the change that replaces it."""

    change: Change
    reference: Reference


@dataclass
class PlanBuilder:
    """A builder of a plan from changes. `ids` has what each reference stands for in the end: an id, or None for an
    object that is still to be made."""

    catalog: str
    find_blockers: Callable[[], Mapping[str, Sequence[Blocker]]]
    """Finds by id what is kept from being retired as long as something points at it."""
    find_name: Callable[[str], str | None]
    """Finds the key of the catalog's object that has an id."""
    objects: Objects = field(default_factory=dict)
    """The objects of the account: kind → id → object."""
    now: int = 0
    """When the account was read, in Unix seconds."""
    entries: Mapping[Reference, AnyEntry] = field(default_factory=dict)
    """The entries of the file."""
    changes: list[Change] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    unchanged: int = 0
    adopt: bool = False
    """Whether objects that the file adopts by `id:` get this catalog's mark without any other change."""
    options: frozenset[str] = frozenset()
    """Options by which kinds retire what they leave alone otherwise, such as `--retire-links`."""
    missing_marks: dict[Reference, Mapping[str, FieldChange]] = field(default_factory=dict)
    """The marks that adopted objects lack, of those that nothing else changes: the next write sets them."""
    ids: dict[Reference, str | None] = field(default_factory=dict)
    successors: dict[str, Successor] = field(default_factory=dict)
    """By the id of the object that is replaced."""
    _retirements: list[tuple[Change, Operation, str]] = field(default_factory=list)
    _blockers: Mapping[str, Sequence[Blocker]] | None = None

    def change(
        self,
        action: Action,
        kind: ChangedKind,
        key: str,
        *,
        stripe_object: IdentifiedObject | None,
        entry: AnyEntry | None,
        fields: Mapping[str, FieldChange],
        reason: str,
    ) -> Change:
        change = Change(action, kind, key, stripe_object, entry, dict(fields), reason)
        self.changes.append(change)
        return change

    def note(self, message: str, entry: AnyEntry | None = None, *, warning: bool = False) -> None:
        """Add what a reviewer should know, of an entry of the file where it is about one."""
        if entry is None:
            self.notes.append(Note(message, warning=warning))
        else:
            self.notes.append(Note(message, entry.kind, entry.key, entry.where, warning))

    def retire(self, change: Change, operation: Operation, object_id: str) -> None:
        """Add the operation that retires an object: done once nothing points at it, left out where something stays."""
        self._retirements.append((change, operation, object_id))
        change.operations.append(operation)

    def name_of(self, object_id: str | None) -> str | None:
        """Return the key of the catalog's object with this id, or the id of another catalog's, or nobody's."""
        return object_id and (self.find_name(object_id) or object_id)

    def is_pointed_at(self, object_id: str) -> bool:
        """Return whether something points at an object now that keeps it from being retired."""
        return object_id in self._all_blockers()

    def blocker(self, object_id: str) -> Blocker | None:
        """Return the blocker that keeps an object from being retired also after the operations so far."""
        return self._find_unlifted(object_id, self._find_releases()) if self.is_pointed_at(object_id) else None

    def finish(self) -> None:
        """Leave out the retirements that Stripe would refuse, and connect operations with those they wait for."""
        if self._retirements:
            releases = self._find_releases()
            for change, operation, object_id in self._retirements:
                if blocker := self._find_unlifted(object_id, releases):
                    self._leave_out(change, operation)
                    self.note(blocker.note, change.entry)
        self._connect()

    def _leave_out(self, change: Change, operation: Operation) -> None:
        """Take a retirement out of the plan, and with it the change that has nothing else to write."""
        change.operations.remove(operation)
        change.old_stays = change.action == "replace"
        if change.fields.get("active") == ARCHIVAL:
            del change.fields["active"]
        if not change.operations:
            self.changes.remove(change)
            self.unchanged += change.action == "update"

    def _all_blockers(self) -> Mapping[str, Sequence[Blocker]]:
        if self._blockers is None:
            self._blockers = self.find_blockers()
        return self._blockers

    def _find_unlifted(self, object_id: str, releases: set[tuple[str, str]]) -> Blocker | None:
        """Return the first of an object's blockers that no operation makes point elsewhere."""
        blockers = self._all_blockers().get(object_id, ())
        return next((blocker for blocker in blockers if (blocker.id, object_id) not in releases), None)

    def _find_releases(self) -> set[tuple[str, str]]:
        """Return which object frees which: by their ids, that of the written one first."""
        return {
            (operation.path.rpartition("/")[2], object_id)
            for operation in self._operations()
            for object_id in operation.frees
        }

    def _connect(self) -> None:
        makers: dict[Reference, list[Operation]] = defaultdict(list)
        releasers: dict[str, list[Operation]] = defaultdict(list)
        for operation in self._operations():
            if operation.makes:
                makers[operation.makes].append(operation)
            for object_id in operation.frees:
                releasers[object_id].append(operation)
        for operation in self._operations():
            needs = list(operation.needs)
            for reference in (*references(operation.params), *operation.after):
                needs += makers.get(reference, ())
            for object_id in operation.after_freed:
                needs += releasers.get(object_id, ())
            operation.needs = tuple(dict.fromkeys(other for other in needs if other is not operation))

    def _operations(self) -> Iterable[Operation]:
        return (operation for change in self.changes for operation in change.operations)
