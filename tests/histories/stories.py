"""Histories as values: how a subscription begins, its steps, and its end; and the strategies that make them up."""

from __future__ import annotations

from dataclasses import dataclass

from hypothesis import strategies as st

from tests.cli.sub.history import History
from tests.conftest import Billing
from tests.histories.observed import Observed, Outcome, Upcoming
from tests.histories.steps import (
    BAD_CARD,
    GOOD_CARD,
    AddedByHand,
    AddItem,
    Cancel,
    Card,
    ChangePrice,
    ChangeQuantity,
    End,
    Later,
    Other,
    Pay,
    RemoveItem,
    Renewal,
    Resume,
    Show,
    Step,
    Swap,
    Use,
    Wait,
)
from tests.local_stripe.life import moment
from tests.subscriptions.conftest import Shop

LICENSED = ("small", "middle", "large")
YEARLY = ("small-yearly", "large-yearly")
METERED = ("calls", "calls-dear")
ALL = (*LICENSED, *YEARLY, "weekly", *METERED)
APART = (0, 60)
"""Seconds between two steps: what waits from a change in the same second is not counted again."""


@dataclass(frozen=True)
class Story:
    """`start` are options of `sub create`, `apart` the seconds before each step. `pending`: whether the invoice of a
    pending update takes in what waits."""

    start: str
    steps: tuple[Step, ...] = ()
    begins: str = "2026-04-01"
    pending: str = "include"
    apart: int = 60

    def tell(self, billing: Billing, shop: Shop) -> Observed:
        """Take all steps, until the subscription is over."""
        billing.ok("local", "settings", "--pending-update-items", self.pending)
        history = History.begin(billing, shop, self.begins)
        it = Observed(history, moment(self.begins))
        create(it, *self.start.split())
        for step in (*self.steps, End()):
            if it.is_over:
                break
            it.advance(it.now + self.apart)
            step.take(it)
        return it


def create(it: Observed, *options: str) -> None:
    """Create the subscription and pay for it: what was announced is due."""
    history = it.history
    command = ("sub", "create", "--customer", history.customer, *options, "--local", "--yes", "--output", "json")
    preview = Outcome.read(history.billing.ok(*command, "--preview")).record
    ran = Outcome.read(history.billing.ok(*command)).record
    assert preview["due_now"] == ran["due_now"], "preview"
    assert preview["due_next"] in (ran["due_next"], None), "preview"
    history.id = ran["id"]
    payment = it.run("pay")
    assert payment.code == 0, payment.error
    due = ran["due_now"]["amount_due"]
    assert [one["amount_due"] for one in history.invoices() if one["amount_due"]] == ([due] if due else []), "due now"
    assert sum(history.paid()) == due
    due_next = ran["due_next"]
    it.expected = Upcoming(due_next["amount_due"], due_next["at"])


def catalog(billing: Billing, shop: Shop) -> None:
    """The prices and coupons of all histories."""
    it = History.begin(billing, shop, "2026-04-01")
    for key, amount in (("small", 9.99), ("middle", 20), ("large", 40)):
        it.price(key, amount)
    for key, amount in (("small-yearly", 100), ("large-yearly", 399)):
        it.price(key, amount, "year")
    it.price("weekly", 7.01, "week")
    it.metered("calls", "0.5")
    it.metered("calls-dear", "2")
    shop.post("/v1/prices", product=shop.product("setup"), currency="usd", unit_amount=2500, lookup_key="setup")
    shop.post("/v1/coupons", id="HALF", percent_off=50, duration="forever")
    shop.post("/v1/coupons", id="TEN", amount_off=1000, currency="usd", duration="repeating", duration_in_months=3)
    shop.post("/v1/coupons", id="FIRST", percent_off=20, duration="once")


numbers = st.integers(0, 3)
parts = st.integers(1, 999)
prorations = st.sampled_from(["default", "create", "invoice", "none"])
prices = st.sampled_from(ALL)
coupons = st.sampled_from(["--coupon HALF", "--coupon TEN", "--coupon FIRST", "--no-coupon"])
changes: st.SearchStrategy[Step] = st.one_of(
    st.builds(ChangePrice, numbers, prices, prorations),
    st.builds(ChangeQuantity, numbers, st.integers(1, 7), prorations),
    st.builds(AddItem, prices, st.integers(1, 5), prorations),
    st.builds(RemoveItem, numbers, prorations),
    st.builds(Swap, numbers, prices, st.one_of(st.just(""), coupons)),
    st.builds(Other, coupons),
    st.builds(Other, st.just("--trial-end now"), st.just(0), prorations),
    st.builds(Other, st.just("--trial-end"), st.integers(1, 45), prorations),
    st.builds(Other, st.just("--restart-period"), st.just(0), prorations),
    st.builds(Later, numbers, prices, st.integers(0, 5)),
)
endings = st.one_of(
    st.builds(Cancel, st.sampled_from(["", "--at-period-end", "--at last-period-end", "--refund last"])),
    st.builds(Cancel, st.sampled_from(["", "--prorate"]), st.sampled_from(["within", "beyond"]), parts),
)
steps: st.SearchStrategy[Step] = st.one_of(
    st.builds(Wait, parts),
    st.builds(Renewal),
    st.builds(Use, st.integers(1, 3000)),
    st.builds(AddedByHand, st.integers(-3000, 3000).filter(bool), st.booleans()),
    changes,
    changes,
    changes,
    st.builds(Card, st.sampled_from([BAD_CARD, GOOD_CARD])),
    st.builds(Pay),
    st.builds(Show),
    endings,
    st.builds(Resume),
)
ends = st.one_of(
    endings,
    st.builds(
        Cancel,
        st.sampled_from(
            [
                "--now",
                "--now --prorate",
                "--now --invoice-now",
                "--now --prorate --invoice-now",
                "--now --refund last",
                "--now --refund prorated",
                "--now --refund prorated --invoice-now",
            ]
        ),
    ),
)
starts = st.builds(
    lambda first, trial, rest: " ".join(("--price", first, *trial, *rest)),
    st.sampled_from(
        ["small", "middle:3", "small-yearly", "middle --price calls", "small --price large", "calls", "weekly:2"]
    ),
    st.sampled_from([(), (), ("--trial-days", "10")]),
    st.sampled_from([(), (), (), ("--coupon", "HALF"), ("--coupon", "FIRST"), ("--add-once", "setup")]),
)
stories = st.builds(
    lambda start, taken, end, begins, pending, apart: Story(start, (*taken, end), begins, pending, apart),
    starts,
    st.lists(steps, max_size=6),
    ends,
    st.sampled_from(["2026-04-01", "2026-01-31"]),
    st.sampled_from(["include", "exclude"]),
    st.sampled_from(APART),
)
