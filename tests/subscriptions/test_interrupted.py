"""A change, a cancellation or a payment that is cut off at any write: the same command arrives at the same place."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from stripe_billing_cli.stripe_api import client
from tests.conftest import Billing
from tests.soak import Soak
from tests.subscriptions.interrupted import Killed, Trouble, copy_account, troubling

SUB = "ada@example.com"
FIRST_OF_MARCH = 1772323200
LOST = 10
"""Scenarios of which an answer is lost outside of a soak."""
CATALOG = """\
version: 1
catalog: keymap
currency: usd
products:
  pro: {name: Pro, prices: {monthly: {unit_amount: 1500, recurring: month}, yearly: {unit_amount: 15000, recurring: year}}}
  team: {name: Team, prices: {monthly: {unit_amount: 5000, recurring: month}}}
"""


@dataclass(frozen=True)
class Scenario:
    """`before` are command lines that lead up to `command`, which is cut off. `code` is how it ends when it is not."""

    command: Sequence[str]
    before: Sequence[Sequence[str]] = ()
    writes: int = 1
    code: int = 0


def change(*options: str) -> tuple[str, ...]:
    return ("sub", "change", SUB, "--yes", *options)


LATER = change("--price", "team.monthly", "--at", "period-end")
WAITING = change("--quantity", "2", "--proration", "create")
BILLED_NOW = ("sub", "cancel", SUB, "--yes", "--now", "--invoice-now")
DECLINING = ("customer", "update", SUB, "--payment-method", "pm_card_chargeCustomerFail")
SCENARIOS = {
    "an upgrade": Scenario(change("--price", "team.monthly")),
    "an upgrade that is declined": Scenario(change("--price", "team.monthly"), [DECLINING], code=4),
    "another change while one waits for its payment": Scenario(
        change("--price", "pro.yearly"), [DECLINING, change("--price", "team.monthly")], writes=2, code=4
    ),
    "a change back while one waits for its payment": Scenario(
        change("--price", "pro.monthly"), [DECLINING, change("--price", "team.monthly")]
    ),
    "a change at the period's end": Scenario(LATER, writes=2),
    "another change at the period's end": Scenario(change("--price", "pro.yearly", "--at", "period-end"), [LATER]),
    "a scheduled change taken back": Scenario(change("--price", "pro.monthly", "--at", "period-end"), [LATER]),
    "a change now in place of a scheduled one": Scenario(change("--price", "pro.yearly"), [LATER], writes=2),
    "an item added": Scenario(change("--add", "team.monthly")),
    "an item added that is declined": Scenario(change("--add", "team.monthly"), [DECLINING], code=4),
    "an item added in place of a scheduled change": Scenario(change("--add", "team.monthly:2"), [LATER], writes=2),
    "an item removed": Scenario(change("--remove", "team.monthly"), [change("--add", "team.monthly")]),
    "a new period": Scenario(change("--restart-period")),
    "a discount": Scenario(change("--coupon", "FIFTH")),
    "a promotion code": Scenario(change("--promotion-code", "SPRING")),
    "a discount taken away": Scenario(change("--no-coupon"), [change("--coupon", "FIFTH")]),
    "a trial that ends now": Scenario(change("--trial-end", "now"), [change("--trial-end", "2026-04-15")]),
    "an upgrade while items wait": Scenario(change("--price", "team.monthly"), [WAITING]),
    "an upgrade that is declined while items wait": Scenario(
        change("--price", "team.monthly"), [WAITING, DECLINING], code=4
    ),
    "an item added that is declined while items wait": Scenario(
        change("--add", "team.monthly"), [WAITING, DECLINING], code=4
    ),
    "a trial": Scenario(change("--trial-end", "2026-04-15")),
    "a cancellation": Scenario(("sub", "cancel", SUB, "--yes", "--reason", "unused")),
    "a cancellation in place of a scheduled change": Scenario(("sub", "cancel", SUB, "--yes"), [LATER], writes=2),
    "an end with the last period": Scenario(("sub", "cancel", SUB, "--yes", "--at", "last-period-end")),
    "an end on a date with its credit": Scenario(("sub", "cancel", SUB, "--yes", "--at", "2026-03-20", "--prorate")),
    "an end billed at once": Scenario(BILLED_NOW, [WAITING], writes=3),
    "an end billed at once with its credit": Scenario((*BILLED_NOW, "--prorate"), writes=2),
    "an end billed at once with its refund": Scenario((*BILLED_NOW, "--refund", "prorated"), [WAITING], writes=6),
    "an end billed at once with the last payment's refund": Scenario(
        (*BILLED_NOW, "--refund", "last"), [change("--price", "team.monthly", "--proration", "create")], writes=5
    ),
    "an end that leaves a charge waiting": Scenario(
        ("sub", "cancel", SUB, "--yes", "--now", "--refund", "prorated"),
        [change("--price", "team.monthly", "--proration", "create"), ("clock", "advance", "life", "2026-03-31")],
        writes=2,
    ),
    "an end with its refund": Scenario(("sub", "cancel", SUB, "--yes", "--now", "--refund", "prorated"), writes=3),
    "an end with its refund of two payments": Scenario(
        ("sub", "cancel", SUB, "--yes", "--now", "--refund", "prorated"), [change("--price", "team.monthly")], writes=4
    ),
    "a goodwill refund": Scenario(("sub", "cancel", SUB, "--yes", "--refund", "last"), writes=2),
    "an end of everything at once": Scenario(
        ("sub", "cancel", SUB, "--yes", "--now", "--refund", "last", "--comment", "Too many keys"), [LATER], writes=3
    ),
    "a cancellation taken back": Scenario(("sub", "resume", SUB, "--yes"), [("sub", "cancel", SUB, "--yes")]),
    "a pause": Scenario(("sub", "pause", SUB, "--yes")),
    "a pause that ends": Scenario(("sub", "resume", SUB, "--yes"), [("sub", "pause", SUB, "--yes")]),
    "a pause that ends when it is paid": Scenario(
        ("sub", "resume", SUB, "--yes"),
        [("sub", "pause", SUB, "--yes"), DECLINING, ("clock", "advance", "life", "60d")],
        code=4,
    ),
    "a collection paused": Scenario(("sub", "pause", SUB, "--yes", "--keep-service")),
    "a payment": Scenario(
        ("sub", "pay", SUB, "--payment-method", "pm_card_visa"), [DECLINING, ("clock", "advance", "life", "period-end")]
    ),
    "a clock moved on": Scenario(("clock", "advance", "life", "2026-12-01"), writes=5),
}


@pytest.fixture(scope="module")
def subscription_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A customer on a test clock, ten days into the first month of a subscription that is paid by card."""
    directory = tmp_path_factory.mktemp("started")
    path = directory / "local.db"
    api = _api(path)
    clock = api.post("/v1/test_helpers/test_clocks", {"frozen_time": FIRST_OF_MARCH, "name": "life"}).body["id"]
    customer = {
        "email": SUB,
        "test_clock": clock,
        "payment_method": "pm_card_visa",
        "invoice_settings": {"default_payment_method": "pm_card_visa"},
    }
    owner = api.post("/v1/customers", customer).body["id"]
    price = _apply(api)["pro.monthly"]
    api.post("/v1/coupons", {"id": "FIFTH", "percent_off": 20, "duration": "forever"})
    api.post("/v1/promotion_codes", {"code": "SPRING", "promotion": {"type": "coupon", "coupon": "FIFTH"}})
    api.post("/v1/subscriptions", {"customer": owner, "items": [{"price": price}]})
    api.post(f"/v1/test_helpers/test_clocks/{clock}/advance", {"frozen_time": FIRST_OF_MARCH + 10 * 86400})
    return path


