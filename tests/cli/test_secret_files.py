"""Keys and secrets from files and standard input: none needs to stand on a command line."""

from __future__ import annotations

import pytest

from stripe_billing_cli.cli.signing_secrets import signing_secrets
from tests.conftest import Billing

SECRET = "whsec_" + "a" * 32


def test_an_api_key_from_a_file(billing: Billing) -> None:
    (billing.directory / "key").write_text("sk_test_from_a_file\n")

    found = billing("doctor", "--api-key-file", "key", "--output", "json").json["findings"][0]
    assert (found["check"], found["ok"]) == ("key", True)
    assert "from --api-key-file" in found["found"]


@pytest.mark.parametrize(("content", "error"), [(None, "no such file"), ("\n", "is empty"), ("hello", "no secret key")])
def test_what_is_no_key(billing: Billing, content: str | None, error: str) -> None:
    if content is not None:
        (billing.directory / "key").write_text(content)

    ran = billing("customer", "list", "--api-key-file", "key")
    assert ran.code == 2
    assert error in ran.err


def test_two_ways_to_say_a_key_exclude_each_other(billing: Billing) -> None:
    ran = billing("customer", "list", "--api-key-file", "key", "--local")
    assert ran.code == 2
    assert "--local and --api-key-file exclude each other" in ran.err


def test_signing_secrets_from_a_file(billing: Billing) -> None:
    (billing.directory / "secrets").write_text(f"{SECRET}\n{SECRET}b\n")

    known = signing_secrets([f"{SECRET}c"], [str(billing.directory / "secrets")])
    assert {secret.decode() for secret in known.all} == {SECRET, f"{SECRET}b", f"{SECRET}c"}


@pytest.mark.parametrize("secret", ["whsec_", "whsec_123456789012345", "hello"])
def test_a_signing_secret_that_might_be_guessed_is_refused(billing: Billing, secret: str) -> None:
    ran = billing("listen", "--local", "--secret", secret)
    assert ran.code == 2
    assert "--secret holds" in ran.err
    assert secret not in ran.err.replace("whsec_ ", "") or secret == "whsec_"


def test_standard_input_is_read_once(billing: Billing) -> None:
    ran = billing("listen", "--api-key-file", "-", "--secret-file", "-")
    assert ran.code == 2
    assert "two secrets cannot both come from standard input" in ran.err
