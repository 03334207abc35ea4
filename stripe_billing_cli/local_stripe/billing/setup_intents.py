"""The calls on setup intents, and what a confirmation brings about (https://docs.stripe.com/api/setup_intents)."""

from __future__ import annotations

from stripe_billing_cli.local_stripe.billing import clocks, customers, intent_rules, payment_methods, payments, setups
from stripe_billing_cli.local_stripe.billing.subscriptions import stored
from stripe_billing_cli.local_stripe.calls import Call, Route
from stripe_billing_cli.local_stripe.lists import LIST_FIELDS, check_cursors, equal, json_field, page
from stripe_billing_cli.local_stripe.metadata import merged
from stripe_billing_cli.local_stripe.parameters import (
    EXPAND,
    Boolean,
    Choice,
    Hash,
    ListOf,
    Metadata,
    Text,
    optional,
    required,
    unsettable,
    unsupported,
)
from stripe_billing_cli.local_stripe.store import Condition, Object

REST = unsupported(
    intent_rules.NOT_HERE,
    "allowed_payment_method_types confirmation_token mandate_data payment_method_data payment_method_options "
    "use_stripe_sdk",
)
CREATE = Hash(
    {
        **optional(
            automatic_payment_methods=intent_rules.METHODS,
            confirm=Boolean(),
            customer=Text(),
            description=Text(),
            payment_method=Text(),
            payment_method_types=ListOf(Text()),
            return_url=Text(),
            usage=intent_rules.USAGE,
        ),
        **unsettable(metadata=Metadata()),
        **unsupported("it has no accounts that are customers", "customer_account"),
        **unsupported(intent_rules.NO_CONNECT, "attach_to_self on_behalf_of"),
        **unsupported(
            intent_rules.NOT_HERE,
            "excluded_payment_method_types flow_directions payment_method_configuration single_use",
        ),
        **REST,
        "expand": EXPAND,
    }
)
CONFIRM = Hash({**optional(payment_method=Text(), return_url=Text()), **REST, "expand": EXPAND})
CANCEL = Hash(
    {
        **optional(cancellation_reason=Choice(("abandoned", "duplicate", "requested_by_customer"))),
        "expand": EXPAND,
    }
)


def create(call: Call) -> Object:
    params = call.params
    customer = customers.find(call, params["customer"]) if "customer" in params else None
    call = clocks.at_time_of(call, customer or {})
    method = intent_rules.usable_method(call, params.get("payment_method"), customer)
    setup = setups.new_setup(
        call,
        customer=customer["id"] if customer else None,
        automatic_payment_methods=params.get("automatic_payment_methods"),
        description=params.get("description"),
        metadata=merged({}, params.get("metadata") or {}),
        payment_method=method["id"] if method else None,
        usage=params.get("usage", "off_session"),
    )
    if not params.get("confirm"):
        return setup
    if method is None:
        raise intent_rules.nothing_to_confirm("setup_intent", setup, call)
    return _set_up(call, setup, method)


def retrieve(call: Call) -> Object:
    return intent_rules.find(call, "setup_intent")


def confirm(call: Call) -> Object:
    setup = intent_rules.find(call, "setup_intent")
    customer = call.store.get("customer", setup["customer"]) if setup["customer"] else None
    call = clocks.at_time_of(call, customer or {})
    if setup["status"] not in payments.PAYABLE:
        raise intent_rules.unexpected_state("setup_intent", "SetupIntent", "confirm", setup, call)
    method = intent_rules.usable_method(call, call.params.get("payment_method") or setup["payment_method"], customer)
    if method is None:
        raise intent_rules.nothing_to_confirm("setup_intent", setup, call)
    return _set_up(call, setup, method)


def _set_up(call: Call, setup: Object, method: Object) -> Object:
    after = setups.attempt(call, setup, method)
    if after["last_setup_error"] is not None:
        raise setups.card_error(call, after).keeping()
    if after["status"] == "succeeded":
        _use_for_subscription(call, after)
    return after


