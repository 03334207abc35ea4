"""A catalog: the entries that its file wants, and the kinds that they are of."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from stripe_billing_cli.catalog.entries import NOWHERE, AnyEntry, Location, Reference
from stripe_billing_cli.catalog.kinds import KINDS, Registry
from stripe_billing_cli.catalog.plan import Note


@dataclass(frozen=True)
class Place:
    """The account and the mode for which a file is read: ids may be others in each."""

    account: str | None
    livemode: bool

    @property
    def mode(self) -> str:
        return "live" if self.livemode else "test"

    def choose(self, values: Mapping[str, Any]) -> Any:
        """Return what is written for this account, or for this mode; None where neither is."""
        return values.get(self.account or "", values.get(self.mode))


@dataclass(frozen=True)
class Catalog:
    name: str
    """The stamp, `billing_catalog` in the metadata of everything it owns."""
    roots: tuple[AnyEntry, ...] = ()
    """The entries at the top of the file, kind after kind; others stand within them."""
    accounts: tuple[str, ...] = ()
    """The accounts that the file is for; none means any."""
    source: str = "catalog.yaml"
    kinds: Registry = KINDS
    head: Mapping[str, Any] = field(default_factory=dict)
    """The defaults that the file gives its entries, by the names of fields."""
    warnings: tuple[Note, ...] = ()
    """Notes of what is right by the rules and may not be meant."""

    name_where: Location = field(default=NOWHERE, compare=False)
    values: Mapping[str, Any] = field(default_factory=dict, repr=False, compare=False)
    """The keys and values of the file, with those of included files, and anchors and variables written out."""
    place: Place | None = None
    """The account and mode that the file is read for; None where they are not known yet."""
    differs_by_place: bool = False
    """Whether ids in the file are others in other accounts or modes."""
    reread: Callable[[Place | None, frozenset[Reference]], Catalog] | None = field(
        default=None, repr=False, compare=False
    )
    """Reads the file once more, for a place, without the `id:` of some entries."""

    def at(self, place: Place) -> Catalog:
        """Return the catalog as the file has it for a place. Raises `CatalogErrors` where it says nothing for it."""
        if not self.differs_by_place or self.reread is None:
            return replace(self, place=place)
        return self.reread(place, frozenset())

    def without_ids(self, entries: Iterable[Reference]) -> Catalog:
        """Return the catalog with these entries not adopting what their `id:` says."""
        return self.reread(self.place, frozenset(entries)) if self.reread else self

    def entries(self) -> Iterator[AnyEntry]:
        """Yield all entries, each before those within it."""
        for root in self.roots:
            yield from root.walk()

    def counts(self) -> dict[str, int]:
        """Return how many entries each section has, of those that a catalog usually has or that this one has.

        What products include is part of them, and no entry of the section of that name.
        """
        counts = {kind.section: len(self.by_kind[kind.name]) for kind in self.kinds if not kind.is_part_of_parent}
        usual = {kind.section for kind in self.kinds if kind.is_usual}
        return {section: count for section, count in counts.items() if count or section in usual}

    def find_referring(self, entry: AnyEntry) -> list[AnyEntry]:
        """Return the entries that refer to an entry."""
        return [
            other
            for other in self.entries()
            if (entry.kind, entry.key) in {(kind, key) for kind, key, _ in self.kinds[other.kind].refers_to(other)}
        ]

    @cached_property
    def by_kind(self) -> dict[str, list[AnyEntry]]:
        """Return the entries of each kind, in the order of the file."""
        entries: dict[str, list[AnyEntry]] = {kind.name: [] for kind in self.kinds}
        for entry in self.entries():
            entries[entry.kind].append(entry)
        return entries
