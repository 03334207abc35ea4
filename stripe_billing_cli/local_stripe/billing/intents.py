"""The calls on payment intents and setup intents, and what a confirmation brings about.

https://docs.stripe.com/api/payment_intents, https://docs.stripe.com/api/setup_intents
"""

from __future__ import annotations

from stripe_billing_cli.local_stripe.billing import clocks, collection, customers, payment_methods, payments, setups
from stripe_billing_cli.local_stripe.calls import Call, Route
from stripe_billing_cli.local_stripe.errors import ApiError, invalid, no_such
from stripe_billing_cli.local_stripe.expansion import shown
from stripe_billing_cli.local_stripe.lists import LIST_FIELDS, check_cursors, equal, json_field, page
from stripe_billing_cli.local_stripe.metadata import merged
from stripe_billing_cli.local_stripe.parameters import (
    EXPAND,
    Boolean,
    Choice,
    Currency,
    Hash,
    Integer,
    ListOf,
    Metadata,
    Text,
    optional,
    required,
    unsettable,
    unsupported,
)
from stripe_billing_cli.local_stripe.store import Condition, Object

NO_CONNECT = "it has no connected accounts"
NOT_HERE = "its payments are of cards, at once and in full"
METHODS = Hash({**required(enabled=Boolean()), **optional(allow_redirects=Choice(("always", "never")))})
CONFIRM_REST = unsupported(
    NOT_HERE,
    "allowed_payment_method_types amount_details amount_to_confirm capture_method confirmation_token "
    "error_on_requires_action excluded_payment_method_types hooks mandate mandate_data payment_details "
    "payment_method_data payment_method_options radar_options receipt_email shipping use_stripe_sdk",
)
USAGE = Choice(("off_session", "on_session"))
CONFIRM = Hash(
    {
        **optional(payment_method=Text(), return_url=Text(), off_session=Boolean()),
        **unsettable(setup_future_usage=USAGE),
        **CONFIRM_REST,
        "expand": EXPAND,
    }
)
CREATE = Hash(
    {
        **required(amount=Integer(1), currency=Currency()),
        **optional(
            automatic_payment_methods=METHODS,
            confirm=Boolean(),
            customer=Text(),
            description=Text(),
            off_session=Boolean(),
            payment_method=Text(),
            payment_method_types=ListOf(Text()),
            return_url=Text(),
            setup_future_usage=USAGE,
        ),
        **unsettable(metadata=Metadata()),
        **unsupported("it has no accounts that are customers", "customer_account"),
        **unsupported(
            "it has no connected accounts", "application_fee_amount on_behalf_of transfer_data transfer_group"
        ),
        **unsupported(NOT_HERE, "confirmation_method payment_method_configuration statement_descriptor"),
        **unsupported(NOT_HERE, "statement_descriptor_suffix"),
        **{name: field for name, field in CONFIRM_REST.items() if name != "amount_to_confirm"},
        "expand": EXPAND,
    }
)
CANCEL = Hash(
    {
        **optional(cancellation_reason=Choice(("abandoned", "duplicate", "fraudulent", "requested_by_customer"))),
        "expand": EXPAND,
    }
)
LIST = Hash(
    {
        **LIST_FIELDS,
        **optional(customer=Text()),
        **unsupported("it has no accounts that are customers", "customer_account"),
    }
)


def create(call: Call) -> Object:
    params = call.params
    customer = customers.find(call, params["customer"]) if "customer" in params else None
    call = clocks.at_time_of(call, customer or {})
    method = _method(call, params.get("payment_method"), customer)
    intent = payments.new_intent(
        call,
        amount=params["amount"],
        currency=params["currency"],
        customer=customer["id"] if customer else None,
        automatic_payment_methods=params.get("automatic_payment_methods"),
        description=params.get("description"),
        metadata=merged({}, params.get("metadata") or {}),
        payment_method=method["id"] if method else None,
        setup_future_usage=params.get("setup_future_usage"),
    )
    if not params.get("confirm"):
        return intent
    if method is None:
        raise _nothing_to_confirm("payment_intent", intent, call)
    return _confirmed(call, intent, method)


