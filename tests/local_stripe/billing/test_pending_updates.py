"""Changes of a subscription that depend on their payment (https://docs.stripe.com/billing/subscriptions/pending-updates)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.local_stripe.conftest import Local
from tests.local_stripe.life import Life, moment, price, price_of, set_in_dashboard

DECLINED, THREE_D_SECURE = "pm_card_chargeCustomerFail", "pm_card_authenticationRequired"


def running(local: Local, card: str = "pm_card_visa", **params: Any) -> tuple[Life, Any]:
    """Return a subscription of 10 from April 1, on April 16, and the card that it is paid by from then on."""
    life = Life.begin(local, "2026-04-01")
    subscription = life.subscribe(price(local, 1000), **params)
    life.advance("2026-04-16")
    if card != "pm_card_visa":
        life.pay_by(card)
    return life, subscription


def upgrade(local: Local, subscription: Any, to: str, behavior: str = "pending_if_incomplete", **params: Any) -> Any:
    items = [{"id": subscription["items"]["data"][0]["id"], "price": to}]
    form = {"items": items, "proration_behavior": "always_invoice", "payment_behavior": behavior, **params}
    return local.post(f"/v1/subscriptions/{subscription['id']}", **form)


def test_with_a_good_card_the_change_is_made_at_once(local: Local) -> None:
    life, subscription = running(local)
    dear = price(local, 3000)
    after = upgrade(local, subscription, dear)
    assert (price_of(after), after["pending_update"], after["status"]) == (dear, None, "active")
    assert life.totals(subscription["id"]) == [1000, 1000]
    assert "customer.subscription.pending_update_applied" not in life.events()
    changed = local.events(type="customer.subscription.updated")[0]["data"]["previous_attributes"]
    assert set(changed) == {"items", "latest_invoice", "plan"}
    life.advance("2026-05-01 02:00")
    assert life.totals(subscription["id"]) == [1000, 1000, 3000]


@pytest.mark.parametrize("card", [DECLINED, THREE_D_SECURE])
def test_what_is_not_paid_waits_with_the_plan_as_it_was(local: Local, card: str) -> None:
    _life, subscription = running(local, card)
    cheap, dear = price_of(subscription), price(local, 3000)
    after = upgrade(local, subscription, dear)
    assert (price_of(after), after["status"]) == (cheap, "active")
    waiting = after["pending_update"]
    assert waiting["expires_at"] == moment("2026-04-16 23:00")
    assert [item["price"]["id"] for item in waiting["subscription_items"]] == [dear]
    assert waiting["billing_cycle_anchor"] is None
    invoice = local.get(f"/v1/invoices/{after['latest_invoice']}")
    assert (invoice["status"], invoice["next_payment_attempt"]) == ("open", None)


def test_paid_later_the_change_is_applied_and_told(local: Local) -> None:
    life, subscription = running(local, DECLINED)
    dear = price(local, 3000)
    subscription_after = upgrade(local, subscription, dear)
    local.post(f"/v1/invoices/{subscription_after['latest_invoice']}/pay", payment_method="pm_card_visa")
    after = life.subscription(subscription["id"])
    assert (price_of(after), after["pending_update"]) == (dear, None)
    assert life.events("customer.subscription")[-2:] == [
        "customer.subscription.updated",
        "customer.subscription.pending_update_applied",
    ]
    life.pay_by("pm_card_visa")
    life.advance("2026-05-01 02:00")
    assert life.totals(subscription["id"]) == [1000, 1000, 3000]


def test_unpaid_for_23_hours_it_is_dropped_and_its_invoice_void(local: Local) -> None:
    life, subscription = running(local, DECLINED)
    cheap = price_of(subscription)
    subscription_after = upgrade(local, subscription, price(local, 3000))
    life.advance("2026-04-16 23:00")
    after = life.subscription(subscription["id"])
    assert (price_of(after), after["pending_update"], after["status"]) == (cheap, None, "active")
    assert local.get(f"/v1/invoices/{subscription_after['latest_invoice']}")["status"] == "void"
    assert "customer.subscription.pending_update_expired" in life.events()
    life.pay_by("pm_card_visa")
    life.advance("2026-05-01 02:00")
    assert life.totals(subscription["id"])[-1] == 1000


def test_it_expires_with_the_period_where_that_ends_sooner(local: Local) -> None:
    """ "The trial end time or the current period end, whichever comes first"."""
    life, subscription = running(local, DECLINED)
    life.advance("2026-04-30 12:00")
    assert upgrade(local, subscription, price(local, 30000))["pending_update"]["expires_at"] == moment("2026-05-01")


def test_voiding_its_invoice_drops_it(local: Local) -> None:
    life, subscription = running(local, DECLINED)
    subscription_after = upgrade(local, subscription, price(local, 3000))
    local.post(f"/v1/invoices/{subscription_after['latest_invoice']}/void")
    after = life.subscription(subscription["id"])
    assert (after["pending_update"], price_of(after), after["status"]) == (None, price_of(subscription), "active")


def test_another_change_takes_its_place(local: Local) -> None:
    _life, subscription = running(local, DECLINED)
    first = upgrade(local, subscription, price(local, 3000))
    other = price(local, 5000)
    second = upgrade(local, subscription, other)
    assert local.get(f"/v1/invoices/{first['latest_invoice']}")["status"] == "void"
    assert [item["price"]["id"] for item in second["pending_update"]["subscription_items"]] == [other]


def test_canceling_drops_it(local: Local) -> None:
    _life, subscription = running(local, DECLINED)
    subscription_after = upgrade(local, subscription, price(local, 3000))
    assert local.delete(f"/v1/subscriptions/{subscription['id']}")["pending_update"] is None
    assert local.get(f"/v1/invoices/{subscription_after['latest_invoice']}")["status"] == "void"


def test_without_an_invoice_nothing_has_to_wait(local: Local) -> None:
    _life, subscription = running(local, DECLINED)
    dear = price(local, 3000)
    after = upgrade(local, subscription, dear, proration_behavior="create_prorations")
    assert (price_of(after), after["pending_update"]) == (dear, None)


def test_a_new_period_waits_for_its_payment_as_well(local: Local) -> None:
    life, subscription = running(local, DECLINED)
    after = upgrade(local, subscription, price(local, 3000), billing_cycle_anchor={"type": "now"})
    assert after["pending_update"]["billing_cycle_anchor"] == moment("2026-04-16")
    assert after["billing_cycle_anchor"] == moment("2026-04-01")
    local.post(f"/v1/invoices/{after['latest_invoice']}/pay", payment_method="pm_card_visa")
    assert life.subscription(subscription["id"])["billing_cycle_anchor"] == moment("2026-04-16")


@pytest.mark.parametrize("extra", [{"metadata": {"a": "b"}}, {"description": "x"}, {"cancel_at_period_end": True}])
def test_it_takes_few_other_parameters(local: Local, extra: Any) -> None:
    """https://docs.stripe.com/billing/subscriptions/pending-updates-reference#supported-attributes"""
    _life, subscription = running(local)
    form = {"payment_behavior": "pending_if_incomplete", "items": [], **extra}
    [name] = extra
    assert local.refused("post", f"/v1/subscriptions/{subscription['id']}", **form).param == name


