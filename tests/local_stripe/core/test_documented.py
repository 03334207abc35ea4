"""The data of all that Stripe documents: it follows from its sources, and answers what the local Stripe asks."""

from __future__ import annotations

import importlib
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from stripe_billing_cli.local_stripe.core import documented

ROOT = Path(__file__).parents[3]


@pytest.fixture
def scripts(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.syspath_prepend(str(ROOT / "scripts"))
    yield
    for name in ("documented", "parameter_union", "sdk_parameters"):
        sys.modules.pop(name, None)


@pytest.mark.usefixtures("scripts")
def test_the_data_has_all_of_the_sdk() -> None:
    """What the SDK says, laid over the data, changes nothing: made from this SDK, the data is up to date."""
    union, sdk = importlib.import_module("parameter_union"), importlib.import_module("sdk_parameters")
    routes = sdk.sdk_routes()
    assert len(routes) > 600
    known = {(found.method, found.path): found for found in documented.operations()}
    by_key = {sdk.Route(method, path, found.parameters).key: found for (method, path), found in known.items()}
    for route in routes:
        there = by_key[route.key].parameters
        assert union.overlaid(route.parameters, there) == there, f"{route.method} {route.path}"


@pytest.mark.usefixtures("scripts")
def test_the_script_writes_the_same_data_for_the_same_sources() -> None:
    schema = {
        "properties": {"data": {"items": {"$ref": "#/components/schemas/gadget"}}},
        "x-expandableFields": ["data"],
    }
    document = {
        "info": {"version": "2026-01-01"},
        "paths": {
            "/v1/gadgets": {
                "get": {
                    "parameters": [{"name": "colour", "in": "query", "schema": {"enum": ["red", "blue", ""]}}],
                    "responses": {"200": {"content": {"application/json": {"schema": schema}}}},
                }
            }
        },
        "components": {
            "schemas": {
                "gadget": {
                    "properties": {"owner": {"anyOf": [{"type": "string"}, {"$ref": "#/components/schemas/owner"}]}},
                    "x-expandableFields": ["owner"],
                },
                "owner": {"properties": {}, "x-expandableFields": []},
            }
        },
    }
    script = importlib.import_module("documented")
    written = script.written(document)
    assert script.written(document) == written
    data = json.loads(written)
    number, answers = data["routes"]["GET /v1/gadgets"]
    colour = data["types"][data["types"][number]["fields"]["colour"]]
    assert colour == {"choices": ["blue", "red"], "unset": True}
    assert answers == ["GET /v1/gadgets"]
    assert data["expansions"] == {"GET /v1/gadgets": {"data": ["gadget"]}, "gadget": {"owner": []}}


def test_a_request_finds_its_documented_call() -> None:
    price = documented.operation("get", "/v1/prices/price_1")
    assert price is not None
    assert (price.method, price.path, price.answers) == ("GET", "/v1/prices/{price}", ("price",))
    search = documented.operation("GET", "/v1/prices/search")
    assert search is not None
    assert search.path == "/v1/prices/search"
    assert documented.operation("DELETE", "/v1/prices/price_1") is None
    assert documented.operation("GET", "/v1/prices/") is None
    assert documented.operation("GET", "/v1/widgets") is None


@pytest.mark.parametrize(
    ("name", "there"),
    [
        ("currency", True),
        ("currency_options", True),
        ("currency_options[eur][unit_amount]", True),
        ("currency_options[eur][colour]", False),
        ("tiers[0][up_to]", True),
        ("tiers[][up_to]", True),
        ("tiers[first][up_to]", False),
        ("recurring[aggregate_usage]", False),
        ("metadata[anything]", True),
        ("colour", False),
    ],
)
def test_a_documented_parameter_is_known_by_its_name(name: str, there: bool) -> None:
    found = documented.operation("POST", "/v1/prices")
    assert found is not None
    assert (found.parameters.at(name.replace("]", "").split("[")) is not None) is there


def test_expansions_are_followed_step_by_step() -> None:
    assert documented.expandable("subscription")["items"] == ("subscription.items",)
    assert documented.expandable("subscription.items")["data"] == ("subscription_item",)
    assert documented.expandable("price")["currency_options"] == ("price.currency_options",)
    assert documented.expandable("price.currency_options") == {documented.ANY_KEY: ("currency_option",)}
    assert documented.expandable("GET /v1/prices") == {"data": ("price",)}
    assert documented.expandable("price")["recurring"] == ()
    assert documented.expandable("no such kind") == {}


def test_the_data_is_read_when_a_call_needs_it_and_not_at_the_start() -> None:
    code = """
from pathlib import Path
from stripe_billing_cli.local_stripe.core import documented
documented.DATA = Path("/nowhere/documented.json")
from stripe_billing_cli.local_stripe import api, transport
try:
    documented.operation("GET", "/v1/products")
except FileNotFoundError:
    print("read now")
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr) == ("read now\n", "")
