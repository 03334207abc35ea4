"""Tax rates and shipping rates in the catalog: what changes in place, and what makes another and archives the old."""

from __future__ import annotations

from typing import Any

import pytest

from tests.conftest import Account, Billing

CATALOG = """\
version: 1
catalog: northwind
currency: usd
tax_behavior: exclusive
products:
  shirt:
    name: Shirt
    prices: {monthly: {unit_amount: 1900, recurring: month}}
tax_rates:
  vat: {display_name: VAT, percentage: 19, inclusive: true, country: DE, jurisdiction: Germany, tax_type: vat}
  ny:
    display_name: Sales tax
    percentage: 8.875
    inclusive: false
    country: US
    state: NY
    description: New York City
    metadata: {owner: finance}
shipping_rates:
  post:
    display_name: Post
    fixed_amount: {amount: 500, currency_options: {eur: {amount: 450}}}
    delivery_estimate: {minimum: {unit: business_day, value: 2}, maximum: {unit: week, value: 1}}
    tax_code: txcd_92010001
    metadata: {owner: logistics}
  free: {display_name: Free, fixed_amount: {amount: 0, currency: eur}, tax_behavior: inclusive}
"""
OPTIONS = {"expand": ["data.fixed_amount.currency_options"]}


def rates(account: Account, path: str = "/v1/tax_rates", **params: Any) -> dict[str, Any]:
    """The active rates by name."""
    params = {**(OPTIONS if "shipping" in path else {}), "active": True, **params}
    return {one["display_name"]: one for page in account.api.pages(path, params) for one in page}


def shipping(account: Account) -> dict[str, Any]:
    return rates(account, "/v1/shipping_rates")


def test_rates_are_created_and_a_second_plan_is_empty(billing: Billing, account: Account) -> None:
    billing.write(CATALOG)
    output = billing.ok("catalog", "plan", "--local").out

    assert "+ tax_rate      vat  VAT, 19 % included\n    country: DE\n" in output
    assert "+ tax_rate      ny  Sales tax, 8.875 % on top\n" in output
    assert "+ shipping_rate post  Post, $5.00, €4.50\n" in output
    assert "    delivery_estimate: at least 2 business days, at most 1 week\n" in output
    billing.ok("catalog", "apply", "--local")

    objects = rates(account)
    assert (objects["VAT"]["percentage"], objects["VAT"]["inclusive"], objects["VAT"]["tax_type"]) == (
        19.0,
        True,
        "vat",
    )
    assert (objects["Sales tax"]["percentage"], objects["Sales tax"]["state"]) == (8.875, "NY")
    assert objects["Sales tax"]["metadata"]["owner"] == "finance"
    post, free = shipping(account)["Post"], shipping(account)["Free"]
    assert post["fixed_amount"]["currency_options"]["eur"] == {"amount": 450, "tax_behavior": "unspecified"}
    assert (post["tax_behavior"], post["tax_code"]) == ("exclusive", "txcd_92010001")
    assert post["delivery_estimate"]["maximum"] == {"unit": "week", "value": 1}
    assert (free["fixed_amount"]["currency"], free["tax_behavior"]) == ("eur", "inclusive")
    plan = billing.plan()
    assert (plan["changes"], plan["notes"]) == ([], [])


@pytest.mark.parametrize(
    "long",
    [
        CATALOG.replace("percentage: 19", 'percentage: "19.00"'),
        CATALOG.replace("amount: 500,", "amount: 500, currency: usd,"),
        CATALOG.replace("{amount: 450}", "{amount: 450, tax_behavior: unspecified}"),
        CATALOG.replace("display_name: Post", "display_name: Post\n    type: fixed_amount\n    active: true"),
    ],
)
def test_short_and_long_forms_are_the_same(billing: Billing, long: str) -> None:
    billing.apply(CATALOG)

    assert billing.plan(long)["changes"] == []


