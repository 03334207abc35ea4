"""Customer portal configurations: what customers may do by themselves
(https://docs.stripe.com/api/customer_portal/configurations).

A configuration is recognised by its stamp, changes in place, and is deactivated and never deleted. The account's
default is adopted by `id: default`. A price that is replaced is moved in it before it is archived.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any

from stripe_billing_cli.catalog.account_reader import AccountReader, Objects, ReadResult, by_id
from stripe_billing_cli.catalog.diff import FieldChange
from stripe_billing_cli.catalog.entries import AnyEntry, Entry, Fields, FieldValue, Reference
from stripe_billing_cli.catalog.kinds.base import EntriesByKind
from stripe_billing_cli.catalog.kinds.head import CatalogHead
from stripe_billing_cli.catalog.kinds.importing import ImportFile, ImportScope
from stripe_billing_cli.catalog.kinds.partial import PartialKind, key_of
from stripe_billing_cli.catalog.kinds.portal.model import (
    BusinessProfile,
    PortalConfiguration,
    PortalFeatures,
    SubscriptionCancel,
    SubscriptionUpdate,
)
from stripe_billing_cli.catalog.kinds.portal.products import Offer, OfferValue, in_order, offers_of, price_key
from stripe_billing_cli.catalog.kinds.product import product_id
from stripe_billing_cli.catalog.kinds.rules import Path, Report, check_metadata, check_url
from stripe_billing_cli.catalog.match import Match, Matcher, check_adoption, match_by_stamp
from stripe_billing_cli.catalog.plan import Change, Update, references
from stripe_billing_cli.catalog.plan_builder import PlanBuilder
from stripe_billing_cli.stripe_api.objects.portal import PortalConfiguration as StripePortalConfiguration

DEFAULT = "default"
"""The `id:` of the account's default configuration, whose id in Stripe is another in every account."""
PRODUCTS = "features.subscription_update.products"
MOST_PRODUCTS = 10
"""`products` of `stripe/params/billing_portal/_configuration_create_params.py`."""
REASON = "features.subscription_cancel.cancellation_reason"
OF_A_NEW_ONE: Mapping[str, Any] = {
    "features.subscription_cancel.mode": "at_period_end",
    "features.subscription_cancel.proration_behavior": "none",
    "features.subscription_pause.duration.type": "indefinite",
    "features.subscription_update.billing_cycle_anchor": "unchanged",
    "features.subscription_update.proration_behavior": "none",
    "features.subscription_update.trial_update_behavior": "end_trial",
}
"""The fields of a new configuration of which its creation says nothing."""
EXPANSION = {"expand": [f"data.{PRODUCTS}", "data.features.subscription_update.schedule_at_period_end"]}
"""The fields that Stripe answers only where they are asked for."""


