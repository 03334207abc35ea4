"""Every `list` has the options of the others, and says how to get the rest."""

from __future__ import annotations

import pytest

from tests.cli.help.command_tree import commands
from tests.conftest import Billing
from tests.subscriptions.conftest import Shop

LISTS = {ctx.command_path: command for command, ctx in commands() if ctx.info_name == "list"}


def test_the_lists_are_all_there() -> None:
    assert len(LISTS) >= 9


@pytest.mark.parametrize("name", LISTS)
def test_every_list_has_limit_and_all(name: str) -> None:
    options = {option: param for param in LISTS[name].params for option in param.opts}

    assert options["--limit"].default == 100
    assert options["--limit"].help == "At most so many; 0 for all."
    assert options["--all"].help == "All of them, however many."


def test_limit_and_all_of_every_list_in_stripe(billing: Billing, shop: Shop) -> None:
    """Each list has two objects, and is in the same order whatever its limit is."""
    ada = shop.with_card()
    shop.post("/v1/payment_methods/pm_card_mastercard/attach", customer=ada["id"])
    price = shop.price()["id"]
    for number in range(2):
        shop.subscription(ada["id"], price)
        shop.post("/v1/test_helpers/test_clocks", frozen_time=1_800_000_000 + number)
        shop.post("/v1/webhook_endpoints", url=f"https://example.com/{number}", enabled_events=["invoice.paid"])
    shop.customer()

    for argv in (("card", "list", ada["id"]), ("clock",), ("customer",), ("invoice",), ("sub",), ("webhook",)):
        command = (argv[0], "list", *argv[2:], "--local", "--output", "id")
        ids = billing.ok(*command).out.split()
        assert len(ids) == 2, argv
        cut = billing.ok(*command, "--limit", "1")
        assert cut.out.split() == ids[:1], argv
        assert "There are more than these 1: --all lists all.\n" in cut.err
        for options in (("--limit", "1", "--all"), ("--limit", "0"), ("--limit", "2")):
            everything = billing.ok(*command, *options)
            assert everything.out.split() == ids, (argv, options)
            assert "There are more" not in everything.err
