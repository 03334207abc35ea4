"""Matching of the objects in Stripe with the entries of the file: how kinds find out, and what they refuse.

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
from stripe_billing_cli.stripe_api.objects.common import Existing, Identified, field_of


@dataclass(frozen=True)
class Conflict:
    """A reason why a catalog cannot be applied to this account, and the way out.

    `missing` is the entry of which the account does not have the object that it adopts.
    """

    source: str
    where: Location
    message: str
    hint: str
    object: str | None = None
    """Kind and key of the entry that it is about."""
    missing: Reference | None = None

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


@dataclass(frozen=True)
class Match(Generic[Existing]):
    """The objects of Stripe's that are one entry of the file.

    `current` is the object itself, `earlier` are those it replaced, newest first. `name_from` is another object of
    this catalog that has the name (a lookup key, a code) now and will give it up.
    """

    current: Existing | None = None
    earlier: tuple[Existing, ...] = ()
    name_from: Existing | None = None

    def list_known(self) -> list[Existing]:
        return [*self.earlier, *([self.current] if self.current else [])]


@dataclass
class Matching(Generic[Existing]):
    """The objects of one kind that the account holds, and the entries of that kind, while they are matched."""

    kind: str
    catalog: str
    source: str
    entries: Sequence[AnyEntry]
    objects: Mapping[str, Existing]
    named_by: str
    is_active: Callable[[Existing], bool]
    created_at: Callable[[Existing], int]
    stamp_on: Callable[[Existing], Stamp | None]
    referring: Callable[[AnyEntry], Sequence[AnyEntry]] = lambda entry: ()
    """Returns the entries of the file that refer to one."""
    conflicts: list[Conflict] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.keys = {entry.key for entry in self.entries}
        self._moved = {entry.key: entry.moved_from for entry in self.entries if entry.moved_from}
        self._indices: dict[str, dict[object, Existing]] = {}
        self._by_stamp: dict[str, list[Existing]] = defaultdict(list)
        for existing in self.objects.values():
            stamp = self.stamp_on(existing)
            if stamp and stamp.catalog == self.catalog:
                self._by_stamp[stamp.key].append(existing)

    def find_stamped(self, key: str) -> list[Existing]:
        """Return the objects that carry this catalog's stamp of this key, or of that which it was, newest first."""
        stamped = [*self._by_stamp.get(key, ()), *self._by_stamp.get(self._moved.get(key, ""), ())]
        return sorted(stamped, key=self.created_at, reverse=True)

    def candidates(self, entry: AnyEntry) -> list[Existing]:
        """Return the objects with the stamp of an entry's key, newest first.

        Where it adopts one, also what that and its successors were under a key that the file has no more.
        """
        candidates = self.find_stamped(entry.key)
        if entry.adopted_id:
            for key in self._by_stamp.keys() - self.keys:
                candidates += [
                    existing for existing in self._by_stamp[key] if _adopted_id(existing) == entry.adopted_id
                ]
        return sorted(candidates, key=self.created_at, reverse=True)

    def index(self, name: str) -> Mapping[object, Existing]:
        """Return the objects by the value of a field, where they have one."""
        if name not in self._indices:
            self._indices[name] = {
                value: existing for existing in self.objects.values() if (value := field_of(existing, name))
            }
        return self._indices[name]

    def newest(self, stamped: Sequence[Existing]) -> Existing | None:
        """Return the first that is active, else the first, of objects that are sorted newest first."""
        return next((existing for existing in stamped if self.is_active(existing)), None) or next(iter(stamped), None)

    def is_ours(self, existing: Existing) -> bool:
        stamp = stamp_of(existing)
        return stamp is not None and stamp.catalog == self.catalog

    def refuse(self, entry: AnyEntry, message: str, hint: str, *, missing: Reference | None = None) -> None:
        self.conflicts.append(
            Conflict(entry.where.file or self.source, entry.where, message, hint, f"{entry.kind} {entry.key}", missing)
        )

    def refuse_missing(self, entry: AnyEntry, object_id: str) -> None:
        self.refuse(
            entry,
            f"{self.kind} {entry.key} adopts {object_id}, and this account has no such {self.kind}",
            f"correct `id:`, or leave it out to have the {self.kind} created",
            missing=entry.reference,
        )

    def owner(self, existing: Existing) -> str:
        """Return `belongs to catalog … (as …)`, or that no catalog owns the object."""
        stamp = stamp_of(existing)
        return f"belongs to catalog {stamp.catalog} (as {stamp.key})" if stamp else "no catalog owns"


