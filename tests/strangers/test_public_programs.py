"""What public programs send to Stripe, call by call, as their sources show it: each call is one that Stripe takes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from stripe_billing_cli.local_stripe.transport import LocalTransport
from tests.local_stripe.conftest import Local, encoded

BACK = "https://shop.example/back"
DONE = {"success_url": f"{BACK}?session_id={{CHECKOUT_SESSION_ID}}", "cancel_url": BACK}
ONLINE = {"customer_acceptance": {"type": "online", "online": {"ip_address": "127.0.0.1", "user_agent": "Mozilla"}}}


class Program:
    """A program's calls, which are sent as they are: older ones than today's SDK as well."""

    def __init__(self, local: Local, version: str | None = None) -> None:
        self._local = local
        self._headers = {"Stripe-Version": version}

    def get(self, path: str, **params: Any) -> Any:
        return self._done("get", path, params)

    def post(self, path: str, **params: Any) -> Any:
        return self._done("post", path, params)

    def _done(self, method: str, path: str, params: dict[str, Any]) -> Any:
        reply = self._local.send(method, f"/v1/{path}", encoded(params), headers=self._headers)
        assert reply.status == 200, reply.text
        return reply.json

    def monthly(self, amount: int = 1000) -> str:
        """Return a price, made as most programs expect to find it."""
        product = self.post("products", name="Plan", type="service")["id"]
        recurring = {"interval": "month"}
        made = self.post("prices", product=product, currency="USD", unit_amount=amount, recurring=recurring)
        return str(made["id"])


@pytest.fixture
def local(tmp_path: Path) -> Iterator[Local]:
    transport = LocalTransport(tmp_path / "stripe.db")
    yield Local(transport)
    transport.close()


def test_laravel_cashier(local: Local) -> None:
    """github.com/laravel/cashier-stripe, tests/Feature: charges, swaps, a refund, the migration to flexible billing."""
    cashier = Program(local)
    user = cashier.post("customers", email="taylor@laravel.example", name="Taylor", preferred_locales=["en"])["id"]
    manual = {"confirmation_method": "automatic", "confirm": True, "return_url": BACK, "currency": "usd"}
    asks = cashier.post(
        "payment_intents", **manual, amount=1000, payment_method="pm_card_threeDSecure2Required", customer=user
    )
    assert (asks["status"], asks["next_action"]["type"]) == ("requires_action", "redirect_to_url")
    method = cashier.post("payment_methods/pm_card_visa/attach", customer=user)["id"]
    cashier.post(f"customers/{user}", invoice_settings={"default_payment_method": method})
    begun = cashier.post(
        "subscriptions",
        customer=user,
        items=[{"price": cashier.monthly(), "quantity": 1}],
        billing_mode={"type": "classic"},
        off_session=True,
        payment_behavior="allow_incomplete",
        proration_behavior="create_prorations",
        trial_end="now",
        metadata={"name": "default", "type": "default"},
        expand=["latest_invoice.payments"],
    )
    assert begun["latest_invoice"]["payments"]["data"][0]["status"] == "paid"
    migrated = cashier.post(f"subscriptions/{begun['id']}/migrate", billing_mode={"type": "flexible"})
    items = [{"id": migrated["items"]["data"][0]["id"], "price": cashier.monthly(2000), "quantity": 1, "tax_rates": []}]
    swapped = cashier.post(
        f"subscriptions/{begun['id']}",
        items=items,
        payment_behavior="allow_incomplete",
        proration_behavior="create_prorations",
        cancel_at_period_end=False,
    )
    assert (swapped["status"], swapped["billing_mode"]["type"]) == ("active", "flexible")
    paid = begun["latest_invoice"]["payments"]["data"][0]["payment"]["payment_intent"]
    assert cashier.post("refunds", payment_intent=paid)["amount"] == 1000


def test_pay_for_rails(local: Local) -> None:
    """github.com/pay-rails/pay, app/models/pay/stripe: its customer, a charge, an authorization, sessions of both kinds."""
    pay = Program(local)
    owner = pay.post("customers", email="dhh@rails.example", name="D", expand=["tax", "invoice_credit_balance"])["id"]
    card = pay.post("payment_methods/pm_card_visa/attach", customer=owner)["id"]
    expanded = [f"latest_charge.{name}" for name in ("balance_transaction", "payment_intent", "refunds")]
    paying = {"amount": 1500, "currency": "usd", "customer": owner, "return_url": BACK, "payment_method": card}
    charged = pay.post("payment_intents", **paying, confirm=True, expand=expanded)
    assert charged["latest_charge"]["payment_intent"]["id"] == charged["id"]
    intent = pay.post("payment_intents", **paying, confirm=True, capture_method="manual", expand=expanded)
    assert pay.post(f"payment_intents/{intent['id']}/capture", amount_to_capture=500)["amount_received"] == 500
    enabled = {"pricing_table": {"enabled": True}}
    assert pay.post("customer_sessions", customer=owner, components=enabled)["client_secret"]
    line = {"price_data": {"currency": "usd", "product_data": {"name": "T-shirt"}, "unit_amount": 1500}, "quantity": 2}
    assert (
        pay.post("checkout/sessions", customer=owner, mode="payment", line_items=[line], **DONE)["amount_total"] == 3000
    )
    assert pay.post("setup_intents", customer=owner, usage="off_session")["status"] == "requires_payment_method"


def test_medusa(local: Local) -> None:
    """github.com/medusajs/medusa, payment-stripe: an intent is made, changed, confirmed in the browser, captured, refunded."""
    medusa = Program(local)
    made = medusa.post(
        "payment_intents",
        amount=2000,
        currency="eur",
        metadata={"session_id": "payses_1"},
        capture_method="manual",
        setup_future_usage="off_session",
        automatic_payment_methods={"enabled": True},
        payment_method_options={"card": {"request_extended_authorization": "if_available"}},
    )
    path = f"payment_intents/{made['id']}"
    assert medusa.post(path, amount=2500)["amount"] == 2500
    confirmed = medusa.post(f"{path}/confirm", payment_method="pm_card_visa", return_url=BACK)
    assert confirmed["status"] == "requires_capture"
    assert medusa.post(f"{path}/capture")["status"] == "succeeded"
    assert medusa.post("refunds", amount=2500, payment_intent=made["id"])["status"] == "succeeded"


def test_the_firebase_extension(local: Local) -> None:
    """github.com/invertase/stripe-firebase-extensions: its session says of everything what it is, empty or not."""
    extension = Program(local, "2022-11-15")
    user = extension.post("customers", email="kim@firebase.example", metadata={"firebaseUID": "u1"})["id"]
    selling = {
        "billing_address_collection": "required",
        "shipping_address_collection": {"allowed_countries": ["US"]},
        "customer": user,
        "customer_update": {"name": "auto", "address": "auto", "shipping": "auto"},
        "locale": "auto",
        "after_expiration": {"recovery": {"enabled": True}},
        "consent_collection": {"promotions": "auto"},
        "phone_number_collection": {"enabled": True},
        "tax_id_collection": {"enabled": True},
        "allow_promotion_codes": True,
        **DONE,
    }
    session = extension.post(
        "checkout/sessions",
        **selling,
        mode="subscription",
        line_items=[{"price": extension.monthly(), "quantity": 1}],
        payment_method_collection="always",
        subscription_data={"metadata": {"a": "b"}, "trial_period_days": 7},
    )
    for name in ("phone_number_collection", "allow_promotion_codes", "billing_address_collection", "locale"):
        assert session[name] == selling[name]
    card = {"types": ["card"]}
    setup = extension.post("setup_intents", customer=user, metadata={}, payment_method_types=card["types"])
    assert setup["payment_method_types"] == card["types"]
    assert extension.post("ephemeral_keys", customer=user)["secret"].startswith("ek_test_")


def test_stripe_s_samples(local: Local) -> None:
    """github.com/stripe-samples: a payment of each type, a page within the own page, a saved card that is charged."""
    sample = Program(local, "2024-06-20")
    monthly = {"acss_debit": {"mandate_options": {"payment_schedule": "sporadic", "transaction_type": "personal"}}}
    for type, currency, options in (
        ("ideal", "eur", {}),
        ("us_bank_account", "usd", {}),
        ("acss_debit", "cad", {"payment_method_options": monthly}),
    ):
        made = sample.post("payment_intents", payment_method_types=[type], amount=1999, currency=currency, **options)
        assert (made["status"], made["payment_method_types"]) == ("requires_payment_method", [type])
    line = {"price_data": {"currency": "usd", "product_data": {"name": "T-shirt"}, "unit_amount": 2000}, "quantity": 1}
    page = {"ui_mode": "embedded", "return_url": f"{BACK}?session_id={{CHECKOUT_SESSION_ID}}"}
    session = sample.post("checkout/sessions", mode="payment", line_items=[line], **page)
    assert (session["url"], "_secret_" in session["client_secret"]) == (None, True)
    customer = sample.post("customers")["id"]
    kept = sample.post(
        "setup_intents",
        customer=customer,
        confirm=True,
        payment_method="pm_card_visa",
        mandate_data=ONLINE,
        return_url=BACK,
    )
    off_session = {"customer": customer, "payment_method": kept["payment_method"], "off_session": True, "confirm": True}
    assert sample.post("payment_intents", amount=1999, currency="usd", **off_session)["status"] == "succeeded"


def test_programs_that_ask_for_3d_secure_wherever_they_can(local: Local) -> None:
    """`request_three_d_secure=any`: in public code the option that is sent most often."""
    program = Program(local)
    options = {"payment_method_options": {"card": {"request_three_d_secure": "any"}}}
    customer = program.post("customers")["id"]
    setup = program.post("setup_intents", customer=customer, **options)
    begun = program.post(
        "subscriptions",
        customer=customer,
        items=[{"price": program.monthly()}],
        payment_behavior="default_incomplete",
        payment_settings={
            "payment_method_types": ["card"],
            "save_default_payment_method": "on_subscription",
            **options,
        },
        expand=["latest_invoice.confirmation_secret"],
    )
    intent = begun["latest_invoice"]["confirmation_secret"]["client_secret"].partition("_secret_")[0]
    for path in (f"setup_intents/{setup['id']}", f"payment_intents/{intent}"):
        confirmed = program.post(f"{path}/confirm", payment_method="pm_card_threeDSecureOptional", return_url=BACK)
        assert confirmed["status"] == "requires_action", path
