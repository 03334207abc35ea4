"""`billing doctor` sees what is there and says what to do about what is wrong."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import stripe_billing_cli
from stripe_billing_cli.catalog.kinds import KINDS
from stripe_billing_cli.cli.rights import NOWHERE, RIGHTS, ask_rights
from stripe_billing_cli.local_stripe.core.faults import Fault, Faults
from stripe_billing_cli.local_stripe.faulty_transport import FaultyTransport
from stripe_billing_cli.local_stripe.transport import LocalTransport
from tests.catalog.catalogs import SEED
from tests.conftest import Account, Billing, plain_api


def test_all_is_well(billing: Billing, account: Account) -> None:
    billing.write(SEED)

    shown = billing.ok("doctor", "--local").out

    assert account.api.account()["id"] in shown
    assert "✓ mode         test" in shown
    assert "✓ API version  2026-10-28.endive" in shown
    assert "✓ catalog      catalog.yaml: 1 product" in shown
    for kind in ("products", "prices", "subscriptions", "events"):
        assert f"✓ may read     {kind}" in shown


def test_what_is_wrong_comes_with_what_to_do(billing: Billing) -> None:
    billing.write(SEED.replace("name: Pro", "nane: Pro"))

    ran = billing("doctor", "--local")

    assert ran.code == 1
    assert "✗ catalog      catalog.yaml:5:3: name is missing (and 1 more)" in ran.out
    assert "→ billing catalog validate -f catalog.yaml" in ran.out


def test_without_a_key_the_catalog_is_looked_at_all_the_same(billing: Billing) -> None:
    billing.write(SEED)

    ran = billing("doctor")

    assert ran.code == 1
    assert "✗ key          no Stripe API key" in ran.out
    assert "--local" in ran.out
    assert "✓ catalog" in ran.out


def test_a_missing_permission_is_named(billing: Billing) -> None:
    billing.write(SEED)
    fault = Fault.parse("403 before * GET /v1/prices")
    billing.wrap.append(lambda inner: FaultyTransport(inner, Faults([fault])))  # type: ignore[arg-type]

    ran = billing("doctor", "--local")

    assert ran.code == 1
    assert "✗ may read     prices: The provided key" in ran.out
    assert "✓ may read     products" in ran.out


def test_a_key_that_stripe_refuses(billing: Billing) -> None:
    billing.write(SEED)
    fault = Fault.parse("401 before *")
    billing.wrap.append(lambda inner: FaultyTransport(inner, Faults([fault])))  # type: ignore[arg-type]

    ran = billing("doctor", "--local")

    assert ran.code == 1
    assert "✗ account      Expired API Key provided" in ran.out


def test_as_json(billing: Billing) -> None:
    billing.write(SEED)

    ran = billing.ok("doctor", "--local", "--output", "json")

    assert ran.json["ok"] is True
    assert {"check": "mode", "ok": True, "found": "test", "hint": None, "warning": False} in ran.json["findings"]


URL = "https://shop.example/webhook"


def test_an_endpoint_of_another_version_is_told(billing: Billing, account: Account) -> None:
    billing.write(SEED)
    old = account.post(
        "/v1/webhook_endpoints",
        url=URL,
        enabled_events=["*"],
        api_version="2025-03-31.basil",
        metadata={"billing_webhook": "yes"},
    )

    ran = billing("doctor", "--local")

    assert ran.code == 1
    assert f"✗ webhook      {old['id']} ({URL}): 2025-03-31.basil, enabled; 2026-10-28.endive is expected" in ran.out
    assert f"→ billing --local webhook roll-secret {old['id']}" in ran.out
    billing.ok("webhook", "roll-secret", "--local", "--store-secret")
    assert "2026-10-28.endive, enabled" in billing.ok("doctor", "--local").out


def test_an_endpoint_of_somebody_elses_is_a_warning(billing: Billing, account: Account) -> None:
    billing.write(SEED)
    account.post("/v1/webhook_endpoints", url=URL, enabled_events=["*"])

    ran = billing.ok("doctor", "--local")

    assert "! webhook " in ran.out
    assert "the account's default version, enabled, not made by billing" in ran.out


def test_an_endpoint_of_ours_that_is_disabled_is_a_warning(billing: Billing, account: Account) -> None:
    billing.write(SEED)
    made = billing.ok("webhook", "create", "--local", "--url", URL, "--output", "json").json
    account.post(f"/v1/webhook_endpoints/{made['id']}", disabled=True)

    assert f"! webhook      {made['id']} ({URL}): 2026-10-28.endive, disabled" in billing.ok("doctor", "--local").out


def test_a_key_that_may_not_read_endpoints_is_told(billing: Billing) -> None:
    billing.write(SEED)
    fault = Fault.parse("403 before * GET /v1/webhook_endpoints")
    billing.wrap.append(lambda inner: FaultyTransport(inner, Faults([fault])))  # type: ignore[arg-type]

    assert "! webhook      not looked at: The provided key" in billing.ok("doctor", "--local").out


def without(billing: Billing, *faults: str) -> None:
    """Take rights away from the key."""
    parsed = [Fault.parse(fault) for fault in faults]
    billing.wrap.append(lambda inner: FaultyTransport(inner, Faults(parsed)))  # type: ignore[arg-type]


def test_a_right_that_no_file_or_service_here_needs_fails_nothing(billing: Billing) -> None:
    without(billing, "403 before * GET /v1/prices", "403 before * GET /v1/account")

    ran = billing.ok("doctor", "--local")

    assert "✓ catalog      there is no catalog.yaml here" in ran.out
    assert "! may read     prices: The provided key" in ran.out
    assert "It stops catalog plan, sub create." in ran.out


def test_a_catalog_needs_what_it_has_entries_of(billing: Billing) -> None:
    without(billing, "403 before * GET /v1/coupons")
    billing.write(SEED)
    assert "! may read     coupons: " in billing.ok("doctor", "--local").out

    billing.write(SEED + "coupons: {launch: {percent_off: 20}}\n")
    ran = billing("doctor", "--local")

    assert ran.code == 1
    assert "✗ may read     coupons: " in ran.out


def test_a_named_catalog_must_be_there(billing: Billing) -> None:
    assert billing("doctor", "--local", "--file", "plans.yaml").code == 1


def test_received_events_need_rights_of_their_own(billing: Billing) -> None:
    without(billing, "403 before * GET /v1/events")
    ran = billing.ok("doctor", "--local")
    assert "! may read     events: " in ran.out
    assert "the account's own shows in an event, and the key may not read events" in ran.out

    assert "✗ may read     events: " in billing("doctor", "--local", "--store", "postgresql://localhost:1/x").out


def test_the_accounts_own_version_shows_in_its_newest_event(billing: Billing, account: Account) -> None:
    assert "the account's own shows in an event, and there is none" in billing.ok("doctor", "--local").out

    account.post("/v1/products", id="pro", name="Pro")

    version = account.api.page("/v1/events", {})[0][0]["api_version"]
    assert f"✓ API version  2026-10-28.endive; the account's own is {version}" in billing.ok("doctor", "--local").out


def test_a_secret_key_may_write_everything(billing: Billing) -> None:
    assert "✓ may write    everything: the key is not restricted" in billing.ok("doctor", "--local").out


def test_what_a_restricted_key_may_write_is_found_out_without_writing(billing: Billing, account: Account) -> None:
    account.post("/v1/products", id="pro", name="Pro")
    before = account.products(), account.prices()
    local = LocalTransport(billing.directory / ".billing" / "local.db")
    fault = Fault.parse(f"403 before * POST /v1/prices/{NOWHERE}")

    rights = ask_rights(plain_api(FaultyTransport(local, Faults([fault]))), with_writes=True)

    assert [right.name for right, failure in rights.writes.items() if failure] == ["prices"]
    assert {right.name for right in rights.writes} >= {"products", "prices", "subscriptions", "credit notes"}
    assert not any(rights.reads.values())
    assert (account.products(), account.prices()) == before


BY_RIGHT_OF = {
    "charges": "/v1/refunds",
    "checkout": "/v1/payment_links",
    "invoiceitems": "/v1/invoices",
    "invoice_payments": "/v1/invoices",
    "subscription_items": "/v1/subscriptions",
    "subscription_schedules": "/v1/subscriptions",
    "test_helpers": "/v1/customers",
}
"""Resources that go by the right of another, as in Stripe's Dashboard; Checkout sessions are read only where shipping
rates of links are, and test clocks are of test mode."""


def test_every_resource_that_commands_call_has_a_right() -> None:
    package = Path(stripe_billing_cli.__file__).parent
    sources = [file for file in package.rglob("*.py") if "local_stripe" not in file.parts]
    called = {match for file in sources for match in re.findall(r"[\"`]/v1/([a-z_]+)", file.read_text())}

    covered = {right.path.split("/")[2] for right in RIGHTS} | BY_RIGHT_OF.keys()
    assert called - covered == set()
    assert {"charges", "payment_methods", "disputes"} <= called
    assert set(BY_RIGHT_OF.values()) <= {right.path for right in RIGHTS}


def test_every_kind_of_the_catalog_has_a_right() -> None:
    """What stands below an object's own path goes by the right of that object."""
    paths = {kind.path for kind in KINDS if "{" not in kind.path}

    assert paths - {right.path for right in RIGHTS} == set()


@pytest.mark.parametrize(
    ("store", "shown"),
    [
        ("postgresql://ada:pw-of-ada@127.0.0.1:1/events", "store postgresql://ada:***@127.0.0.1:1/events"),
        ("mysql://ada:pw-of-ada@127.0.0.1/events", "store a database"),
    ],
)
def test_the_password_of_a_store_is_not_printed(
    billing: Billing, monkeypatch: pytest.MonkeyPatch, store: str, shown: str
) -> None:
    monkeypatch.setenv("BILLING_STORE", store)

    ran = billing("doctor", "--local", "--output", "json")

    assert shown in ran.out
    assert "pw-of-ada" not in ran.out + ran.err
