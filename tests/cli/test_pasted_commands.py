"""Commands in hints lead to the account of the command that printed them."""

from __future__ import annotations

from typing import Any

import pytest

from stripe_billing_cli.cli.pasted_commands import led_to_account, way_to_account
from tests.conftest import Billing


@pytest.mark.parametrize(
    ("chosen", "way"),
    [
        ({"local": True, "profile": "acme"}, "--local"),
        ({"profile": "acme inc", "live": True}, "--profile 'acme inc' --live"),
        ({"api_key_file": "key.txt"}, "--api-key-file key.txt"),
        ({"api_key_file": "-"}, ""),
        ({"api_key": "sk_test_123456789"}, ""),
    ],
)
def test_the_way_is_what_was_said_without_a_key(chosen: dict[str, Any], way: str) -> None:
    assert way_to_account(chosen) == way


@pytest.mark.parametrize(
    ("text", "led"),
    [
        (
            "say billing sub cancel sub_1, or `billing doctor`",
            "say billing -x sub cancel sub_1, or `billing -x doctor`",
        ),
        ("billing catalog schema has all keys", "billing catalog schema has all keys"),
        ("billing events list has them", "billing events list has them"),
        ("the billing customer of sub_1, billing address", "the billing customer of sub_1, billing address"),
        ("billing sub list -x lists them", "billing sub list -x lists them"),
    ],
)
def test_commands_that_ask_stripe_get_it_and_other_words_do_not(text: str, led: str) -> None:
    assert led_to_account(text, "-x") == led


def test_a_hint_can_be_pasted(billing: Billing) -> None:
    refused = billing("customer", "show", "ada@example.com", "--local")
    hint = refused.err.split("→ ")[1].strip()
    assert hint.startswith("billing --local customer create")

    assert billing(*hint.split()[1:]).code == 0
    assert billing("customer", "show", "ada@example.com", "--local").code == 0
