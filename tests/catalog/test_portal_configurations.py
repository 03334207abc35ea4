"""Customer portal configurations in the catalog: what the file names is as the file says, and the rest as it was."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from stripe_billing_cli.local_stripe.transport import LocalTransport
from tests.catalog.portals import CATALOG, EXPANDED, HEAD, PATH, PRODUCTS, REPLACED, configurations, offered
from tests.conftest import Account, Billing
from tests.contract import ContractTransport
from tests.soak import Soak
from tests.troubled import check_cut_off, connected


def test_a_configuration_is_made_and_a_second_plan_is_empty(billing: Billing, account: Account) -> None:
    billing.write(CATALOG)
    output = billing.ok("catalog", "plan", "--local").out

    assert "+ portal_configuration main  Self-service\n    business_profile.headline: Keymap\n" in output
    assert "    features.subscription_update.products: pro (monthly, yearly), team (monthly)\n" in output
    billing.ok("catalog", "apply", "--local")

    [configuration] = configurations(account)
    features = configuration["features"]
    assert (configuration["business_profile"]["headline"], configuration["login_page"]["enabled"]) == ("Keymap", True)
    assert set(features["subscription_cancel"]["cancellation_reason"]["options"]) == {"too_expensive", "unused"}
    assert features["subscription_pause"]["duration"]["interval_options"] == [
        {"interval": "month", "interval_count": 1}
    ]
    assert features["subscription_update"]["schedule_at_period_end"]["conditions"] == [
        {"type": "decreasing_item_amount"}
    ]
    assert offered(account) == {
        "pro": {account.price("pro.monthly")["id"], account.price("pro.yearly")["id"]},
        "team": {account.price("team.monthly")["id"]},
    }
    assert billing.plan()["changes"] == []


@pytest.mark.parametrize(
    "text",
    [
        CATALOG.replace("[decreasing_item_amount]", "{conditions: [{type: decreasing_item_amount}]}"),
        CATALOG.replace("{product: team, prices: [monthly]}", "team"),
        CATALOG.replace("prices: [monthly, yearly]", "prices: [pro.yearly, pro.monthly]"),
        CATALOG.replace("[tax_id, email]", "[email, tax_id]"),
        CATALOG.replace(", maximum: 10", ""),
    ],
    ids=["conditions", "a product's recurring prices", "prices by full keys", "order", "less"],
)
def test_short_and_long_forms_are_the_same_and_the_order_says_nothing(billing: Billing, text: str) -> None:
    billing.apply(CATALOG)

    assert billing.plan(text)["changes"] == []


def test_products_are_written_as_a_mapping_too(billing: Billing, account: Account) -> None:
    offers = CATALOG[CATALOG.index("          - {product: pro") :]
    text = CATALOG.replace(f"        products:\n{offers}", "        products: {pro: [monthly], team: [monthly]}\n")

    billing.apply(text)

    assert offered(account) == {
        "pro": {account.price("pro.monthly")["id"]},
        "team": {account.price("team.monthly")["id"]},
    }
    assert billing.plan()["changes"] == []


def test_what_the_file_does_not_name_is_left_as_it_is(billing: Billing, account: Account) -> None:
    billing.apply(CATALOG)
    [before] = configurations(account)
    less = f"{HEAD}{PRODUCTS}portal_configurations:\n  main: {{features: {{invoice_history: {{enabled: true}}}}}}\n"

    plan = billing.plan(less)
    assert [change["fields"] for change in plan["changes"]] == [
        {
            "metadata.owner": {"from": "growth", "to": None},
            "metadata.billing_metadata": {"from": "owner", "to": None},
        }
    ]
    billing.ok("catalog", "apply", "--local")

    [after] = configurations(account)
    for name in ("features", "business_profile", "login_page", "name", "default_return_url"):
        assert after[name] == before[name]


def test_only_what_changes_is_sent_and_null_clears(billing: Billing, account: Account) -> None:
    billing.apply(CATALOG)
    [before] = configurations(account)

    text = CATALOG.replace("mode: at_period_end", "mode: immediately").replace("headline: Keymap", "headline: null")
    billing.write(text)
    output = billing.ok("catalog", "plan", "--local").out
    assert "    business_profile.headline: Keymap → none\n" in output
    assert "    features.subscription_cancel.mode: at_period_end → immediately\n" in output
    billing.ok("catalog", "apply", "--local")

    [after] = configurations(account)
    assert after["id"] == before["id"]
    assert after["business_profile"] == {**before["business_profile"], "headline": None}
    assert after["features"]["subscription_cancel"] == {
        **before["features"]["subscription_cancel"],
        "mode": "immediately",
    }
    assert after["features"]["subscription_update"] == before["features"]["subscription_update"]
    assert billing.plan()["changes"] == []


def test_null_is_a_mistake_where_nothing_can_be_cleared(billing: Billing) -> None:
    billing.write(CATALOG.replace("mode: at_period_end", "mode: null").replace("name: Pro", "name: null"))

    output = billing("catalog", "validate").err

    assert "mode has no value" in output
    assert "name has no value" in output


def test_the_default_is_adopted_by_that_name_and_never_deactivated(billing: Billing, account: Account) -> None:
    text = f"{HEAD}portal_configurations:\n  main: {{id: default, features: {{invoice_history: {{enabled: false}}}}}}\n"
    billing.apply(text)

    [default] = configurations(account)
    assert default["is_default"]
    assert not default["features"]["invoice_history"]["enabled"]
    assert default["features"]["customer_update"]["enabled"]
    assert billing.plan()["changes"] == []
    plan = billing.plan(HEAD, "--prune")
    assert (plan["changes"], plan["unmanaged"]) == ([], [])


def test_an_entry_that_is_gone_is_deactivated_only_by_prune_and_comes_back(billing: Billing, account: Account) -> None:
    billing.apply(CATALOG)
    billing.apply(HEAD + PRODUCTS)
    assert [one["active"] for one in configurations(account)] == [True]

    billing.apply(HEAD + PRODUCTS, "--prune")
    assert [one["active"] for one in configurations(account)] == [False]

    billing.apply(CATALOG)
    assert [one["active"] for one in configurations(account)] == [True]


def test_a_configuration_made_by_hand_is_adopted_by_its_id(billing: Billing, account: Account) -> None:
    by_hand = account.post(PATH, features={"invoice_history": {"enabled": True}}, name="By hand")

    billing.apply(CATALOG.replace("    name: Self-service", f"    id: {by_hand['id']}"))

    [configuration] = configurations(account)
    assert (configuration["id"], configuration["name"]) == (by_hand["id"], "By hand")
    assert configuration["features"]["subscription_cancel"]["enabled"]
    assert billing.plan()["changes"] == []


@pytest.mark.parametrize(
    ("before", "after", "message"),
    [
        ("product: team", "product: teams", "this file has no product teams"),
        ("prices: [monthly]}", "prices: [weekly]}", "this file has no price team.weekly"),
        ("always_invoice", "sometimes", "proration_behavior: expected always_invoice, create_prorations or none"),
        ("proration_behavior: none", "proration_behavior: always_invoice", "Stripe takes no always_invoice here"),
        ("proration_behavior: none", "proration_behavior: create_prorations", "goes with mode: immediately only"),
        ("invoice_history: {enabled: true}", "invoice_history: {}", "enabled is missing"),
        ("headline: Keymap", "headlines: Keymap", "unknown key headlines"),
        ("https://keymap.example/account", "keymap.example", "keymap.example is no URL"),
    ],
)
def test_mistakes_are_errors_with_their_place(billing: Billing, before: str, after: str, message: str) -> None:
    assert message in billing.mistakes(CATALOG.replace(before, after))


def test_ten_products_are_the_most(billing: Billing) -> None:
    offers = "".join(f"          - {{product: prod_{number}, prices: [price_{number}]}}\n" for number in range(11))
    billing.write(CATALOG[: CATALOG.index("          - {product: pro")] + offers)

    assert "11 products\n    Stripe takes 10 at most" in billing("catalog", "validate").err


def state(path: Path) -> Any:
    """Return what the configurations and prices are, without their ids."""
    api = connected(ContractTransport(LocalTransport(path)))
    prices = {price["id"]: price for price in api.page("/v1/prices", {})[0]}
    [one] = api.page(PATH, EXPANDED)[0]
    update = one["features"].pop("subscription_update")
    offers = [
        {**offer, "prices": sorted(str(prices[price]["unit_amount"]) for price in offer["prices"])}
        for offer in sorted(update.pop("products"), key=lambda offer: str(offer["product"]))
    ]
    states = sorted(
        (price["metadata"]["billing_key"], price["unit_amount"], price["active"]) for price in prices.values()
    )
    return one["features"], update, offers, one["business_profile"], one["active"], states


@pytest.mark.soak
@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("start", [None, CATALOG], ids=["new", "replaced price"])
def test_an_apply_cut_off_at_any_call_is_completed_by_the_next(
    tmp_path: Path, after: bool, start: str | None, soak: Soak
) -> None:
    text = REPLACED.replace("headline: Keymap", "headline: Other") if start else CATALOG
    check_cut_off(tmp_path, soak, text, state, after=after, start=start)


def test_an_import_leaves_out_what_a_new_configuration_has_by_itself(billing: Billing, account: Account) -> None:
    product = account.post("/v1/products", name="Pro")
    price = account.post(
        "/v1/prices", product=product["id"], unit_amount=1, currency="usd", recurring={"interval": "month"}
    )
    offers = [{"product": product["id"], "prices": [price["id"]]}]
    update = {"enabled": True, "default_allowed_updates": ["price"], "products": offers}
    account.post(PATH, features={"subscription_cancel": {"enabled": True}, "subscription_update": update})

    billing.ok("catalog", "import", "--local", "--catalog", "keymap")

    text = (billing.directory / "catalog.yaml").read_text()
    assert "      subscription_cancel: {enabled: true}\n      subscription_update:\n        enabled: true\n" in text
    assert not [word for word in ("proration_behavior", "trial_update", "cancellation_reason") if word in text]
    plan = billing.plan(text.replace("unit_amount: 1,", "unit_amount: 2,"))
    [fields] = [change["fields"] for change in plan["changes"] if change["kind"] == "portal_configuration"]
    [after] = fields["features.subscription_update.products"]["to"]
    assert (after["product"], after["prices"]) == ("pro", ["pro.monthly"])
    billing.ok("catalog", "copy", "--to", "file:other.db", "--yes")
    assert billing.ok("catalog", "copy", "--to", "file:other.db").out.startswith("No changes.")


def test_an_account_is_imported_with_its_portal(billing: Billing, account: Account) -> None:
    billing.apply(CATALOG)
    account.api.page(PATH, {"is_default": True})
    billing.ok("catalog", "import", "--local", "--catalog", "keymap", "-f", "imported.yaml")

    text = (billing.directory / "imported.yaml").read_text()
    assert "id: default" in text
    assert "prices: [monthly, yearly]" in text
    assert "schedule_at_period_end: [decreasing_item_amount]" in text
    assert billing.plan(text)["changes"] == []
