"""The calls on payment intents, and what a confirmation brings about (https://docs.stripe.com/api/payment_intents)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from stripe_billing_cli.local_stripe.billing import customers
from stripe_billing_cli.local_stripe.billing.invoicing import attached_payments, collection, invoices
from stripe_billing_cli.local_stripe.billing.payments import (
    amount_details,
    bank_transfers,
    captures,
    card_input,
    cash_balances,
    charges,
    installments,
    intent_errors,
    mandates,
    method_options,
    payment_intents,
    payment_methods,
)
from stripe_billing_cli.local_stripe.core import clocks, descriptors, identifiers
from stripe_billing_cli.local_stripe.core.errors import invalid
from stripe_billing_cli.local_stripe.core.lists import list_handler, page_of
from stripe_billing_cli.local_stripe.core.metadata import changed_metadata, merge_metadata, new_metadata
from stripe_billing_cli.local_stripe.core.requests import AS_DOCUMENTED, Call, Route
from stripe_billing_cli.local_stripe.core.search import Kind, Searchable, SearchField
from stripe_billing_cli.local_stripe.core.store import Object
from stripe_billing_cli.local_stripe.resources import confirmation_tokens
from stripe_billing_cli.local_stripe.resources import payment_methods as described_methods
from stripe_billing_cli.local_stripe.resources.payment_intents import fields, refusals

KIND = payment_intents.KIND
DESCRIPTIVE_PARAMS = (
    "description payment_details receipt_email shipping statement_descriptor statement_descriptor_suffix transfer_group"
).split()
"""What can be changed whatever has become of the payment, metadata besides."""
PAYMENT_PARAMS = "amount currency customer capture_method payment_method setup_future_usage".split()

OF_TRANSFERS = "payment_method_options[customer_balance]"
FUNDING_PARAMS = frozenset({"amount", "currency", "customer", "payment_method"})
"""The parameters of an intent by which it took money of the cash balance: where one changes, the money goes back."""
OF_INVOICE = frozenset({"amount", "capture_method", "currency", "customer"})


def create(call: Call) -> Object:
    call = described_methods.with_method(confirmation_tokens.apply_token(call, confirmation_tokens.OF_PAYMENTS))
    params = call.params
    customer = customers.find_optional(call)
    call = clocks.at_time_of(call, customer)
    method = refusals.usable_method(call, params.get("payment_method"), customer, None)
    types = _types(call)
    refusals.check_currency(types["payment_method_types"], params["currency"])
    if method is not None:
        refusals.check_type(call, method, types["payment_method_types"], None)
    id = identifiers.long_id(call, "pi")
    intent = payment_intents.create_intent(
        call,
        id=id,
        amount_details=amount_details.details_after(call, id, amount_details.NONE, params["amount"]),
        customer=customer["id"] if customer else None,
        capture_method=params.get("capture_method", "automatic_async"),
        confirmation_method=params.get("confirmation_method", "automatic"),
        metadata=new_metadata(params),
        payment_method=method["id"] if method else None,
        setup_future_usage=params.get("setup_future_usage"),
        _mandate=params.get("mandate_data"),
        **_described_fields(params),
        **installments.with_plans(call.account, {**_with_options(types, params), **_amount_of(params)}, method),
    )
    bank_transfers.check_options(bank_transfers.options_of(intent), intent["currency"], OF_TRANSFERS)
    if not params.get("confirm"):
        return intent
    if method is None:
        raise refusals.nothing_to_confirm(call, intent)
    confirmation_tokens.use(call, intent)
    return _confirm_with(call, intent, method)


def _with_options(types: Object, params: Mapping[str, Any]) -> Object:
    """Return what may pay, without the types that a call excludes, with the options that it gives."""
    types = method_options.without_excluded(types, params)
    if "payment_method_options" not in params:
        return types
    before = types.get("payment_method_options") or method_options.of_types(["card"])
    return {**types, "payment_method_options": method_options.merge(before, params["payment_method_options"])}


def _amount_of(params: Mapping[str, Any]) -> Object:
    return {"amount": params["amount"], "currency": params["currency"]}


def _described_fields(params: Mapping[str, Any]) -> Object:
    descriptions = {name: params[name] for name in DESCRIPTIVE_PARAMS if name in params}
    if descriptions.get("shipping") is not None:
        descriptions["shipping"] = payment_intents.shipping_of(descriptions["shipping"])
    return descriptions


def _types(call: Call) -> Object:
    """Return what may pay: the types named, or those that the account's configuration has."""
    params = call.params
    types = method_options.types_from_params(params)
    automatic = params.get("automatic_payment_methods", {"enabled": not types})
    if not automatic["enabled"]:
        return types or {"payment_method_options": method_options.of_types(["card"]), "payment_method_types": ["card"]}
    return {
        "automatic_payment_methods": {"allow_redirects": automatic.get("allow_redirects", "always"), "enabled": True},
        "payment_method_configuration_details": {
            "id": method_options.configuration(call.account),
            "parent": None,
        },
        "payment_method_options": method_options.of_types(method_options.AUTOMATIC),
        "payment_method_types": list(method_options.AUTOMATIC),
    }


