"""Libraries that copy an account into a database, unchanged: each kind of object, and each event."""

from __future__ import annotations

from pathlib import Path

from tests.postgres import PostgresServer
from tests.strangers.account import fill
from tests.strangers.conftest import Served
from tests.strangers.programs import node

UNHANDLED = "Unhandled webhook event"
"""What the library says of events that it does not copy; Stripe's are refused alike."""


def test_the_sync_engine_of_supabase_copies_all_that_it_knows(
    served: Served, home: Path, postgres: PostgresServer, postgres_url: str
) -> None:
    postgres.execute("DO $$ BEGIN CREATE ROLE postgres; EXCEPTION WHEN duplicate_object THEN NULL; END $$")
    fill(served.client)

    outcome = node("sync_engine.cjs", "node", home, served.url, postgres_url).json

    assert {object: done for object, done in outcome["backfills"].items() if not isinstance(done, int)} == {}
    assert {event for event, said in outcome["webhooks"].items() if said not in ("ok", UNHANDLED)} == set()
    assert set(served.event_types()) == set(outcome["webhooks"])
    copied = {name for name, count in outcome["rows"].items() if count}
    assert copied >= {
        *("active_entitlements", "charges", "checkout_sessions", "credit_notes", "customers", "disputes", "invoices"),
        *("payment_intents", "payment_methods", "plans", "prices", "products", "refunds", "setup_intents"),
        *("subscription_items", "subscription_schedules", "subscriptions", "tax_ids", "invoice_payments"),
    }
