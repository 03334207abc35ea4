"""The steps of a history: each does something and checks what was announced of it against the account.

A step that does not fit the subscription as it is then does nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from tests.histories.checks import (
    check_canceled,
    check_change,
    check_credits,
    check_declined,
    check_end,
    check_going_on,
    check_previewed_end,
    check_refund,
    check_refused,
    check_said_of_end,
    check_upcoming,
)
from tests.histories.observed import DAY, HOUR, SETTLED, Ending, Observed

METERED = ("calls", "calls-dear")
GOOD_CARD, BAD_CARD = "pm_card_visa", "pm_card_chargeCustomerFail"
LAST = 60 * DAY
"""How far after the end of a period an end may be set."""


class Step(Protocol):
    def take(self, it: Observed) -> None: ...


@dataclass(frozen=True)
class Wait:
    """Time passes, and not the last hour of a period."""

    part: int

    def take(self, it: Observed) -> None:
        """Move on by so many thousandths of what is left of the period that ends first."""
        seconds_left = it.period_end - HOUR - it.now
        it.advance(it.now + max(0, seconds_left) * self.part // 1000)


@dataclass(frozen=True)
class Renewal:
    """The period that ends first ends: the next invoice, or the end, is as it was announced."""

    def take(self, it: Observed) -> None:
        before = it.look()
        it.advance(it.period_end + SETTLED)
        after = it.look()
        by_failure = it.is_over and after.subscription["cancellation_details"]["reason"] == "payment_failed"
        if not it.is_over:
            check_upcoming(it, after.new_invoices(before))
        elif by_failure:
            assert it.may_fail, "a payment failed, and the card is good"
        elif it.ending is not None:
            check_upcoming(it, after.new_invoices(before))
            assert it.expected is None or not it.expected.at, f"{it.expected} was announced, and it ended before"
            check_end(it, it.ending, after)
        else:
            raise AssertionError("it ended without a word")


@dataclass(frozen=True)
class End:
    """The end that was announced comes, after so many renewals; without one, the next renewal."""

    def take(self, it: Observed) -> None:
        for _ in range(100):
            Renewal().take(it)
            if it.is_over or it.ending is None:
                return
        raise AssertionError("the end does not come")


@dataclass(frozen=True)
class Use:
    """Something metered is used, of which what was announced did not know."""

    calls: int

    def take(self, it: Observed) -> None:
        it.history.use(self.calls)
        if any(key in METERED for key in it.keys):
            it.forget()


@dataclass(frozen=True)
class AddedByHand:
    """Somebody adds an invoice item in the dashboard, of the subscription or of the customer only."""

    amount: int
    of_subscription: bool = True

    def take(self, it: Observed) -> None:
        whose = {"subscription": it.history.id} if self.of_subscription else {}
        it.history.shop.post(
            "/v1/invoiceitems", customer=it.history.customer, amount=self.amount, currency="usd", **whose
        )
        it.forget()


@dataclass(frozen=True)
class Card:
    """The customer's card is another from now on: a good one, or one that is declined."""

    name: str

    def take(self, it: Observed) -> None:
        it.history.use_card(self.name)
        it.may_fail = self.name == BAD_CARD


@dataclass(frozen=True)
class Pay:
    """What is open is paid with a good card, the newest invoice first."""

    def take(self, it: Observed) -> None:
        Card(GOOD_CARD).take(it)
        before = it.look()
        ran = it.run("pay")
        after = it.look()
        assert ran.code == 0, ran.error
        if ran.record["result"] == "paid":
            invoice = ran.record["invoice"]
            assert after.invoices[invoice["id"]]["status"] == "paid"
            assert after.subscription["status"] in ("active", "trialing"), "the newest invoice is paid"
            assert before.invoices[invoice["id"]]["amount_remaining"] == invoice["amount_paid"]
        else:
            assert after.money == before.money


@dataclass(frozen=True)
class ChangePrice:
    item: int
    price: str
    proration: str = "default"

    def take(self, it: Observed) -> None:
        if self.price not in it.keys:
            key = chosen(it, self.item)
            change(it, "--item", key, "--price", self.price, *said(self.proration))


@dataclass(frozen=True)
class ChangeQuantity:
    item: int
    quantity: int
    proration: str = "default"

    def take(self, it: Observed) -> None:
        change(it, "--item", chosen(it, self.item), "--quantity", str(self.quantity), *said(self.proration))


