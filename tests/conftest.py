"""Commands run in process against the local Stripe, with the two contract checks around every call."""

from __future__ import annotations

import gc
import json
import os
import random
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
import stripe
from hypothesis import HealthCheck, settings

from stripe_billing_cli.cli import slow_notice
from stripe_billing_cli.cli.app import run
from stripe_billing_cli.stripe_api import client, paced_transport
from tests import declared_reads
from tests.answer_modes import MODES, AnswerModeTransport, Rewrite
from tests.contract import ContractTransport
from tests.soak import Soak
from tests.worker_order import waiting_first

pytest_plugins = ["tests.stores"]
"""Whose fixtures every folder has: a PostgreSQL server is started once, for the tests of all."""
PLAIN_TRANSPORT = paced_transport.PacedTransport
"""As it is in every mode: what a test reads for itself is the local Stripe's own answer."""
Wrap = Callable[[stripe.HTTPClient], stripe.HTTPClient]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--answers", choices=sorted(MODES), help="say the local Stripe's answers in another legal way")
    parser.addoption("--soak", action="store_true", help="try all cases of tests that try a part of them otherwise")
    parser.addoption("--soak-seed", type=int, help="what decides which part, or the order; printed at the end")


def pytest_configure(config: pytest.Config) -> None:
    """A suite started in the background ignores SIGINT, and so would every command that a test interrupts."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    # How fast the machine is at this moment says nothing about a rule.
    settings.register_profile("any-machine", deadline=None, suppress_health_check=[HealthCheck.too_slow])
    settings.load_profile("any-machine")
    declared_reads.watch()
    config.addinivalue_line("markers", "literal: says of an answer word for word what comes of it; of no mode")
    config.addinivalue_line("markers", "soak: tries a part of its cases, and all of them with --soak")
    config.addinivalue_line("markers", "service(program): runs a program of the system, only with --soak")
    if config.option.soak_seed is None:  # set before workers start, so that all have the same
        config.option.soak_seed = random.SystemRandom().randrange(10**6) if config.option.soak else 1
    if mode := config.getoption("--answers"):
        _say_answers(MODES[mode])


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if not config.getoption("--soak"):
        services = [item for item in items if item.get_closest_marker("service")]
        config.hook.pytest_deselected(items=services)
        items[:] = [item for item in items if item not in services]
    if config.getoption("--answers"):
        literal = [item for item in items if item.get_closest_marker("literal")]
        config.hook.pytest_deselected(items=literal)
        items[:] = [item for item in items if item not in literal]
    if worker := getattr(config, "workerinput", None):
        items[:] = waiting_first(items, worker["workercount"])


def pytest_collection_finish() -> None:
    """Take what collecting thousands of tests has made out of the garbage collector's sight: it lives to the end."""
    gc.collect()
    gc.freeze()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    if config.option.soak:
        terminalreporter.write_line(f"soak seed: {config.option.soak_seed} (again with --soak-seed)")


@pytest.fixture
def soak(request: pytest.FixtureRequest) -> Soak:
    """How many of its cases a test tries."""
    seed = f"{request.config.option.soak_seed} {request.node.nodeid}"
    return Soak(request.config.option.soak, random.Random(seed))


def _say_answers(rewrite: Rewrite) -> None:
    """Put a mode between every `StripeApi` and its transport, outside the contract check."""

    class InMode(paced_transport.PacedTransport):
        def __init__(self, inner: stripe.HTTPClient, *rest: Any, **named: Any) -> None:
            super().__init__(AnswerModeTransport(inner, rewrite), *rest, **named)

    paced_transport.PacedTransport = InMode  # type: ignore[misc]


