"""Creating a customer, once: a run after one that was cut off goes on with the customer that it made."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from stripe_billing_cli.customers.fields import CustomerFields
from stripe_billing_cli.customers.load import DEFAULT_CARD, PATH, customer_record
from stripe_billing_cli.stripe_api import create_once, lookup
from stripe_billing_cli.stripe_api.client import StripeApi
from stripe_billing_cli.stripe_api.create_once import CreateRequest
from stripe_billing_cli.stripe_api.errors import StripeCallError
from stripe_billing_cli.stripe_api.json_output import INTERNAL
from stripe_billing_cli.stripe_api.lookup import AmbiguousError, list_names
from stripe_billing_cli.stripe_api.objects.common import SearchResult
from stripe_billing_cli.stripe_api.objects.customers import Customer, CustomerEmail


@dataclass(frozen=True)
class CustomerRequest:
    """A new customer, on this test clock, paid by this payment method. `tax_ids`: pairs of type and value.

    `if_not_exists`: none beside one with this email. `idempotency_key`: what a second run is recognised by.
    """

    fields: CustomerFields
    tax_ids: Sequence[tuple[str, str]] = ()
    test_clock: str | None = None
    payment_method: str | None = None
    if_not_exists: bool = False
    idempotency_key: str | None = None

    def params(self) -> dict[str, Any]:
        """Return the parameters of the one call that creates the customer, card and tax ids included.

        Card and default in the same call: there is no moment at which the customer exists without its card, and a card
        that is refused makes no customer.
        """
        params = self.fields.params()
        if self.tax_ids:
            params["tax_id_data"] = [{"type": type, "value": value} for type, value in self.tax_ids]
        if self.test_clock:
            params["test_clock"] = self.test_clock
        if self.payment_method:
            params["payment_method"] = self.payment_method
            params["invoice_settings"] = {"default_payment_method": self.payment_method}
        return {**params, "expand": [DEFAULT_CARD]}


@dataclass(frozen=True)
class CreatePlan:
    """A customer that is going to be created; `existing_customer` is the one that is there in its place already.

    `create_request` is None where no later run could recognise what this one made: without an email and without a key.
    `same_email` are the customers with its email, `near` those with the email in other capitals. `unused_options`: what
    was given, and is not so of the customer that is there already.
    """

    params: Mapping[str, Any]
    create_request: CreateRequest | None
    existing_customer: Customer | None = None
    same_email: Sequence[Customer] = ()
    near: Sequence[CustomerEmail] = ()
    unused_options: Sequence[str] = ()

    @property
    def email(self) -> str | None:
        return self.params.get("email")

    def apply(self, api: StripeApi) -> CreateResult:
        """Create the customer, once. Raises `OtherRequestError`, `StripeCallError`."""
        return CreateResult(self, self.existing_customer or self._create(api))

    def _create(self, api: StripeApi) -> Customer:
        if self.create_request is None:
            return api.post(PATH, self.params, kind=Customer).body
        return create_once.create(
            api,
            self.create_request,
            (one["id"] for one in self.same_email),
            kind=Customer,
            read=lambda: _with_same_email(api, self.params) if self.email else [],
            holds=lambda one: not one.get("deleted"),
        )


@dataclass(frozen=True)
class CreateResult:
    """The customer that was created, or was there already."""

    plan: CreatePlan
    customer: Customer

    def finish(self, api: StripeApi) -> None:
        """Let the same request mean another customer from now on, once its maker knows of this one. Raises
        `StripeCallError`."""
        if self.plan.create_request is not None:
            create_once.clear_marker(api, self.plan.create_request, self.customer)

    def record(self) -> dict[str, Any]:
        """Return the customer as it is printed (docs/output.md)."""
        return customer_record(self.customer)


def plan_create(api: StripeApi, request: CustomerRequest) -> CreatePlan:
    """Read what stands in for a new customer: an unfinished run's, or, if it is asked for, the one with its email.

    Raises `AmbiguousError`, `OtherRequestError`, `LookupFailedError`, `StripeCallError`.
    """
    params, given_key = request.params(), request.idempotency_key
    email = params.get("email")
    create_request = CreateRequest(PATH, params, given_key)
    earlier = _made_with_key(api, create_request) if given_key is not None else None
    if earlier is not None:
        return CreatePlan(params, create_request, earlier)
    if not email:
        return CreatePlan(params, None if given_key is None else create_request)
    if request.if_not_exists and "test_clock" not in params:
        same_email = lookup.customers_with_email(api, email, expand=[DEFAULT_CARD])
    else:
        same_email = _with_same_email(api, params)
    customer = create_once.made_before(create_request, same_email)
    if customer is not None:
        return CreatePlan(params, create_request, customer, same_email)
    lower = _in_lower_case(api, params)
    if request.if_not_exists and (same_email or lower):
        customer_with_email = _only([*same_email, *lower], email)
        return CreatePlan(
            params,
            create_request,
            customer_with_email,
            same_email,
            unused_options=_find_unused(request, customer_with_email),
        )
    ids = {one["id"] for one in (*same_email, *lower)}
    similar = [one for one in lookup.similar_customers(api, email) if one["id"] not in ids]
    return CreatePlan(params, create_request, None, same_email, [*lower, *similar])


def _made_with_key(api: StripeApi, create_request: CreateRequest) -> Customer | None:
    """Return the customer that a run with the same given key made, of which Stripe forgets the key after a day: by its
    mark, which its search knows by then, whatever email it has. None where that is not there for the account."""
    escaped_mark = create_request.mark.replace("\\", "\\\\").replace('"', '\\"')
    try:
        params = {"query": f'metadata["{INTERNAL}"]:"{escaped_mark}"', "limit": 1}
        customers = api.get(f"{PATH}/search", params, kind=SearchResult)["data"]
    except StripeCallError:
        return None
    if not customers:
        return None
    customer = api.get(f"{PATH}/{customers[0]['id']}", {"expand": [DEFAULT_CARD]}, kind=Customer)
    return create_once.made_before(create_request, [customer])


def _with_same_email(api: StripeApi, params: Mapping[str, Any]) -> list[Customer]:
    """Return the customers with the email; on a test clock, that clock's."""
    filters: dict[str, Any] = {"email": params["email"], "expand": [f"data.{DEFAULT_CARD}"]}
    if "test_clock" in params:
        filters["test_clock"] = params["test_clock"]
    return api.page(PATH, filters, kind=Customer)[0]


def _in_lower_case(api: StripeApi, params: Mapping[str, Any]) -> list[Customer]:
    """Return the customers with the email in lower case, where it was typed otherwise."""
    lower = params["email"].lower()
    return [] if lower == params["email"] else _with_same_email(api, {**params, "email": lower})


def _find_unused(request: CustomerRequest, customer: Customer) -> list[str]:
    """Return the options of a request that a customer has otherwise. Whose a card or a tax id is, is not read: each is
    named."""
    params = request.fields.params()
    params.pop("email")
    names = [name for name, value in params.items() if not _is_so(value, customer.get(name))]
    payment_method = ["payment method"] if request.payment_method else []
    return [*names, *(["tax id"] if request.tax_ids else []), *payment_method]


def _is_so(value: Any, current: Any) -> bool:
    if isinstance(value, Mapping):
        return all((current or {}).get(key) == part for key, part in value.items())
    return bool(value == current)


def _only(customers: Sequence[Customer], email: str) -> Customer:
    if len(customers) > 1:
        ids = list_names([lookup.with_email(customer) for customer in customers])
        raise AmbiguousError(
            f"{len(customers)} customers have the email {email} already: {ids}",
            "none was created; go on with one of them by its id",
        )
    return customers[0]
