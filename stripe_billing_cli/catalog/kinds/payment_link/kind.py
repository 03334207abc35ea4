"""Payment links: addresses where whoever has one buys (https://docs.stripe.com/api/payment-link).

The prices of a link never change (`stripe/params/_payment_link_update_params.py`): other prices make a new link at a
new address, which is asked about. The old one goes on selling, and its prices stay active, until `--retire-links`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, cast

from stripe_billing_cli.catalog.account_reader import AccountReader, ReadResult, by_id
from stripe_billing_cli.catalog.diff import FieldChange
from stripe_billing_cli.catalog.entries import Entry, Fields, FieldValue, Reference
from stripe_billing_cli.catalog.kinds.base import EntriesByKind
from stripe_billing_cli.catalog.kinds.head import CatalogHead
from stripe_billing_cli.catalog.kinds.importing import ImportFile, ImportScope, readable_key
from stripe_billing_cli.catalog.kinds.partial import PartialKind, key_of
from stripe_billing_cli.catalog.kinds.payment_link.items import (
    ItemValue,
    in_order,
    items_of,
    price_id,
    prices,
    quantity_params,
)
from stripe_billing_cli.catalog.kinds.payment_link.model import PaymentLink
from stripe_billing_cli.catalog.kinds.rules import Path, Report, check_currency, check_metadata, check_url
from stripe_billing_cli.catalog.kinds.usage import Seller
from stripe_billing_cli.catalog.match import Match
from stripe_billing_cli.catalog.plan import Change
from stripe_billing_cli.catalog.plan_builder import Blocker, PlanBuilder
from stripe_billing_cli.stripe_api.client import StripeApi
from stripe_billing_cli.stripe_api.objects.payment_links import LineItem
from stripe_billing_cli.stripe_api.objects.payment_links import PaymentLink as StripePaymentLink

ITEMS, RATES = ("line_items", "optional_items"), "shipping_options"
ID_PREFIXES = ("price_", "shr_")
MOST_PAGES = 10
"""So many pages of the account's links are looked at where the file names none."""
EXPANSION = {"expand": ["data.line_items"]}
MOST_ITEMS, MOST_OPTIONAL, MOST_FIELDS = 20, 10, 3
"""`stripe/params/_payment_link_create_params.py`; the items of both lists are twenty together."""
PLAIN: Mapping[str, Any] = {
    "allow_promotion_codes": False,
    "automatic_tax.enabled": False,
    "billing_address_collection": "auto",
    "customer_creation": "if_required",
    "payment_method_collection": "always",
    "phone_number_collection.enabled": False,
    "submit_type": "auto",
    "tax_id_collection": {"enabled": False, "required": "never"},
}
"""The fields of a new link of which its creation says nothing, which no file needs to say."""


