"""The calls on setup intents, and what a confirmation brings about (https://docs.stripe.com/api/setup_intents)."""

from __future__ import annotations

from collections.abc import Sequence

from stripe_billing_cli.local_stripe.billing import customers
from stripe_billing_cli.local_stripe.billing.payments import (
    intent_errors,
    method_options,
    payment_methods,
    setup_intents,
)
from stripe_billing_cli.local_stripe.billing.subscriptions import repository
from stripe_billing_cli.local_stripe.core import clocks
from stripe_billing_cli.local_stripe.core.documented_form import form
from stripe_billing_cli.local_stripe.core.errors import check_only_one, invalid
from stripe_billing_cli.local_stripe.core.lists import filter_conditions, page
from stripe_billing_cli.local_stripe.core.metadata import changed_metadata, new_metadata
from stripe_billing_cli.local_stripe.core.parameters import EXPAND, Boolean, ObjectParam, Params, Text, required_fields
from stripe_billing_cli.local_stripe.core.reasons import NO_CONFIGURATIONS, NO_MOTO, NO_OTHER_3DS, NO_READERS
from stripe_billing_cli.local_stripe.core.requests import AS_DOCUMENTED, Call, Route
from stripe_billing_cli.local_stripe.core.store import Condition, Object
from stripe_billing_cli.local_stripe.resources import confirmation_tokens
from stripe_billing_cli.local_stripe.resources import payment_methods as described_methods
from stripe_billing_cli.local_stripe.resources.setup_intents import refusals

CHANGEABLE_FIELDS = ("customer", "description", "flow_directions")
NOT_HERE = {
    NO_MOTO: "payment_method_options.card.moto",
    NO_OTHER_3DS: "payment_method_options.card.three_d_secure",
    NO_READERS: "payment_method_options.card_present",
}
CREATE = form(
    "POST /v1/setup_intents",
    {"description": Text(), "payment_method_data": described_methods.MethodData(), "usage": Text()},
    unset="metadata",
    refusals={
        NO_CONFIGURATIONS: "payment_method_configuration",
        "it sets up methods for more than one payment": "single_use",
        **NOT_HERE,
    },
)
CONFIRM = form(
    "POST /v1/setup_intents/{intent}/confirm",
    {"payment_method_data": described_methods.MethodData()},
    refusals=NOT_HERE,
)
VERIFY = form("POST /v1/setup_intents/{intent}/verify_microdeposits", most={"amounts": 2})


def create(call: Call) -> Object:
    call = described_methods.with_method(confirmation_tokens.apply_token(call, confirmation_tokens.OF_SETUPS))
    params = call.params
    customer = customers.find_optional(call)
    call = clocks.at_time_of(call, customer)
    owner = customer["id"] if customer else None
    types = _types(call)
    method = refusals.usable_method(call, params.get("payment_method"), owner, None)
    if method is not None:
        refusals.check_type(call, method, types["payment_method_types"], None)
    # `usage` is always answered as off_session, whatever was asked for, and whatever it is (recorded).
    setup = setup_intents.create_setup(
        call,
        customer=owner,
        description=params.get("description"),
        metadata=new_metadata(params),
        flow_directions=params.get("flow_directions"),
        payment_method=method["id"] if method else None,
        _mandate_data=params.get("mandate_data"),
        **_with_options(types, params),
    )
    if not params.get("confirm"):
        return setup
    refusals.check_confirmable(call, setup, setup["payment_method"])
    assert method is not None, "an intent that may be confirmed has a payment method"
    confirmation_tokens.use(call, setup)
    return _set_up(call, setup, method)


def _with_options(types: Object, params: Params) -> Object:
    """Return what may be set up, without the types that a call excludes, with the options that it gives."""
    types = method_options.without_excluded(types, params)
    if "payment_method_options" not in params:
        return types
    before = types.get("payment_method_options") or _options_of(types["payment_method_types"])
    options = method_options.merge(before, params["payment_method_options"], method_options.OF_SETUPS)
    return {**types, "payment_method_options": options}


def _options_of(types: Sequence[str]) -> Object:
    return method_options.of_types(types, method_options.OF_SETUPS)


def _types(call: Call) -> Object:
    """Return what may be set up: the types named, or those that the account's configuration has."""
    params = call.params
    types = method_options.types_from_params(params, method_options.OF_SETUPS)
    automatic = params.get("automatic_payment_methods", {"enabled": not types})
    if not automatic["enabled"]:
        return types or {"payment_method_options": _options_of(["card"]), "payment_method_types": ["card"]}
    return {
        "automatic_payment_methods": {"allow_redirects": "always", **automatic},
        "payment_method_configuration_details": {"id": method_options.configuration(call.account), "parent": None},
        "payment_method_types": list(method_options.AUTOMATIC),
    }


def check_new(params: Params) -> None:
    if "confirmation_token" in params and not params.get("confirm"):
        raise invalid("The parameter `confirmation_token` can only be used with `confirm=true`.", "confirmation_token")
    if params.get("automatic_payment_methods", {}).get("enabled"):
        check_only_one(params, "automatic_payment_methods", *method_options.TYPES)
    check_types(params)


def check_types(params: Params) -> None:
    described_methods.check_one(params)
    check_only_one(params, *method_options.TYPES)
    for name in method_options.TYPES:
        refusals.check_types(params.get(name), name)


def retrieve(call: Call) -> Object:
    setup = refusals.find(call)
    refusals.check_secret(call, setup)
    return setup


