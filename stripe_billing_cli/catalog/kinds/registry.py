"""The kinds that a catalog may have, in the order in which they depend on each other."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import Any

from pydantic import BaseModel, Field, create_model

from stripe_billing_cli.catalog.kinds.base import Kind
from stripe_billing_cli.catalog.kinds.forms import model_within
from stripe_billing_cli.catalog.kinds.head import CatalogHead
from stripe_billing_cli.catalog.kinds.model import NullIsNone

AnyKind = Kind[Any, Any]
ANY_KEY = "*"


class Registry:
    """The kinds by their names. Each stands after its parent and after those it depends on."""

    def __init__(self, kinds: Iterable[AnyKind]) -> None:
        self._kinds: dict[str, AnyKind] = {}
        for kind in kinds:
            missing_kinds = {*kind.dependencies, *([kind.parent] if kind.parent else [])} - self._kinds.keys()
            if missing_kinds or kind.name in self._kinds:
                raise ValueError(f"{kind.name} is there twice, or before {', '.join(sorted(missing_kinds))}")
            self._kinds[kind.name] = kind
        self._models: dict[str, type[BaseModel]] = {}
        self._within: dict[str | None, list[AnyKind]] = {}
        for kind in self:
            self._within.setdefault(kind.parent, []).append(kind)

    def __getitem__(self, name: str) -> AnyKind:
        return self._kinds[name]

    def __iter__(self) -> Iterator[AnyKind]:
        return iter(self._kinds.values())

    def with_kind(self, kind: AnyKind) -> Registry:
        """Return a registry with one more kind, at the end."""
        return Registry([*self, kind])

    def within(self, parent: str | None) -> list[AnyKind]:
        """Return the kinds whose entries stand within those of `parent`, or at the top of the file."""
        return self._within.get(parent, [])

    @cached_property
    def nullable(self) -> frozenset[tuple[str, ...]]:
        """Return the paths of the fields of which null is a value, with `ANY_KEY` for keys of entries."""
        return frozenset((*self._section_path(kind), *path) for kind in self for path in _nullable_paths(kind.model))

    def _section_path(self, kind: AnyKind) -> tuple[str, ...]:
        parent_path = self._section_path(self[kind.parent]) if kind.parent else ()
        return (*parent_path, kind.section, ANY_KEY)

    def target_hint(self) -> str:
        """Return how an entry is named, by the example of the first kind within another."""
        child = next((kind for kind in self if kind.parent), None)
        within = f", or {child.parent}.{child.name}" if child else ""
        return f"a target is {f'a {child.parent}' if child else 'an entry'}'s key{within}"

    @cached_property
    def file_model(self) -> type[BaseModel]:
        """Return the model of a whole file, with the sections of all kinds."""
        return self._with_sections(CatalogHead, None, "CatalogFile")

    def model(self, kind: AnyKind) -> type[BaseModel]:
        """Return the model of a kind's entries, with the sections within it."""
        if kind.name not in self._models:
            self._models[kind.name] = self._with_sections(kind.model, kind.name, kind.model.__name__)
        return self._models[kind.name]

    def _with_sections(self, base: type[BaseModel], parent: str | None, name: str) -> type[BaseModel]:
        sections: dict[str, Any] = {
            kind.section: (kind.section_type(self.model(kind)), Field(default={}, description=kind.section_text))
            for kind in self.within(parent)
        }
        return create_model(name, __base__=base, **sections) if sections else base


def _nullable_paths(model: type[BaseModel]) -> Iterator[tuple[str, ...]]:
    for name, field in model.model_fields.items():
        inner = model_within(field.annotation)
        if any(isinstance(mark, NullIsNone) for mark in field.metadata):
            yield (name,)
        if inner:
            yield from ((name, *path) for path in _nullable_paths(inner))
