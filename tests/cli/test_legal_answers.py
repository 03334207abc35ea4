"""Answers that are legal and that nobody has seen: new words for what is read, and no more than what is required."""

from __future__ import annotations

import contextlib
import io
import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import stripe

from stripe_billing_cli.cli.app import run
from stripe_billing_cli.stripe_api import client
from stripe_billing_cli.stripe_api.objects.registry import OBJECTS
from stripe_billing_cli.test_clocks import advance
from tests.cli.help.command_tree import commands
from tests.conftest import Billing
from tests.contract_keys import ONLY_WHEN_EXPANDED
from tests.documented_answers import REQUIRED

WORDS: dict[str, dict[str, Any]] = {
    "subscription": {"status": "hibernating", "collection_method": "by_pigeon"},
    "invoice": {"status": "disowned", "billing_reason": "full_moon"},
    "price": {"billing_scheme": "by_weight", "tax_behavior": "negotiable"},
    "payment_method": {"type": "seashells"},
    "coupon": {"duration": "now_and_then"},
    "test_helpers.test_clock": {"status": "dreaming"},
    "webhook_endpoint": {"status": "resting"},
    "refund": {"status": "travelling", "reason": "remorse"},
}
"""Values of fields that are read."""
CATALOG = """\
version: 1
catalog: c
currency: usd
products:
  pro:
    name: Pro
    prices: {monthly: {unit_amount: 1500, recurring: month}}
"""
NEW_RECURRING = {"interval": "decade", "usage_type": "shared"}


class RewritingTransport(stripe.HTTPClient):
    """A transport that reads answers in another way."""

    name = "rewriting"

    def __init__(self, inner: stripe.HTTPClient, rewrite: Callable[[Any], Any]) -> None:
        super().__init__()
        self._inner = inner
        self._rewrite = rewrite

    def request(self, method: str, url: str, headers: Any, post_data: Any = None, **_: Any) -> Any:
        body, status, answer_headers = self._inner.request(method, url, headers, post_data)
        if status == 200:
            body = json.dumps(self._rewrite(json.loads(body)))
        return body, status, answer_headers


def _reworded(answer: Any) -> Any:
    if isinstance(answer, list):
        return [_reworded(element) for element in answer]
    if not isinstance(answer, dict):
        return answer
    reworded = {name: _reworded(value) for name, value in answer.items()}
    reworded |= {name: word for name, word in WORDS.get(str(reworded.get("object")), {}).items() if reworded.get(name)}
    if reworded.get("object") == "price" and reworded["recurring"]:
        reworded["recurring"] |= NEW_RECURRING
    return reworded


def _least(answer: Any, path: str = "") -> Any:
    """Return what Stripe's OpenAPI document requires of an answer, and what was asked for, and nothing else."""
    if isinstance(answer, list):
        return [_least(element, f"{path}[]") for element in answer]
    if not isinstance(answer, dict) or path.endswith(".metadata"):
        return answer
    kind = answer.get("object")
    if kind == "list":
        return {name: _least(value, f"{path}.{name}") for name, value in answer.items()}
    if path.endswith(".currency_options"):
        return {code: _least(option, f"{path}{{}}") for code, option in answer.items()}
    path = kind if isinstance(kind, str) and kind in OBJECTS else path
    required = {*REQUIRED.get(path, ()), *ONLY_WHEN_EXPANDED.get(path, "").split()}
    return {name: _least(value, f"{path}.{name}") for name, value in answer.items() if name in required}


REWRITES: dict[str, Callable[[Any], Any]] = {"new words": _reworded, "no more than required": _least}


@dataclass(frozen=True)
class OneOfEach:
    """A local Stripe with one of each, and the catalog it is from; ids by name."""

    directory: Path
    ids: dict[str, str]


@pytest.fixture(scope="session")
def one_of_each(tmp_path_factory: pytest.TempPathFactory) -> OneOfEach:
    directory = tmp_path_factory.mktemp("one-of-each")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(directory)
        (directory / "catalog.yaml").write_text(CATALOG, encoding="utf-8")

        def made(*argv: str) -> str:
            with contextlib.redirect_stdout(io.StringIO()) as shown:
                assert run([*argv, "--local", "--yes", "--output", "id"]) == 0
            return shown.getvalue().strip()

        made("catalog", "apply")
        clock = made("clock", "create")
        email = ("--email", "ada@example.com", "--payment-method", "pm_card_visa")
        customer = made("customer", "create", *email, "--test-clock", clock)
        api = client.connect_locally(directory / ".billing" / "local.db")
        coupon = api.post("/v1/coupons", {"percent_off": 10, "duration": "once"}).body["id"]
        subscription = made("sub", "create", "--customer", customer, "--price", "pro.monthly", "--coupon", coupon)
        api.post("/v1/webhook_endpoints", {"url": "https://example.com/hook", "enabled_events": ["*"]})
        api.post("/v1/promotion_codes", {"promotion": {"type": "coupon", "coupon": coupon}, "code": "LAUNCH"})
        payment = {"amount": 900, "currency": "usd", "payment_method": "pm_card_visa", "confirm": True}
        paid = api.post("/v1/payment_intents", {**payment, "payment_method_types": ["card"]}).body["id"]
        refund = api.post("/v1/refunds", {"payment_intent": paid, "amount": 100}).body["id"]
        [invoice] = api.page("/v1/invoices", {})[0]
        terms = {"customer": customer, "collection_method": "send_invoice", "days_until_due": 9}
        mailed = api.post("/v1/invoices", terms).body["id"]
        api.post("/v1/invoiceitems", {"customer": customer, "amount": 900, "currency": "usd", "invoice": mailed})
        api.post(f"/v1/invoices/{mailed}/finalize", {"auto_advance": False})
    ids = {"customer": customer, "subscription": subscription, "clock": clock, "invoice": invoice["id"]}
    return OneOfEach(directory, {**ids, "refund": refund, "mailed": mailed})


