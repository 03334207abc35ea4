"""billing.toml: defaults that the environment and options beat; never keys, never live mode."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import Billing
from tests.subscriptions.conftest import Shop

CATALOG = "version: 1\ncatalog: shop\n"


def said(billing: Billing, text: str) -> None:
    (billing.directory / "billing.toml").write_text(text, encoding="utf-8")


def test_the_file_is_read_from_where_it_says(billing: Billing) -> None:
    billing.write(CATALOG, "shop.yaml")
    billing.write("wrong", "other.yaml")
    said(billing, 'file = "shop.yaml"')

    assert "shop.yaml is valid" in billing.ok("catalog", "validate").out
    assert billing("catalog", "validate", "--file", "other.yaml").code == 2
    assert "shop.yaml as it is" in billing.ok("catalog", "apply", "--local").out


def test_a_saved_plan_may_be_applied_beside_it(billing: Billing) -> None:
    billing.write(CATALOG, "shop.yaml")
    said(billing, 'file = "shop.yaml"')
    billing.ok("catalog", "plan", "--local", "--out", "shop.plan")

    billing.ok("catalog", "apply", "--local", "--plan", "shop.plan")


def test_output_comes_from_it_unless_the_environment_or_an_option_says_otherwise(
    billing: Billing, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = shop.customer()["id"]
    said(billing, 'output = "id"')
    list_ = ("customer", "list", "--local")

    assert billing.ok(*list_).out == f"{made}\n"
    monkeypatch.setenv("BILLING_OUTPUT", "json")
    assert json.loads(billing.ok(*list_).out)["id"] == made
    assert "CREATED" in billing.ok("--output", "table", *list_).out.upper()


def test_errors_come_in_its_format(billing: Billing) -> None:
    said(billing, 'output = "json"')

    assert billing("sub", "show", "sub_1Nowhere", "--local").error["kind"] == "not_found"


@pytest.mark.parametrize(
    "content",
    [
        b'\xef\xbb\xbfoutput = "id"\n',
        b'output = "id"\r\ntime_zone = "local"\r\n',
        b'\xef\xbb\xbf# of Windows\r\noutput = "id"',
    ],
)
def test_a_byte_order_mark_and_windows_line_ends_are_fine(billing: Billing, content: bytes) -> None:
    (billing.directory / "billing.toml").write_bytes(content)

    assert billing.ok("help", "keys").out == "keys\n"


@pytest.mark.parametrize(
    ("content", "answer"),
    [
        ('output = "id"\n'.encode("utf-16"), "it is not UTF-8\n  → save it as UTF-8"),
        (b'file = "caf\xe9.yaml"\n', "it is not UTF-8\n  → save it as UTF-8"),
        (b"#" * 100_001, "it has more than 100,000 bytes\n  → it has a line for each setting, and no more"),
    ],
)
def test_a_file_that_is_none_of_settings_is_an_error_in_one_sentence(
    billing: Billing, content: bytes, answer: str
) -> None:
    (billing.directory / "billing.toml").write_bytes(content)

    ran = billing("doctor", "--local")

    assert (ran.code, ran.out, ran.err) == (2, "", f"Error: billing.toml: {answer}\n")


@pytest.mark.parametrize(
    ("make", "answer"),
    [
        (Path.mkdir, "it is no file\n  → remove it, or write a file of this name"),
        (os.mkfifo, "it is no file\n  → remove it, or write a file of this name"),
        (
            lambda path: path.symlink_to(path),
            "it cannot be read: too many levels of symbolic links\n  → check its permissions, or remove it",
        ),
    ],
    ids=["directory", "pipe", "loop"],
)
def test_what_cannot_be_read_is_an_error_in_one_sentence(
    billing: Billing, make: Callable[[Path], None], answer: str
) -> None:
    make(billing.directory / "billing.toml")

    ran = billing("doctor", "--local")

    assert (ran.code, ran.out, ran.err) == (2, "", f"Error: billing.toml: {answer}\n")


def test_what_is_not_toml_has_its_place(billing: Billing) -> None:
    said(billing, 'file = "shop.yaml"\noutput = json\n')

    error = billing("doctor", "--local", "--output", "json").error

    assert error["location"] == {"file": "billing.toml", "line": 2, "column": 10}


def test_a_profile_comes_from_it_unless_a_key_is_named(billing: Billing, monkeypatch: pytest.MonkeyPatch) -> None:
    said(billing, 'profile = "shop"')

    assert "profile" in billing("customer", "list").err
    assert billing.ok("customer", "list", "--local").code == 0
    monkeypatch.setenv("STRIPE_API_KEY", "nonsense")
    assert "STRIPE_API_KEY holds no secret key" in billing("customer", "list").err


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("live = true", "--live"),
        ('api_key = "sk_live_abcdefgh"', "STRIPE_API_KEY"),
        ('filee = "a"', "did you mean file?"),
        ('wombat = "a"', "it may have file, profile, output, account"),
        ("output = 3", "a text in quotes"),
        ('output = "xml"', "table"),
        ('account = "mine"', "acct_"),
        ("file = ", "not TOML"),
    ],
)
def test_what_it_may_not_say_is_refused_with_the_way_out(billing: Billing, text: str, answer: str) -> None:
    said(billing, text)

    ran = billing("customer", "list", "--local")

    assert (ran.code, ran.out) == (2, "")
    assert "billing.toml: " in ran.err
    assert answer in ran.err
    assert "sk_live_abcdefgh" not in ran.err


def test_another_account_than_the_one_it_names_is_refused_before_anything_is_read(
    billing: Billing, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    said(billing, 'account = "acct_1SomebodyElse"')
    monkeypatch.setattr("stripe_billing_cli.stripe_api.client.connect", lambda *_, **__: shop.api)

    ran = billing("customer", "list", "--api-key", "sk_test_1")

    assert (ran.code, ran.out) == (2, "")
    assert "billing.toml is for the account acct_1SomebodyElse, and --api-key leads to acct_" in ran.err
    said(billing, f'account = "{shop.api.account()["id"]}"')
    assert billing("customer", "list", "--api-key", "sk_test_1").code == 0


def test_doctor_says_so_of_another_account_and_goes_on(
    billing: Billing, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    said(billing, 'account = "acct_1SomebodyElse"')
    monkeypatch.setattr("stripe_billing_cli.stripe_api.client.connect", lambda *_, **__: shop.api)

    ran = billing("doctor", "--api-key", "sk_test_1")

    assert ran.code == 1
    assert f"({shop.api.account()['id']}), and billing.toml is for acct_1SomebodyElse\n  → use a key of" in ran.out
    assert "✓ may read     products" in ran.out
    assert "acct_1SomebodyElse, from billing.toml: --local ignores it" in billing.ok("doctor", "--local").out


def test_doctor_says_which_setting_came_from_where(billing: Billing, monkeypatch: pytest.MonkeyPatch) -> None:
    billing.write(CATALOG, "shop.yaml")
    said(billing, 'file = "shop.yaml"\naccount = "acct_1DRJJO1ms6BoCZps"')
    monkeypatch.setenv("BILLING_STORE", "events/all.db")

    shown = billing.ok("doctor", "--local", "--output", "table").out

    assert "file shop.yaml, from billing.toml" in shown
    assert "store events/all.db, from BILLING_STORE" in shown
    assert "output table, from the command line" in shown
    assert "account acct_1DRJJO1ms6BoCZps, from billing.toml" in shown
