"""A cancellation as people read it, before and after it is made."""

from __future__ import annotations

from collections.abc import Iterator

from stripe_billing_cli.cli import formatting
from stripe_billing_cli.cli.output import GREEN, YELLOW, Line
from stripe_billing_cli.cli.sub import cost_view
from stripe_billing_cli.stripe_api.objects.subscriptions import Subscription
from stripe_billing_cli.stripe_api.references import id_of, name_of
from stripe_billing_cli.subscriptions.account import Billing, is_charged
from stripe_billing_cli.subscriptions.cancel import CancelPlan, CancelResult
from stripe_billing_cli.subscriptions.cancellation import period_end
from stripe_billing_cli.subscriptions.cost import Cost
from stripe_billing_cli.subscriptions.refund import Refund, RefundPlan
from stripe_billing_cli.subscriptions.terms import is_metered
from stripe_billing_cli.subscriptions.unbilled_amounts import UnbilledAmounts
from stripe_billing_cli.subscriptions.unused_time import FOREIGN_PAYMENT

UNTIL = {"trialing": "its trial runs", "past_due": "its period runs", "unpaid": "its period runs"}


def question(plan: CancelPlan) -> str:
    id = plan.subscription["id"]
    match plan.cancellation.action:
        case "now":
            return f"Cancel {id} now?"
        case "later":
            return f"Let {id} end then?"
        case "details":
            return f"Write this to {id}?"
    return "Refund it?" if plan.refunds else "Bill it?"


def plan_lines(plan: CancelPlan) -> Iterator[Line]:
    """Yield the effects of a cancellation, before the user agrees to it."""

    subscription, cancellation = plan.subscription, plan.cancellation
    id, paid_until = subscription["id"], period_end(subscription)
    match cancellation.action:
        case "now" if subscription["status"] == "incomplete":
            yield Line(f"{id} ends now. It was never paid for; its invoice is voided.")
        case "now":
            until = UNTIL.get(subscription["status"], "it is paid")
            paid_text = (
                f", though {until} until {formatting.moment(paid_until)}" if paid_until > cancellation.ends else ""
            )
            yield Line(f"{id} ends now: the customer loses access at once{paid_text}.")
        case "later" if subscription["status"] == "paused":
            yield Line(
                f"{id} ends on {formatting.moment(cancellation.ends)}. It is paused: the customer has no access."
            )
        case "later":
            yield Line(f"{id} ends on {formatting.moment(cancellation.ends)}: the customer keeps access until then.")
            if cancellation.params.get("cancel_at_period_end") and cancellation.ends < paid_until:
                last = formatting.moment(paid_until)
                yield Line(f"  Other items are paid for until {last}; --at last-period-end ends it then.")
        case "details":
            yield Line(f"{id}: the reason and comment of its cancellation are written.")
    if cancellation.drops_schedule:
        yield Line(f"  What was scheduled for it is dropped ({cancellation.drops_schedule}).")
    if cancellation.drops_update:
        yield Line(
            f"  The change that waits for its payment is dropped: invoice {cancellation.drops_update} is voided."
        )
    yield from _money(plan)


def _money(plan: CancelPlan) -> Iterator[Line]:
    final = plan.final
    if final:
        yield from cost_view.lines(final)
        yield Line(f"  {_describe_billing(plan, final)}")
    yield from _renewals(plan)
    if plan.refunds:
        assert plan.refund is not None
        yield from _refund_lines(plan, plan.refund)
    elif plan.refund is not None:
        yield Line(f"  {_nothing_to_refund(plan.refund)}")
    if plan.refund is not None:
        yield from _beside_refund(plan, plan.refund)
    if plan.unpaid_invoice and plan.request.prorate:
        yield Line(
            f"  Careful: the credit counts time that was never paid for: {cost_view.unpaid_text(plan.unpaid_invoice)}. "
            "Without --prorate nothing is credited."
        )
    collection_text = "Stripe stops collecting it" if plan.cancellation.action == "now" else "is still collected"
    for invoice in plan.owed_invoices:
        amount = formatting.money(invoice["amount_remaining"], invoice["currency"])
        yield Line(f"  Invoice {invoice['id']} over {amount} stays open, and {collection_text}.")
    yield from _drafts(plan)
    yield from _describe_unbilled(plan.unbilled_amounts, plan.subscription["currency"])
    metered_names = [] if plan.cancellation.action != "later" else _name_metered_prices(plan.subscription)
    if metered_names:
        yield Line(f"  What is used of {', '.join(metered_names)} until then, and not billed yet, is billed then.")
    nothing_else = not (
        plan.owed_invoices or plan.drafts or plan.unbilled_amounts.is_there or plan.renewals or metered_names
    )
    if not final and plan.refund is None and nothing_else:
        yield Line("  No money moves: nothing is refunded, and nothing more is charged.")


