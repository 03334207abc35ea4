"""Features: what access can be given to (https://docs.stripe.com/api/entitlements/feature).

A feature's key is its lookup key. Its name and metadata change; archived, it stays archived and its lookup key is free
again, so that a feature that is wanted again is made anew (`stripe/entitlements/_feature.py`).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import Field

from stripe_billing_cli.catalog.account_reader import AccountReader, Reading, by_id
from stripe_billing_cli.catalog.entries import Entry
from stripe_billing_cli.catalog.kinds.base import Wanted
from stripe_billing_cli.catalog.kinds.forms import Plain
from stripe_billing_cli.catalog.kinds.importing import Naming
from stripe_billing_cli.catalog.kinds.model import FileModel, Metadata, Text
from stripe_billing_cli.catalog.kinds.rules import Report, check_metadata
from stripe_billing_cli.catalog.kinds.standard import StandardKind
from stripe_billing_cli.catalog.match import Match, Matching, match_named
from stripe_billing_cli.catalog.ownership import stamp_of
from stripe_billing_cli.catalog.plan import Create
from stripe_billing_cli.stripe_api.client import Object, StripeApi

LONGEST_KEY = 80
"""`lookup_key` of `stripe/params/entitlements/_feature_create_params.py`."""


class Feature(FileModel):
    id: Text | None = None
    """Adopts this existing feature (feat_…)."""
    name: Annotated[str, Field(min_length=1, max_length=80), Plain(in_place=True)]
    """What it is called, for your own eyes."""
    metadata: Metadata
    """Your own keys and values."""


class FeatureKind(StandardKind[Feature]):
    name = "feature"
    section = "features"
    section_text = "Features by key, which products include; the key is the feature's lookup key."
    model = Feature
    path = "/v1/entitlements/features"
    example = "such as {name: Single sign-on}"
    unique_params = ("lookup_key",)

    def check(self, key: str, content: Feature, head: Any, report: Report) -> None:
        if len(key) > LONGEST_KEY or "," in key:
            report((), f"{key} cannot be a feature's lookup key", f"at most {LONGEST_KEY} characters, no comma")
        check_metadata(content.metadata, report)

    def created(self, existing: Object) -> int:
        return 0

    def read(self, reader: AccountReader, wanted: Wanted, whole: bool) -> Reading:
        """Read the active features, and those that the file adopts."""
        entries = wanted[self.name]
        objects = by_id(reader.all(self.path)) if whole or entries else {}
        missing = [entry.adopted_id for entry in entries if entry.adopted_id and entry.adopted_id not in objects]
        adopted = reader.each(lambda one: reader.one(f"{self.path}/{one}"), missing)
        return Reading(objects | by_id(existing for existing in adopted if existing))

    def key_text(self, existing: Object, naming: Naming) -> str:
        return str(existing["lookup_key"])

    def reason_left_out(self, existing: Object) -> str | None:
        """Leave out what is archived: a feature stays archived, and no file can say so."""
        return None if existing["active"] else "archived features"

    def match(self, matching: Matching, entry: Entry[Feature]) -> Match:
        holder = matching.index("lookup_key").get(entry.key)
        adopted = matching.objects.get(entry.adopted_id) if entry.adopted_id else holder
        if entry.adopted_id and adopted is None:
            matching.refuse_missing(entry, entry.adopted_id)
        elif adopted and adopted["lookup_key"] != entry.key:
            matching.refuse(
                entry,
                f"feature {entry.key} adopts {adopted['id']}, whose lookup key is {adopted['lookup_key']}",
                f"a lookup key never changes: call this feature {adopted['lookup_key']}",
            )
        if adopted and not adopted["active"]:
            return Match()
        return match_named(matching, entry, adopted)

    def create_params(self, entry: Entry[Feature], match: Match, catalog: str) -> dict[str, Any]:
        return {"lookup_key": entry.key, **super().create_params(entry, match, catalog)}

    def find_made(self, api: StripeApi, create: Create, params: Mapping[str, Any]) -> Object | None:
        for existing in api.page(self.path, {"lookup_key": params["lookup_key"]})[0]:
            if existing["id"] not in create.state and stamp_of(existing) == stamp_of(params):
                return existing
        return None
