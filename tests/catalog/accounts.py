"""An account made by hand in the dashboard, and the file that is imported from one."""

from __future__ import annotations

from typing import Any

from tests.conftest import Account, Billing


def by_hand(account: Account) -> dict[str, Any]:
    """Return what somebody made in the dashboard: ids that Stripe made up, names, no marks; the ids by name."""
    meter = account.post(
        "/v1/billing/meters",
        display_name="API calls",
        event_name="api_calls",
        default_aggregation={"formula": "sum"},
    )
    feature = account.post("/v1/entitlements/features", name="Single sign-on", lookup_key="sso")
    pro = account.post("/v1/products", name="Größer & Pro", metadata={"crm": "0017"}, description="Two lines\nof it")
    account.post(f"/v1/products/{pro['id']}/features", entitlement_feature=feature["id"])
    month = {"interval": "month"}
    common = {"product": pro["id"], "currency": "eur"}
    monthly = account.post("/v1/prices", unit_amount=1500, recurring=month, **common)
    account.post(f"/v1/products/{pro['id']}", default_price=monthly["id"])
    second = account.post("/v1/prices", unit_amount=1900, recurring=month, **common)
    with_nickname = account.post(
        "/v1/prices", unit_amount=9900, lookup_key="pro_yearly", recurring={"interval": "year"}, **common
    )
    usage = account.post(
        "/v1/prices",
        unit_amount_decimal="0.15",
        recurring={**month, "usage_type": "metered", "meter": meter["id"]},
        product=pro["id"],
        currency="usd",
    )
    twin = account.post("/v1/products", name="Größer & Pro")
    off = account.post("/v1/products", name="Gone", active=False)
    coupon = account.post(
        "/v1/coupons", id="jMT0WJUD", name="Half of it", percent_off=50, applies_to={"products": [off["id"]]}
    )
    objects = {
        "pro": pro,
        "monthly": monthly,
        "second": second,
        "named": with_nickname,
        "usage": usage,
        "twin": twin,
        "off": off,
    }
    return {name: one["id"] for name, one in {**objects, "coupon": coupon}.items()}


def written(billing: Billing, *options: str) -> str:
    billing.ok("catalog", "import", "--local", "--catalog", "shop", "--overwrite", *options)
    return (billing.directory / "catalog.yaml").read_text(encoding="utf-8")
