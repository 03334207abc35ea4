"""What Stripe does not do with subscriptions, and how it says so."""

from __future__ import annotations

from typing import Any

import pytest

from tests.local_stripe.conftest import Local, Refusal
from tests.local_stripe.life import Life, moment, price

PATH = "/v1/subscriptions"


def refused(local: Local, life: Life, *prices: str, **params: Any) -> Refusal:
    items = [{"price": price} for price in prices]
    return local.refused("post", PATH, **{"customer": life.customer, "items": items, **params})


def test_an_archived_price_is_not_for_sale_and_goes_on_where_it_is(local: Local) -> None:
    life = Life.begin(local, "2026-01-01")
    old = price(local)
    subscription = life.subscribe(old)
    local.post(f"/v1/prices/{old}", active=False)
    inactive = Refusal(
        "The price specified is inactive. This field only accepts active prices.", "resource_missing", "items[0][price]"
    )
    assert refused(local, Life.begin(local), old) == inactive
    other = life.subscribe(price(local))
    items = [{"id": other["items"]["data"][0]["id"], "price": old}]
    assert local.refused("post", f"{PATH}/{other['id']}", items=items) == inactive
    life.advance("2026-02-02")
    assert life.totals(subscription["id"]) == [1500, 1500]


def test_another_currency_than_the_customer_s(local: Local) -> None:
    life = Life.begin(local)
    life.subscribe(price(local))
    euros = price(local, currency="eur")
    for form in ({}, {"currency": "eur"}):
        assert "You cannot combine currencies on a single customer." in refused(local, life, euros, **form).message


def test_only_what_is_active_binds_the_currency(local: Local) -> None:
    life = Life.begin(local)
    subscription = life.subscribe(price(local))
    local.delete(f"{PATH}/{subscription['id']}")
    euros = life.subscribe(price(local, currency="eur"))
    assert (euros["currency"], local.get(f"/v1/customers/{life.customer}")["currency"]) == ("eur", "eur")
    assert "with currency eur." in refused(local, life, price(local)).message


def test_a_pending_item_binds_the_currency(local: Local) -> None:
    life = Life.begin(local)
    item = local.post("/v1/invoiceitems", customer=life.customer, amount=900, currency="usd")
    euros = price(local, currency="eur")
    assert "with currency usd." in refused(local, life, euros).message
    local.delete(f"/v1/invoiceitems/{item['id']}")
    assert life.subscribe(euros)["currency"] == "eur"


def test_a_currency_that_a_price_has_not(local: Local) -> None:
    life = Life.begin(local)
    assert refused(local, life, price(local), currency="eur") == Refusal(
        "The price specified only supports `usd`. This doesn't match the expected currency: `eur`.",
        None,
        "items[0][price]",
    )


def test_a_one_time_price_and_one_that_there_is_not(local: Local) -> None:
    life = Life.begin(local)
    assert "type=one_time" in refused(local, life, local.price()["id"]).message
    assert refused(local, life, "price_nothing") == Refusal(
        "No such price: 'price_nothing'", "resource_missing", "items[0][price]"
    )
    assert refused(local, life, price(local), customer="cus_nothing").param == "customer"


def test_the_same_price_twice(local: Local) -> None:
    life = Life.begin(local)
    new_price = price(local)
    twice = f"Cannot create a Subscription with multiple Subscription Items with the same Price: {new_price}"
    assert refused(local, life, new_price, new_price) == Refusal(twice, param="plan")
    subscription, other = life.subscribe(new_price), price(local)
    twice = f"Cannot create a Subscription with multiple Subscription Items with the same Price: {other}"
    items = [{"price": other}, {"price": other}]
    assert local.refused("post", f"{PATH}/{subscription['id']}", items=items) == Refusal(twice, param="plan")


