"""Whatever goes wrong gives one clear message, the right exit code, and loses nothing."""

from __future__ import annotations

import gc
import json
import os
import pwd
import re
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
import responses

from stripe_billing_cli.cli.app import LazyGroups
from stripe_billing_cli.cli.interrupts import TerminationInterrupt
from stripe_billing_cli.local_stripe.core.faults import Fault, Faults
from stripe_billing_cli.local_stripe.faulty_transport import FaultyTransport
from tests.catalog.catalogs import SEED
from tests.conftest import Account, Billing, Ran


def faulty(billing: Billing, *faults: str) -> None:
    billing.wrap.append(lambda inner: FaultyTransport(inner, Faults([Fault.parse(fault) for fault in faults])))  # type: ignore[arg-type]


def told_once(ran: Ran, code: int) -> str:
    """Return the error: short, no traceback, with a way on."""
    assert ran.code == code, ran
    assert "Traceback" not in ran.err
    assert ran.err.count("Error: ") == 1, ran.err
    assert "  → " in ran.err
    assert len(ran.err) < 800
    return ran.err


@pytest.mark.parametrize(("interruption", "code"), [(KeyboardInterrupt, 130), (TerminationInterrupt, 143)])
def test_an_interruption_while_a_command_is_loaded(
    billing: Billing, monkeypatch: pytest.MonkeyPatch, interruption: type[BaseException], code: int
) -> None:
    def interrupt(*arguments: object) -> None:
        raise interruption

    monkeypatch.setattr(LazyGroups, "get_command", interrupt)

    ran = billing("catalog", "plan", "--local")

    assert (ran.code, ran.err) == (code, "\nInterrupted.\n")


def test_an_expired_key(billing: Billing) -> None:
    billing.write(SEED)
    faulty(billing, "401 before *")

    output = told_once(billing("catalog", "plan", "--local"), 1)

    assert "Expired API Key provided" in output
    assert "make a new key" in output
    assert "in its request req_" in output


def test_a_key_without_permission(billing: Billing) -> None:
    billing.write(SEED)
    faulty(billing, "403 before * GET /v1/prices")

    output = told_once(billing("catalog", "plan", "--local"), 1)

    assert "does not have the required permissions" in output
    assert "give the restricted key this permission" in output
    assert "`billing --local doctor` says what else it lacks" in output


def test_a_key_that_may_not_read_the_account_can_still_apply(billing: Billing, account: Account) -> None:
    faulty(billing, "403 before * GET /v1/account")

    billing.apply(SEED)

    assert set(account.products()) == {"pro"}
    assert billing.plan()["account"] is None


def test_a_proxys_page(billing: Billing) -> None:
    billing.write(SEED)
    faulty(billing, "html before *")

    output = told_once(billing("catalog", "plan", "--local"), 1)

    assert "is not Stripe: it sent no JSON" in output
    assert "HTTPS_PROXY" in output
    assert "<html" not in output


def test_stripe_is_down(billing: Billing) -> None:
    billing.write(SEED)
    faulty(billing, "500 before *")

    assert "https://status.stripe.com" in told_once(billing("catalog", "plan", "--local"), 1)


def test_no_network(billing: Billing, monkeypatch: pytest.MonkeyPatch) -> None:
    billing.write(SEED)
    monkeypatch.setenv("STRIPE_API_BASE", "http://127.0.0.1:9")

    output = told_once(billing("catalog", "plan", "--api-key", "sk_test_nobody"), 1)

    assert "http://127.0.0.1:9, which STRIPE_API_BASE names, could not be reached" in output
    assert "billing local serve" in output
    assert "sk_test_nobody" not in output


def test_a_failure_as_json_has_all_its_fields(billing: Billing) -> None:
    billing.write(SEED)
    faulty(billing, "401 before *")

    ran = billing("catalog", "plan", "--local", "--output", "json")

    assert ran.out == ""
    assert set(ran.error) == set("kind message reason object errors location hint param request_id exit_code".split())
    assert ran.error["kind"] == "authentication"
    assert ran.error["request_id"].startswith("req_")


def test_verbose_shows_where_a_failure_came_from_without_secrets(
    billing: Billing, monkeypatch: pytest.MonkeyPatch
) -> None:
    billing.write(SEED)
    monkeypatch.setenv("STRIPE_API_BASE", "http://127.0.0.1:9")

    ran = billing("catalog", "plan", "--verbose", "--api-key", "sk_test_abcdefghijklmnop")

    assert "Traceback" in ran.err
    assert "GET /v1/products → no answer" in ran.err
    assert "sk_test_abcdefghijklmnop" not in ran.err


@pytest.mark.parametrize(
    "argv", [("sub", "show", "in_1"), ("customer", "list", "--api-key", "sk_live_x"), ("sub", "show", "")]
)
def test_verbose_shows_no_traceback_of_what_a_command_found_itself(
    billing: Billing, monkeypatch: pytest.MonkeyPatch, argv: tuple[str, ...]
) -> None:
    monkeypatch.setenv("STRIPE_API_BASE", "http://127.0.0.1:9")
    monkeypatch.setenv("STRIPE_API_KEY", "sk_test_abcdefghijklmnop")

    ran = billing(*argv, "--verbose")

    assert (ran.code, "Traceback" in ran.err) == (2, False), ran.err