def _amount_details(call: Call, before: Object, amount: int) -> Object:
    """Return what the amount is made up of after a call on an intent."""
    return amount_details.details_after(call, before["id"], before["amount_details"], amount)


def retrieve(call: Call) -> Object:
    return refusals.find(call)


def confirm(call: Call) -> Object:
    """Pay with the card named, or the intent's own. Raises the card's decline as 402, what it left behind stays."""
    before = refusals.find(call)
    customer = _customer_of(call, before)
    refusals.check_confirmable(call, before)
    call = clocks.at_time_of(call, customer)
    call = described_methods.with_method(confirmation_tokens.apply_token(call, confirmation_tokens.OF_PAYMENTS))
    method_id = call.params.get("payment_method") or before["payment_method"]
    method = refusals.usable_method(call, method_id, customer, before)
    if method is None:
        raise refusals.nothing_to_confirm(call, before)
    _check_invoice(call, before)
    attached_payments.check_room(call, before)
    confirmation_tokens.use(call, before)
    changes = {name: call.params[name] for name in PAYMENT_PARAMS if name in call.params and name != "payment_method"}
    types = _with_options({**before, **method_options.types_from_params(call.params)}, call.params)
    types["amount_details"] = _amount_details(call, before, before["amount"])
    types["_mandate"] = call.params.get("mandate_data", before.get("_mandate"))
    return _confirm_with(call, {**types, **changes, **_described_fields(call.params)}, method)


def _confirm_with(call: Call, intent: Object, method: Object) -> Object:
    refusals.check_type(call, method, intent["payment_method_types"], intent)
    refusals.check_descriptor(call, intent, method)
    refusals.check_captured_at_once(call, intent, method["type"])
    intent_errors.check_return(call, intent)
    if method["type"] == bank_transfers.METHOD:
        refusals.check_transfer(call, intent)
        bank_transfers.check_options(bank_transfers.options_of(intent), intent["currency"], OF_TRANSFERS)
    intent = installments.with_plans(call.account, intent, method)
    refusals.check_plan(call, intent)
    if method["type"] == "card" and (token := fields.cvc_token(call.params)) is not None:
        card_input.use_token(call, "cvc_update", token, fields.CVC_TOKEN)
        method = payment_methods.recheck_security_code(call, method)
    if "mandate" in call.params:
        method = mandates.by_name(call, call.params["mandate"], method)
    after = payment_intents.attempt(
        call,
        intent,
        method,
        off_session=call.params.get("off_session", False),
        may_wait=not call.params.get("error_on_requires_action", False),
    )
    invoice = invoices.of_intent(call, intent["id"])
    if invoice is not None:
        collection.record_attempt(call, invoice, after, automatic=False)
    if after["last_payment_error"] is not None:
        raise intent_errors.card_error(call, after).keep_effects()
    return after


def cancel(call: Call) -> Object:
    intent = refusals.find(call)
    refusals.check_cancelable(call, intent)
    if invoices.of_intent(call, intent["id"]) is not None:
        raise intent_errors.refusal(
            call,
            intent,
            "You cannot cancel a PaymentIntent that belongs to an invoice. Void the invoice instead.",
            refusals.STATE,
        )
    after = payment_intents.cancel(call, intent, call.params.get("cancellation_reason"))
    attached_payments.let_go(call, after)
    return after