def _name_metered_prices(subscription: Subscription) -> list[str]:
    """Return the names of a subscription's metered prices."""
    return [name_of(item["price"]) for item in subscription["items"]["data"] if is_metered(item["price"])]


def _drafts(plan: CancelPlan) -> Iterator[Line]:
    """Yield the fate of invoices that are not final yet."""
    if plan.cancellation.action == "later":
        return
    bills = Billing(plan.drafts).of_drafts()
    for invoice in plan.drafts:
        asks = bills[invoice["id"]].asks
        draft_text = f"Invoice {invoice['id']} over {formatting.money(invoice['total'], invoice['currency'])}"
        if not plan.request.invoice_now:
            yield Line(f"  {draft_text} is a draft, and Stripe may not collect it any more; --invoice-now bills it.")
        elif invoice["total"] > 0 and is_charged(invoice):
            charge_text = (
                "charged" if asks == invoice["total"] else f"{formatting.money(asks, invoice['currency'])} charged"
            )
            charge_text = charge_text if asks else "paid from the customer's balance"
            yield Line(f"  {draft_text}, which nobody has charged yet, is made final and {charge_text}.")
        else:
            yield Line(f"  {draft_text} is made final{'' if is_charged(invoice) else ', for the customer to pay'}.")


def _describe_unbilled(amounts: UnbilledAmounts, currency: str) -> Iterator[Line]:
    """Yield the amounts that an end at once drops, and those that it leaves pending."""
    if amounts.prorations:
        amount = formatting.money(abs(amounts.prorations), currency)
        noun, way = ("credit", "gives it to") if amounts.prorations < 0 else ("charge", "bills it to")
        yield Line(
            f"  A {noun} of {amount} that waits for the next invoice is dropped; --invoice-now {way} the customer."
        )
    if amounts.metered_names:
        so_far = f", {formatting.money(amounts.use, currency)} so far," if amounts.use else ""
        yield Line(
            f"  What was used of {', '.join(amounts.metered_names)} and not billed yet{so_far} is dropped; "
            "--invoice-now bills it."
        )
    for item in amounts.by_hand:
        amount = formatting.money(item["amount"], item["currency"])
        yield Line(f"  {item['id']}, {item['description'] or 'added by hand'}, over {amount} stays pending.")


def _renewals(plan: CancelPlan) -> Iterator[Line]:
    """Yield the charges before an end in a later period."""
    if plan.renewals is None:
        return
    currency = plan.subscription["currency"]
    first_invoices, more = plan.renewals.invoices[:SHOWN], len(plan.renewals.invoices) - SHOWN
    for invoice in first_invoices:
        amount = formatting.money(invoice.amount, currency) if invoice.amount else "nothing"
        yield cost_view.entry("charged", f"{amount} on {formatting.date(invoice.at)}")
        if invoice is first_invoices[0] and plan.renewals.to_balance:
            credit = formatting.money(-plan.renewals.to_balance, currency)
            yield cost_view.entry("balance", f"a credit of {credit} is left on it by that")
    if more > 0:
        yield Line(f"  … and {more} more; --output json lists them.")
    elif not plan.renewals.is_complete:
        yield Line("  It renews as usual until then; of its last period only the part until the end is charged.")


SHOWN = 12
"""How many renewals the screen lists."""


