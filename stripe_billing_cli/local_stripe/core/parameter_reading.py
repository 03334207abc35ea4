"""The reading of the parameters of a call, with the refusals of what is not declared."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from stripe_billing_cli.local_stripe.core.documented import Operation
from stripe_billing_cli.local_stripe.core.errors import ApiError, not_here, unknown_params
from stripe_billing_cli.local_stripe.core.forms import Raw
from stripe_billing_cli.local_stripe.core.parameters import ChoiceError, ObjectParam, Params

Documentation: TypeAlias = Callable[[], Operation | None]


def read(form: ObjectParam, fields: dict[str, Raw], documentation: Documentation = lambda: None) -> Params:
    """Return the parameters of a call. Unknown names are reported first, all at once, then the first other error.

    `documentation` gives what Stripe documents for the call: what is documented and not in `form` is refused by name.
    """
    if extra := form.find_unknown(fields, ""):
        raise _unknown_error(extra, documentation())
    try:
        return form.read(fields, "")
    except ChoiceError as error:
        raise _no_choice(error, documentation()) from None


def _unknown_error(names: list[str], operation: Operation | None) -> ApiError:
    undocumented_names = [name for name in names if operation is None or operation.parameters.at(_parts(name)) is None]
    if undocumented_names:
        return unknown_params(undocumented_names)
    return not_here(f"the parameter `{names[0]}`", names[0])


def _no_choice(error: ChoiceError, operation: Operation | None) -> ApiError:
    """Return the refusal of a value: by name if Stripe has it; else with all the values that Stripe has."""
    parameter = operation.parameters.at(_parts(error.name)) if operation else None
    if parameter is None or set(parameter.choices) <= set(error.options):
        return error
    if error.value in parameter.choices:
        return not_here(f"`{error.value}` for the parameter `{error.name}`", error.name)
    return ChoiceError(error.value, tuple(dict.fromkeys((*error.options, *parameter.choices))), error.name)


def _parts(name: str) -> list[str]:
    return name.replace("]", "").split("[")
