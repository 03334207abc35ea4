"""Reads of Stripe's answers that mypy refuses: a wrong one that it lets through is an ignore without use, and an error.

Nothing here is run. `mypy` reads this file beside the program (pyproject.toml).
"""

from __future__ import annotations

from stripe_billing_cli.stripe_api.client import StripeApi
from stripe_billing_cli.stripe_api.objects.customers import Customer
from stripe_billing_cli.stripe_api.objects.invoices import Invoice
from stripe_billing_cli.stripe_api.objects.subscriptions import Subscription


def a_field_that_is_not_declared(api: StripeApi) -> object:
    return api.get("/v1/subscriptions/sub_1", kind=Subscription)["current"]  # type: ignore[typeddict-item]


def a_field_that_is_not_declared_further_in(api: StripeApi) -> list[object]:
    return [one["price"]["amount"] for one in _subscription(api)["items"]["data"]]  # type: ignore[typeddict-item]


def a_field_that_may_be_null(api: StripeApi) -> str:
    return api.get("/v1/invoices/in_1", kind=Invoice)["number"].lower()  # type: ignore[union-attr]


def a_reference_that_may_not_be_expanded(api: StripeApi) -> object:
    return _subscription(api)["customer"]["email"]  # type: ignore[index]


def an_element_of_a_list(api: StripeApi) -> list[object]:
    return [one["mail"] for page in api.pages("/v1/customers", {}, kind=Customer) for one in page]  # type: ignore[typeddict-item]


def an_object_of_another_kind(api: StripeApi) -> Customer:
    return api.get("/v1/invoices/in_1", kind=Invoice)  # type: ignore[return-value]


def an_answer_of_whatever_kind(api: StripeApi) -> object:
    return api.get("/v1/customers/cus_1")["id"]  # type: ignore[index]


def _subscription(api: StripeApi) -> Subscription:
    return api.post("/v1/subscriptions", {}, kind=Subscription).body
