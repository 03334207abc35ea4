"""Payment links in the catalog: other prices make a new link, and the old one sells on until it is closed."""

from __future__ import annotations

from typing import Any

import pytest

from tests.answer_modes import AnswerModeTransport
from tests.catalog.links import CATALOG, EXPANDED, HEAD, PATH, PRODUCTS, link, links, sold
from tests.conftest import Account, Billing


def test_links_are_made_and_a_second_plan_is_empty(billing: Billing, account: Account) -> None:
    billing.write(CATALOG)
    output = billing.ok("catalog", "plan", "--local").out
    assert "+ payment_link pro  1 × pro.monthly\n    after_completion: https://keymap.example/thanks\n" in output
    assert "    custom_fields: engraving (text, optional)\n" in output

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
    "text",
    [
        CATALOG.replace("[pro.monthly]", "[{price: pro.monthly, quantity: 1}]"),
        CATALOG.replace("{submit: Hello}", "{submit: {message: Hello}}"),
        CATALOG.replace("label: Engraving", "label: {type: custom, custom: Engraving}"),
        CATALOG.replace("[DE, AT]", "[AT, DE]"),
        CATALOG.replace("{redirect: {", "{type: redirect, redirect: {"),
    ],
)
def test_short_and_long_forms_are_the_same(billing: Billing, text: str) -> None:
    billing.apply(CATALOG)

    assert billing.plan(text)["changes"] == []


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
    link_by_hand = account.post(
        PATH, line_items=[{"price": account.price("pro.monthly")["id"], "quantity": 1}], inactive_message="Gone"
    )

    billing.apply(
        CATALOG.replace("    line_items: [pro.monthly]", f"    id: {link_by_hand['id']}\n    line_items: [pro.monthly]")
    )

    adopted_link = link(account, "pro")
    assert (adopted_link["id"], adopted_link["url"], adopted_link["inactive_message"]) == (
        link_by_hand["id"],
        link_by_hand["url"],
        "Gone",
    )
    assert adopted_link["allow_promotion_codes"]
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

    text = (billing.directory / "imported.yaml").read_text()
    assert "    line_items: [pro.monthly]\n" in text
    assert "  book-once: {id: plink_" in text
    assert "custom_text: {submit: Hello}" in text
    assert "    after_completion:\n      redirect: {url: https://keymap.example/thanks}\n" in text
    assert "{price: book.once, quantity: 2, adjustable_quantity: {enabled: true, maximum: 5}}" in text
    assert "    tax_id_collection: {enabled: true}\n" in text
    assert billing.plan(text)["changes"] == []


@pytest.mark.parametrize(
    ("before", "after", "message"),
    [
        ("line_items: [pro.monthly]", "line_items: []", "it sells nothing"),
        ("[pro.monthly]", "[pro.weekly]", "this file has no price pro.weekly"),
        ("    line_items: [pro.monthly]\n", "", "line_items is missing"),
        ("{redirect: {url: https://keymap.example/thanks}}", "{type: redirect}", "a redirect without its page"),
        ("https://keymap.example/thanks", "keymap.example", "keymap.example is no URL"),
        ("[DE, AT]", "[Germany]", 'allowed_countries: expected two capital letters, found "Germany"\n    such as DE'),
        ("label: Engraving", "labl: Engraving", "unknown key labl"),
        ("maximum: 5", "maximum: 1000", "maximum"),
    ],
)
def test_mistakes_are_errors_with_their_place(billing: Billing, before: str, after: str, message: str) -> None:
    assert message in billing.mistakes(CATALOG.replace(before, after))


RATES = """\
shipping_rates:
  standard: {display_name: Standard, fixed_amount: {amount: 500}}
  express: {display_name: Express, fixed_amount: {amount: 1500}}
"""


def test_shipping_rates_stand_by_key_and_move_before_they_are_archived(billing: Billing, account: Account) -> None:
    text = CATALOG.replace("    restrictions:", "    shipping_options: [standard, express]\n    restrictions:") + RATES
    billing.apply(text)
    before = link(account, "book")
    old = [option["shipping_rate"] for option in before["shipping_options"]]
    assert [account.api.get(f"/v1/shipping_rates/{rate}")["display_name"] for rate in old] == ["Standard", "Express"]
    assert billing.plan()["changes"] == []

    dearer = text.replace("amount: 500}}", "amount: 600}}")
    billing.write(dearer)
    assert f"shipping_options: {old[0]}, express → standard, express" in billing.ok("catalog", "plan", "--local").out
    lines = billing.ok("catalog", "apply", "--local", "--verbose").err.splitlines()

    calls = [line.split(" → ")[0] for line in lines if line.startswith("POST")]
    assert calls == ["POST /v1/shipping_rates", f"POST {PATH}/{before['id']}", f"POST /v1/shipping_rates/{old[0]}"]
    after = link(account, "book")
    assert (after["url"], after["shipping_options"][1]) == (before["url"], before["shipping_options"][1])
    assert after["shipping_options"][0]["shipping_amount"] == 600
    assert billing.plan()["changes"] == []
    billing.ok("catalog", "import", "--local", "--catalog", "keymap", "-f", "imported.yaml")
    assert "shipping_options: [standard, express]" in (billing.directory / "imported.yaml").read_text()


def test_a_shipping_rate_that_is_not_there_is_a_mistake(billing: Billing) -> None:
    billing.write(CATALOG.replace("    restrictions:", "    shipping_options: [standart]\n    restrictions:") + RATES)

    assert "this file has no shipping_rate standart\n    did you mean standard?" in billing("catalog", "validate").err


def test_a_link_that_the_file_does_not_name_is_warned_about(billing: Billing, account: Account) -> None:
    text = "version: 1\ncatalog: keymap\ncurrency: usd\nproducts:\n  pro:\n    name: Pro\n    prices:\n"
    text += "      monthly: {unit_amount: 1500, recurring: month}\n      yearly: {unit_amount: 9000, recurring: year}\n"
    billing.apply(text)
    price = account.price("pro.monthly")["id"]
    link = account.post("/v1/payment_links", line_items=[{"price": price, "quantity": 1}])
    closed_link = account.post("/v1/payment_links", line_items=[{"price": price, "quantity": 1}])
    account.post(f"/v1/payment_links/{closed_link['id']}", active=False)

    notes = billing.plan(text.replace("1500", "1900").replace("9000", "9900"))["notes"]

    assert [note["message"] for note in notes] == [
        f"pro.monthly: the payment link {link['url']} sells {price}, and is closed once that is archived"
    ]
    assert billing.plan(text.replace("name: Pro", "name: Professional"))["notes"] == []


def test_an_answer_without_the_items_that_were_asked_for_makes_no_other_link(
    billing: Billing, account: Account
) -> None:
    billing.apply(CATALOG)
    before = account.api.page(PATH, EXPANDED)[0]

    def forgetful(answer: Any, url: str) -> Any:
        for stripe_object in answer["data"] if "/payment_links" in url and answer["object"] == "list" else ():
            stripe_object.pop("line_items", None)
        return answer

    billing.wrap.append(lambda inner: AnswerModeTransport(inner, forgetful))

    for command in (("apply", "--yes"), ("import", "-f", "-")):
        ran = billing("catalog", *command, "--local", "--output", "json")
        assert (ran.code, ran.error["kind"]) == (1, "incomplete_answer")
        assert "in the payment link plink_" in ran.error["message"]
    assert account.api.page(PATH, EXPANDED)[0] == before
