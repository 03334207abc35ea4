"""A snapshot of what Stripe holds of a catalog; each kind reads its own, side by side with the others.

Nothing is decided from Stripe's search, which lags behind writes.
"""

from __future__ import annotations

import time
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace

from stripe_billing_cli.catalog.account_reader import AccountReader, Objects, ReadResult, by_id
from stripe_billing_cli.catalog.contents import Catalog
from stripe_billing_cli.catalog.kinds import AnyKind
from stripe_billing_cli.stripe_api.client import StripeApi
from stripe_billing_cli.stripe_api.errors import PermissionMissingError, UnsupportedCallError
from stripe_billing_cli.stripe_api.objects.common import IdentifiedObject
from stripe_billing_cli.stripe_api.threads import result_of, side_by_side

AT_ONCE = 12


@dataclass(frozen=True)
class Snapshot:
    """The objects of an account as they were read.

    `complete` says whether these are all of the account's, or only those that concern the catalog.
    """

    account: str | None
    livemode: bool
    objects: Objects = field(default_factory=dict)
    complete: bool = True
    read_at: int = 0
    """In Unix seconds."""
    unread_kinds: tuple[str, ...] = ()
    """The kinds that may point at what is replaced, and that the key may not read."""


def read(api: StripeApi, catalog: Catalog, *, whole: bool = False) -> Snapshot:
    """Return everything in the account that bears on this catalog; with `whole`, everything there is.

    Raises `StripeCallError`.
    """
    kinds = list(catalog.kinds)
    with side_by_side(AT_ONCE) as calls, side_by_side(len(kinds) + 1) as readers:
        reader = AccountReader(api, calls, catalog=catalog.name)
        account = readers.submit(account_id, api)
        for kind in kinds:  # after those on which it depends
            reader.results[kind.name] = readers.submit(_read, kind, reader, catalog, whole)
        results = {name: result_of(future) for name, future in reader.results.items()}
        return Snapshot(
            account=result_of(account),
            livemode=api.livemode,
            objects={name: result.objects for name, result in results.items()},
            complete=all(result.complete for result in results.values()),
            read_at=int(time.time()),
        )


def read_pointing(api: StripeApi, catalog: Catalog, snapshot: Snapshot, replaced_ids: Collection[str]) -> Snapshot:
    """Return the snapshot with what points at objects that are replaced, of kinds of which the file has no entry.

    The snapshot itself where there is no such thing. Raises `StripeCallError`.
    """
    pointing_objects: dict[str, Mapping[str, IdentifiedObject]] = {}
    unread_kinds: list[str] = []
    with side_by_side(AT_ONCE) as calls:
        reader = AccountReader(api, calls, catalog=catalog.name)
        for kind in catalog.kinds if replaced_ids else ():
            if catalog.by_kind[kind.name] or snapshot.objects[kind.name]:
                continue
            try:
                pointing_objects[kind.name] = by_id(kind.read_pointing(reader, replaced_ids))
            except PermissionMissingError:
                unread_kinds.append(kind.name)
            except UnsupportedCallError:
                continue
    if not any(pointing_objects.values()) and not unread_kinds:
        return snapshot
    return replace(snapshot, objects={**snapshot.objects, **pointing_objects}, unread_kinds=tuple(unread_kinds))


def _read(kind: AnyKind, reader: AccountReader, catalog: Catalog, whole: bool) -> ReadResult[IdentifiedObject]:
    """Read what concerns a kind; of one that the file has no entry of, what cannot be read is as good as not there."""
    try:
        return kind.read(reader, catalog.by_kind, whole)
    except (PermissionMissingError, UnsupportedCallError):
        if kind.is_usual or catalog.by_kind[kind.name]:
            raise
        return ReadResult(complete=False)


def account_id(api: StripeApi) -> str | None:
    """Return the account's id, or None where the key may not read it, or the server does not have it."""
    try:
        return api.account()["id"]
    except (PermissionMissingError, UnsupportedCallError):
        return None