def test_a_subscription_without_items(local: Local) -> None:
    life = Life.begin(local)
    subscription = life.subscribe(price(local))
    items = [{"id": subscription["items"]["data"][0]["id"], "deleted": True}]
    assert local.refused("post", f"{PATH}/{subscription['id']}", items=items).message == (
        "A subscription must have at least one active plan."
    )


@pytest.mark.parametrize(
    ("item", "param"),
    [
        ({"id": "si_nothing", "quantity": 2}, "items[0][id]"),
        ({"quantity": 2}, "items[0][price]"),
        ({"price": "price_nothing"}, "items[0][price]"),
    ],
)
def test_an_item_that_there_is_not(local: Local, item: Any, param: str) -> None:
    life = Life.begin(local)
    subscription = life.subscribe(price(local))
    assert local.refused("post", f"{PATH}/{subscription['id']}", items=[item]).param == param


@pytest.mark.parametrize("at", ["2025-12-31", "2026-02-02"])
def test_a_proration_date_outside_of_the_period(local: Local, at: str) -> None:
    life = Life.begin(local, "2026-01-01")
    subscription = life.subscribe(price(local))
    items = [{"id": subscription["items"]["data"][0]["id"], "quantity": 2}]
    form = {"items": items, "proration_date": moment(at)}
    assert local.refused("post", f"{PATH}/{subscription['id']}", **form) == Refusal(
        "Cannot specify `proration_date` outside of the current billing period.", None, "proration_date"
    )


@pytest.mark.parametrize(
    ("params", "param"),
    [
        ({"trial_end": "now", "trial_period_days": 7}, "trial_end"),
        ({"collection_method": "send_invoice"}, None),
        ({"days_until_due": 5, "collection_method": "charge_automatically"}, None),
        ({"trial_from_plan": True, "trial_period_days": 7}, None),
        ({"cancel_at": 2_000_000_000, "cancel_at_period_end": True}, "cancel_at"),
        ({"billing_cycle_anchor": 1_000_000_000}, "billing_cycle_anchor"),
        ({"trial_end": 1_000_000_000}, "trial_end"),
        ({"default_payment_method": "pm_nothing"}, "default_payment_method"),
        ({"default_source": "card_1"}, "default_source"),
        ({"items": []}, "items"),
        ({"collection_method": "by_post"}, "collection_method"),
    ],
)
def test_parameters_that_do_not_fit(local: Local, params: Any, param: str | None) -> None:
    life = Life.begin(local)
    assert refused(local, life, price(local), **params).param == param


@pytest.mark.parametrize(
    "params",
    [
        {"application_fee_percent": 5},
        {"on_behalf_of": "acct_1"},
        {"transfer_data": {"destination": "acct_1"}},
    ],
)
def test_what_is_not_modelled_is_refused_by_name(local: Local, params: Any) -> None:
    life = Life.begin(local)
    [name] = params
    assert (
        f"The local Stripe does not have the parameter `{name}`" in refused(local, life, price(local), **params).message
    )


def test_a_customer_whose_email_is_none(local: Local) -> None:
    refusal = local.refused("post", "/v1/customers", email="ada at example")

    assert refusal == Refusal("Invalid email address: ada at example", "email_invalid", "email")


@pytest.mark.parametrize(
    ("params", "refusal"),
    [
        (
            {"days_until_due": 5},
            Refusal(
                "You can only specify 'days_until_due' if invoice collection method is 'send_invoice'.", None, None
            ),
        ),
        (
            {"payment_behavior": "pending_if_incomplete"},
            Refusal(
                "Setting `payment_behavior` to `pending_if_incomplete` has no effect when creating a subscription.",
                None,
                "payment_behavior",
            ),
        ),
        (
            {"trial_end": moment("2026-02-01"), "trial_from_plan": True},
            Refusal("You cannot set `trial_end` or `trial_period_days` when `trial_from_plan=true`.", None, None),
        ),
        (
            {"trial_end": 1000},
            Refusal(
                "The parameter `trial_end` expects a unix timestamp representing a date and time in the future. You "
                "specified the value `1000` which is in the past.",
                None,
                "trial_end",
            ),
        ),
    ],
)
def test_what_a_new_subscription_may_not_say(local: Local, params: Any, refusal: Refusal) -> None:
    """Recorded (2026-08-26.dahlia)."""
    assert refused(local, Life.begin(local), price(local), **params) == refusal