def _method(call: Call, id: str | None, customer: Object | None) -> Object | None:
    if id is None:
        return None
    method = payment_methods.find(call, id, "payment_method")
    owner = customer["id"] if customer else None
    if method["customer"] not in (None, owner):
        raise invalid(
            "The payment method you provided belongs to a customer; please include that customer in the "
            "`customer` parameter of the intent.",
            "payment_method",
        )
    if method.get("test_detached"):
        raise invalid(
            "The provided PaymentMethod was previously used with a PaymentIntent without Customer attachment, shared "
            "with a connected account without Customer attachment, or was detached from a Customer. It may not be "
            "used again. To use a PaymentMethod multiple times, you must attach it to a Customer first.",
            "payment_method",
        )
    return method


def _find(call: Call, kind: str) -> Object:
    intent = call.store.get(kind, call.id)
    if intent is None:
        raise no_such(kind, call.id, "intent", 404)
    return intent


def retrieve(call: Call) -> Object:
    return _find(call, "payment_intent")


def confirm(call: Call) -> Object:
    """Pay with the card named, or the intent's own. Raises the card's decline as 402, what it left behind stays."""
    intent = _find(call, "payment_intent")
    customer = call.store.get("customer", intent["customer"]) if intent["customer"] else None
    call = clocks.at_time_of(call, customer or {})
    if intent["status"] not in payments.PAYABLE:
        raise _unexpected_state("payment_intent", "PaymentIntent", "confirm", intent, call)
    method = _method(call, call.params.get("payment_method") or intent["payment_method"], customer)
    if method is None:
        raise _nothing_to_confirm("payment_intent", intent, call)
    if "setup_future_usage" in call.params:
        intent = {**intent, "setup_future_usage": call.params["setup_future_usage"]}
    return _confirmed(call, intent, method)


def _confirmed(call: Call, intent: Object, method: Object) -> Object:
    after = payments.attempt(call, intent, method, off_session=call.params.get("off_session", False))
    invoice = _invoice(call, intent["id"])
    if invoice is not None:
        collection.settle(call, invoice, after)
    if after["last_payment_error"] is not None:
        raise payments.card_error(call, after).keeping()
    return after


def _invoice(call: Call, intent: str) -> Object | None:
    condition = Condition("json_extract(body, '$.payments.data[0].payment.payment_intent') = ?", (intent,))
    found = call.store.select("invoice", [condition], newest_first=True, limit=1)
    return found[0] if found else None


def cancel(call: Call) -> Object:
    intent = _find(call, "payment_intent")
    if intent["status"] not in payments.PAYABLE:
        raise _unexpected_state("payment_intent", "PaymentIntent", "cancel", intent, call)
    if _invoice(call, intent["id"]) is not None:
        raise invalid(
            "You cannot cancel a PaymentIntent that belongs to an invoice. Void the invoice instead.",
            code="payment_intent_unexpected_state",
        )
    return payments.cancel(call, intent, call.params.get("cancellation_reason"))


def list_intents(call: Call) -> Object:
    return page(
        call, "payment_intent", "/v1/payment_intents", equal(json_field("customer"), call.params.get("customer"))
    )


def _unexpected_state(kind: str, noun: str, action: str, intent: Object, call: Call) -> ApiError:
    return ApiError(
        400,
        f"You cannot {action} this {noun} because it has a status of {intent['status']}.",
        f"{kind}_unexpected_state",
        objects={kind: shown(call.store, kind, intent, {})},
    )


def _nothing_to_confirm(kind: str, intent: Object, call: Call) -> ApiError:
    noun = "PaymentIntent" if kind == "payment_intent" else "SetupIntent"
    return ApiError(
        400,
        f"You cannot confirm this {noun} because it's missing a payment method. You can either update the {noun} with "
        f"a payment method and then confirm it again, or confirm it again directly with a payment method.",
        f"{kind}_unexpected_state",
        objects={kind: shown(call.store, kind, intent, {})},
    )


