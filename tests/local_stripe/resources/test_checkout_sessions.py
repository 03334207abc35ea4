"""Checkout sessions that collect a card (https://docs.stripe.com/payments/save-and-reuse)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.local_stripe.conftest import NOW, Clock, Local
from tests.local_stripe.life import Life

PATH = "/v1/checkout/sessions"
SETUP: dict[str, Any] = {"mode": "setup", "currency": "usd", "success_url": "https://example.com/thanks"}


def test_a_session_is_complete_once_its_card_is_collected(local: Local) -> None:
    life = Life.begin(local, card=None)
    session = local.post(
        PATH, **SETUP, customer=life.customer, setup_intent_data={"metadata": {"a": "1"}}, expand=["setup_intent"]
    )
    assert "/c/pay/cs_test_" in session["url"]
    assert (session["status"], session["payment_status"]) == ("open", "no_payment_required")
    setup = session["setup_intent"]
    assert (setup["customer"], setup["metadata"]) == (life.customer, {"a": "1"})
    local.post(f"/v1/setup_intents/{setup['id']}/confirm", payment_method="pm_card_visa")
    after = local.get(f"{PATH}/{session['id']}")
    assert (after["status"], after["url"]) == ("complete", None)
    assert life.events("checkout") == ["checkout.session.completed"]
    assert local.refused("post", f"{PATH}/{session['id']}/expire").status == 400


@pytest.mark.parametrize(("creation", "is_made"), [("always", True), ("if_required", False)])
def test_a_customer_is_made_where_the_session_says_so(local: Local, creation: str, is_made: bool) -> None:
    """`customer_creation` "can only be set in `payment` and `setup` mode" (`_session_create_params.py`)."""
    session = local.post(PATH, **SETUP, customer_creation=creation)
    form = "email=ada@example.com&payment_method=pm_card_visa"
    after = local.send("post", f"/local/checkout/sessions/{session['id']}/pay", form).json
    assert (after["status"], after["customer"] is not None) == ("complete", is_made)
    setup = local.get(f"/v1/setup_intents/{after['setup_intent']}", expand=["payment_method"])
    assert setup["customer"] == setup["payment_method"]["customer"] == after["customer"]
    if is_made:
        assert local.get(f"/v1/customers/{after['customer']}")["email"] == "ada@example.com"


def test_a_session_expires_by_a_call_or_after_a_day(local: Local, clock: Clock) -> None:
    first = local.post(PATH, **SETUP, customer_email="jenny@example.com")
    second = local.post(PATH, **SETUP, customer_creation="always", metadata={"a": "1"})
    session = local.post(f"{PATH}/{first['id']}/expire")
    assert (session["status"], session["url"]) == ("expired", None)
    assert local.get(f"/v1/setup_intents/{first['setup_intent']}")["status"] == "canceled"
    clock.now = NOW + 24 * 60 * 60
    assert local.get(f"{PATH}/{second['id']}")["status"] == "expired"
    assert [one["id"] for one in local.get(PATH, status="expired")["data"]] == [second["id"], first["id"]]
    assert [one["id"] for one in local.get(PATH, customer_details={"email": "jenny@example.com"})["data"]] == [
        first["id"]
    ]


def test_the_metadata_of_a_session_changes(local: Local) -> None:
    session = local.post(PATH, **SETUP, metadata={"a": "1"})
    assert local.post(f"{PATH}/{session['id']}", metadata={"b": "2"})["metadata"] == {"a": "1", "b": "2"}


def test_what_a_session_that_collects_a_card_cannot_be(local: Local) -> None:
    assert local.refused("post", PATH, mode="setup", currency="usd").param == "success_url"
    assert local.refused("post", PATH, mode="setup", success_url="https://example.com").param == "currency"
    assert local.refused("post", PATH, **SETUP, customer="cus_none").code == "resource_missing"
    assert local.refused("post", PATH, **SETUP, expires_at=NOW + 60).param == "expires_at"
    sold = local.refused("post", PATH, **SETUP, line_items=[{"price": "price_1", "quantity": 1}])
    assert (sold.message, sold.param) == ("You can not pass `line_items` in `setup` mode.", "line_items")


def test_a_caller_of_an_earlier_version_names_the_interface_in_its_words(local: Local) -> None:
    """https://docs.stripe.com/changelog/dahlia/2026-03-25/updates-available-checkout-session-ui-modes."""
    form = "mode=setup&currency=usd&return_url=https://example.com&ui_mode=embedded"
    today = local.send("post", PATH, form).refusal
    assert (today.message[:16], today.param) == ("Invalid ui_mode:", "ui_mode")
    earlier = local.send("post", PATH, form, headers={"Stripe-Version": "2025-06-30.basil"}).json
    assert earlier["ui_mode"] == "embedded_page"
    assert earlier["client_secret"].startswith(f"{earlier['id']}_secret_")
