"""A word that is not known leads to what was meant, and never to what destroys."""

from __future__ import annotations

import re

import pytest

from stripe_billing_cli.cli.help.near_misses import DESTROYING, OTHER_NAMES, command_meant, option_meant
from tests.cli.help.command_tree import commands
from tests.conftest import Billing


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("subscription list", "billing sub"),
        ("customers", "billing customer"),
        ("catalgo plan", "billing catalog"),
        ("plan", "billing catalog plan"),
        ("catalog aply", "billing catalog apply"),
        ("catalog preview", "billing catalog plan"),
        ("catalog export", "billing catalog import"),
        ("sub upgrade", "billing sub change"),
        ("customer get", "billing customer show"),
        ("catalog apply --dry-run", "billing catalog plan"),
        ("sub change ada --dry-run", "--preview"),
        ("customer list --lokal", "--local"),
        ("customer list --json", "--output json"),
    ],
)
def test_a_near_miss_leads_to_what_was_meant(billing: Billing, typed: str, meant: str) -> None:
    ran = billing(*typed.split())

    assert (ran.code, ran.out) == (2, "")
    assert f"did you mean `{meant}`?" in ran.err


@pytest.mark.parametrize(
    "typed",
    ["local rest", "customer delet", "invoice voidd", "sub cancle", "catalog apply --prun", "sub cancel s --noww"],
)
def test_a_near_miss_never_leads_to_what_destroys(billing: Billing, typed: str) -> None:
    ran = billing(*typed.split())

    assert ran.code == 2
    assert "did you mean" not in ran.err
    assert "--help`" in ran.err


def test_no_word_at_all_leads_to_what_destroys() -> None:
    words = [*OTHER_NAMES, *(name + "s" for name in DESTROYING), *(name[:-1] for name in DESTROYING)]
    for command, ctx in commands():
        names = command.list_commands(ctx) if hasattr(command, "list_commands") else []
        options = [name for param in command.get_params(ctx) for name in param.opts]
        for word in words:
            meant = f"{command_meant(word, names, ctx.command_path)} {option_meant(word, options, ctx.command_path)}"
            assert not set(meant.split()) & DESTROYING, (ctx.command_path, word)


def test_every_command_that_is_proposed_for_another_name_exists() -> None:
    paths = {ctx.command_path for _, ctx in commands()}
    ends = {path.rpartition(" ")[2] for path in paths}

    for meant in OTHER_NAMES.values():
        assert meant == "--version" or f"billing {meant}" in paths or meant in ends, meant


def test_a_mistake_comes_as_json_where_json_is_asked_for(billing: Billing) -> None:
    ran = billing("--output", "json", "catalog", "aply")

    assert re.search(r'"kind": "usage".*did you mean `billing catalog apply`', ran.err)
