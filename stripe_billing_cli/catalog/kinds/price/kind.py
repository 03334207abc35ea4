"""The kind of prices: how they are matched with Stripe's, read, written and shown.

A price is the one on its product that carries the stamp of its key, whatever its lookup key says; failing that, the
holder of its lookup key.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any

from stripe_billing_cli.catalog.account_reader import AccountReader, Objects, ReadResult, by_id, objects_of
from stripe_billing_cli.catalog.diff import FieldChange
from stripe_billing_cli.catalog.entries import AnyEntry, Entry, Fields, Reference
from stripe_billing_cli.catalog.kinds.base import EntriesByKind
from stripe_billing_cli.catalog.kinds.head import CatalogHead, default_currency, default_tax_behavior
from stripe_billing_cli.catalog.kinds.importing import ImportFile, ImportScope, readable_key
from stripe_billing_cli.catalog.kinds.price.forms import price_values, show_period
from stripe_billing_cli.catalog.kinds.price.importing import has_more_tiers, interval_key, with_all_tiers
from stripe_billing_cli.catalog.kinds.price.model import Price
from stripe_billing_cli.catalog.kinds.price.reading import FilePrice, PriceQuery
from stripe_billing_cli.catalog.kinds.price.review import warnings_of
from stripe_billing_cli.catalog.kinds.price.rules import KEY, check_price
from stripe_billing_cli.catalog.kinds.product import product_id
from stripe_billing_cli.catalog.kinds.rules import Path, Report
from stripe_billing_cli.catalog.kinds.standard import StandardKind
from stripe_billing_cli.catalog.kinds.usage import Usage
from stripe_billing_cli.catalog.match import Match, Matcher, check_adoption, earlier_objects
from stripe_billing_cli.catalog.ownership import stamp_of
from stripe_billing_cli.catalog.plan import Change, Create, Move
from stripe_billing_cli.catalog.plan_builder import PlanBuilder
from stripe_billing_cli.stripe_api.client import StripeApi
from stripe_billing_cli.stripe_api.errors import PermissionMissingError
from stripe_billing_cli.stripe_api.objects.catalog import Price as StripePrice
from stripe_billing_cli.stripe_api.objects.catalog import Product as StripeProduct
from stripe_billing_cli.stripe_api.objects.subscriptions import Subscription
from stripe_billing_cli.stripe_api.references import id_of

LONGEST_LOOKUP_KEY = 200
LARGE_ACCOUNT = 5000
"""So many prices an account is taken to have that is read whole; only how its list is cut follows from it."""


class PriceKind(StandardKind[Price, StripePrice]):
    name = "price"
    section = "prices"
    section_text = "Its prices by key."
    parent = "product"
    dependencies = ("product", "meter")
    is_usual = True
    model = Price
    object_type = StripePrice
    path = "/v1/prices"
    example = "such as {unit_amount: 1500, recurring: month}"
    unique_params = ("lookup_key",)
    is_subscribed_to = True
    title_fields = frozenset({"currency", "unit_amount", "recurring", "billing_scheme", "tiers_mode"})
    head_fields = ("currency", "tax_behavior")

    # ---- The file

    def check(self, key: str, content: Price, head: CatalogHead | None, report: Report) -> None:
        currency = content.currency or default_currency(head)
        if currency is not None or head is not None:
            check_price(key, content, currency, report)

    def currency(self, values: Mapping[str, Any], head: CatalogHead | None) -> str | None:
        currency: str | None = values.get("currency", default_currency(head))
        return currency

    def complete(self, key: str, content: Price, head: CatalogHead | None) -> Price:
        defaults = {
            "lookup_key": content.lookup_key if "lookup_key" in content.model_fields_set else key,
            "currency": content.currency or default_currency(head) or "",
            "tax_behavior": content.tax_behavior or default_tax_behavior(head),
        }
        return content.model_copy(update=defaults)

    def check_entry(self, entry: Entry[Price], report: Report) -> None:
        if len(price_values(entry.fields)["lookup_key"] or "") > LONGEST_LOOKUP_KEY:
            report((), "its lookup key would be longer than 200 characters", "give it a `lookup_key:`")

    def names(self, entry: Entry[Price]) -> Iterator[tuple[str, str, Path]]:
        lookup_key = price_values(entry.fields)["lookup_key"]
        if lookup_key:
            yield "lookup key", lookup_key, ("lookup_key",) if lookup_key != entry.key else ()
        if entry.adopted_id:
            yield "price id", entry.adopted_id, ("id",)

    def refers_to(self, entry: Entry[Price]) -> Iterator[tuple[str, str, Path]]:
        recurring = entry.content.recurring
        if recurring and recurring.meter and not recurring.meter.startswith("mtr_"):
            yield "meter", recurring.meter, ("recurring", "meter")

    def linked_fields(self, entry: Entry[Price], ids: Mapping[Reference, str | None]) -> Fields:
        recurring = price_values(entry.fields)["recurring"]
        meter = next((Reference(kind, key) for kind, key, _ in self.refers_to(entry)), None)
        if recurring is None or meter is None:
            return dict(entry.fields)
        return {**entry.fields, "recurring": {**recurring, "meter": ids.get(meter) or meter}}

    # ---- The account

    def read(self, reader: AccountReader, entries_by_kind: EntriesByKind, whole: bool) -> ReadResult[StripePrice]:
        """Read a small account whole; of a large one, what there is of the file's products and lookup keys."""
        entries = entries_by_kind[self.name]
        expansion = expansions(entries)
        list_params = {"expand": [f"data.{name}" for name in expansion]}
        if whole:
            result = reader.sweep(self.object_type, self.path, list_params, expected_count=len(entries))
        else:
            account_products = reader.objects("product", StripeProduct)
            products = sorted({product_id(entry) for entry in entries_by_kind["product"]} & account_products.keys())
            prices = [_file_price(entry) for entry in entries]
            result = PriceQuery(self.path, list_params, products, prices).read(reader)
        objects = result.objects
        missing_ids = [entry.adopted_id for entry in entries if entry.adopted_id and entry.adopted_id not in objects]
        adopted_prices = reader.each(
            lambda one: reader.one(self.object_type, f"{self.path}/{one}", {"expand": expansion}), missing_ids
        )
        return ReadResult(objects | by_id(price for price in adopted_prices if price), result.complete)

    def read_all(self, reader: AccountReader, scope: ImportScope) -> Iterable[StripePrice]:
        list_params = {"expand": [f"data.{name}" for name in expansions(())]}
        if scope.parents:
            lists = reader.each(
                lambda product: reader.of_parent(self.object_type, self.path, {**list_params, "product": product}),
                sorted(scope.parents),
            )
            return (price for prices in lists for price in prices)
        result = reader.sweep(self.object_type, self.path, list_params, expected_count=LARGE_ACCOUNT)
        return result.objects.values()

    def read_rest(self, reader: AccountReader, prices: Iterable[StripePrice]) -> Iterable[StripePrice]:
        """Read the tiers of further currencies, which Stripe says only where each currency is named."""
        return reader.each(lambda price: with_all_tiers(self.path, reader, price), filter(has_more_tiers, prices))

    def is_on_offer(self, price: StripePrice, objects: Objects) -> bool:
        """Leave out what is of an archived product: nobody can buy it."""
        product = objects_of(objects, "product", StripeProduct).get(product_of(price))
        return price["active"] and product is not None and product["active"]

    def parent_id(self, price: StripePrice) -> str:
        return product_of(price)

    def object_references(self, price: StripePrice) -> Iterator[tuple[str, str]]:
        recurring = price["recurring"]
        if recurring and recurring["meter"]:
            yield "meter", recurring["meter"]

    def key_text(self, price: StripePrice, file: ImportFile) -> str:
        product, lookup_key = file.key_of("product", product_of(price)), price["lookup_key"]
        if lookup_key and lookup_key.startswith(f"{product}.") and KEY.match(lookup_key.removeprefix(f"{product}.")):
            return lookup_key.removeprefix(f"{product}.")
        key = readable_key(lookup_key or price["nickname"] or "").removeprefix(f"{readable_key(product)}-")
        return key or interval_key(price, file)

    def file_fields(self, price: StripePrice, file: ImportFile) -> Fields:
        fields = self.existing_fields(price)
        recurring = price_values(fields)["recurring"]
        if recurring and recurring["meter"]:
            return {**fields, "recurring": {**recurring, "meter": file.key_of("meter", str(recurring["meter"]))}}
        return fields

    def file_values(self, key: str, price: StripePrice, file: ImportFile) -> dict[str, Any]:
        values = super().file_values(key, price, file)
        lookup_key = price["lookup_key"]
        if lookup_key == key:
            values.pop("lookup_key")
        if lookup_key is not None:
            return values
        first: dict[str, Any] = {name: values[name] for name in ("id", "active", "nickname") if name in values}
        return {**first, "lookup_key": None, **values}

    def label(self, price: StripePrice) -> str:
        return price["nickname"] or price["lookup_key"] or f"of product {product_of(price)}"

    def points_at(self, price: StripePrice) -> tuple[str, ...]:
        return (product_of(price),)

    def is_unmanaged(self, price: StripePrice, objects: Objects, named_ids: Collection[str]) -> bool:
        """Leave out the default price of an archived product: nobody can buy it, and Stripe archives no default."""
        owner = objects_of(objects, "product", StripeProduct).get(product_of(price))
        off_sale = (
            owner is not None
            and not owner["active"]
            and owner["id"] not in named_ids
            and owner["default_price"] == price["id"]
        )
        return price["active"] and not off_sale

    def usage_of(self, api: StripeApi, price: StripePrice, *, count: bool) -> Usage:
        """Return how many subscriptions that are not canceled have a price: to a hundred, or all with `count`."""
        filters = {"price": price["id"]}
        try:
            if count:
                pages = api.pages("/v1/subscriptions", filters, kind=Subscription)
                users, more = sum(map(len, pages)), False
            else:
                page, more = api.page("/v1/subscriptions", filters, kind=Subscription)
                users = len(page)
        except PermissionMissingError:
            return Usage(f"subscriptions, if any (the key may not count them), stay on {price['id']}")
        if not users:
            return Usage(f"no subscription is on {price['id']}")
        if users == 1:
            return Usage(f"1 subscription stays on {price['id']}", "1 subscription")
        subscriptions = f"{'more than ' if more else ''}{users:,} subscriptions"
        return Usage(f"{subscriptions} stay on {price['id']}", subscriptions)

    # ---- Matching

    def match(self, matcher: Matcher[StripePrice], entry: Entry[Price]) -> Match[StripePrice]:
        product, lookup_key = _product_of_entry(entry), price_values(entry.fields)["lookup_key"]
        candidates = [price for price in matcher.candidates(entry) if product_of(price) == product]
        holder = matcher.index("lookup_key").get(lookup_key)
        if entry.adopted_id:
            current = self._find_adopted(matcher, entry, candidates)
        else:
            current = self._find_stamped(entry, candidates) or _find_renamed(matcher, product, holder)
        earlier = earlier_objects(matcher, entry, current, candidates)
        if holder is None or (current and holder["id"] == current["id"]):
            return Match(current, earlier)
        _check_holder(matcher, entry, holder)
        return Match(current, earlier, name_holder=holder)

    def _find_adopted(
        self, matcher: Matcher[StripePrice], entry: Entry[Price], candidates: list[StripePrice]
    ) -> StripePrice | None:
        """Return the price that the file adopts by id, or the one that replaced it since."""
        assert entry.adopted_id
        product = _product_of_entry(entry)
        heirs = [price for price in candidates if (stamp := stamp_of(price)) and stamp.adopted_id == entry.adopted_id]
        current = self._find_stamped(entry, heirs) or matcher.objects.get(entry.adopted_id)
        if current is None:
            matcher.refuse_missing(entry, entry.adopted_id)
            return None
        if product_of(current) != product:
            matcher.refuse(
                entry,
                f"price {entry.key} adopts {current['id']}, a price of product {product_of(current)} and not of "
                f"{product}",
                "a price cannot move: put it under its own product, or leave `id:` out to have a new price created",
                follows_from=entry.parent.reference if entry.parent else None,
            )
            return None
        check_adoption(matcher, entry, current)
        return current

    def _find_stamped(self, entry: Entry[Price], candidates: Sequence[StripePrice]) -> StripePrice | None:
        """Return, of the prices with a key's stamp, the holder of the lookup key, else the newest that is active.

        Where none is active and the file wants no lookup key, what is as the file wants it goes before what keeps the
        lookup key of earlier.
        """
        lookup_key = price_values(entry.fields)["lookup_key"]
        for price in candidates:
            if lookup_key and price["lookup_key"] == lookup_key:
                return price
        active = next((price for price in candidates if price["active"]), None)
        same_terms = (one for one in candidates if one["lookup_key"] == lookup_key and self.has_same_terms(entry, one))
        return active or next(same_terms, None) or next((price for price in candidates if price["lookup_key"]), None)

    # ---- Planning

    def review(
        self, entry: Entry[Price], match: Match[StripePrice], fields: Mapping[str, FieldChange], builder: PlanBuilder
    ) -> None:
        for warning in warnings_of(entry, match.current, fields):
            builder.note(f"{entry.key}: {warning}", entry, warning=True)

    # ---- Operations

    def create_params(self, entry: Entry[Price], match: Match[StripePrice], catalog: str) -> dict[str, Any]:
        params = {"product": _product_of_entry(entry), **super().create_params(entry, match, catalog)}
        has_key = match.current and match.current["lookup_key"] == params.get("lookup_key")
        if "lookup_key" in params and (match.name_holder or has_key):
            params["transfer_lookup_key"] = True
        return params

    def update_params(
        self, fields: Mapping[str, FieldChange], match: Match[StripePrice], price: StripePrice
    ) -> Sequence[Mapping[str, Any]]:
        [params] = super().update_params(fields, match, price)
        if "lookup_key" in params and match.name_holder:
            return [{**params, "transfer_lookup_key": True}]
        return [params]

    def moves(self, params: Mapping[str, Any], match: Match[StripePrice]) -> tuple[Move, ...]:
        holder = match.name_holder or match.current
        if holder is None or not params.get("transfer_lookup_key"):
            return ()
        return (Move("lookup_key", params["lookup_key"], holder["id"]),)

    def find_created(
        self, api: StripeApi, create: Create[StripePrice], params: Mapping[str, Any]
    ) -> StripePrice | None:
        lookup_key = params.get("lookup_key")
        filters = {"lookup_keys": [lookup_key]} if lookup_key else {"product": params["product"]}
        for price in api.page(self.path, filters, kind=StripePrice)[0]:
            if price["id"] in create.state or stamp_of(price) != stamp_of(params):
                continue
            same_place = price["product"] == params["product"] and price["active"] == params.get("active", True)
            same_amount = price["currency"] == params["currency"] and price["unit_amount"] == params.get("unit_amount")
            if same_place and same_amount:
                return price
        return None

    # ---- Showing

    def title(self, change: Change) -> str:
        after = price_values({name: field.after for name, field in change.fields.items()})
        recurring = after.get("recurring")
        per = f" / {show_period(recurring)}" if recurring else ", once"
        return f"{self._amount(change)}{per}"

    def _amount(self, change: Change) -> str:
        currency = self.shown_currency(change)
        if amount := change.fields.get("unit_amount"):
            return self.form("unit_amount").show(amount.after, currency)
        if mode := change.fields.get("tiers_mode"):
            return f"{mode.after} tiers in {currency}"
        return f"an amount in {currency}"

    def is_in_title(self, change: Change, name: str) -> bool:
        if name == "lookup_key":
            return change.fields[name].after == change.key
        return super().is_in_title(change, name)

    def shown_currency(self, change: Change) -> str:
        return str(change.entry.fields["currency"]) if change.entry else ""


