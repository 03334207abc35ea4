"""`moved:` renames entries: nothing in Stripe is made anew, ids and lookup keys stay."""

from __future__ import annotations

import re

from tests.conftest import Account, Billing

BEFORE = """\
version: 1
catalog: keymap
currency: usd
products:
  pro:
    name: Pro
    default_price: monthly
    prices:
      monthly: {unit_amount: 1500, recurring: month}
      yearly: {unit_amount: 15000, recurring: year, lookup_key: pro_yearly}
coupons:
  launch: {percent_off: 20}
promotion_codes:
  LAUNCH: {coupon: launch}
"""
AFTER = """\
version: 1
catalog: keymap
currency: usd
moved: {pro: keymap-pro, launch: launch20, LAUNCH: campaign}
products:
  keymap-pro:
    name: Pro
    default_price: monthly
    prices:
      monthly: {unit_amount: 1500, recurring: month}
      yearly: {unit_amount: 15000, recurring: year, lookup_key: pro_yearly}
coupons:
  launch20: {percent_off: 20}
promotion_codes:
  campaign: {coupon: launch20}
"""


def ids_and_names(account: Account) -> object:
    """Return the ids and names of all that there is."""
    lists = ("/v1/products", "/v1/prices", "/v1/coupons", "/v1/promotion_codes")
    names = ("id", "active", "lookup_key", "code", "default_price")
    return [[one.get(name) for name in names] for path in lists for page in account.api.pages(path, {}) for one in page]


def test_nothing_is_made_anew_and_the_lines_to_add_are_said(billing: Billing, account: Account) -> None:
    billing.apply(BEFORE)
    there = ids_and_names(account)

    plan = billing.plan(AFTER)

    assert {(change["action"], change["kind"], change["key"]) for change in plan["changes"]} == {
        ("update", "product", "keymap-pro"),
        ("update", "price", "keymap-pro.monthly"),
        ("update", "price", "keymap-pro.yearly"),
        ("update", "coupon", "launch20"),
        ("update", "promotion_code", "campaign"),
    }
    assert {note["message"] for note in plan["notes"]} == {
        "keymap-pro: it was pro; with `id: pro` in it, `moved:` may go.",
        "keymap-pro.monthly: it was pro.monthly; with `lookup_key: pro.monthly` in it, `moved:` may go.",
        "launch20: it was launch; with `id: launch` in it, `moved:` may go.",
        "campaign: it was LAUNCH; with `code: LAUNCH` in it, `moved:` may go.",
    }
    billing.ok("catalog", "apply", "--local")
    assert ids_and_names(account) == there
    assert billing.plan()["changes"] == []


def test_moved_may_go_once_the_lines_are_there(billing: Billing, account: Account) -> None:
    billing.apply(BEFORE)
    there = ids_and_names(account)
    billing.apply(AFTER)
    text = AFTER.replace("moved: {pro: keymap-pro, launch: launch20, LAUNCH: campaign}\n", "")
    text = text.replace("    name: Pro\n", "    id: pro\n    name: Pro\n").replace(
        "{percent_off", "{id: launch, percent_off"
    )
    text = text.replace("recurring: month}", "recurring: month, lookup_key: pro.monthly}")
    text = text.replace("{coupon: launch20}", "{code: LAUNCH, coupon: launch20}")

    plan = billing.plan(text)

    assert (plan["changes"], plan["notes"]) == ([], [])
    assert ids_and_names(account) == there


def test_a_moved_price_that_changes_is_replaced_under_its_new_key(billing: Billing, account: Account) -> None:
    billing.apply(BEFORE)

    billing.apply(AFTER.replace("unit_amount: 1500,", "unit_amount: 2000,"))

    price = account.price("pro.monthly")
    assert (price["unit_amount"], price["metadata"]["billing_key"]) == (2000, "keymap-pro.monthly")
    assert account.products()["pro"]["default_price"] == price["id"]
    assert billing.plan()["changes"] == []


def test_one_price_is_renamed(billing: Billing, account: Account) -> None:
    billing.apply(BEFORE)
    there = ids_and_names(account)
    text = BEFORE.replace("monthly", "by-month").replace(
        "currency: usd\n", "currency: usd\nmoved: {pro.monthly: pro.by-month}\n", 1
    )

    billing.apply(text)

    assert ids_and_names(account) == there
    assert billing.plan()["changes"] == []


