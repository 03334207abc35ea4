"""Changing a customer. Every step leads to the same state when it is run again: a card that is attached already stays
so, a tax id that is there already is left alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from stripe_billing_cli.customers.fields import CustomerFields
from stripe_billing_cli.customers.load import DEFAULT_CARD, PATH, customer_record
from stripe_billing_cli.stripe_api import lookup
from stripe_billing_cli.stripe_api.client import Answer, StripeApi
from stripe_billing_cli.stripe_api.create_once import key_of_wish
from stripe_billing_cli.stripe_api.json_output import ADDRESS_FIELDS
from stripe_billing_cli.stripe_api.objects.common import field_of
from stripe_billing_cli.stripe_api.objects.customers import Customer, PaymentMethod, TaxId
from stripe_billing_cli.stripe_api.references import default_method, id_of, without_own_method
from stripe_billing_cli.stripe_api.remembered_answers import ATTEMPTS, ask_until_current

"""The parts of an address that can be sent (`stripe/params/_customer_update_params.py`)."""


@dataclass(frozen=True)
class UpdateRequest:
    """Changes of the customer with this id or email. `tax_ids`: pairs of type and value."""

    customer: str
    fields: CustomerFields
    tax_ids: Sequence[tuple[str, str]] = ()
    payment_method: str | None = None

    @property
    def changes(self) -> list[str]:
        """Return the names of what is changed."""
        tax_ids = ["tax id"] if self.tax_ids else []
        return [*self.fields.params(), *tax_ids, *(["payment method"] if self.payment_method else [])]


@dataclass(frozen=True)
class UpdatePlan:
    """The customer that is going to be changed."""

    customer: Customer
    request: UpdateRequest

    def apply(self, api: StripeApi) -> UpdateResult:
        """Change the customer. Raises `StripeCallError`."""
        id, params, payment_method = self.customer["id"], self.request.fields.params(), self.request.payment_method
        if "address" in params:
            current = self.customer["address"]
            lines = {line: text for line in ADDRESS_FIELDS if current and (text := field_of(current, line))}
            params["address"] = {**lines, **params["address"]}
        if payment_method:
            params["invoice_settings"] = {"default_payment_method": _attach(api, self.customer, payment_method)}
        if self.request.tax_ids:
            _add_tax_ids(api, id, self.request.tax_ids)
        after = api.post(f"{PATH}/{id}", {**params, "expand": [DEFAULT_CARD]}, kind=Customer).body
        if payment_method:
            _pay_all_by_default(api, id)
        return UpdateResult(after)


@dataclass(frozen=True)
class UpdateResult:
    """The customer as it is then."""

    customer: Customer

    def record(self) -> dict[str, Any]:
        """Return the customer as it is printed (docs/output.md)."""
        return customer_record(self.customer)


def plan_update(api: StripeApi, request: UpdateRequest) -> UpdatePlan:
    """Read the customer that is to be changed. Raises `LookupFailedError`, `StripeCallError`."""
    return UpdatePlan(lookup.find_customer(api, request.customer), request)


def _pay_all_by_default(api: StripeApi, customer: str) -> None:
    """Take the cards of their own off the customer's subscriptions, which would go on being paid by them."""
    for subscription in lookup.subscriptions_of(api, customer):
        params = without_own_method(subscription)
        if params and not lookup.has_ended(subscription):
            api.post(f"/v1/subscriptions/{subscription['id']}", params)


def _attach(api: StripeApi, customer: Customer, payment_method: str) -> str:
    """Return the id of the payment method, now the customer's. Raises `StripeCallError`.

    A test card (`pm_card_visa`) becomes a new card each time that it is attached. Until it is the default, the same
    attempt has the same idempotency key, and a run after one that was cut off gets the card of that one; a refusal that
    Stripe remembers, or a card that was taken off since, leads to another key, and in the end to one of the SDK's own.
    """
    path = f"/v1/payment_methods/{payment_method}/attach"
    wish = [path, customer["id"], id_of(default_method(customer))]

    def attach(again: int) -> Answer[PaymentMethod]:
        key = key_of_wish(wish, again) if again < ATTEMPTS else None
        return api.post(path, {"customer": customer["id"]}, key, kind=PaymentMethod)

    def owner_of(answer: Answer[PaymentMethod]) -> str | None:
        id = answer.body["id"]
        return id if not answer.is_replay or _is_attached(api, id, customer["id"]) else None

    return ask_until_current(attach, owner_of, attempts=ATTEMPTS + 1)


def _is_attached(api: StripeApi, payment_method: str, customer: str) -> bool:
    return api.get(f"/v1/payment_methods/{payment_method}", kind=PaymentMethod)["customer"] == customer


def _add_tax_ids(api: StripeApi, customer: str, tax_ids: Sequence[tuple[str, str]]) -> None:
    current_ids = {(one["type"], one["value"]) for one in api.page(f"{PATH}/{customer}/tax_ids", {}, kind=TaxId)[0]}
    for type, value in tax_ids:
        if (type, value) not in current_ids:
            api.post(f"{PATH}/{customer}/tax_ids", {"type": type, "value": value})
