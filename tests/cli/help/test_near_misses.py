"""A word that is not known leads to what was meant, and never to what destroys."""

from __future__ import annotations

import re

import pytest

from stripe_billing_cli.cli.help.near_misses import DESTROYING, OTHER_NAMES, command_meant, option_meant
from stripe_billing_cli.cli.help.topics import TOPICS
from tests.cli.help.command_tree import commands
from tests.conftest import Billing

HELPED = {f"help {topic}" for topic in TOPICS}


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
        ("catalog apply --preview", "billing catalog plan"),
        ("catalog copy --preview", "billing catalog diff"),
        ("sub change ada --dry-run", "--preview"),
        ("customer list --lokal", "--local"),
        ("customer list --json", "--output json"),
        ("import", "billing catalog import"),
        ("backfill", "billing events backfill"),
        ("catalog init", "billing init"),
        ("customer card", "billing card"),
        ("coupon list", "billing catalog"),
        ("sub update s", "billing sub change"),
        ("local start", "billing local serve"),
        ("events replay", "billing events retry"),
        ("login", "billing help keys"),
    ],
)
def test_a_near_miss_leads_to_what_was_meant(billing: Billing, typed: str, meant: str) -> None:
    ran = billing(*typed.split())

    assert (ran.code, ran.out) == (2, "")
    assert f"did you mean `{meant}`?" in ran.err


@pytest.mark.parametrize(
    "typed",
    [
        *("local rest", "customer delet", "invoice voidd", "sub cancle", "catalog apply --prun", "sub cancel s --noww"),
        *("events drp", "void", "purge", "card delete", "catalog import --overwrit", "webhook roll-secret --finis"),
        *("invoice pay --al", "catalog apply --forc"),
    ],
)
def test_a_near_miss_never_leads_to_what_destroys(billing: Billing, typed: str) -> None:
    ran = billing(*typed.split())

    assert ran.code == 2
    assert "did you mean" not in ran.err
    assert "--help`" in ran.err


DESTROYS = re.compile(
    r"^(Delete|Remove|Forget|Let go|Void|Write off|Cancel|Archive|Replace the file|Roll|Close)\b|\b(archive|delete|deactivate|close) |Take .* away"
)


def test_what_says_that_it_destroys_is_never_proposed() -> None:
    found = set()
    for command, ctx in commands():
        if not hasattr(command, "list_commands") and DESTROYS.search(command.help or ""):
            found.add(ctx.command_path.rpartition(" ")[2])
        found |= {
            max(param.opts, key=len)
            for param in command.get_params(ctx)
            if param.param_type_name == "option" and DESTROYS.search(param.help or "")
        }

    assert {"drop", "purge", "reset", "--overwrite", "--prune"} <= found
    assert sorted(found - DESTROYING) == []


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

    for meant in {name for names in OTHER_NAMES.values() for name in names} - {"--version", *HELPED}:
        assert f"billing {meant}" in paths or meant in ends, meant


def test_a_mistake_comes_as_json_where_json_is_asked_for(billing: Billing) -> None:
    ran = billing("--output", "json", "catalog", "aply")

    assert re.search(r'"kind": "usage".*did you mean `billing catalog apply`', ran.err)