def test_a_corrupted_local_stripe_is_told_and_kept(billing: Billing) -> None:
    billing.apply(SEED)
    gc.collect()  # what the command left open, as no process does, would be written into the file as it is closed
    database = billing.directory / ".billing" / "local.db"
    for beside in database.parent.glob("local.db-*"):
        beside.unlink()
    database.write_bytes(b"this is no database" * 1000)

    output = told_once(billing("catalog", "plan", "--local"), 1)

    assert "local.db" in output
    assert database.read_bytes() == b"this is no database" * 1000


@pytest.fixture
def as_nobody(tmp_path: Path) -> Iterator[None]:
    """Root may write anywhere; the tests of permissions run as somebody who may not."""
    if os.geteuid() != 0:
        yield
        return
    for part in (tmp_path, *tmp_path.parents):
        if str(part).startswith(("/tmp/", "/var/")) and part.stat().st_uid == 0:
            part.chmod(part.stat().st_mode | 0o755)
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


def test_a_read_only_directory(billing: Billing, as_nobody: None) -> None:
    if os.geteuid() == 65534:
        os.seteuid(0)
    billing.write(SEED)
    billing.directory.chmod(0o555)
    if os.getuid() == 0:
        os.seteuid(65534)
    try:
        output = told_once(billing("catalog", "plan", "--local"), 1)
    finally:
        if os.getuid() == 0:
            os.seteuid(0)
        billing.directory.chmod(0o755)

    assert ".billing" in output


def test_doctor_says_what_else_it_sees_where_the_local_stripe_cannot_be_used(billing: Billing) -> None:
    (billing.directory / ".billing").write_text("no directory")
    billing.write(SEED)

    ran = billing("doctor", "--local", "--output", "json")

    [wrong] = [finding for finding in ran.json["findings"] if not finding["ok"]]
    assert ran.code == 1
    assert wrong["found"].endswith(".billing is no directory")
    assert wrong["hint"]
    assert {"catalog", "setting"} <= {finding["check"] for finding in ran.json["findings"]}


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_says_how_else_where_home_may_not_be_written_to(
    billing: Billing, monkeypatch: pytest.MonkeyPatch, shell: str
) -> None:
    home = billing.directory / "home"
    home.write_text("no directory")
    monkeypatch.setenv("HOME", str(home))
    for name in ("XDG_DATA_HOME", "XDG_CONFIG_HOME"):
        monkeypatch.delenv(name, raising=False)

    output = told_once(billing("completion", shell, "--install"), 1)

    assert re.search(rf"Error: {home}/\S*billing\S* cannot be written: not a directory\n", output)
    assert f"`billing completion {shell} > FILE` writes the script" in output


