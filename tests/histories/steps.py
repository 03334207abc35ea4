"""The steps of a history: each does something and checks what was announced of it against the account."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

from hypothesis import strategies as st

from tests.histories.observed import HOUR, SETTLED, Observed, Snapshot

DAY = 86400
PREVIEWED = ("cost", "from", "to", "added", "removed", "starts", "proration", "new_period_starts")
LICENSED = ("small", "middle", "large")
YEARLY = ("small-yearly", "large-yearly")
METERED = ("calls", "calls-dear")


class Step(Protocol):
    def take(self, it: Observed) -> None: ...


@dataclass(frozen=True)
class Wait:
    """Time passes, and not the last hour of a period."""

    part: int

    def take(self, it: Observed) -> None:
        """Move on by so many thousandths of what is left of the period that ends first."""
        left = period_end(it) - HOUR - it.now
        it.advance(it.now + max(0, left) * self.part // 1000)


@dataclass(frozen=True)
class Renewal:
    """The period that ends first ends: the next invoice is as it was announced."""

    def take(self, it: Observed) -> None:
        before, expected, ends = it.look(), it.expected, period_end(it)
        it.advance(ends + SETTLED)
        after = it.look()
        if it.is_over:
            check_end(it, before, after)
        elif expected is not None and expected[1] <= it.now:
            made = after.new_invoices(before)
            billed = [(one["amount_due"], one["created"]) for one in made]
            assert billed == [expected], f"next: {expected} was announced, {billed} came"
        if expected is not None and expected[1] <= it.now:
            it.expected = None


@dataclass(frozen=True)
class Use:
    """Something metered is used, of which what was announced as next did not know; none after an end was announced."""

    calls: int

    def take(self, it: Observed) -> None:
        if it.ending is not None:
            return
        it.history.use(self.calls)
        if any(item["price"]["lookup_key"] in METERED for item in items_of(it)):
            it.expected = None


@dataclass(frozen=True)
class AddedByHand:
    """Somebody adds an invoice item in the dashboard; none after an end was announced."""

    amount: int

    def take(self, it: Observed) -> None:
        if it.ending is not None:
            return
        it.history.shop.post(
            "/v1/invoiceitems",
            customer=it.history.customer,
            subscription=it.history.id,
            amount=self.amount,
            currency="usd",
        )
        it.expected = None


@dataclass(frozen=True)
class ChangePrice:
    item: int
    price: str
    proration: str

    def take(self, it: Observed) -> None:
        chosen = chosen_item(it, self.item)
        if chosen is None or self.price in keys_of(it):
            return
        change(it, "--item", chosen["id"], "--price", self.price, *said(self.proration))


@dataclass(frozen=True)
class ChangeQuantity:
    item: int
    quantity: int
    proration: str

    def take(self, it: Observed) -> None:
        chosen = chosen_item(it, self.item)
        if chosen is not None:
            change(it, "--item", chosen["id"], "--quantity", str(self.quantity), *said(self.proration))


@dataclass(frozen=True)
class AddItem:
    price: str
    quantity: int
    proration: str

    def take(self, it: Observed) -> None:
        if self.price not in keys_of(it):
            change(it, "--add", f"{self.price}:{self.quantity}", *said(self.proration))


@dataclass(frozen=True)
class RemoveItem:
    item: int
    proration: str

    def take(self, it: Observed) -> None:
        chosen = chosen_item(it, self.item)
        if chosen is not None and len(items_of(it)) > 1:
            change(it, "--remove", chosen["price"]["lookup_key"], *said(self.proration))


@dataclass(frozen=True)
class Discount:
    option: str

    def take(self, it: Observed) -> None:
        change(it, *self.option.split())


@dataclass(frozen=True)
class Later:
    """A change with the next period, by a schedule; not to another interval where another item is paid for beyond that
    moment, which is refused."""

    item: int
    price: str

    def take(self, it: Observed) -> None:
        chosen = chosen_item(it, self.item)
        if chosen is None or self.price in keys_of(it) or it.subscription["cancel_at"]:
            return
        restarts = (self.price in YEARLY) != (chosen["price"]["lookup_key"] in YEARLY)
        if restarts and any(item["current_period_end"] > chosen["current_period_end"] for item in items_of(it)):
            return
        change(it, "--item", chosen["id"], "--price", self.price, "--at", "period-end")


@dataclass(frozen=True)
class EndTrial:
    def take(self, it: Observed) -> None:
        if it.subscription["status"] == "trialing":
            change(it, "--trial-end", "now")


@dataclass(frozen=True)
class Cancel:
    options: str

    def take(self, it: Observed) -> None:
        before = it.look()
        options = self.options
        if not any(one["amount_paid"] for one in before.invoices.values()):
            options = options.partition(" --refund")[0]  # which is refused where nothing was paid
        told = it.run("cancel", *options.split())
        after = it.look()
        it.expected = None
        if told["result"] == "canceled":
            assert it.subscription["ended_at"] == told["ends"] == it.now
            check_final(told["final_invoice"], before, after)
            assert after.refunded(before) == (told["refund"]["amount"] if told["refund"] else 0), "refund"
        elif told["result"] == "scheduled":
            assert (after.invoices.keys(), after.balance) == (before.invoices.keys(), before.balance)
            it.ending = told


@dataclass(frozen=True)
class Resume:
    def take(self, it: Observed) -> None:
        if it.subscription["cancel_at"]:
            it.run("resume")
            it.ending = it.expected = None


def change(it: Observed, *options: str) -> None:
    """Change the subscription, and check what was announced: the preview, what moved, and what comes next."""
    if it.ending is not None:
        return
    before = it.look()
    shown = it.preview("change", *options)
    told = it.run("change", *options)
    after = it.look()
    if told["result"] == "unchanged":
        assert (after.invoices.keys(), after.pending) == (before.invoices.keys(), before.pending)
        return
    assert {name: shown[name] for name in PREVIEWED} == {name: told[name] for name in PREVIEWED}, "preview"
    cost = told["cost"]
    made = after.new_invoices(before)
    if cost is None:
        it.expected = None
        assert (made, after.pending, after.balance) == ([], before.pending, before.balance)
        return
    assert sum(one["amount_due"] for one in made) == cost["due_now"], "due now"
    assert all(one["status"] == "paid" for one in made)
    if made:
        check_invoice(cost, made, after)
    else:
        assert after.newly_pending(before) == cost["credited"] + cost["charged"], "what waits"
        assert after.balance == before.balance
    upcoming = cost["next_invoice"]
    it.expected = None if upcoming is None else (upcoming["amount"], upcoming["at"])


def check_invoice(cost: Any, made: list[Any], after: Snapshot) -> None:
    lines = [line["amount"] for one in made for line in one["lines"]["data"]]
    taxes = sum(tax["amount"] for one in made for tax in one["total_taxes"] or () if tax["tax_behavior"] == "exclusive")
    assert cost["credited"] == sum(amount for amount in lines if amount < 0), "credited"
    assert cost["charged"] == sum(amount for amount in lines if amount > 0) + taxes, "charged"
    assert after.balance == cost["to_balance"], "balance"


def check_final(cost: Any, before: Snapshot, after: Snapshot) -> None:
    """Check the money of an end against what it was said to be."""
    made = after.new_invoices(before)
    if cost is None:
        assert [one["total"] for one in made if one["total"]] == [], "nothing was to be billed"
        assert (after.balance, after.newly_pending(before)) == (before.balance, 0)
    elif made:
        assert sum(one["amount_due"] for one in made) == cost["due_now"], "the last invoice"
        assert all(one["status"] == "paid" for one in made)
        check_invoice(cost, made, after)
    else:
        assert cost["due_now"] == 0
        assert after.prorations == cost["waits"], "what waits"
        assert after.balance == before.balance
        assert cost["to_balance"] in (0, after.balance), "balance"


def check_end(it: Observed, before: Snapshot, after: Snapshot) -> None:
    """The end that was announced has come, with what it was said to bill."""
    assert it.ending is not None, "it ended without a word"
    assert it.subscription["ended_at"] == it.ending["ends"], "the end"
    check_final(it.ending["final_invoice"], before, after)


def items_of(it: Observed) -> list[Any]:
    return list(it.subscription["items"]["data"])


def keys_of(it: Observed) -> list[str]:
    return [item["price"]["lookup_key"] for item in items_of(it)]


def chosen_item(it: Observed, number: int) -> Any:
    """The item with this number among the licensed ones."""
    licensed = [item for item in items_of(it) if item["price"]["lookup_key"] not in METERED]
    return licensed[number % len(licensed)] if licensed else None


def period_end(it: Observed) -> int:
    return min(int(item["current_period_end"]) for item in items_of(it))


def said(proration: str) -> tuple[str, ...]:
    return () if proration == "default" else ("--proration", proration)


numbers = st.integers(0, 3)
prorations = st.sampled_from(["default", "create", "invoice", "none"])
prices = st.sampled_from([*LICENSED, *YEARLY])
steps: st.SearchStrategy[Step] = st.one_of(
    st.builds(Wait, st.integers(1, 999)),
    st.builds(Renewal),
    st.builds(Use, st.integers(1, 3000)),
    st.builds(AddedByHand, st.integers(-3000, 3000).filter(bool)),
    st.builds(ChangePrice, numbers, prices, prorations),
    st.builds(ChangeQuantity, numbers, st.integers(1, 7), prorations),
    st.builds(AddItem, st.sampled_from(LICENSED), st.integers(1, 5), prorations),
    st.builds(RemoveItem, numbers, prorations),
    st.builds(Discount, st.sampled_from(["--coupon HALF", "--coupon TEN", "--coupon FIRST", "--no-coupon"])),
    st.builds(Later, numbers, prices),
    st.just(EndTrial()),
    st.just(Cancel("")),
    st.just(Resume()),
)
ends = st.sampled_from(
    [
        "",
        "--now",
        "--now --prorate",
        "--now --invoice-now",
        "--now --prorate --invoice-now",
        "--now --refund prorated",
        "--now --refund prorated --invoice-now",
    ]
).map(Cancel)
