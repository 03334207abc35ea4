"""The union of what several sources say about the type of a parameter."""

from __future__ import annotations

from collections.abc import Mapping

from stripe_billing_cli.local_stripe.core.documented import Parameter

PRECISE = {"string": {"currency", "decimal"}, "integer": {"timestamp"}, "number": {"decimal"}}
"""Types that a source gives plainly (an SDK's `str`), by what another one may say of them (a currency)."""


def alternatives(first: Parameter, second: Parameter) -> Parameter:
    """Return the union of two alternatives of one source."""
    return _united(first, second, first.required | second.required)


def overlaid(sdk: Parameter, document: Parameter) -> Parameter:
    """Return the union of two sources; the SDK decides what is required of an object that it has."""
    return _united(sdk, document, document.required if sdk.fields is None else sdk.required)


def _united(first: Parameter, second: Parameter, required: frozenset[str]) -> Parameter:
    choices = tuple(sorted({*first.choices, *second.choices}))
    scalars = _precise(first.scalars | second.scalars)
    return Parameter(
        scalars=scalars - {"string"} if choices else scalars,
        choices=choices,
        fields=_fields(first.fields, second.fields),
        required=required,
        element=_either(first.element, second.element),
        values=_either(first.values, second.values),
        longest=first.longest if first.longest is not None else second.longest,
        unset=first.unset or second.unset,
    )


def _precise(scalars: frozenset[str]) -> frozenset[str]:
    return frozenset(name for name in scalars if not scalars & PRECISE.get(name, set()))


def _either(first: Parameter | None, second: Parameter | None) -> Parameter | None:
    if first is None or second is None:
        return first or second
    return overlaid(first, second)


def _fields(
    first: Mapping[str, Parameter] | None, second: Mapping[str, Parameter] | None
) -> Mapping[str, Parameter] | None:
    if first is None or second is None:
        return second if first is None else first
    both = {name: overlaid(first[name], second[name]) for name in first.keys() & second.keys()}
    return {**first, **second, **both}