def _describe_billing(plan: CancelPlan, final: Cost) -> str:
    """Return when what is credited and charged is billed, and what comes of it."""
    if plan.cancellation.action == "now" and not plan.cancellation.params.get("invoice_now"):
        return "This waits for another invoice of the customer's; --invoice-now bills it at once."
    date_text = "now" if plan.cancellation.action == "now" else f"on {formatting.date(plan.cancellation.ends)}"
    if final.to_balance < 0:
        return f"A last invoice is made {date_text}: {_to_balance(final)}."
    if final.to_balance > 0:
        amount = formatting.money(final.to_balance, final.currency)
        debt = f"{amount} is less than Stripe charges, and stays on the balance as a debt"
        return f"A last invoice is made {date_text}: {debt}."
    if not final.due_now:
        return f"A last invoice is made {date_text}, of which nothing is due."
    amount = formatting.money(final.due_now, final.currency)
    if plan.subscription["collection_method"] == "send_invoice":
        return f"A last invoice is made {date_text}: {amount}, which the customer is sent to pay."
    return f"A last invoice is made {date_text}: {amount} is charged."


def _to_balance(final: Cost) -> str:
    """Return the effect on the balance of a last invoice that is not charged."""
    credit, total = (formatting.money(abs(amount), final.currency) for amount in (final.to_balance, final.total))
    if final.total > 0:
        return f"the balance pays {total}, and a credit of {credit} is left on it"
    credit_text = "" if final.total == final.to_balance else f", which is a credit of {credit} then"
    return f"{total} goes to the balance{credit_text}"


def _refund_lines(plan: CancelPlan, refund: RefundPlan) -> Iterator[Line]:
    amounts = [part.amount for part in refund.to_make]
    if refund.of_last_invoice:
        amounts.append(refund.of_last_invoice)
        amount = formatting.money(refund.of_last_invoice, refund.currency)
        yield cost_view.entry("refunded", f"{amount}, from what is charged now")
    for part in refund.to_make:
        yield cost_view.entry("refunded", _part(refund, part))
    if len(amounts) > 1:
        total = formatting.money(sum(amounts), refund.currency)
        yield Line(f"  That is {total} in all, from {len(amounts)} payments.")
    if refund.kind == "last":
        use_so_far = formatting.money(refund.used_amount, refund.currency)
        goes_on = "" if plan.subscription["ended_at"] or plan.cancellation.action == "now" else LAST_GOES_ON
        though = f", though {use_so_far} of it is used by now" if refund.used_amount else ""
        if though or goes_on:
            yield Line(f"  This is the whole last payment{though}{goes_on}.")
        if plan.final and plan.final.to_balance < 0:
            credit = formatting.money(-plan.final.to_balance, plan.final.currency)
            yield Line(f"  Careful: the credit of {credit} is the customer's as well, beside this refund.")
        if overpaid := sum(part.payment.invoice["amount_overpaid"] for part in refund.to_make):
            amount = formatting.money(overpaid, refund.currency)
            yield Line(f"  Careful: {amount} was paid too much, and is a credit on the customer's balance already.")


LAST_GOES_ON = "; and the service goes on until the end"


def _part(refund: RefundPlan, part: Refund) -> str:
    invoice = part.payment.invoice
    amount, payment_amount = (
        formatting.money(one, refund.currency) for one in (part.amount, part.payment.amount_captured)
    )
    share = ", all of it" if part.amount == part.payment.amount_captured else ""
    if not share and part.payment.refundable_amount == part.amount:
        share = ", what is left of it"
    elif not share:
        share = ", what is unused of it"
    return f"{amount}{share}, from the payment of {payment_amount} for invoice {invoice['number'] or invoice['id']}"


