"""What plan shows, and what it refuses."""

from __future__ import annotations

from typing import Any

import pytest

from tests.answer_modes import AnswerModeTransport
from tests.catalog.catalogs import SEED
from tests.conftest import Account, Billing


def test_a_plan_writes_nothing(billing: Billing, account: Account) -> None:
    billing.plan(SEED)

    assert account.products() == {}
    assert account.prices() == []


def test_the_json_of_a_plan_has_the_documented_shape(billing: Billing, account: Account) -> None:
    account.post("/v1/products", id="handmade", name="Handmade")

    plan = billing.plan(SEED)

    assert plan == {
        "catalog": "keymap",
        "account": account.api.account()["id"],
        "livemode": False,
        "changes": [
            {
                "action": "create",
                "kind": "product",
                "key": "pro",
                "id": None,
                "fields": {"name": {"from": None, "to": "Pro"}, "default_price": {"from": None, "to": "pro.monthly"}},
                "reason": "not in Stripe yet",
                "moves": [],
                "location": {"file": "catalog.yaml", "line": 5, "column": 3},
            },
            created_price("monthly", 1500, "month", line=9),
            created_price("yearly", 15000, "year", line=10),
        ],
        "unmanaged": [{"kind": "product", "id": "handmade"}],
        "notes": [],
        "summary": {"create": 3, "update": 0, "replace": 0, "archive": 0, "unchanged": 0},
    }


def created_price(key: str, amount: int, interval: str, *, line: int) -> dict[str, Any]:
    recurring = {
        "interval": interval,
        "interval_count": 1,
        "usage_type": "licensed",
        "meter": None,
        "trial_period_days": None,
    }
    return {
        "action": "create",
        "kind": "price",
        "key": f"pro.{key}",
        "id": None,
        "fields": {
            "lookup_key": {"from": None, "to": f"pro.{key}"},
            "currency": {"from": None, "to": "usd"},
            "unit_amount": {"from": None, "to": amount},
            "recurring": {"from": None, "to": recurring},
        },
        "reason": "not in Stripe yet",
        "moves": [],
        "location": {"file": "catalog.yaml", "line": line, "column": 7},
    }


def test_a_person_reads_symbols_amounts_and_old_to_new(billing: Billing, account: Account) -> None:
    billing.apply(SEED)
    yearly = account.price("pro.yearly")["id"]
    account.post("/v1/prices/" + yearly, active=False)
    billing.write(SEED.replace("name: Pro", "name: Pro+").replace("1500,", "2050,") + ADDED)

    output = billing.ok("catalog", "plan", "--local").out

    assert "~ product  pro\n    name: Pro → Pro+\n" in output
    assert "± price    pro.monthly  price_" in output
    assert "unit_amount: $15.00 → $20.50" in output
    assert "unit_amount cannot change on a price; no subscription is on price_" in output
    assert "active: no → yes" in output
    assert "+ price    pro.usage  $0.0015 / month" in output
    assert "Plan: 1 to create, 2 to update, 1 to replace, 0 unchanged." in output


def test_a_change_of_a_currency_shows_what_differs(billing: Billing) -> None:
    options = "currency_options: {eur: {unit_amount: 1400%s}}"
    usual = SEED.replace("{unit_amount: 1500,", "{unit_amount: 1500, " + options % "" + ",")
    billing.apply(usual)
    billing.write(
        SEED.replace("{unit_amount: 1500,", "{unit_amount: 1500, " + options % ", tax_behavior: inclusive" + ",")
    )

    output = billing.ok("catalog", "plan", "--local").out

    assert "currency_options: eur €14.00 → eur €14.00, tax inclusive" in output


ADDED = '      usage: {unit_amount_decimal: "0.15", recurring: month}\n'


def test_a_person_reads_what_is_made_archived_and_a_lookup_key_that_is_not_the_usual_one(billing: Billing) -> None:
    billing.write(SEED + "      old: {unit_amount: 1, active: false, lookup_key: old_one}\n")

    output = billing.ok("catalog", "plan", "--local").out

    assert "+ price    pro.old  $0.01, once\n    active: no\n    lookup_key: old_one\n" in output
    assert output.count("lookup_key") == 1
    assert output.count("active") == 1


def test_names_cannot_steer_the_terminal_or_forge_lines(billing: Billing, account: Account) -> None:
    billing.write(SEED.replace("name: Pro", 'name: "Pro\\e[2J 👩‍💻"\n    description: "one\\n- product  all"'))
    account.post("/v1/products", id="foreign", name="x\x1b[31m\nPlan: 0 to create")

    output = billing.ok("catalog", "plan", "--local").out

    assert "\x1b" not in output
    assert "+ product  pro  Pro\\x1b[2J 👩‍💻\n" in output
    assert "    description: one\\n- product  all\n" in output
    assert "foreign  x\\x1b[31m\\nPlan: 0 to create\n" in output


