"""Giving back what was paid: how much of which charge, and exactly once.

A refund is of one charge (https://docs.stripe.com/refunds). What is more than the newest charge of an invoice has left
goes back by the one before. A run after one that was cut off finds the parts that were made, and makes the others
(`stripe_api/repeats.py`). Amounts in minor units.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from stripe_billing_cli.errors import OperationError
from stripe_billing_cli.refunds.load import PATH, Payment, Target, load_target, refunds_of
from stripe_billing_cli.stripe_api import create_once, json_output, repeats
from stripe_billing_cli.stripe_api.client import StripeApi
from stripe_billing_cli.stripe_api.create_once import CreateRequest
from stripe_billing_cli.stripe_api.json_output import NOTE
from stripe_billing_cli.stripe_api.money import format_amount, parse_amount
from stripe_billing_cli.stripe_api.movements import Movement
from stripe_billing_cli.stripe_api.objects.payments import Refund
from stripe_billing_cli.subscriptions.refund import GIVEN


@dataclass(frozen=True)
class RefundRequest:
    """A refund that is wanted. `target`: an invoice, a payment or a charge. `amount` as people write it, None for all
    that is left."""

    target: str
    amount: str | None = None
    reason: str | None = None
    note: str | None = None
    again: bool = False


@dataclass(frozen=True)
class Part:
    """The part of a refund that goes back of one payment; `earlier_refund` where it was made before."""

    payment: Payment
    amount: int
    create_request: CreateRequest
    earlier_refund: Refund | None = None


@dataclass(frozen=True)
class RefundResult:
    """The refunds, and whether this run made any of them. `amount_left` can be refunded after it."""

    target: Target
    refunds: tuple[Refund, ...]
    create_requests: tuple[CreateRequest, ...]
    is_new: bool
    amount_left: int

    def finish(self, api: StripeApi) -> None:
        """Mark the refunds of `--again` as finished, once they are printed. Raises `StripeCallError`."""
        for create_request, refund in zip(self.create_requests, self.refunds, strict=True):
            repeats.finish(api, create_request, refund)

    def record(self) -> dict[str, Any]:
        """Return the result as it is printed (docs/output.md)."""
        subscription = self.target.subscription
        return {
            "id": self.refunds[0]["id"],
            "result": "refunded" if self.is_new else "unchanged",
            "target": self.target.name,
            "amount": sum(refund["amount"] for refund in self.refunds),
            "currency": self.target.currency,
            "left": self.amount_left,
            "refunds": [json_output.refund(refund) for refund in self.refunds],
            "subscription": None if subscription is None else subscription["id"],
        }


@dataclass(frozen=True)
class RefundPlan:
    """The parts of a refund that is going to be made. Without parts to make it was made within a day."""

    target: Target
    parts: tuple[Part, ...]

    @property
    def to_make(self) -> tuple[Part, ...]:
        return tuple(part for part in self.parts if part.earlier_refund is None)

    @property
    def amount(self) -> int:
        """Return the amount that this run gives back."""
        return sum(part.amount for part in self.to_make)

    @property
    def money(self) -> tuple[Movement, ...]:
        """Return the amount that this run gives back of each charge."""
        currency = self.target.currency
        return tuple(Movement("refund", part.payment.charge["id"], part.amount, currency) for part in self.to_make)

    def apply(self, api: StripeApi) -> RefundResult:
        """Make each part, once. Raises `StripeCallError`."""
        refunds = tuple(part.earlier_refund or _make(api, part) for part in self.parts)
        create_requests = tuple(part.create_request for part in self.parts)
        return RefundResult(
            self.target, refunds, create_requests, bool(self.to_make), self.target.amount_left - self.amount
        )


def plan_refund(api: StripeApi, request: RefundRequest) -> RefundPlan:
    """Read what was paid and refunded, and decide the parts.

    Raises `AmountError`, `LookupFailedError`, `OperationError`.
    """
    target = load_target(api, request.target)
    amount = None if request.amount is None else parse_amount(request.amount, target.currency)
    return RefundPlan(target, decide_parts(target, request, amount, repeats.current_times(api, target.customer)))


def decide_parts(target: Target, request: RefundRequest, amount: int | None, now: Sequence[int]) -> tuple[Part, ...]:
    """Decide what of each payment goes back: the parts that the same request made within a day, and what is missing of
    `amount`, or of all. `now`: the moments from which a day is counted. Raises `OperationError`."""
    earlier_parts = [
        part for part in (_made_part(payment, request, amount, now) for payment in target.payments) if part
    ]
    charge_ids = {part.payment.charge["id"] for part in earlier_parts}
    others = [payment for payment in target.payments if payment.charge["id"] not in charge_ids]
    if amount is None:
        rest = sum(other.amount_left for other in others if other.dispute is None)
    else:
        rest = amount - sum(part.amount for part in earlier_parts)
    if earlier_parts and rest <= 0:
        return tuple(earlier_parts)
    _check(target, others, rest)
    return (*earlier_parts, *_spread(others, request, amount, rest))


def _create_request(payment: Payment, request: RefundRequest, amount: int | None, part: int) -> CreateRequest:
    """Return the request to create the refund, which names the charge, whatever that was named by: an invoice and its
    payment are one target."""
    charge = payment.charge["id"]
    wish = [charge, "all" if amount is None else amount, request.reason, request.note]
    params: dict[str, Any] = {"charge": charge, "amount": part}
    if request.reason:
        params["reason"] = request.reason
    if request.note:
        params["metadata"] = {NOTE: request.note}
    return CreateRequest(PATH, params, wish=wish, again=request.again)


def _made_part(payment: Payment, request: RefundRequest, amount: int | None, now: Sequence[int]) -> Part | None:
    """Return the part of a payment that the same request gave back within a day."""
    create_request = _create_request(payment, request, amount, 0)
    refund = repeats.made_within_a_day(create_request, payment.refunds_given, now)
    return None if refund is None else Part(payment, refund["amount"], create_request, refund)


def _check(target: Target, payments: Sequence[Payment], amount: int) -> None:
    """Refuse more than the payments have left, or anything of what has nothing left."""
    amount_left, currency = sum(payment.amount_left for payment in payments if payment.dispute is None), target.currency
    in_dispute = next((payment for payment in target.payments if payment.dispute is not None), None)
    if amount_left == 0 and in_dispute is not None and in_dispute.dispute is not None:
        raise OperationError(
            f"the charge {in_dispute.charge['id']} is disputed ({in_dispute.dispute['id']}): it cannot be refunded",
            "answer the dispute, or accept it, in the dashboard",
        )
    if amount_left == 0:
        ids = [one["id"] for payment in target.payments for one in payment.refunds_given]
        if not ids:
            raise OperationError(f"nothing of {target.name} can be refunded", "name what was paid to Stripe")
        raise OperationError(
            f"{target.name} has been refunded already: {', '.join(ids)}",
            f"billing refund show {ids[0]} says what became of it",
        )
    if amount > amount_left:
        raise OperationError(
            f"only {format_amount(amount_left, currency)} of {target.name} is left to refund, and "
            f"{format_amount(amount, currency)} was asked for",
            "leave out --amount to refund what is left",
        )


def _spread(payments: Sequence[Payment], request: RefundRequest, amount: int | None, rest: int) -> list[Part]:
    """Return so much of each payment, from the newest back, until the amount is reached."""
    parts = []
    for payment in payments:
        part = min(payment.amount_left, rest)
        if part <= 0 or payment.dispute is not None:
            continue
        parts.append(Part(payment, part, _create_request(payment, request, amount, part)))
        rest -= part
    return parts


def _make(api: StripeApi, part: Part) -> Refund:
    return create_once.create(
        api,
        part.create_request,
        (f"{refund['id']}:{refund['status'] in GIVEN}" for refund in part.payment.refunds),
        kind=Refund,
        read=lambda: [one for one in refunds_of(api, part.payment.charge["id"]) if one["status"] in GIVEN],
        holds=lambda one: one["status"] in GIVEN,
    )
