"""An account of the local Stripe with an object of every kind, on which every call can be tried and undone."""

from __future__ import annotations

import contextlib
import json
import random
import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from stripe._encode import _api_encode

from stripe_billing_cli.local_stripe.api import API
from stripe_billing_cli.local_stripe.billing import settings
from stripe_billing_cli.local_stripe.core.messages import Answer, Request
from stripe_billing_cli.local_stripe.core.router import Router
from stripe_billing_cli.local_stripe.core.store import Store
from stripe_billing_cli.local_stripe.core.transaction_memory import TransactionMemory

NOW = 1_800_000_000
DAY = 24 * 60 * 60
HEADERS = {"authorization": "Bearer sk_test_sweep"}


class UndoneStore(Store):
    """A store whose transactions can be part of a larger one, which is then taken back."""

    _outer = False

    @contextlib.contextmanager
    def undone(self) -> Iterator[None]:
        """Take back whatever happens in the block."""
        with super()._transaction("BEGIN IMMEDIATE"):
            self._outer = True
            try:
                yield
            finally:
                self._outer = False
                self._connection.execute("ROLLBACK")
                self._connection.execute("BEGIN")

    @contextlib.contextmanager
    def _transaction(self, begin: str) -> Iterator[None]:
        if not self._outer:
            with super()._transaction(begin):
                yield
            return
        self._connection.execute("SAVEPOINT inner")
        self._memory = TransactionMemory()
        try:
            yield
            self._write_out()
        except BaseException:
            self._connection.execute("ROLLBACK TO inner")
            raise
        finally:
            self._connection.execute("RELEASE inner")

    def contents(self) -> list[Any]:
        """Return all that the store remembers, but for what was already there (`since`)."""
        tables = ("objects", "scheduled_jobs", "deliveries")
        return [self._connection.execute(f"SELECT * FROM {table}").fetchall() for table in tables]


