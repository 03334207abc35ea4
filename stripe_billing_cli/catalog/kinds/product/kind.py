"""The kind of products, whose keys are their ids in Stripe. `model.py` has their fields."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any, cast

from stripe_billing_cli.catalog.account_reader import AccountReader, ReadResult, batches, by_id, calls_for, is_full
from stripe_billing_cli.catalog.diff import FieldChange
from stripe_billing_cli.catalog.entries import AnyEntry, Entry, Reference
from stripe_billing_cli.catalog.kinds.base import EntriesByKind
from stripe_billing_cli.catalog.kinds.head import CatalogHead
from stripe_billing_cli.catalog.kinds.importing import ImportFile
from stripe_billing_cli.catalog.kinds.product.model import DetailsValue, PackageDimensions, Product
from stripe_billing_cli.catalog.kinds.rules import LONGEST_VALUE, Path, Report, check_metadata, check_url
from stripe_billing_cli.catalog.kinds.standard import StandardKind
from stripe_billing_cli.catalog.match import Match, Matcher, match_by_id
from stripe_billing_cli.catalog.ownership import PARTS, Stamp, stamp_of
from stripe_billing_cli.catalog.plan import Change, Create, Operation, Update
from stripe_billing_cli.catalog.plan_builder import Blocker, PlanBuilder
from stripe_billing_cli.catalog.suggestions import nearest
from stripe_billing_cli.stripe_api.client import StripeApi
from stripe_billing_cli.stripe_api.errors import NotFoundError
from stripe_billing_cli.stripe_api.objects.catalog import Product as StripeProduct
from stripe_billing_cli.stripe_api.references import id_of

MOST_IMAGES, MOST_FEATURES = 8, 15
FEATURE = "feature"
"""The field of what a product includes that has the lookup key of the feature."""
FORBIDDEN_IN_DESCRIPTOR = set("<>\\'\"*")
KEY = re.compile(r"[A-Za-z0-9_.\-]{1,255}$")


class ProductKind(StandardKind[Product, StripeProduct]):
    name = "product"
    section = "products"
    section_text = "Products by key; the key is the product's id in Stripe."
    is_usual = True
    model = Product
    object_type = StripeProduct
    path = "/v1/products"
    example = "give it at least a name"
    key_is_id = True
    names_within = ("price",)

    # ---- The file

    def check(self, key: str, content: Product, head: CatalogHead | None, report: Report) -> None:
        if not KEY.match(key):
            report((), f"{key} cannot be a product's id", "letters, digits, - _ and . only")
        if len(content.images) > MOST_IMAGES:
            report(("images",), f"{len(content.images)} images", f"Stripe keeps {MOST_IMAGES}")
        for number, image in enumerate(content.images):
            check_url(("images", number), image, report)
        if content.url:
            check_url(("url",), content.url, report)
        if len(content.marketing_features) > MOST_FEATURES:
            report(
                ("marketing_features",), f"{len(content.marketing_features)} features", f"Stripe keeps {MOST_FEATURES}"
            )
        if content.statement_descriptor:
            _check_descriptor(content.statement_descriptor, report)
        if content.package_dimensions:
            _check_dimensions(content.package_dimensions, report)
        check_metadata(content.metadata, report)

    def check_children(self, content: Product, children: Mapping[str, Mapping[str, Any]], report: Report) -> None:
        default, prices = content.default_price, children.get("prices", {})
        if len(",".join(children.get("features", {}))) > LONGEST_VALUE:
            report(("features",), "the features' keys together are longer than 500 characters", "use shorter keys")
        if default is None:
            return
        if default not in prices:
            hint = _nearest_price(default, list(prices)) if prices else "this product has no prices"
            report(("default_price",), f"this product has no price {default}", hint)
            return
        price = prices[default]
        if price and not price.active:
            report(
                ("default_price",), f"price {default} is not active", "Stripe takes only an active price as the default"
            )

    def names(self, entry: Entry[Product]) -> Iterator[tuple[str, str, Path]]:
        yield "product id", product_id(entry), ("id",) if entry.adopted_id else ()

    def stamp(self, entry: Entry[Product], catalog: str) -> Stamp:
        return Stamp(catalog, entry.key, parts=features_of(entry))

    # ---- The account

    def read(self, reader: AccountReader, entries_by_kind: EntriesByKind, whole: bool) -> ReadResult[StripeProduct]:
        """Read the catalog's products and as many others as a list of about that length shows."""
        ids = {product_id(entry) for entry in entries_by_kind[self.name]}
        budget = calls_for(len(ids)) + 2
        objects: dict[str, StripeProduct] = {}
        for number, page in enumerate(reader.pages(self.object_type, self.path, {}), 1):
            objects |= by_id(page)
            if is_full(page) and number >= budget and not whole:
                break
        else:
            return ReadResult(objects)
        missing_ids = sorted(ids - objects.keys())
        for page in reader.each(
            lambda batch: reader.page(self.object_type, self.path, {"ids": batch})[0], batches(missing_ids)
        ):
            objects |= by_id(page)
        return ReadResult(objects, complete=False)

    def blocks(self, product: StripeProduct, *, is_ours: bool) -> Iterator[tuple[str, Blocker]]:
        """Yield the default price, which cannot be archived."""
        default = _default_id(product)
        if default:
            yield (
                default,
                Blocker(
                    product["id"],
                    f"{default} stays active: it is the default price of product {product['id']}, and Stripe "
                    "archives no default price. Name another `default_price` in the file.",
                ),
            )

    def object_references(self, product: StripeProduct) -> Iterator[tuple[str, str]]:
        default = _default_id(product)
        if default:
            yield "price", default

    def file_values(self, key: str, product: StripeProduct, file: ImportFile) -> dict[str, Any]:
        values, default = super().file_values(key, product, file), _default_id(product)
        if default is None:
            return values
        return {**values, "default_price": file.key_of("price", default).removeprefix(f"{key}.")}

    def match(self, matcher: Matcher[StripeProduct], entry: Entry[Product]) -> Match[StripeProduct]:
        return match_by_id(matcher, entry, product_id(entry))

    # ---- Planning

    def plan_links(
        self,
        entry: Entry[Product],
        match: Match[StripeProduct],
        change: Change | None,
        builder: PlanBuilder,
        *,
        is_planned: bool,
    ) -> Change | None:
        """Point the product to its default price, or to none, before its earlier default price is archived."""
        current = _default_id(match.current) if match.current else None
        successor = builder.successors.get(current) if current else None
        key = entry.content.default_price
        default_price = Reference("price", f"{entry.key}.{key}") if key else None
        if successor and (not is_planned or successor.reference == default_price):
            successor.change.operations.append(self._point_to_price(entry, successor.reference, current))
            return change
        is_right = (
            current is not None and builder.ids.get(default_price) == current if default_price else current is None
        )
        if is_right or not is_planned:
            return change
        if change is None:
            marks = builder.missing_marks.pop(entry.reference, {})
            change = builder.change(
                "update",
                self,
                entry.key,
                stripe_object=match.current,
                entry=entry,
                fields=marks,
                reason="differs from the file",
            )
            if marks and match.current:
                self.add_updates(change, entry, match, match.current, marks, builder)
        change.fields["default_price"] = FieldChange(builder.name_of(current), default_price and default_price.key)
        change.operations.append(self._point_to_price(entry, default_price, current))
        return change

    def _point_to_price(self, entry: Entry[Product], price: Reference | None, current: str | None) -> Operation:
        return Update(
            path=f"{self.path}/{product_id(entry)}",
            params={"default_price": price or ""},
            after=(entry.reference,),
            frees=(current,) if current else (),
        )

    def create_params(self, entry: Entry[Product], match: Match[StripeProduct], catalog: str) -> dict[str, Any]:
        return {"id": product_id(entry), **super().create_params(entry, match, catalog)}

    def update_params(
        self, fields: Mapping[str, FieldChange], match: Match[StripeProduct], product: StripeProduct
    ) -> Sequence[Mapping[str, Any]]:
        [params] = super().update_params(fields, match, product)
        if params.get("tax_details") == "" and "tax_code" not in params:
            # "" would clear the code
            before = cast(DetailsValue, fields["tax_details"].before)
            return [{**params, "tax_details": {"tax_code": before["tax_code"] or ""}}]
        return [params]

    def awaited_by(self, product: StripeProduct, fields: Mapping[str, FieldChange]) -> tuple[str, ...]:
        """Return the attachments: cut off before the mark of them is taken off, the next run still knows of them."""
        return (attachments_of(product["id"]),) if f"metadata.{PARTS}" in fields else ()

    def makes_usable(self, fields: Mapping[str, FieldChange]) -> bool:
        """Return whether the product is sold again: what archives it waits for its prices, and none for it."""
        return "active" in fields and bool(fields["active"].after)

    def find_created(
        self, api: StripeApi, create: Create[StripeProduct], params: Mapping[str, Any]
    ) -> StripeProduct | None:
        try:
            product = api.get(f"{self.path}/{params['id']}", kind=self.object_type)
        except NotFoundError:
            return None
        return product if stamp_of(product) == stamp_of(params) and product["name"] == params["name"] else None


