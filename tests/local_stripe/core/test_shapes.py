"""Which fields an answer has: the data, the script that writes it, and the tables of what was recorded otherwise."""

from __future__ import annotations

import importlib
import json
import sys
from pathlib import Path
from typing import Any

import pytest

from stripe_billing_cli.local_stripe.api import API
from stripe_billing_cli.local_stripe.core import shapes
from tests.local_stripe.conftest import Local

SCRIPTS = Path(__file__).parents[3] / "scripts"
TABLES = (shapes.NULL, shapes.ABSENT, shapes.NEVER, shapes.ONLY_EXPANDED, shapes.CONSTANT)


@pytest.fixture
def script(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.syspath_prepend(str(SCRIPTS))
    monkeypatch.delitem(sys.modules, "shapes", raising=False)
    return importlib.import_module("shapes")


def test_the_script_writes_what_may_be_null_what_is_required_and_what_is_within(script: Any) -> None:
    text = {"type": "string"}
    ref = {"$ref": "#/components/schemas/price"}
    listed = {"type": "object", "properties": {"data": {"type": "array", "items": ref}, "has_more": text}}
    document = {
        "components": {
            "schemas": {
                "product": {
                    "properties": {
                        "url": {**text, "nullable": True},
                        "price": {"anyOf": [text, ref], "nullable": True},
                        "prices": listed,
                        "by_currency": {"type": "object", "additionalProperties": ref},
                        "name": text,
                    },
                    "required": ["name"],
                },
                "price": {"properties": {}},
            }
        }
    }

    assert json.loads(script.written(document)) == {
        "price": [[], [], {}],
        "product": [
            ["price", "url"],
            ["name"],
            {"by_currency": ["{}price"], "price": ["price"], "prices": ["[]price"]},
        ],
    }


def test_every_object_that_is_answered_has_a_shape() -> None:
    assert {kind for route in API.whole().routes for kind in route.kind.split() if not shapes.is_known(kind)} == set()


@pytest.mark.parametrize("table", TABLES)
def test_what_was_recorded_otherwise_is_of_shapes_that_there_are(table: Any) -> None:
    assert [name for name in table if not shapes.is_known(name)] == []


def test_no_field_is_in_two_tables() -> None:
    fields = [(name, field) for table in TABLES for name, names in table.items() for field in names]

    assert len(fields) == len(set(fields))


def test_metadata_keeps_keys_that_look_private(local: Local) -> None:
    product = local.product(metadata={"_own": "1", "id": "2"})

    assert product["metadata"] == {"_own": "1", "id": "2"}
    assert local.post(f"/v1/products/{product['id']}", metadata={"_own": "3"})["metadata"]["_own"] == "3"
    assert local.events()[0]["data"]["previous_attributes"] == {"metadata": {"_own": "1"}}


def test_an_embedded_list_is_a_first_page_of_ten_that_counts_all(local: Local) -> None:
    customer = local.post("/v1/customers")["id"]
    for number in range(12):
        local.post("/v1/invoiceitems", customer=customer, amount=100, currency="usd", description=f"Item {number}")
    invoice = local.post("/v1/invoices", customer=customer, pending_invoice_items_behavior="include")

    lines = invoice["lines"]
    assert (len(lines["data"]), lines["has_more"], lines["total_count"]) == (10, True, 12)
    rest = local.get(lines["url"], starting_after=lines["data"][-1]["id"])
    assert (len(rest["data"]), rest["has_more"]) == (2, False)
    assert invoice["total"] == 1200


def test_a_preview_has_all_its_lines_since_no_call_lists_them(local: Local) -> None:
    customer = local.post("/v1/customers")["id"]
    for _ in range(12):
        local.post("/v1/invoiceitems", customer=customer, amount=100, currency="usd")

    lines = local.post("/v1/invoices/create_preview", customer=customer)["lines"]

    assert (len(lines["data"]), lines["has_more"], lines["total_count"]) == (12, False, 12)