def expansions(entries: Sequence[AnyEntry]) -> list[str]:
    """Return the fields for which `expand` asks. The tiers of each currency are named."""
    currencies = {
        currency
        for entry in entries
        for currency, option in price_values(entry.fields)["currency_options"].items()
        if option["tiers"]
    }
    return ["tiers", "currency_options", *(f"currency_options.{currency}.tiers" for currency in sorted(currencies))]


def product_of(price: StripePrice) -> str:
    """Return the id of a price's product, expanded or not."""
    return id_of(price["product"])


def _file_price(entry: AnyEntry) -> FilePrice:
    return FilePrice(entry.key, _product_of_entry(entry), price_values(entry.fields)["lookup_key"])


def _product_of_entry(entry: AnyEntry) -> str:
    assert entry.parent
    return product_id(entry.parent)


def _find_renamed(matcher: Matcher[StripePrice], product: str, holder: StripePrice | None) -> StripePrice | None:
    """Return the lookup key's holder, where its key in the file was another one that is gone now."""
    stamp = stamp_of(holder) if holder else None
    if holder and stamp and matcher.is_ours(holder) and product_of(holder) == product:
        return holder if stamp.key not in matcher.keys else None
    return None


def _check_holder(matcher: Matcher[StripePrice], entry: Entry[Price], holder: StripePrice) -> None:
    if matcher.is_ours(holder):
        return
    description = f"price {holder['id']} of product {product_of(holder)}"
    foreign = stamp_of(holder) or product_of(holder) != _product_of_entry(entry)
    adopt = "" if foreign else f"to adopt it, give this price `id: {holder['id']}`; "
    matcher.refuse(
        entry,
        f"price {entry.key}: its lookup key {entry.fields['lookup_key']} is held by {description}, which "
        f"{matcher.owner(holder)}",
        f"{adopt}to keep them apart, give this price another `lookup_key:`",
    )
