"""The two contract checks themselves: each kind of violation is seen."""

from __future__ import annotations

import importlib
import json
import pkgutil
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import stripe
from stripe import params

from stripe_billing_cli.local_stripe.core.forms import decode
from stripe_billing_cli.local_stripe.transport import LocalTransport
from tests import contract
from tests.contract import ContractTransport, ContractViolation
from tests.local_stripe.conftest import Local
from tests.soak import Soak

Object = dict[str, Any]

SAMPLE = 30
"""So many of the SDK's objects are looked at outside of a soak."""
NOT_OF_V1 = ("stripe.events", "stripe.params", "stripe.v2")
"""Packages without objects of the API's first version."""


@pytest.mark.parametrize(
    ("sent", "complaint"),
    [
        ("unit_amont=100&currency=usd", "unit_amont is not in PriceCreateParams"),
        ("unit_amount=100", "PriceCreateParams requires"),
        ("currency=usd&unit_amount=1.5", "'1.5' is no int"),
        ("currency=usd&active=yes", "'yes' is no bool"),
        ("currency=usd&unit_amount_decimal=a", "'a' is no Decimal"),
        ("currency=usd&tax_behavior=included", "'included' is none of"),
        ("currency=usd&recurring[interval]=month&recurring[count]=1", "count is not in PriceCreateParamsRecurring"),
        ("currency=usd&recurring[interval_count]=1", "PriceCreateParamsRecurring requires"),
        ("currency=usd&recurring=month", "'month' for PriceCreateParamsRecurring"),
        ("currency=usd&tiers[up_to]=inf", "for a list"),
        ("currency=usd&metadata=x", "for a hash"),
        ("currency=usd&currency_options[eur][amount]=1", "amount is not in PriceCreateParamsCurrencyOptions"),
    ],
)
def test_a_wrong_parameter_is_seen(sent: str, complaint: str) -> None:
    with pytest.raises(ContractViolation, match=complaint):
        contract.check_params(decode("", sent), params.PriceCreateParams, "post /v1/prices")


@pytest.fixture
def local(tmp_path: Path) -> Iterator[Local]:
    """The local Stripe as it answers, not as the program reads it."""
    transport = LocalTransport(tmp_path / "local.db")
    yield Local(transport)
    transport.close()


def _set(path: str, value: Any) -> Callable[[Object], None]:
    def change(object: Object) -> None:
        *outer, last = path.split(".")
        for name in outer:
            object = object[name]
        object[last] = value

    return change


def _without(name: str) -> Callable[[Object], None]:
    return lambda object: object.pop(name)


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        (_set("colour", "red"), r"Price has no \['colour'\]"),
        (_without("nickname"), "price without nickname"),
        (_set("tiers", None), "price in another order"),
        (_without("created"), "price without created"),
        (_set("active", None), "active: null, and may not be"),
        (_set("active", 1), "active: 1 is no"),
        (_set("unit_amount", "1500"), "unit_amount: '1500' is no"),
        (_set("unit_amount_decimal", 1500), "unit_amount_decimal: 1500 is no"),
        (_set("object", "prise"), "object: 'prise' is none of"),
        (_set("recurring.interval", None), "recurring interval: null, and may not be"),
        (_set("recurring.count", 3), r"Recurring has no \['count'\]"),
        (_set("metadata.a", 1), r"metadata\[a\]: 1 is no"),
        (_set("product", {"id": "prod_1"}), "product without active"),
    ],
)
def test_a_wrong_answer_is_seen(local: Local, change: Callable[[Object], None], complaint: str) -> None:
    price = local.price(unit_amount=1500, recurring={"interval": "month"}, metadata={"a": "b"})
    contract.check_whole(price, stripe.Price, "price")
    change(price)

    with pytest.raises(ContractViolation, match=complaint):
        contract.check_whole(price, stripe.Price, "price")


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        (_set("business_name", None), "customer has business_name: null, which Stripe leaves out"),
        (_without("address"), "customer without address"),
        (_set("shipping", {"address": None, "name": "Ada", "phone": None, "carrier": None}), "has carrier: null"),
        (lambda object: object["tax_ids"].pop("total_count"), "tax_ids: a list within an object"),
        (lambda object: object["invoice_settings"].pop("footer"), "invoice_setting_customer_setting without footer"),
    ],
)
def test_null_and_absent_are_told_apart(local: Local, change: Callable[[Object], Any], complaint: str) -> None:
    customer = local.post("/v1/customers", expand=["tax_ids", "subscriptions"])
    contract.check_whole(customer, stripe.Customer, "customer")
    change(customer)

    with pytest.raises(ContractViolation, match=complaint):
        contract.check_whole(customer, stripe.Customer, "customer")


@pytest.mark.parametrize(
    ("path", "status", "body", "complaint"),
    [
        ("/v1/prices", 200, {"object": "list", "data": []}, "not a list"),
        ("/v1/nothing", 200, {}, "not in the contract"),
        ("/v1/prices", 400, {"error": {"message": "no"}}, "without {'type'}"),
        ("/v1/prices", 400, {"error": {"message": "no", "type": "t", "hint": "x"}}, "unknown {'hint'}"),
        ("/v1/prices", 400, {"error": {"message": "no", "type": "t", "param": None}}, "leaves out what is null"),
        ("/v1/prices", 400, {"message": "no"}, "an error with"),
    ],
)
def test_the_transport_looks_at_every_answer(path: str, status: int, body: Object, complaint: str) -> None:
    class Answering(stripe.HTTPClient):
        name = "answering"

        def request(self, *_: Any, **__: Any) -> Any:
            return json.dumps(body), status, {}

    with pytest.raises(ContractViolation, match=complaint):
        ContractTransport(Answering()).request("get", f"https://api.stripe.com{path}", {})


def packages_within(package: ModuleType) -> Iterator[ModuleType]:
    yield package
    for found in pkgutil.iter_modules(package.__path__, f"{package.__name__}."):
        if found.ispkg and found.name not in NOT_OF_V1:
            yield from packages_within(importlib.import_module(found.name))


def test_objects_of_all_the_sdks_packages_can_be_checked(soak: Soak) -> None:
    """Its annotations name others that it imports for type checkers only, from any package."""
    names = [
        (package, name) for package in packages_within(stripe) for name in getattr(package, "_import_map", dir(package))
    ]
    found = [getattr(package, name) for package, name in names if hasattr(package, name)]
    objects = {one for one in found if isinstance(one, type) and issubclass(one, stripe.StripeObject)}

    assert len(objects) > 100
    assert stripe.issuing.Card in objects
    for one in soak.part(sorted(objects, key=str), SAMPLE):
        contract.field_hints(one)