def _use_for_subscription(call: Call, setup: Object) -> None:
    """The card collected for a subscription becomes the one that it is paid with."""
    waiting = Condition("json_extract(body, '$.pending_setup_intent') = ?", (setup["id"],))
    for before in call.store.select(stored.KIND, [waiting], newest_first=True, limit=1):
        stored.amend(call, before["id"], pending_setup_intent=None, default_payment_method=setup["payment_method"])


def cancel(call: Call) -> Object:
    setup = intent_rules.find(call, "setup_intent")
    if setup["status"] not in payments.PAYABLE:
        raise intent_rules.unexpected_state("setup_intent", "SetupIntent", "cancel", setup, call)
    return setups.cancel(call, setup, call.params.get("cancellation_reason"))


def update(call: Call) -> Object:
    setup = intent_rules.find(call, "setup_intent")
    params = call.params
    if setup["status"] not in payments.PAYABLE and params.keys() - {"description", "expand", "metadata"}:
        raise intent_rules.unexpected_state("setup_intent", "SetupIntent", "update", setup, call)
    after = {**setup, **{name: params[name] for name in ("customer", "description") if name in params}}
    customer = customers.find(call, after["customer"]) if after["customer"] else None
    if "metadata" in params:
        after["metadata"] = {} if params["metadata"] is None else merged(setup["metadata"], params["metadata"])
    if "payment_method" in params:
        method = intent_rules.usable_method(call, params["payment_method"], customer)
        after |= {"payment_method": method["id"] if method else None, "next_action": None}
        after["status"] = "requires_confirmation" if method else "requires_payment_method"
    call.store.replace("setup_intent", after)
    return after


def authenticate(call: Call) -> Object:
    """Not a call of Stripe's: 3-D Secure is passed or failed, as by the customer at its page."""
    setup = intent_rules.find(call, "setup_intent")
    if setup["status"] != "requires_action":
        raise intent_rules.unexpected_state("setup_intent", "SetupIntent", "authenticate", setup, call)
    call = clocks.at_time_of(call, (call.store.get("customer", setup["customer"] or "")) or {})
    method = payment_methods.find(call, setup["payment_method"], "payment_method")
    if not call.params["succeeds"]:
        return setups.not_authenticated(call, setup, method)
    after = setups.succeed(call, setup, method)
    _use_for_subscription(call, after)
    return after


def list_setups(call: Call) -> Object:
    conditions = [
        *equal(json_field("customer"), call.params.get("customer")),
        *equal(json_field("payment_method"), call.params.get("payment_method")),
    ]
    return page(call, "setup_intent", PATH, conditions)


UPDATE = Hash(
    {
        **optional(customer=Text(), description=Text(), payment_method=Text()),
        **unsettable(metadata=Metadata()),
        **unsupported("it has no accounts that are customers", "customer_account"),
        **unsupported(intent_rules.NO_CONNECT, "attach_to_self"),
        **unsupported(
            intent_rules.NOT_HERE,
            "allowed_payment_method_types excluded_payment_method_types flow_directions payment_method_configuration "
            "payment_method_data payment_method_options payment_method_types",
        ),
        "expand": EXPAND,
    }
)
LIST = Hash(
    {
        **LIST_FIELDS,
        **optional(customer=Text(), payment_method=Text()),
        **unsupported("it has no accounts that are customers", "customer_account"),
        **unsupported(intent_rules.NO_CONNECT, "attach_to_self"),
    }
)
AUTHENTICATE = Hash({**required(succeeds=Boolean()), "expand": EXPAND})
RETRIEVE = Hash({**optional(client_secret=Text()), "expand": EXPAND})
PATH = "/v1/setup_intents"
ROUTES = (
    Route("POST", PATH, "setup_intent", CREATE, create),
    Route("GET", PATH, "setup_intent", LIST, list_setups, check_cursors, lists=True),
    Route("GET", f"{PATH}/{{id}}", "setup_intent", RETRIEVE, retrieve),
    Route("POST", f"{PATH}/{{id}}", "setup_intent", UPDATE, update),
    Route("POST", f"{PATH}/{{id}}/confirm", "setup_intent", CONFIRM, confirm),
    Route("POST", f"{PATH}/{{id}}/cancel", "setup_intent", CANCEL, cancel),
    Route("POST", "/local/setup_intents/{id}/authenticate", "setup_intent", AUTHENTICATE, authenticate),
)