class PortalConfigurationKind(PartialKind[PortalConfiguration, StripePortalConfiguration]):
    name = "portal_configuration"
    section = "portal_configurations"
    section_text = "Customer portal configurations by key. What one does not name is left as it is."
    dependencies = ("product", "price")
    model = PortalConfiguration
    object_type = StripePortalConfiguration
    path = "/v1/billing_portal/configurations"
    naming_fields = (PRODUCTS,)
    example = "such as {features: {invoice_history: {enabled: true}}}"

    # ---- The file

    def check(self, key: str, content: PortalConfiguration, head: CatalogHead | None, report: Report) -> None:
        profile = content.business_profile or BusinessProfile()
        for path, url in (
            (("default_return_url",), content.default_return_url),
            (("business_profile", "privacy_policy_url"), profile.privacy_policy_url),
            (("business_profile", "terms_of_service_url"), profile.terms_of_service_url),
        ):
            if url:
                check_url(path, url, report)
        if content.features:
            _check_features(content.features, report, is_new=content.id is None)
        elif content.id is None:
            report((), "a new configuration says what customers may do", "add `features:`")
        check_metadata(content.metadata, report)

    def refers_to(self, entry: Entry[PortalConfiguration]) -> Iterator[tuple[str, str, Path]]:
        for number, offer in enumerate(_offers(entry.content)):
            path: Path = (*PRODUCTS.split("."), number)
            if not offer.product.startswith("prod_"):
                yield "product", offer.product, (*path, "product")
            for at, price in enumerate(offer.prices or ()):
                if not price.startswith("price_"):
                    yield "price", price_key(offer.product, price), (*path, "prices", at)

    def resolve(self, entry: Entry[PortalConfiguration], entries: Mapping[Reference, AnyEntry]) -> Fields:
        """Return the fields with products by their ids, and all prices of a product where none is named."""
        if PRODUCTS not in entry.fields:
            return dict(entry.fields)
        offers = [
            _resolve_offer(offer, value, entries)
            for offer, value in zip(_offers(entry.content), offers_of(entry.fields[PRODUCTS]), strict=True)
        ]
        return {**entry.fields, PRODUCTS: offers}

    def linked_fields(self, entry: Entry[PortalConfiguration], ids: Mapping[Reference, str | None]) -> Fields:
        if PRODUCTS not in entry.fields:
            return dict(entry.fields)
        offers = [
            {**offer, "prices": [_link(price, ids) for price in offer["prices"]]}
            for offer in offers_of(entry.fields[PRODUCTS])
        ]
        return {**entry.fields, PRODUCTS: offers}

    # ---- The account

    def read(
        self, reader: AccountReader, entries_by_kind: EntriesByKind, whole: bool
    ) -> ReadResult[StripePortalConfiguration]:
        entries = entries_by_kind[self.name]
        if not (whole or entries):
            return ReadResult()
        objects = by_id(reader.all(self.object_type, self.path, EXPANSION))
        has_default = any(one["is_default"] for one in objects.values())
        if not has_default and any(entry.adopted_id == DEFAULT for entry in entries):
            objects |= by_id(reader.all(self.object_type, self.path, {"is_default": True, **EXPANSION}))
        return ReadResult(objects)

    def read_pointing(
        self, reader: AccountReader, replaced_ids: Collection[str]
    ) -> Iterable[StripePortalConfiguration]:
        return [
            one
            for one in reader.all(self.object_type, self.path, EXPANSION)
            if _prices(self._read_offers(one)) & set(replaced_ids)
        ]

    def is_unmanaged(
        self, configuration: StripePortalConfiguration, objects: Objects, named_ids: Collection[str]
    ) -> bool:
        """Leave out the default: every account has one, and Stripe does not deactivate it."""
        return self.is_active(configuration) and not configuration["is_default"]

    def match(
        self, matcher: Matcher[StripePortalConfiguration], entry: Entry[PortalConfiguration]
    ) -> Match[StripePortalConfiguration]:
        if entry.adopted_id != DEFAULT:
            return match_by_stamp(matcher, entry)
        default = next((one for one in matcher.objects.values() if one["is_default"]), None)
        if default is None:
            matcher.refuse(
                entry,
                f"{self.name} {entry.key} adopts the account's default, and this account has none yet",
                "save it once: https://dashboard.stripe.com/test/settings/billing/portal",
            )
            return Match()
        check_adoption(matcher, entry, default)
        earlier = [one for one in matcher.candidates(entry) if one["id"] != default["id"]]
        return Match(default, tuple(earlier))

    # ---- Import

    def read_all(self, reader: AccountReader, scope: ImportScope) -> Iterable[StripePortalConfiguration]:
        return reader.all(self.object_type, self.path, EXPANSION)

    def object_references(self, configuration: StripePortalConfiguration) -> Iterator[tuple[str, str]]:
        for offer in self._read_offers(configuration):
            yield "product", offer["product"]
            yield from (("price", str(price)) for price in offer["prices"])

    def key_text(self, configuration: StripePortalConfiguration, file: ImportFile) -> str:
        return DEFAULT if configuration["is_default"] else super().key_text(configuration, file)

    def adopted_id(self, key: str, configuration: StripePortalConfiguration, file: ImportFile) -> str | None:
        return DEFAULT if configuration["is_default"] else super().adopted_id(key, configuration, file)

    def file_fields(self, configuration: StripePortalConfiguration, file: ImportFile) -> Fields:
        fields = self.existing_fields(configuration)
        offers = [_in_file(offer, file) for offer in offers_of(fields[PRODUCTS])]
        return {**fields, PRODUCTS: in_order(offers)}

    def is_noise(self, name: str, fields: Fields) -> bool:
        """Leave out what is switched off, with its settings, and what a new configuration has by itself."""
        if name == "login_page.enabled":
            return not fields[name]
        section, _, rest = name.partition(".")
        if section == "features" and not fields[f"features.{rest.partition('.')[0]}.enabled"]:
            return True
        if name.startswith(f"{REASON}.") and not fields[f"{REASON}.enabled"]:
            return True
        return name in OF_A_NEW_ONE and fields[name] == OF_A_NEW_ONE[name]

    # ---- Planning

    def with_keys(self, name: str, value: FieldValue, builder: PlanBuilder) -> FieldValue:
        if value is None:
            return None
        return in_order(
            {
                **offer,
                "product": builder.name_of(offer["product"]) or offer["product"],
                "prices": [key_of("price", price, builder) for price in offer["prices"]],
            }
            for offer in offers_of(value)
        )

    def plan_links(
        self,
        entry: Entry[PortalConfiguration],
        match: Match[StripePortalConfiguration],
        change: Change | None,
        builder: PlanBuilder,
        *,
        is_planned: bool,
    ) -> Change | None:
        """Move replaced prices where the file does not name the products, or the entry is not to be changed."""
        configuration = match.current
        if is_planned and PRODUCTS in entry.fields:
            for operation in change.operations if change else ():
                operation.after += _offered_entries(offers_of(entry.fields[PRODUCTS]), builder)
            return change
        if configuration is None:
            return change
        move = self._move(configuration, builder)
        if move is None:
            return change
        if not is_planned:
            builder.successors[move.frees[0]].change.operations.append(move)
            return change
        change = change or builder.change(
            "update",
            self,
            entry.key,
            stripe_object=configuration,
            entry=entry,
            fields={},
            reason="a price in it is replaced",
        )
        self._add_move(change, configuration, move, builder)
        return change

    def plan_unnamed(self, configuration: StripePortalConfiguration, builder: PlanBuilder) -> None:
        """Move replaced prices in a configuration that the file does not name; another catalog's is left to it."""
        move = self._move(configuration, builder) if self.is_active(configuration) else None
        stamp = self.stamp_on(configuration)
        if move is None:
            return
        if stamp and stamp.catalog != builder.catalog:
            prices = ", ".join(sorted(move.frees))
            builder.note(
                f"{self.name} {configuration['id']} of catalog {stamp.catalog} offers {prices}, and goes on doing so: "
                "customers cannot switch to a price that is archived. Move it there.",
                warning=True,
            )
            return
        change = builder.change(
            "update",
            self,
            configuration["id"],
            stripe_object=configuration,
            entry=None,
            fields={},
            reason="a price in it is replaced; the file does not name it",
        )
        self._add_move(change, configuration, move, builder)

    def _read_offers(self, configuration: StripePortalConfiguration) -> list[OfferValue]:
        return offers_of(self.existing_fields(configuration)[PRODUCTS])

    def _move(self, configuration: StripePortalConfiguration, builder: PlanBuilder) -> Update | None:
        """Return the update that puts successors in the place of replaced prices; None where none is offered."""
        offers = self._read_offers(configuration)
        prices = [price for offer in offers for price in map(str, offer["prices"]) if price in builder.successors]
        if not prices:
            return None
        after = _follow_successors(offers, builder)
        return Update(
            path=f"{self.path}/{configuration['id']}",
            params=self._params({PRODUCTS: after}),
            frees=tuple(prices),
            after=_offered_entries(after, builder),
        )

    def _add_move(
        self, change: Change, configuration: StripePortalConfiguration, move: Update, builder: PlanBuilder
    ) -> None:
        offers = self._read_offers(configuration)
        after = _follow_successors(offers, builder)
        change.fields[PRODUCTS] = FieldChange(
            self.with_keys(PRODUCTS, offers, builder), self.with_keys(PRODUCTS, after, builder)
        )
        change.operations.append(move)

    def waits_for(self, entry: Entry[PortalConfiguration]) -> tuple[Reference, ...]:
        prices = tuple(references(entry.fields.get(PRODUCTS)))
        return (*super().waits_for(entry), *prices)

    def freed_by(self, configuration: StripePortalConfiguration, fields: Mapping[str, FieldChange]) -> tuple[str, ...]:
        """Return the prices that are not offered any more."""
        field_change = fields.get(PRODUCTS)
        if field_change is None:
            return ()
        return tuple(_prices(offers_of(field_change.before)) - _prices(offers_of(field_change.after)))


