"""The tree of a file → `Catalog`: types by the kinds' models, then their rules; every problem at its place.

Entries are checked one by one, so that a mistake in one does not hide those in another.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from pydantic import BaseModel, ValidationError

from stripe_billing_cli.catalog.contents import Catalog, Place
from stripe_billing_cli.catalog.entries import NOWHERE, AnyEntry, Entry, Location, Reference, place_text
from stripe_billing_cli.catalog.file import yaml_tree
from stripe_billing_cli.catalog.file.assembly import OWN_KEYS
from stripe_billing_cli.catalog.file.messages import UNSUPPORTED, explain
from stripe_billing_cli.catalog.file.partial import concerned_fields, right_part, skip_wrong_fields
from stripe_billing_cli.catalog.file.problems import CatalogErrors, Problem
from stripe_billing_cli.catalog.file.values import values_of
from stripe_billing_cli.catalog.kinds import DEFAULTS, AnyKind, CatalogHead, Path, Registry, Report, check_currency
from stripe_billing_cli.catalog.plan import Note
from stripe_billing_cli.catalog.suggestions import nearest

WHERE = re.compile(r"(test|live|acct_[A-Za-z0-9_]+)$")
WHERE_HINT = "test, live, or an account (acct_…)"


def check(
    tree: yaml_tree.Mapping,
    file: str,
    kinds: Registry,
    place: Place | None = None,
    without_ids: frozenset[Reference] = frozenset(),
) -> Catalog:
    """Return the catalog of a file. Raises `CatalogErrors` with every problem of the file.

    `place` is where it is read for, as ids may be others in each; `without_ids` are entries that adopt nothing.
    """
    catalog = FileCheck(tree, file, kinds, place, without_ids).run()
    return replace(catalog, reread=lambda place, without: check(tree, file, kinds, place, without))


class FileCheck:
    def __init__(
        self,
        tree: yaml_tree.Mapping,
        file: str,
        kinds: Registry,
        place: Place | None,
        without_ids: frozenset[Reference],
    ) -> None:
        self._file = file
        self._place = place
        self._without_ids = without_ids
        self._differs_by_place = False
        self._kinds = kinds
        self._problems: list[Problem] = []
        self._warnings: list[Note] = []
        self._refuse_sections(tree)
        values, self._places = values_of(tree, self._at, kinds.nullable)
        self._values: dict[str, Any] = values
        self._misread_places = {problem.where for problem in self._problems}
        """Where the values or keys are that YAML readers disagree about: of their types there is nothing to say."""
        self._old_keys: dict[str, str] = {}
        """Old keys by new ones."""
        self._first_paths: dict[tuple[str, str, str], Path] = {}
        self._keys: dict[str, set[str]] = {kind.name: set() for kind in kinds}
        """The keys of all entries, of wrong ones too."""
        self._paths: dict[Reference, Path] = {}
        self._models = {kind.name: kinds.model(kind) for kind in kinds}

    def run(self) -> Catalog:
        values = dict(self._values)
        sections = [(kind, values.pop(kind.section, {})) for kind in self._kinds.within(None)]
        head: Any = self._validate(self._kinds.file_model, values, ())
        if head and head.currency is not None:
            check_currency(("currency",), head.currency, self._report_below(()))
        if head:
            self._old_keys = {new: old for old, new in head.moved.items()}
        roots: list[AnyEntry] = []
        for kind, section in sections:
            for key, value in self._entries(kind, section, (kind.section,)).items():
                place = (kind.section, kind.place_of(key, section))
                _, entry = self._entry(kind, key, value, place, head, None)
                roots += [entry] if entry else []
        self._check_references(roots)
        self._check_moved(head)
        if self._problems or head is None:
            raise CatalogErrors(self._problems)
        defaults = {name: value for name in DEFAULTS if (value := getattr(head, name)) is not None}
        return Catalog(
            name=head.catalog,
            name_where=self._places.keys.get(("catalog",), NOWHERE),
            roots=tuple(roots),
            accounts=tuple(head.account),
            source=self._file,
            kinds=self._kinds,
            head=defaults,
            warnings=tuple(self._warnings),
            place=self._place,
            differs_by_place=self._differs_by_place,
            values=self._values,
        )

    def _refuse_sections(self, tree: yaml_tree.Mapping) -> None:
        for key, _ in tree.entries:
            if key.text in UNSUPPORTED:
                message, hint = UNSUPPORTED[key.text]
                self._at(key.where, f"{key.text}: {message}", hint)
        tree.entries[:] = [
            (key, value)
            for key, value in tree.entries
            if key.text not in UNSUPPORTED and not key.text.startswith(OWN_KEYS)
        ]

    def _entry(
        self, kind: AnyKind, key: str, value: Any, path: Path, head: CatalogHead | None, parent: AnyEntry | None
    ) -> tuple[BaseModel | None, AnyEntry | None]:
        """Check one entry and those within it: its content, None where that is wrong, and the entry itself."""
        if not isinstance(value, dict):
            self._report(path, f"{kind.name} {key} has no keys and values", kind.example, at_key=True)
            return None, None
        fields = self._at_place(kind, value, path)
        if Reference(kind.name, f"{parent.key}.{key}" if parent else key) in self._without_ids:
            fields.pop("id", None)
        report_below = self._report_below(path)
        inner = []
        for child in self._kinds.within(kind.name):
            section = fields.pop(child.section, {})
            inner.append((child, section, self._entries(child, section, (*path, child.section))))
        wrong_fields: set[str] = set()
        content = self._validate(
            kind.model, fields, path, kind, currency=kind.currency(fields, head), wrong_fields=wrong_fields
        )
        entry = self._build_entry(kind, key, content, path, head, parent)
        contents: dict[str, dict[str, BaseModel | None]] = {}
        for child, section, entries in inner:
            contents[child.section] = {}
            for own_key, inner_value in entries.items():
                place = (*path, child.section, child.place_of(own_key, section))
                inner_content, inner_entry = self._entry(
                    child, own_key, inner_value, place, head, entry or _stand_in(kind, key)
                )
                contents[child.section][own_key] = inner_content
                if entry and inner_entry:
                    entry.children.append(inner_entry)
        right_content = content or right_part(kind.model, fields, frozenset(wrong_fields))
        if right_content is not None:
            report = skip_wrong_fields(report_below, wrong_fields) if wrong_fields else report_below
            kind.check(key, right_content, head, report)
            kind.check_children(right_content, contents, report)
        if content is None or entry is None:
            return None, None
        self._check_names(kind, entry, path)
        return content, entry

    def _at_place(self, kind: AnyKind, values: dict[str, Any], path: Path) -> dict[str, Any]:
        """Return the values of an entry with those for the place, where `{test: …, live: …}` is written."""
        place_values = dict(values)
        for name in kind.differing_by_place:
            by_place = values.get(name)
            if not isinstance(by_place, dict):
                continue
            self._differs_by_place = True
            for where in by_place:
                if not WHERE.match(where):
                    self._report((*path, name, where), f"{where} is no account and no mode", WHERE_HINT, at_key=True)
            value = self._place.choose(by_place) if self._place else next(iter(by_place.values()), None)
            if value is not None:
                place_values[name] = value
            else:
                del place_values[name]
                if name != "id":
                    mode = self._place.mode if self._place else "test"
                    self._report((*path, name), f"{name} says nothing for {mode} mode", f"add `{mode}:`", at_key=True)
        return place_values

    def _build_entry(
        self,
        kind: AnyKind,
        key: str,
        content: BaseModel | None,
        path: Path,
        head: CatalogHead | None,
        parent: AnyEntry | None,
    ) -> AnyEntry | None:
        full_key = f"{parent.key}.{key}" if parent else key
        self._keys[kind.name].add(full_key)
        if content is None:
            return None
        moved_from = self._old_keys.get(full_key) or (
            f"{parent.moved_from}.{key}" if parent and parent.moved_from else None
        )
        full_content = kind.complete(moved_from or full_key, content, head)
        fields, kept_fields = kind.wanted_fields(full_content), dict[str, Any]()
        adopted_id = getattr(full_content, "id", None)
        if moved_from:
            own_fields = kind.wanted_fields(kind.complete(full_key, content, head))
            kept_fields = {name: value for name, value in fields.items() if value != own_fields[name]}
            if kind.key_is_id and not adopted_id:
                adopted_id = kept_fields["id"] = moved_from
        entry = Entry(
            kind=kind.name,
            key=full_key,
            own_key=key,
            content=full_content,
            fields=fields,
            metadata=getattr(full_content, "metadata", {}),
            adopted_id=adopted_id,
            moved_from=moved_from,
            kept_fields=kept_fields,
            parent=parent,
            where=self._places.key(path),
        )
        self._paths[entry.reference] = path
        kind.check_entry(entry, self._report_below(path))
        return entry

    def _check_references(self, roots: list[AnyEntry]) -> None:
        for entry in (entry for root in roots for entry in root.walk()):
            for kind, key, sub_path in self._kinds[entry.kind].refers_to(entry):
                if key not in self._keys[kind]:
                    keys = sorted(self._keys[kind])
                    hint = nearest(key, keys) if keys else f"add it to `{self._kinds[kind].section}:`"
                    self._report((*self._paths[entry.reference], *sub_path), f"this file has no {kind} {key}", hint)
        entries = {entry.reference: entry for root in roots for entry in root.walk()}
        for entry in entries.values():
            kind_of_entry = self._kinds[entry.kind]
            kind_of_entry.check_references(entry, entries, self._report_below(self._paths[entry.reference]))
            entry.fields.update(kind_of_entry.resolve(entry, entries))

    def _check_moved(self, head: CatalogHead | None) -> None:
        """Report what `moved:` renames to nothing, or from what is still there."""
        all_keys = {key for keys in self._keys.values() for key in keys}
        for old, new in head.moved.items() if head else ():
            if new not in all_keys:
                self._report(("moved", old), f"this file has no {new}", nearest(new, sorted(all_keys)))
            elif any(old in keys and new in keys for keys in self._keys.values()):
                self._report(
                    ("moved", old), f"{old} is still in the file", "rename it there, or remove this", at_key=True
                )

    def _check_names(self, kind: AnyKind, entry: AnyEntry, path: Path) -> None:
        """Report what another entry has too. Of `p.a`'s price `b` and `p`'s price `a.b`, only one can be."""
        if entry.parent and not self._only_once(kind, "the name", entry.key, path):
            return
        for label, name, sub_path in kind.names(entry):
            self._only_once(kind, label, name, (*path, *sub_path))

    def _only_once(self, kind: AnyKind, label: str, name: str, path: Path) -> bool:
        first = self._first_paths.setdefault((kind.name, label, name), path)
        if first != path:
            where = self._places.key(first)
            self._report(
                path,
                f"{label} {name} is taken: {self._owner(first)[1]} has it, in {place_text(where)}",
                "two entries cannot be one object in Stripe: change one of them",
                at_key=True,
            )
        return first == path

    def _owner(self, path: Path) -> tuple[str | None, str]:
        """Return kind and key of the entry in which a path ends: sections and keys take turns, until a field."""
        keys, parent_kind, rest = [], None, list(path)
        while len(rest) > 1 and (kind := self._kind_of(rest[0], parent_kind)):
            keys.append(str(rest[1]))
            parent_kind, rest = kind.name, rest[2:]
        return parent_kind, ".".join(keys)

    def _kind_of(self, section: str | int, parent: str | None) -> AnyKind | None:
        return next((kind for kind in self._kinds.within(parent) if kind.section == section), None)

    def _validate(
        self,
        model: type[BaseModel],
        values: dict[str, Any],
        path: Path,
        kind: AnyKind | None = None,
        *,
        currency: str | None = None,
        wrong_fields: set[str] | None = None,
    ) -> Any:
        """Return the content of a part of the file; None where fields are wrong, whose names go to `wrong_fields`."""
        try:
            return model.model_validate(values)
        except ValidationError as invalid:
            full_model = self._models[kind.name] if kind else model
            for error in invalid.errors(include_url=False):
                error_path = (*path, *error["loc"])
                if wrong_fields is not None:
                    wrong_fields |= concerned_fields(error, model)
                if {self._places.values.get(error_path), self._places.keys.get(error_path)} & self._misread_places:
                    continue
                explanation = explain(error, full_model, currency)
                self._report(error_path, explanation.message, explanation.hint, at_key=explanation.at_key)
            return None

    def _entries(self, kind: AnyKind, section: Any, path: Path) -> Mapping[str, Any]:
        value = kind.entries_of(section)
        if isinstance(value, dict):
            self._report_repeated(section, path)
            return value
        description = "nothing" if value is None else "a list" if isinstance(value, list) else "something else"
        hint = f"remove {kind.section}, or give it an entry"
        if isinstance(value, list):
            hint = "write each entry with its key before it, as in `starter: {name: Starter}`, and no -"
        self._report(path, f"{kind.section}: expected {kind.section_form}, found {description}", hint, at_key=True)
        return {}

    def _report_repeated(self, section: Any, path: Path) -> None:
        """Report each key that a section written as a list has once more."""
        keys = [str(key) for key in section] if isinstance(section, list) else []
        for number, key in enumerate(keys):
            if key in keys[:number]:
                self._report((*path, number), f"{key} is listed twice", "name it once")

    def _report_below(self, path: Path) -> Report:
        entry_path = path

        def report(path: Path, message: str, hint: str, *, at_key: bool = False, warning: bool = False) -> None:
            self._report((*entry_path, *path), message, hint, at_key=at_key or not path, warning=warning)

        return report

    def _report(self, path: Path, message: str, hint: str, *, at_key: bool = False, warning: bool = False) -> None:
        where = self._places.key(path) if at_key else self._places.value(path)
        kind, key = self._owner(path)
        if warning:
            self._warnings.append(Note(f"{key}: {message}; {hint}", kind, key, where, warning=True))
        else:
            about = f"{kind} {key}" if kind else None
            self._at(where if where.line else Location(1, 1), message, hint, about)

    def _at(self, where: Location, message: str, hint: str, about: str | None = None) -> None:
        self._problems.append(Problem(where.file or self._file, where, message, hint, about))


def _stand_in(kind: AnyKind, key: str) -> AnyEntry:
    """Return what stands for an entry that is wrong itself, so that those within it can be checked."""
    return Entry(kind.name, key, key, None, {})
