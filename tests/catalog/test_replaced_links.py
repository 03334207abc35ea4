"""Payment links whose terms change: a new link is made, and the old one sells on until it is closed."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest

from stripe_billing_cli.local_stripe.transport import LocalTransport
from tests.catalog.links import CATALOG, EXPANDED, PATH, REPLACED, link, links, sold
from tests.conftest import Account, Billing
from tests.contract import ContractTransport
from tests.live import LIVE_KEY, Posing
from tests.soak import Soak
from tests.troubled import check_cut_off, connected


def test_a_replaced_price_makes_a_new_link_which_is_asked_about(billing: Billing, account: Account) -> None:
    billing.apply(CATALOG)
    old = link(account, "pro")
    old_price = account.price("pro.monthly")["id"]
    billing.write(REPLACED)

    output = billing.ok("catalog", "plan", "--local").out
    assert f"± payment_link pro  {old['id']}\n    line_items: 1 × {old_price} → 1 × pro.monthly\n" in output
    assert f"    url: {old['url']} → a new address\n" in output
    ran = billing("catalog", "apply", "--local")
    assert ran.code == 2
    assert f"payment link pro moves to a new address; {old['url']} goes on selling until --retire-links" in ran.err
    assert links(account, "pro") == [old]

    out = billing.ok("catalog", "apply", "--local", "--yes").out

    new, old_link = links(account, "pro")
    assert f"payment_link pro is at {new['url']}\n" in out
    assert (new["active"], sold(new)) == (True, [(account.price("pro.monthly")["id"], 1)])
    assert [old_link[name] for name in ("id", "active", "url")] == [old["id"], True, old["url"]]
    assert sold(old_link) == [(old_price, 1)]
    assert new["url"] != old["url"]
    assert account.api.get(f"/v1/prices/{old_price}")["active"], "the old link sells it still"


def test_of_a_price_that_a_link_still_sells_nothing_says_that_it_is_archived(
    billing: Billing, account: Account
) -> None:
    billing.apply(CATALOG)
    old_price = account.price("pro.monthly")["id"]
    customer = account.post("/v1/customers", email="ada@example.com")["id"]
    account.post(
        "/v1/subscriptions",
        customer=customer,
        items=[{"price": old_price}],
        **{"payment_behavior": "default_incomplete"},
    )
    billing.write(REPLACED)

    ran = billing.ok("catalog", "plan", "--local")
    retirement = billing.ok("catalog", "plan", "--local", "--retire-links")

    assert f"{old_price} stays active: the payment link" in ran.err
    assert "about to be archived" not in ran.err
    assert "about to be archived with 1 subscription on it" in retirement.err


def test_in_live_mode_too_what_is_agreed_to_is_said(billing: Billing) -> None:
    billing.apply(CATALOG)
    billing.write(REPLACED)
    billing.wrap.append(lambda inner: Posing(LocalTransport(billing.directory / ".billing" / "local.db")))

    ran = billing("catalog", "apply", "--api-key", LIVE_KEY)

    assert ran.code == 2
    assert "LIVE MODE: account" in ran.err
    assert "To agree to: payment link pro moves to a new address;" in ran.err


def test_the_old_link_and_its_price_stay_until_links_are_retired(billing: Billing, account: Account) -> None:
    billing.apply(CATALOG)
    [old], old_price = links(account, "pro"), account.price("pro.monthly")["id"]
    billing.apply(REPLACED, "--yes")

    again = billing.ok("catalog", "plan", "--local", "--check")
    assert again.out.startswith("No changes to make")
    assert f"pro: {old['url']} goes on selling beside {links(account, 'pro')[0]['url']}; --retire-links" in again.err
    assert f"{old_price} stays active: the payment link {old['url']} sells it" in again.err
    plan = billing.plan(None, "--retire-links")
    assert [(change["action"], change["kind"]) for change in plan["changes"]] == [
        ("archive", "price"),
        ("archive", "payment_link"),
    ]
    billing.ok("catalog", "apply", "--local", "--retire-links")

    assert [one["active"] for one in links(account, "pro")] == [True, False]
    assert not account.api.get(f"/v1/prices/{old_price}")["active"]
    assert billing.plan(None, "--retire-links")["changes"] == []


def test_links_are_retired_in_the_same_run_where_that_is_asked_for(billing: Billing, account: Account) -> None:
    billing.apply(CATALOG)
    old_price = account.price("pro.monthly")["id"]

    billing.apply(REPLACED, "--yes", "--retire-links")

    assert [one["active"] for one in links(account, "pro")] == [True, False]
    assert not account.api.get(f"/v1/prices/{old_price}")["active"]
    assert billing.plan()["changes"] == []


def test_an_earlier_price_makes_a_third_link(billing: Billing, account: Account) -> None:
    billing.apply(CATALOG)
    first = account.price("pro.monthly")["id"]
    billing.apply(REPLACED, "--yes")

    billing.apply(CATALOG, "--yes")

    assert [sold(one)[0][0] == first for one in links(account, "pro")] == [True, False, True]
    assert billing.plan()["changes"] == []


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("[pro.monthly]", "[pro.yearly]"),
        ("[pro.monthly]", "[pro.monthly, pro.yearly]"),
        ("trial_period_days: 14", "trial_period_days: 14, description: Pro"),
    ],
)
def test_what_never_changes_on_a_link_makes_another(billing: Billing, before: str, after: str) -> None:
    billing.apply(CATALOG)

    plan = billing.plan(CATALOG.replace(before, after))

    assert [(change["action"], change["key"]) for change in plan["changes"]] == [("replace", "pro")]
    assert plan["changes"][0]["fields"]["url"]["to"] is None


def test_an_optional_item_s_price_is_moved_before_it_is_archived(billing: Billing, account: Account) -> None:
    billing.apply(CATALOG)
    old, before = account.price("book.wrap")["id"], link(account, "book")

    billing.apply(CATALOG.replace("unit_amount: 100}", "unit_amount: 200}"))

    after = link(account, "book")
    assert (after["id"], after["url"]) == (before["id"], before["url"])
    assert [item["price"] for item in after["optional_items"]] == [account.price("book.wrap")["id"]]
    assert not account.api.get(f"/v1/prices/{old}")["active"]
    assert billing.plan()["changes"] == []


def test_a_price_alone_in_the_plan_is_not_archived_under_its_link(billing: Billing, account: Account) -> None:
    billing.apply(CATALOG)
    old = account.price("pro.monthly")["id"]
    billing.write(REPLACED)

    ran = billing.ok("catalog", "apply", "--local", "--target", "pro.monthly")

    assert f"{old} stays active: the payment link" in ran.err
    assert account.api.get(f"/v1/prices/{old}")["active"]


def test_json_has_the_old_address_and_the_new_one(billing: Billing, account: Account) -> None:
    billing.apply(CATALOG)
    old = link(account, "pro")["url"]
    billing.write(REPLACED)

    result = billing.ok("catalog", "apply", "--local", "--yes", "--output", "json").json

    [change] = [change for change in result["changes"] if change["kind"] == "payment_link"]
    assert change["fields"]["url"] == {"from": old, "to": None}
    assert change["url"] == links(account, "pro")[0]["url"]


def state(path: Path) -> Any:
    """Return what links and prices are, without ids and addresses; of prices the newest first."""
    api = connected(ContractTransport(LocalTransport(path)))
    prices = {price["id"]: price for price in api.page("/v1/prices", {})[0]}

    def named(price: str) -> tuple[str, int]:
        return prices[price]["metadata"]["billing_key"], prices[price]["unit_amount"]

    states = []
    for one in api.page(PATH, EXPANDED)[0]:
        items = [(*named(price), quantity) for price, quantity in sold(one)]
        optional = [named(item["price"]) for item in one["optional_items"] or ()]
        rest = {name: value for name, value in one.items() if name not in ("id", "url", "line_items", "optional_items")}
        states.append((items, optional, rest))
    return sorted(map(repr, states)), sorted((*named(price), prices[price]["active"]) for price in prices)


@pytest.mark.soak
@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("start", [None, CATALOG], ids=["new", "replaced price"])
def test_an_apply_cut_off_at_any_call_is_completed_by_the_next(
    tmp_path: Path, after: bool, start: str | None, soak: Soak
) -> None:
    text = REPLACED.replace("footer: Thanks", "footer: Bye") if start else CATALOG
    check_cut_off(tmp_path, soak, text, state, after=after, start=start)


def test_an_old_link_that_sells_on_is_not_imported(
    billing: Billing, account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    billing.apply(CATALOG)
    later = time.time() + 60
    monkeypatch.setitem(LocalTransport.__init__.__kwdefaults__, "clock", lambda: later)
    billing.apply(REPLACED, "--yes")

    billing.ok("catalog", "import", "--local", "--catalog", "keymap", "-f", "imported.yaml")

    text = (billing.directory / "imported.yaml").read_text()
    assert text.count("line_items: [pro.monthly]") == 1
    assert billing.plan(text)["changes"] == []


def test_an_adopted_link_goes_on_selling_until_links_are_retired(billing: Billing, account: Account) -> None:
    """Made by hand, it bears no mark; archived, its price would close its page."""
    product = account.post("/v1/products", name="Pro")["id"]
    month = {"interval": "month"}
    price = account.post("/v1/prices", product=product, currency="usd", unit_amount=1500, recurring=month)["id"]
    link = account.post("/v1/payment_links", line_items=[{"price": price, "quantity": 1}])["id"]
    billing.ok("catalog", "import", "--local", "--catalog", "keymap")
    file = billing.directory / "catalog.yaml"
    file.write_text(file.read_text(encoding="utf-8").replace("1500", "1900"), encoding="utf-8")

    def on_sale() -> tuple[bool, bool]:
        return account.api.get(f"/v1/prices/{price}")["active"], account.api.get(f"/v1/payment_links/{link}")["active"]

    billing.ok("catalog", "apply", "--local", "--yes")
    assert on_sale() == (True, True)
    assert "--retire-links closes it" in billing.ok("catalog", "plan", "--local", "--check").err

    billing.ok("catalog", "apply", "--local", "--retire-links", "--yes")
    assert on_sale() == (False, False)
    assert billing.plan()["changes"] == []