def test_fractions_of_a_cent_are_strings_in_json(billing: Billing) -> None:
    billing.apply(SEED + ADDED)

    plan = billing.plan(SEED + ADDED.replace("0.15", "1"))

    [change] = plan["changes"]
    assert change["fields"] == {"unit_amount_decimal": {"from": "0.15", "to": "1"}}


def test_a_replacement_says_how_many_subscriptions_stay(billing: Billing, account: Account) -> None:
    billing.apply(SEED)
    old = account.price("pro.monthly")
    subscribe(billing, old, times=3)

    plan = billing.plan(SEED.replace("1500,", "2000,"))

    [change] = plan["changes"]
    assert change["action"] == "replace"
    assert change["id"] == old["id"]
    assert f"3 subscriptions stay on {old['id']}" in change["reason"]


def test_check_exits_with_3_while_changes_are_pending_and_with_0_after(billing: Billing) -> None:
    billing.write(SEED)

    assert billing("catalog", "plan", "--local", "--check").code == 3
    billing.ok("catalog", "apply", "--local")
    assert billing("catalog", "plan", "--local", "--check").code == 0


ADOPTED_PRODUCT = """\
version: 1
catalog: keymap
currency: usd
products:
  pro:
    id: prod_handmade
    name: Pro
    prices:
      monthly: {ID, unit_amount: 1500, recurring: month}
"""


def handmade(account: Account, **price: Any) -> Any:
    """Return a product and a price made by hand in the dashboard."""
    if "prod_handmade" not in account.products():
        account.post("/v1/products", id="prod_handmade", name="By hand", metadata={"crm": "1"})
    terms = {"unit_amount": 1500, "currency": "usd", "recurring": {"interval": "month"}}
    return account.post("/v1/prices", product="prod_handmade", **terms | price)


def test_existing_objects_are_adopted_by_id(billing: Billing, account: Account) -> None:
    price = handmade(account)
    catalog = ADOPTED_PRODUCT.replace("ID", f"id: {price['id']}")

    billing.apply(catalog)

    assert account.products()["prod_handmade"]["name"] == "Pro"
    assert account.products()["prod_handmade"]["metadata"]["crm"] == "1"
    assert account.price("pro.monthly")["id"] == price["id"]
    assert len(account.prices()) == 1
    assert billing.plan()["changes"] == []


def test_an_adopted_price_that_was_replaced_needs_no_change_of_the_file(billing: Billing, account: Account) -> None:
    price = handmade(account)
    catalog = ADOPTED_PRODUCT.replace("ID", f"id: {price['id']}")
    billing.apply(catalog)

    for amount in (2000, 2500, 2000):
        billing.apply(catalog.replace("1500", str(amount)))
        assert account.price("pro.monthly")["unit_amount"] == amount
        assert billing.plan()["changes"] == []
    assert len(account.prices()) == 3


def refusal(billing: Billing, catalog: str) -> str:
    billing.write(catalog)
    ran = billing("catalog", "plan", "--local")
    assert ran.code == 2, ran
    assert billing("catalog", "apply", "--local").code == 2
    return ran.err


def test_a_product_that_no_catalog_owns_is_taken_over_only_by_id(billing: Billing, account: Account) -> None:
    account.post("/v1/products", id="pro", name="By hand")

    message = refusal(billing, SEED)

    assert "catalog.yaml:5:3: product pro: the account has a product pro (By hand) that no catalog owns" in message
    assert "`id: pro`" in message
    billing.apply(SEED.replace("    name: Pro", "    id: pro\n    name: Pro"))


def test_a_lookup_key_held_by_an_unmanaged_price_is_refused_with_both_named(billing: Billing, account: Account) -> None:
    price = handmade(account, lookup_key="pro.monthly")

    message = refusal(billing, SEED)

    assert "price pro.monthly: its lookup key pro.monthly is held by" in message
    assert price["id"] in message
    assert "prod_handmade" in message
    assert account.price("pro.monthly")["id"] == price["id"]


def test_an_id_of_another_products_price_is_refused_with_both_named(billing: Billing, account: Account) -> None:
    price = handmade(account)
    catalog = SEED.replace("monthly: {unit", f"monthly: {{id: {price['id']}, unit")

    message = refusal(billing, catalog)

    assert f"price pro.monthly adopts {price['id']}, a price of product prod_handmade and not of pro" in message


@pytest.mark.parametrize("line", ["    id: prod_nowhere\n    name: Pro", "    name: Pro"])
def test_ids_that_the_account_does_not_have_are_refused(billing: Billing, line: str) -> None:
    catalog = SEED.replace("    name: Pro", line)
    if line == "    name: Pro":
        catalog = catalog.replace("monthly: {unit", "monthly: {id: price_nowhere, unit")

    assert "this account has no such pr" in refusal(billing, catalog)


def test_two_catalogs_in_one_account_are_kept_apart(billing: Billing, account: Account) -> None:
    billing.apply(SEED)
    other = SEED.replace("catalog: keymap", "catalog: other")
    billing.apply(other.replace("  pro:", "  basic:"))

    message = refusal(billing, other)

    assert "product pro: pro belongs to catalog keymap (as pro)" in message
    assert billing.plan(SEED)["changes"] == []
    assert {leftover["id"] for leftover in billing.plan(SEED)["unmanaged"]} == {
        "basic",
        account.price("basic.monthly")["id"],
        account.price("basic.yearly")["id"],
    }