@pytest.mark.parametrize("argv", [("completion", "bash", "--install"), ("customer", "list", "--profile", "default")])
def test_a_user_without_a_home_is_told_to_set_one(
    billing: Billing, monkeypatch: pytest.MonkeyPatch, argv: tuple[str, ...]
) -> None:
    """As of a container that runs as a number without a name."""
    for name in ("HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(pwd, "getpwuid", lambda uid: {}[uid])

    output = told_once(billing(*argv), 2)

    assert "there is no home directory: HOME is not set\n  → set HOME to a directory of yours" in output


def test_a_file_that_may_not_be_written_is_named_first(billing: Billing) -> None:
    (billing.directory / "folder").write_text("no directory")

    output = told_once(billing("init", "--file", "folder/catalog.yaml"), 1)

    assert (
        output
        == "Error: folder/catalog.yaml cannot be used: not a directory\n  → check that it is there, and its permissions\n"
    )


def test_a_full_disk(billing: Billing, account: Account) -> None:
    """SQLite's own limit on the size of a database answers as a full disk does."""
    billing.apply(SEED)
    before = account.prices()

    many = "".join(f"      p{number}: {{unit_amount: {number}, recurring: month}}\n" for number in range(400))
    billing.write(SEED + many)
    with pytest.MonkeyPatch.context() as disk:
        limited(disk)
        ran = billing("catalog", "apply", "--local")

    assert ran.code == 1
    assert "Traceback" not in ran.err
    assert "the disk is full" in ran.out, ran.out[-2000:]
    assert len(ran.out.split("Plan: ")[1]) < 1000
    assert "Run the same command again" in ran.out
    assert [price for price in account.prices() if price["id"] in {one["id"] for one in before}] == before


def limited(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let no database of this process grow."""
    connect = sqlite3.connect

    def connect_limited(*arguments: object, **options: object) -> sqlite3.Connection:
        connection: sqlite3.Connection = connect(*arguments, **options)  # type: ignore[call-overload]
        pages = connection.execute("PRAGMA page_count").fetchone()[0]
        connection.execute(f"PRAGMA max_page_count = {max(pages, 1)}")
        return connection

    monkeypatch.setattr(sqlite3, "connect", connect_limited)


@pytest.fixture
def live(monkeypatch: pytest.MonkeyPatch) -> Iterator[responses.RequestsMock]:
    """Stripe in live mode: an empty account with a name."""
    with responses.RequestsMock(assert_all_requests_are_fired=False) as stripe:
        name = {"settings": {"dashboard": {"display_name": "Keymap Ltd"}}}
        stripe.get("https://api.stripe.com/v1/account", json={"id": "acct_live", "object": "account", **name})
        nothing = {"object": "list", "data": [], "has_more": False, "url": "/v1/products"}
        stripe.get("https://api.stripe.com/v1/products", json=nothing)
        stripe.get("https://api.stripe.com/v1/prices", json=nothing)
        yield stripe


PRODUCT = {
    "id": "bare",
    "object": "product",
    "active": True,
    "created": 1,
    "images": [],
    "marketing_features": [],
    "metadata": {},
    "name": "Bare",
}
BARE = "version: 1\ncatalog: keymap\nproducts: {bare: {name: Bare}}\n"


class TestLiveMode:
    """These answers are not the local Stripe's, so the contract checks stay off."""

    @pytest.fixture(autouse=True)
    def _without_checks(self, billing: Billing, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("tests.conftest.ContractTransport", lambda inner: inner)

    def test_without_a_terminal_apply_needs_live_and_yes(self, billing: Billing, live: responses.RequestsMock) -> None:
        billing.write(BARE)

        for options in ([], ["--yes"], ["--live"]):
            output = told_once(billing("catalog", "apply", "--api-key", "sk_live_x", *options), 2)
            assert "LIVE MODE: account Keymap Ltd (acct_live)" in output
            assert "say --live --yes" in output
        assert all(call.request.method == "GET" for call in live.calls)

    def test_with_both_it_applies(self, billing: Billing, live: responses.RequestsMock) -> None:
        billing.write(BARE)
        live.post("https://api.stripe.com/v1/products", json=PRODUCT)

        ran = billing.ok("catalog", "apply", "--api-key", "sk_live_x", "--live", "--yes")

        assert "Done: 1 change applied." in ran.out
        assert "Authorization" not in ran.out + ran.err

    def test_a_plan_asks_nothing(self, billing: Billing, live: responses.RequestsMock) -> None:
        billing.write(BARE)

        assert billing.ok("catalog", "plan", "--api-key", "sk_live_x", "--output", "json").json["livemode"] is True

    def test_a_restricted_key_that_may_not_know_the_accounts_name(
        self, billing: Billing, live: responses.RequestsMock
    ) -> None:
        billing.write(BARE)
        refused = {"error": {"type": "invalid_request_error", "message": "The provided key does not have permissions"}}
        live.replace(responses.GET, "https://api.stripe.com/v1/account", json=refused, status=403)

        output = billing("catalog", "apply", "--api-key", "rk_live_x").err

        assert "of unknown name" in output


def test_timeouts_are_retried_with_one_idempotency_key(billing: Billing, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.conftest.ContractTransport", lambda inner: inner)
    billing.write(BARE)
    keys = []

    def create(request: requests.PreparedRequest) -> tuple[int, dict[str, str], str]:
        keys.append(request.headers["Idempotency-Key"])
        if len(keys) < 3:
            raise requests.exceptions.ReadTimeout("no answer")
        return 200, {}, json.dumps(PRODUCT)

    with responses.RequestsMock() as stripe:
        stripe.get("https://api.stripe.com/v1/account", json={"id": "acct_1", "object": "account"})
        nothing = {"object": "list", "data": [], "has_more": False}
        stripe.get("https://api.stripe.com/v1/products", json=nothing)
        stripe.get("https://api.stripe.com/v1/prices", json=nothing)
        stripe.add_callback(responses.POST, "https://api.stripe.com/v1/products", callback=create)
        billing.ok("catalog", "apply", "--api-key", "sk_test_x")

    assert len(keys) == 3
    assert len(set(keys)) == 1
    assert keys[0].startswith("billing-")


@pytest.mark.parametrize(
    ("argv", "mistake"),
    [
        (("sub", "create"), "missing option '--customer'"),
        (
            ("customer", "list", "--output", "nope"),
            "invalid value for '--output' / '-o': 'nope' is not one of table, json",
        ),
        (("sub", "list", "--limit", "-1"), "invalid value for '--limit': it is at least 0"),
        (("sub", "list", "--limit"), "Error: option '--limit' requires an argument\n"),
        (("customer", "show", "ada", "king", "bob"), "Error: there are more arguments than it takes: king bob\n"),
        (("events", "list", "--store", "mysql://x/y"), "or postgresql://user@host/database\n"),
        (("sub", "cancel", "sub_1", "--previe"), "has no option --previe"),
    ],
)
def test_a_mistake_in_the_command_line_is_said_once(billing: Billing, argv: tuple[str, ...], mistake: str) -> None:
    ran = billing(*argv)

    assert ran.code == 2
    assert ran.err.count(mistake) == 1
