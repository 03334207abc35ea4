"""Customers: what is sent to Stripe, and what is read about one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from stripe_billing_cli.stripe_api.client import Object, StripeApi
from stripe_billing_cli.subscriptions import once, references
from stripe_billing_cli.subscriptions.once import Intent
from stripe_billing_cli.subscriptions.references import Ambiguous, listed

PATH = "/v1/customers"
DEFAULT_CARD = "invoice_settings.default_payment_method"


@dataclass(frozen=True)
class Details:
    """What the user said of a customer: None is not said, "" unsets."""

    email: str | None = None
    name: str | None = None
    phone: str | None = None
    description: str | None = None
    address: Mapping[str, str] | None = None
    metadata: Mapping[str, str] | None = None

    def params(self) -> dict[str, Any]:
        said = {
            "email": self.email,
            "name": self.name,
            "phone": self.phone,
            "description": self.description,
            "address": self.address or None,
            "metadata": self.metadata or None,
        }
        return {name: value for name, value in said.items() if value is not None}


def creation(
    details: Details, *, tax_ids: Sequence[tuple[str, str]], test_clock: str | None, payment_method: str | None
) -> dict[str, Any]:
    """The parameters of the one call that creates a customer, card and tax ids included.

    Card and default in the same call: there is no moment at which the customer exists without its card, and a card
    that is refused makes no customer.
    """
    params = details.params()
    if tax_ids:
        params["tax_id_data"] = [{"type": type, "value": value} for type, value in tax_ids]
    if test_clock:
        params["test_clock"] = test_clock
    if payment_method:
        params["payment_method"] = payment_method
        params["invoice_settings"] = {"default_payment_method": payment_method}
    return params


@dataclass(frozen=True)
class Made:
    """`new` is false for a customer that was there before; `intent` is None where a run cannot be told from another."""

    customer: Object
    intent: Intent | None
    new: bool


def create(api: StripeApi, params: Mapping[str, Any], *, given_key: str | None, if_not_exists: bool) -> Made:
    """Create a customer, once. Raises `ReferenceRefused`, `OtherIntent`, `StripeFailure`.

    Without an email, nothing tells an unfinished run's customer from others: each run makes one, unless a key is given.
    """
    params = {**params, "expand": [DEFAULT_CARD]}
    email = params.get("email")
    if not email and given_key is None:
        return Made(api.post(PATH, params).body, None, new=True)
    intent = Intent(PATH, params, given_key)
    if not email:
        return Made(once.create(api, intent, (), read=list, holds=lambda one: True), intent, new=True)

    def held() -> list[Object]:
        if if_not_exists and "test_clock" not in params:
            return references.customers_with_email(api, email, expand=[DEFAULT_CARD])
        return _held(api, email, params.get("test_clock"))

    there = held()
    before = once.made_before(intent, there)
    if before is None and if_not_exists and there:
        before = _only(there, email)
    if before is not None:
        return Made(before, intent, new=False)
    made = once.create(api, intent, (one["id"] for one in there), read=held, holds=lambda one: not one.get("deleted"))
    return Made(made, intent, new=True)


def _held(api: StripeApi, email: str, test_clock: str | None) -> list[Object]:
    """The customers with this email; on a test clock, that clock's."""
    wanted: dict[str, Any] = {"email": email, "expand": [f"data.{DEFAULT_CARD}"]}
    if test_clock:
        wanted["test_clock"] = test_clock
    return api.page(PATH, wanted)[0]


def _only(found: Sequence[Object], email: str) -> Object:
    if len(found) > 1:
        ids = listed([customer["id"] for customer in found])
        raise Ambiguous(
            f"{len(found)} customers have the email {email} already: {ids}",
            "none was created; go on with one of them by its id",
        )
    return found[0]


def update(
    api: StripeApi,
    customer: Object,
    params: Mapping[str, Any],
    *,
    tax_ids: Sequence[tuple[str, str]],
    payment_method: str | None,
) -> Object:
    """Change a customer. Every step leads to the same state when it is run again: a card that is attached already
    stays so, a tax id that is there already is left alone.

    A test card (`pm_card_visa`) becomes a new card each time it is attached, as in Stripe.
    Raises `StripeFailure`.
    """
    id = customer["id"]
    changes = dict(params)
    if "address" in params:
        kept = {line: value for line, value in (customer["address"] or {}).items() if value}
        changes["address"] = {**kept, **params["address"]}
    if payment_method:
        attached = api.post(f"/v1/payment_methods/{payment_method}/attach", {"customer": id}).body
        changes["invoice_settings"] = {"default_payment_method": attached["id"]}
    if tax_ids:
        _add_tax_ids(api, id, tax_ids)
    after = api.post(f"{PATH}/{id}", {**changes, "expand": [DEFAULT_CARD]}).body
    if payment_method:
        _pay_all_by_default(api, id)
    return after


def _pay_all_by_default(api: StripeApi, customer: str) -> None:
    """A subscription that has a card of its own, from its first payment, would go on being paid by that
    (https://docs.stripe.com/billing/subscriptions/payment-methods-setting#payment-method-priority)."""
    for subscription in references.subscriptions_of(api, customer):
        if subscription["default_payment_method"] and not references.has_ended(subscription):
            api.post(f"/v1/subscriptions/{subscription['id']}", {"default_payment_method": ""})


def _add_tax_ids(api: StripeApi, customer: str, tax_ids: Sequence[tuple[str, str]]) -> None:
    held = {(one["type"], one["value"]) for one in api.page(f"{PATH}/{customer}/tax_ids", {})[0]}
    for type, value in tax_ids:
        if (type, value) not in held:
            api.post(f"{PATH}/{customer}/tax_ids", {"type": type, "value": value})


@dataclass(frozen=True)
class Seen:
    """A customer with its default card expanded, and its subscriptions, ended ones too."""

    customer: Object
    subscriptions: list[Object]


def look_at(api: StripeApi, name: str) -> Seen:
    """Raises `ReferenceRefused`, `StripeFailure`. By id, both are read at once."""
    if "@" in name or not name.startswith("cus_"):
        customer = references.find_customer(api, name, expand=[DEFAULT_CARD])
        return Seen(customer, references.subscriptions_of(api, customer["id"]))
    with ThreadPoolExecutor(2) as pool:
        reading = pool.submit(references.find_customer, api, name, expand=[DEFAULT_CARD])
        subscriptions = pool.submit(references.subscriptions_of, api, name)
        return Seen(reading.result(), subscriptions.result())
