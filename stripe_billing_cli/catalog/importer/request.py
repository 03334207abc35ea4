"""The import of a catalog from an account, as a program calls it and `billing catalog import` does.

imported = import_catalog(api, ImportRequest(catalog="keymap"))
Path("catalog.yaml").write_text(imported.text)
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from stripe_billing_cli.catalog import snapshot
from stripe_billing_cli.catalog.contents import Catalog
from stripe_billing_cli.catalog.file.insert import Addition, with_additions
from stripe_billing_cli.catalog.file.write import file_text
from stripe_billing_cli.catalog.importer.account import Holdings, Progress, kinds_of, read_account, read_rest
from stripe_billing_cli.catalog.importer.drafts import Draft, Drafter, common_values
from stripe_billing_cli.catalog.importer.selection import Criteria, Selection, Selector
from stripe_billing_cli.catalog.kinds import KINDS, AnyKind, ImportFile, Registry, readable_key
from stripe_billing_cli.catalog.planner import match
from stripe_billing_cli.catalog.snapshot import account_id
from stripe_billing_cli.stripe_api.client import StripeApi
from stripe_billing_cli.stripe_api.errors import PermissionMissingError, UnsupportedCallError

DEFAULT_NAME = "catalog"


@dataclass(frozen=True)
class ImportRequest:
    """A request to import. `kinds` are names of kinds or sections, `parents` ids, keys or names; none means all.

    `catalog` is the name of the catalog: unless given, that of `beside`, else that by which the account's objects are
    marked, if it is one, else the account's. `since`: only what was made since, in Unix seconds, and what that refers
    to. `beside` is a catalog that has some of the account already.
    """

    catalog: str | None = None
    archived: bool = False
    kinds: tuple[str, ...] = ()
    parents: tuple[str, ...] = ()
    since: int = 0
    beside: Catalog | None = None
    registry: Registry = KINDS


@dataclass(frozen=True)
class Omission:
    """An object that a file cannot have, and why."""

    kind: str
    id: str
    label: str | None
    reason: str


@dataclass(frozen=True)
class Import:
    """An imported catalog. `drafts` are its new entries, `left_out` counts the objects that are not in it, by reason.

    `unread` are the sections that the key may not read.
    """

    catalog: str
    account: str | None
    livemode: bool
    drafts: tuple[Draft, ...]
    head: Mapping[str, Any]
    not_written: tuple[Omission, ...]
    left_out: Mapping[str, int]
    unread: tuple[str, ...] = ()
    registry: Registry = field(default=KINDS, repr=False)

    @property
    def text(self) -> str:
        """Return the file."""
        sections = self.sections()
        parents = frozenset(kind.section for kind in self.registry.within(None) if self.registry.within(kind.name))
        return file_text({"version": 1, "catalog": self.catalog, **self.head, **sections}, parents)

    def sections(self) -> dict[str, Any]:
        """Return the sections of the file with the entries in them."""
        return _sections(self.registry.within(None), [draft for draft in self.drafts if draft.parent is None])

    def merged_into(self, text: str) -> str:
        """Return the text of a file that has some of the entries, with the new ones added. Raises `InsertError`."""
        return with_additions(text, self._additions())

    def counts(self) -> dict[str, int]:
        """Return how many entries of each kind are written, by kind."""
        return dict(Counter(draft.kind.name for draft in self.drafts if not draft.is_known))

    def _additions(self) -> Iterator[Addition]:
        """Yield the new entries of each section of a file that has others already."""
        drafts_by_path: list[tuple[tuple[str, ...], list[Draft]]] = [
            ((), [one for one in self.drafts if one.parent is None])
        ]
        drafts_by_path += [(_path(one), one.children) for one in self.drafts if one.is_known and one.children]
        for path, drafts in drafts_by_path:
            for kind in dict.fromkeys(draft.kind for draft in drafts):
                sections = _sections([kind], [draft for draft in drafts if draft.kind is kind])
                if sections:
                    multiline = bool(self.registry.within(kind.name))
                    yield Addition((*path, kind.section), sections[kind.section], multiline)


def import_catalog(api: StripeApi, request: ImportRequest, progress: Progress = lambda count: None) -> Import:
    """Read an account and return the catalog that describes it; writes nothing, neither there nor here.

    Raises `StripeCallError`, and `BillingError` where the account has nothing of the name asked for, or contradicts the
    catalog beside which it is to stand.
    """
    registry = request.registry
    kinds = kinds_of(registry, request.kinds)
    holdings = read_account(api, kinds, with_archived=request.archived, parents=request.parents, progress=progress)
    name = request.catalog or _catalog_name(api, request, kinds, holdings)
    wanted_kinds = frozenset(kind.name for kind in kinds_of(registry, request.kinds) if _is_asked(kind, request.kinds))
    selection = Selector(kinds, holdings, name, Criteria(request.archived, wanted_kinds, request.since)).run()
    for kind in kinds:
        objects = selection.objects[kind.name]
        objects |= read_rest(api, kind, objects.values(), progress)
    head = common_values(registry, selection.objects) if request.beside is None else request.beside.head
    file_keys = _known_keys(api, request, holdings)
    drafts = Drafter(registry, selection.objects, ImportFile(name, head), file_keys).run()
    return _build_import(api, request, name, head, drafts, selection, holdings)


def _path(draft: Draft) -> tuple[str, ...]:
    return (*(_path(draft.parent) if draft.parent else ()), draft.kind.section, draft.own_key)


def _is_asked(kind: AnyKind, names: Iterable[str]) -> bool:
    return kind.name in names or kind.section in names


def _build_import(
    api: StripeApi,
    request: ImportRequest,
    name: str,
    head: Mapping[str, Any],
    drafts: list[Draft],
    selection: Selection,
    holdings: Holdings,
) -> Import:
    failures = [draft for draft in drafts if draft.problem]
    return Import(
        catalog=name,
        account=account_id(api),
        livemode=api.livemode,
        drafts=tuple(draft for draft in drafts if draft.problem is None),
        head=head,
        not_written=tuple(
            Omission(
                draft.kind.name, draft.stripe_object["id"], draft.kind.label(draft.stripe_object), draft.problem or ""
            )
            for draft in failures
        ),
        left_out=dict(selection.left_out),
        unread=holdings.unread,
        registry=request.registry,
    )


def _sections(kinds: Iterable[AnyKind], drafts: Iterable[Draft]) -> dict[str, Any]:
    by_kind: dict[str, dict[str, Any]] = {}
    for draft in drafts:
        if draft.problem is None and not draft.is_known:
            by_kind.setdefault(draft.kind.name, {})[draft.own_key] = entry_values(draft)
    return {kind.section: kind.section_values(by_kind[kind.name]) for kind in kinds if kind.name in by_kind}


def entry_values(draft: Draft) -> dict[str, Any]:
    """Return an entry with those within it, lists of them before mappings."""
    kinds = dict.fromkeys(child.kind for child in draft.children)
    sections = _sections(kinds, draft.children)
    lists = {section: values for section, values in sections.items() if isinstance(values, list)}
    return {**draft.values, **lists, **{name: values for name, values in sections.items() if name not in lists}}


def _catalog_name(api: StripeApi, request: ImportRequest, kinds: list[AnyKind], holdings: Holdings) -> str:
    """Return the name of the one catalog by which objects are marked; else what the account is called."""
    if request.beside:
        return request.beside.name
    stamps = (kind.stamp_on(stripe_object) for kind in kinds for stripe_object in holdings.objects[kind.name].values())
    catalog_names = {stamp.catalog for stamp in stamps if stamp}
    if len(catalog_names) == 1:
        return catalog_names.pop()
    try:
        account = api.account()
    except (PermissionMissingError, UnsupportedCallError):
        return DEFAULT_NAME
    display_name = account["settings"]["dashboard"]["display_name"] if account["settings"] else None
    business = account["business_profile"]["name"] if account["business_profile"] else None
    name = readable_key(display_name or business or "") or DEFAULT_NAME
    return name if name not in catalog_names else f"{name}-2"


def _known_keys(api: StripeApi, request: ImportRequest, holdings: Holdings) -> dict[tuple[str, str], str]:
    """Return, by kind and id, the keys of the objects that the file has already: what its entries are, and what they
    adopted by `id:` and have replaced since."""
    if request.beside is None:
        return {}
    if request.kinds or request.parents:
        account_state = snapshot.read(api, request.beside)
    else:
        objects = {kind.name: holdings.objects.get(kind.name, {}) for kind in request.registry}
        account_state = snapshot.Snapshot(None, api.livemode, objects)
    matches = match(request.beside, account_state)
    adopted_keys = {(entry.kind, entry.adopted_id): entry.key for entry in request.beside.entries() if entry.adopted_id}
    return adopted_keys | {
        (reference.kind, stripe_object["id"]): reference.key
        for reference, entry_match in matches.items()
        for stripe_object in entry_match.list_known()
    }