class PaymentLinkKind(PartialKind[PaymentLink, StripePaymentLink]):
    name = "payment_link"
    section = "payment_links"
    section_text = "Payment links by key. What one does not name is left as it is."
    dependencies = ("price", "shipping_rate")
    model = PaymentLink
    object_type = StripePaymentLink
    path = "/v1/payment_links"
    example = "such as {line_items: [pro.monthly]}"
    named_by = "url"
    retire_option = "--retire-links"
    naming_fields = (*ITEMS, RATES)
    fixed_fields = frozenset(
        {
            "currency",
            "managed_payments.enabled",
            "payment_intent_data.capture_method",
            "subscription_data.description",
        }
    )

    # ---- The file

    def check(self, key: str, content: PaymentLink, head: CatalogHead | None, report: Report) -> None:
        count, optional = len(content.line_items), len(content.optional_items or ())
        if not count:
            report(("line_items",), "it sells nothing", "name a price: [pro.monthly]")
        if count + optional > MOST_ITEMS:
            report(("line_items",), f"{count + optional} items", f"Stripe takes {MOST_ITEMS}, optional ones included")
        if optional > MOST_OPTIONAL:
            report(("optional_items",), f"{optional} items", f"Stripe takes {MOST_OPTIONAL}")
        if len(content.custom_fields or ()) > MOST_FIELDS:
            report(("custom_fields",), f"{len(content.custom_fields or ())} fields", f"Stripe takes {MOST_FIELDS}")
        after = content.after_completion
        if after and after.redirect:
            check_url(("after_completion", "redirect", "url"), after.redirect.url, report)
        if after and after.redirect and (after.type == "hosted_confirmation" or after.hosted_confirmation):
            report(("after_completion",), "a redirect and a confirmation", "only one of the two follows a payment")
        if after and after.type == "redirect" and not after.redirect:
            report(("after_completion",), "a redirect without its page", "add redirect: {url: https://…}")
        if content.currency is not None:
            check_currency(("currency",), content.currency, report)
        check_metadata(content.metadata, report)

    def refers_to(self, entry: Entry[PaymentLink]) -> Iterator[tuple[str, str, Path]]:
        for name in ITEMS:
            for number, item in enumerate(getattr(entry.content, name) or ()):
                if not item.price.startswith("price_"):
                    yield "price", item.price, (name, number, "price")
        for number, rate in enumerate(entry.content.shipping_options or ()):
            if not rate.startswith("shr_"):
                yield "shipping_rate", rate, (RATES, number)

    def linked_fields(self, entry: Entry[PaymentLink], ids: Mapping[Reference, str | None]) -> Fields:
        fields = dict(entry.fields)
        for name in ITEMS:
            if name in fields:
                fields[name] = in_order(
                    {**item, "price": _link("price", str(item["price"]), ids)} for item in items_of(fields[name])
                )
        if RATES in fields:
            fields[RATES] = [_link("shipping_rate", rate, ids) for rate in _rates(fields)]
        return fields

    # ---- The account

    def created_at(self, link: StripePaymentLink) -> int:
        return 0

    def read(self, reader: AccountReader, entries_by_kind: EntriesByKind, whole: bool) -> ReadResult[StripePaymentLink]:
        if not (whole or entries_by_kind[self.name]):
            return ReadResult()
        return ReadResult(by_id(self._all(reader)))

    def _all(self, reader: AccountReader) -> list[StripePaymentLink]:
        """Return all links with all their line items, of which a link has the first ones in it."""
        links = reader.all(self.object_type, self.path, EXPANSION)
        first_pages = [(one["id"], items) for one in links if (items := one["line_items"]) and items["has_more"]]
        lists = reader.each(lambda one: reader.all(LineItem, f"{self.path}/{one[0]}/line_items"), first_pages)
        for (_, items), all_items in zip(first_pages, lists, strict=True):
            items["data"] = all_items
        return links

    def points_at(self, link: StripePaymentLink) -> tuple[str, ...]:
        return tuple(sorted(_prices_of(self.existing_fields(link))))

    def blocks(self, link: StripePaymentLink, *, is_ours: bool) -> Iterator[tuple[str, Blocker]]:
        """Yield the prices that a catalog's link sells: archived, they would close its page."""
        if not (link["active"] and is_ours):
            return
        for price in self.points_at(link):
            note = (
                f"{price} stays active: the payment link {link['url']} sells it. {self.retire_option} closes links "
                "that others have taken the place of."
            )
            yield price, Blocker(link["id"], note)

    def sellers(self, api: StripeApi) -> Iterator[Seller]:
        """Yield the active links."""
        for page in islice(api.pages(self.path, {"active": True, **EXPANSION}, kind=self.object_type), MOST_PAGES):
            for link in page:
                yield Seller(link, f"the payment link {link['url']}", self.points_at(link))

    def address(self, link: StripePaymentLink) -> str | None:
        return link["url"]

    # ---- Import

    def read_all(self, reader: AccountReader, scope: ImportScope) -> Iterable[StripePaymentLink]:
        return self._all(reader)

    def object_references(self, link: StripePaymentLink) -> Iterator[tuple[str, str]]:
        fields = self.existing_fields(link)
        yield from (("price", price) for price in sorted(_prices_of(fields)))
        yield from (("shipping_rate", rate) for rate in _rates(fields))

    def key_text(self, link: StripePaymentLink, file: ImportFile) -> str:
        """Return the key of the first price: a link has no name."""
        price = prices(items_of(self.existing_fields(link)["line_items"]))[0]
        key = file.key_of("price", price)
        return readable_key(self.name if key == price else key)

    def file_fields(self, link: StripePaymentLink, file: ImportFile) -> Fields:
        fields = self.existing_fields(link)
        items = {
            name: in_order(
                {**item, "price": file.key_of("price", str(item["price"]))} for item in items_of(fields[name])
            )
            for name in ITEMS
        }
        return {**fields, **items, RATES: [file.key_of("shipping_rate", rate) for rate in _rates(fields)]}

    def is_noise(self, name: str, fields: Fields) -> bool:
        if name == "invoice_creation":
            creation = cast(Fields | None, fields[name])
            return not (creation and creation["enabled"])
        return fields[name] == PLAIN.get(name, ...) or (name == "currency" and bool(fields["line_items"]))

    # ---- Planning

    def has_same_terms(self, entry: Entry[PaymentLink], link: StripePaymentLink) -> bool:
        """Leave an old link alone: nobody can tell any more which of several addresses is the right one."""
        return False

    def with_keys(self, name: str, value: FieldValue, builder: PlanBuilder) -> FieldValue:
        if value is None:
            return None
        if name == RATES:
            return [key_of("shipping_rate", rate, builder) for rate in _rates_in(value)]
        return in_order({**item, "price": key_of("price", item["price"], builder)} for item in items_of(value))

    def plan_replacement(
        self,
        entry: Entry[PaymentLink],
        match: Match[StripePaymentLink],
        current: StripePaymentLink,
        fields: Mapping[str, FieldChange],
        fixed_names: list[str],
        builder: PlanBuilder,
    ) -> Change:
        change = super().plan_replacement(entry, match, current, fields, fixed_names, builder)
        change.fields["url"] = FieldChange(current["url"], None)
        if current["active"]:
            becomes = "is closed" if self.retires_replaced(builder) else f"goes on selling until {self.retire_option}"
            change.question = f"payment link {entry.key} moves to a new address; {current['url']} {becomes}"
        return change

    def plan_supersession(
        self, entry: Entry[PaymentLink], current: StripePaymentLink | None, old: StripePaymentLink, builder: PlanBuilder
    ) -> None:
        if self.retires_replaced(builder):
            super().plan_supersession(entry, current, old, builder)
            return
        place_text = f"beside {current['url']}" if current else "beside the new one"
        builder.note(f"{entry.key}: {old['url']} goes on selling {place_text}; {self.retire_option} closes it.", entry)

    # ---- Fields

    def find_fixed(self, fields: Mapping[str, FieldChange]) -> list[str]:
        items = fields.get("line_items")
        others = ["line_items"] if items and prices(items_of(items.before)) != prices(items_of(items.after)) else []
        return others + super().find_fixed(fields)

    # ---- Operations

    def update_params(
        self, fields: Mapping[str, FieldChange], match: Match[StripePaymentLink], link: StripePaymentLink
    ) -> Sequence[Mapping[str, Any]]:
        [params] = super().update_params(fields, match, link)
        if "line_items" not in fields:
            return [params]
        assert link["line_items"] is not None  # they are asked for wherever links are read
        ids = {price_id(item): item["id"] for item in link["line_items"]["data"]}
        before, after = items_of(fields["line_items"].before), items_of(fields["line_items"].after)
        changed_items = [{"id": ids[str(item["price"])], **_quantities(item)} for item in after if item not in before]
        return [{**params, "line_items": changed_items}]

    def freed_by(self, link: StripePaymentLink, fields: Mapping[str, FieldChange]) -> tuple[str, ...]:
        """Return the prices of optional items, and the shipping rates, that are not offered any more."""
        freed_ids: tuple[str, ...] = ()
        if "optional_items" in fields:
            before, after = items_of(fields["optional_items"].before), items_of(fields["optional_items"].after)
            line_item_prices = set(prices(items_of(self.existing_fields(link)["line_items"])))
            freed_ids += tuple(sorted(set(prices(before)) - set(prices(after)) - line_item_prices))
        if RATES in fields:
            rates = _rates_in(fields[RATES].after)
            freed_ids += tuple(rate for rate in _rates_in(fields[RATES].before) if rate not in rates)
        return freed_ids

    # ---- Showing

    def title(self, change: Change) -> str:
        return self.form("line_items").show(change.fields["line_items"].after, "")

    def is_in_title(self, change: Change, name: str) -> bool:
        return name == "line_items" or super().is_in_title(change, name)

    def show(self, change: Change, name: str, value: FieldValue) -> str:
        if name == "url":
            return str(value or "a new address")
        return super().show(change, name, value)


def _link(kind: str, key: str, ids: Mapping[Reference, str | None]) -> str | Reference:
    if key.startswith(ID_PREFIXES):
        return key
    reference = Reference(kind, key)
    return ids.get(reference) or reference


def _quantities(item: ItemValue) -> dict[str, Any]:
    """Return the parameters of a line item that exists; what customers may not change any more is said."""
    params = quantity_params(item)
    return params if "adjustable_quantity" in params else {**params, "adjustable_quantity": {"enabled": False}}


def _rates_in(value: FieldValue) -> list[str]:
    return cast(list[str], value or [])


def _rates(fields: Fields) -> list[str]:
    """Return the shipping rates of a link, which are ids, or keys of the file."""
    return _rates_in(fields[RATES])


def _prices_of(fields: Fields) -> set[str]:
    return {price for name in ITEMS for price in prices(items_of(fields[name]))}
