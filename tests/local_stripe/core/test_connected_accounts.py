"""Connected accounts: each keeps its data apart, reached by the platform's key and `Stripe-Account`."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from stripe_billing_cli.local_stripe.core import connected_accounts
from stripe_billing_cli.local_stripe.core.account_files import accounts_folder, store_of
from stripe_billing_cli.local_stripe.transport import LocalTransport
from tests.local_stripe.conftest import Clock, Local, Refusal, serving
from tests.local_stripe.life import DAY, set_in_dashboard


def call(local: Local, account: str, method: str, path: str, **params: Any) -> Any:
    reply = local.send(method, path, urlencode(params), headers={"Stripe-Account": account})
    assert reply.status == 200, reply.text
    return reply.json


def test_an_account_is_made_and_keeps_its_own_data(local: Local) -> None:
    own = local.product()["id"]
    account = local.post("/v1/accounts", country="DE", default_currency="eur", email="shop@example.com", type="custom")
    id = account["id"]
    assert (account["country"], account["default_currency"], account["type"]) == ("DE", "eur", "custom")
    assert call(local, id, "get", "/v1/products")["data"] == []
    theirs = call(local, id, "post", "/v1/products", name="Theirs")
    assert [product["id"] for product in call(local, id, "get", "/v1/products")["data"]] == [theirs["id"]]
    assert [product["id"] for product in local.get("/v1/products")["data"]] == [own]
    assert call(local, id, "get", "/v1/account") == account == local.get(f"/v1/accounts/{id}")
    assert local.get("/v1/account")["id"] != id
    assert [event["type"] for event in call(local, id, "get", "/v1/events")["data"]] == ["product.created"]


@pytest.mark.parametrize(("country", "currency"), [("DE", "eur"), ("GB", "gbp"), ("US", "usd"), ("JP", "jpy")])
def test_an_account_has_the_currency_of_its_country(local: Local, country: str, currency: str) -> None:
    id = local.post("/v1/accounts", country=country)["id"]
    assert call(local, id, "get", "/v1/account")["default_currency"] == currency
    assert call(local, id, "get", "/v1/balance")["available"][0]["currency"] == currency
    assert local.get(f"/v1/accounts/{id}/external_accounts")["data"] == []


def test_accounts_are_listed_changed_and_deleted(local: Local, database: Path) -> None:
    first, second = (local.post("/v1/accounts")["id"] for _ in range(2))
    call(local, first, "post", "/v1/products", name="Theirs")
    assert [account["id"] for account in local.get("/v1/accounts")["data"]] == [second, first]
    after = local.post(f"/v1/accounts/{first}", email="new@example.com", business_profile={"name": "Shop"})
    assert (after["email"], after["business_profile"]["name"]) == ("new@example.com", "Shop")
    assert store_of(database, first).exists()

    assert local.delete(f"/v1/accounts/{first}") == {"id": first, "object": "account", "deleted": True}

    assert not store_of(database, first).exists()
    gone = local.send("get", "/v1/products", headers={"Stripe-Account": first}).refusal
    assert (gone.code, gone.status) == ("account_invalid", 403)
    assert [account["id"] for account in local.get("/v1/accounts")["data"]] == [second]


def test_a_change_of_an_account_is_its_own_event(local: Local) -> None:
    """ "Connected account webhooks … account.updated" (https://docs.stripe.com/connect/webhooks)."""
    url = "http://127.0.0.1:1/hook"
    local.post("/v1/webhook_endpoints", url=url, enabled_events=["account.updated"], connect=True)
    id = local.post("/v1/accounts", business_profile={"name": "Shop", "url": "https://example.com"})["id"]
    after = local.post(f"/v1/accounts/{id}", email="new@example.com", business_profile={"name": "Store"})
    local.post(f"/v1/accounts/{id}", email="new@example.com")  # which changes nothing

    [event] = call(local, id, "get", "/v1/events")["data"]
    assert (event["type"], event["data"]["object"], event["pending_webhooks"]) == ("account.updated", after, 1)
    assert event["data"]["previous_attributes"] == {"business_profile": {"name": "Shop"}, "email": None}
    assert local.events() == []


def test_the_keys_own_account_is_neither_changed_nor_deleted(local: Local) -> None:
    own = local.get("/v1/account")["id"]
    assert local.refused("post", f"/v1/accounts/{own}", email="new@example.com").code == "account_invalid"
    assert local.refused("delete", f"/v1/accounts/{own}").code == "account_invalid"


def test_what_is_set_for_a_platform_counts_for_its_accounts(local: Local) -> None:
    """A connected account has no Dashboard here, so that card tokens could not be enabled for it."""
    id = local.post("/v1/accounts")["id"]
    account = {"Stripe-Account": id}
    reply_json = local.send("post", "/v1/customers", "source=tok_visa", headers=account).refusal
    assert reply_json.message.startswith("Card Token usage on the Customers API")
    set_in_dashboard(local, card_tokens="accept", search_lag=60)
    customer = call(local, id, "post", "/v1/customers", source="tok_visa")
    assert customer["default_source"].startswith("card_")
    made = call(local, id, "post", "/v1/charges", amount=500, currency="usd", source="tok_visa")
    assert (made["status"], local.get("/v1/charges")["data"]) == ("succeeded", [])
    assert call(local, id, "get", "/v1/customers/search", query="created>0")["data"] == []


def test_a_connected_account_connects_none(local: Local) -> None:
    id = local.post("/v1/accounts")["id"]
    refusal = local.send("post", "/v1/accounts", headers={"Stripe-Account": id}).refusal
    assert refusal.message.startswith("The local Stripe connects accounts to its own account only")


def test_an_idempotency_key_belongs_to_one_account(local: Local) -> None:
    accounts = [local.post("/v1/accounts")["id"] for _ in range(2)]
    made = [
        local.send("post", "/v1/products", "name=Pro", key="once", headers={"Stripe-Account": account}).json["id"]
        for account in (*accounts, accounts[0])
    ]
    assert made[0] == made[2] != made[1]


def test_more_accounts_than_stay_open(local: Local, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connected_accounts, "MOST_OPEN", 2)
    ids = [local.post("/v1/accounts")["id"] for _ in range(6)]
    for id in ids:
        call(local, id, "post", "/v1/products", name=id)
    assert [call(local, id, "get", "/v1/products")["data"][0]["name"] for id in ids] == ids
    assert len(local.transport.router.connected_accounts.idle()) <= 3  # type: ignore[attr-defined]


def test_accounts_that_a_server_closed_are_read_and_deleted(database: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A server closes stores beside the calls; a file is deleted once nobody writes beside it."""
    monkeypatch.setattr(connected_accounts, "MOST_OPEN", 1)
    with serving(database) as local:
        ids = [local.post("/v1/accounts")["id"] for _ in range(4)]
        for _ in range(2):
            for id in ids:
                call(local, id, "post", "/v1/products", name=id)
        assert [[one["name"] for one in call(local, id, "get", "/v1/products")["data"]] for id in ids] == [
            [id, id] for id in ids
        ]
        for id in ids:
            local.delete(f"/v1/accounts/{id}")
    assert list(accounts_folder(database).iterdir()) == []


def test_an_account_says_what_it_was_made_with(local: Local) -> None:
    """`controller` goes with the type `none`, and says what a type says by its name
    (https://docs.stripe.com/connect/migrate-to-controller-properties)."""
    company = {"name": "Shop", "tax_id": "000000000", "address": {"city": "Oslo"}}
    account = local.post(
        "/v1/accounts",
        type="express",
        capabilities={"card_payments": {"requested": True}, "transfers": {"requested": False}},
        business_profile={"support_address": {"city": "Oslo"}},
        settings={"payouts": {"schedule": {"interval": "manual"}}},
        company=company,
        metadata={"a": "1"},
    )
    assert (account["type"], account["metadata"], account["controller"]["is_controller"]) == (
        "express",
        {"a": "1"},
        True,
    )
    assert account["controller"]["stripe_dashboard"] == {"type": "express"}
    assert account["capabilities"] == {"card_payments": "active", "transfers": "inactive"}
    assert account["settings"]["payouts"]["schedule"] == {"delay_days": 2, "interval": "manual"}
    shown = account["company"]
    assert (shown["name"], shown["address"]["city"], shown["tax_id_provided"]) == ("Shop", "Oslo", True)
    assert "tax_id" not in shown
    after = local.post(f"/v1/accounts/{account['id']}", metadata={"b": "2"}, company={"phone": "1"})
    assert (after["metadata"], after["company"]["name"]) == ({"a": "1", "b": "2"}, "Shop")
    other = local.post("/v1/accounts", controller={"stripe_dashboard": {"type": "none"}})
    assert (other["type"], other["controller"]["stripe_dashboard"]) == ("none", {"type": "none"})
    assert "metadata" not in local.get("/v1/account")


def test_what_an_account_cannot_be_made_with(local: Local) -> None:
    assert local.refused("post", "/v1/accounts", individual={"first_name": "Ada"}) == Refusal(
        "The local Stripe does not have the parameter `individual`: its accounts only keep data apart.",
        None,
        "individual",
    )
    assert local.refused("post", "/v1/accounts", email="shop").code == "email_invalid"
    nowhere = local.refused("post", "/v1/accounts", country="TR")
    assert (nowhere.message, nowhere.code) == ("TR is not currently supported by Stripe.", "country_unsupported")
    assert (
        local.post("/v1/accounts", country="TR", tos_acceptance={"service_agreement": "recipient"})["country"] == "TR"
    )
    both = local.refused("post", "/v1/accounts", type="custom", controller={"fees": {"payer": "account"}})
    assert both.param == "type"


def test_the_accounts_that_calls_used_are_named_once(local: Local) -> None:
    first, second = (local.post("/v1/accounts")["id"] for _ in range(2))
    connected = local.transport.router.connected_accounts  # type: ignore[attr-defined]
    call(local, first, "get", "/v1/products")
    with connected.open(second, only_looking=True):
        pass

    assert (connected.take_used(), connected.take_used()) == ({first}, set())


def test_time_passes_in_the_others_when_an_account_is_deleted_meanwhile(
    local: Local, monkeypatch: pytest.MonkeyPatch
) -> None:
    deleted, other = (local.post("/v1/accounts")["id"] for _ in range(2))
    local.delete(f"/v1/accounts/{deleted}")
    router = local.transport.router  # type: ignore[attr-defined]
    monkeypatch.setattr(router.connected_accounts, "idle", lambda: [deleted, other])

    router.let_time_pass()

    assert router.connected_accounts.take_used() == {other}


AS_FORMAT_6 = """
    ALTER TABLE scheduled_jobs RENAME TO agenda;
    ALTER TABLE agenda RENAME COLUMN job TO what;
    DROP INDEX scheduled_jobs_by_job;
    DROP INDEX scheduled_jobs_by_due;
    CREATE UNIQUE INDEX agenda_by_what ON agenda (what, id);
    CREATE INDEX agenda_by_due ON agenda (clock, due, seq);
    PRAGMA user_version = 6;
"""


def trial_of(account: Local) -> str:
    """Start a subscription whose trial ends within a day, and return its id."""
    terms = {"collection_method": "send_invoice", "days_until_due": 9, "trial_period_days": 1}
    customer = account.post("/v1/customers", email="ada@example.com")["id"]
    order = {"customer": customer, "items": [{"price": account.price(recurring={"interval": "month"})["id"]}]}
    return str(account.post("/v1/subscriptions", **order, **terms)["id"])


def stored_status(router: Any, account: Local, subscription: str) -> str:
    """Return the status of a subscription as it is stored, without a call, which would let time pass."""
    with router.connected_accounts.open(account.account, only_looking=True) as own, own.store.reading():
        return str(own.store.get("subscription", subscription)["status"])


def test_time_passes_in_accounts_that_an_earlier_server_has_left(local: Local, database: Path, clock: Clock) -> None:
    account = local.connected()
    subscription = trial_of(account)
    local.transport.close()  # type: ignore[no-untyped-call]
    later = LocalTransport(database, clock=clock)
    later.router.let_time_pass()
    assert stored_status(later.router, account, subscription) == "trialing"
    later.close()
    later = LocalTransport(database, clock=clock)
    later.router.let_time_pass()
    clock.now += 2 * DAY

    later.router.let_time_pass()

    assert stored_status(later.router, account, subscription) == "active"
    later.close()


def test_time_passes_in_accounts_that_an_earlier_version_has_left(local: Local, database: Path, clock: Clock) -> None:
    """Until format 7 the jobs of an account were in a table of another name."""
    account = local.connected()
    subscription = trial_of(account)
    local.transport.close()  # type: ignore[no-untyped-call]
    for path in (database, store_of(database, account.account or "")):
        with closing(sqlite3.connect(path, isolation_level=None)) as file:
            file.executescript(AS_FORMAT_6)
    clock.now += 2 * DAY

    later = LocalTransport(database, clock=clock)
    later.router.let_time_pass()

    assert stored_status(later.router, account, subscription) == "active"
    later.close()


def test_time_passes_in_an_account_whose_store_was_closed_for_another(
    local: Local, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connected_accounts, "MOST_OPEN", 1)
    router = local.transport.router  # type: ignore[attr-defined]
    router.let_time_pass()
    account, other = local.connected(), local.connected()
    subscription = trial_of(account)
    other.get("/v1/products")
    assert router.connected_accounts.idle() == [other.account]
    clock.now += 2 * DAY

    router.let_time_pass()

    assert stored_status(router, account, subscription) == "active"


def test_an_answer_names_the_connected_account_that_it_is_of(local: Local) -> None:
    """Recorded by github.com/pay-rails/pay, test/vcr_cassettes/pay/stripe/connect_test (2026-09-30.endive)."""
    account = {"Stripe-Account": local.post("/v1/accounts")["id"]}
    for method, path in ("post", "/v1/customers"), ("get", "/v1/customers"), ("get", "/v1/customers/cus_none"):
        assert local.send(method, path, headers=account).headers["Stripe-Account"] == account["Stripe-Account"]
    assert "Stripe-Account" not in local.send("get", "/v1/customers").headers