def _api(path: Path) -> client.StripeApi:
    return client.connect_locally(path)


def _apply(api: client.StripeApi) -> dict[str, str]:
    from stripe_billing_cli.catalog import snapshot
    from stripe_billing_cli.catalog.executor import carry_out
    from stripe_billing_cli.catalog.file.load import Source, load_catalog
    from stripe_billing_cli.catalog.planner import make_plan

    catalog = load_catalog(Source("catalog.yaml", CATALOG))
    assert carry_out(api, make_plan(catalog, snapshot.read(api, catalog))).complete
    return {price["lookup_key"]: price["id"] for price in api.page("/v1/prices", {})[0]}


@dataclass
class Stage:
    """An account, copied for each run of a command on it."""

    billing: Billing
    started: Path

    @property
    def path(self) -> Path:
        return self.billing.directory / ".billing" / "local.db"

    def run(self, argv: Sequence[str]) -> int:
        return self.billing(*argv, "--local").code

    @contextmanager
    def troubled(self, trouble: Trouble | None) -> Iterator[list[str]]:
        counted: list[str] = []
        self.billing.wrap[:] = [troubling(trouble, counted)]
        yield counted
        self.billing.wrap.clear()

    def state(self) -> Any:
        return state(_api(self.path))


@pytest.fixture
def stage(billing: Billing, subscription_file: Path) -> Stage:
    return Stage(billing, subscription_file)


