"""Invoices: made, finalised, paid, given up (https://docs.stripe.com/invoicing/overview#invoice-statuses).

What an invoice's payment means for its subscription stands in `subscriptions/payment_status`. Amounts in minor units.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from stripe_billing_cli.local_stripe.billing.discounts import discount, on_invoices
from stripe_billing_cli.local_stripe.billing.invoicing import (
    automatic_tax,
    customer_balance,
    invoice_fields,
    lines,
    revisions,
    tax_ids,
    taxes,
)
from stripe_billing_cli.local_stripe.billing.invoicing.lines import Line
from stripe_billing_cli.local_stripe.billing.payments import (
    bank_transfers,
    cash_balances,
    method_options,
    payment_intents,
)
from stripe_billing_cli.local_stripe.core import events, identifiers, objects, page_addresses, scheduler
from stripe_billing_cli.local_stripe.core.errors import invalid
from stripe_billing_cli.local_stripe.core.lists import list_object
from stripe_billing_cli.local_stripe.core.requests import Call
from stripe_billing_cli.local_stripe.core.store import Condition, Object

HOUR = 60 * 60
DAY = 24 * HOUR
NOT_OPEN = "You can only pass in open invoices. This invoice isn't open."
"""Why an invoice cannot be voided or given up (recorded, 2026-08-26.dahlia; without a code, as all such refusals)."""
FINALIZE = "invoice.finalize"
RETRY = "invoice.retry"
OVERDUE = "invoice.overdue"


def new_draft(
    call: Call,
    customer: Object,
    billable_lines: Sequence[Line],
    currency: str,
    *,
    reason: str,
    subscription: Object | None = None,
    period: tuple[int, int] | None = None,
    proration_date: int | None = None,
    discounts: Sequence[Object] | None = None,
    **rest: Any,
) -> Object:
    """Return a draft with everything that Stripe says about an invoice, not yet stored.

    `discounts`: in place of the subscription's own.
    """
    id = identifiers.long_id(call, "in")
    subscription_id = subscription["id"] if subscription else None
    line_objects = [
        lines.as_answered(call, line, currency, id, subscription_id)
        for line in invoice_fields.in_order(billable_lines, subscription)
    ]
    start, end = period or (call.now, call.now)
    is_sent = subscription is not None and subscription["collection_method"] == "send_invoice"
    invoice: Object = {
        **invoice_fields.blank_fields(),
        **invoice_fields.print_texts(customer, subscription),
        **invoice_fields.customer_fields(customer, tax_ids.list_for_invoice(call, customer["id"])),
        "id": id,
        "account_country": call.account["country"],
        "account_name": call.account["business_profile"]["name"],
        "automatic_tax": automatic_tax.on_invoice(subscription),
        "billing_reason": reason,
        "collection_method": "send_invoice" if is_sent else "charge_automatically",
        "created": call.now,
        "currency": currency,
        "default_tax_rates": list(subscription["default_tax_rates"]) if subscription else [],
        "due_date": call.now + subscription["days_until_due"] * DAY if subscription and is_sent else None,
        "lines": list_object(line_objects, False, f"/v1/invoices/{id}/lines"),
        "parent": invoice_fields.parent(subscription, proration_date),
        "payments": list_object([], False, "/v1/invoices/payments"),
        "payment_settings": invoice_fields.payment_settings((subscription or {}).get("payment_settings") or {}),
        "period_end": end,
        "period_start": start,
        "rendering": None if subscription and reason != "manual" else invoice_fields.customer_rendering(customer),
        "webhooks_delivered_at": None if reason == "upcoming" else call.now,
        **rest,
    }
    own_discounts = discount.not_ended(call, subscription["discounts"]) if subscription else []
    balance = customer_balance.balance_in(customer, currency)
    return add_totals(call, invoice, own_discounts if discounts is None else discounts, balance)


def add_totals(call: Call, invoice: Object, discounts: Sequence[Object], balance: int) -> Object:
    """Return a draft with what its discounts take off and its taxes add, and what is due of it after the balance of its
    customer."""
    after = taxes.add_taxes(call, on_invoices.discounted_draft(call, invoice, discounts))
    return {**after, **invoice_fields.due_fields(after["total"], balance, invoice["currency"])}


def with_lines(call: Call, invoice: Object, line_objects: Sequence[Object]) -> Object:
    """Return a draft with other lines, given as they are shown; not yet stored."""
    balance = revisions.balance_before(call, invoice)
    own_discounts = [discount.find(call, id) for id in invoice["discounts"]]
    return add_totals(
        call, {**invoice, "lines": {**invoice["lines"], "data": list(line_objects)}}, own_discounts, balance
    )


def subscription_of(invoice: Object) -> str | None:
    details = (invoice["parent"] or {}).get("subscription_details")
    id: str | None = details and details["subscription"]
    return id


def create(call: Call, invoice: Object) -> Object:
    """Store a draft; it is finalised by itself an hour later if it advances automatically
    (https://docs.stripe.com/billing/invoices/subscription#sub-invoice-lifecycle)."""
    invoice = {**invoice, **invoice_fields.finalization_fields(invoice, call.now)}
    call.store.insert("invoice", invoice)
    scheduler.put(call.store, FINALIZE, invoice["id"], invoice["automatically_finalizes_at"], invoice["test_clock"])
    events.record(call, "invoice.created", invoice)
    subscription = subscription_of(invoice)
    if subscription is not None:
        on_invoices.use_up(call, invoice, subscription)
    return invoice


def amend(call: Call, id: str, *event_types: str, **changes: Any) -> Object:
    """Return the invoice with these fields changed, on top of whatever was stored meanwhile: `invoice.updated` where it
    was told of before, then events of the `event_types`."""
    before = objects.get_known(call, "invoice", id)
    after = {**before, **changes}
    call.store.replace("invoice", after)
    if (before["status"] != "draft" or after["status"] == "draft") and events.differ(before, after):
        events.record(call, "invoice.updated", after, before)
    for type in event_types:
        events.record(call, type, after)
    return after


def finalize(call: Call, invoice: Object, *, paid_by: Object | None = None) -> Object:
    """Open a draft, with a number and something to pay it by; paid at once where nothing is due. `paid_by`: the
    payment intent that has paid already."""
    if invoice["status"] != "draft":
        raise invalid("This invoice is already finalized, you can't re-finalize a non-draft invoice.")
    if (original := revisions.original_of(call, invoice)) is not None:
        _replace(call, original, invoice["id"])
    customer = call.store.get("customer", invoice["customer"])
    if customer is None or customer.get("deleted"):
        raise invalid("You cannot finalize an invoice of a customer that was deleted.")
    balance = customer_balance.balance_in(customer, invoice["currency"])
    due = invoice_fields.due_fields(invoice["total"], balance, invoice["currency"])
    after = {
        **invoice,
        **due,
        "automatically_finalizes_at": None,
        "next_payment_attempt": None,
        "effective_at": invoice["effective_at"] or call.now,
        "ending_balance": invoice["total"] + balance - due["amount_due"],
        "hosted_invoice_url": page_addresses.hosted_invoice(call.store, call.account["id"], invoice["id"]),
        "invoice_pdf": f"{page_addresses.hosted_invoice(call.store, call.account['id'], invoice['id'])}/pdf",
        "number": invoice["number"] or f"{customer['invoice_prefix']}-{customer['next_invoice_sequence']:04}",
        "rendering": invoice_fields.final_rendering(invoice["rendering"]),
        "status": "open",
        "status_transitions": {**invoice["status_transitions"], "finalized_at": call.now},
    }
    _count(call, customer, after, has_own_number=invoice["number"] is not None)
    if after["amount_due"] > 0:
        after |= _ask_for_payment(call, after, paid_by)
    scheduler.put(call.store, FINALIZE, invoice["id"], None, None)
    changes = {name: value for name, value in after.items() if value != invoice.get(name)}
    after = amend(call, invoice["id"], "invoice.finalized", **changes)
    return after if after["amount_due"] > 0 else mark_paid(call, after)


def _replace(call: Call, original: Object, revision: str) -> None:
    """Void an invoice in place of which a revision is final, and name the revision on all that came before."""
    revisions.check_revisable(original)
    earlier: Object | None = void(call, original, latest_revision=revision)
    while earlier is not None and (earlier := revisions.original_of(call, earlier)) is not None:
        amend(call, earlier["id"], latest_revision=revision)


def _count(call: Call, customer: Object, invoice: Object, *, has_own_number: bool) -> None:
    """Store the customer's next number, balance and, from the first invoice on, currency."""
    after = {
        **customer_balance.with_balance(customer, invoice["currency"], invoice["ending_balance"]),
        "next_invoice_sequence": customer["next_invoice_sequence"] + (0 if has_own_number else 1),
    }
    call.store.replace("customer", after)
    if (after["balance"], after["currency"]) != (customer["balance"], customer["currency"]):
        events.record(call, "customer.updated", after, customer)
    customer_balance.record_invoice(call, after, invoice)


def _ask_for_payment(call: Call, invoice: Object, paid_by: Object | None) -> Object:
    types = invoice["payment_settings"]["payment_method_types"] or ["card"]
    intent = paid_by or payment_intents.create_intent(
        call,
        amount=invoice["amount_due"],
        currency=invoice["currency"],
        customer=invoice["customer"],
        description={"subscription_create": "Subscription creation", "manual": "Payment for Invoice"}.get(
            invoice["billing_reason"], "Subscription update"
        ),
        payment_method=None,
        payment_method_options=method_options.for_invoice(invoice["payment_settings"], types),
        payment_method_types=types,
        **invoice_fields.subscription_payment(invoice),
    )
    if bank_transfers.METHOD in types:
        cash_balances.reconcile_soon(call, invoice["customer"])
    payment = invoice_fields.payment(identifiers.long_id(call, "inpay"), invoice, intent, call.now)
    return {
        "confirmation_secret": {"client_secret": intent["client_secret"], "type": "payment_intent"},
        "payments": {**invoice["payments"], "data": [payment]},
    }


def intent_of(call: Call, invoice: Object) -> Object | None:
    """Return the payment intent by which an invoice is to be paid, or was."""
    for payment in invoice["payments"]["data"]:
        return call.store.get("payment_intent", payment["payment"]["payment_intent"])
    return None


def of_intent(call: Call, intent: str) -> Object | None:
    """Return the invoice that a payment intent pays, if it pays one."""
    condition = Condition("first_payment_intent = ?", (intent,))
    return next(iter(call.store.select("invoice", [condition], newest_first=True, limit=1)), None)


def check_payable(invoice: Object) -> None:
    match invoice["status"]:
        case "paid":
            raise invalid("Invoice is already paid")
        case "void":
            raise invalid("Invoice is voided, you can't pay it.", code="invoice_not_payable")
        case "draft":
            raise invalid("Invoice is a draft: finalize it before paying it.", code="invoice_not_payable")


def mark_paid(
    call: Call, invoice: Object, *, attempt_count: int | None = None, out_of_band: bool = False, by_default: bool = True
) -> Object:
    """Mark an invoice paid in full: by its payment intent unless that is not its `by_default`, from the customer's
    balance, or outside of Stripe. `attempt_count`: the attempts that it took so far."""
    by_default = by_default and not out_of_band
    payments = _end_payments(call, invoice, "paid" if by_default else "canceled")
    if not by_default:
        _cancel_payment(call, invoice, "automatic")
    scheduler.put(call.store, RETRY, invoice["id"], None, None)
    for payment in payments["data"]:
        if payment["status"] == "paid" and payment not in invoice["payments"]["data"]:
            events.record(call, "invoice_payment.paid", payment)
    return amend(
        call,
        invoice["id"],
        "invoice.paid",
        *(() if out_of_band else ("invoice.payment_succeeded",)),
        *(("invoice.overpaid",) if invoice["amount_overpaid"] else ()),
        amount_paid=invoice["amount_due"],
        amount_remaining=0,
        attempt_count=invoice["attempt_count"] if attempt_count is None else attempt_count,
        attempted=invoice["attempted"] if out_of_band else True,
        auto_advance=False,
        confirmation_secret=None,
        next_payment_attempt=None,
        payments=payments,
        status="paid",
        status_details=None,
        status_transitions={**invoice["status_transitions"], "paid_at": call.now},
    )


def _end_payments(call: Call, invoice: Object, status: str) -> Object:
    """Return the payments as the invoice's end leaves them: the default one with that status, others canceled that
    have not paid."""
    payments = [
        invoice_fields.ended_payment(payment, status if payment["is_default"] else "canceled", call.now)
        for payment in invoice["payments"]["data"]
    ]
    return {**invoice["payments"], "data": payments}


def ask_for_rest(call: Call, invoice: Object, remainder: int) -> Object:
    """Return the payments of an invoice whose payment intent asks for what is left, if anything is."""
    intent = intent_of(call, invoice)
    if intent is None or remainder == 0:
        return dict(invoice["payments"])
    call.store.replace("payment_intent", {**intent, "amount": remainder})
    data = [{**one, "amount_requested": remainder} if one["is_default"] else one for one in invoice["payments"]["data"]]
    return {**invoice["payments"], "data": data}


def void(call: Call, invoice: Object, **changes: Any) -> Object:
    """Return an open or uncollectible invoice that is not to be paid; its payment intent is canceled, and what it took
    from the customer's balance goes back (https://docs.stripe.com/invoicing/overview#void). `changes`: what else
    changes with it."""
    if any(one["status"] == "paid" for one in invoice["payments"]["data"]) or invoice["status"] == "paid":
        raise invalid("Invoices with `paid` payments cannot be voided.")
    if invoice["status"] not in ("open", "uncollectible"):
        raise invalid(NOT_OPEN)
    _cancel_payment(call, invoice, "void_invoice")
    _give_back(call, invoice)
    scheduler.put(call.store, RETRY, invoice["id"], None, None)
    return amend(
        call,
        invoice["id"],
        "invoice.voided",
        **_GIVEN_UP,
        **changes,
        confirmation_secret=None,
        payments=_end_payments(call, invoice, "canceled"),
        status="void",
        status_details=None,
        status_transitions={**invoice["status_transitions"], "voided_at": call.now},
    )


_GIVEN_UP = {"auto_advance": False, "next_payment_attempt": None}


def _give_back(call: Call, invoice: Object) -> None:
    customer = call.store.get("customer", invoice["customer"])
    balance_used = customer_balance.balance_used_by(invoice)
    if balance_used and customer is not None and not customer.get("deleted"):
        customer_balance.change(call, customer, -balance_used, "unapplied_from_invoice", invoice)


def mark_uncollectible(call: Call, invoice: Object, reason: str = "user_forgiven") -> Object:
    """Return an open invoice taken for a loss. It can still be paid."""
    if invoice["status"] == "uncollectible":
        raise invalid("This invoice has already been marked uncollectible.")
    if invoice["status"] != "open":
        raise invalid(NOT_OPEN)
    scheduler.put(call.store, RETRY, invoice["id"], None, None)
    return amend(
        call,
        invoice["id"],
        "invoice.marked_uncollectible",
        **_GIVEN_UP,
        status="uncollectible",
        status_details={"uncollectible": {"reason": reason}},
        status_transitions={**invoice["status_transitions"], "marked_uncollectible_at": call.now},
    )


def stop_collecting(call: Call, invoice: Object) -> Object:
    """Leave an open invoice open, or a draft a draft, and do nothing more about it by itself."""
    for job in (RETRY, FINALIZE):
        scheduler.put(call.store, job, invoice["id"], None, None)
    return amend(call, invoice["id"], **_GIVEN_UP, automatically_finalizes_at=None)


def _cancel_payment(call: Call, invoice: Object, reason: str) -> None:
    intent = intent_of(call, invoice)
    if intent is not None and intent["status"] in payment_intents.PAYABLE:
        payment_intents.cancel(call, intent, reason)


def list_for_subscription(call: Call, subscription: str) -> list[Object]:
    """Return all invoices of a subscription, oldest first."""
    condition = Condition("parent_subscription = ?", (subscription,))
    return call.store.select("invoice", [condition], newest_first=False, limit=10_000)


def find_subscription(call: Call, invoice: Object) -> Object | None:
    """Return the subscription that an invoice bills, if it bills one."""
    id = subscription_of(invoice)
    return None if id is None else call.store.get("subscription", id)