def match_by_id(matching: Matching[Existing], entry: AnyEntry, object_id: str) -> Match[Existing]:
    """Match an entry whose key, or `id:`, is the object's id."""
    existing = matching.objects.get(object_id)
    if existing is None and entry.adopted_id and entry.adopted_id != entry.moved_from:
        matching.refuse_missing(entry, object_id)
    return match_named(matching, entry, existing)


def match_named(matching: Matching[Existing], entry: AnyEntry, existing: Existing | None) -> Match[Existing]:
    """Match an entry with the object that has its name in Stripe, if the catalog owns it or the file adopts it."""
    if existing is None:
        return Match()
    kind, object_id = matching.kind, existing["id"]
    stamp = stamp_of(existing)
    if stamp is None and not entry.adopted_id:
        called = field_of(existing, matching.named_by)
        named = f" ({called})" if called else ""
        matching.refuse(
            entry,
            f"{kind} {entry.key}: the account has a {kind} {object_id}{named} that no catalog owns",
            f"to adopt it, give this {kind} `id: {object_id}`; to keep them apart, choose another key",
        )
    elif stamp and stamp.catalog != matching.catalog:
        matching.refuse(
            entry,
            f"{kind} {entry.key}: {object_id} {matching.owner(existing)}",
            "take it out there and clear its `billing_catalog` metadata, or choose another key here",
        )
    return Match(existing)


def match_by_stamp(
    matching: Matching[Existing], entry: AnyEntry, *, counts: Callable[[Existing], bool] = lambda existing: True
) -> Match[Existing]:
    """Match an entry with the objects that carry the stamp of its key, or with the one that it adopts by `id:`.

    `counts`: whether an object with the stamp can be the entry's at all.
    """
    stamped = [existing for existing in matching.candidates(entry) if counts(existing)]
    if entry.adopted_id:
        heirs = [existing for existing in stamped if _adopted_id(existing) == entry.adopted_id]
        current = matching.newest(heirs) or matching.objects.get(entry.adopted_id)
        if current is None:
            matching.refuse_missing(entry, entry.adopted_id)
        else:
            check_adoption(matching, entry, current)
    else:
        current = matching.newest(stamped)
    return Match(current, earlier_objects(matching, entry, current, stamped))


def earlier_objects(
    matching: Matching[Existing], entry: AnyEntry, current: Existing | None, stamped: Sequence[Existing]
) -> tuple[Existing, ...]:
    """Return what the current object of an entry has replaced: the others with its stamp, and what the file adopts by
    id, which bears no stamp where it was replaced before it was changed."""
    if current is None:
        return tuple(stamped)
    others = [existing for existing in stamped if existing["id"] != current["id"]]
    adopted = matching.objects.get(entry.adopted_id) if entry.adopted_id else None
    if adopted is not None and stamp_of(adopted) is None and adopted["id"] != current["id"]:
        others.append(adopted)
    return tuple(others)


def check_adoption(matching: Matching[Existing], entry: AnyEntry, existing: Existing) -> None:
    """Refuse to adopt what another catalog, or another entry of this one, owns."""
    kind, stamp = matching.kind, stamp_of(existing)
    if stamp and stamp.catalog != matching.catalog:
        matching.refuse(
            entry,
            f"{kind} {entry.key} adopts {existing['id']}, which {matching.owner(existing)}",
            "take it out there and clear its `billing_catalog` metadata, or leave `id:` out",
        )
    elif stamp and stamp.key != entry.key and stamp.key in matching.keys:
        matching.refuse(
            entry,
            f"{kind} {entry.key} adopts {existing['id']}, which is {kind} {stamp.key} of this same file",
            "one object has one entry: remove one of the two",
        )


def _adopted_id(existing: Identified) -> str | None:
    stamp = stamp_of(existing)
    return stamp.adopted if stamp else None
