"""Objects of an account → entries of a file: keys, values, and whether the file says of each what the account holds."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from pydantic import BaseModel, ValidationError

from stripe_billing_cli.catalog.account_reader import Objects
from stripe_billing_cli.catalog.entries import AnyEntry, Entry
from stripe_billing_cli.catalog.file.messages import explain
from stripe_billing_cli.catalog.kinds import AnyKind, CatalogHead, ImportFile, Path, Registry
from stripe_billing_cli.stripe_api.objects.common import IdentifiedObject, field_of

Keys = Mapping[tuple[str, str], str]
"""By kind and id of an object, the key by which a file has it already."""


@dataclass(eq=False)
class Draft:
    """A draft: one object on its way into the file; `problem` is why it cannot be written."""

    kind: AnyKind
    stripe_object: IdentifiedObject
    key: str
    own_key: str
    parent: Draft | None
    values: dict[str, Any] = field(default_factory=dict)
    content: BaseModel | None = None
    refers_to: tuple[tuple[str, str], ...] = ()
    problem: str | None = None
    children: list[Draft] = field(default_factory=list)
    is_known: bool = False
    """Whether the file has it already."""


class Drafter:
    """The maker of a file's drafts. `file_keys` are the keys of the objects that the file has already, which stay."""

    def __init__(self, kinds: Registry, objects: Objects, file: ImportFile, file_keys: Keys) -> None:
        self._kinds = [kind for kind in kinds if kind.name in objects]
        self._objects = objects
        self._file_keys = file_keys
        self._names = dict(file_keys)
        self._file = replace(file, keys=self._names)
        self._drafts: dict[tuple[str, str], Draft] = {}
        self._used_keys: dict[str, set[str]] = defaultdict(set)
        for (kind, _), key in file_keys.items():
            self._used_keys[kind].add(key)

    def run(self) -> list[Draft]:
        """Return the drafts, each after its parent; those that cannot be written have a `problem`."""
        for kind in self._kinds:
            self._make_keys(kind)
        drafts = list(self._drafts.values())
        head = CatalogHead.model_validate({"version": 1, "catalog": self._file.catalog, **self._file.head})
        for draft in drafts:
            if not draft.is_known:
                draft.values = draft.kind.file_values(draft.key, draft.stripe_object, self._file)
                _check(draft, head, self._file)
        self._follow_problems(drafts)
        return drafts

    def _make_keys(self, kind: AnyKind) -> None:
        """Give each object a key: that of the file or the stamp, else one made from its name, the oldest first."""
        kind_objects = self._objects[kind.name].values()
        oldest_first = sorted(kind_objects, key=kind.created_at)
        fixed_keys = {
            stripe_object["id"]: key for stripe_object in oldest_first if (key := self._fixed_key(kind, stripe_object))
        }
        self._used_keys[kind.name] |= set(fixed_keys.values())
        for stripe_object in oldest_first:
            parent = self._drafts.get((kind.parent, kind.parent_id(stripe_object) or "")) if kind.parent else None
            if kind.parent and parent is None:
                continue
            key = fixed_keys.get(stripe_object["id"]) or self._new_key(kind, stripe_object, parent)
            own_key = key.removeprefix(f"{parent.key}.") if parent else key
            is_known = (kind.name, stripe_object["id"]) in self._file_keys
            draft = Draft(kind, stripe_object, key, own_key, parent, is_known=is_known)
            self._drafts[kind.name, stripe_object["id"]] = draft
            self._names[kind.name, stripe_object["id"]] = key
            if parent:
                parent.children.append(draft)

    def _fixed_key(self, kind: AnyKind, stripe_object: IdentifiedObject) -> str | None:
        if file_key := self._file_keys.get((kind.name, stripe_object["id"])):
            return file_key
        stamp = kind.stamp_on(stripe_object)
        if stamp is None or stamp.catalog != self._file.catalog:
            return None
        parent = self._drafts.get((kind.parent, kind.parent_id(stripe_object) or "")) if kind.parent else None
        return stamp.key if parent is None or stamp.key.startswith(f"{parent.key}.") else None

    def _new_key(self, kind: AnyKind, stripe_object: IdentifiedObject, parent: Draft | None) -> str:
        prefix = f"{parent.key}." if parent else ""
        text = kind.key_text(stripe_object, self._file) or kind.name
        used_keys, number = self._used_keys[kind.name], 1
        while (key := f"{prefix}{text}" + (f"-{number}" if number > 1 else "")) in used_keys:
            number += 1
        used_keys.add(key)
        return key

    def _follow_problems(self, drafts: list[Draft]) -> None:
        """Leave out also what is within, or refers to, what cannot be written."""
        while True:
            written_keys: dict[str, set[str]] = defaultdict(set)
            for (kind, _), key in self._file_keys.items():
                written_keys[kind].add(key)
            for draft in drafts:
                if draft.problem is None:
                    written_keys[draft.kind.name].add(draft.key)
            candidates = [draft for draft in drafts if draft.problem is None and not draft.is_known]
            consequences = [(draft, problem) for draft in candidates if (problem := _consequence(draft, written_keys))]
            for draft, problem in consequences:
                draft.problem = problem
            if not consequences:
                return


