"""Libraries that copy an account into a database, and one that takes payments, unchanged."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.postgres import PostgresServer
from tests.strangers.account import fill
from tests.strangers.conftest import LocalServer
from tests.strangers.programs import API_KEY, BILLING_E2E, DJANGO, SOURCES, TRYTON, node, run, virtual_environment

DJANGO_MODELS = """
    Account BalanceTransaction Charge Coupon Customer Dispute Event Feature Invoice InvoiceItem LineItem PaymentIntent
    PaymentMethod Payout Price Product PromotionCode Refund Session SetupIntent ShippingRate Subscription
    SubscriptionItem SubscriptionSchedule TaxId TaxRate WebhookEndpoint ActiveEntitlement
""".split()
"""dj-stripe's models that concern billing."""
DJANGO_EMPTY = {"Payout", "TaxId", "ActiveEntitlement"}
"""Payouts, of which an account here has none, and what cannot be listed."""
DJANGO_MISTAKES = {
    "Error listing TaxId": "Received unknown parameter: id",
    "Error listing ActiveEntitlement": "Missing required param: customer",
}
"""What dj-stripe 2.11 asks and Stripe refuses, too."""
UNHANDLED = "Unhandled webhook event"
"""What the library says of events that it does not copy; Stripe's are refused alike."""


def test_the_sync_engine_of_supabase_copies_all_that_it_knows(
    server: LocalServer, home: Path, postgres: PostgresServer, postgres_url: str
) -> None:
    postgres.execute("DO $$ BEGIN CREATE ROLE postgres; EXCEPTION WHEN duplicate_object THEN NULL; END $$")
    fill(server.client)

    outcome = node("sync_engine.cjs", "node", home, server.url, postgres_url).json

    assert {object: done for object, done in outcome["backfills"].items() if not isinstance(done, int)} == {}
    assert {event for event, said in outcome["webhooks"].items() if said not in ("ok", UNHANDLED)} == set()
    assert set(server.event_types()) == set(outcome["webhooks"])
    copied = {name for name, count in outcome["rows"].items() if count}
    assert copied >= {
        *("active_entitlements", "charges", "checkout_sessions", "credit_notes", "customers", "disputes", "invoices"),
        *("payment_intents", "payment_methods", "plans", "prices", "products", "refunds", "setup_intents"),
        *("subscription_items", "subscription_schedules", "subscriptions", "tax_ids", "invoice_payments"),
    }


@pytest.mark.soak
@pytest.mark.service
def test_dj_stripe_copies_its_models_of_billing_and_takes_webhooks(server: LocalServer, home: Path) -> None:
    python = virtual_environment(home, DJANGO)
    fill(server.client)

    ended = run([str(python), str(SOURCES / "django_project.py"), server.url, API_KEY, *DJANGO_MODELS], home)
    outcome = json.loads(ended.out.splitlines()[-1])

    mistakes = [
        failure for failure in outcome["failures"] if DJANGO_MISTAKES.get(failure.partition(":")[0], "-") in failure
    ]
    assert outcome["failures"] == mistakes
    assert len(mistakes) == len(DJANGO_MISTAKES)
    assert {name for name, count in outcome["rows"].items() if not count} <= DJANGO_EMPTY
    assert {event: said for event, said in outcome["events"].items() if said != "ok"} == {}
    assert set(outcome["events"]) == set(server.event_types())


@pytest.mark.soak
@pytest.mark.service
def test_the_scenarios_of_billing_e2e_pass_unchanged(server: LocalServer, home: Path) -> None:
    """They are written for test clocks of Stripe itself."""
    python = virtual_environment(home, BILLING_E2E)

    ended = run([str(python), str(SOURCES / "billing_e2e_runner.py"), server.url, API_KEY], home)

    assert "5 scenario(s) passed" in ended.out, ended.out
    assert ended.code == 0


@pytest.mark.soak
@pytest.mark.service
def test_the_scenarios_of_tryton_pass_unchanged(server: LocalServer, home: Path) -> None:
    """They are what its makers run against Stripe itself."""
    python = virtual_environment(home, TRYTON)

    ended = run([str(python), str(SOURCES / "tryton_scenarios.py"), server.url], home)

    outcome = json.loads(ended.out.splitlines()[-1])
    assert set(outcome.values()) == {"ok"}, ended.out
    assert len(outcome) == 5
