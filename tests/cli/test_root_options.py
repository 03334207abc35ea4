"""Shared options stand before the command's name or after it; what stands after it wins."""

from __future__ import annotations

import json

import pytest

from stripe_billing_cli.events.store import open_store
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


@pytest.mark.parametrize(
    "command",
    [("--local", "catalog", "validate"), ("catalog", "validate", "--local"), ("catalog", "schema", "--local")],
)
def test_a_command_that_reads_only_takes_local_and_says_that_it_changes_nothing(
    billing: Billing, command: tuple[str, ...]
) -> None:
    billing.write("version: 1\ncatalog: shop\n")

    ran = billing(*command)

    assert ran.code == 0
    assert "--local changes nothing for billing catalog" in ran.err
    assert "Note" not in ran.out


@pytest.mark.parametrize(
    "command",
    [
        ("--local", "events", "purge", "--older-than", "0s", "--yes"),
        ("events", "purge", "--older-than", "0s", "--yes", "--local"),
        ("--local", "events", "retry", "--failed"),
    ],
)
def test_a_command_that_changes_a_store_refuses_local_unless_the_store_is_named(
    billing: Billing, monkeypatch: pytest.MonkeyPatch, command: tuple[str, ...]
) -> None:
    monkeypatch.setenv("BILLING_STORE", "elsewhere.db")  # the environment is not what was named beside --local
    with open_store("events.db"):
        pass

    refused = billing(*command)
    named = billing(*command, "--store", "events.db")

    assert refused.code == 2
    assert "name the store with --store" in refused.err
    assert named.code == 0, named.err