def state(api: client.StripeApi) -> Any:
    """Return all that matters of what the account holds, without what differs from run to run: ids."""
    prices = {price["id"]: price["lookup_key"] for price in api.page("/v1/prices", {})[0]}
    [clock] = api.page("/v1/test_helpers/test_clocks", {})[0]
    [customer] = api.page("/v1/customers", {"test_clock": clock["id"]})[0]
    [read] = api.page("/v1/subscriptions", {"customer": customer["id"], "status": "all"})[0]
    invoices = api.page("/v1/invoices", {"customer": customer["id"]})[0]
    schedules = api.page("/v1/subscription_schedules", {"customer": customer["id"]})[0]
    subscription = {
        "items": _items(read["items"]["data"], prices),
        "waiting": _items((read["pending_update"] or {}).get("subscription_items") or (), prices),
        "scheduled": read["schedule"] is not None,
        "discounts": len(read["discounts"]),
        **{
            name: read[name]
            for name in "status cancel_at cancel_at_period_end ended_at cancellation_details pause_collection".split()
        },
    }
    return {
        "subscription": subscription,
        "clock": clock["frozen_time"],
        "balance": customer["balance"],
        "pending": sorted(
            item["amount"] for item in api.page("/v1/invoiceitems", {"customer": customer["id"], "pending": True})[0]
        ),
        "invoices": [(one["status"], one["total"], one["amount_remaining"], one["attempt_count"]) for one in invoices],
        "schedules": [
            (one["status"], [_items(phase["items"], prices) for phase in one["phases"]]) for one in schedules
        ],
        "refunds": [(one["amount"], one["status"]) for one in api.page("/v1/refunds", {})[0]],
    }


def _items(items: Sequence[Any], prices: dict[str, str]) -> list[Any]:
    return [
        (prices[item["price"] if isinstance(item["price"], str) else item["price"]["id"]], item.get("quantity"))
        for item in items
    ]


@pytest.mark.parametrize("name", SCENARIOS)
def test_a_run_cut_off_after_any_write_is_completed_by_the_next(name: str, stage: Stage, tmp_path: Path) -> None:
    scenario = SCENARIOS[name]
    prepared = _prepared(stage, scenario, tmp_path)
    with stage.troubled(None) as writes:
        assert stage.run(scenario.command) == scenario.code
    assert len(writes) == scenario.writes, writes
    end = stage.state()
    for at in range(1, scenario.writes + 1):
        copy_account(prepared, stage.path)
        with stage.troubled(Trouble("kill", at)), suppress(Killed):
            stage.run(scenario.command)

        code = stage.run(scenario.command)

        where = f"{name}, cut off after {writes[at - 1]}"
        assert code == scenario.code, where
        assert stage.state() == end, where


@pytest.mark.soak
def test_an_answer_that_is_lost_once_is_asked_for_again(stage: Stage, tmp_path: Path, soak: Soak) -> None:
    for name in soak.part(list(SCENARIOS), LOST):
        scenario = SCENARIOS[name]
        prepared = _prepared(stage, scenario, tmp_path)
        with stage.troubled(None):
            stage.run(scenario.command)
        end = stage.state()
        losses = [(kind, at) for kind in ("timeout", "500") for at in range(1, scenario.writes + 1)]
        for kind, at in soak.part(losses, 1):
            copy_account(prepared, stage.path)
            with stage.troubled(Trouble(kind, at)):
                code = stage.run(scenario.command)

            assert (code, stage.state()) == (scenario.code, end), f"{name}, {kind} at write {at}"


def test_another_new_period_that_is_cut_off_charges_once(stage: Stage, tmp_path: Path) -> None:
    """The second run begins a period at the same moment, for which nothing is left to charge."""
    again = change("--restart-period", "--again")
    _prepared(stage, Scenario(again), tmp_path)
    with stage.troubled(Trouble("kill", 1)), suppress(Killed):
        stage.run(again)

    assert stage.run(again) == 0
    assert [total for _, total, *_ in stage.state()["invoices"] if total] == [1500 - 1016, 1500]


def _prepared(stage: Stage, scenario: Scenario, tmp_path: Path) -> Path:
    """Return the account as the command finds it."""
    copy_account(stage.started, stage.path)
    for argv in scenario.before:
        assert stage.run(argv) in (0, 4), argv
    prepared = tmp_path / "prepared" / "local.db"
    copy_account(stage.path, prepared)
    return prepared
