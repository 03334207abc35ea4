"""An account made by hand becomes a file; the file is changed, applied, and carried to a second account."""

from __future__ import annotations

import json
import re
import urllib.parse
import urllib.request
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from tests.end_to_end.conftest import Shell


def post(environment: Mapping[str, str], path: str, **params: str) -> Any:
    """Create or change something over HTTP, as a program that has never heard of billing does."""
    request = urllib.request.Request(
        environment["STRIPE_API_BASE"] + path,
        data=urllib.parse.urlencode(params).encode(),
        headers={"Authorization": f"Bearer {environment['STRIPE_API_KEY']}"},
    )
    with urllib.request.urlopen(request) as answer:
        return json.load(answer)


def make_by_hand(environment: Mapping[str, str]) -> str:
    """Return a shop as the dashboard leaves it; the id of its monthly price."""
    post(
        environment,
        "/v1/billing/meters",
        display_name="API calls",
        event_name="api_calls",
        **{
            "default_aggregation[formula]": "sum",
        },
    )
    feature = post(environment, "/v1/entitlements/features", name="Single sign-on", lookup_key="sso")
    pro = post(environment, "/v1/products", name="Keymap Pro", description="Every layout")
    post(environment, f"/v1/products/{pro['id']}/features", entitlement_feature=feature["id"])
    common = {"product": pro["id"], "currency": "usd"}
    monthly = post(environment, "/v1/prices", unit_amount="1500", **common, **{"recurring[interval]": "month"})
    post(environment, "/v1/prices", unit_amount="15000", **common, **{"recurring[interval]": "year"})
    post(environment, f"/v1/products/{pro['id']}", default_price=monthly["id"])
    old = post(environment, "/v1/products", name="Keymap Classic")
    post(environment, f"/v1/products/{old['id']}", active="false")
    coupon = post(environment, "/v1/coupons", id="LAUNCH20", percent_off="20", duration="once")
    post(
        environment,
        "/v1/promotion_codes",
        code="LAUNCH",
        **{
            "promotion[type]": "coupon",
            "promotion[coupon]": coupon["id"],
        },
    )
    return str(monthly["id"])


@pytest.fixture
def server_environment(shell: Shell) -> Any:
    with shell.serving() as environment:
        yield environment


def test_an_account_made_by_hand_is_imported_changed_and_applied(
    shell: Shell, server_environment: Mapping[str, str]
) -> None:
    monthly = make_by_hand(server_environment)

    ran = shell("catalog", "import", "--catalog", "keymap", environment=server_environment)
    assert "catalog.yaml has catalog keymap: 1 feature, 1 meter, 1 product, 2 prices" in ran.stdout
    assert "left out  archived: 1" in ran.stdout
    file = shell.directory / "catalog.yaml"
    text = file.read_text(encoding="utf-8")
    assert f"      monthly: {{id: {monthly}, lookup_key: null, unit_amount: 1500, recurring: month}}\n" in text

    ran = shell("catalog", "plan", "--check", environment=server_environment)
    assert ran.stdout.startswith("No changes.")
    assert "bear no mark of this catalog yet" in ran.stdout

    file.write_text(text.replace("unit_amount: 1500", "unit_amount: 1900"), encoding="utf-8")
    ran = shell("catalog", "plan", "--check", environment=server_environment, code=3)
    assert f"± price    keymap-pro.monthly  {monthly}\n    unit_amount: $15.00 → $19.00" in ran.stdout

    comment = shell("catalog", "plan", "--output", "markdown", environment=server_environment).stdout
    assert "$15.00 → $19.00" in comment

    shell("catalog", "apply", environment=server_environment)
    assert shell("catalog", "apply", environment=server_environment).stdout.startswith("No changes.")

    (shell.directory / "second" / ".billing").mkdir(parents=True)
    ran = shell("catalog", "copy", "--to", "file:second/.billing/local.db", "--yes")
    assert "+ price           keymap-pro.monthly  $19.00 / month" in ran.stdout
    assert "Done: " in ran.stdout
    second = replace(shell, directory=shell.directory / "second")
    for _ in range(2):
        assert second("catalog", "apply", "--local", "-f", "../catalog.yaml").stdout.startswith("No changes.")
    assert shell("catalog", "apply", environment=server_environment).stdout.startswith("No changes.")


def test_a_terminal_sees_how_much_has_been_read(shell: Shell) -> None:
    with shell.serving("--latency-ms", "300") as environment:
        make_by_hand(environment)
        code, shown = shell.on_terminal("catalog", "import", environment=environment)

    assert code == 0
    assert re.search(r"Reading: \d+ objects", shown)