@dataclass
class World:
    """`ids`: objects by what they are called in paths and parameters. `random` makes equal calls equal."""

    store: UndoneStore
    router: Router
    monkeypatch: pytest.MonkeyPatch
    ids: dict[str, str] = field(default_factory=dict)

    @classmethod
    def at(cls, path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
        store = UndoneStore(path)
        world = cls(store, Router(store, lambda: NOW, API), monkeypatch)
        world.draw_alike()
        return world

    def draw_alike(self) -> None:
        """Begin the random part of ids anew, so that the same call makes the same objects."""
        self.draw(1)

    def draw(self, seed: int) -> None:
        generator = random.Random(seed)
        self.monkeypatch.setattr(secrets, "choice", generator.choice)
        self.monkeypatch.setattr(secrets, "token_bytes", generator.randbytes)
        for name in ("token_hex", "token_urlsafe"):
            self.monkeypatch.setattr(secrets, name, lambda length=32: generator.randbytes(length).hex())

    def answer(self, method: str, path: str, params: Mapping[str, Any] | str) -> Answer:
        form = params if isinstance(params, str) else urlencode(list(_api_encode(params)))
        query, body = ("", form) if method == "POST" else (form, "")
        return self.router.answer(Request(method, path, query, body, HEADERS))

    def make(self, path: str, /, **params: Any) -> Any:
        answer = self.answer("POST", path, params)
        assert answer.status == 200, (path, answer.body)
        return json.loads(answer.body)

    def outcome(self, method: str, path: str, params: Mapping[str, Any] | str) -> tuple[Answer, list[Any]]:
        """Return the answer of a call and what the store then has; the call is undone, in connected accounts too."""
        self.draw_alike()
        with self.store.undone():
            answer = self.answer(method, path, params)
            contents = self.store.contents()
        for account in self.router.connected_accounts.idle():
            self.router.connected_accounts.forget(account)
        return answer, contents


def build(world: World) -> World:
    """Fill the account. What is made in pairs is so that lists can be restricted."""
    world.draw(0)
    account = world.router.account()
    with world.store.writing():
        settings.change(world.store, account, {"card_tokens": "accept"})
    _catalog(world)
    _customers(world)
    _billing(world)
    _payments(world)
    _rest(world)
    return world


def _catalog(world: World) -> None:
    make, ids = world.make, world.ids
    feature = make("/v1/entitlements/features", name="Reports", lookup_key="reports")["id"]
    ids["product"] = make("/v1/products", name="Pro", url="https://example.com/pro")["id"]
    ids["product_feature"] = make(f"/v1/products/{ids['product']}/features", entitlement_feature=feature)["id"]
    ids["feature"] = feature
    other_feature = make("/v1/entitlements/features", name="Alerts", lookup_key="alerts")["id"]
    make(f"/v1/products/{ids['product']}/features", entitlement_feature=other_feature)
    make("/v1/products", name="Goods", shippable=True, active=False, type="good")
    ids["empty_product"] = make("/v1/products", name="Empty")["id"]
    ids["spare_product"] = make("/v1/products", name="Spare")["id"]
    monthly = {"currency": "usd", "recurring": {"interval": "month"}, "product": ids["product"]}
    ids["price"] = make("/v1/prices", **monthly, unit_amount=1500, lookup_key="pro")["id"]
    ids["other_price"] = make("/v1/prices", **monthly, unit_amount=2500)["id"]
    plan = {"currency": "usd", "interval": "month", "product": ids["spare_product"]}
    ids["plan"] = make("/v1/plans", **plan, amount=1100)["id"]
    make("/v1/plans", **plan, amount=1200, active=False)
    ids["one_time_price"] = make("/v1/prices", currency="usd", unit_amount=700, product=ids["product"])["id"]
    make("/v1/prices", currency="eur", unit_amount=700, product=ids["spare_product"], active=False)
    meter = {"display_name": "Calls", "event_name": "calls", "default_aggregation": {"formula": "sum"}}
    ids["meter"] = make("/v1/billing/meters", **meter)["id"]
    ids["loose_feature"] = make("/v1/entitlements/features", name="Audit", lookup_key="audit")["id"]
    inactive_meter = make("/v1/billing/meters", **{**meter, "event_name": "old"})["id"]
    make(f"/v1/billing/meters/{inactive_meter}/deactivate")
    ids["inactive_meter"] = inactive_meter
    price_params = {"currency": "usd", "product": ids["product"], "unit_amount": 2}
    by_use = {"interval": "month", "usage_type": "metered", "meter": ids["meter"]}
    ids["metered_price"] = make("/v1/prices", **price_params, recurring=by_use)["id"]
    trial = {"type": "relative", "relative": {"iterations": 1}}
    after = {"transition": {"price": ids["price"]}}
    for active in (False, True):
        offer = {"price": ids["price"], "active": active, "duration": trial, "end_behavior": after}
        ids["trial_offer"] = make("/v1/product_catalog/trial_offers", **offer)["id"]
    ids["coupon"] = make("/v1/coupons", percent_off=10, duration="forever")["id"]
    ids["other_coupon"] = make("/v1/coupons", amount_off=100, currency="usd", duration="once", max_redemptions=9)["id"]
    promotion = {"type": "coupon", "coupon": ids["coupon"]}
    ids["promotion_code"] = make("/v1/promotion_codes", promotion=promotion, code="SPRING")["id"]
    make("/v1/promotion_codes", promotion={**promotion, "coupon": ids["other_coupon"]}, active=False)
    ids["tax_rate"] = make("/v1/tax_rates", display_name="VAT", percentage=20, inclusive=True)["id"]
    post = {"display_name": "Post", "fixed_amount": {"amount": 500, "currency": "usd"}}
    ids["shipping_rate"] = make("/v1/shipping_rates", **post)["id"]
    make("/v1/tax_rates", display_name="Tax", percentage=5, inclusive=False, active=False)


def _customers(world: World) -> None:
    make, ids = world.make, world.ids
    ids["test_clock"] = make("/v1/test_helpers/test_clocks", frozen_time=NOW - 5 * DAY)["id"]
    ids["customer"] = make("/v1/customers", email="ada@example.com", name="Ada")["id"]
    ids["other_customer"] = make("/v1/customers", email="bob@example.com", test_clock=ids["test_clock"])["id"]
    for name in ("customer", "other_customer"):
        card = make("/v1/payment_methods/pm_card_visa/attach", customer=ids[name])["id"]
        make(f"/v1/customers/{ids[name]}", invoice_settings={"default_payment_method": card})
        ids[name.replace("customer", "payment_method")] = card
    spare = make("/v1/payment_methods/pm_card_mastercard/attach", customer=ids["customer"])
    ids["spare_payment_method"] = spare["id"]
    ids["loose_payment_method"] = make("/v1/payment_methods", type="card", card={"token": "tok_visa"})["id"]
    ids["ephemeral_key"] = make("/v1/ephemeral_keys", customer=ids["customer"])["id"]
    ids["card"] = make(f"/v1/customers/{ids['customer']}/sources", source="tok_visa")["id"]
    make(f"/v1/customers/{ids['customer']}/sources", source="tok_amex")
    make("/v1/tax_ids", type="eu_vat", value="DE123456789")
    make("/v1/tax_ids", type="gb_vat", value="GB123456789")
    ids["tax_id"] = make(f"/v1/customers/{ids['customer']}/tax_ids", type="eu_vat", value="DE123456789")["id"]
    make(f"/v1/customers/{ids['customer']}/tax_ids", type="gb_vat", value="GB123456789")
    for amount in (700, 800):
        money = make(f"/v1/test_helpers/customers/{ids['customer']}/fund_cash_balance", amount=amount, currency="usd")
    ids["cash_transaction"] = money["id"]
    credit = make(f"/v1/customers/{ids['customer']}/balance_transactions", amount=-5, currency="usd")
    ids["balance_transaction"] = credit["id"]


def _billing(world: World) -> None:
    make, ids = world.make, world.ids
    items = [{"price": ids["price"]}]
    both = [*items, {"price": ids["metered_price"]}]
    used = make("/v1/subscriptions", customer=ids["customer"], items=both, discounts=[{"coupon": ids["coupon"]}])
    ids["subscription"], ids["subscription_item"] = used["id"], used["items"]["data"][0]["id"]
    ids["paid_invoice"] = used["latest_invoice"]
    other = make("/v1/subscriptions", customer=ids["other_customer"], items=items)
    ids["other_subscription"] = other["id"]
    schedule_subscription = make("/v1/subscriptions", customer=ids["customer"], items=items)["id"]
    ids["subscription_schedule"] = make("/v1/subscription_schedules", from_subscription=schedule_subscription)["id"]
    paused_subscription = make(
        "/v1/subscriptions",
        customer=make("/v1/customers", email="eve@example.com")["id"],
        items=items,
        trial_end=NOW + 9 * DAY,
        trial_settings={"end_behavior": {"missing_payment_method": "pause"}},
    )["id"]
    ids["paused_subscription"] = make(f"/v1/subscriptions/{paused_subscription}", trial_end="now")["id"]
    old = {"items": items, "billing_mode": {"type": "classic"}}
    ids["classic_subscription"] = make("/v1/subscriptions", customer=ids["customer"], **old)["id"]
    ids["usage_item"] = make("/v1/subscriptions", customer=ids["customer"], items=[{"price": ids["metered_price"]}])[
        "id"
    ]
    draft = make("/v1/invoices", customer=ids["customer"], collection_method="send_invoice", days_until_due=9)
    ids["draft"] = draft["id"]
    make("/v1/invoiceitems", customer=ids["customer"], amount=900, currency="usd", invoice=draft["id"])
    lines = json.loads(world.answer("GET", f"/v1/invoices/{draft['id']}/lines", {}).body)["data"]
    ids["draft_line"] = lines[0]["id"]
    ids["invoice"] = make("/v1/invoices", customer=ids["customer"], auto_advance=False)["id"]
    make("/v1/invoiceitems", customer=ids["customer"], amount=800, currency="usd", invoice=ids["invoice"])
    make(f"/v1/invoices/{ids['invoice']}/finalize", auto_advance=False)
    ids["invoiceitem"] = make("/v1/invoiceitems", customer=ids["customer"], amount=300, currency="usd")["id"]
    make("/v1/credit_notes", invoice=ids["invoice"], amount=90)
    ids["credit_note"] = make("/v1/credit_notes", invoice=ids["invoice"], amount=100)["id"]


def _payments(world: World) -> None:
    make, ids = world.make, world.ids
    card = {"customer": ids["customer"], "payment_method": ids["payment_method"]}
    ids["part_intent"] = make("/v1/payment_intents", amount=60, currency="usd", **card)["id"]
    payer = make("/v1/customers", cash_balance={"settings": {"reconciliation_mode": "manual"}})["id"]
    make(f"/v1/test_helpers/customers/{payer}/fund_cash_balance", amount=500, currency="usd")
    by_transfer = {"customer": payer, "payment_method_types": ["customer_balance"]}
    ids["transfer_intent"] = make("/v1/payment_intents", amount=400, currency="usd", **by_transfer)["id"]
    at_once = {"confirm": True, "payment_method_data": {"type": "customer_balance"}}
    transfer_intent = make("/v1/payment_intents", amount=100, currency="usd", **by_transfer, **at_once)["id"]
    asked = {"instructions_email": "kim@example.com"}
    ids["waiting_refund"] = make("/v1/refunds", payment_intent=transfer_intent, **asked)["id"]
    ids["intent"] = make("/v1/payment_intents", amount=1000, currency="usd", **card)["id"]
    paid_intent = make("/v1/payment_intents", amount=2000, currency="usd", **card, confirm=True, off_session=True)
    ids["payment_intent"], ids["charge"] = paid_intent["id"], paid_intent["latest_charge"]
    make("/v1/refunds", payment_intent=paid_intent["id"], amount=400)
    ids["refund"] = make("/v1/refunds", payment_intent=paid_intent["id"], amount=500)["id"]
    by_card = {"amount": 3000, "currency": "usd", "confirm": True, "payment_method_types": ["card"]}
    for token in ("tok_bypassPending", "tok_visa_createDispute"):
        method = make("/v1/payment_methods", type="card", card={"token": token})["id"]
        disputed_intent = make("/v1/payment_intents", **by_card, payment_method=method)
    ids["disputed_charge"] = disputed_intent["latest_charge"]
    authorized_intent = make("/v1/payment_intents", **by_card, payment_method="pm_card_visa", capture_method="manual")
    more = {"card": {"request_incremental_authorization": "if_available"}}
    capture_params = {**by_card, "payment_method": "pm_card_visa", "capture_method": "manual"}
    ids["growing_intent"] = make("/v1/payment_intents", **capture_params, payment_method_options=more)["id"]
    ids["held_intent"] = authorized_intent["id"]
    charge_params = {"amount": 3000, "currency": "usd", "capture": False}
    ids["held_charge"] = make("/v1/charges", customer=ids["customer"], **charge_params)["id"]
    again = make("/v1/payment_intents", **by_card, **{**card, "payment_method": ids["payment_method"]})
    make("/v1/refunds", payment_intent=again["id"])
    ids["setup_intent"] = make("/v1/setup_intents", **card)["id"]
    ids["succeeded_setup_intent"] = make("/v1/setup_intents", **card, confirm=True, use_stripe_sdk=True)["id"]
    mandate = {"mandate_data": {"customer_acceptance": {"type": "offline"}}}
    account = {"payment_method": "pm_sepaDebit_success_de", "payment_method_types": ["sepa_debit"]}
    ids["mandate"] = make("/v1/setup_intents", **account, **mandate, confirm=True)["mandate"]
    helper = "/v1/test_helpers/confirmation_tokens"
    ids["confirmation_token"] = make(helper, payment_method=ids["payment_method"], return_url="https://example.com")[
        "id"
    ]
    number = {"number": "4242424242424242", "exp_month": 5, "exp_year": 2040}
    ids["token"] = make("/v1/tokens", card=number)["id"]


def _checkout(world: World) -> None:
    """Make sessions of every mode, one of them by a payment link; two are paid."""
    make, ids = world.make, world.ids
    urls = {"success_url": "https://example.com/done"}
    make("/v1/checkout/sessions", mode="setup", currency="usd", **urls)
    once = [{"price": ids["one_time_price"], "quantity": 2, "adjustable_quantity": {"enabled": True}}]
    monthly = [{"price": ids["other_price"], "quantity": 1}]
    by = {"payment_method": "pm_card_visa", "email": "kim@example.com"}
    session_params = {"customer": ids["customer"], "line_items": once}
    sessions = [
        make("/v1/checkout/sessions", mode="payment", **urls, **session_params),
        make("/v1/checkout/sessions", mode="subscription", **urls, line_items=monthly),
        make(f"/local/payment_links/{make('/v1/payment_links', line_items=once)['url'].rpartition('/')[2]}/sessions"),
        make("/v1/checkout/sessions", mode="payment", **urls, **session_params),
    ]
    for session in sessions[:2]:
        make(f"/local/checkout/sessions/{session['id']}/pay", **by)
    ids["checkout_session"] = sessions[-1]["id"]


def _rest(world: World) -> None:
    make, ids = world.make, world.ids
    line_items = [{"price": ids["price"], "quantity": 1}]
    make("/v1/payment_links", line_items=line_items)
    ids["payment_link"] = make("/v1/payment_links", line_items=line_items)["id"]
    make("/v1/quotes", customer=ids["customer"], line_items=line_items)
    ids["quote"] = make("/v1/quotes", customer=ids["customer"], line_items=line_items)["id"]
    ids["open_quote"] = make("/v1/quotes", customer=ids["customer"], line_items=line_items)["id"]
    make(f"/v1/quotes/{ids['open_quote']}/finalize")
    _checkout(world)
    make("/v1/test_helpers/test_clocks", frozen_time=NOW)
    make("/v1/webhook_endpoints", url="https://example.com/other", enabled_events=["*"])
    ids["endpoint"] = make("/v1/webhook_endpoints", url="https://example.com/hook", enabled_events=["*"])["id"]
    features = {"invoice_history": {"enabled": True}}
    make("/v1/billing_portal/configurations", features=features, name="Other")
    ids["configuration"] = make("/v1/billing_portal/configurations", features=features)["id"]
    events = json.loads(world.answer("GET", "/v1/events", {}).body)["data"]
    ids["event"] = events[0]["id"]
    for when in (0, 2 * 60 * 60, 30 * 60 * 60):
        usage = {"stripe_customer_id": ids["customer"], "value": 3}
        make("/v1/billing/meter_events", event_name="calls", payload=usage, timestamp=NOW - when, identifier=f"e{when}")
    grant_params = {"customer": ids["customer"]}
    entitlements = json.loads(world.answer("GET", "/v1/entitlements/active_entitlements", grant_params).body)["data"]
    ids["entitlement"] = entitlements[0]["id"]
    invoice_payments = json.loads(world.answer("GET", "/v1/invoice_payments", {"invoice": ids["paid_invoice"]}).body)[
        "data"
    ]
    ids["invoice_payment"] = invoice_payments[0]["id"]
    ids["dispute"] = json.loads(world.answer("GET", "/v1/disputes", {}).body)["data"][0]["id"]
    moved = json.loads(world.answer("GET", "/v1/balance_transactions", {}).body)["data"]
    ids["transaction"] = moved[0]["id"]
    ids["account"] = world.router.account()["id"]
    ids["connected_account"] = make("/v1/accounts")["id"]
