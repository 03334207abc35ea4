"""An empty value, as a script's unset variable leaves it, is refused before anything is done or asked."""

from __future__ import annotations

import pytest

from tests.conftest import Billing

EMPTY = (
    ("--customer", ("sub", "list", "--customer", "")),
    ("--customer", ("sub", "list", "--customer", " ")),
    ("--price", ("sub", "list", "--price", "")),
    ("--price", ("sub", "create", "--customer", "ada@example.com", "--price", "pro.monthly", "--price", "")),
    ("--coupon", ("sub", "create", "--customer", "ada@example.com", "--price", "pro.monthly", "--coupon", "")),
    ("--price", ("sub", "change", "ada@example.com", "--price", "", "--yes")),
    ("SUB", ("sub", "cancel", "", "--now", "--yes")),
    ("--email", ("customer", "create", "--email", "", "--name", "Ada")),
    ("--payment-method", ("customer", "update", "ada@example.com", "--name", "A", "--payment-method", "")),
    ("--time-zone", ("customer", "list", "--time-zone", " ")),
    ("--test-clock", ("customer", "list", "--test-clock", "")),
    ("EVENT", ("events", "retry", "")),
    ("--type", ("events", "list", "--type", "")),
)


@pytest.mark.parametrize(("name", "argv"), EMPTY, ids=lambda value: " ".join(value) if isinstance(value, tuple) else "")
def test_an_empty_value_is_refused_before_anything_is_done(billing: Billing, name: str, argv: tuple[str, ...]) -> None:
    ran = billing(*argv, *(() if argv[0] == "events" else ("--local",)), "--output", "json")

    assert (ran.code, ran.error["kind"], ran.error["message"]) == (2, "usage", f"{name} is empty")
    assert not list(billing.directory.iterdir()), "Stripe was asked"


@pytest.mark.parametrize("option", ["--api-key", "--api-key-file", "--profile"])
@pytest.mark.parametrize("first", [True, False])
def test_an_empty_option_for_the_key_does_not_fall_back_to_the_environment(
    billing: Billing, monkeypatch: pytest.MonkeyPatch, option: str, first: bool
) -> None:
    monkeypatch.setenv("STRIPE_API_KEY", "sk_live_0000000000000000")

    ran = billing(option, "", "customer", "list") if first else billing("customer", "list", option, "")

    assert (ran.code, ran.out) == (2, "")
    assert f"{option} is empty" in ran.err


def test_free_text_may_be_empty_and_an_update_unsets_by_it(billing: Billing) -> None:
    billing.ok("customer", "create", "--local", "--email", "ada@example.com", "--phone", "", "--address-country", "")

    ran = billing.ok("customer", "update", "--local", "ada@example.com", "--email", "", "--name", "")

    assert "ada@example.com" not in ran.out
