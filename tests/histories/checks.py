"""What a command announced, compared with what the account shows after it, and JSON with what was said to people."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from tests.histories.observed import Ending, Observed, Outcome, Snapshot, Upcoming

PREVIEWED = (
    "cost",
    "from",
    "to",
    "item",
    "added",
    "removed",
    "starts",
    "proration",
    "proration_date",
    "new_period_starts",
    "unpaid_time",
)
PREVIEWED_OF_END = (
    "ends",
    "final_invoice",
    "renewals",
    "renewals_complete",
    "unpaid_time",
    "dropped",
    "stays_pending",
)
REFUNDED = ("amount", "currency", "invoice", "not_to_card", "on_balance")
REFUSALS = ("refused", "usage", "payment_failed")
"""The kinds of error with which a command says why it does nothing, and the way out; the last where the same change
waits for its payment already."""
NOT_ALIGNED = "All prices on a subscription must have intervals that are multiples"
"""Stripe's own refusal of months beside weeks."""


def check_refused(ran: Outcome, before: Snapshot, after: Snapshot) -> None:
    """A command that was refused said why and what to do, and changed nothing."""
    if not ran.error["message"].startswith(NOT_ALIGNED):
        assert ran.error["kind"] in REFUSALS, ran.error
        assert ran.error["hint"], ran.error
    assert (after.money, after.terms) == (before.money, before.terms), "refused, and changed all the same"


def check_change(it: Observed, preview: Outcome, ran: Outcome, before: Snapshot, after: Snapshot) -> None:
    """What a change announced: the preview, what moved, and what comes next."""
    record = ran.record
    assert {name: preview.record[name] for name in PREVIEWED} == {name: record[name] for name in PREVIEWED}, "preview"
    if record["result"] == "unchanged":
        assert (after.money, after.terms) == (before.money, before.terms), "unchanged"
        return
    cost = record["cost"]
    new_invoices = after.new_invoices(before)
    if cost is None:
        it.forget()
        assert (new_invoices, after.pending, after.balance) == ([], before.pending, before.balance)
        return
    check_said(cost, ran.said)
    if record["result"] == "scheduled":
        assert (after.money, new_invoices) == (before.money, []), "nothing moves before it takes effect"
    elif new_invoices:
        assert all(one["status"] == "paid" for one in new_invoices), [one["status"] for one in new_invoices]
        check_invoice(cost, new_invoices, after)
    else:
        assert cost["due_now"] == 0
        assert after.balance == before.balance
        check_amounts(cost, after.newly_pending(before), "what waits")
    check_end_stays(it, ran.said, after)
    it.forget()
    next_invoice = cost["next_invoice"]
    if not cost["next_is_known"]:
        return
    it.expected = Upcoming(0, 0) if next_invoice is None else Upcoming(next_invoice["amount"], next_invoice["at"])


def check_end_stays(it: Observed, text: str, after: Snapshot) -> None:
    """An end that was announced comes when it was to come, unless the change says otherwise."""
    ends = after.subscription["cancel_at"]
    if it.ending is not None and ends != it.ending.at:
        assert f"period, on {day(ends)}." in text, (ends, text)
        it.ending.at = ends


def check_declined(it: Observed, ran: Outcome, before: Snapshot, after: Snapshot) -> None:
    """A change whose payment failed changed nothing; an invoice over what was announced may wait for its payment, and
    have a discount for one invoice."""
    assert it.may_fail, ran.error
    assert ran.error["kind"] == "payment_failed", ran.error
    it.forget()
    assert after.terms[:-1] == before.terms[:-1], "changed without a payment"
    if ran.record is None:
        assert after.terms == before.terms, "changed without a payment"
        assert after.pending == before.pending
        assert after.balance == before.balance
        return
    new_invoices = after.new_invoices(before)
    assert [(one["status"], one["amount_due"]) for one in new_invoices] == [("open", ran.record["cost"]["due_now"])]


