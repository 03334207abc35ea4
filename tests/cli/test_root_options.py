"""Shared options stand before the command's name or after it; what stands after it wins."""

from __future__ import annotations

import json

import pytest

from tests.conftest import Billing
from tests.subscriptions.conftest import Shop


@pytest.mark.parametrize(
    "command",
    [
        ("--local", "customer", "list", "--output", "id"),
        ("--output", "id", "customer", "list", "--local"),
        ("--local", "--output", "id", "customer", "list"),
        ("--local", "--output", "json", "customer", "list", "--output", "id"),
    ],
)
def test_an_option_counts_wherever_it_stands(billing: Billing, shop: Shop, command: tuple[str, ...]) -> None:
    made = shop.customer()["id"]

    ran = billing(*command)

    assert (ran.code, ran.out.split()) == (0, [made])


def test_an_error_comes_in_the_format_that_was_asked_for_before_the_command(billing: Billing) -> None:
    ran = billing("--output", "json", "sub", "show", "sub_1", "--local")

    assert json.loads(ran.err)["error"]["kind"] == "not_found"


def test_a_yes_before_the_command_is_one(billing: Billing, shop: Shop) -> None:
    made = shop.api.post("/v1/test_helpers/test_clocks", {"frozen_time": 1_800_000_000}).body["id"]

    ran = billing("--yes", "--local", "clock", "delete", made)

    assert (ran.code, ran.out) == (0, f"{made} is deleted.\n")


def test_local_is_said_to_change_nothing_where_stripe_is_not_asked(billing: Billing) -> None:
    ran = billing("--local", "local", "path")

    assert ran.code == 0
    assert "--local changes nothing for billing local path" in ran.err