@dataclass(frozen=True)
class AddItem:
    price: str
    quantity: int
    proration: str = "default"

    def take(self, it: Observed) -> None:
        if self.price in it.keys:
            return
        times = "" if self.price in METERED else f":{self.quantity}"
        change(it, "--add", f"{self.price}{times}", *said(self.proration))


@dataclass(frozen=True)
class RemoveItem:
    item: int
    proration: str = "default"

    def take(self, it: Observed) -> None:
        change(it, "--remove", chosen(it, self.item), *said(self.proration))


@dataclass(frozen=True)
class Swap:
    """An item is removed and another added, by one command."""

    item: int
    price: str
    option: str = ""

    def take(self, it: Observed) -> None:
        if self.price not in it.keys:
            change(it, "--remove", chosen(it, self.item), "--add", self.price, *self.option.split())


@dataclass(frozen=True)
class Other:
    """A change of the discount, the trial or the billing date; `days` from now until a trial's end."""

    option: str
    days: int = 0
    proration: str = "default"

    def take(self, it: Observed) -> None:
        until = (str(it.now + self.days * DAY),) if self.option.endswith("--trial-end") else ()
        change(it, *self.option.split(), *until, *said(self.proration))


@dataclass(frozen=True)
class Later:
    """A change with the next period, by a schedule."""

    item: int
    price: str
    quantity: int = 0

    def take(self, it: Observed) -> None:
        key = chosen(it, self.item)
        if self.price not in (set(it.keys) - {key}):
            many = ("--quantity", str(self.quantity)) if self.quantity else ()
            change(it, "--item", key, "--price", self.price, *many, "--at", "period-end")


@dataclass(frozen=True)
class Cancel:
    """`when` may be `within` (the period) or `beyond` it, at so many thousandths of it."""

    options: str
    when: str = ""
    part: int = 500

    def take(self, it: Observed) -> None:
        options = self.options.split()
        if self.when:
            options += ["--at", str(self._at(it))]
        before = it.look()
        preview = it.preview("cancel", *options)
        ran = it.run("cancel", *options)
        after = it.look()
        record = ran.record
        check_previewed_end(preview, ran)
        if record is None:
            check_refused(ran, before, after)
        elif record["result"] == "canceled":
            assert after.subscription["ended_at"] == record["ends"] == it.now
            check_canceled(it, ran, before, after)
        elif record["result"] == "scheduled":
            assert after.subscription["cancel_at"] == record["ends"], "the end"
            assert after.new_invoices(before) == []
            if not record["renewals"]:
                check_credits(record["final_invoice"], after.newly_pending(before))
            assert after.balance == before.balance
            check_refund(record["refund"], before, after)
            check_said_of_end(record, ran.said)
            it.ending, it.expected = Ending(record, before, record["ends"]), None

    def _at(self, it: Observed) -> int:
        start, span = (it.now, it.period_end - it.now) if self.when == "within" else (it.period_end, LAST)
        return start + max(60, span * self.part // 1000)


@dataclass(frozen=True)
class Resume:
    def take(self, it: Observed) -> None:
        before = it.look()
        ran = it.run("resume")
        after = it.look()
        assert ran.code == 0, ran.error
        cost = ran.record["cost"]
        check_going_on(cost, after.newly_pending(before), before)
        assert (after.new_invoices(before), after.balance) == ([], before.balance)
        if ran.record["result"] == "resumed":
            assert after.subscription["cancel_at"] is None
            it.ending = it.expected = None


@dataclass(frozen=True)
class Show:
    """`sub show` says what is next."""

    def take(self, it: Observed) -> None:
        next_invoice = it.run("show").record["next_invoice"]
        if next_invoice and it.expected and it.expected.at:
            amount = next_invoice["amount_due"]
            assert amount == it.expected.amount, f"{it.expected} was announced, and sub show says {amount}"


def change(it: Observed, *options: str) -> None:
    """Change the subscription, and check what was announced: the preview, what moved, and what comes next."""
    before = it.look()
    preview = it.preview("change", *options)
    ran = it.run("change", *options)
    after = it.look()
    if preview.code:
        assert ran.error["message"] == preview.error["message"], "the preview is refused in another way"
        check_refused(ran, before, after)
    elif ran.code:
        check_declined(it, ran, before, after)
    else:
        check_change(it, preview, ran, before, after)


def chosen(it: Observed, number: int) -> str:
    """Return the item with this number, by the lookup key of its price."""
    keys = it.keys
    return keys[number % len(keys)]


def said(proration: str) -> tuple[str, ...]:
    return () if proration == "default" else ("--proration", proration)