def test_a_price_may_be_named_as_a_plan(local: Local) -> None:
    life, id = Life.begin(local), price(local)
    subscription = local.post(PATH, customer=life.customer, items=[{"plan": id}])
    assert subscription["items"]["data"][0]["price"]["id"] == id
    refusal = local.refused("post", PATH, customer=life.customer, items=[{"price_data": {"currency": "usd"}}])
    assert refusal.param == "items[0][price_data][product]"


def test_a_metered_price_has_no_quantity(local: Local) -> None:
    life = Life.begin(local)
    formula = {"default_aggregation": {"formula": "sum"}}
    meter = local.post("/v1/billing/meters", display_name="Calls", event_name="calls", **formula)["id"]
    id = price(local, 2, recurring={"usage_type": "metered", "meter": meter})
    refusal = local.refused("post", PATH, customer=life.customer, items=[{"price": id, "quantity": 5}])
    assert refusal == Refusal("You cannot set the quantity for metered plans.", None, "items[0][quantity]")
    subscription = life.subscribe(id)
    item = subscription["items"]["data"][0]["id"]
    assert local.refused("post", f"/v1/subscription_items/{item}", quantity=2).param == "quantity"


def test_a_customer_or_an_item_that_is_not_there(local: Local) -> None:
    """Recorded (2026-08-26.dahlia)."""
    refusal = local.refused("post", PATH, customer="cus_nope", items=[{"price": price(local)}])
    assert (refusal.status, refusal.code, refusal.param) == (404, "resource_missing", "customer")
    refusal = local.refused("get", "/v1/subscription_items/si_nope")
    assert (refusal.status, refusal.message) == (404, "Invalid subscription_item id: si_nope")
    assert (refusal.code, refusal.param) == (None, None)


def test_a_canceled_subscription_changes_only_its_details(local: Local) -> None:
    life = Life.begin(local)
    subscription = life.subscribe(price(local))
    local.delete(f"{PATH}/{subscription['id']}")
    assert local.post(f"{PATH}/{subscription['id']}", metadata={"k": "v"})["metadata"] == {"k": "v"}
    refusal = local.refused("post", f"{PATH}/{subscription['id']}", description="x")
    assert (refusal.code, refusal.param) == ("invalid_canceled_subscription_fields", None)


def test_invoices_are_sent_to_who_has_an_email_address(local: Local) -> None:
    """The words that `billing_mapping` logs, Autumn and others report of subscriptions and invoices alike."""
    life = Life.begin(local)
    local.post(f"/v1/customers/{life.customer}", email="")
    sent = {"collection_method": "send_invoice", "days_until_due": 7}
    items = [{"price": price(local)}]
    expected = Refusal(
        "Missing email. In order to create invoices that are sent to the customer, the customer must have a valid email."
    )
    assert local.refused("post", "/v1/subscriptions", customer=life.customer, items=items, **sent) == expected
    assert local.refused("post", "/v1/invoices", customer=life.customer, **sent) == expected
    subscription, draft = life.subscribe(price(local))["id"], local.post("/v1/invoices", customer=life.customer)["id"]
    assert local.refused("post", f"/v1/subscriptions/{subscription}", **sent) == expected
    assert local.refused("post", f"/v1/invoices/{draft}", **sent) == expected
    local.post(f"/v1/customers/{life.customer}", email="ada@example.com")
    assert local.post(f"/v1/subscriptions/{subscription}", **sent)["collection_method"] == "send_invoice"