@dataclass(frozen=True)
class Ran:
    """A command line that ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)

    @property
    def error(self) -> Any:
        """Return the error object of `--output json`."""
        return json.loads(self.err.strip().splitlines()[-1])["error"]


@dataclass
class Billing:
    """`billing`, as typed in `directory`. `wrap` goes around the transport of every command (faults, counters).

    `is_checked`: every call is held against the contract.
    """

    directory: Path
    capsys: pytest.CaptureFixture[str]
    wrap: list[Wrap] = field(default_factory=list)
    is_checked: bool = True

    def __call__(self, *argv: str) -> Ran:
        self.capsys.readouterr()
        code = run(list(argv))
        output = self.capsys.readouterr()
        return Ran(code, output.out, output.err)

    def ok(self, *argv: str) -> Ran:
        ran = self(*argv)
        assert ran.code == 0, f"exit {ran.code}\n{ran.out}\n{ran.err}"
        return ran

    def write(self, text: str, name: str = "catalog.yaml") -> Path:
        path = self.directory / name
        path.write_text(text, encoding="utf-8")
        return path

    def apply(self, text: str, *options: str) -> Ran:
        """Apply a catalog, agreeing to what is asked in test mode."""
        self.write(text)
        return self.ok("catalog", "apply", "--local", "--yes", *options)

    def mistakes(self, text: str) -> str:
        """Return what is wrong with a catalog, which is not valid, for people."""
        self.write(text)
        ran = self("catalog", "validate")
        assert ran.code == 2, f"exit {ran.code}\n{ran.out}\n{ran.err}"
        return ran.err

    def plan(self, text: str | None = None, *options: str) -> Any:
        """Return the plan as JSON."""
        if text is not None:
            self.write(text)
        return self.ok("catalog", "plan", "--local", "--output", "json", *options).json


@dataclass(frozen=True)
class Account:
    """What the local Stripe of a directory holds, seen and changed as from the dashboard."""

    api: client.StripeApi
    transport: stripe.HTTPClient

    def answered(self, path: str) -> Any:
        """Return an object as it comes over the wire, before the program reads it."""
        body, _, _ = self.transport.request(
            "get", f"https://api.stripe.com{path}", {"Authorization": f"Bearer {client.LOCAL_KEY}"}
        )
        return json.loads(body)

    def products(self) -> dict[str, Any]:
        return {one["id"]: one for page in self.api.pages("/v1/products", {}) for one in page}

    def prices(self) -> list[Any]:
        """Return all prices, oldest first, with tiers and currency options."""
        expand = {"expand": ["data.tiers", "data.currency_options", "data.currency_options.eur.tiers"]}
        return [one for page in self.api.pages("/v1/prices", expand) for one in page][::-1]

    def price(self, lookup_key: str) -> Any:
        """Return the one price with this lookup key."""
        [match] = [price for price in self.prices() if price["lookup_key"] == lookup_key]
        return match

    def post(self, path: str, **params: Any) -> Any:
        return self.api.post(path, params).body


@pytest.fixture(autouse=True)
def _clean_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (
        "STRIPE_API_KEY",
        "STRIPE_API_BASE",
        "BILLING_OUTPUT",
        "BILLING_RATE_LIMIT",
        "BILLING_TIME_ZONE",
        "NO_COLOR",
    ):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "home" / ".config"))
    monkeypatch.setattr(slow_notice, "FIRST", 600.0)  # what a machine that is busy otherwise would have it say


@pytest.fixture
def billing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[Billing]:
    directory = tmp_path / "work"
    directory.mkdir()
    monkeypatch.chdir(directory)
    command = Billing(directory, capsys)
    original = client.client_over

    def checked(transport: stripe.HTTPClient, *, patience: client.Patience, **rest: Any) -> client.StripeApi:
        for wrap in command.wrap:
            transport = wrap(transport)
        at_once = replace(patience, first_pause=0, longest_pause=0)
        if command.is_checked:
            transport = ContractTransport(transport)
        return original(transport, patience=at_once, **rest)

    monkeypatch.setattr(client, "client_over", checked)
    yield command
    os.chdir(tmp_path)


@pytest.fixture
def account(billing: Billing) -> Account:
    """The local Stripe of `billing`'s directory, past any fault that the test sets up."""
    from stripe_billing_cli.local_stripe.transport import LocalTransport

    transport = ContractTransport(LocalTransport(billing.directory / ".billing" / "local.db"))
    return Account(plain_api(transport), transport)


def plain_api(http_client: stripe.HTTPClient) -> client.StripeApi:
    from stripe_billing_cli.stripe_api.pacing import UNLIMITED, Pacer

    key = client.LOCAL_KEY
    raw = stripe.StripeClient(
        key, http_client=PLAIN_TRANSPORT(http_client, Pacer(UNLIMITED), client.Patience(), lambda call: None)
    )
    return client.StripeApi(raw, livemode=False)


@pytest.fixture(scope="session")
def empty_local_stripe(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A directory in which the installed command has made an empty local Stripe; copied for each test."""
    directory = tmp_path_factory.mktemp("empty")
    subprocess.run(
        [Path(sys.executable).with_name("billing"), "local", "path"],
        cwd=directory,
        check=True,
        stdout=subprocess.DEVNULL,
    )
    return directory


@pytest.fixture
def directory(tmp_path: Path, empty_local_stripe: Path) -> Path:
    """A directory with an empty local Stripe, for the installed command."""
    shutil.copytree(empty_local_stripe, tmp_path, dirs_exist_ok=True)
    return tmp_path
