"""docs/from-terraform.md: the catalog that was a Terraform configuration is made, and one that Terraform made is taken
over."""

from __future__ import annotations

import re

from tests.conftest import Account, Billing
from tests.pages.transcripts import ROOT

PAGE = (ROOT / "docs" / "from-terraform.md").read_text(encoding="utf-8")


def example() -> str:
    [text] = re.findall(r"```yaml\n(.*?)```", PAGE, re.S)
    return str(text)


def test_the_example_is_applied_and_a_second_time_changes_nothing(billing: Billing, account: Account) -> None:
    billing.write(example())
    billing.ok("catalog", "apply", "--local", "--secret-file", "secrets")

    assert billing.ok("catalog", "apply", "--local").out.startswith("No changes.")
    product = account.products()["growth"]
    assert (product["name"], product["description"]) == ("Growth", "Growth plan with API access")
    [attached] = account.api.page("/v1/products/growth/features", {})[0]
    assert attached["entitlement_feature"]["lookup_key"] == "api_access"
    [meter] = account.api.page("/v1/billing/meters", {})[0]
    assert meter["customer_mapping"] == {"event_payload_key": "stripe_customer_id", "type": "by_id"}
    assert meter["value_settings"] == {"event_payload_key": "value"}
    price = account.price("product.price")
    assert (price["unit_amount"], price["currency"], price["recurring"]) == (1000, "usd", None)
    [endpoint] = account.api.page("/v1/webhook_endpoints", {})[0]
    assert endpoint["enabled_events"] == ["checkout.session.completed"]


def test_what_terraform_made_is_taken_over_with_its_ids(billing: Billing, account: Account) -> None:
    """Made with the parameters that the provider sends."""
    growth = account.post("/v1/products", name="Growth", marketing_features=[{"name": "API access"}])["id"]
    feature = account.post("/v1/entitlements/features", lookup_key="api_access", name="API access")["id"]
    account.post(f"/v1/products/{growth}/features", entitlement_feature=feature)
    account.post(
        "/v1/billing/meters",
        display_name="API Calls",
        event_name="api_call",
        default_aggregation={"formula": "sum"},
        value_settings={"event_payload_key": "value"},
        customer_mapping={"type": "by_id", "event_payload_key": "stripe_customer_id"},
    )
    product = account.post("/v1/products", name="My Product 23")["id"]
    price = account.post("/v1/prices", product=product, unit_amount=1000, currency="usd")["id"]
    account.post("/v1/webhook_endpoints", url="https://example.com/webhook", enabled_events=["charge.failed"])

    billing.ok("catalog", "import", "--local")

    text = (billing.directory / "catalog.yaml").read_text(encoding="utf-8")
    assert all(f"id: {one}" in text for one in (growth, product, price))
    assert billing.ok("catalog", "plan", "--local", "--check").out.startswith("No changes.")
    billing.ok("catalog", "apply", "--local", "--adopt", "--yes")
    assert set(account.products()) == {growth, product}


def test_every_kind_of_the_catalog_has_its_line() -> None:
    from stripe_billing_cli.catalog.kinds import KINDS

    assert {kind.section for kind in KINDS} <= set(re.findall(r"`(\w+):`", PAGE))
