"""Tax rates (https://docs.stripe.com/api/tax_rates), as recorded of 2026-08-26.dahlia."""

from __future__ import annotations

from typing import Any

import pytest

from tests.local_stripe.conftest import NOW, Local, Refusal

PATH = "/v1/tax_rates"
VAT = {"display_name": "VAT", "inclusive": True, "percentage": 20, "jurisdiction": "DE", "tax_type": "vat"}


def test_a_tax_rate_has_the_recorded_fields(local: Local) -> None:
    tax_rate = local.post(PATH, **VAT)
    assert tax_rate.pop("id").startswith("txr_1")
    assert tax_rate == {
        "object": "tax_rate",
        "active": True,
        "country": None,
        "created": NOW,
        "description": None,
        "display_name": "VAT",
        "effective_percentage": 20.0,
        "flat_amount": None,
        "inclusive": True,
        "jurisdiction": "DE",
        "jurisdiction_level": None,
        "livemode": False,
        "metadata": {},
        "percentage": 20.0,
        "rate_type": "percentage",
        "state": None,
        "tax_type": "vat",
    }
    assert repr(tax_rate["percentage"]) == "20.0"


def test_all_but_the_percentage_changes(local: Local) -> None:
    tax_rate = local.post(PATH, **VAT, metadata={"a": "1"})
    path = f"{PATH}/{tax_rate['id']}"
    after = local.post(path, active=False, description="archived", metadata={"b": "2"})
    assert after == {**tax_rate, "active": False, "description": "archived", "metadata": {"a": "1", "b": "2"}}
    assert local.get(path) == after
    [updated, created] = local.events(type="tax_rate.*")
    assert updated["data"] == {
        "object": after,
        "previous_attributes": {"active": True, "description": None, "metadata": {"b": None}},
    }
    assert (created["type"], created["data"]) == ("tax_rate.created", {"object": tax_rate})
    for name in ("percentage", "inclusive"):
        assert local.refused("post", path, **{name: "1"}) == Refusal(
            f"Received unknown parameter: {name}", "parameter_unknown", name
        )


def test_tax_rates_are_listed_by_what_they_are(local: Local) -> None:
    vat = local.post(PATH, **VAT)
    sales = local.post(PATH, display_name="Sales", inclusive=False, percentage=8.875, country="US", state="CA")
    old = local.post(PATH, **VAT, active=False)
    assert local.get(PATH)["data"] == [old, sales, vat]
    assert local.get(PATH, active=True)["data"] == [sales, vat]
    assert local.get(PATH, active=True, inclusive=True) == {
        "object": "list",
        "data": [vat],
        "has_more": False,
        "url": PATH,
    }


@pytest.mark.parametrize(
    ("method", "path", "params", "refusal"),
    [
        ("get", f"{PATH}/txr_no", {}, Refusal("No such tax rate: 'txr_no'", "resource_missing", "tax_rate", 404)),
        (
            "post",
            PATH,
            {**VAT, "percentage": 101},
            Refusal("This value must be less than or equal to 100 (it currently is '101.0').", param="percentage"),
        ),
        (
            "post",
            PATH,
            {"percentage": 5, "inclusive": True},
            Refusal("Missing required param: display_name.", "parameter_missing", "display_name"),
        ),
    ],
)
def test_what_is_refused(local: Local, method: str, path: str, params: dict[str, Any], refusal: Refusal) -> None:
    assert local.refused(method, path, **params) == refusal