def confirm(call: Call) -> Object:
    setup = refusals.find(call)
    refusals.check_secret(call, setup)
    call = clocks.at_time_of_customer(call, setup["customer"])
    call = described_methods.with_method(confirmation_tokens.apply_token(call, confirmation_tokens.OF_SETUPS))
    id = call.params.get("payment_method") or setup["payment_method"]
    refusals.check_confirmable(call, setup, id)
    method = refusals.usable_method(call, id, setup["customer"], setup)
    assert method is not None, "an intent that may be confirmed has a payment method"
    refusals.check_type(call, method, setup["payment_method_types"], setup)
    setup = _with_options(
        {**setup, **method_options.types_from_params(call.params, method_options.OF_SETUPS)}, call.params
    )
    confirmation_tokens.use(call, setup)
    mandate_data = call.params.get("mandate_data", setup.get("_mandate_data"))
    return _set_up(call, {**setup, "_mandate_data": mandate_data}, method)


def verify(call: Call) -> Object:
    """Refuse micro-deposits, which prove a bank account; the local Stripe sets up cards, of which nothing is asked in
    this way."""
    setup = refusals.find(call)
    refusals.check_secret(call, setup)
    intent_errors.check_actionable(call, setup)
    raise invalid("The local Stripe does not verify micro-deposits: its setup intents are of cards.")


def _set_up(call: Call, setup: Object, method: Object) -> Object:
    intent_errors.check_return(call, setup)
    after = setup_intents.attempt(call, setup, method)
    if after["last_setup_error"] is not None:
        raise intent_errors.card_error(call, after).keep_effects()
    if after["status"] == "succeeded":
        _use_for_subscription(call, after)
    return after


def _use_for_subscription(call: Call, setup: Object) -> None:
    """Pay a subscription from now on with the card that was collected for it."""
    condition = Condition("json_extract(body, '$.pending_setup_intent') = ?", (setup["id"],))
    for before in call.store.select(repository.KIND, [condition], newest_first=True, limit=1):
        repository.amend(call, before["id"], pending_setup_intent=None, default_payment_method=setup["payment_method"])


def cancel(call: Call) -> Object:
    setup = refusals.find(call)
    refusals.check_cancelable(call, setup)
    return setup_intents.cancel(call, setup, call.params.get("cancellation_reason"))


def update(call: Call) -> Object:
    setup = refusals.find(call)
    refusals.check_updatable(call, setup)
    call = described_methods.with_method(call)
    params = call.params
    after = {**setup, **{name: params[name] for name in CHANGEABLE_FIELDS if name in params}}
    if "customer" in params:
        customers.find(call, params["customer"])
    after |= method_options.types_from_params(params, method_options.OF_SETUPS)
    after = _with_options(after, params)
    after["metadata"] = changed_metadata(setup, params)
    if "payment_method" in params:
        method = refusals.usable_method(call, params["payment_method"], after["customer"], setup)
        assert method is not None, "the parameter names one"
        refusals.check_type(call, method, after["payment_method_types"], setup)
        after |= {"payment_method": method["id"], "next_action": None, "status": "requires_confirmation"}
    call.store.replace("setup_intent", after)
    return after


def authenticate(call: Call) -> Object:
    """Pass or fail 3-D Secure, as the customer does at its page; this is not a call of Stripe's."""
    setup = refusals.find(call)
    intent_errors.check_actionable(call, setup)
    call = clocks.at_time_of_customer(call, setup["customer"])
    method = payment_methods.find(call, setup["payment_method"], "payment_method")
    if not call.params["succeeds"]:
        return setup_intents.not_authenticated(call, setup, method)
    after = setup_intents.succeed(call, setup, method)
    _use_for_subscription(call, after)
    return after


def list_setups(call: Call) -> Object:
    """List setup intents; a filter that names an object that there is not is refused (recorded of payment methods)."""
    if "customer" in call.params:
        customers.find(call, call.params["customer"])
    method = call.params.get("payment_method")
    if method is not None and call.store.get("payment_method", method) is None:
        raise payment_methods.no_such_method(method, "payment_method")
    return page(call, "setup_intent", PATH, filter_conditions(call, "customer payment_method"))


UPDATE = form(
    "POST /v1/setup_intents/{intent}",
    {"description": Text(), "payment_method_data": described_methods.MethodData()},
    refusals={
        NO_CONFIGURATIONS: "payment_method_configuration",
        **NOT_HERE,
    },
)
AUTHENTICATE = ObjectParam({**required_fields(succeeds=Boolean()), "expand": EXPAND})
PATH = "/v1/setup_intents"
ROUTES = (
    Route("POST", PATH, "setup_intent", CREATE, create, check_new),
    Route("GET", PATH, "setup_intent", AS_DOCUMENTED, list_setups, lists=True),
    Route("GET", f"{PATH}/{{id}}", "setup_intent", AS_DOCUMENTED, retrieve),
    Route("POST", f"{PATH}/{{id}}", "setup_intent", UPDATE, update, check_types),
    Route("POST", f"{PATH}/{{id}}/confirm", "setup_intent", CONFIRM, confirm, described_methods.check_one),
    Route("POST", f"{PATH}/{{id}}/cancel", "setup_intent", AS_DOCUMENTED, cancel),
    Route("POST", f"{PATH}/{{id}}/verify_microdeposits", "setup_intent", VERIFY, verify),
    Route("POST", "/local/setup_intents/{id}/authenticate", "setup_intent", AUTHENTICATE, authenticate),
)