def _consequence(draft: Draft, written_keys: Mapping[str, set[str]]) -> str | None:
    if draft.parent and draft.parent.problem:
        return f"its {draft.parent.kind.name} {draft.parent.key} is not written"
    for kind, key in draft.refers_to:
        if key not in written_keys[kind]:
            return f"it refers to {kind} {key}, which is not written"
    report = _Problems()
    contents: dict[str, dict[str, Any]] = defaultdict(dict)
    for child in draft.children:
        if child.problem is None and child.content:
            contents[child.kind.section][child.own_key] = child.content
    if draft.content:
        draft.kind.check_children(draft.content, contents, report)
    return report.first


class _Problems:
    """A report of a kind's problems that keeps the first."""

    def __init__(self) -> None:
        self.first: str | None = None

    def __call__(self, path: Path, message: str, hint: str, *, at_key: bool = False, warning: bool = False) -> None:
        if warning:
            return
        where = ".".join(map(str, path))
        problem = f"{where}: {message}" if where and not message.startswith(str(path[-1])) else message
        self.first = self.first or problem


def _check(draft: Draft, head: CatalogHead, file: ImportFile) -> None:
    """Find out whether the file says of an object exactly what the account holds, and why it cannot."""
    kind, report = draft.kind, _Problems()
    try:
        content = kind.model.model_validate(draft.values)
    except ValidationError as invalid:
        draft.problem = explain(invalid.errors(include_url=False)[0], kind.model).message
        return
    kind.check(draft.own_key, content, head, report)
    full_content = kind.complete(draft.key, content, head)
    fields = kind.wanted_fields(full_content)
    entry = Entry(
        kind=kind.name,
        key=draft.key,
        own_key=draft.own_key,
        content=full_content,
        fields=fields,
        parent=_entry_above(draft),
        adopted_id=getattr(full_content, "id", None),
    )
    kind.check_entry(entry, report)
    draft.content = full_content
    draft.refers_to = tuple((name, key) for name, key, _ in kind.refers_to(entry))
    draft.problem = report.first
    account_fields = kind.file_fields(draft.stripe_object, file)
    different = [
        one.name
        for one in kind.definitions
        if one.name in fields
        and one.form.fill_from(fields[one.name], account_fields[one.name]) != account_fields[one.name]
    ]
    if different and draft.problem is None:
        draft.problem = f"a file cannot say its {different[0]}: {account_fields[different[0]]!r}"


def _entry_above(draft: Draft) -> AnyEntry | None:
    parent = draft.parent
    if parent is None:
        return None
    return Entry(parent.kind.name, parent.key, parent.own_key, parent.content, {}, parent=_entry_above(parent))


def common_values(kinds: Registry, objects: Objects) -> dict[str, Any]:
    """Return the catalog's defaults: the commonest value of each of their fields, if a file can say it."""
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for kind, stripe_object in _objects(kinds, objects):
        for name in kind.head_fields:
            if value := field_of(stripe_object, name):
                counts[name][str(value)] += 1
    commonest = {name: min(values, key=lambda value: (-values[value], str(value))) for name, values in counts.items()}
    return {name: value for name, value in commonest.items() if value != "unspecified" and _can_be_said(name, value)}


def _can_be_said(name: str, value: str) -> bool:
    """Return whether the head of a file may have a value: Stripe may answer one that this program does not know."""
    try:
        CatalogHead.model_validate({"version": 1, "catalog": "any", name: value})
    except ValidationError:
        return False
    return True


def _objects(kinds: Registry, objects: Objects) -> Iterator[tuple[AnyKind, IdentifiedObject]]:
    return ((kind, stripe_object) for kind in kinds for stripe_object in objects.get(kind.name, {}).values())
