"""The installed commands against a server that says the same in other words than the local Stripe."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import pytest

from tests.answer_modes import MODES
from tests.end_to_end.answer_proxy import proxied
from tests.end_to_end.conftest import ROOT, Shell
from tests.soak import Soak


@contextmanager
def server(mode: str, shell: Shell) -> Iterator[Mapping[str, str]]:
    with shell.serving() as environment, proxied(mode, environment["STRIPE_API_BASE"]) as url:
        yield {**environment, "STRIPE_API_BASE": url}


@pytest.mark.soak
def test_a_catalog_a_customer_and_a_subscription_live_there(shell: Shell, soak: Soak) -> None:
    for mode in soak.part(sorted(MODES), 1):  # every command in process is tried in each of them (`make answers`)
        shell("local", "reset", "--yes")
        with server(mode, shell) as environment:
            live_there(shell, environment)


def live_there(shell: Shell, server: Mapping[str, str]) -> None:
    (shell.directory / "catalog.yaml").write_text((ROOT / "catalog.yaml").read_text(), encoding="utf-8")

    def read(*argv: str) -> Any:
        return json.loads(shell(*argv, "--output", "json", environment=server).stdout)

    def do(*argv: str) -> str:
        return shell(*argv, "--yes", "--output", "id", environment=server).stdout.strip()

    assert read("catalog", "plan")["summary"]["create"] == 6
    do("catalog", "apply")
    assert read("catalog", "plan")["changes"] == []
    clock = do("clock", "create", "--name", "life")
    customer = do(
        *("customer", "create", "--email", "ada@example.com"),
        *("--payment-method", "pm_card_visa", "--test-clock", clock),
    )
    subscription = do("sub", "create", "--customer", customer, "--price", "keymap-pro.monthly")
    do("sub", "pay", subscription, "--payment-method", "pm_card_visa")
    assert read("sub", "show", subscription)["status"] == "active"
    do("sub", "change", subscription, "--price", "keymap-pro.yearly")
    do("clock", "advance", "life", "35d")
    do("webhook", "create", "--url", "https://example.com/hook", "--store-secret")
    shell("access", "reconcile", customer, environment=server)
    assert read("access", "show", customer)["access"]
    do("sub", "cancel", subscription, "--now", "--refund", "last")
    assert "succeeded" in shell("refund", "list", "--output", "json", environment=server).stdout
    assert shell("doctor", environment=server).stdout.count("✗") == 0
