"""Secrets stay out of what is printed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stripe_billing_cli.stripe_api.errors import StripeCallError, without_secrets

SECRETS = ["sk_test_", "sk_live_", "rk_test_", "rk_live_", "whsec_", "pi_3Mabc123_secret_", "seti_1Nxyz_secret_"]


@pytest.mark.parametrize("prefix", SECRETS)
@given(tail=st.text("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789", min_size=12, max_size=120))
def test_no_secret_survives_in_a_message(prefix: str, tail: str) -> None:
    message = without_secrets(f"Invalid value {prefix}{tail}, see the log")

    assert f"{prefix}{tail}" not in message
    assert tail[:-4] not in message
    assert message.startswith(f"Invalid value {prefix}…")
    assert message.endswith(", see the log")


def test_a_failure_keeps_its_message_without_the_key() -> None:
    failure = StripeCallError("Expired API Key provided: sk_live_51Habcdefghijklmnop4242")

    assert failure.message == "Expired API Key provided: sk_live_…4242"
    assert "51Habcdefghijklmnop" not in f"{failure!r} {failure}"


@pytest.mark.parametrize("masked", ["sk_test_********4242", "sk_live_51*********4242", "rk_test_**********4242"])
def test_a_key_that_stripe_masked_is_told_in_the_same_form(masked: str) -> None:
    prefix = masked[:8]

    assert without_secrets(f"Expired API Key provided: {masked}") == f"Expired API Key provided: {prefix}…4242"


def test_ids_are_no_secrets() -> None:
    text = "No such price: 'price_1MoBy5LkdIwHu7ixZhnattbh' on acct_1234567890"

    assert without_secrets(text) == text