def _check_features(features: PortalFeatures, report: Report, *, is_new: bool) -> None:
    for name in PortalFeatures.model_fields:
        feature = getattr(features, name)
        if is_new and feature and feature.enabled is None:
            report(("features", name), "enabled is missing", "add `enabled:`: Stripe asks for it in a new one")
    cancel = features.subscription_cancel or SubscriptionCancel()
    reason = cancel.cancellation_reason
    if is_new and reason and (reason.enabled is None or reason.options is None):
        path = ("features", "subscription_cancel", "cancellation_reason")
        report(path, "enabled or options is missing", "add both: Stripe asks for them in a new one")
    path = ("features", "subscription_cancel", "proration_behavior")
    if cancel.proration_behavior == "always_invoice":
        report(path, "Stripe takes no always_invoice here", "write create_prorations, or none")
    elif cancel.proration_behavior == "create_prorations" and cancel.mode == "at_period_end":
        report(path, "create_prorations goes with mode: immediately only", "write none, or change the mode")
    offers = (features.subscription_update or SubscriptionUpdate()).products or []
    if len(offers) > MOST_PRODUCTS:
        report(tuple(PRODUCTS.split(".")), f"{len(offers)} products", f"Stripe takes {MOST_PRODUCTS} at most")


def _offers(content: PortalConfiguration) -> Sequence[Offer]:
    """Return the products that the file names, in the order of the canonical field."""
    update = content.features and content.features.subscription_update
    return (update and update.products) or []


