"""Features in the catalog: what they are, and which products include them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from stripe_billing_cli.local_stripe.transport import LocalTransport
from tests.conftest import Account, Billing
from tests.contract import ContractTransport
from tests.soak import Soak
from tests.troubled import CUT_OFF, Trouble, TroubledTransport, apply, connected, run_once

CATALOG = """\
version: 1
catalog: northwind
currency: usd
features:
  sso: {name: Single sign-on}
  audit-log: {name: Audit log, metadata: {team: security}}
products:
  team:
    name: Team
    features: [audit-log]
    prices:
      monthly: {unit_amount: 900, recurring: month}
  enterprise:
    name: Enterprise
    features: [sso, audit-log]
"""


def features(account: Account) -> dict[str, Any]:
    """Return the active features by lookup key."""
    return {one["lookup_key"]: one for page in account.api.pages("/v1/entitlements/features", {}) for one in page}


def included(account: Account, product: str) -> set[str]:
    """Return the lookup keys of the active features that a product includes."""
    [attachments] = account.api.pages(f"/v1/products/{product}/features", {})
    return {one["entitlement_feature"]["lookup_key"] for one in attachments if one["entitlement_feature"]["active"]}


def actions(plan: Any) -> list[tuple[str, str, str]]:
    return [(change["action"], change["kind"], change["key"]) for change in plan["changes"]]


def test_features_are_created_and_attached_and_a_second_plan_is_empty(billing: Billing, account: Account) -> None:
    billing.write(CATALOG)
    assert billing.ok("catalog", "validate").out == "catalog.yaml is valid: 2 features, 2 products, 1 price.\n"
    output = billing.ok("catalog", "plan", "--local").out

    assert "+ feature         sso  Single sign-on\n" in output
    assert "+ product_feature enterprise.sso\n" in output
    assert "Plan: 5 to create, 3 to attach, 0 unchanged." in output
    assert billing.ok("catalog", "apply", "--local").out.endswith("Done: 8 changes applied.\n")

    assert features(account)["audit-log"]["metadata"]["team"] == "security"
    assert included(account, "team") == {"audit-log"}
    assert included(account, "enterprise") == {"sso", "audit-log"}
    assert billing.plan()["changes"] == []
    assert billing.plan(None, "--prune")["summary"]["unchanged"] == 8


def test_a_feature_gets_another_name_in_place(billing: Billing, account: Account) -> None:
    billing.apply(CATALOG)
    before = features(account)["sso"]["id"]

    billing.apply(CATALOG.replace("Single sign-on", "SSO"))

    assert (features(account)["sso"]["id"], features(account)["sso"]["name"]) == (before, "SSO")


def test_a_feature_that_a_product_does_not_name_any_more_is_detached(billing: Billing, account: Account) -> None:
    billing.apply(CATALOG)
    less = CATALOG.replace("[sso, audit-log]", "[sso]").replace("    features: [audit-log]\n", "")

    assert actions(billing.plan(less)) == [
        ("update", "product", "team"),
        ("detach", "product_feature", "team.audit-log"),
        ("update", "product", "enterprise"),
        ("detach", "product_feature", "enterprise.audit-log"),
    ]
    billing.apply(less)

    assert (included(account, "team"), included(account, "enterprise")) == (set(), {"sso"})
    assert "billing_features" not in account.products()["team"]["metadata"]
    assert billing.plan()["changes"] == []


def test_what_others_attached_stays(billing: Billing, account: Account) -> None:
    billing.apply(CATALOG)
    other = account.post("/v1/entitlements/features", lookup_key="other", name="By hand")
    account.post("/v1/products/team/features", entitlement_feature=other["id"])

    assert billing.plan()["changes"] == []
    billing.apply(CATALOG.replace("    features: [audit-log]\n", ""))

    assert included(account, "team") == {"other"}


def test_a_feature_is_archived_only_when_asked_and_after_it_is_detached(billing: Billing, account: Account) -> None:
    billing.apply(CATALOG)
    less = CATALOG.replace("[sso, audit-log]", "[audit-log]").replace("  sso: {name: Single sign-on}\n", "")

    billing.apply(less)
    assert set(features(account)) == {"sso", "audit-log"}
    billing.apply(less, "--prune")

    assert set(features(account)) == {"audit-log"}
    assert billing.plan(less, "--prune")["changes"] == []


def test_an_archived_feature_that_is_wanted_is_made_anew_and_attached_again(billing: Billing, account: Account) -> None:
    billing.apply(CATALOG)
    before = features(account)["audit-log"]["id"]
    account.post(f"/v1/entitlements/features/{before}", active=False)

    assert actions(billing.plan()) == [
        ("create", "feature", "audit-log"),
        ("attach", "product_feature", "team.audit-log"),
        ("detach", "product_feature", "team.audit-log"),
        ("attach", "product_feature", "enterprise.audit-log"),
        ("detach", "product_feature", "enterprise.audit-log"),
    ]
    billing.ok("catalog", "apply", "--local")

    assert features(account)["audit-log"]["id"] != before
    assert included(account, "enterprise") == {"sso", "audit-log"}
    assert billing.plan()["changes"] == []


def test_a_feature_that_no_catalog_owns_is_taken_over_only_by_id(billing: Billing, account: Account) -> None:
    feature = account.post("/v1/entitlements/features", lookup_key="sso", name="By hand")
    billing.write(CATALOG)

    ran = billing("catalog", "plan", "--local")

    assert ran.code == 2
    assert f"catalog.yaml:5:3: feature sso: the account has a feature {feature['id']} (By hand)" in ran.err
    billing.apply(CATALOG.replace("sso: {", f"sso: {{id: {feature['id']}, "))
    assert features(account)["sso"]["id"] == feature["id"]
    assert billing.plan()["changes"] == []


def test_a_feature_cannot_be_adopted_under_another_key(billing: Billing, account: Account) -> None:
    feature = account.post("/v1/entitlements/features", lookup_key="single", name="By hand")
    billing.write(CATALOG.replace("sso: {", f"sso: {{id: {feature['id']}, "))

    ran = billing("catalog", "plan", "--local")

    assert ran.code == 2
    assert "give this feature `lookup_key: single`" in ran.err


def test_a_feature_with_a_lookup_key_of_its_own_comes_back_with_what_includes_it(billing: Billing) -> None:
    billing.apply(CATALOG.replace("name: Single sign-on", "name: Single sign-on, lookup_key: sso.v1"))

    text = billing.ok("catalog", "import", "--local", "-f", "-").out

    assert "lookup_key: sso.v1" in text
    assert "features: [sso, audit-log]" in text or "features: [audit-log, sso]" in text  # attached side by side
    assert billing.plan(text)["changes"] == []


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (CATALOG.replace("[sso, audit-log]", "[sso, audit-lgo]"), "15:21: this file has no feature audit-lgo"),
        (CATALOG.replace("[sso, audit-log]", "sso"), "features: expected a list of features' keys"),
        (CATALOG.replace("name: Single sign-on", "nmae: x"), "unknown key nmae"),
        (CATALOG.replace("  sso:", f"  {'x' * 81}:"), "cannot be a feature's lookup key"),
    ],
)
def test_mistakes_are_errors_at_their_place(billing: Billing, wrong: str, message: str) -> None:
    assert message in billing.mistakes(wrong)


def test_features_cost_one_call_and_one_for_each_product_that_has_some(billing: Billing) -> None:
    billing.apply(CATALOG + "  plain:\n    name: Plain\n")

    ran = billing.ok("catalog", "plan", "--local", "--verbose")

    calls = [line.split(" → ")[0] for line in ran.err.splitlines() if "features" in line]
    assert sorted(calls) == [
        "GET /v1/entitlements/features",
        "GET /v1/products/enterprise/features",
        "GET /v1/products/team/features",
    ]


AFTER = (
    CATALOG.replace("[sso, audit-log]", "[sso, reports]")
    .replace("features: [audit-log]", "features: []")
    .replace("  audit-log: {name: Audit log, metadata: {team: security}}\n", "  reports: {name: Reports}\n")
)


@pytest.mark.soak
@pytest.mark.parametrize("kind", ["kill", "timeout", "500"])
@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_an_apply_cut_off_at_any_call_is_completed_by_the_next(
    tmp_path: Path, kind: str, after: bool, soak: Soak
) -> None:
    end = tmp_path / "end.db"
    apply(CATALOG, connected(LocalTransport(end)))
    transport = TroubledTransport(LocalTransport(end))
    assert apply(AFTER, connected(transport)).complete
    for at in soak.part(range(1, transport.calls + 1), CUT_OFF):
        path = tmp_path / f"{at}.db"
        apply(CATALOG, connected(LocalTransport(path)))
        transport = TroubledTransport(LocalTransport(path), Trouble(kind, at, after, lasting=True))
        run_once(lambda: apply(AFTER, connected(transport)))  # noqa: B023

        assert apply(AFTER, connected(LocalTransport(path))).complete

        assert state(path) == state(end), f"{kind} at call {at}"


def state(path: Path) -> Any:
    """Return the active features, and the lookup keys that each product includes."""
    api = connected(ContractTransport(LocalTransport(path)))
    active = [(one["lookup_key"], one["name"]) for page in api.pages("/v1/entitlements/features", {}) for one in page]
    attachments = {
        product: sorted(
            one["entitlement_feature"]["lookup_key"] for one in api.page(f"/v1/products/{product}/features", {})[0]
        )
        for product in ("team", "enterprise")
    }
    products = {one["id"]: one["metadata"] for page in api.pages("/v1/products", {}) for one in page}
    return sorted(active), attachments, products
