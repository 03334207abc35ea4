"""Credit notes: what is taken off a finalized invoice (https://docs.stripe.com/api/credit_notes).

A note first reduces what is still to be paid (`pre_payment_amount`); the rest goes back to the card, to the customer's
balance or outside of Stripe (`post_payment_amount`). Fields after `stripe/_credit_note.py`. Amounts in minor units.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from stripe_billing_cli.local_stripe.billing import customers
from stripe_billing_cli.local_stripe.billing.invoicing import customer_balance, invoices, tax_amounts, taxes
from stripe_billing_cli.local_stripe.billing.payments import refunds
from stripe_billing_cli.local_stripe.billing.subscriptions import payment_status
from stripe_billing_cli.local_stripe.core import amounts, clocks, events, identifiers, objects, page_addresses, shapes
from stripe_billing_cli.local_stripe.core.documented_form import form
from stripe_billing_cli.local_stripe.core.errors import ApiError, invalid
from stripe_billing_cli.local_stripe.core.lists import all_with, list_handler, list_object, page_of
from stripe_billing_cli.local_stripe.core.metadata import changed_metadata, new_metadata
from stripe_billing_cli.local_stripe.core.parameters import EXPAND_ONLY, Integer, ObjectParam, Params
from stripe_billing_cli.local_stripe.core.requests import AS_DOCUMENTED, Call, Route
from stripe_billing_cli.local_stripe.core.store import Object
from stripe_billing_cli.local_stripe.resources.credit_notes import note_lines

KIND = "credit_note"
CREDITABLE = ("open", "paid")
"""The statuses of an invoice that can be credited: "a finalized invoice" that is not given up
(https://docs.stripe.com/invoicing/integration/programmatic-credit-notes)."""


def _form(route: str) -> ObjectParam:
    """Return what describes a note, for the calls that make one or show what it would be."""
    return form(
        route,
        {
            "credit_amount": Integer(0),
            "lines[].quantity": Integer(1),
            "lines[].unit_amount": Integer(0),
            "out_of_band_amount": Integer(0),
            "refund_amount": Integer(0),
            "refunds[].amount_refunded": Integer(1),
            "*.amount": Integer(0),
        },
        most={"lines[].tax_amounts": tax_amounts.MOST},
        required_names="refunds[].refund",
        unset="metadata",
        without="refunds[].payment_record_refund refunds[].type",
    )


CREATE = _form("POST /v1/credit_notes")
PREVIEW = _form("GET /v1/credit_notes/preview")
PREVIEW_LINES = _form("GET /v1/credit_notes/preview/lines")
UPDATE = form("POST /v1/credit_notes/{id}", unset="metadata")


def check(params: Params) -> None:
    """Refuse a note of nothing."""
    if not params.keys() & {"amount", "lines", "shipping_cost"}:
        raise invalid("You must provide one of `amount`, `lines`, or `shipping_cost`.")


def _invoice(call: Call) -> tuple[Call, Object]:
    invoice = objects.find(call, "invoice", call.params["invoice"], "invoice")
    return clocks.at_time_of_customer(call, invoice["customer"]), invoice


def list_for_invoice(call: Call, invoice: str) -> list[Object]:
    """Return the notes of an invoice, void ones too, oldest first."""
    return all_with(call, KIND, "invoice", invoice)


def _check_creditable(invoice: Object) -> None:
    if invoice["status"] not in CREDITABLE:
        raise invalid(
            "You can only create a credit note for an invoice that is open or paid. "
            f"This invoice has the status {invoice['status']}.",
            "invoice",
        )


def _draft_note(call: Call, invoice: Object) -> Object:
    """Return the note that the parameters describe, not stored. Raises where the invoice does not allow for it."""
    params = call.params
    _check_creditable(invoice)
    id = identifiers.long_id(call, "cn")
    lines = note_lines.lines_from_params(call, invoice, params.get("lines", ()))
    subtotal = sum(line["amount"] for line in lines) if lines else params.get("amount", 0)
    discounts = _sums(lines)
    note_taxes = [tax for line in lines for tax in line["taxes"]]
    shipping = _shipping(invoice, params.get("shipping_cost"))
    total = subtotal - sum(discounts.values()) + taxes.amount_of(note_taxes, "exclusive")
    total += shipping["amount_total"] if shipping else 0
    if lines and params.get("amount", total) != total:
        raise invalid("The amount of a credit note must be the sum of its lines.", "amount")
    if total <= 0:
        raise invalid("The total of a credit note must be greater than 0.", "amount")
    linked_refunds = _find_linked_refunds(call, params)
    _check_room(call, invoice, total, sum(one["amount_refunded"] for one in linked_refunds))
    pre = min(total, invoice["amount_remaining"]) if invoice["status"] == "open" else 0
    _check_parts(params, total - pre, sum(one["amount_refunded"] for one in linked_refunds), invoice["currency"])
    number = f"{invoice['number']}-CN-{len(list_for_invoice(call, invoice['id'])) + 1:02}"
    kind = "mixed" if 0 < pre < total else "pre_payment" if pre else "post_payment"
    return {
        **shapes.blank("credit_note"),
        "id": id,
        "object": KIND,
        "amount": total,
        "amount_shipping": shipping["amount_subtotal"] if shipping else 0,
        "created": call.now,
        "currency": invoice["currency"],
        "customer": invoice["customer"],
        "discount_amount": sum(discounts.values()),
        "discount_amounts": [{"amount": amount, "discount": one} for one, amount in discounts.items()],
        "effective_at": params.get("effective_at", call.now),
        "invoice": invoice["id"],
        "lines": list_object(lines, False, f"/v1/credit_notes/{id}/lines"),
        "memo": params.get("memo"),
        "metadata": new_metadata(params),
        "number": number,
        "out_of_band_amount": params.get("out_of_band_amount"),
        "pdf": page_addresses.credit_note_pdf(call.store, call.account["id"], id),
        "post_payment_amount": total - pre,
        "pre_payment_amount": pre,
        "pretax_credit_amounts": [],
        "reason": params.get("reason"),
        "refunds": linked_refunds,
        "shipping_cost": shipping,
        "status": "issued",
        "subtotal": subtotal,
        "subtotal_excluding_tax": subtotal - taxes.amount_of(note_taxes, "inclusive"),
        "total": total,
        "total_excluding_tax": total - taxes.amount_of(note_taxes),
        "total_taxes": taxes.sum_taxes(note_taxes),
        "type": kind,
    }


def _shipping(invoice: Object, cost_data: Mapping[str, Any] | None) -> Object | None:
    """Return the shipping costs of the invoice where they are credited: "the line item amount is the total shipping
    cost" (`stripe/params/_credit_note_create_params.py`)."""
    if cost_data is None:
        return None
    cost: Object | None = invoice["shipping_cost"]
    if cost is None or cost_data.get("shipping_rate", cost["shipping_rate"]) != cost["shipping_rate"]:
        raise invalid("The invoice has no shipping cost by this shipping rate.", "shipping_cost[shipping_rate]")
    return cost


def _sums(lines: list[Object]) -> dict[str, int]:
    """Return what each discount takes off the lines."""
    sums: dict[str, int] = {}
    for line in lines:
        for one in line["discount_amounts"]:
            sums[one["discount"]] = sums.get(one["discount"], 0) + one["amount"]
    return sums


def _find_linked_refunds(call: Call, params: Params) -> list[Object]:
    links = []
    for number, one in enumerate(params.get("refunds", ())):
        refund = objects.find(call, "refund", one["refund"], f"refunds[{number}][refund]")
        links.append(_link(refund, one.get("amount_refunded", refund["amount"])))
    return links


def _link(refund: Object, amount: int) -> Object:
    return {"amount_refunded": amount, "payment_record_refund": None, "refund": refund["id"], "type": "refund"}


def creditable_amount(call: Call, invoice: Object) -> int:
    """Return what of an invoice no credit note and no refund has given back: "the credit note API subtracts those
    refund amounts from the maximum creditable amount" (`CreditNoteService.create`)."""
    notes = [note for note in list_for_invoice(call, invoice["id"]) if note["status"] == "issued"]
    linked_ids = {one["refund"] for note in notes for one in note["refunds"]}
    apart = [one for charge in _charges(call, invoice) for one in all_with(call, "refund", "charge", charge["id"])]
    refund_total = sum(
        one["amount"] for one in apart if one["id"] not in linked_ids and one["status"] not in ("failed", "canceled")
    )
    return int(invoice["total"] - sum(note["total"] for note in notes) - refund_total)


def _check_room(call: Call, invoice: Object, total: int, linked_amount: int) -> None:
    most_amount = creditable_amount(call, invoice) + linked_amount
    if total > most_amount:
        total_text, most_text = (
            amounts.format_amount(Decimal(each), invoice["currency"]) for each in (total, most_amount)
        )
        raise invalid(
            f"The credit note amount ({total_text}) is greater than the amount of the invoice that is left to be "
            f"credited ({most_text}).",
            "amount",
        )


def _check_parts(params: Params, post: int, linked_amount: int, currency: str) -> None:
    """Refuse parts that do not add up: "The sum of refunds, customer balance credits, and outside of Stripe credits
    must equal the post_payment_amount." """
    part_names = ("credit_amount", "out_of_band_amount", "refund_amount")
    sum_of_parts = sum(params.get(name, 0) for name in part_names) + linked_amount
    if sum_of_parts != post:
        post_text, sum_text = (amounts.format_amount(Decimal(each), currency) for each in (post, sum_of_parts))
        raise invalid(
            "The sum of credit amount, refund amount and out of band amount "
            f"({sum_text}) must equal the post payment amount ({post_text})."
        )


def _charges(call: Call, invoice: Object) -> list[Object]:
    """Return the charges that paid an invoice, or parts of it, newest first."""
    intent_ids = [one["payment"]["payment_intent"] for one in invoice["payments"]["data"] if one["status"] == "paid"]
    intents = [intent for id in reversed(intent_ids) if (intent := call.store.get("payment_intent", id)) is not None]
    charges = [
        charge for one in intents if (charge := call.store.get("charge", one["latest_charge"] or "")) is not None
    ]
    return sorted(charges, key=lambda charge: -int(charge["created"]))


def _refund(call: Call, invoice: Object, amount: int) -> list[Object]:
    """Return the links of the refunds that give so much back of what paid an invoice. Of several payments the newest
    goes first: Stripe does not say which ("a refund will be created for the charge associated with the invoice")."""
    parts = []
    for charge in _charges(call, invoice):
        part = min(amount, charge["amount_captured"] - charge["amount_refunded"])
        if part > 0:
            parts.append((charge, part))
            amount -= part
    if not parts or amount > 0:
        raise _nothing_to_refund()
    return [_link(refunds.refund(call, charge, {"amount": part}), part) for charge, part in parts]


def create(call: Call) -> Object:
    call, invoice = _invoice(call)
    note = _draft_note(call, invoice)
    params = call.params
    if amount := params.get("refund_amount"):
        note["refunds"] = [*note["refunds"], *_refund(call, invoice, amount)]
    if amount := params.get("credit_amount"):
        balance_transaction = _credit_balance(call, invoice, amount, note["id"])
        note["customer_balance_transaction"] = balance_transaction["id"]
    objects.insert(call, KIND, note)
    _reduce(call, invoice, note["pre_payment_amount"], note["post_payment_amount"])
    return note


def _credit_balance(call: Call, invoice: Object, amount: int, note: str) -> Object:
    before = customers.find(call, invoice["customer"])
    currency = invoice["currency"]
    after = customer_balance.with_balance(before, currency, customer_balance.balance_in(before, currency) - amount)
    call.store.replace("customer", after)
    events.record(call, "customer.updated", after, before)
    return customer_balance.record(call, after, -amount, "credit_note", currency, credit_note=note)


def _nothing_to_refund() -> ApiError:
    message = "`refund_amount` is more than what charges have paid of the invoice, and that was not refunded yet."
    return invalid(message, "refund_amount")


def _reduce(call: Call, invoice: Object, pre: int, post: int) -> None:
    """Take a note's amounts off its invoice, or put them back where they are negative."""
    changes: dict[str, Any] = {
        "amount_due": invoice["amount_due"] - pre,
        "amount_remaining": invoice["amount_remaining"] - pre,
        "pre_payment_credit_notes_amount": invoice["pre_payment_credit_notes_amount"] + pre,
        "post_payment_credit_notes_amount": invoice["post_payment_credit_notes_amount"] + post,
    }
    if pre:
        changes["payments"] = invoices.ask_for_rest(call, invoice, changes["amount_remaining"])
    after = invoices.amend(call, invoice["id"], **changes)
    if pre and after["status"] == "open" and after["amount_remaining"] == 0:
        payment_status.note_payment(call, invoices.mark_paid(call, after, out_of_band=True), None)


def preview(call: Call) -> Object:
    """Return the note that would be made; its lines have the same ids each time, so that one can be a cursor."""
    call, invoice = _invoice(call)
    note = _draft_note(call, invoice)
    lines = [
        {**line, "id": identifiers.derived_long_id(call, "cnli", invoice["created"], f"{invoice['id']} {place}")}
        for place, line in enumerate(note["lines"]["data"])
    ]
    return {**note, "lines": {**note["lines"], "data": lines}}


retrieve = objects.retrieve_handler(KIND, noun="credit note")


def update(call: Call) -> Object:
    before = retrieve(call)
    params = call.params
    after = {**before, **({"memo": params["memo"]} if "memo" in params else {})}
    after["metadata"] = changed_metadata(before, params)
    return objects.save(call, KIND, before, after)


def void(call: Call) -> Object:
    """Void a note, only while its invoice is open (https://docs.stripe.com/invoicing/integration/programmatic-credit-notes#void)."""
    before = retrieve(call)
    call = clocks.at_time_of_customer(call, before["customer"])
    invoice = call.store.get("invoice", before["invoice"])
    if before["status"] != "issued":
        raise invalid("This credit note has already been voided.")
    if invoice is None or invoice["status"] != "open" or before["post_payment_amount"]:
        raise invalid("You can only void a credit note of an invoice that is open.")
    after = {**before, "status": "void", "voided_at": call.now}
    call.store.replace(KIND, after)
    events.record(call, "credit_note.voided", after)
    _reduce(call, invoice, -before["pre_payment_amount"], 0)
    return after


def list_lines(call: Call) -> Object:
    lines = retrieve(call)["lines"]["data"]
    return page_of(call, lines, f"/v1/credit_notes/{call.id}/lines", "credit note line item")


def preview_lines(call: Call) -> Object:
    return page_of(call, preview(call)["lines"]["data"], "/v1/credit_notes/preview/lines", "credit note line item")


PATH = "/v1/credit_notes"
ROUTES = (
    Route("POST", PATH, KIND, CREATE, create, check),
    Route("GET", PATH, KIND, AS_DOCUMENTED, list_handler(KIND, PATH, reference_filters="customer invoice"), lists=True),
    Route("GET", f"{PATH}/preview", KIND, PREVIEW, preview, check),
    Route("GET", f"{PATH}/preview/lines", note_lines.KIND, PREVIEW_LINES, preview_lines, check, lists=True),
    Route("GET", f"{PATH}/{{id}}", KIND, EXPAND_ONLY, retrieve),
    Route("POST", f"{PATH}/{{id}}", KIND, UPDATE, update),
    Route("GET", f"{PATH}/{{id}}/lines", note_lines.KIND, AS_DOCUMENTED, list_lines, lists=True),
    Route("POST", f"{PATH}/{{id}}/void", KIND, EXPAND_ONLY, void),
)
