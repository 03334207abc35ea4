"""Payment methods that a payment's call describes in place of naming them: `payment_method_data`."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from stripe_billing_cli.local_stripe.core.errors import check_only_one
from stripe_billing_cli.local_stripe.core.forms import Raw
from stripe_billing_cli.local_stripe.core.parameters import Params, ParamType
from stripe_billing_cli.local_stripe.core.requests import Call
from stripe_billing_cli.local_stripe.resources.payment_methods import fields, handlers

DATA = "payment_method_data"


class MethodData(ParamType):
    """A payment method, described as a call that creates one describes it."""

    def find_unknown(self, raw: Raw, name: str) -> list[str]:
        return fields.CREATE.find_unknown(raw, name)

    def read(self, raw: Raw, name: str) -> dict[str, Any]:
        method_data = fields.CREATE.read(raw, name)
        fields.check_new(method_data)
        return method_data


def check_one(params: Params) -> None:
    """Raise where a call names a payment method and describes another one."""
    check_only_one(params, "payment_method", DATA)


def with_method(call: Call) -> Call:
    """Return the call as if it named the payment method that it describes, which is made."""
    method_data = call.params.get(DATA)
    if method_data is None:
        return call
    method = handlers.create(replace(call, params=method_data))
    params = {name: value for name, value in call.params.items() if name != DATA}
    return replace(call, params={**params, "payment_method": method["id"]})
