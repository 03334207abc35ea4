"""Product features: the features that a product includes (https://docs.stripe.com/api/product-feature).

An attachment says nothing but that, and bears no stamp: which ones the file made, the product's stamp says.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Annotated, Any

from pydantic import BaseModel, Field

from stripe_billing_cli.catalog.account_reader import AccountReader, Objects, ReadResult, by_id, objects_of
from stripe_billing_cli.catalog.entries import AnyEntry, Entry, Reference
from stripe_billing_cli.catalog.kinds.base import EntriesByKind, Kind
from stripe_billing_cli.catalog.kinds.feature import lookup_key_of
from stripe_billing_cli.catalog.kinds.importing import ImportFile, ImportScope
from stripe_billing_cli.catalog.kinds.model import FileModel
from stripe_billing_cli.catalog.kinds.product import (
    FEATURE,
    attachments_of,
    features_of,
    included_features,
    product_id,
)
from stripe_billing_cli.catalog.kinds.rules import Path
from stripe_billing_cli.catalog.match import Match, Matcher
from stripe_billing_cli.catalog.ownership import stamp_of
from stripe_billing_cli.catalog.plan import Change, Create, Delete
from stripe_billing_cli.catalog.plan_builder import PlanBuilder
from stripe_billing_cli.stripe_api.client import StripeApi
from stripe_billing_cli.stripe_api.objects.catalog import Product as StripeProduct
from stripe_billing_cli.stripe_api.objects.various import Feature as StripeFeature
from stripe_billing_cli.stripe_api.objects.various import ProductFeature as StripeProductFeature

FeatureKey = Annotated[str, Field(min_length=1, max_length=80)]


class Attachment(StripeProductFeature):
    """A feature that a product includes, with the id of the product, of which Stripe's answers say nothing."""

    _product: str


class ProductFeature(FileModel):
    """An attachment has no fields."""