def update(call: Call) -> Object:
    """Update what is to be paid and by what, while the intent is not paid. An invoice says itself what it costs."""
    intent = refusals.find(call)
    customer = _customer_of(call, intent)
    call = described_methods.with_method(clocks.at_time_of(call, customer))
    params = call.params
    for name in (*PAYMENT_PARAMS, *method_options.TYPES):
        if name in params:
            refusals.check_updatable(call, intent, name)
    _check_invoice(call, intent)
    if params.keys() & FUNDING_PARAMS:
        intent = payment_intents.unfund(call, intent)
    changes = {name: params[name] for name in PAYMENT_PARAMS if name in params}
    after = {
        **_with_options({**intent, **method_options.types_from_params(params)}, params),
        **changes,
        **_described_fields(params),
    }
    if "amount" in params or "currency" in params:
        charges.check_amount(after["amount"], after["currency"])
    after["amount_details"] = _amount_details(call, intent, after["amount"])
    if "customer" in params:
        customer = customers.find(call, params["customer"])
    after["metadata"] = changed_metadata(intent, params)
    if "payment_method" in params or "customer" in params:
        method = refusals.usable_method(call, after["payment_method"], customer, intent)
        if method is not None:
            refusals.check_type(call, method, after["payment_method_types"], intent)
        after |= {"payment_method": method["id"] if method else None}
    paying_method = (
        payment_methods.find(call, after["payment_method"], "payment_method") if after["payment_method"] else None
    )
    after = installments.with_plans(call.account, after, paying_method)
    if "payment_method" in params:
        after |= {"next_action": None, "status": "requires_confirmation"}
    bank_transfers.check_options(bank_transfers.options_of(after), after["currency"], OF_TRANSFERS)
    if bank_transfers.is_awaited(after):
        after["next_action"] = bank_transfers.next_action(call.store, after)
    call.store.replace(KIND, after)
    return after


def _check_invoice(call: Call, intent: Object) -> None:
    """Raise for what an invoice says of its payment, and nobody else; and for what was checked when a payment was
    attached to one (not recorded)."""
    if call.params.keys() & OF_INVOICE and _is_of_invoice(call, intent):
        raise invalid(f"You cannot change the {', '.join(sorted(OF_INVOICE))} of an invoice's PaymentIntent.")


def _is_of_invoice(call: Call, intent: Object) -> bool:
    return intent.get(attached_payments.INVOICE) is not None or invoices.of_intent(call, intent["id"]) is not None


def _customer_of(call: Call, intent: Object) -> Object | None:
    return call.store.get("customer", intent["customer"]) if intent["customer"] else None


def capture(call: Call) -> Object:
    """Take what was reserved when the intent was confirmed, or a part of it, of which `final_capture` says whether more
    are to come."""
    intent = refusals.find(call)
    call = clocks.at_time_of_customer(call, intent["customer"])
    final = call.params.get("final_capture", True)
    refusals.check_capturable(call, intent)
    refusals.check_capturable_in_parts(call, intent, final)
    amount = refusals.captured_amount(call, intent, call.params.get("amount_to_capture"))
    if "metadata" in call.params:
        metadata = call.params["metadata"]
        intent = {**intent, "metadata": merge_metadata(intent["metadata"], metadata)}
    intent = {**intent, **_described_fields(call.params), "amount_details": _amount_details(call, intent, amount)}
    method = payment_methods.find(call, intent["payment_method"], "payment_method")
    refusals.check_descriptor(call, intent, method)
    return captures.capture(call, intent, amount, final=final)


def increment(call: Call) -> Object:
    """Reserve more before the capture, of a card for which the intent has asked for that."""
    intent = refusals.find(call)
    call = clocks.at_time_of_customer(call, intent["customer"])
    refusals.check_incrementable(call, intent, call.store.get("charge", intent["latest_charge"] or ""))
    params = call.params
    charges.check_amount(params["amount"], intent["currency"])
    changes = {"metadata": changed_metadata(intent, params), **_described_fields(params)}
    changes["amount_details"] = _amount_details(call, intent, params["amount"])
    increments = intent.get("_increments", 0) + 1
    return captures.increment(call, {**intent, **changes, "_increments": increments}, params["amount"])