def check_invoice(cost: Any, new_invoices: list[Any], after: Snapshot) -> None:
    """An invoice made at once is as its lines, its amount and its balance were announced."""
    assert sum(one["amount_due"] for one in new_invoices) == cost["due_now"], "due now"
    check_amounts(cost, [line["amount"] for one in new_invoices for line in one["lines"]["data"]], "lines")
    taxes = sum(
        tax["amount"] for one in new_invoices for tax in one["total_taxes"] or () if tax["tax_behavior"] == "exclusive"
    )
    lines = [line["amount"] for one in new_invoices for line in one["lines"]["data"]]
    assert cost["credited"] == sum(amount for amount in lines if amount < 0), "credited"
    assert cost["charged"] == sum(amount for amount in lines if amount > 0) + taxes, "charged"
    discounts = sum(one["amount"] for invoice in new_invoices for one in invoice["total_discount_amounts"] or ())
    assert cost["discounted"] == -discounts, "discounted"
    assert after.balance == cost["to_balance"], "balance"


def check_amounts(cost: Any, amounts: Iterable[int], what: str) -> None:
    lines = sorted(line["amount"] for line in cost["lines"] if line["kind"] == "line")
    assert lines == sorted(amount for amount in amounts if amount), what


def check_said(cost: Any, text: str) -> None:
    """What people read has the amounts and dates of the record."""
    for line in cost["lines"]:
        assert f"{money(line['amount'])} {' '.join(line['description'].split())}" in text, (line, text)
    due = f"due now {money(cost['due_now'])}" if cost["due_now"] else "due now nothing"
    assert due in text, (due, text)
    if cost["to_balance"] < 0:
        amount_left = money(-cost["to_balance"])
        assert f"balance {amount_left} is credited" in text or f", {amount_left} stays for later ones" in text, text
    if cost["to_balance"] > 0:
        assert f"balance {money(cost['to_balance'])} is less than Stripe charges" in text, text
    next_invoice = cost["next_invoice"]
    if next_invoice:
        next_one = f"{money(next_invoice['amount'])} on {day(next_invoice['at'])}"
        assert f"next {next_one}" in text or f"then {next_one}" in text, (next_one, text)


def check_upcoming(it: Observed, new_invoices: list[Any]) -> None:
    """The next invoice is as it was announced, once its time has come."""
    forecast = it.expected
    if forecast is None:
        return
    if not forecast.at:
        assert [one["amount_due"] for one in new_invoices if one["amount_due"]] == [], (
            "no further invoice was announced"
        )
    elif forecast.at <= it.now:
        bills = [(one["amount_due"], one["created"]) for one in new_invoices if one["amount_due"]]
        forecast_bills = [(forecast.amount, forecast.at)] if forecast.amount else []
        assert bills == forecast_bills, f"next: {forecast} was announced, {bills} came"
        it.expected = None
    else:
        amounts = [one["amount_due"] for one in new_invoices if one["amount_due"]]
        assert amounts == [], f"next: {forecast} was announced, and {amounts} came before"


def check_previewed_end(preview: Outcome, ran: Outcome) -> None:
    """The preview of an end is what the run said, or refuses it as the run did."""
    if ran.record is None:
        assert preview.error["message"] == ran.error["message"], "the preview is refused in another way"
        return
    for name in PREVIEWED_OF_END:
        assert preview.record[name] == ran.record[name], f"preview of {name}"
    preview_refund, refund = (one.record["refund"] or {} for one in (preview, ran))
    for name in REFUNDED:
        if name == "invoice" and preview_refund.get(name) is None:
            continue
        assert preview_refund.get(name) == refund.get(name), f"preview of the refund's {name}"


def check_canceled(it: Observed, ran: Outcome, before: Snapshot, after: Snapshot) -> None:
    """An end at once is as it was announced."""
    record = ran.record
    check_final(it, record["final_invoice"], before, after)
    if ran.code:
        assert (it.may_fail, ran.error["kind"]) == (True, "payment_failed"), ran.error
        return
    check_refund(record["refund"], before, after)
    check_said_of_end(record, ran.said)


def check_refund(refund: Any, before: Snapshot, after: Snapshot) -> None:
    """What was said to go back has gone back, now or by the same command before."""
    refunds = refund["refunds"] if refund else []
    assert sum(one["amount"] for one in refunds) == (refund["amount"] if refund else 0), "refund"
    new = {one["id"]: one["amount"] for one in refunds if one["id"] not in before.refunds}
    assert new == {id: amount for id, amount in after.refunds.items() if id not in before.refunds}, "refunds"


