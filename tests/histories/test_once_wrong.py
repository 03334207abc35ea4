"""Histories of which something once was announced that did not happen, each as short as it could be made."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.conftest import Billing
from tests.histories.steps import (
    BAD_CARD,
    AddedByHand,
    AddItem,
    Cancel,
    Card,
    ChangePrice,
    ChangeQuantity,
    Later,
    Other,
    RemoveItem,
    Renewal,
    Resume,
    Show,
    Use,
    Wait,
)
from tests.histories.stories import Story, catalog
from tests.soak import Soak
from tests.subscriptions.conftest import Shop

STORIES = {
    "nothing is billed at once for a metered price that is added": Story(
        "--price small", (AddItem("calls-dear", 1, "invoice"),)
    ),
    "a trial of a running subscription bills at once what waits": Story(
        "--price small --price large", (RemoveItem(0, "create"), Other("--trial-end", 38, "none"))
    ),
    "a charge that waits is due when a trial begins": Story(
        "--price middle", (AddedByHand(1500), Other("--trial-end", 18))
    ),
    "a trial of what is only metered has no invoice to begin with": Story(
        "--price small-yearly", (ChangePrice(0, "calls", "create"), Other("--trial-end", 23, "none"))
    ),
    "after a trial comes a whole period with its discount": Story(
        "--price middle", (Other("--coupon HALF"), Other("--trial-end", 18))
    ),
    "after a trial all items are billed, whatever their intervals": Story(
        "--price middle", (AddItem("small-yearly", 1), Other("--coupon TEN"), Other("--trial-end", 18))
    ),
    "a trial beyond the end is followed by no invoice": Story(
        "--price small", (Cancel("", "within", 900), Other("--trial-end", 38))
    ),
    "no trial where the period's end is the end; another interval moves it": Story(
        "--price small", (Cancel(""), Other("--trial-end", 38), ChangePrice(0, "small-yearly"))
    ),
    "no invoice follows a new period that is longer than what is left": Story(
        "--price small", (Cancel("", "within"), ChangePrice(0, "small-yearly"))
    ),
    "of the period in which it ends only the part until then follows a new one": Story(
        "--price small --trial-days 10", (Cancel("", "beyond"), Other("--trial-end now"))
    ),
    "the shortest of the periods that begin anew is billed first": Story(
        "--price small --price small-yearly --coupon HALF", (Wait(500), Other("--restart-period"))
    ),
    "a new period of metered prices alone bills at once nothing that waits": Story(
        "--price small-yearly", (AddedByHand(-218), ChangePrice(0, "calls"))
    ),
    "a new period of metered prices alone moves the end": Story(
        "--price small-yearly", (Cancel(""), ChangePrice(0, "calls"))
    ),
    "use that a new period bills is not billed again": Story(
        "--price calls", (Use(500), Wait(700), Other("--restart-period"))
    ),
    "use does not hide that a new interval is billed at once": Story(
        "--price calls --price large", (Use(500), Wait(700), ChangePrice(1, "small-yearly"))
    ),
    "a change in a trial that ends with it costs nothing": Story(
        "--price small", (Other("--trial-end", 30), Cancel("--at last-period-end"), ChangeQuantity(0, 6))
    ),
    "a change in a trial bills nothing that waits": Story(
        "--price small --trial-days 10",
        (AddedByHand(-1493, of_subscription=False), ChangePrice(0, "middle", "invoice")),
    ),
    "an end that is put off gives a trial back its time": Story(
        "--price small-yearly --trial-days 10", (Cancel("", "within", 16), Cancel("", "beyond", 670))
    ),
    "a trial that was cut short costs nothing when it goes on": Story(
        "--price small --trial-days 10", (Cancel("--prorate", "within", 100), Wait(10), Resume())
    ),
    "the last part of a period may be too small to be charged": Story(
        "--price small-yearly --trial-days 10",
        (ChangePrice(0, "small", "none"), Cancel("", "beyond", 994)),
        "2026-01-31",
    ),
    "what somebody added is billed once, and not with each renewal": Story(
        "--price small", (AddedByHand(700), Cancel("", "beyond", 900))
    ),
    "a credit covers the renewals until it is used up": Story(
        "--price small-yearly", (ChangePrice(0, "small"), Cancel("", "beyond", 900))
    ),
    "the part of a period until the end is no part of a change": Story(
        "--price small", (Cancel("", "beyond", 400), ChangeQuantity(0, 3, "create"))
    ),
    "the part of a period until the end comes after a change": Story(
        "--price small", (Cancel("", "beyond", 400), ChangeQuantity(0, 3, "invoice"))
    ),
    "use of a price that is replaced later is billed then": Story(
        "--price middle --price calls", (Use(700), Later(1, "large", 5))
    ),
    "use is billed with another interval too": Story("--price calls", (Use(700), Later(0, "large-yearly"))),
    "a change within a scheduled period begins no other": Story(
        "--price small", (Later(0, "weekly"), Renewal(), Wait(100), Later(0, "middle"), Renewal())
    ),
    "items of longer periods are credited at the end of the shortest": Story(
        "--price small", (AddItem("large-yearly", 1, "invoice"), Cancel("--refund last"))
    ),
    "what a later change leaves on the balance is said": Story(
        "--price middle:3", (Other("--trial-end", 1), Later(0, "small")), apart=0
    ),
    "an item of shorter periods does not move the end of a longer one": Story(
        "--price large-yearly", (Cancel(""), AddItem("small", 1))
    ),
    "the end of a period moves with a new period that is billed later": Story(
        "--price small", (Wait(34), Cancel(""), Other("--restart-period", 0, "create"))
    ),
    "two items are not put on one price": Story("--price middle --price calls", (Later(0, "small"), Later(1, "small"))),
    "a last invoice that is not paid does not hide the end": Story(
        "--price calls", (Use(99), Card(BAD_CARD), Cancel("--now --refund prorated --invoice-now"))
    ),
    "no invoice of nothing comes at the end": Story(
        "--price small", (Cancel("--at-period-end"), AddItem("small-yearly", 1, "invoice"), RemoveItem(1, "invoice"))
    ),
    "whether a trial uses up a discount for one invoice is not known": Story(
        "--price small --coupon HALF", (Other("--coupon FIRST"), Other("--trial-end", 1), Show())
    ),
    "whether an upgrade uses up a discount for one invoice is not known": Story(
        "--price middle", (Other("--coupon FIRST"), ChangePrice(0, "large", "invoice"), Show())
    ),
    "a discount for one invoice is on what waits, and not on the next": Story(
        "--price middle", (Other("--coupon FIRST"), AddedByHand(1000), ChangePrice(0, "large", "invoice"))
    ),
    "an amount off is off each invoice, and was a part of each line": Story(
        "--price middle --price small-yearly", (Wait(500), Other("--coupon TEN"), Other("--restart-period"))
    ),
    "a discount that comes with a new period is on the next": Story(
        "--price middle", (Wait(500), Other("--coupon HALF --restart-period"))
    ),
    "use is billed before a longer period of another price ends": Story(
        "--price middle --price calls", (ChangePrice(0, "small-yearly"), Show()), apart=0
    ),
    "use of a price that is removed is a charge that waits": Story(
        "--price middle --price calls", (Use(500), RemoveItem(1))
    ),
    "a new period without prorations is billed whole, at once": Story(
        "--price small", (Wait(34), Other("--restart-period", 0, "none"))
    ),
    "the preview knows what a last invoice leaves on the balance": Story(
        "--price small",
        (AddedByHand(-1, of_subscription=False), Cancel("--now --refund prorated --invoice-now")),
    ),
}
CASES = [(name, pending) for name in STORIES for pending in ("include", "exclude")]
PARTS = 4
"""Tests into which the histories are divided, for several cores."""
FEW = 6
"""Histories of each part in `make test`."""


@pytest.mark.soak
@pytest.mark.parametrize("part", range(PARTS))
def test_what_was_announced_is_what_happens(billing: Billing, shop: Shop, soak: Soak, part: int) -> None:
    catalog(billing, shop)
    for name, pending in soak.part(CASES[part::PARTS], FEW):
        try:
            replace(STORIES[name], pending=pending).tell(billing, shop)
        except AssertionError as error:
            error.add_note(f"{name}; what waits: {pending}")
            raise
