"""Shared options stand before the command's name or after it; what stands after it wins."""

from __future__ import annotations

import json

import pytest

from stripe_billing_cli.cli.app import root_command
from stripe_billing_cli.cli.shared_options import SHARED
from stripe_billing_cli.events.store import open_store
from tests.cli.help.command_tree import commands
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


def test_every_command_takes_the_shared_options_that_the_root_takes() -> None:
    for command, ctx in commands():
        taken = {name: param.name for param in command.get_params(ctx) for name in param.opts}
        if hasattr(command, "list_commands"):
            continue
        for param in root_command().get_params(ctx):
            if param.name in SHARED:
                assert [taken.get(name) for name in param.opts] == [param.name] * len(param.opts), ctx.command_path


@pytest.mark.parametrize(
    ("command", "option"),
    [
        (("events", "list"), ("--profile", "nobody")),
        (("catalog", "validate"), ("--live",)),
        (("catalog", "schema"), ("--output", "yaml")),
    ],
)
def test_an_option_without_effect_is_taken_with_a_note_wherever_it_stands(
    billing: Billing, command: tuple[str, ...], option: tuple[str, ...]
) -> None:
    billing.write("version: 1\ncatalog: shop\n")
    with open_store("events.db"):
        pass
    store = ("--store", "events.db") if command[0] == "events" else ()

    before, after = billing(*option, *command, *store), billing(*command, *store, *option)

    assert before == after
    assert before.code == 0
    assert f"Note: {option[0]} changes nothing for billing {' '.join(command)}" in before.err


@pytest.mark.parametrize(("command", "names"), [(("catalog", "copy"), "--to"), (("catalog", "diff"), "--against")])
def test_local_is_refused_where_another_option_names_the_stripe(
    billing: Billing, command: tuple[str, ...], names: str
) -> None:
    billing.write("version: 1\ncatalog: shop\n")

    before = billing("--local", *command, names, "live")
    after = billing(*command, names, "live", "--local")

    assert before == after
    assert before.code == 2
    assert f"asks the Stripe that {names} names" in before.err
