"""Ids look like Stripe's: they sort by time, and carry the account's."""

from __future__ import annotations

import re

from stripe_billing_cli.local_stripe.core.identifiers import long_id, short_id
from tests.local_stripe.conftest import Clock, Local


class At:
    """A call of the account `acct_1MZzkfLkdIwHu7ix`, at a time."""

    def __init__(self, now: int) -> None:
        self.account = {"id": "acct_1MZzkfLkdIwHu7ix"}
        self.real_now = now


def test_ids_are_what_stripe_made_at_the_same_second() -> None:
    """`sub_1MowQVLkdIwHu7ixeRlqHVzs` was created at 1679609767, as Stripe's reference shows it."""
    assert re.fullmatch("sub_1MowQVLkdIwHu7ix[0-9A-Za-z]{8}", long_id(At(1_679_609_767), "sub"))
    assert re.fullmatch("price_1MoBy5LkdIwHu7ix[0-9A-Za-z]{8}", long_id(At(1_679_431_181), "price"))
    assert re.fullmatch("cus_Nffr[0-9A-Za-z]{10}", short_id(At(1_680_893_993), "cus"))
    assert re.fullmatch("prod_NWjs[0-9A-Za-z]{10}", short_id(At(1_678_833_149), "prod"))


def test_ids_of_payments_begin_with_a_three() -> None:
    assert {long_id(At(1_679_609_767), prefix)[:4] for prefix in ("pi", "ch", "re")} == {"pi_3", "ch_3", "re_3"}


def test_ids_sort_by_time_and_carry_the_account(local: Local, clock: Clock) -> None:
    account = local.get("/v1/account")["id"]
    made = []
    for _ in range(3):
        made.append(local.price()["id"])
        clock.now += 61

    assert made == sorted(made)
    assert {id[12:22] for id in made} == {account[-10:]}


def test_the_first_ids_of_a_store_are_in_the_order_of_creation_too(local: Local, clock: Clock) -> None:
    """Whatever the time: also on January 1, 1970."""
    clock.now = 0

    assert local.product()["id"].startswith("prod_0000")