class ProductFeatureKind(Kind[ProductFeature, Attachment]):
    name = "product_feature"
    section = "features"
    section_form = "a list of features' keys"
    section_text = "The keys of the features that it includes."
    parent = "product"
    dependencies = ("product", "feature")
    model = ProductFeature
    object_type = Attachment
    path = "/v1/products/{product}/features"
    example = "name a feature by its key"
    retirement = "detach"
    is_part_of_parent = True

    # ---- The file

    def section_type(self, model: type[BaseModel]) -> Any:
        return list[FeatureKey]

    def entries_of(self, section: Any) -> Any:
        if section == {}:
            return {}
        keys = section if isinstance(section, list) else None
        return None if keys is None else {str(key): {} for key in keys}

    def place_of(self, key: str, section: Any) -> str | int:
        return [str(one) for one in section].index(key)

    def refers_to(self, entry: Entry[ProductFeature]) -> Iterator[tuple[str, str, Path]]:
        yield "feature", entry.own_key, ()

    def resolve(self, entry: Entry[ProductFeature], entries: Mapping[Reference, AnyEntry]) -> dict[str, Any]:
        """Return the lookup key of the feature, by which Stripe and the product's stamp name it."""
        feature = entries.get(Reference("feature", entry.own_key))
        return {FEATURE: lookup_key_of(feature) if feature else entry.own_key}

    # ---- The account

    def created_at(self, attachment: Attachment) -> int:
        return 0

    def read(self, reader: AccountReader, entries_by_kind: EntriesByKind, whole: bool) -> ReadResult[Attachment]:
        """Read the attachments of each product that has some in the file, or by its stamp."""
        account_products = reader.objects("product", StripeProduct)
        product_ids = [
            object_id
            for entry in entries_by_kind["product"]
            if (object_id := product_id(entry)) in account_products
            and (features_of(entry) or _attached_features(account_products[object_id]))
        ]
        lists = reader.each(lambda product: _read(reader, product), product_ids)
        return ReadResult(by_id(attachment for attachments in lists for attachment in attachments))

    def read_all(self, reader: AccountReader, scope: ImportScope) -> Iterable[Attachment]:
        """Read the attachments of each product, where the account has features."""
        if not reader.objects("feature", StripeFeature):
            return ()
        products = [
            product["id"]
            for product in reader.objects("product", StripeProduct).values()
            if (product["active"] or scope.archived or _attached_features(product))
            and (not scope.parents or product["id"] in scope.parents)
        ]
        lists = reader.each(lambda product: _read(reader, product), products)
        return (attachment for attachments in lists for attachment in attachments)

    def is_on_offer(self, attachment: Attachment, objects: Objects) -> bool:
        """Leave out what others attached to a product that the catalog owns."""
        stamp = stamp_of(objects["product"][attachment["_product"]])
        return _feature(attachment)["active"] and (stamp is None or _lookup_key(attachment) in stamp.parts)

    def parent_id(self, attachment: Attachment) -> str:
        return attachment["_product"]

    def object_references(self, attachment: Attachment) -> Iterator[tuple[str, str]]:
        yield "feature", _feature(attachment)["id"]

    def key_text(self, attachment: Attachment, file: ImportFile) -> str:
        """Return the key by which the file names the feature."""
        return file.keys.get(("feature", _feature(attachment)["id"]), _lookup_key(attachment))

    def file_values(self, key: str, attachment: Attachment, file: ImportFile) -> dict[str, Any]:
        return {}

    def section_values(self, entries: Mapping[str, Any]) -> list[str]:
        return list(entries)

    def is_active(self, attachment: Attachment) -> bool:
        return True

    def label(self, attachment: Attachment) -> str:
        return _lookup_key(attachment)

    def is_unmanaged(self, attachment: Attachment, objects: Objects, named_ids: Collection[str]) -> bool:
        """Leave out what others attached to a product, which no other entry can be."""
        return False

    def match(self, matcher: Matcher[Attachment], entry: Entry[ProductFeature]) -> Match[Attachment]:
        assert entry.parent
        product = product_id(entry.parent)
        return Match(
            next(
                (
                    attachment
                    for attachment in matcher.objects.values()
                    if attachment["_product"] == product
                    and _lookup_key(attachment) == entry.fields[FEATURE]
                    and _feature(attachment)["active"]
                ),
                None,
            )
        )

    # ---- Planning

    def plan(self, entry: Entry[ProductFeature], match: Match[Attachment], builder: PlanBuilder) -> Change | None:
        assert entry.parent
        feature = Reference("feature", entry.own_key)
        if match.current and builder.ids.get(feature) == _feature(match.current)["id"]:
            return None
        product = product_id(entry.parent)
        change = builder.change(
            "attach", self, entry.key, stripe_object=None, entry=entry, fields={}, reason="not in Stripe yet"
        )
        change.operations.append(
            Create(
                path=f"/v1/products/{product}/features",
                object_type=StripeProductFeature,
                params={"entitlement_feature": feature},
                makes=entry.reference,
                after=(entry.parent.reference,),
                find=_find_attached,
                names=("entitlement_feature",),
            )
        )
        return change

    def plan_dropped(self, parent: AnyEntry, match: Match[StripeProduct], builder: PlanBuilder) -> None:
        """Detach what the file attached once and does not name any more, and features that are archived."""
        if match.current is None:
            return
        own_keys = {str(child.fields[FEATURE]): child.own_key for child in included_features(parent)}
        for attachment in objects_of(builder.objects, self.name, Attachment).values():
            key, feature = _lookup_key(attachment), _feature(attachment)["id"]
            if attachment["_product"] != product_id(parent) or key not in {
                *own_keys,
                *_attached_features(match.current),
            }:
                continue
            if key in own_keys and builder.ids.get(Reference("feature", own_keys[key])) == feature:
                continue
            reason = "the feature is archived" if key in own_keys else "no longer in the file"
            change = builder.change(
                "detach", self, f"{parent.key}.{key}", stripe_object=attachment, entry=None, fields={}, reason=reason
            )
            change.operations.append(self._detach(attachment))

    def _detach(self, attachment: Attachment) -> Delete:
        product, feature = attachment["_product"], _feature(attachment)["id"]
        return Delete(
            path=f"/v1/products/{product}/features/{attachment['id']}", frees=(feature, attachments_of(product))
        )

    def plan_pruning(self, attachment: Attachment, builder: PlanBuilder) -> None:
        raise AssertionError("an attachment is part of its product")


def _find_attached(
    api: StripeApi, create: Create[StripeProductFeature], params: Mapping[str, Any]
) -> StripeProductFeature | None:
    for attachment in api.page(create.path, {}, kind=StripeProductFeature)[0]:
        if attachment["entitlement_feature"]["id"] == params["entitlement_feature"]:
            return attachment
    return None


def _read(reader: AccountReader, product: str) -> list[Attachment]:
    attachments = reader.of_parent(StripeProductFeature, f"/v1/products/{product}/features", {})
    return [{**attachment, "_product": product} for attachment in attachments]


def _feature(attachment: Attachment) -> StripeFeature:
    return attachment["entitlement_feature"]


def _lookup_key(attachment: Attachment) -> str:
    return _feature(attachment)["lookup_key"]


def _attached_features(product: StripeProduct) -> tuple[str, ...]:
    """Return the features that the file attached to a product, by its stamp."""
    stamp = stamp_of(product)
    return stamp.parts if stamp else ()