def test_what_stripe_changes_changes_in_place(billing: Billing, account: Account) -> None:
    billing.apply(CATALOG)
    before = rates(account)["VAT"]["id"], shipping(account)["Post"]["id"]

    billing.apply(
        CATALOG.replace("display_name: VAT", "display_name: USt")
        .replace("jurisdiction: Germany", "jurisdiction: DE")
        .replace("owner: logistics", "owner: warehouse")
        .replace("{eur: {amount: 450}}", "{eur: {amount: 400, tax_behavior: inclusive}, gbp: {amount: 350}}")
        .replace("tax_code: txcd_92010001", "tax_code: txcd_92010001\n    tax_behavior: inclusive")
    )

    vat, post = rates(account)["USt"], shipping(account)["Post"]
    assert (vat["id"], post["id"]) == before
    assert vat["jurisdiction"] == "DE"
    assert (post["metadata"]["owner"], post["tax_behavior"]) == ("warehouse", "inclusive")
    assert post["fixed_amount"]["currency_options"] == {
        "eur": {"amount": 400, "tax_behavior": "inclusive"},
        "gbp": {"amount": 350, "tax_behavior": "unspecified"},
        "usd": {"amount": 500, "tax_behavior": "inclusive"},
    }
    assert billing.plan()["changes"] == []


@pytest.mark.parametrize(
    ("before", "after", "key", "field"),
    [
        ("percentage: 19", "percentage: 20", "vat", "percentage"),
        ("inclusive: true", "inclusive: false", "vat", "inclusive"),
        ("amount: 500", "amount: 600", "post", "fixed_amount"),
        ("currency: eur", "currency: usd", "free", "fixed_amount"),
        ("value: 1}", "value: 2}", "post", "delivery_estimate"),
        ("    tax_code: txcd_92010001\n", "", "post", "tax_code"),
        ("display_name: Free", "display_name: No charge", "free", "display_name"),
    ],
)
def test_what_cannot_change_makes_another_and_archives_the_old(
    billing: Billing, account: Account, before: str, after: str, key: str, field: str
) -> None:
    billing.apply(CATALOG)
    [change] = billing.plan(CATALOG.replace(before, after))["changes"]
    assert (change["action"], change["key"], set(change["fields"])) == ("replace", key, {field})
    assert change["reason"].startswith(f"{field} cannot change on a {change['kind']}; ")

    billing.ok("catalog", "apply", "--local")

    active = {one["id"] for one in (*rates(account).values(), *shipping(account).values())}
    assert len(active) == 4
    assert change["id"] not in active
    assert billing.plan()["changes"] == []
    billing.apply(CATALOG)
    assert change["id"] in {one["id"] for one in (*rates(account).values(), *shipping(account).values())}, "revived"


def test_the_plan_names_what_a_tax_rate_stays_on(billing: Billing, account: Account) -> None:
    billing.apply(CATALOG)
    vat, price = rates(account)["VAT"]["id"], account.price("shirt.monthly")["id"]
    text = CATALOG.replace("percentage: 19", "percentage: 20")
    assert f"{vat} is used by no subscription or draft invoice or pending invoice item" in reason_of(billing, text)
    customer = account.post("/v1/customers")["id"]
    subscriptions = [
        account.post("/v1/subscriptions", customer=customer, payment_behavior="default_incomplete", **phrase)["id"]
        for phrase in (
            {"items": [{"price": price}]},
            {"items": [{"price": price}], "default_tax_rates": [vat]},
            {"items": [{"price": price, "tax_rates": [vat]}]},
        )
    ]
    item = {"customer": customer, "amount": 100, "currency": "usd", "tax_rates": [vat]}
    items = [account.post("/v1/invoiceitems", **item)["id"] for _ in range(4)]

    reason = reason_of(billing, text)

    assert f"{vat} is still used by 2 subscriptions ({subscriptions[2]}, {subscriptions[1]})" in reason
    assert f"and 4 pending invoice items ({items[3]}, {items[2]}, {items[1]}, …)" in reason
    assert subscriptions[0] not in reason


def reason_of(billing: Billing, text: str) -> str:
    [change] = billing.plan(text)["changes"]
    return str(change["reason"])


def test_what_is_no_longer_in_the_file_is_archived_with_prune(billing: Billing, account: Account) -> None:
    billing.apply(CATALOG)
    less = CATALOG[: CATALOG.index("tax_rates:")]
    billing.apply(less)
    assert len(rates(account)) == 2

    billing.apply(less, "--prune")

    assert (rates(account), shipping(account)) == ({}, {})
    assert billing.plan(less, "--prune")["changes"] == []