def test_a_catalog_whose_name_was_changed_is_one_conflict(billing: Billing, account: Account) -> None:
    billing.apply(SEED)

    message = refusal(billing, SEED.replace("catalog: keymap", "catalog: keys"))

    assert "catalog.yaml:2:1: the account has 3 of these 3 entries as the catalog keymap, and nothing as" in message
    assert "write `catalog: keymap` again" in message
    assert message.count("catalog.yaml:") == 1


def test_all_conflicts_are_told_at_once(billing: Billing, account: Account) -> None:
    account.post("/v1/products", id="pro", name="By hand")
    handmade(account, lookup_key="pro.monthly")

    message = refusal(billing, SEED)

    assert message.count("catalog.yaml:") == 2


def test_another_account_than_the_files_is_refused_before_anything_else(billing: Billing, account: Account) -> None:
    message = refusal(billing, f"account: acct_other\n{SEED}")

    assert f"catalog.yaml is for account acct_other, and the key is of {account.api.account()['id']}" in message
    billing.apply(f"account: {account.api.account()['id']}\n{SEED}")


TIERED = """\
      usage:
        recurring: month
        billing_scheme: tiered
        tiers_mode: graduated
        tiers: [{up_to: 5, unit_amount: 2}, {up_to: inf, unit_amount: 1}]
        currency_options: {eur: {tiers: [{up_to: 5, unit_amount: 2}, {up_to: inf, unit_amount: 1}]}}
"""


@pytest.mark.parametrize("left_out", ["tiers", "currency_options", "currency_options.eur.tiers"])
def test_an_answer_without_what_was_asked_for_stops_the_run(billing: Billing, account: Account, left_out: str) -> None:
    billing.apply(SEED + TIERED)
    before = account.prices()

    def forgetful(answer: Any, url: str) -> Any:
        for price in answer["data"] if answer["object"] == "list" else ():
            if left_out == "currency_options.eur.tiers":
                price.get("currency_options", {}).get("eur", {}).pop("tiers", None)
            else:
                price.pop(left_out, None)
        return answer

    billing.wrap.append(lambda inner: AnswerModeTransport(inner, forgetful))
    ran = billing("catalog", "apply", "--local", "--output", "json")

    assert ran.code == 1
    assert ran.error["kind"] == "incomplete_answer"
    assert f"{left_out} is left out, though it was asked for" in ran.error["message"]
    assert account.prices() == before


NULL_ON_A_SUBSCRIPTION = """
    application application_fee_percent billing_cycle_anchor_config billing_thresholds cancel_at canceled_at
    cancellation_details customer_account days_until_due default_payment_method default_source default_tax_rates
    description ended_at latest_invoice managed_payments next_pending_invoice_item_invoice on_behalf_of
    pause_collection payment_settings pending_invoice_item_interval pending_setup_intent pending_update
    presentment_details schedule status_details test_clock transfer_data trial_end trial_settings trial_start
""".split()


def subscription_to(price: Any, id: str) -> dict[str, Any]:
    """Return an active subscription with one item, as Stripe shows it."""
    issuer = {"account": None, "type": "self"}
    item = {
        "id": f"si_{id}",
        "object": "subscription_item",
        "billed_until": None,
        "billing_thresholds": None,
        "created": 1,
        "current_period_end": 2,
        "current_period_start": 1,
        "current_trial": None,
        "discounts": [],
        "metadata": {},
        "plan": price["id"],
        "price": price["id"],
        "quantity": 1,
        "subscription": id,
        "tax_rates": [],
    }
    return dict.fromkeys(NULL_ON_A_SUBSCRIPTION) | {
        "id": id,
        "object": "subscription",
        "automatic_tax": {"disabled_reason": None, "enabled": False, "liability": None},
        "billing_cycle_anchor": 1,
        "billing_mode": {"flexible": None, "type": "flexible", "updated_at": None},
        "billing_schedules": [],
        "cancel_at_period_end": False,
        "collection_method": "charge_automatically",
        "created": 1,
        "currency": price["currency"],
        "customer": "cus_1",
        "discounts": [],
        "invoice_settings": {
            "account_tax_ids": None,
            "custom_fields": None,
            "description": None,
            "footer": None,
            "issuer": issuer,
        },
        "items": {"object": "list", "data": [item], "has_more": False, "url": "/v1/subscription_items"},
        "livemode": False,
        "metadata": {},
        "start_date": 1,
        "status": "active",
    }


def subscribe(billing: Billing, price: Any, *, times: int) -> None:
    """Put subscriptions on a price into the local Stripe, which cannot make them through its API yet."""
    from stripe_billing_cli.local_stripe.core.store import Store

    store = Store(billing.directory / ".billing" / "local.db")
    subscriptions = [subscription_to(price, f"sub_{number}") for number in range(times)]
    store.insert_many("subscription", subscriptions)
