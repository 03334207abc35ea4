"""A key, a secret or a password that was pasted where something else belongs is not repeated."""

from __future__ import annotations

import pytest

from tests.conftest import Billing

KEY = "sk_live_abcdefghijklmnopqrstuvwx"
SECRETS = (KEY, "whsec_abcdefghijklmnopqrstuvwx", "hunter2hunter2")


@pytest.mark.parametrize("output", ["table", "json"])
@pytest.mark.parametrize(
    "argv",
    [
        ("sub", "show", KEY, "--local"),
        ("customer", "show", KEY, "--local"),
        ("sub", "create", "--customer", KEY, "--price", KEY, "--local"),
        ("catalog", "plan", "--file", KEY, "--local"),
        ("customer", "list", f"--{KEY}"),
        ("customer", KEY),
        (KEY,),
        ("listen", "--local", "--source", KEY),
        ("listen", "--local", "--exec", "true", "--retention", "whsec_abcdefghijklmnopqrstuvwx"),
        ("events", "list", "--store", "postgresql+x://billing:hunter2hunter2@db/billing"),
        ("events", "list", "--store", "redis://billing:hunter2hunter2@db/billing"),
        ("customer", "list", "--profile", KEY),
    ],
)
def test_it_is_masked_in_the_error(billing: Billing, argv: tuple[str, ...], output: str) -> None:
    options = ("--output", output) if len(argv) > 1 and argv[1] != KEY else ()
    ran = billing(*argv, *options)

    assert ran.code != 0
    for secret in SECRETS:
        assert secret not in ran.err + ran.out
