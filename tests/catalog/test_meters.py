"""Meters in the catalog: named by prices, recognised by their event names, never made twice."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from stripe_billing_cli.local_stripe.transport import LocalTransport
from tests.conftest import Account, Billing
from tests.soak import Soak
from tests.troubled import connected, cut_off_at_calls

CATALOG = """\
version: 1
catalog: voltapi
currency: usd
meters:
  api-calls: {display_name: API calls, event_name: api_calls, default_aggregation: sum}
products:
  api:
    name: API
    prices:
      calls:
        unit_amount_decimal: "0.0015"
        recurring: {interval: month, usage_type: metered, meter: api-calls}
"""


def meters(account: Account) -> dict[str, Any]:
    """Return all meters by event name, inactive ones too."""
    return {one["event_name"]: one for page in account.api.pages("/v1/billing/meters", {}) for one in page}


def test_a_price_is_metered_by_the_meter_that_it_names(billing: Billing, account: Account) -> None:
    billing.write(CATALOG)
    output = billing.ok("catalog", "plan", "--local").out

    assert "+ meter    api-calls  API calls\n    event_name: api_calls\n    default_aggregation: sum\n" in output
    assert "/ month, metered by api-calls\n" in output
    as_json = {change["key"]: change for change in billing.plan()["changes"]}
    assert as_json["api.calls"]["fields"]["recurring"]["to"]["meter"] == "api-calls"
    billing.ok("catalog", "apply", "--local")

    assert account.price("api.calls")["recurring"]["meter"] == meters(account)["api_calls"]["id"]
    assert billing.plan()["changes"] == []


@pytest.mark.parametrize("long", ["{formula: sum}", "sum"])
def test_short_and_long_forms_are_the_same(billing: Billing, account: Account, long: str) -> None:
    billing.apply(CATALOG)
    id = meters(account)["api_calls"]["id"]

    text = CATALOG.replace("default_aggregation: sum", f"default_aggregation: {long}")
    assert billing.plan(text)["changes"] == []
    assert billing.plan(text.replace("meter: api-calls", f"meter: {id}"))["changes"] == []


def test_a_display_name_changes_in_place(billing: Billing, account: Account) -> None:
    billing.apply(CATALOG)
    before = meters(account)["api_calls"]["id"]

    billing.apply(CATALOG.replace("API calls", "Calls"))

    after = meters(account)["api_calls"]
    assert (after["id"], after["display_name"]) == (before, "Calls")


def test_anything_else_takes_another_event_name(billing: Billing, account: Account) -> None:
    billing.apply(CATALOG)
    billing.write(CATALOG.replace("default_aggregation: sum", "default_aggregation: last"))

    ran = billing("catalog", "apply", "--local")

    assert ran.code == 2
    assert "catalog.yaml:5:3: meter api-calls: default_aggregation cannot change on a meter" in ran.err
    assert "such as api_calls_2, and make new prices for it" in ran.err


def test_another_event_name_is_another_meter_and_a_new_price(billing: Billing, account: Account) -> None:
    billing.apply(CATALOG)
    old = account.price("api.calls")["id"]

    billing.apply(CATALOG.replace("event_name: api_calls", "event_name: api_calls_2"))

    new = account.price("api.calls")
    assert new["id"] != old
    assert new["recurring"]["meter"] == meters(account)["api_calls_2"]["id"]
    assert meters(account)["api_calls"]["status"] == "active"
    assert billing.plan()["changes"] == []


def test_an_inactive_meter_that_is_equal_is_reactivated(billing: Billing, account: Account) -> None:
    billing.apply(CATALOG)
    before = meters(account)["api_calls"]["id"]
    account.post(f"/v1/billing/meters/{before}/deactivate")

    [change] = billing.plan(CATALOG.replace("API calls", "Calls"))["changes"]
    assert (change["action"], change["reason"]) == ("update", "it was deactivated in Stripe")
    assert change["fields"]["status"] == {"from": "inactive", "to": "active"}
    billing.ok("catalog", "apply", "--local")

    after = meters(account)["api_calls"]
    assert (after["id"], after["status"], after["display_name"]) == (before, "active", "Calls")
    assert billing.plan()["changes"] == []


def test_an_inactive_meter_that_is_not_equal_is_refused(billing: Billing, account: Account) -> None:
    billing.apply(CATALOG)
    account.post(f"/v1/billing/meters/{meters(account)['api_calls']['id']}/deactivate")
    billing.write(CATALOG.replace("default_aggregation: sum", "default_aggregation: count"))

    assert billing("catalog", "plan", "--local").code == 2


def test_meters_are_deactivated_only_by_an_option_of_their_own(billing: Billing, account: Account) -> None:
    billing.apply(CATALOG)
    less = "version: 1\ncatalog: voltapi\nmeters: {}\n"

    billing.apply(less, "--prune")
    assert meters(account)["api_calls"]["status"] == "active"
    output = billing.apply(less, "--prune", "--prune-meters").out

    assert "- meter    " in output
    assert meters(account)["api_calls"]["status"] == "inactive"
    assert billing.plan(less, "--prune", "--prune-meters")["changes"] == []


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (CATALOG.replace("meter: api-calls", "meter: api-cals"), "12:66: this file has no meter api-cals"),
        (CATALOG.replace("aggregation: sum", "aggregation: max"), "formula: expected sum, count or last"),
        (
            CATALOG.replace(
                "products:", "  more: {display_name: X, event_name: api_calls, default_aggregation: sum}\nproducts:"
            ),
            "event name api_calls is taken: api-calls has it, in line 5",
        ),
    ],
)
def test_mistakes_are_errors_at_their_place(billing: Billing, wrong: str, message: str) -> None:
    assert message in billing.mistakes(wrong)


@pytest.mark.soak
@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_an_apply_cut_off_at_any_call_is_completed_by_the_next(tmp_path: Path, after: bool, soak: Soak) -> None:
    for path in cut_off_at_calls(tmp_path, soak, CATALOG, after=after):
        api = connected(LocalTransport(path))
        [meter] = api.page("/v1/billing/meters", {})[0]
        [price] = api.page("/v1/prices", {})[0]
        assert price["recurring"]["meter"] == meter["id"], path.name
