"""The objects that an account holds of the kinds that are imported, read whole, side by side."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from stripe_billing_cli.catalog.account_reader import AccountReader, Objects, ReadResult, by_id
from stripe_billing_cli.catalog.kinds import AnyKind, ImportScope, Registry, readable_key
from stripe_billing_cli.errors import UsageError
from stripe_billing_cli.stripe_api.client import StripeApi
from stripe_billing_cli.stripe_api.errors import PermissionMissingError, UnsupportedCallError
from stripe_billing_cli.stripe_api.objects.common import IdentifiedObject, field_of
from stripe_billing_cli.stripe_api.threads import result_of, side_by_side

AT_ONCE = 12
Progress = Callable[[int], None]
"""Is called with the number of objects of each page that is read."""


@dataclass(frozen=True)
class Holdings:
    """The objects of an account. `unread` has the kinds that this key may not read, or this server does not have.

    `parents` are the ids of the objects to which, and to what is within them, the import is limited.
    """

    objects: Objects
    unread: tuple[str, ...] = ()
    parents: frozenset[str] = field(default_factory=frozenset)


def kinds_of(registry: Registry, names: Iterable[str]) -> list[AnyKind]:
    """Return the kinds of these names or sections, with those within them and all they refer to; all without names.

    Raises `BillingError` for a name that no kind has.
    """
    kind_names: set[str] = set()
    stack = [_find_kind(registry, name) for name in names]
    stack += [kind for parent in list(stack) for kind in registry.within(parent.name)]
    while stack:
        kind = stack.pop()
        kind_names.add(kind.name)
        needs = [*kind.dependencies, *kind.names_within, *([kind.parent] if kind.parent else [])]
        stack += [registry[name] for name in needs if name not in kind_names]
    return [kind for kind in registry if kind.name in kind_names or not kind_names]


def _find_kind(registry: Registry, name: str) -> AnyKind:
    for kind in registry:
        if name in (kind.name, kind.section) and (kind.parent is None or name == kind.name):
            return kind
    kind_names = ", ".join(kind.name for kind in registry)
    raise UsageError(f"there is no kind {name}", f"the kinds are {kind_names}")


def read_account(
    api: StripeApi,
    kinds: list[AnyKind],
    *,
    with_archived: bool,
    parents: Iterable[str] = (),
    progress: Progress = lambda count: None,
) -> Holdings:
    """Return all objects of these kinds. `parents` are ids, keys or names of objects with others within them.

    Raises `StripeCallError`, and `BillingError` where the account has no such parent.
    """
    with side_by_side(AT_ONCE) as calls, side_by_side(len(kinds) + 1) as readers:
        reader = AccountReader(api, calls, progress)
        parent_ids: frozenset[str] = frozenset()
        scope = ImportScope(with_archived)
        if names := tuple(parents):
            parent_kinds = {kind.parent for kind in kinds}
            for kind in kinds:
                if kind.name in parent_kinds:
                    reader.results[kind.name] = readers.submit(_read, kind, reader, scope)
                    parent_ids = parent_ids.union(
                        *(_find(kind, reader.objects(kind.name, kind.object_type), name) for name in names)
                    )
            scope = ImportScope(with_archived, parent_ids)
        for kind in kinds:
            if kind.name not in reader.results:
                reader.results[kind.name] = readers.submit(_read, kind, reader, scope)
        results = {name: result_of(future) for name, future in reader.results.items()}
    return Holdings(
        objects={kind.name: results[kind.name].objects for kind in kinds},
        unread=tuple(kind.section for kind in kinds if not results[kind.name].complete),
        parents=parent_ids,
    )


def read_rest(
    api: StripeApi, kind: AnyKind, objects: Iterable[IdentifiedObject], progress: Progress
) -> Mapping[str, IdentifiedObject]:
    """Return, of the objects chosen, those of which more had to be read than a list says."""
    with side_by_side(AT_ONCE) as calls:
        return by_id(kind.read_rest(AccountReader(api, calls, progress), objects))


def _read(kind: AnyKind, reader: AccountReader, scope: ImportScope) -> ReadResult[IdentifiedObject]:
    try:
        return ReadResult(by_id(kind.read_all(reader, scope)))
    except (PermissionMissingError, UnsupportedCallError):
        if kind.is_usual:
            raise
        return ReadResult(complete=False)


def _find(kind: AnyKind, objects: Mapping[str, IdentifiedObject], name: str) -> set[str]:
    """Return the id of the object that has this id, else those of all that have this key or name."""
    if name in objects:
        return {name}
    ids = {object_id for object_id, stripe_object in objects.items() if name in _names(kind, stripe_object)}
    if not ids:
        raise UsageError(f"the account has no {kind.name} {name}", "give its id or its name")
    return ids


def _names(kind: AnyKind, stripe_object: IdentifiedObject) -> set[str | None]:
    stamp, value = kind.stamp_on(stripe_object), field_of(stripe_object, kind.named_by)
    name = str(value) if value else None
    return {stamp.key if stamp else None, name, readable_key(name or "")}
