"""Parameters follow from what Stripe documents; what is declared beside it must mean a parameter."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from stripe_billing_cli.local_stripe.api import API
from stripe_billing_cli.local_stripe.core.amount_parameters import ByCurrency, Currency
from stripe_billing_cli.local_stripe.core.documented_form import form, part_of
from stripe_billing_cli.local_stripe.core.parameters import (
    Boolean,
    Choice,
    ClampedInteger,
    Field,
    Integer,
    ListOf,
    Metadata,
    ObjectParam,
    ParamType,
    Text,
    TimestampRange,
    UnsupportedParam,
)


def kinds(kind: ParamType) -> Iterator[ParamType]:
    """Yield all types within a type."""
    yield kind
    match kind:
        case ObjectParam():
            for field in kind.fields.values():
                yield from kinds(field.kind)
        case ListOf():
            yield from kinds(kind.element)
        case ByCurrency():
            yield from kinds(kind.option)


def test_types_lengths_values_and_what_is_required_are_the_documents() -> None:
    fields = form("POST /v1/coupons").fields
    assert fields["currency"] == Field(Currency())
    assert fields["name"] == Field(Text(40))
    assert fields["metadata"] == Field(Metadata(), unset=True)
    assert fields["duration"] == Field(Choice(("forever", "once", "repeating")))
    assert form("POST /v1/prices").fields["currency"].required
    events = form("GET /v1/events").fields
    assert events["limit"] == Field(ClampedInteger(1, 100))
    assert events["created"] == Field(TimestampRange())
    assert events["delivery_success"] == Field(Boolean())


def test_what_the_documents_do_not_say_is_declared_beside_them() -> None:
    fields = form(
        "POST /v1/invoiceitems",
        {"*.quantity": Integer(1), "local": Text(3)},
        fields={"amount": Field(Integer(), required=True)},
        most={"discounts": 2},
        required_names="customer",
        unset="period.*",
        refusals={"it computes no taxes": "tax_code tax_rates"},
        without="invoice",
    ).fields
    assert fields["quantity"] == Field(Integer(1))
    assert fields["local"] == Field(Text(3))
    assert fields["amount"] == Field(Integer(), required=True)
    assert fields["customer"].required
    assert fields["tax_rates"] == Field(UnsupportedParam("it computes no taxes"), unset=True)
    assert "invoice" not in fields
    period: Any = fields["period"].kind
    assert period.fields["start"].unset
    discounts: Any = fields["discounts"].kind
    assert discounts.most == 2


@pytest.mark.parametrize(
    ("declared", "unknown"),
    [
        ({"types": {"colour.depth": Text()}}, "colour.depth"),
        ({"unset": "naem"}, "naem"),
        ({"most": {"images": 8, "image": 8}}, "image"),
        ({"refusals": {"no": "size"}}, "size"),
        ({"without": "weight"}, "weight"),
    ],
)
def test_a_name_that_means_no_parameter_is_an_error(declared: dict[str, Any], unknown: str) -> None:
    with pytest.raises(LookupError, match=f"POST /v1/products has no {unknown}$"):
        len(form("POST /v1/products", **declared).fields)


def test_a_call_that_is_not_documented_is_an_error() -> None:
    with pytest.raises(LookupError, match="POST /v1/toys is not documented"):
        len(form("POST /v1/toys").fields)


@pytest.mark.parametrize("route", API.whole().routes, ids=lambda route: f"{route.method} {route.path}")
def test_every_form_can_be_made(route: Any) -> None:
    assert all(isinstance(kind, ParamType) for kind in kinds(route.form))


def test_a_part_of_a_form_has_a_length() -> None:
    whole = form("POST /v1/coupons")

    assert len(part_of(whole, "name duration").fields) == len(whole.fields) - 2
