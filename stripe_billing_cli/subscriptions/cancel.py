"""Canceling a subscription: the plan of it with what it costs and gives back, and the carrying out, each part once.

A refund is made after the subscription has ended, of an amount that is written down before; so a run that is cut off
between the two is completed by the next, to the same amount.

Amounts are ints in the currency's smallest unit, times Unix seconds.
"""

from __future__ import annotations

import time
from dataclasses import asdict, dataclass
from typing import Any

from stripe_billing_cli.stripe_api import json_output, lookup
from stripe_billing_cli.stripe_api.client import StripeApi
from stripe_billing_cli.stripe_api.objects.invoices import Invoice
from stripe_billing_cli.stripe_api.objects.payments import Refund
from stripe_billing_cli.stripe_api.objects.subscriptions import Subscription
from stripe_billing_cli.stripe_api.references import id_of
from stripe_billing_cli.subscriptions import (
    cancel_preview,
    cancellation,
    last_invoices,
    payments,
    quote,
    refund,
    steps,
    unbilled_amounts,
    unused_time,
)
from stripe_billing_cli.subscriptions.account import Billing, is_charged
from stripe_billing_cli.subscriptions.cancellation import Cancellation, CancelRequest
from stripe_billing_cli.subscriptions.cost import Cost
from stripe_billing_cli.subscriptions.last_invoices import LastInvoice
from stripe_billing_cli.subscriptions.refund import RefundPlan
from stripe_billing_cli.subscriptions.renewals import Renewals
from stripe_billing_cli.subscriptions.unbilled_amounts import UnbilledAmounts

RESULTS = {"none": "unchanged", "now": "canceled", "later": "scheduled", "details": "unchanged"}


@dataclass(frozen=True)
class CancelPlan:
    """A cancellation with all that follows from it.

    `final` is what the end credits and charges. `owed_invoices` are the open invoices that stay so, `unbilled_amounts`
    what an end at once leaves without an invoice, `drafts` what is not final yet. `renewals` are the invoices before an
    end in a later period, `unpaid_invoice` the invoice of time that is credited though nobody paid for it.
    """

    subscription: Subscription
    request: CancelRequest
    cancellation: Cancellation
    final: Cost | None
    refund: RefundPlan | None
    owed_invoices: list[Invoice]
    unbilled_amounts: UnbilledAmounts
    drafts: tuple[Invoice, ...] = ()
    renewals: Renewals | None = None
    unpaid_invoice: Invoice | None = None

    @property
    def finishes(self) -> bool:
        """Return whether drafts are made final and charged."""
        return self.request.invoice_now and bool(self.drafts)

    @property
    def refunds(self) -> bool:
        """Return whether money goes back to a card."""
        return self.refund is not None and bool(self.refund.to_make or self.refund.of_last_invoice)

    @property
    def moves(self) -> bool:
        """Return whether there is anything to do."""
        return self.cancellation.action != "none" or self.refunds or self.finishes

    def preview(self) -> CancelResult:
        """Return the result while nothing is done."""
        return CancelResult(self, self.subscription, "previewed", self.refund)

    def apply(self, api: StripeApi) -> CancelResult:
        """Make the end, then move the money. Raises `StripeCallError`."""
        result = RESULTS[self.cancellation.action]
        if not self.moves:
            return CancelResult(self, self.subscription, result, self.refund)
        after, refund_plan = self._end(api), self.refund
        final_invoices: tuple[LastInvoice, ...] = ()
        if self.request.invoice_now:
            final_invoices = last_invoices.finish(api, after)
            if refund_plan is not None and refund_plan.kind == "prorated":
                # Of what was paid just now, something may go back.
                refund_plan = unused_time.plan(api, after, self.cancellation.ends, Billing())
        refunds = tuple(refund.give_back(api, part) for part in refund_plan.to_make) if refund_plan is not None else ()
        return CancelResult(self, after, result, refund_plan, refunds, final_invoices)

    def _end(self, api: StripeApi) -> Subscription:
        """Return the subscription after its end is made, or written down for later."""
        id, decision = self.subscription["id"], self.cancellation
        if decision.drops_update:
            steps.void_update(api, decision.drops_update)
        if decision.drops_schedule:
            steps.release(api, decision.drops_schedule)
        match decision.action:
            case "now":
                self._note_refund(api)
                return steps.cancel_now(api, id, decision.params)
            case "later" | "details":
                return steps.update(api, id, decision.params)
        return self.subscription

    def _note_refund(self, api: StripeApi) -> None:
        """Write down what goes back, where nothing tells it any more once the end is made and billed."""
        if self.refund is None:
            return
        if self.refund.kind == "prorated":
            unused_time.note(api, self.refund, self.cancellation.ends)
        elif self.request.invoice_now:
            refund.note_last(api, self.refund, self.cancellation.ends)