def verify(call: Call) -> Object:
    """Refuse micro-deposits, which prove a bank account: none is proven in this way here."""
    intent = refusals.find(call)
    intent_errors.check_actionable(call, intent)
    raise invalid("The local Stripe does not verify micro-deposits: it asks for none.")


def apply_customer_balance(call: Call) -> Object:
    """Pay from the cash balance what is left of a payment, or a part of it; of an invoice's, all
    (https://docs.stripe.com/payments/customer-balance/reconciliation#cash-manual-reconciliation)."""
    intent = refusals.find(call)
    refusals.check_fundable(call, intent)
    customer = _customer_of(call, intent) or {}
    call = clocks.at_time_of(call, customer)
    there = cash_balances.available(customer, intent["currency"])
    amount = bank_transfers.remaining_amount(intent)
    if invoices.of_intent(call, intent["id"]) is None:
        amount = call.params.get("amount", min(amount, there))
    refusals.check_funds(call, intent, amount, there)
    attached_payments.check_room(call, intent)
    return collection.apply_balance(call, intent, amount)


def authenticate(call: Call) -> Object:
    """Pass or fail 3-D Secure, as the customer does at its page; this is not a call of Stripe's."""
    intent = refusals.find(call)
    if intent["status"] != "requires_action" or bank_transfers.is_awaited(intent):
        raise intent_errors.unexpected_state(call, intent, "authenticate")
    call = clocks.at_time_of_customer(call, intent["customer"])
    method = payment_methods.find(call, intent["payment_method"], "payment_method")
    if call.params["succeeds"] and intent["confirmation_method"] == "manual":
        after = payment_intents.await_confirmation(call, intent, method)
    elif call.params["succeeds"]:
        after = payment_intents.succeed(call, intent, method, is_authenticated=True)
    else:
        after = payment_intents.not_authenticated(call, intent, method)
    invoice = invoices.of_intent(call, intent["id"])
    if invoice is not None:
        collection.record_attempt(call, invoice, after, automatic=False)
    return after


def list_line_items(call: Call) -> Object:
    intent = refusals.find(call)
    data = intent["amount_details"].get("line_items", {}).get("data", [])
    return page_of(call, data, amount_details.url(intent["id"]), "line item")


PATH = "/v1/payment_intents"
SEARCH = Searchable(
    KIND,
    PATH,
    {
        "amount": SearchField(Kind.NUMERIC),
        "created": SearchField(Kind.NUMERIC),
        "currency": SearchField(),
        "customer": SearchField(),
        "status": SearchField(),
    },
)
ROUTES = (
    SEARCH.route,
    Route("POST", PATH, KIND, fields.CREATE, create, fields.check_creation),
    Route("GET", PATH, KIND, AS_DOCUMENTED, list_handler(KIND, PATH, reference_filters="customer"), lists=True),
    Route("GET", f"{PATH}/{{id}}", KIND, AS_DOCUMENTED, retrieve),
    Route(
        "GET",
        f"{PATH}/{{id}}/amount_details_line_items",
        amount_details.LINE_ITEM,
        AS_DOCUMENTED,
        list_line_items,
        lists=True,
    ),
    Route("POST", f"{PATH}/{{id}}", KIND, fields.UPDATE, update, fields.check_update),
    Route("POST", f"{PATH}/{{id}}/confirm", KIND, fields.CONFIRM, confirm, fields.check_types),
    Route("POST", f"{PATH}/{{id}}/cancel", KIND, fields.CANCEL, cancel),
    Route("POST", f"{PATH}/{{id}}/apply_customer_balance", KIND, fields.APPLY, apply_customer_balance),
    Route("POST", f"{PATH}/{{id}}/capture", KIND, fields.CAPTURE, capture, descriptors.check_all),
    Route("POST", f"{PATH}/{{id}}/increment_authorization", KIND, fields.INCREMENT, increment),
    Route("POST", f"{PATH}/{{id}}/verify_microdeposits", KIND, fields.VERIFY, verify),
    Route("POST", "/local/payment_intents/{id}/authenticate", KIND, fields.AUTHENTICATE, authenticate),
)
