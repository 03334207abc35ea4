"""The matching of objects in Stripe with entries of the file: how kinds find out, and what they refuse.

What carries no stamp is taken over only where the file says so with `id:`, and what carries another catalog's stamp
never.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Generic

from stripe_billing_cli.catalog.entries import AnyEntry, Location, Reference
from stripe_billing_cli.catalog.ownership import Stamp, stamp_of
from stripe_billing_cli.errors import ErrorLocation, Mistake, MistakesError
from stripe_billing_cli.stripe_api.objects.common import IdentifiedObject, ObjectT, field_of


@dataclass(frozen=True)
class Conflict:
    """A reason why a catalog cannot be applied to this account, and the way out.

    `missing_entry` is the entry of which the account does not have the object that it adopts.
    """

    source: str
    where: Location
    message: str
    hint: str
    object: str | None = None
    """Kind and key of the entry that it is about."""
    missing_entry: Reference | None = None
    follows_from: Reference | None = None
    """The entry whose own object, where it is missing, is the reason for this conflict."""

    def __str__(self) -> str:
        return f"{self.source}:{self.where.line}:{self.where.column}: {self.message}"


class ConflictError(MistakesError):
    """The catalog and the account contradict each other; nothing was changed."""

    def __init__(self, conflicts: tuple[Conflict, ...]) -> None:
        self.conflicts = conflicts
        lines = [f"{conflict}\n    {conflict.hint}" for conflict in conflicts]
        mistakes = tuple(
            Mistake(
                one.object,
                one.message,
                ErrorLocation(one.source, one.where.line or None, one.where.column or None),
                one.hint,
            )
            for one in conflicts
        )
        super().__init__("conflict", "\n".join(lines), mistakes)


def without_consequences(conflicts: Sequence[Conflict]) -> tuple[Conflict, ...]:
    """Return the conflicts, but for those that another one is the reason for."""
    causes = {conflict.missing_entry for conflict in conflicts if conflict.missing_entry}
    return tuple(conflict for conflict in conflicts if conflict.follows_from not in causes)


@dataclass(frozen=True)
class Match(Generic[ObjectT]):
    """The objects of Stripe's that are an entry of the file.

    `current` is the object itself, `earlier` are those it replaced, newest first. `name_holder` is another object of
    this catalog that has the name (a lookup key, a code) now and will give it up.
    """

    current: ObjectT | None = None
    earlier: tuple[ObjectT, ...] = ()
    name_holder: ObjectT | None = None

    def list_known(self) -> list[ObjectT]:
        return [*self.earlier, *([self.current] if self.current else [])]


@dataclass
class Matcher(Generic[ObjectT]):
    """The objects of one kind that the account holds, and the entries of that kind, while they are matched."""

    kind: str
    catalog: str
    source: str
    entries: Sequence[AnyEntry]
    objects: Mapping[str, ObjectT]
    named_by: str
    is_active: Callable[[ObjectT], bool]
    created_at: Callable[[ObjectT], int]
    stamp_on: Callable[[ObjectT], Stamp | None]
    find_referring: Callable[[AnyEntry], Sequence[AnyEntry]] = lambda entry: ()
    """Returns the entries of the file that refer to one."""
    conflicts: list[Conflict] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.keys = {entry.key for entry in self.entries}
        self._old_keys = {entry.key: entry.moved_from for entry in self.entries if entry.moved_from}
        self._indices: dict[str, dict[object, ObjectT]] = {}
        self._by_stamp: dict[str, list[ObjectT]] = defaultdict(list)
        for stripe_object in self.objects.values():
            stamp = self.stamp_on(stripe_object)
            if stamp and stamp.catalog == self.catalog:
                self._by_stamp[stamp.key].append(stripe_object)

    def find_stamped(self, key: str) -> list[ObjectT]:
        """Return the objects that carry this catalog's stamp of this key, or of that which it was, newest first."""
        objects = [*self._by_stamp.get(key, ()), *self._by_stamp.get(self._old_keys.get(key, ""), ())]
        return sorted(objects, key=self.created_at, reverse=True)

    def candidates(self, entry: AnyEntry) -> list[ObjectT]:
        """Return the objects with the stamp of an entry's key, newest first.

        Where it adopts one, also what that and its successors were under a key that the file has no more.
        """
        candidates = self.find_stamped(entry.key)
        if entry.adopted_id:
            for key in self._by_stamp.keys() - self.keys:
                candidates += [
                    stripe_object
                    for stripe_object in self._by_stamp[key]
                    if _adopted_id(stripe_object) == entry.adopted_id
                ]
        return sorted(candidates, key=self.created_at, reverse=True)

    def index(self, name: str) -> Mapping[object, ObjectT]:
        """Return the objects by the value of a field, where they have one."""
        if name not in self._indices:
            self._indices[name] = {
                value: stripe_object
                for stripe_object in self.objects.values()
                if (value := field_of(stripe_object, name))
            }
        return self._indices[name]

    def newest(self, objects: Sequence[ObjectT]) -> ObjectT | None:
        """Return the first that is active, else the first, of objects that are sorted newest first."""
        return next((stripe_object for stripe_object in objects if self.is_active(stripe_object)), None) or next(
            iter(objects), None
        )

    def is_ours(self, stripe_object: ObjectT) -> bool:
        stamp = stamp_of(stripe_object)
        return stamp is not None and stamp.catalog == self.catalog

    def refuse(self, entry: AnyEntry, message: str, hint: str, **references: Reference | None) -> None:
        """Add a conflict of an entry; `references` are the conflict's `missing_entry` and `follows_from`."""
        source, name = entry.where.file or self.source, f"{entry.kind} {entry.key}"
        self.conflicts.append(Conflict(source, entry.where, message, hint, name, **references))

    def refuse_missing(self, entry: AnyEntry, object_id: str) -> None:
        self.refuse(
            entry,
            f"{self.kind} {entry.key} adopts {object_id}, and this account has no such {self.kind}",
            f"correct `id:`, or leave it out to have the {self.kind} created",
            missing_entry=entry.reference,
        )

    def owner(self, stripe_object: ObjectT) -> str:
        """Return `belongs to catalog … (as …)`, or that no catalog owns the object."""
        stamp = stamp_of(stripe_object)
        return f"belongs to catalog {stamp.catalog} (as {stamp.key})" if stamp else "no catalog owns"