def test_an_account_that_never_had_the_old_key_gets_what_the_others_have(billing: Billing, account: Account) -> None:
    billing.apply(AFTER)

    assert account.products().keys() == {"pro"}
    assert account.price("pro.monthly")["active"]
    assert billing.plan()["changes"] == []


def test_what_moved_cannot_mean_is_a_mistake_with_its_place(billing: Billing) -> None:
    billing.write(BEFORE.replace("currency: usd\n", "currency: usd\nmoved: {pro: keymap-pro, launch: pro}\n", 1))

    output = billing("catalog", "validate").err

    assert "catalog.yaml:4:14: this file has no keymap-pro" in output
    billing.write(BEFORE.replace("currency: usd\n", "currency: usd\nmoved: {pro.monthly: pro.yearly}\n", 1))
    assert "catalog.yaml:4:9: pro.monthly is still in the file" in billing("catalog", "validate").err


OF_EVERY_KIND = """\
version: 1
catalog: keymap
currency: usd
features:
  @sso: {name: Single sign-on}
  @audit: {name: Audit log}
meters:
  @calls: {display_name: Calls, event_name: calls, default_aggregation: sum}
products:
  @pro:
    name: Pro
    features: [@sso, @audit]
    default_price: @monthly
    prices:
      @monthly: {unit_amount: 1500, recurring: month}
      @used: {unit_amount: 2, recurring: {interval: month, usage_type: metered, meter: @calls}}
coupons:
  @launch: {percent_off: 20, applies_to: [@pro]}
promotion_codes:
  @LAUNCH: {coupon: @launch, max_redemptions: 10}
tax_rates:
  @vat: {display_name: VAT, percentage: 19, inclusive: true}
shipping_rates:
  @post: {display_name: Post, fixed_amount: {amount: 500}}
portal_configurations:
  @main:
    features:
      subscription_update: {enabled: true, default_allowed_updates: [price], products: {@pro: [@monthly]}}
payment_links:
  @link: {line_items: [@pro.@monthly]}
webhook_endpoints:
  @hook: {url: https://keymap.example/hook, enabled_events: ['*']}
"""
"""A catalog in which each key follows an @."""
LISTS = (
    "/v1/entitlements/features",
    "/v1/billing/meters",
    "/v1/products",
    "/v1/products/pro/features",
    "/v1/prices",
    "/v1/coupons",
    "/v1/promotion_codes",
    "/v1/tax_rates",
    "/v1/shipping_rates",
    "/v1/billing_portal/configurations",
    "/v1/payment_links",
    "/v1/webhook_endpoints",
)


def renamed() -> str:
    """Return the catalog with each key renamed."""
    keys = re.findall(r"(?m)^ +@(\w+):", OF_EVERY_KIND)
    pairs = {f"pro.{key}" if key in ("monthly", "used") else key: key for key in keys}
    lines = "".join(f"  {old}: {'new-pro.' if old.startswith('pro.') else ''}new-{key}\n" for old, key in pairs.items())
    return OF_EVERY_KIND.replace("@", "new-") + f"moved:\n{lines}"


def every_id(account: Account) -> list[list[str]]:
    return [sorted(one["id"] for page in account.api.pages(path, {}) for one in page) for path in LISTS]


def test_an_entry_of_every_kind_is_renamed(billing: Billing, account: Account) -> None:
    billing.write(OF_EVERY_KIND.replace("@", ""))
    billing.ok("catalog", "apply", "--local", "--secret-file", "secrets")
    there = every_id(account)

    plan = billing.plan(renamed())

    assert {change["action"] for change in plan["changes"]} == {"update"}
    assert "new-sso: it was sso; with `lookup_key: sso` in it, `moved:` may go." in {
        note["message"] for note in plan["notes"]
    }
    billing.ok("catalog", "apply", "--local")
    assert every_id(account) == there
    assert billing.plan()["changes"] == []


def test_a_feature_keeps_its_lookup_key_and_what_includes_it(billing: Billing, account: Account) -> None:
    billing.write(OF_EVERY_KIND.replace("@", ""))
    billing.ok("catalog", "apply", "--local", "--secret-file", "secrets")
    there = every_id(account)
    text = OF_EVERY_KIND.replace("@sso: {", "@sso: {lookup_key: sso, ").replace("@sso", "login").replace("@", "")

    billing.apply(text)

    assert every_id(account) == there
    changes = billing.plan(text.replace("[login, audit]", "[audit]"))["changes"]
    assert "detach" in {change["action"] for change in changes}
