"""Payment links in the catalog: other prices make a new link, and the old one sells on until it is closed."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest

from stripe_billing_cli.local_stripe.transport import LocalTransport
from tests.conftest import Account, Billing
from tests.contract import ContractTransport
from tests.live import LIVE_KEY, Posing
from tests.soak import Soak
from tests.troubled import connected, cut_off_at_calls

PATH = "/v1/payment_links"
EXPANDED = {"expand": ["data.line_items"]}
HEAD = "version: 1\ncatalog: keymap\ncurrency: usd\n"
PRODUCTS = """\
products:
  pro:
    name: Pro
    prices:
      monthly: {unit_amount: 1500, recurring: month}
      yearly: {unit_amount: 15000, recurring: year}
  book:
    name: Book
    prices:
      once: {unit_amount: 500}
      wrap: {unit_amount: 100}
"""
LINKS = """\
payment_links:
  pro:
    line_items: [pro.monthly]
    after_completion: {redirect: {url: https://keymap.example/thanks}}
    allow_promotion_codes: true
    subscription_data: {trial_period_days: 14, metadata: {from: link}}
    custom_text: {submit: Hello}
    metadata: {owner: growth}
  book:
    line_items:
      - {price: book.once, quantity: 2, adjustable_quantity: {enabled: true, maximum: 5}}
    optional_items: [book.wrap]
    custom_fields:
      - {key: engraving, label: Engraving, type: text, optional: true}
    invoice_creation: {enabled: true, invoice_data: {description: A book, footer: Thanks}}
    restrictions: {completed_sessions: {limit: 50}}
    shipping_address_collection: {allowed_countries: [DE, AT]}
    name_collection: {individual: {enabled: true}}
    tax_id_collection: {enabled: true}
"""
CATALOG = HEAD + PRODUCTS + LINKS
REPLACED = CATALOG.replace("unit_amount: 1500,", "unit_amount: 2000,")


def links(account: Account, key: str) -> list[Any]:
    """Return the links of an entry, newest first."""
    found = account.api.page(PATH, EXPANDED)[0]
    return [link for link in found if link["metadata"].get("billing_key") == key]


def link(account: Account, key: str) -> Any:
    [found] = links(account, key)
    return found


def sold(link: Any) -> list[tuple[str, int]]:
    return [(item["price"]["id"], item["quantity"]) for item in link["line_items"]["data"]]


def test_links_are_made_and_a_second_plan_is_empty(billing: Billing, account: Account) -> None:
    billing.write(CATALOG)
    shown = billing.ok("catalog", "plan", "--local").out
    assert "+ payment_link pro  1 × pro.monthly\n    after_completion: https://keymap.example/thanks\n" in shown
    assert "    custom_fields: engraving (text, optional)\n" in shown

    out = billing.ok("catalog", "apply", "--local").out

    pro, book = link(account, "pro"), link(account, "book")
    assert f"payment_link pro is at {pro['url']}\n" in out
    assert sold(pro) == [(account.price("pro.monthly")["id"], 1)]
    assert pro["after_completion"]["redirect"] == {"url": "https://keymap.example/thanks"}
    assert pro["subscription_data"]["trial_period_days"] == 14
    assert pro["custom_text"]["submit"] == {"message": "Hello"}
    assert sold(book) == [(account.price("book.once")["id"], 2)]
    assert book["line_items"]["data"][0]["adjustable_quantity"] == {"enabled": True, "maximum": 5, "minimum": 0}
    assert book["restrictions"]["completed_sessions"] == {"count": 0, "limit": 50}
    assert billing.plan()["changes"] == []


@pytest.mark.parametrize(
    "written",
    [
        CATALOG.replace("[pro.monthly]", "[{price: pro.monthly, quantity: 1}]"),
        CATALOG.replace("{submit: Hello}", "{submit: {message: Hello}}"),
        CATALOG.replace("label: Engraving", "label: {type: custom, custom: Engraving}"),
        CATALOG.replace("[DE, AT]", "[AT, DE]"),
        CATALOG.replace("{redirect: {", "{type: redirect, redirect: {"),
    ],
)
def test_short_and_long_forms_are_the_same(billing: Billing, written: str) -> None:
    billing.apply(CATALOG)

    assert billing.plan(written)["changes"] == []


def test_what_the_file_does_not_name_is_left_as_it_is(billing: Billing, account: Account) -> None:
    billing.apply(CATALOG)
    before = link(account, "book")
    less = CATALOG[: CATALOG.index("    optional_items")]

    assert billing.plan(less)["changes"] == []
    billing.apply(f"{less}    invoice_creation: {{enabled: true, invoice_data: {{footer: Bye}}}}\n")

    after = link(account, "book")
    data = before["invoice_creation"]["invoice_data"]
    assert after["invoice_creation"]["invoice_data"] == {**data, "footer": "Bye"}
    for name in ("custom_fields", "optional_items", "restrictions", "shipping_address_collection", "url"):
        assert after[name] == before[name]
    assert sold(after) == sold(before)


def test_quantities_change_in_place_and_null_clears(billing: Billing, account: Account) -> None:
    billing.apply(CATALOG)
    before = link(account, "book")
    text = (
        CATALOG.replace("quantity: 2, adjustable_quantity: {enabled: true, maximum: 5}", "quantity: 3")
        .replace("restrictions: {completed_sessions: {limit: 50}}", "restrictions: null")
        .replace("{allowed_countries: [DE, AT]}", "null")
        .replace("{submit: Hello}", "{submit: null}")
    )

    billing.apply(text)

    after = link(account, "book")
    assert (after["id"], sold(after)) == (before["id"], [(account.price("book.once")["id"], 3)])
    assert (after["restrictions"], after["shipping_address_collection"]) == (None, None)
    assert link(account, "pro")["custom_text"]["submit"] is None
    assert billing.plan()["changes"] == []
    billing.apply(text.replace("quantity: 3", "quantity: 3, adjustable_quantity: {enabled: false}"))
    assert link(account, "book")["line_items"]["data"][0]["adjustable_quantity"] is None


def test_a_replaced_price_makes_a_new_link_which_is_asked_about(billing: Billing, account: Account) -> None:
    billing.apply(CATALOG)
    old = link(account, "pro")
    old_price = account.price("pro.monthly")["id"]
    billing.write(REPLACED)

    shown = billing.ok("catalog", "plan", "--local").out
    assert f"± payment_link pro  {old['id']}\n    line_items: 1 × {old_price} → 1 × pro.monthly\n" in shown
    assert f"    url: {old['url']} → a new address\n" in shown
    refused = billing("catalog", "apply", "--local")
    assert refused.code == 2
    assert f"payment link pro moves to a new address; {old['url']} goes on selling until --retire-links" in refused.err
    assert links(account, "pro") == [old]

    out = billing.ok("catalog", "apply", "--local", "--yes").out

    new, kept = links(account, "pro")
    assert f"payment_link pro is at {new['url']}\n" in out
    assert (new["active"], sold(new)) == (True, [(account.price("pro.monthly")["id"], 1)])
    assert [kept[name] for name in ("id", "active", "url")] == [old["id"], True, old["url"]]
    assert sold(kept) == [(old_price, 1)]
    assert new["url"] != old["url"]
    assert account.api.get(f"/v1/prices/{old_price}")["active"], "the old link sells it still"


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

    applied = billing.ok("catalog", "apply", "--local", "--yes", "--output", "json").json

    [change] = [change for change in applied["changes"] if change["kind"] == "payment_link"]
    assert change["fields"]["url"] == {"from": old, "to": None}
    assert change["url"] == links(account, "pro")[0]["url"]


def test_an_entry_that_is_gone_is_closed_only_by_prune_and_comes_back(billing: Billing, account: Account) -> None:
    billing.apply(CATALOG)
    less = CATALOG[: CATALOG.index("  book:\n    line_items")]
    before = link(account, "book")
    billing.apply(less)
    assert link(account, "book")["active"]

    billing.apply(less, "--prune")
    assert not link(account, "book")["active"]
    assert billing.plan(less, "--prune")["changes"] == []

    billing.apply(CATALOG)
    assert link(account, "book") == before


def test_a_pruned_price_goes_with_its_pruned_link(billing: Billing, account: Account) -> None:
    billing.apply(CATALOG)

    billing.apply(HEAD, "--prune")

    assert not any(one["active"] for key in ("pro", "book") for one in links(account, key))
    assert not any(price["active"] for price in account.prices())
    assert billing.plan(HEAD, "--prune")["changes"] == []


def test_a_link_made_by_hand_is_adopted_by_its_id(billing: Billing, account: Account) -> None:
    billing.apply(HEAD + PRODUCTS)
    made = account.post(
        PATH, line_items=[{"price": account.price("pro.monthly")["id"], "quantity": 1}], inactive_message="Gone"
    )

    billing.apply(
        CATALOG.replace("    line_items: [pro.monthly]", f"    id: {made['id']}\n    line_items: [pro.monthly]")
    )

    adopted = link(account, "pro")
    assert (adopted["id"], adopted["url"], adopted["inactive_message"]) == (made["id"], made["url"], "Gone")
    assert adopted["allow_promotion_codes"]
    assert billing.plan()["changes"] == []


def test_more_items_than_a_link_has_in_it_are_read(billing: Billing) -> None:
    extras = "".join(f"      extra{number}: {{unit_amount: {number + 1}}}\n" for number in range(15))
    items = ", ".join(f"book.extra{number}" for number in range(15))
    text = CATALOG.replace("      wrap:", f"{extras}      wrap:").replace("[pro.monthly]", f"[pro.monthly, {items}]")

    billing.apply(text)

    assert billing.plan()["changes"] == []


def test_an_account_is_imported_with_its_links(billing: Billing, account: Account) -> None:
    billing.apply(CATALOG)
    price = account.price("book.once")["id"]
    account.post(PATH, line_items=[{"price": price, "quantity": 1}])
    billing.ok("catalog", "import", "--local", "--catalog", "keymap", "-f", "imported.yaml")

    written = (billing.directory / "imported.yaml").read_text()
    assert "    line_items: [pro.monthly]\n" in written
    assert "  book-once: {id: plink_" in written
    assert "custom_text: {submit: Hello}" in written
    assert billing.plan(written)["changes"] == []


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("line_items: [pro.monthly]", "line_items: []", "it sells nothing"),
        ("[pro.monthly]", "[pro.weekly]", "this file has no price pro.weekly"),
        ("    line_items: [pro.monthly]\n", "", "line_items is missing"),
        ("{redirect: {url: https://keymap.example/thanks}}", "{type: redirect}", "a redirect without its page"),
        ("https://keymap.example/thanks", "keymap.example", "keymap.example is no URL"),
        ("[DE, AT]", "[Germany]", "expected other characters"),
        ("label: Engraving", "labl: Engraving", "unknown key labl"),
        ("maximum: 5", "maximum: 1000", "maximum"),
    ],
)
def test_mistakes_are_errors_with_their_place(billing: Billing, before: str, after: str, expected: str) -> None:
    billing.write(CATALOG.replace(before, after))

    ran = billing("catalog", "validate")

    assert ran.code == 2
    assert expected in ran.err


def state(path: Path) -> Any:
    """Return what links and prices are, without ids and addresses; of prices the newest first."""
    api = connected(ContractTransport(LocalTransport(path)))
    prices = {price["id"]: price for price in api.page("/v1/prices", {})[0]}

    def named(price: str) -> tuple[str, int]:
        return prices[price]["metadata"]["billing_key"], prices[price]["unit_amount"]

    found = []
    for one in api.page(PATH, EXPANDED)[0]:
        items = [(*named(price), quantity) for price, quantity in sold(one)]
        optional = [named(item["price"]) for item in one["optional_items"] or ()]
        rest = {name: value for name, value in one.items() if name not in ("id", "url", "line_items", "optional_items")}
        found.append((items, optional, rest))
    return sorted(map(repr, found)), sorted((*named(price), prices[price]["active"]) for price in prices)


@pytest.mark.soak
@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("start", [None, CATALOG], ids=["new", "replaced price"])
def test_an_apply_cut_off_at_any_call_is_completed_by_the_next(
    tmp_path: Path, after: bool, start: str | None, soak: Soak
) -> None:
    wanted = REPLACED.replace("footer: Thanks", "footer: Bye") if start else CATALOG
    end, *repaired = cut_off_at_calls(tmp_path, soak, wanted, after=after, start=start)

    assert repaired
    for path in repaired:
        assert state(path) == state(end), path.name


def test_an_old_link_that_sells_on_is_not_imported(
    billing: Billing, account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    billing.apply(CATALOG)
    later = time.time() + 60
    monkeypatch.setitem(LocalTransport.__init__.__kwdefaults__, "clock", lambda: later)
    billing.apply(REPLACED, "--yes")

    billing.ok("catalog", "import", "--local", "--catalog", "keymap", "-f", "imported.yaml")

    written = (billing.directory / "imported.yaml").read_text()
    assert written.count("line_items: [pro.monthly]") == 1
    assert billing.plan(written)["changes"] == []


RATES = """\
shipping_rates:
  standard: {display_name: Standard, fixed_amount: {amount: 500}}
  express: {display_name: Express, fixed_amount: {amount: 1500}}
"""


def test_shipping_rates_stand_by_key_and_move_before_they_are_archived(billing: Billing, account: Account) -> None:
    shipped = (
        CATALOG.replace("    restrictions:", "    shipping_options: [standard, express]\n    restrictions:") + RATES
    )
    billing.apply(shipped)
    before = link(account, "book")
    old = [option["shipping_rate"] for option in before["shipping_options"]]
    assert [account.api.get(f"/v1/shipping_rates/{rate}")["display_name"] for rate in old] == ["Standard", "Express"]
    assert billing.plan()["changes"] == []

    dearer = shipped.replace("amount: 500}}", "amount: 600}}")
    billing.write(dearer)
    assert f"shipping_options: {old[0]}, express → standard, express" in billing.ok("catalog", "plan", "--local").out
    lines = billing.ok("catalog", "apply", "--local", "--verbose").err.splitlines()

    written = [line.split(" → ")[0] for line in lines if line.startswith("POST")]
    assert written == ["POST /v1/shipping_rates", f"POST {PATH}/{before['id']}", f"POST /v1/shipping_rates/{old[0]}"]
    after = link(account, "book")
    assert (after["url"], after["shipping_options"][1]) == (before["url"], before["shipping_options"][1])
    assert after["shipping_options"][0]["shipping_amount"] == 600
    assert billing.plan()["changes"] == []
    billing.ok("catalog", "import", "--local", "--catalog", "keymap", "-f", "imported.yaml")
    assert "shipping_options: [standard, express]" in (billing.directory / "imported.yaml").read_text()


def test_a_shipping_rate_that_is_not_there_is_a_mistake(billing: Billing) -> None:
    billing.write(CATALOG.replace("    restrictions:", "    shipping_options: [standart]\n    restrictions:") + RATES)

    assert "this file has no shipping_rate standart\n    did you mean standard?" in billing("catalog", "validate").err


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


def test_a_link_that_the_file_does_not_name_is_warned_about(billing: Billing, account: Account) -> None:
    text = "version: 1\ncatalog: keymap\ncurrency: usd\nproducts:\n  pro:\n    name: Pro\n    prices:\n"
    text += "      monthly: {unit_amount: 1500, recurring: month}\n      yearly: {unit_amount: 9000, recurring: year}\n"
    billing.apply(text)
    price = account.price("pro.monthly")["id"]
    link = account.post("/v1/payment_links", line_items=[{"price": price, "quantity": 1}])
    closed = account.post("/v1/payment_links", line_items=[{"price": price, "quantity": 1}])
    account.post(f"/v1/payment_links/{closed['id']}", active=False)

    notes = billing.plan(text.replace("1500", "1900").replace("9000", "9900"))["notes"]

    assert [note["message"] for note in notes] == [
        f"pro.monthly: the payment link {link['url']} sells {price}, and is closed once that is archived"
    ]
    assert billing.plan(text.replace("name: Pro", "name: Professional"))["notes"] == []
