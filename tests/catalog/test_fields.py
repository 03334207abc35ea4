"""The fields of kinds beside the parameters of the SDK's create and update types: all of them, but for Connect's."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator
from typing import Any, get_args, get_origin

import pytest
from pydantic import BaseModel
from stripe._request_options import RequestOptions

from stripe_billing_cli.catalog.kinds import KINDS
from stripe_billing_cli.catalog.kinds.model import LongForm

OTHERS = {"expand"}
"""Parameters of calls, and of no object."""
PARAMS = {
    "coupon": ("_coupon_{}_params", "Coupon{}Params"),
    "feature": ("entitlements._feature_{}_params", "Feature{}Params"),
    "meter": ("billing._meter_{}_params", "Meter{}Params"),
    "price": ("_price_{}_params", "Price{}Params"),
    "product": ("_product_{}_params", "Product{}Params"),
    "promotion_code": ("_promotion_code_{}_params", "PromotionCode{}Params"),
    "payment_link": ("_payment_link_{}_params", "PaymentLink{}Params"),
    "portal_configuration": ("billing_portal._configuration_{}_params", "Configuration{}Params"),
    "shipping_rate": ("_shipping_rate_{}_params", "ShippingRate{}Params"),
    "tax_rate": ("_tax_rate_{}_params", "TaxRate{}Params"),
    "webhook_endpoint": ("_webhook_endpoint_{}_params", "WebhookEndpoint{}Params"),
}
ISSUER = ("issuer.account", "issuer.type")
CONNECT = {
    "payment_link": {
        "application_fee_amount",
        "application_fee_percent",
        "automatic_tax.liability.account",
        "automatic_tax.liability.type",
        *(f"invoice_creation.invoice_data.{name}" for name in ISSUER),
        "on_behalf_of",
        "payment_intent_data.transfer_group",
        *(f"subscription_data.invoice_settings.{name}" for name in ISSUER),
        "transfer_data.amount",
        "transfer_data.destination",
    },
    "promotion_code": {"customer_account"},
    "webhook_endpoint": {"connect"},
}
ELSEWHERE = {
    "coupon": ("id",),
    "feature": ("active",),
    "payment_link": ("line_items.id", "line_items.price_data."),
    "price": ("product", "transfer_lookup_key"),
    # `type` is for orders of goods, which Stripe does not have any more
    "product": ("default_price_data.", "id", "type"),
}
"""What the file says in another place: by the key of an entry, or by where it stands; or what only a call can mean."""
SHORT = {"promotion_code": ("coupon",)}
"""Fields that stand for a parameter within another."""


def parameters(kind: str, verb: str) -> set[str]:
    """Return the parameters of a call; none of an update where objects of the kind never change."""
    module, name = PARAMS[kind]
    path = f"stripe.params.{module.format(verb)}"
    if verb == "update" and importlib.util.find_spec(path) is None:
        return set()
    params_module = importlib.import_module(path)
    return set(_names(params_module, getattr(params_module, name.format(verb.capitalize())), ""))


def _names(module: Any, params: Any, within: str) -> Iterator[str]:
    """Yield the parameters with those within them, `features.subscription_cancel.mode`."""
    own = params.__annotations__.keys() - RequestOptions.__annotations__.keys()
    for name, hint in ((name, params.__annotations__[name]) for name in own):
        inner = _inner(module, hint)
        yield from _names(module, inner, f"{within}{name}.") if inner else iter((f"{within}{name}",))


def _inner(module: Any, hint: Any) -> Any:
    """Return the type of the hash, or of the hashes of a list, that a parameter is."""
    text = str(getattr(hint, "__forward_arg__", hint))
    names = [name for name in vars(module) if name in text and hasattr(vars(module)[name], "__required_keys__")]
    return vars(module)[max(names, key=len)] if names else None


def fields(model: type[BaseModel], within: str = "") -> Iterator[str]:
    for name, field in model.model_fields.items():
        inner = _model(field.annotation)
        long = "".join(f".{mark.key}" for mark in _marks(field.annotation) if isinstance(mark, LongForm))
        yield from fields(inner, f"{within}{name}.") if inner else iter((f"{within}{name}{long}",))


def _marks(annotation: Any) -> Iterator[Any]:
    """Yield what stands beside the types within an annotation."""
    yield from getattr(annotation, "__metadata__", ())
    for inside in get_args(annotation):
        yield from _marks(inside)


def _model(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and get_origin(annotation) is None:
        return annotation if issubclass(annotation, BaseModel) else None
    return next((model for inside in get_args(annotation) if (model := _model(inside))), None)


@pytest.mark.parametrize("kind", sorted(PARAMS))
def test_every_parameter_is_a_field(kind: str) -> None:
    params = parameters(kind, "create") | parameters(kind, "update")
    ours = set(fields(KINDS[kind].model))

    rest = {name for name in params - ours if not name.startswith(ELSEWHERE.get(kind, ()))}
    assert rest - OTHERS == CONNECT.get(kind, set())
    assert ours - params <= {"id", *SHORT.get(kind, ())}


def test_every_kind_is_compared() -> None:
    """But for attachments, which have no fields."""
    assert {kind.name for kind in KINDS} - PARAMS.keys() == {"product_feature"}