def test_an_invoice_that_is_sent_cannot_be_waited_for(local: Local) -> None:
    _life, subscription = running(local, collection_method="send_invoice", days_until_due=7)
    form = {"payment_behavior": "pending_if_incomplete"}
    assert local.refused("post", f"/v1/subscriptions/{subscription['id']}", **form).param == "payment_behavior"


def test_allowed_to_be_incomplete_the_change_is_made_and_the_subscription_past_due(local: Local) -> None:
    """ "The subscription change request succeeds and the subscription transitions to `past_due`"
    (https://docs.stripe.com/billing/subscriptions/change-price#immediate-payment)."""
    _life, subscription = running(local, DECLINED)
    dear = price(local, 3000)
    after = upgrade(local, subscription, dear, "allow_incomplete")
    assert (price_of(after), after["status"]) == (dear, "past_due")


def test_default_incomplete_makes_the_change_and_leaves_the_payment_to_be_confirmed(local: Local) -> None:
    life, subscription = running(local)
    dear = price(local, 3000)
    after = upgrade(local, subscription, dear, "default_incomplete", expand=["latest_invoice.payments"])
    assert (price_of(after), after["status"], after["latest_invoice"]["status"]) == (dear, "past_due", "open")
    intent = after["latest_invoice"]["payments"]["data"][0]["payment"]["payment_intent"]
    local.post(f"/v1/payment_intents/{intent}/confirm")
    assert life.subscription(subscription["id"])["status"] == "active"


def test_error_if_incomplete_changes_nothing(local: Local) -> None:
    life, subscription = running(local, DECLINED)
    items = [{"id": subscription["items"]["data"][0]["id"], "price": price(local, 3000)}]
    form = {"items": items, "proration_behavior": "always_invoice", "payment_behavior": "error_if_incomplete"}
    before, count = life.subscription(subscription["id"]), len(life.events())
    assert local.refused("post", f"/v1/subscriptions/{subscription['id']}", **form).code == "card_declined"
    assert life.subscription(subscription["id"]) == before
    assert (len(life.events()), life.totals(subscription["id"])) == (count, [1000])


@pytest.mark.parametrize(("behavior", "totals"), [("include", [2000, 334]), ("exclude", [2000, 1000])])
def test_its_invoice_takes_in_what_waits_or_does_not(local: Local, behavior: str, totals: list[int]) -> None:
    """Stripe does not say: a setting chooses. 20 on April 1; 10 on April 11, credited -6.66; 30 on April 16."""
    set_in_dashboard(local, pending_update_items=behavior)
    life = Life.begin(local, "2026-04-01")
    subscription = life.subscribe(price(local, 2000))
    path, id = f"/v1/subscriptions/{subscription['id']}", subscription["items"]["data"][0]["id"]
    life.advance("2026-04-11")
    local.post(path, items=[{"id": id, "price": price(local, 1000)}])
    life.advance("2026-04-16")
    upgrade(local, subscription, price(local, 3000))
    assert life.totals(subscription["id"]) == totals


def test_what_waited_waits_again_when_it_is_dropped(local: Local) -> None:
    life = Life.begin(local, "2026-04-01")
    subscription = life.subscribe(price(local, 2000))
    local.post("/v1/invoiceitems", customer=life.customer, amount=500)
    life.pay_by("pm_card_chargeCustomerFail")
    upgrade(local, subscription, price(local, 9000))
    assert local.get("/v1/invoiceitems", customer=life.customer, pending=True)["data"] == []
    life.advance("2026-04-03")
    [waiting] = local.get("/v1/invoiceitems", customer=life.customer, pending=True)["data"]
    assert waiting["amount"] == 500


def test_paid_it_makes_a_past_due_subscription_active(local: Local) -> None:
    """Its invoice is the newest one (https://docs.stripe.com/billing/subscriptions/overview#subscription-statuses)."""
    life, subscription = running(local, DECLINED)
    life.advance("2026-05-01 02:00")
    assert life.subscription(subscription["id"])["status"] == "past_due"
    life.pay_by("pm_card_visa")
    assert upgrade(local, subscription, price(local, 3000))["status"] == "active"
    assert [one["status"] for one in life.invoices(subscription["id"])] == ["paid", "open", "paid"]