def check_final(it: Observed, cost: Any, before: Snapshot, after: Snapshot) -> None:
    """The money of an end is what it was said to be."""
    new_invoices = after.new_invoices(before)
    if cost is None:
        assert [one["total"] for one in new_invoices if one["total"]] == [], "nothing was to be billed"
        assert (after.balance, after.newly_pending(before)) == (before.balance, [])
    elif new_invoices:
        statuses = {one["status"] for one in new_invoices}
        assert statuses == {"paid"} or it.may_fail, statuses
        check_invoice(cost, new_invoices, after)
    else:
        assert cost["due_now"] == 0
        assert after.prorations == cost["waits"], "what waits"
        assert after.balance == before.balance
        assert cost["to_balance"] in (0, after.balance), "balance"


def check_credits(final: Any, credits: Iterable[int]) -> None:
    """What the end of a period before its time credits waits, and was announced as a part of the last invoice."""
    lines = [line["amount"] for line in final["lines"]] if final else []
    for amount in filter(None, credits):
        assert amount in lines, f"{amount} is credited, and was not announced"
        lines.remove(amount)


def check_going_on(cost: Any, waits: Iterable[int], before: Snapshot) -> None:
    """What is charged again for time that goes on is announced, beside the credit for it that waits."""
    lines = [line["amount"] for line in cost["lines"] if line["kind"] == "line"] if cost else []
    for amount in waits:
        if amount:
            assert amount in lines, f"{amount} waits, and was not announced"
            lines.remove(amount)
    assert all(amount in before.pending.values() for amount in lines), f"{lines} does not wait"


def check_said_of_end(record: Any, text: str) -> None:
    final, refund = record["final_invoice"], record["refund"]
    if final:
        for line in final["lines"]:
            assert f"{money(line['amount'])} {' '.join(line['description'].split())}" in text, (line, text)
        if final["due_now"]:
            assert f"{money(final['due_now'])} is charged" in text, text
        elif final["to_balance"] < 0:
            assert "goes to the balance" in text or "is left on it" in text, text
            assert money(-final["to_balance"]) in text, text
        elif final["to_balance"] > 0:
            assert f"{money(final['to_balance'])} is less than Stripe charges" in text, text
        elif final["waits"]:
            assert "This waits for another invoice" in text, text
    for one in record["renewals"][:12]:
        amount = money(one["amount"]) if one["amount"] else "nothing"
        assert f"charged {amount} on {day(one['at'])}" in text, (one, text)
    if record["renewals_to_balance"]:
        assert f"a credit of {money(-record['renewals_to_balance'])} is left on it by that" in text, text
    if refund and refund["amount"]:
        for one in refund["refunds"]:
            amount = money(one["amount"])
            assert f"refunded {amount}" in text or "was refunded for this already" in text, (one, text)
    if refund and refund["not_to_card"]:
        assert f"{money(refund['not_to_card'])} of what is unused does not go back" in text, text


def check_end(it: Observed, ending: Ending, after: Snapshot) -> None:
    """The end that was announced has come, with what it was said to bill until then, and at last."""
    record = ending.record
    assert after.subscription["ended_at"] == ending.at, "the end"
    if not ending.is_sure:
        return
    new_invoices = after.new_invoices(ending.before)
    renewals = [(one["amount"], one["at"]) for one in record["renewals"]]
    came = [(one["amount_due"], one["created"]) for one in new_invoices]
    assert came[: len(renewals)] == renewals, f"until the end: {renewals} was announced, {came} came"
    if not renewals:
        check_final(it, record["final_invoice"], ending.before, after)
    elif record["renewals_complete"]:
        final = record["final_invoice"]
        rest = [(final["due_now"], record["ends"])] if final else []
        assert came[len(renewals) :] == rest, f"at the end: {rest} was announced, {came} came"


def money(minor: int) -> str:
    """`-$6.67` of -667: dollars as people read them."""
    return f"{'-' if minor < 0 else ''}${abs(minor) // 100:,}.{abs(minor) % 100:02d}"


def day(at: int) -> str:
    """`1 Apr 2026 UTC`."""
    moment = datetime.fromtimestamp(at, UTC)
    return f"{moment.day} {moment:%b %Y} UTC"
