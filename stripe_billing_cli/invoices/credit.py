"""Crediting an invoice: less to pay of an open one, money back of a paid one, with a credit note for the books.

https://docs.stripe.com/invoicing/integration/programmatic-credit-notes. Made once (`stripe_api/repeats.py`).
Amounts in minor units.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from stripe_billing_cli.errors import OperationError, UsageError
from stripe_billing_cli.invoices.load import charges_of, credit_notes_of, find_invoice, refunds_of
from stripe_billing_cli.stripe_api import create_once, json_output, repeats
from stripe_billing_cli.stripe_api.client import StripeApi
from stripe_billing_cli.stripe_api.create_once import CreateRequest
from stripe_billing_cli.stripe_api.money import format_amount, parse_amount
from stripe_billing_cli.stripe_api.movements import Movement
from stripe_billing_cli.stripe_api.objects.invoices import CreditNote, Invoice
from stripe_billing_cli.stripe_api.objects.payments import Charge
from stripe_billing_cli.stripe_api.references import id_of
from stripe_billing_cli.subscriptions.refund import GIVEN

PATH = "/v1/credit_notes"
Destination = Literal["card", "balance", "outside"]
PARAMETERS: dict[Destination, str] = {
    "card": "refund_amount",
    "balance": "credit_amount",
    "outside": "out_of_band_amount",
}


@dataclass(frozen=True)
class CreditRequest:
    """A credit note that is wanted. `amount` as people write it, None for all that is left. `to`: where what was paid
    already goes."""

    invoice: str
    amount: str | None = None
    to: Destination | None = None
    reason: str | None = None
    note: str | None = None
    again: bool = False


@dataclass(frozen=True)
class CreditResult:
    """The credit note, and whether this run made it."""

    note: CreditNote
    create_request: CreateRequest
    is_new: bool
    amount_left: int

    def finish(self, api: StripeApi) -> None:
        """Mark a note of `--again` as finished, once it is printed. Raises `StripeCallError`."""
        repeats.finish(api, self.create_request, self.note)

    def record(self) -> dict[str, Any]:
        """Return the result as it is printed (docs/output.md)."""
        result = "credited" if self.is_new else "unchanged"
        return {**json_output.credit_note(self.note), "result": result, "left": self.amount_left}


@dataclass(frozen=True)
class CreditPlan:
    """A credit note that is going to be issued. `before`: the note that the same request made within a day.

    `amount_left` can be credited still, before this. `off_invoice` is not to be paid any more, `back` goes to `to`;
    `card` is the charge whose card that is.
    """

    invoice: Invoice
    request: CreditRequest
    create_request: CreateRequest
    amount_left: int
    notes: Sequence[CreditNote] = ()
    before: CreditNote | None = None
    off_invoice: int = 0
    back: int = 0
    card: Charge | None = None
    now: Sequence[int] = field(default_factory=tuple)

    @property
    def amount(self) -> int:
        return self.off_invoice + self.back

    @property
    def money(self) -> tuple[Movement, ...]:
        """Return the amount that is taken off the invoice, and the one that goes back of what was paid."""
        invoice = self.invoice
        movements = [Movement("waiver", invoice["id"], self.off_invoice, invoice["currency"])]
        if self.request.to == "card" and self.card is not None:
            movements.append(Movement("refund", self.card["id"], self.back, invoice["currency"]))
        elif self.request.to == "balance":
            movements.append(Movement("credit", id_of(invoice["customer"]), self.back, invoice["currency"]))
        else:
            movements.append(Movement("outside", invoice["id"], self.back, invoice["currency"]))
        return tuple(movement for movement in movements if movement.amount)

    def apply(self, api: StripeApi) -> CreditResult:
        """Make the credit note, once. Raises `StripeCallError`."""
        if self.before is not None:
            return CreditResult(self.before, self.create_request, is_new=False, amount_left=self.amount_left)
        note = create_once.create(
            api,
            self.create_request,
            (one["id"] for one in self.notes),
            kind=CreditNote,
            read=lambda: credit_notes_of(api, self.invoice["id"]),
            holds=lambda one: one["status"] == "issued",
        )
        return CreditResult(note, self.create_request, is_new=True, amount_left=self.amount_left - note["amount"])


def plan_credit(api: StripeApi, request: CreditRequest) -> CreditPlan:
    """Read the invoice and what is left of it. Raises `AmountError`, `LookupFailedError`, `OperationError`."""
    invoice = find_invoice(api, request.invoice)
    if invoice["status"] not in ("open", "paid"):
        raise OperationError(
            f"the invoice {invoice['id']} is {invoice['status']}, and only one that is open or paid can be credited",
            f"billing invoice show {invoice['id']} says what became of it",
        )
    amount = None if request.amount is None else parse_amount(request.amount, invoice["currency"])
    wish = [invoice["id"], "all" if amount is None else amount, request.to, request.reason, request.note]
    create_request = CreateRequest(PATH, {}, wish=wish, again=request.again)
    notes = credit_notes_of(api, invoice["id"])
    issued_notes = [note for note in notes if note["status"] == "issued"]
    charges = charges_of(api, invoice)
    amount_left = _amount_left(api, invoice, issued_notes, charges)
    now = repeats.current_times(api, id_of(invoice["customer"]))
    before = repeats.made_within_a_day(create_request, issued_notes, now)
    if before is not None:
        return CreditPlan(invoice, request, create_request, amount_left, notes, before, now=now)
    amount = amount_left if amount is None else amount
    _check_left(invoice, amount, amount_left)
    off_invoice = min(amount, invoice["amount_remaining"]) if invoice["status"] == "open" else 0
    amount_back = amount - off_invoice
    card = _card(invoice, charges, request.to, amount_back)
    params = _params(request, invoice["id"], amount, amount_back)
    complete_request = CreateRequest(PATH, params, wish=wish, again=request.again)
    return CreditPlan(invoice, request, complete_request, amount_left, notes, None, off_invoice, amount_back, card, now)


def _params(request: CreditRequest, invoice: str, amount: int, amount_back: int) -> dict[str, Any]:
    params: dict[str, Any] = {"invoice": invoice, "amount": amount}
    if amount_back and request.to:
        params[PARAMETERS[request.to]] = amount_back
    optional = {"reason": request.reason, "memo": request.note}
    return params | {name: value for name, value in optional.items() if value is not None}


def _amount_left(
    api: StripeApi, invoice: Invoice, issued_notes: Sequence[CreditNote], charges: Sequence[Charge]
) -> int:
    """Return the amount that neither credit notes nor refunds have given back: Stripe counts both
    (`CreditNoteService.create`)."""
    refund_ids = {id_of(refund["refund"]) for note in issued_notes for refund in note["refunds"]}
    other_refunds = [one for charge in charges for one in refunds_of(api, charge["id"]) if one["id"] not in refund_ids]
    refund_sum = sum(refund["amount"] for refund in other_refunds if refund["status"] in GIVEN)
    return invoice["total"] - sum(note["amount"] for note in issued_notes) - refund_sum


def _check_left(invoice: Invoice, amount: int, amount_left: int) -> None:
    id, currency = invoice["id"], invoice["currency"]
    if amount_left <= 0:
        raise OperationError(
            f"nothing is left to credit of the invoice {id}: it has been credited or refunded already",
            f"billing invoice show {id} lists its credit notes and refunds",
        )
    if amount > amount_left:
        raise OperationError(
            f"only {format_amount(amount_left, currency)} is left to credit of the invoice {id}, and "
            f"{format_amount(amount, currency)} was asked for",
            "leave out --amount to credit what is left",
        )


def _card(invoice: Invoice, charges: Sequence[Charge], to: Destination | None, amount_back: int) -> Charge | None:
    """Return the charge that a refund goes back by. Raises where a destination is missing, or cannot take it."""
    if not amount_back:
        if to is not None:
            raise UsageError(
                f"nothing of the invoice {invoice['id']} that is to be credited was paid, so --to {to} has no meaning",
                "leave out --to: what is credited is not to be paid any more",
            )
        return None
    if to is None:
        of_it = (
            ""
            if invoice["status"] == "paid"
            else f"{format_amount(amount_back, invoice['currency'])} of what is credited of "
        )
        raise UsageError(
            f"{of_it}the invoice {invoice['id']} is paid: where is the money to go?",
            "--to card pays it back, --to balance keeps it for the next invoices, --to outside only writes it down",
        )
    if to != "card":
        return None
    room = [charge for charge in charges if charge["amount_captured"] - charge["amount_refunded"] >= amount_back]
    if not room:
        raise OperationError(
            f"no card can take {format_amount(amount_back, invoice['currency'])} back for the invoice {invoice['id']}: "
            + _why(invoice, charges),
            "--to balance keeps it for the customer's next invoices" + _by_several(invoice, charges, amount_back),
        )
    return room[0]


def _why(invoice: Invoice, charges: Sequence[Charge]) -> str:
    if not charges:
        return "no card paid it"
    lefts = [charge["amount_captured"] - charge["amount_refunded"] for charge in charges]
    several_text = " in all, and no payment has as much" if len(lefts) > 1 else ""
    return f"{format_amount(sum(lefts), invoice['currency'])} of what cards paid is left{several_text}"


def _by_several(invoice: Invoice, charges: Sequence[Charge], amount_back: int) -> str:
    """Return the other way out, where several payments have as much left together."""
    if sum(charge["amount_captured"] - charge["amount_refunded"] for charge in charges) < amount_back:
        return ""
    return f"; billing refund create {invoice['id']} pays it back by several payments, without a credit note"
