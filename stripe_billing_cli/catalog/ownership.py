"""The mark that a catalog leaves on what it owns, in Stripe's metadata.

`billing_catalog` names the catalog and `billing_key` the product or price in it. `billing_adopted` is the id
by which the file adopted a price; the prices that replace it carry it too, so that the file need not change.
`billing_metadata` lists the metadata keys that the file set, `billing_features` the features that it attached to a
product: those, and no others, go when the file drops them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from stripe_billing_cli.stripe_api.objects.common import metadata_of

CATALOG = "billing_catalog"
KEY = "billing_key"
ADOPTED = "billing_adopted"
METADATA_KEYS = "billing_metadata"
PARTS = "billing_features"
RESERVED = frozenset({CATALOG, KEY, ADOPTED, METADATA_KEYS, PARTS})
LISTS = (METADATA_KEYS, PARTS)
"""The marks that go again where they have nothing to list."""


@dataclass(frozen=True)
class Stamp:
    catalog: str
    key: str
    adopted_id: str | None = None
    parts: tuple[str, ...] = ()
    """The keys of what the file attached to the object."""

    def metadata(self, file_metadata: Mapping[str, str]) -> dict[str, str]:
        """Return the metadata to send: the file's own keys and the stamp."""
        marks = {CATALOG: self.catalog, KEY: self.key}
        if self.adopted_id:
            marks[ADOPTED] = self.adopted_id
        if self.parts:
            marks[PARTS] = ",".join(sorted(self.parts))
        if file_metadata:
            marks[METADATA_KEYS] = ",".join(sorted(file_metadata))
        return {**file_metadata, **marks}


def stamp_of(stripe_object: Mapping[str, object]) -> Stamp | None:
    """Return the stamp on an object of Stripe's, or None if no catalog owns it."""
    metadata = metadata_of(stripe_object)
    catalog, key = metadata.get(CATALOG), metadata.get(KEY)
    parts = tuple(part for part in metadata.get(PARTS, "").split(",") if part)
    return Stamp(catalog, key, metadata.get(ADOPTED), parts) if catalog and key else None


def sets_marks_only(fields: Iterable[str]) -> bool:
    """Return whether changed fields are billing's own marks and nothing else."""
    return all(name.removeprefix("metadata.") in RESERVED for name in fields)


def dropped_keys(before: Mapping[str, str], after: Mapping[str, str]) -> list[str]:
    """Return the metadata keys that the file once set and does not set any more."""
    file_keys = [key for key in before.get(METADATA_KEYS, "").split(",") if key]
    return [key for key in (*file_keys, *LISTS) if key in before and key not in after]