def _resolve_offer(offer: Offer, value: OfferValue, entries: Mapping[Reference, AnyEntry]) -> OfferValue:
    product = entries.get(Reference("product", offer.product))
    prices: list[str | Reference] = [
        price if price.startswith("price_") else Reference("price", price_key(offer.product, price))
        for price in offer.prices or ()
    ]
    if offer.prices is None and product:
        prices = [
            child.reference
            for child in product.children
            if child.kind == "price" and child.fields["active"] and child.fields["recurring"]
        ]
    return {**value, "product": product_id(product) if product else offer.product, "prices": prices}


def _link(price: str | Reference, ids: Mapping[Reference, str | None]) -> str | Reference:
    return (ids.get(price) if isinstance(price, Reference) else None) or price


def _in_file(offer: OfferValue, file: ImportFile) -> OfferValue:
    """Return an offer with the keys by which a file says its product and prices."""
    product = file.key_of("product", offer["product"])
    prices = [file.key_of("price", str(price)).removeprefix(f"{product}.") for price in offer["prices"]]
    return {**offer, "product": product, "prices": prices}


def _successor(price: str | Reference, builder: PlanBuilder) -> str | Reference:
    successor = builder.successors.get(str(price))
    if successor is None:
        return price
    return builder.ids.get(successor.reference) or successor.reference


def _follow_successors(offers: Sequence[OfferValue], builder: PlanBuilder) -> list[OfferValue]:
    """Return offers with the successors of replaced prices in their places, each once: it may be offered already."""
    return [
        {**offer, "prices": list(dict.fromkeys(_successor(price, builder) for price in offer["prices"]))}
        for offer in offers
    ]


def _offered_entries(offers: Sequence[OfferValue], builder: PlanBuilder) -> tuple[Reference, ...]:
    """Return the file's prices that are offered and exist: one that is revived is active before it is offered."""
    price_ids = _prices(offers)
    return tuple(reference for reference, id in builder.ids.items() if reference.kind == "price" and id in price_ids)


def _prices(offers: Sequence[OfferValue]) -> set[str]:
    return {price for offer in offers for price in offer["prices"] if isinstance(price, str)}