def match_by_id(matcher: Matcher[ObjectT], entry: AnyEntry, object_id: str) -> Match[ObjectT]:
    """Match an entry whose key, or `id:`, is the object's id."""
    stripe_object = matcher.objects.get(object_id)
    if stripe_object is None and entry.adopted_id and entry.adopted_id != entry.moved_from:
        matcher.refuse_missing(entry, object_id)
    return match_named(matcher, entry, stripe_object)


def match_named(matcher: Matcher[ObjectT], entry: AnyEntry, stripe_object: ObjectT | None) -> Match[ObjectT]:
    """Match an entry with the object that has its name in Stripe, if the catalog owns it or the file adopts it."""
    if stripe_object is None:
        return Match()
    kind, object_id = matcher.kind, stripe_object["id"]
    stamp = stamp_of(stripe_object)
    if stamp is None and not entry.adopted_id:
        name = field_of(stripe_object, matcher.named_by)
        name_text = f" ({name})" if name else ""
        matcher.refuse(
            entry,
            f"{kind} {entry.key}: the account has a {kind} {object_id}{name_text} that no catalog owns",
            f"to adopt it, give this {kind} `id: {object_id}`; to keep them apart, choose another key",
        )
    elif stamp and stamp.catalog != matcher.catalog:
        matcher.refuse(
            entry,
            f"{kind} {entry.key}: {object_id} {matcher.owner(stripe_object)}",
            "take it out there and clear its `billing_catalog` metadata, or choose another key here",
        )
    return Match(stripe_object)


def match_by_stamp(
    matcher: Matcher[ObjectT], entry: AnyEntry, *, counts: Callable[[ObjectT], bool] = lambda stripe_object: True
) -> Match[ObjectT]:
    """Match an entry with the objects that carry the stamp of its key, or with the one that it adopts by `id:`.

    `counts`: whether an object with the stamp can be the entry's at all.
    """
    candidates = [stripe_object for stripe_object in matcher.candidates(entry) if counts(stripe_object)]
    if entry.adopted_id:
        heirs = [stripe_object for stripe_object in candidates if _adopted_id(stripe_object) == entry.adopted_id]
        current = matcher.newest(heirs) or matcher.objects.get(entry.adopted_id)
        if current is None:
            matcher.refuse_missing(entry, entry.adopted_id)
        else:
            check_adoption(matcher, entry, current)
    else:
        current = matcher.newest(candidates)
    return Match(current, earlier_objects(matcher, entry, current, candidates))


def earlier_objects(
    matcher: Matcher[ObjectT], entry: AnyEntry, current: ObjectT | None, candidates: Sequence[ObjectT]
) -> tuple[ObjectT, ...]:
    """Return the objects that the current one has replaced: the others with its stamp, and what the file adopts by
    id, which bears no stamp where it was replaced before it was changed."""
    if current is None:
        return tuple(candidates)
    others = [stripe_object for stripe_object in candidates if stripe_object["id"] != current["id"]]
    adopted_object = matcher.objects.get(entry.adopted_id) if entry.adopted_id else None
    if adopted_object is not None and stamp_of(adopted_object) is None and adopted_object["id"] != current["id"]:
        others.append(adopted_object)
    return tuple(others)


def check_adoption(matcher: Matcher[ObjectT], entry: AnyEntry, stripe_object: ObjectT) -> None:
    """Refuse to adopt what another catalog, or another entry of this one, owns."""
    kind, stamp = matcher.kind, stamp_of(stripe_object)
    if stamp and stamp.catalog != matcher.catalog:
        matcher.refuse(
            entry,
            f"{kind} {entry.key} adopts {stripe_object['id']}, which {matcher.owner(stripe_object)}",
            "take it out there and clear its `billing_catalog` metadata, or leave `id:` out",
        )
    elif stamp and stamp.key != entry.key and stamp.key in matcher.keys:
        matcher.refuse(
            entry,
            f"{kind} {entry.key} adopts {stripe_object['id']}, which is {kind} {stamp.key} of this same file",
            "one object has one entry: remove one of the two",
        )


def _adopted_id(stripe_object: IdentifiedObject) -> str | None:
    stamp = stamp_of(stripe_object)
    return stamp.adopted_id if stamp else None
