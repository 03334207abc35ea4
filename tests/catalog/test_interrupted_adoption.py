"""What a file adopts by `id:` and changes, cut off at any call: what it was is never left on sale beside what it became."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from stripe_billing_cli.local_stripe.transport import LocalTransport
from stripe_billing_cli.stripe_api.client import StripeApi
from tests.soak import Soak
from tests.troubled import Killed, Trouble, TroubledTransport, apply, connected

FILE = """\
version: 1
catalog: keymap
currency: usd
products:
  pro:
    id: pro
    name: Pro
    default_price: monthly
    prices:
      monthly: {{id: {price}, unit_amount: 1900, recurring: month, lookup_key: null}}
coupons:
  fifth: {{id: FIFTH, percent_off: 20}}
promotion_codes:
  LAUNCH: {{id: {code}, coupon: fifth, max_redemptions: 20}}
tax_rates:
  vat: {{id: {tax_rate}, display_name: VAT, percentage: 20, inclusive: true}}
shipping_rates:
  post: {{id: {shipping_rate}, display_name: Post, fixed_amount: {{amount: 600}}}}
"""
LISTS = ("/v1/prices", "/v1/promotion_codes", "/v1/tax_rates", "/v1/shipping_rates")
PART = 4
"""So many calls are tried outside of a soak."""


def made_by_hand(api: StripeApi) -> str:
    """Make one of each, without a mark; the file that adopts them, and wants each otherwise."""

    def made(path: str, **params: object) -> str:
        return str(api.post(path, params).body["id"])

    made("/v1/products", id="pro", name="Pro")
    price = made("/v1/prices", product="pro", currency="usd", unit_amount=1500, recurring={"interval": "month"})
    made("/v1/products/pro", default_price=price)
    made("/v1/coupons", id="FIFTH", percent_off=20)
    return FILE.format(
        price=price,
        code=made("/v1/promotion_codes", code="LAUNCH", promotion={"type": "coupon", "coupon": "FIFTH"}),
        tax_rate=made("/v1/tax_rates", display_name="VAT", percentage=19, inclusive=True),
        shipping_rate=made(
            "/v1/shipping_rates",
            display_name="Post",
            type="fixed_amount",
            fixed_amount={"amount": 500, "currency": "usd"},
        ),
    )


def copy(store: Path, to: Path) -> None:
    """Copy a store, with what stands in its log only."""
    with closing(sqlite3.connect(store)) as source, closing(sqlite3.connect(to)) as target:
        source.backup(target)


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_a_replacement_that_was_cut_off_is_completed(tmp_path: Path, soak: Soak, after: bool) -> None:
    start, whole = tmp_path / "start.db", tmp_path / "whole.db"
    text = made_by_hand(connected(LocalTransport(start)))
    copy(start, whole)
    transport = TroubledTransport(LocalTransport(whole))
    assert apply(text, connected(transport)).complete

    for at in soak.part(range(1, transport.calls + 1), PART):
        path = tmp_path / f"{at}.db"
        copy(start, path)
        transport = TroubledTransport(LocalTransport(path), Trouble("kill", at, after, lasting=True))
        with pytest.raises(Killed):
            apply(text, connected(transport))

        api = connected(LocalTransport(path))
        assert apply(text, api).complete, f"call {at}"

        active = {name: [one for one in api.page(name, {})[0] if one["active"]] for name in LISTS}
        assert {name: len(objects) for name, objects in active.items()} == dict.fromkeys(LISTS, 1), f"call {at}"
        assert active["/v1/prices"][0]["unit_amount"] == 1900
        assert not apply(text, api).results, f"call {at}"