def _beside_refund(plan: CancelPlan, refund: RefundPlan) -> Iterator[Line]:
    """Yield the amount that does not go back to a card, and what to do about it."""
    if refund.not_to_card:
        amount = formatting.money(refund.not_to_card, refund.currency)
        customer = id_of(plan.subscription["customer"])
        yield Line(
            f"  {amount} of what is unused does not go back to a card: something {', or '.join(refund.shortage)}."
        )
        if FOREIGN_PAYMENT in refund.shortage:  # the customer has the rest back, or never paid it
            amount_text = "it" if len(refund.shortage) == 1 else f"what {FOREIGN_PAYMENT}"
            yield Line(
                f"    To give {amount_text} as a credit: billing customer balance {customer} --credit … --note …"
            )
    if refund.on_balance:
        amount = formatting.money(refund.on_balance, refund.currency)
        yield Line(f"  {amount} that earlier changes left on the customer's balance stays there, for later invoices.")


def _nothing_to_refund(refund: RefundPlan) -> str:
    refunds = [part.stripe_refund for part in refund.parts if part.stripe_refund]
    if refunds:
        amount = formatting.money(refund.amount, refund.currency)
        return f"{amount} was refunded for this already ({', '.join(one['id'] for one in refunds)})."
    if refund.kind == "last":
        payment = refund.parts[0].payment
        invoice = payment.invoice
        if payment.charged_back:
            return f"The payment for invoice {invoice['number'] or invoice['id']} is disputed: nothing goes back."
        return f"The payment for invoice {invoice['number'] or invoice['id']} has been refunded already."
    if refund.net_charge:
        amount = formatting.money(refund.net_charge, refund.currency)
        return f"What is still to be charged exceeds what is unused by {amount}: nothing is refunded."
    if refund.unused_amount:
        return "Nothing goes back to a card."
    return "Nothing that was paid is unused: nothing is refunded."


def _describe_finished(result: CancelResult) -> Iterator[Line]:
    """Yield the outcome of the last invoices; of one that was not paid, the error says it."""
    for last_invoice in result.last_invoices:
        invoice = last_invoice.invoice
        name = invoice["number"] or invoice["id"]
        if last_invoice.credit:
            amount = formatting.money(last_invoice.credit, invoice["currency"])
            if last_invoice.on_balance:
                yield Line(f"The credit of {amount} is on the customer's balance ({name}).", GREEN)
            else:
                customer, plain = id_of(invoice["customer"]), formatting.plain(last_invoice.credit, invoice["currency"])
                yield Line(f"The credit of {amount} has not reached the customer's balance ({name}).", YELLOW)
                yield Line(f"  To give it: billing customer balance {customer} --credit {plain} --note {name}")
        elif last_invoice.trouble is None and invoice["amount_paid"]:
            yield Line(f"Paid {formatting.money(invoice['amount_paid'], invoice['currency'])} ({name}).", GREEN)
        elif last_invoice.trouble is None and invoice["status"] == "open":
            amount = formatting.money(invoice["amount_remaining"], invoice["currency"])
            if is_charged(invoice):
                yield Line(f"On its way: {amount}, paid once the bank says so ({name}).")
            else:
                yield Line(f"Open: {amount}, for the customer to pay ({name}).")


def screen(result: CancelResult) -> Iterator[Line]:
    """Yield the outcome of a cancellation, or that it was made before."""
    plan, subscription = result.plan, result.subscription
    id = subscription["id"]
    ends = formatting.moment(subscription["ended_at"] or plan.cancellation.ends)
    match plan.cancellation.action:
        case "now":
            yield Line(f"{id} is {subscription['status'].replace('_', ' ')}.", GREEN)
        case "later":
            yield Line(f"{id} is set to end. Until then, billing sub resume {id} takes it back.", GREEN)
        case "details":
            yield Line(f"Written to {id}.", GREEN)
        case "none" if subscription["ended_at"]:
            yield Line(f"{id} ended on {ends} already.")
        case "none":
            yield Line(f"{id} ends on {ends} already. Nothing to do.")
    yield from _describe_finished(result)
    for refund in result.refunds_made:
        yield Line(
            f"Refunded {formatting.money(refund['amount'], refund['currency'])} ({refund['id']})."
            f"{formatting.refund_waits(refund['status'])}",
            GREEN,
        )
    if result.refunds_made:
        return
    if result.refund is not None:
        yield Line(_nothing_to_refund(result.refund))
        if not plan.moves:
            yield from _beside_refund(plan, result.refund)
