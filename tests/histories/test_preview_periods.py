"""What is announced does not hang on the period of a preview, of which no document says what it is.

`period_end` of an invoice that is made at once is its creation (recorded 2026-08-26.dahlia); of its preview, which
nobody recorded, it might as well be the end of the period that the subscription is in.
"""

from __future__ import annotations

from typing import Any

import pytest

from stripe_billing_cli.local_stripe.resources.invoices import previews
from tests.conftest import Billing
from tests.histories.steps import AddItem, Cancel, ChangePrice, ChangeQuantity, Other, RemoveItem, Renewal, Use, Wait
from tests.histories.stories import Story, catalog
from tests.subscriptions.conftest import Shop

STORIES = (
    Story(
        "--price middle --price calls",
        (Wait(300), Use(400), ChangeQuantity(0, 3), Wait(200), ChangePrice(0, "large", "invoice"), Renewal()),
    ),
    Story("--price middle", (Wait(500), Other("--restart-period"), AddItem("small", 2), RemoveItem(0, "invoice"))),
    Story("--price middle --price calls", (Wait(300), ChangePrice(0, "small-yearly"), Renewal())),
    Story("--price calls", (Use(300), Other("--restart-period"), Other("--trial-end", 9, "invoice"), Renewal())),
    Story("--price small --trial-days 10", (ChangeQuantity(0, 2), Other("--trial-end now"), Renewal())),
    Story("--price small", (Wait(300), Other("--trial-end", 9), Renewal(), Cancel("--now --prorate --invoice-now"))),
)


@pytest.fixture
def later_periods(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let previews of invoices that are made at once end with the subscription's period."""
    shown = previews._show

    def altered(call: Any, customer: Any, upcoming: Any, **rest: Any) -> Any:
        preview = shown(call, customer, upcoming, **rest)
        if upcoming.at > call.now:
            return preview
        ends = [item["current_period_end"] for item in upcoming.subscription["items"]["data"]]
        return {**preview, "period_end": max(preview["period_end"], min(ends))}

    monkeypatch.setattr(previews, "_show", altered)


@pytest.mark.usefixtures("later_periods")
def test_what_was_announced_is_what_happens(billing: Billing, shop: Shop) -> None:
    catalog(billing, shop)
    for story in STORIES:
        story.tell(billing, shop)