@dataclass(frozen=True)
class CancelResult:
    """The subscription after a cancellation, the refunds that this run made, and the invoices that it made final.

    `result` is one of `canceled`, `scheduled`, `unchanged`, `previewed`. `refund` is all that goes back, whoever made
    it.
    """

    plan: CancelPlan
    subscription: Subscription
    result: str
    refund: RefundPlan | None
    refunds_made: tuple[Refund, ...] = ()
    last_invoices: tuple[LastInvoice, ...] = ()

    @property
    def ends(self) -> int:
        """Return when the service ends or ended."""
        end_in_stripe = (
            None if self.result == "previewed" else self.subscription["ended_at"] or self.subscription["cancel_at"]
        )
        return end_in_stripe or self.plan.cancellation.ends

    @property
    def unpaid(self) -> LastInvoice | None:
        """Return the first of the last invoices whose payment failed."""
        return next((last_invoice for last_invoice in self.last_invoices if last_invoice.trouble is not None), None)

    def record(self) -> dict[str, Any]:
        """Return the result as it is printed (docs/output.md)."""
        plan = self.plan
        return {
            "id": self.subscription["id"],
            "result": self.result,
            "ends": self.ends,
            "final_invoice": None if plan.final is None else plan.final.record(),
            "refund": None if self.refund is None else self._refund_record(self.refund),
            "subscription": json_output.subscription(self.subscription),
            "renewals": [asdict(invoice) for invoice in plan.renewals.invoices] if plan.renewals else [],
            "renewals_to_balance": plan.renewals.to_balance if plan.renewals else 0,
            "renewals_complete": plan.renewals is None or plan.renewals.is_complete,
            "unpaid_time": plan.unpaid_invoice is not None,
            "dropped": {"prorations": plan.unbilled_amounts.prorations, "use": plan.unbilled_amounts.use},
            "stays_pending": [one["id"] for one in plan.unbilled_amounts.by_hand],
            "last_invoices": [last_invoice.record() for last_invoice in self.last_invoices],
        }

    def _refund_record(self, refund_plan: RefundPlan) -> dict[str, Any]:
        """Return the refunds; `id` and `status`, of the newest, are null where there was none."""
        refunds = [*(part.stripe_refund for part in refund_plan.parts if part.stripe_refund), *self.refunds_made]
        refunds.sort(key=lambda one: -one["created"])
        return {
            "id": refunds[0]["id"] if refunds else None,
            "status": refunds[0]["status"] if refunds else None,
            "amount": refund_plan.amount,
            "currency": refund_plan.currency,
            "invoice": refund_plan.parts[0].payment.invoice["id"]
            if refund_plan.parts and not refund_plan.of_last_invoice
            else None,
            "refunds": [json_output.refund(one) for one in refunds],
            "not_to_card": refund_plan.not_to_card,
            "on_balance": refund_plan.on_balance,
        }


def plan_cancel(api: StripeApi, request: CancelRequest) -> CancelPlan:
    """Read what there is, and decide the end and the refund.

    Raises `LookupFailedError`, `OperationError`, `UsageError`, `StripeCallError`.
    """
    subscription = lookup.find_subscription(api, request.subscription, expand=steps.EXPAND)
    now = quote.current_time(api, subscription, int(time.time()))
    decision = cancel_preview.resolve(api, subscription, cancellation.decide(subscription, request, now), request)
    drafts = tuple(last_invoices.find(api, subscription))
    made_final = drafts if request.invoice_now else ()
    final = cancel_preview.final_invoice(api, subscription, decision, made_final)
    is_sent = subscription["collection_method"] == "send_invoice"
    billing = Billing(drafts, final, is_sent) if request.invoice_now else None
    refund_plan = _refund(api, subscription, request, decision.ends, now, billing)
    if refund_plan is not None:
        refund.check_customer_can_be_asked(api, refund_plan, id_of(subscription["customer"]))
    if refund_plan is not None and refund_plan.net_charge:
        decision = cancellation.keeping_prorations(decision)
        final = cancel_preview.final_invoice(api, subscription, decision, made_final)
    return CancelPlan(
        subscription,
        request,
        decision,
        final,
        refund_plan,
        owed_invoices=cancel_preview.still_open(api, subscription, decision),
        unbilled_amounts=unbilled_amounts.load(
            api, subscription, decision, counts_in_refund=request.refund == "prorated"
        ),
        drafts=drafts,
        renewals=cancel_preview.renewals_until(api, subscription, decision),
        unpaid_invoice=_unpaid_time(api, subscription, request, drafts, decision.ends),
    )


def _refund(
    api: StripeApi, subscription: Subscription, request: CancelRequest, ends: int, now: int, billing: Billing | None
) -> RefundPlan | None:
    match request.refund:
        case "last":
            payment = refund.last_payment(api, subscription)
            return refund.decide_last(subscription["id"], payment, now)
        case "prorated":
            return unused_time.plan(api, subscription, ends, billing)
    return None


def _unpaid_time(
    api: StripeApi, subscription: Subscription, request: CancelRequest, drafts: tuple[Invoice, ...], ends: int
) -> Invoice | None:
    """Return the unpaid invoice of time that this cancellation credits, but for those that it charges itself."""
    if not (request.prorate or request.refund == "prorated"):
        return None
    paid_now = {draft["id"] for draft in drafts if is_charged(draft)} if request.invoice_now else set()
    never_paid = [one for one in payments.never_paid(api, subscription) if one["id"] not in paid_now]
    return payments.unpaid_time(api, never_paid, ends)