SETUP_REST = unsupported(
    NOT_HERE,
    "allowed_payment_method_types confirmation_token mandate_data payment_method_data payment_method_options "
    "use_stripe_sdk",
)
SETUP_CREATE = Hash(
    {
        **optional(
            automatic_payment_methods=METHODS,
            confirm=Boolean(),
            customer=Text(),
            description=Text(),
            payment_method=Text(),
            payment_method_types=ListOf(Text()),
            return_url=Text(),
            usage=USAGE,
        ),
        **unsettable(metadata=Metadata()),
        **unsupported("it has no accounts that are customers", "customer_account"),
        **unsupported(NO_CONNECT, "attach_to_self on_behalf_of"),
        **unsupported(
            NOT_HERE, "excluded_payment_method_types flow_directions payment_method_configuration single_use"
        ),
        **SETUP_REST,
        "expand": EXPAND,
    }
)
SETUP_CONFIRM = Hash({**optional(payment_method=Text(), return_url=Text()), **SETUP_REST, "expand": EXPAND})
SETUP_CANCEL = Hash(
    {
        **optional(cancellation_reason=Choice(("abandoned", "duplicate", "requested_by_customer"))),
        "expand": EXPAND,
    }
)


def create_setup(call: Call) -> Object:
    params = call.params
    customer = customers.find(call, params["customer"]) if "customer" in params else None
    call = clocks.at_time_of(call, customer or {})
    method = _method(call, params.get("payment_method"), customer)
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
        raise _nothing_to_confirm("setup_intent", setup, call)
    return _set_up(call, setup, method)


def retrieve_setup(call: Call) -> Object:
    return _find(call, "setup_intent")


def confirm_setup(call: Call) -> Object:
    setup = _find(call, "setup_intent")
    customer = call.store.get("customer", setup["customer"]) if setup["customer"] else None
    call = clocks.at_time_of(call, customer or {})
    if setup["status"] not in payments.PAYABLE:
        raise _unexpected_state("setup_intent", "SetupIntent", "confirm", setup, call)
    method = _method(call, call.params.get("payment_method") or setup["payment_method"], customer)
    if method is None:
        raise _nothing_to_confirm("setup_intent", setup, call)
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
    for before in call.store.select("subscription", [waiting], newest_first=True, limit=1):
        after = {**before, "pending_setup_intent": None, "default_payment_method": setup["payment_method"]}
        collection.save(call, before, after)


def cancel_setup(call: Call) -> Object:
    setup = _find(call, "setup_intent")
    if setup["status"] not in payments.PAYABLE:
        raise _unexpected_state("setup_intent", "SetupIntent", "cancel", setup, call)
    return setups.cancel(call, setup, call.params.get("cancellation_reason"))


RETRIEVE = Hash({**optional(client_secret=Text()), "expand": EXPAND})
PATH = "/v1/payment_intents"
SETUPS = "/v1/setup_intents"
ROUTES = (
    Route("POST", PATH, "payment_intent", CREATE, create),
    Route("GET", PATH, "payment_intent", LIST, list_intents, check_cursors, lists=True),
    Route("GET", f"{PATH}/{{id}}", "payment_intent", RETRIEVE, retrieve),
    Route("POST", f"{PATH}/{{id}}/confirm", "payment_intent", CONFIRM, confirm),
    Route("POST", f"{PATH}/{{id}}/cancel", "payment_intent", CANCEL, cancel),
    Route("POST", SETUPS, "setup_intent", SETUP_CREATE, create_setup),
    Route("GET", f"{SETUPS}/{{id}}", "setup_intent", RETRIEVE, retrieve_setup),
    Route("POST", f"{SETUPS}/{{id}}/confirm", "setup_intent", SETUP_CONFIRM, confirm_setup),
    Route("POST", f"{SETUPS}/{{id}}/cancel", "setup_intent", SETUP_CANCEL, cancel_setup),
)
