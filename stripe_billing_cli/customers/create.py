"""Customers: what is sent to Stripe, and what is read about one."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from stripe_billing_cli.stripe_api import create_once, json_output, lookup
from stripe_billing_cli.stripe_api.client import Object, StripeApi
from stripe_billing_cli.stripe_api.create_once import CreateRequest
from stripe_billing_cli.stripe_api.lookup import AmbiguousError, listed

PATH = "/v1/customers"
DEFAULT_CARD = "invoice_settings.default_payment_method"

ADDRESS = ("line1", "line2", "city", "state", "postal_code", "country")
"""The parts of an address that can be sent (`stripe/params/_customer_update_params.py`)."""


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
class Prospect:
    """A creation that is decided and not done: what is there in its place, or else what is to be made.

    `create_request` is None where no later run could recognise what this one made: without an email and without a key.
    `same_email` are the customers with its email, `near` those with the email in other capitals.
    """

    params: Mapping[str, Any]
    create_request: CreateRequest | None
    there: Object | None = None
    same_email: Sequence[Object] = ()
    near: Sequence[Object] = ()

    @property
    def email(self) -> str | None:
        return self.params.get("email")


def load_prospect(api: StripeApi, params: Mapping[str, Any], *, given_key: str | None, if_not_exists: bool) -> Prospect:
    """Read what stands in for a new customer: an unfinished run's, or, if it is asked for, the one with its email.

    Raises `AmbiguousError`, `OtherRequestError`, `StripeCallError`.
    """
    params = {**params, "expand": [DEFAULT_CARD]}
    email = params.get("email")
    if not email:
        return Prospect(params, None if given_key is None else CreateRequest(PATH, params, given_key))
    create_request = CreateRequest(PATH, params, given_key)
    if if_not_exists and "test_clock" not in params:
        same_email = lookup.customers_with_email(api, email, expand=[DEFAULT_CARD])
    else:
        same_email = _with_same_email(api, params)
    there = create_once.made_before(create_request, same_email)
    if there is not None:
        return Prospect(params, create_request, there, same_email)
    lower = _in_lower_case(api, params)
    if if_not_exists and (same_email or lower):
        return Prospect(params, create_request, _only([*same_email, *lower], email), same_email)
    known = {one["id"] for one in (*same_email, *lower)}
    similar = [one for one in lookup.similar_customers(api, email) if one["id"] not in known]
    return Prospect(params, create_request, None, same_email, [*lower, *similar])


def create(api: StripeApi, prospect: Prospect) -> Object:
    """Create the customer, once. Raises `OtherRequestError`, `StripeCallError`."""
    if prospect.create_request is None:
        return api.post(PATH, prospect.params).body
    return create_once.create(
        api,
        prospect.create_request,
        (one["id"] for one in prospect.same_email),
        read=lambda: _with_same_email(api, prospect.params) if prospect.email else [],
        holds=lambda one: not one.get("deleted"),
    )


def _with_same_email(api: StripeApi, params: Mapping[str, Any]) -> list[Object]:
    """The customers with the email; on a test clock, that clock's."""
    wanted: dict[str, Any] = {"email": params["email"], "expand": [f"data.{DEFAULT_CARD}"]}
    if "test_clock" in params:
        wanted["test_clock"] = params["test_clock"]
    return api.page(PATH, wanted)[0]


def _in_lower_case(api: StripeApi, params: Mapping[str, Any]) -> list[Object]:
    """The customers with the email in lower case, where it was typed otherwise."""
    lower = params["email"].lower()
    return [] if lower == params["email"] else _with_same_email(api, {**params, "email": lower})


def _only(found: Sequence[Object], email: str) -> Object:
    if len(found) > 1:
        ids = listed([lookup.with_email(customer) for customer in found])
        raise AmbiguousError(
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
    stays so, a tax id that is there already is left alone. Raises `StripeCallError`.
    """
    id = customer["id"]
    changes = dict(params)
    if "address" in params:
        current = customer["address"] or {}
        kept = {line: current[line] for line in ADDRESS if current.get(line)}
        changes["address"] = {**kept, **params["address"]}
    if payment_method:
        changes["invoice_settings"] = {"default_payment_method": _attached(api, customer, payment_method)}
    if tax_ids:
        _add_tax_ids(api, id, tax_ids)
    after = api.post(f"{PATH}/{id}", {**changes, "expand": [DEFAULT_CARD]}).body
    if payment_method:
        _pay_all_by_default(api, id)
    return after


def _pay_all_by_default(api: StripeApi, customer: str) -> None:
    """A subscription that has a card of its own, from its first payment, would go on being paid by that
    (https://docs.stripe.com/billing/subscriptions/payment-methods-setting#payment-method-priority)."""
    for subscription in lookup.subscriptions_of(api, customer):
        if subscription["default_payment_method"] and not lookup.has_ended(subscription):
            api.post(f"/v1/subscriptions/{subscription['id']}", {"default_payment_method": ""})


def _attached(api: StripeApi, customer: Object, payment_method: str) -> str:
    """The id of the payment method, now the customer's.

    A test card (`pm_card_visa`) becomes a new card each time that it is attached. Until it is the default, the same
    attempt has the same idempotency key, and a run after one that was cut off gets the card of that one.
    """
    path = f"/v1/payment_methods/{payment_method}/attach"
    default = json_output.id_of(customer["invoice_settings"]["default_payment_method"])
    wish = json.dumps([path, customer["id"], default])
    key = "billing-" + hashlib.sha256(wish.encode()).hexdigest()[:48]
    answer = api.post(path, {"customer": customer["id"]}, key)
    if answer.replayed and api.get(f"/v1/payment_methods/{answer.body['id']}")["customer"] != customer["id"]:
        answer = api.post(path, {"customer": customer["id"]})
    return str(answer.body["id"])


def _add_tax_ids(api: StripeApi, customer: str, tax_ids: Sequence[tuple[str, str]]) -> None:
    existing = {(one["type"], one["value"]) for one in api.page(f"{PATH}/{customer}/tax_ids", {})[0]}
    for type, value in tax_ids:
        if (type, value) not in existing:
            api.post(f"{PATH}/{customer}/tax_ids", {"type": type, "value": value})


@dataclass(frozen=True)
class Seen:
    """A customer with its default card expanded, and its subscriptions, ended ones too."""

    customer: Object
    subscriptions: list[Object]


def look_at(api: StripeApi, name: str) -> Seen:
    """Raises `LookupFailedError`, `StripeCallError`. By id, both are read at once."""
    if "@" in name or not name.startswith("cus_"):
        customer = lookup.find_customer(api, name, expand=[DEFAULT_CARD])
        return Seen(customer, lookup.subscriptions_of(api, customer["id"]))
    with ThreadPoolExecutor(2) as pool:
        reading = pool.submit(lookup.find_customer, api, name, expand=[DEFAULT_CARD])
        subscriptions = pool.submit(lookup.subscriptions_of, api, name)
        return Seen(reading.result(), subscriptions.result())
