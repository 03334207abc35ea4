"""Values to try for a documented parameter: some that its type allows, and some that it does not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from stripe_billing_cli.local_stripe.core.documented import Parameter
from tests.sweep.world import DAY, NOW, World

NAMES: Mapping[str, tuple[str, ...]] = {
    "confirmation_token": ("confirmation_token",),
    "coupon": ("other_coupon",),
    "customer": ("other_customer", "customer"),
    "default_payment_method": ("spare_payment_method", "payment_method"),
    "default_price": ("price", "other_price"),
    "default_source": ("payment_method",),
    "entitlement_feature": ("feature",),
    "from_subscription": ("subscription",),
    "quote": ("quote",),
    "mandate": ("mandate",),
    "invoice": ("invoice", "draft"),
    "invoice_item": ("invoiceitem",),
    "payment_intent": ("payment_intent",),
    "payment_method": ("payment_method", "loose_payment_method", "spare_payment_method"),
    "plan": ("other_price",),
    "price": ("other_price", "one_time_price"),
    "product": ("product", "spare_product"),
    "promotion_code": ("promotion_code",),
    "schedule": ("subscription_schedule",),
    "subscription": ("subscription", "other_subscription"),
    "subscription_item": ("subscription_item",),
    "test_clock": ("test_clock",),
    "default_tax_rates": ("tax_rate",),
    "tax_rates": ("tax_rate",),
    "meter": ("meter", "inactive_meter"),
    "token": ("token",),
    "charge": ("charge",),
}
"""The world's objects that a parameter of this name can mean."""
TEXTS: Mapping[str, tuple[str, ...]] = {
    "email": ("grace@example.com",),
    "country": ("DE",),
    "address_country": ("DE",),
    "tax_code": ("txcd_10000000",),
    "number": ("5555555555554444", "SWEEP-0001"),
    "cvc": ("999",),
    "invoice_prefix": ("SWEPT",),
    "code": ("SWEPT",),
    "value": ("42", "DE123456781"),
    "lookup_key": ("swept",),
    "custom_message": ("Swept",),
}
INTEGERS: Mapping[str, tuple[str, ...]] = {
    "amount_gte": ("5000",),
    "gt": (str(NOW + DAY), "3"),
    "gte": (str(NOW + DAY), "3"),
    "limit": ("1",),
}
PLAIN = {
    "string": ("swept",),
    "integer": ("3", "11"),
    "number": ("12.5",),
    "decimal": ("12.5", "3"),
    "boolean": ("true", "false"),
    "currency": ("eur", "usd"),
    "timestamp": (str(NOW + 20 * DAY), str(NOW - 20 * DAY)),
    "any": ("swept",),
    "file": ("swept",),
}


@dataclass(frozen=True)
class Swept:
    """A documented parameter where it stands: `("items", "0", "price")`."""

    names: tuple[str, ...]
    parameter: Parameter

    @property
    def param(self) -> str:
        """Return the name in Stripe's errors: `items[0][price]`."""
        return self.names[0] + "".join(f"[{name}]" for name in self.names[1:])


def swept(parameter: Parameter, names: tuple[str, ...] = ()) -> Iterator[Swept]:
    """Yield everything documented within a type, the nested ones after their parents."""
    for name, inner in sorted((parameter.fields or {}).items()):
        if (*names, name) != ("expand",):
            yield Swept((*names, name), inner)
            yield from swept(inner, (*names, name))
    for key, inner in (("0", parameter.element), (_key(names[-1]) if names else "", parameter.values)):
        if inner is not None:
            yield Swept((*names, key), inner)
            yield from swept(inner, (*names, key))


def _key(map_name: str) -> str:
    return "eur" if map_name == "currency_options" else "swept"


def valid(parameter: Parameter, name: str, world: World) -> list[Any]:
    """Return values that the type allows, the plainest of each kind."""
    values: list[Any] = list(parameter.choices)
    for scalar in sorted(parameter.scalars):
        values += _scalars(scalar, name, world)
    if parameter.fields is not None:
        values.append(
            {key: valid(parameter.fields[key], key, world)[0] for key in sorted(parameter.required)}
            or _any_one(parameter, world)
        )
    if parameter.element is not None:
        values += [[value] for value in valid(parameter.element, name, world)[:60]]
    if parameter.values is not None:
        values += [{_key(name): value} for value in valid(parameter.values, name, world)[:2]]
    return values


def _any_one(parameter: Parameter, world: World) -> dict[str, Any]:
    """Return an object with the first of its parameters for which there is a value."""
    for name, inner in sorted((parameter.fields or {}).items()):
        if values := valid(inner, name, world):
            return {name: values[0]}
    return {}


def _scalars(scalar: str, name: str, world: World) -> list[str]:
    if scalar == "string" and name in NAMES:
        return [world.ids[id] for id in NAMES[name]]
    if scalar == "string" and "url" in name:
        return ["https://example.com/swept"]
    if scalar == "string" and name in TEXTS:
        return list(TEXTS[name])
    if scalar == "integer" and name in INTEGERS:
        return list(INTEGERS[name])
    return list(PLAIN[scalar])


def invalid(parameter: Parameter) -> list[Any]:
    """Return values that the type does not allow."""
    plain = parameter.scalars or parameter.choices
    values: list[Any] = []
    if plain and parameter.scalars <= {"integer", "timestamp", "number", "decimal", "boolean"}:
        values += ["abc", "1e400"]
    if parameter.scalars == {"boolean"}:
        values.append("1")
    if parameter.choices and not parameter.scalars:
        values.append("no_such_value")
    if plain and parameter.fields is None and parameter.values is None and parameter.element is None:
        values.append({"a": "b"})
    if not plain and (parameter.fields is not None or parameter.values is not None or parameter.element is not None):
        values.append("text")
    if parameter.fields is not None:
        values.append({"no_such_parameter": "1"})
    return values


def put(params: Mapping[str, Any], names: tuple[str, ...], value: Any, parents: Parameter, world: World) -> Any:
    """Return the parameters with the value in place, and what its parents need."""
    name, rest = names[0], names[1:]
    inner = (parents.fields or {}).get(name) or parents.values or parents.element
    assert inner is not None
    if not rest:
        return {**params, name: value}
    hash_so_far = params.get(name)
    if isinstance(hash_so_far, list):
        hash_so_far = {str(number): element for number, element in enumerate(hash_so_far)}
    if not isinstance(hash_so_far, dict):
        hash_so_far = {}
    if inner.fields is not None:
        needed_params = {key: valid(inner.fields[key], key, world)[0] for key in inner.required}
        hash_so_far = {**needed_params, **hash_so_far}
    return {**params, name: put(hash_so_far, rest, value, inner, world)}
