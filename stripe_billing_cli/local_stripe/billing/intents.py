"""The calls on payment intents, and what a confirmation brings about (https://docs.stripe.com/api/payment_intents)."""

from __future__ import annotations

from decimal import Decimal

from stripe_billing_cli.local_stripe import amounts
from stripe_billing_cli.local_stripe.billing import (
    clocks,
    collection,
    customers,
    intent_rules,
    payment_methods,
    payments,
)
from stripe_billing_cli.local_stripe.calls import Call, Route
from stripe_billing_cli.local_stripe.errors import invalid
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

CONFIRM_REST = unsupported(
    intent_rules.NOT_HERE,
    "allowed_payment_method_types amount_details amount_to_confirm capture_method confirmation_token "
    "error_on_requires_action excluded_payment_method_types hooks mandate mandate_data payment_details "
    "payment_method_data payment_method_options radar_options receipt_email shipping use_stripe_sdk",
)
CONFIRM = Hash(
    {
        **optional(payment_method=Text(), return_url=Text(), off_session=Boolean()),
        **unsettable(setup_future_usage=intent_rules.USAGE),
        **CONFIRM_REST,
        "expand": EXPAND,
    }
)
CREATE = Hash(
    {
        **required(amount=Integer(1), currency=Currency()),
        **optional(
            automatic_payment_methods=intent_rules.METHODS,
            confirm=Boolean(),
            customer=Text(),
            description=Text(),
            off_session=Boolean(),
            payment_method=Text(),
            payment_method_types=ListOf(Text()),
            return_url=Text(),
            setup_future_usage=intent_rules.USAGE,
        ),
        **unsettable(metadata=Metadata()),
        **unsupported("it has no accounts that are customers", "customer_account"),
        **unsupported(
            "it has no connected accounts", "application_fee_amount on_behalf_of transfer_data transfer_group"
        ),
        **unsupported(intent_rules.NOT_HERE, "confirmation_method payment_method_configuration statement_descriptor"),
        **unsupported(intent_rules.NOT_HERE, "statement_descriptor_suffix"),
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
UPDATED = ("amount", "currency", "customer", "description", "setup_future_usage")
UPDATE = Hash(
    {
        **optional(amount=Integer(1), currency=Currency(), customer=Text(), description=Text(), payment_method=Text()),
        **unsettable(metadata=Metadata(), setup_future_usage=intent_rules.USAGE),
        **unsupported("it has no accounts that are customers", "customer_account"),
        **unsupported(intent_rules.NO_CONNECT, "application_fee_amount transfer_data transfer_group"),
        **unsupported(
            intent_rules.NOT_HERE,
            "allowed_payment_method_types amount_details capture_method excluded_payment_method_types hooks "
            "payment_details payment_method_configuration payment_method_data payment_method_options "
            "payment_method_types receipt_email shipping statement_descriptor statement_descriptor_suffix",
        ),
        "expand": EXPAND,
    }
)
CAPTURE = Hash(
    {
        **optional(amount_to_capture=Integer(1), final_capture=Boolean()),
        **unsettable(metadata=Metadata()),
        **unsupported(
            intent_rules.NOT_HERE,
            "amount_details application_fee_amount hooks payment_details statement_descriptor "
            "statement_descriptor_suffix transfer_data",
        ),
        "expand": EXPAND,
    }
)
AUTHENTICATE = Hash({**required(succeeds=Boolean()), "expand": EXPAND})
LIST = Hash(
    {
        **LIST_FIELDS,
        **optional(customer=Text()),
        **unsupported("it has no accounts that are customers", "customer_account"),
    }
)


def create(call: Call) -> Object:
    params = call.params
    _check_amount(params["amount"], params["currency"])
    customer = customers.find(call, params["customer"]) if "customer" in params else None
    call = clocks.at_time_of(call, customer or {})
    method = intent_rules.usable_method(call, params.get("payment_method"), customer)
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
        raise intent_rules.nothing_to_confirm("payment_intent", intent, call)
    return _confirmed(call, intent, method)


def _check_amount(amount: int, currency: str) -> None:
    smallest = amounts.smallest_charge(currency)
    if amount < smallest:
        least = amounts.told(Decimal(smallest), currency)
        raise invalid(f"Amount must be at least {least} {currency}", "amount", "amount_too_small")
    if amount > amounts.largest(currency):
        most = amounts.told(Decimal(amounts.largest(currency)), currency)
        raise invalid(f"Amount must be no more than {most} {currency}", "amount", "amount_too_large")


def retrieve(call: Call) -> Object:
    return intent_rules.find(call, "payment_intent")


def confirm(call: Call) -> Object:
    """Pay with the card named, or the intent's own. Raises the card's decline as 402, what it left behind stays."""
    intent = intent_rules.find(call, "payment_intent")
    customer = _customer_of(call, intent)
    call = clocks.at_time_of(call, customer or {})
    if intent["status"] not in payments.PAYABLE:
        raise intent_rules.unexpected_state("payment_intent", "PaymentIntent", "confirm", intent, call)
    method = intent_rules.usable_method(call, call.params.get("payment_method") or intent["payment_method"], customer)
    if method is None:
        raise intent_rules.nothing_to_confirm("payment_intent", intent, call)
    if "setup_future_usage" in call.params:
        intent = {**intent, "setup_future_usage": call.params["setup_future_usage"]}
    return _confirmed(call, intent, method)


def _confirmed(call: Call, intent: Object, method: Object) -> Object:
    after = payments.attempt(call, intent, method, off_session=call.params.get("off_session", False))
    invoice = invoice_of(call, intent["id"])
    if invoice is not None:
        collection.settle(call, invoice, after, automatic=False)
    if after["last_payment_error"] is not None:
        raise payments.card_error(call, after).keeping()
    return after


def invoice_of(call: Call, intent: str) -> Object | None:
    condition = Condition("json_extract(body, '$.payments.data[0].payment.payment_intent') = ?", (intent,))
    found = call.store.select("invoice", [condition], newest_first=True, limit=1)
    return found[0] if found else None


def cancel(call: Call) -> Object:
    intent = intent_rules.find(call, "payment_intent")
    if intent["status"] not in payments.PAYABLE:
        raise intent_rules.unexpected_state("payment_intent", "PaymentIntent", "cancel", intent, call)
    if invoice_of(call, intent["id"]) is not None:
        raise invalid(
            "You cannot cancel a PaymentIntent that belongs to an invoice. Void the invoice instead.",
            code="payment_intent_unexpected_state",
        )
    return payments.cancel(call, intent, call.params.get("cancellation_reason"))


def update(call: Call) -> Object:
    """What is to be paid and by what, while it is not paid. An invoice says itself what it costs."""
    intent = intent_rules.find(call, "payment_intent")
    params = call.params
    customer = _customer_of(call, intent)
    call = clocks.at_time_of(call, customer or {})
    plain = {"description", "expand", "metadata"}
    if intent["status"] not in payments.PAYABLE and params.keys() - plain:
        raise intent_rules.unexpected_state("payment_intent", "PaymentIntent", "update", intent, call)
    if params.keys() & {"amount", "currency", "customer"} and invoice_of(call, intent["id"]) is not None:
        raise invalid("You cannot change the amount, the currency or the customer of an invoice's PaymentIntent.")
    after = {**intent, **{name: params[name] for name in UPDATED if name in params}}
    if "amount" in params or "currency" in params:
        _check_amount(after["amount"], after["currency"])
    if "customer" in params:
        customer = customers.find(call, params["customer"])
    if "metadata" in params:
        after["metadata"] = {} if params["metadata"] is None else merged(intent["metadata"], params["metadata"])
    if "payment_method" in params:
        method = intent_rules.usable_method(call, params["payment_method"], customer)
        after |= {"payment_method": method["id"] if method else None, "next_action": None}
        after["status"] = "requires_confirmation" if method else "requires_payment_method"
    call.store.replace("payment_intent", after)
    return after


def _customer_of(call: Call, intent: Object) -> Object | None:
    return call.store.get("customer", intent["customer"]) if intent["customer"] else None


def capture(call: Call) -> Object:
    """Refused: money is taken at once here, so that nothing is ever left to capture."""
    intent = intent_rules.find(call, "payment_intent")
    raise intent_rules.unexpected_state("payment_intent", "PaymentIntent", "capture", intent, call)


def authenticate(call: Call) -> Object:
    """Not a call of Stripe's: 3-D Secure is passed or failed, as by the customer at its page."""
    intent = intent_rules.find(call, "payment_intent")
    if intent["status"] != "requires_action":
        raise intent_rules.unexpected_state("payment_intent", "PaymentIntent", "authenticate", intent, call)
    call = clocks.at_time_of(call, _customer_of(call, intent) or {})
    method = payment_methods.find(call, intent["payment_method"], "payment_method")
    passes = payments.succeed if call.params["succeeds"] else payments.not_authenticated
    after = passes(call, intent, method)
    invoice = invoice_of(call, intent["id"])
    if invoice is not None:
        collection.settle(call, invoice, after, automatic=False)
    return after


def list_intents(call: Call) -> Object:
    return page(
        call, "payment_intent", "/v1/payment_intents", equal(json_field("customer"), call.params.get("customer"))
    )


RETRIEVE = Hash({**optional(client_secret=Text()), "expand": EXPAND})
PATH = "/v1/payment_intents"
ROUTES = (
    Route("POST", PATH, "payment_intent", CREATE, create),
    Route("GET", PATH, "payment_intent", LIST, list_intents, check_cursors, lists=True),
    Route("GET", f"{PATH}/{{id}}", "payment_intent", RETRIEVE, retrieve),
    Route("POST", f"{PATH}/{{id}}", "payment_intent", UPDATE, update),
    Route("POST", f"{PATH}/{{id}}/confirm", "payment_intent", CONFIRM, confirm),
    Route("POST", f"{PATH}/{{id}}/cancel", "payment_intent", CANCEL, cancel),
    Route("POST", f"{PATH}/{{id}}/capture", "payment_intent", CAPTURE, capture),
    Route("POST", "/local/payment_intents/{id}/authenticate", "payment_intent", AUTHENTICATE, authenticate),
)
