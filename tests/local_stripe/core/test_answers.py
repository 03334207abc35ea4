"""Answers as they are made of what is stored."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from stripe_billing_cli.local_stripe.core.answers import as_answered, as_recorded
from stripe_billing_cli.local_stripe.core.store import Store
from tests.local_stripe.conftest import NOW, Local


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = Store(tmp_path / "local.db")
    yield store
    store.close()


def tax_rate(**fields: Any) -> dict[str, Any]:
    return {"id": "txr_1", "object": "tax_rate", "created": NOW, "display_name": "VAT", **fields}


def item(**fields: Any) -> dict[str, Any]:
    return {"id": "ii_1", "object": "invoiceitem", "date": NOW, "proration": False, "tax_rates": ["txr_1"], **fields}


def test_what_an_event_shows_is_made_again_once_anything_in_it_has_changed(store: Store) -> None:
    with store.writing():
        store.insert("tax_rate", tax_rate())
        first = as_recorded(store, "invoiceitem", item())
        store.last_shown["ii_1"] = first
        assert as_recorded(store, "invoiceitem", item()) is first
        assert as_recorded(store, "invoiceitem", item(amount=1)).answer["amount"] == 1

        store.replace("tax_rate", tax_rate(display_name="GST"))

        assert as_recorded(store, "invoiceitem", item()).answer["tax_rates"][0]["display_name"] == "GST"


def test_a_field_is_shown_by_what_is_stored_in_it_now(store: Store) -> None:
    """Objects with the same names stored have null, a scalar, an id or a hash in them."""
    for discount in (None, "di_1", {"id": "di_1", "object": "discount"}):
        shown = as_answered(store, "customer", {"id": "cus_1", "object": "customer", "discount": discount})
        assert shown["discount"] == discount or shown["discount"]["id"] == "di_1"
        assert list(shown)[:2] == ["id", "object"]


def test_an_answer_to_a_program_is_ascii(local: Local) -> None:
    name = "Café\u202e\u009b \U0001f600"
    reply = local.send("post", "/v1/products", f"name={name}")
    assert reply.text.isascii()
    assert json.loads(reply.text)["name"] == name