def product_id(entry: AnyEntry) -> str:
    """Return the id of a product in Stripe, which is its key unless the file adopts another."""
    return entry.adopted_id or entry.key


def included_features(entry: AnyEntry) -> list[AnyEntry]:
    """Return the entries of the features that a product includes; their field `FEATURE` is a feature's lookup key."""
    return [child for child in entry.children if child.kind == "product_feature"]


def features_of(entry: AnyEntry) -> tuple[str, ...]:
    """Return the lookup keys of the features that a product includes."""
    return tuple(str(child.fields[FEATURE]) for child in included_features(entry))


def attachments_of(object_id: str) -> str:
    """Return the name under which operations free, and wait for, a product's attachments."""
    return f"{object_id}/features"


def _default_id(product: StripeProduct) -> str | None:
    return id_of(product["default_price"])


def _nearest_price(name: str, prices: list[str]) -> str:
    """Return what a name may have been meant for; other places name a price with its product, as `pro.monthly`."""
    own_key = name.rpartition(".")[2]
    return f"write {own_key}" if own_key in prices else nearest(name, prices)


def _check_descriptor(descriptor: str, report: Report) -> None:
    path: Path = ("statement_descriptor",)
    bad = sorted(set(descriptor) & FORBIDDEN_IN_DESCRIPTOR)
    if bad:
        report(path, f"{' '.join(bad)} cannot stand on a statement", "use other characters")
    if not any(letter.isalpha() and letter.isascii() for letter in descriptor):
        report(path, "a statement descriptor has at least one letter", "use a name that customers recognise")


def _check_dimensions(box: PackageDimensions, report: Report) -> None:
    for side in PackageDimensions.model_fields:
        size: Decimal = getattr(box, side)
        if size <= 0:
            report(("package_dimensions", side), f"{side} {size}", "a size is more than 0")
        elif size != round(size, 2):
            report(("package_dimensions", side), f"{side} {size}", "Stripe keeps two decimal places")
