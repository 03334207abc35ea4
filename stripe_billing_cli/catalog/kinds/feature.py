"""Features: what access can be given to (https://docs.stripe.com/api/entitlements/feature).

A feature is its lookup key, which is its key in the file unless `lookup_key:` says otherwise, and never changes. Its
name and metadata change; archived, it stays archived and its lookup key is free again, so that a feature that is wanted
again is made anew (`stripe/entitlements/_feature.py`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Any

from pydantic import Field

from stripe_billing_cli.catalog.account_reader import AccountReader, ReadResult, by_id
from stripe_billing_cli.catalog.entries import AnyEntry, Entry
from stripe_billing_cli.catalog.kinds.base import EntriesByKind
from stripe_billing_cli.catalog.kinds.forms import Plain
from stripe_billing_cli.catalog.kinds.head import CatalogHead
from stripe_billing_cli.catalog.kinds.importing import ImportFile
from stripe_billing_cli.catalog.kinds.model import FileModel, Metadata, Text
from stripe_billing_cli.catalog.kinds.rules import Path, Report, check_metadata
from stripe_billing_cli.catalog.kinds.standard import StandardKind
from stripe_billing_cli.catalog.match import Match, Matcher, match_named
from stripe_billing_cli.catalog.ownership import stamp_of
from stripe_billing_cli.catalog.plan import Change, Create
from stripe_billing_cli.stripe_api.client import StripeApi
from stripe_billing_cli.stripe_api.objects.various import Feature as StripeFeature

LONGEST_KEY = 80
"""`lookup_key` of `stripe/params/entitlements/_feature_create_params.py`."""

LookupKey = Annotated[str, Field(min_length=1, max_length=LONGEST_KEY)]


class Feature(FileModel):
    id: Text | None = None
    """Adopts this existing feature (feat_…)."""
    name: Annotated[str, Field(min_length=1, max_length=80), Plain(in_place=True)]
    """What it is called, for your own eyes."""
    lookup_key: Annotated[LookupKey | None, Plain(is_required=True)] = None
    """The name by which programs know the feature, which never changes; the key unless given."""
    metadata: Metadata
    """Your own keys and values."""


class FeatureKind(StandardKind[Feature, StripeFeature]):
    name = "feature"
    section = "features"
    section_text = "Features by key, by which products include them; the key is the lookup key unless said otherwise."
    model = Feature
    object_type = StripeFeature
    path = "/v1/entitlements/features"
    example = "such as {name: Single sign-on}"
    unique_params = ("lookup_key",)

    def check(self, key: str, content: Feature, head: CatalogHead | None, report: Report) -> None:
        lookup_key = content.lookup_key or key
        if len(lookup_key) > LONGEST_KEY or "," in lookup_key:
            report(
                ("lookup_key",) if content.lookup_key else (),
                f"{lookup_key} cannot be a feature's lookup key",
                f"at most {LONGEST_KEY} characters, no comma",
            )
        check_metadata(content.metadata, report)

    def complete(self, key: str, content: Feature, head: CatalogHead | None) -> Feature:
        return content.model_copy(update={"lookup_key": content.lookup_key or key})

    def names(self, entry: Entry[Feature]) -> Iterator[tuple[str, str, Path]]:
        yield "lookup key", lookup_key_of(entry), ("lookup_key",) if lookup_key_of(entry) != entry.key else ()
        yield from super().names(entry)

    def created_at(self, feature: StripeFeature) -> int:
        return 0

    def read(self, reader: AccountReader, entries_by_kind: EntriesByKind, whole: bool) -> ReadResult[StripeFeature]:
        """Read the active features, and those that the file adopts."""
        entries = entries_by_kind[self.name]
        objects = by_id(reader.all(self.object_type, self.path)) if whole or entries else {}
        missing_ids = [entry.adopted_id for entry in entries if entry.adopted_id and entry.adopted_id not in objects]
        adopted_features = reader.each(lambda one: reader.one(self.object_type, f"{self.path}/{one}"), missing_ids)
        return ReadResult(objects | by_id(feature for feature in adopted_features if feature))

    def key_text(self, feature: StripeFeature, file: ImportFile) -> str:
        return feature["lookup_key"]

    def file_values(self, key: str, feature: StripeFeature, file: ImportFile) -> dict[str, Any]:
        values = super().file_values(key, feature, file)
        if values.get("lookup_key") == key:
            values.pop("lookup_key")
        return values

    def reason_left_out(self, feature: StripeFeature) -> str | None:
        """Leave out what is archived: a feature stays archived, and no file can say so."""
        return None if feature["active"] else "archived features"

    def match(self, matcher: Matcher[StripeFeature], entry: Entry[Feature]) -> Match[StripeFeature]:
        lookup_key = lookup_key_of(entry)
        holder = matcher.index("lookup_key").get(lookup_key)
        feature = matcher.objects.get(entry.adopted_id) if entry.adopted_id else holder
        if entry.adopted_id and feature is None:
            matcher.refuse_missing(entry, entry.adopted_id)
        elif feature and feature["lookup_key"] != lookup_key:
            matcher.refuse(
                entry,
                f"feature {entry.key} adopts {feature['id']}, whose lookup key is {feature['lookup_key']}",
                f"a lookup key never changes: give this feature `lookup_key: {feature['lookup_key']}`",
            )
        if feature and not feature["active"]:
            return Match()
        return match_named(matcher, entry, feature)

    def is_in_title(self, change: Change, name: str) -> bool:
        if name == "lookup_key":
            return change.fields[name].after == change.key
        return super().is_in_title(change, name)

    def find_created(
        self, api: StripeApi, create: Create[StripeFeature], params: Mapping[str, Any]
    ) -> StripeFeature | None:
        for feature in api.page(self.path, {"lookup_key": params["lookup_key"]}, kind=StripeFeature)[0]:
            if feature["id"] not in create.state and stamp_of(feature) == stamp_of(params):
                return feature
        return None


def lookup_key_of(entry: AnyEntry) -> str:
    """Return the lookup key of a feature of the file."""
    return str(entry.fields["lookup_key"])
