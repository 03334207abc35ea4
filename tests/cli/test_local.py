"""`billing local`: where the state is, and starting over."""

from __future__ import annotations

import json
import stat

import pytest
import stripe

from stripe_billing_cli.local_stripe.core.messages import Request
from stripe_billing_cli.local_stripe.core.store import Store
from stripe_billing_cli.local_stripe.server import running
from stripe_billing_cli.local_stripe.transport import LocalTransport
from tests.catalog.catalogs import SEED
from tests.conftest import Account, Billing


def test_the_path_of_the_state(billing: Billing) -> None:
    expected = str(billing.directory / ".billing" / "local.db")

    assert billing.ok("local", "path").out == expected + "\n"
    assert billing.ok("local", "path", "--output", "json").json == {"path": expected, "exists": False}


def test_the_state_is_private_to_the_user(billing: Billing) -> None:
    billing.apply(SEED)

    directory = billing.directory / ".billing"
    assert stat.S_IMODE(directory.stat().st_mode) == 0o700
    for file in directory.iterdir():
        assert stat.S_IMODE(file.stat().st_mode) == 0o600, file


def test_reset_asks_and_then_starts_over(billing: Billing) -> None:
    billing.apply(SEED)

    refused = billing("local", "reset")
    assert refused.code == 2
    assert "--yes" in refused.err
    assert billing.plan()["changes"] == []

    billing.ok("local", "reset", "--yes")
    assert len(billing.plan()["changes"]) == 3


def test_reset_of_nothing_is_fine(billing: Billing) -> None:
    assert billing.ok("local", "reset", "--yes", "-o", "json").json["deleted"] is False


@pytest.mark.parametrize("fault", ["explode before 1", "500 sometimes 1", "500 before none", "500"])
def test_a_fault_that_makes_no_sense_is_refused(billing: Billing, fault: str) -> None:
    ran = billing("local", "serve", "--fault", fault)

    assert ran.code == 2
    assert "--fault: " in ran.err


@pytest.mark.parametrize("limit", ["many", "0", "10/x", "-5"])
def test_a_rate_limit_that_makes_no_sense_is_refused(billing: Billing, limit: str) -> None:
    assert billing("local", "serve", "--rate-limit", limit).code == 2


@pytest.mark.parametrize(
    "option",
    [
        ("--webhook-chaos", "later"),
        ("--webhook-retries", "often"),
        ("--webhook-retry-scale", "-1"),
        ("--webhook-timeout", "0"),
    ],
)
def test_webhook_options_that_make_no_sense_are_refused(billing: Billing, option: tuple[str, str]) -> None:
    ran = billing("local", "serve", *option)

    assert ran.code == 2
    assert option[0] in ran.err


def test_what_the_dashboard_would_set_is_shown_and_changed(billing: Billing) -> None:
    untouched = (
        "after-retries: canceled\ncard-tokens: refuse\n"
        "pending-update-items: include\nsearch-lag: 0\ncountry: US\ncurrency: usd\n"
    )
    assert billing.ok("local", "settings").out == untouched
    assert billing.ok("local", "settings", "--after-retries", "unpaid").out == untouched.replace("canceled", "unpaid")
    assert billing.ok("local", "settings", "--output", "json").json == {
        "after_retries": "unpaid",
        "card_tokens": "refuse",
        "pending_update_items": "include",
        "search_lag": 0,
        "country": "US",
        "currency": "usd",
    }
    changed = billing.ok("local", "settings", "--pending-update-items", "exclude").out
    assert "pending-update-items: exclude" in changed
    assert "search-lag: 60" in billing.ok("local", "settings", "--search-lag", "1m").out
    assert billing("local", "settings", "--pending-update-items", "perhaps").code == 2


def test_the_account_is_of_the_country_and_currency_that_are_set(billing: Billing, account: Account) -> None:
    assert billing.ok("local", "settings", "--country", "ca").out == (
        "after-retries: canceled\ncard-tokens: refuse\n"
        "pending-update-items: include\nsearch-lag: 0\ncountry: CA\ncurrency: cad\n"
    )
    billing.ok("local", "settings", "--currency", "USD")
    seen = account.api.get("/v1/account")
    assert (seen["country"], seen["default_currency"]) == ("CA", "usd")

    billing.ok("local", "settings", "--country", "CA", "--currency", "cad")
    customer = account.post("/v1/customers", email="ada@example.com")
    invoice = account.post("/v1/invoices", customer=customer["id"])
    assert (invoice["account_country"], invoice["currency"]) == ("CA", "cad")


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        (("--country", "Canada"), "no country's code: Canada"),
        (("--country", "XX"), "no country's code: XX"),
        (("--currency", "xxd"), "Stripe has no currency xxd"),
    ],
)
def test_a_country_or_currency_that_is_none_is_refused(
    billing: Billing, options: tuple[str, ...], complaint: str
) -> None:
    ran = billing("local", "settings", *options)

    assert (ran.code, complaint in ran.err) == (2, True)
    assert "US" in billing.ok("local", "settings").out


