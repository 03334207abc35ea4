"""The same file in a second account: what differs there, and made there what it says."""

from __future__ import annotations

from pathlib import Path

import pytest

from stripe_billing_cli.cli.catalog.other import other_context
from stripe_billing_cli.cli.context import Context
from stripe_billing_cli.errors import BillingError
from stripe_billing_cli.stripe_api.client import StripeApi, connect_locally
from tests.conftest import Account, Billing

OTHER = "file:there/.billing/local.db"


@pytest.fixture
def adopted(billing: Billing, account: Account) -> str:
    """A file with the ids of what was made by hand here; its text."""
    product = account.post("/v1/products", name="Pro")
    price = account.post(
        "/v1/prices", product=product["id"], currency="usd", unit_amount=1500, recurring={"interval": "month"}
    )
    account.post(f"/v1/products/{product['id']}", default_price=price["id"])
    account.post("/v1/coupons", name="Launch", percent_off=20, applies_to={"products": [product["id"]]})
    billing.ok("catalog", "import", "--local", "--catalog", "keymap")
    (billing.directory / "there" / ".billing").mkdir(parents=True)
    return (billing.directory / "catalog.yaml").read_text(encoding="utf-8")


def other(billing: Billing) -> StripeApi:
    return connect_locally(billing.directory / "there" / ".billing" / "local.db")


def test_a_copy_makes_there_what_the_file_adopts_here(billing: Billing, adopted: str) -> None:
    ran = billing.ok("catalog", "copy", "--to", OTHER, "--output", "json")

    assert [(change["action"], change["key"], change["status"]) for change in ran.json["changes"]] == [
        ("create", "pro", "done"),
        ("create", "pro.monthly", "done"),
        ("create", "launch", "done"),
    ]
    product = other(billing).get("/v1/products/pro")
    assert product["default_price"]
    assert billing.ok("catalog", "copy", "--to", OTHER).out.startswith("No changes.")
    assert billing.ok("catalog", "diff", "--against", OTHER, "--check").out.startswith("No changes.")
    assert billing.plan()["changes"] == []


def test_the_same_file_is_applied_in_both(billing: Billing, adopted: str, monkeypatch: pytest.MonkeyPatch) -> None:
    billing.ok("catalog", "copy", "--to", OTHER)
    text = adopted.replace("unit_amount: 1500", "unit_amount: 1900")
    billing.apply(text)
    assert billing("catalog", "diff", "--against", OTHER, "--check").code == 3

    monkeypatch.chdir(billing.directory / "there")
    billing.ok("catalog", "apply", "--local", "-f", str(billing.directory / "catalog.yaml"))

    ran = billing.ok("catalog", "plan", "--local", "--check", "-f", str(billing.directory / "catalog.yaml"))
    assert ran.out.startswith("No changes.")


def test_a_difference_is_shown_and_nothing_is_written(billing: Billing, adopted: str) -> None:
    ran = billing("catalog", "diff", "--against", OTHER, "--check")

    assert ran.code == 3
    assert "+ price    pro.monthly  $15.00 / month" in ran.out
    assert other(billing).page("/v1/products", {}) == ([], False)


@pytest.mark.parametrize("name", ["prod", "profile:", "file:", "live:x", ""])
def test_what_is_no_stripe_is_refused(billing: Billing, adopted: str, name: str) -> None:
    ran = billing("catalog", "diff", "--against", name)

    assert ran.code == 2
    assert "one of: test, live, profile:NAME, file:PATH" in ran.err


@pytest.mark.parametrize(
    ("name", "profile", "live"),
    [("test", "default", False), ("live", "default", True), ("profile:shop", "shop", False)],
)
def test_a_mode_and_a_profile_are_keys_of_the_stripe_cli(name: str, profile: str, live: bool) -> None:
    there = other_context(Context(api_key="sk_test_here"), "--to", name)

    assert (there.api_key, there.profile, there.live, there.local) == (None, profile, live, False)


def test_the_profile_in_use_is_that_of_the_other_mode() -> None:
    assert other_context(Context(profile="shop"), "--to", "live").profile == "shop"
    with pytest.raises(BillingError):
        other_context(Context(), "--to", "nowhere")


def test_a_file_is_a_path() -> None:
    assert other_context(Context(), "--to", "file:a:b/local.db").database == Path("a:b/local.db")