@pytest.fixture(params=sorted(REWRITES))
def account_of_one_each(
    request: pytest.FixtureRequest, billing: Billing, one_of_each: OneOfEach, monkeypatch: pytest.MonkeyPatch
) -> dict[str, str]:
    """An account with one of each, which answers in another way. Ids by name."""
    shutil.copytree(one_of_each.directory, billing.directory, dirs_exist_ok=True)
    rewrite = REWRITES[request.param]
    monkeypatch.setattr("tests.conftest.ContractTransport", lambda inner: RewritingTransport(inner, rewrite))
    return one_of_each.ids


SHOWN = [
    "catalog plan",
    "customer show {customer}",
    "customer list",
    "customer balance {customer}",
    "card list {customer}",
    "sub show {subscription}",
    "sub list",
    "sub watch {subscription} --timeout 1s",
    "clock list",
    "invoice list",
    "invoice show {invoice}",
    "refund list",
    "refund show {refund}",
    "code check LAUNCH",
    "webhook list",
    "access reconcile",
    "doctor",
]


@pytest.mark.parametrize("output", ["table", "json"])
@pytest.mark.parametrize("command", SHOWN)
def test_what_shows_shows_them(
    billing: Billing, account_of_one_each: dict[str, str], command: str, output: str
) -> None:
    ran = billing(*command.format(**account_of_one_each).split(), "--local", "--output", output)

    assert "mistake in billing" not in ran.err, ran.err
    assert "bug" not in ran.err
    assert ran.code in (0, 1) if command == "doctor" else ran.code in (0, 4), ran.err


STORED = ("list", "show", "retry", "handlers", "move", "drop", "purge")
ACTING = [
    "sub change {subscription} --quantity 3",
    "sub cancel {subscription}",
    "sub cancel {subscription} --now --refund last",
    "sub pause {subscription}",
    "sub resume {subscription}",
    "sub pay {subscription}",
    "invoice pay {invoice}",
    "invoice void {invoice}",
    "invoice credit {invoice} --amount 1.00",
    "refund create {invoice}",
    "clock advance {clock} 1d --timeout 1s",
    "clock advance {clock} period-end --timeout 1s",
    "customer update {customer} --name Ada",
    "customer update {customer} --payment-method pm_card_mastercard",
    "catalog apply",
    "catalog apply --prune",
    "customer create --email bob@example.com --payment-method pm_card_visa",
    "customer portal {customer}",
    "customer balance {customer} --credit 1.00",
    "customer delete {customer}",
    "sub create --customer {customer} --price pro.monthly",
    "sub create --customer {customer} --price pro.monthly --if-not-exists",
    "sub change {subscription} --price pro.monthly --at period-end --quantity 2",
    "webhook create --url https://example.com/other",
    "events backfill --since 1d",
    "invoice write-off {invoice}",
    "invoice send {mailed}",
    "card default {customer} 4242",
    "card remove {customer} 4242",
    "catalog import -f imported.yaml",
    "clock create --name later",
    "clock delete {clock}",
    "webhook roll-secret https://example.com/hook",
    "webhook delete https://example.com/hook",
]
UNTRIED = {
    "listen": "it runs until it is stopped",
    **dict.fromkeys(("init", "completion", "help"), "it asks nobody"),
    **dict.fromkeys(("catalog validate", "catalog show", "catalog schema"), "it reads files"),
    **dict.fromkeys(("catalog copy", "catalog diff"), "it reads what catalog plan reads"),
    **dict.fromkeys(("access show", "access list"), "it reads the store"),
    **dict.fromkeys((f"events {name}" for name in STORED), "it reads the store"),
    **dict.fromkeys(("local serve", "local reset", "local path", "local settings"), "it is about the local Stripe"),
}
"""Commands that read no answer of Stripe's, or are not tried here, with the reason."""


@pytest.mark.parametrize("command", ACTING)
def test_what_acts_works_or_says_why_not(billing: Billing, account_of_one_each: dict[str, str], command: str) -> None:
    ran = billing(*command.format(**account_of_one_each).split(), "--local", "--yes", "--output", "json")

    assert "mistake in billing" not in ran.out + ran.err
    assert ran.code in (0, 1, 4), ran.err


def test_every_command_is_tried() -> None:
    paths = [ctx.command_path for command, ctx in commands() if not hasattr(command, "list_commands")]
    tried = [*SHOWN, *ACTING, *UNTRIED]

    untried = [path for path in paths if not any(f"billing {one} ".startswith(f"{path} ") for one in tried)]
    assert untried == [], "put a command line of it into SHOWN or ACTING"


@pytest.mark.parametrize("account_of_one_each", ["no more than required"], indirect=True)
def test_an_endpoint_whose_secret_is_not_said_is_no_endpoint(
    billing: Billing, account_of_one_each: dict[str, str]
) -> None:
    ran = billing("webhook", "create", "--url", "https://example.com/other", "--local")

    assert ran.code == 1, ran.err
    assert "secret is left out" in ran.err


def test_a_clock_moves_in_the_shortest_steps_where_an_interval_is_new() -> None:
    price = {"recurring": {"interval": "decade", "interval_count": 1}}

    assert advance.furthest_step([{"items": {"data": [{"price": price}]}}]) == 2 * 86_400