def test_archived_by_the_file_or_by_hand(billing: Billing, account: Account) -> None:
    billing.apply(CATALOG)
    post = shipping(account)["Post"]["id"]
    account.post(f"/v1/shipping_rates/{post}", active=False)
    assert "it was archived in Stripe" in billing.apply(CATALOG).out
    assert shipping(account)["Post"]["id"] == post

    text = CATALOG.replace("display_name: Post", "display_name: Post\n    active: false")
    billing.apply(text.replace("inclusive: false", "inclusive: false\n    active: false"))

    assert (set(rates(account)), set(shipping(account))) == ({"VAT"}, {"Free"})
    assert billing.plan()["changes"] == []


def test_a_shipping_rate_that_the_file_archives_is_not_made_first(billing: Billing, account: Account) -> None:
    billing.write(CATALOG.replace("display_name: Post", "display_name: Post\n    active: false"))

    output = billing.ok("catalog", "apply", "--local").err

    assert "post: the file archives it and Stripe does not have it: it is not made." in output
    assert set(rates(account, "/v1/shipping_rates", active=False)) == set()


def test_what_stripe_cannot_unset_is_a_note(billing: Billing) -> None:
    billing.apply(CATALOG)

    plan = billing.plan(
        CATALOG.replace(", jurisdiction: Germany", "").replace(", currency_options: {eur: {amount: 450}}", "")
    )

    assert plan["changes"] == []
    messages = [note["message"] for note in plan["notes"]]
    assert messages[0].startswith("vat: jurisdiction stays 'Germany'")
    assert messages[1].startswith("post: its amount in eur stays")


def test_a_rate_that_exists_is_adopted_by_its_id(billing: Billing, account: Account) -> None:
    rate = account.post("/v1/tax_rates", display_name="VAT", percentage=19, inclusive=True)
    billing.apply(CATALOG.replace("vat: {", f"vat: {{id: {rate['id']}, "))

    assert rates(account)["VAT"]["id"] == rate["id"]
    assert rates(account)["VAT"]["metadata"]["billing_key"] == "vat"
    assert billing.plan()["changes"] == []


@pytest.mark.parametrize(
    ("before", "after", "mistake"),
    [
        ("percentage: 19", "percentage: 119", "119 per cent"),
        ("8.875", '"8.87501"', "Stripe keeps four decimal places"),
        ("country: DE", "country: Germany", "10:70: country: expected two capital letters"),
        ("{eur: {amount: 450}}", "{usd: {amount: 450}}", "usd is the currency of the amount itself"),
        ("unit: week", "unit: year", "unit: expected hour, day, business_day, week or month"),
        ("currency: usd\n", "", "an amount without a currency"),
    ],
)
def test_a_mistake_is_refused_at_its_place(billing: Billing, before: str, after: str, mistake: str) -> None:
    assert mistake in billing.mistakes(CATALOG.replace(before, after))


def test_rates_come_back_from_an_account(billing: Billing) -> None:
    billing.apply(CATALOG)

    billing.ok("catalog", "import", "--local", "-f", "imported.yaml")

    plan = billing.ok("catalog", "plan", "--local", "-f", "imported.yaml", "--output", "json").json
    assert (plan["changes"], plan["notes"]) == ([], [])


def test_an_imported_rate_says_where_it_differs_from_the_catalogs_defaults(billing: Billing, account: Account) -> None:
    product = account.post("/v1/products", name="Pro")
    account.post("/v1/prices", product=product["id"], unit_amount=100, currency="usd", tax_behavior="exclusive")
    rate = {"type": "fixed_amount", "fixed_amount": {"amount": 500, "currency": "usd"}}
    account.post("/v1/shipping_rates", display_name="Post", **rate)
    account.post("/v1/shipping_rates", display_name="Courier", tax_behavior="exclusive", **rate)

    billing.ok("catalog", "import", "--local", "--catalog", "keymap")

    text = (billing.directory / "catalog.yaml").read_text()
    assert "    fixed_amount: {amount: 500}\n    tax_behavior: unspecified\n" in text
    assert text.count("tax_behavior") == 2, "the catalog's, and that of the one that has another"
    assert billing.plan()["changes"] == []