@pytest.mark.parametrize("command", [("settings",), ("reset", "--account", "acct_1Uy5QSRlU1ymDwha", "--yes")])
def test_a_state_that_cannot_be_used_is_told(billing: Billing, command: tuple[str, ...]) -> None:
    (billing.directory / ".billing" / "local.db").mkdir(parents=True)

    ran = billing("local", *command)

    assert ran.code == 1
    assert "Error: the local Stripe cannot use " in ran.err
    assert "mistake in billing" not in ran.err


def test_a_setting_that_makes_no_sense_is_refused(billing: Billing) -> None:
    ran = billing("local", "settings", "--after-retries", "forgiven")
    assert (ran.code, "it is one of canceled, unpaid, past_due" in ran.err) == (2, True)


def test_reset_of_one_account_leaves_the_others(billing: Billing) -> None:
    billing.apply(SEED)
    database = billing.directory / ".billing" / "local.db"
    router = LocalTransport(database).router
    call = {"authorization": "Bearer sk_test_123"}
    id = json.loads(router.answer(Request("POST", "/v1/accounts", headers=call)).body)["id"]
    theirs = {**call, "stripe-account": id}
    router.answer(Request("POST", "/v1/products", body="name=Theirs", headers=theirs))
    router.close()

    assert billing("local", "reset", "--account", "acct_other", "--yes").code == 1
    assert billing("local", "reset", "--account", id).code == 2
    emptied = billing.ok("local", "reset", "--account", id, "--yes", "-o", "json").json
    assert emptied == {"path": str(database), "account": id, "deleted": True}

    router = LocalTransport(database).router
    assert json.loads(router.answer(Request("GET", "/v1/products", headers=theirs)).body)["data"] == []
    router.close()
    assert billing.plan()["changes"] == []
    billing.ok("local", "reset", "--yes")
    assert not database.with_name("local.db.accounts").exists()


@pytest.mark.parametrize("used", [True, False])
def test_what_a_server_has_open_is_emptied_where_it_is(billing: Billing, used: bool) -> None:
    """A deleted file would stay with the server, which would answer as if nothing had been."""
    database = billing.directory / ".billing" / "local.db"
    billing.ok("local", "settings", "--country", "CA")
    with running(database) as url:
        platform = stripe.StripeClient("sk_test_123", base_addresses={"api": url}).v1
        account = platform.accounts.create({}).id
        theirs: stripe.RequestOptions = {"stripe_account": account}
        if used:
            platform.customers.create({}, theirs)

        billing.ok("local", "reset", "--account", account, "--yes")
        assert len(platform.customers.list({}, theirs).data) == 0
        platform.customers.create({}, theirs)
        platform.products.create({"name": "Pro"})

        billing.ok("local", "reset", "--yes")
        assert (len(platform.products.list().data), len(platform.accounts.list().data)) == (0, 0)
        assert platform.accounts.retrieve_current().country == "US"
        with pytest.raises(stripe.PermissionError):
            platform.customers.list({}, theirs)
        platform.products.create({"name": "Pro"})
        again = platform.accounts.create({}).id
        assert len(platform.products.list({}, {"stripe_account": again}).data) == 0
        store = Store(database)  # what another process sees
        assert [product["name"] for product in store.dump("product")] == ["Pro"]
        store.close()


def test_a_new_local_stripe_below_another_is_told(billing: Billing, monkeypatch: pytest.MonkeyPatch) -> None:
    first = billing.ok("customer", "create", "--local").err
    below = billing.directory / "sub"
    below.mkdir()
    monkeypatch.chdir(below)
    output = billing.ok("sub", "list", "--local").err

    assert "Note:" not in first
    assert f"a new, empty local Stripe in {below / '.billing' / 'local.db'}; another is in" in output
    assert str(billing.directory / ".billing" / "local.db") in output
    assert "Note:" not in billing.ok("sub", "list", "--local").err
