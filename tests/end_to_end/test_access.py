"""From a subscription to a script that hears of it: the local Stripe delivers, `billing listen` decides, a command
runs."""

from __future__ import annotations

import os
import select
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import requests
import stripe

from tests.end_to_end.conftest import BILLING, Shell
from tests.listener_process import begun

TOKEN = "a-token-that-is-long-enough"
TELL = 'echo "$BILLING_EVENT_ACCESS $BILLING_EVENT_CUSTOMER $BILLING_EVENT_ACCESS_KEY" > output'


class CommandOutput:
    """What the commands that `listen` ran have said, a line each, through a pipe with a name."""

    def __init__(self, path: Path) -> None:
        os.mkfifo(path)
        self._pipe = os.open(path, os.O_RDWR)  # held open for writing too, so that it never ends
        self._text = ""

    def next(self) -> str:
        while "\n" not in self._text:
            ready, _, _ = select.select([self._pipe], [], [], 30)
            assert ready, "no command said anything in 30 s"
            self._text += os.read(self._pipe, 65536).decode()
        line, _, self._text = self._text.partition("\n")
        return line

    def close(self) -> None:
        os.close(self._pipe)


def started(shell: Shell, environment: Mapping[str, str], *options: str) -> subprocess.Popen[str]:
    """`billing listen` in the background."""
    return subprocess.Popen(
        [BILLING, "listen", *options],
        cwd=shell.directory,
        env={**shell.environment, **environment},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )


@contextmanager
def listening(shell: Shell, environment: Mapping[str, str], *options: str) -> Iterator[str]:
    """Its address, once it listens."""
    process = started(shell, environment, *options)
    try:
        yield begun(process.stderr).url
    finally:
        process.terminate()
        _, errors = process.communicate(timeout=30)
    assert process.returncode == 0, errors
    assert "Traceback" not in errors


def client(environment: Mapping[str, str]) -> Any:
    return stripe.StripeClient(environment["STRIPE_API_KEY"], base_addresses={"api": environment["STRIPE_API_BASE"]}).v1


def priced(api: Any) -> str:
    """Return a price of Pro."""
    api.products.create({"id": "pro", "name": "Pro"})
    monthly = {"product": "pro", "currency": "usd", "unit_amount": 1500, "recurring": {"interval": "month"}}
    return str(api.prices.create(monthly).id)


def subscribed(api: Any, price: str, card: str = "pm_card_visa") -> tuple[str, str]:
    """Return a customer with a card, and their subscription."""
    customer = api.customers.create(
        {"payment_method": card, "invoice_settings": {"default_payment_method": card}, "email": "ada@example.com"}
    )
    made = api.subscriptions.create({"customer": customer.id, "items": [{"price": price}]})
    return customer.id, made.id


def test_access_is_granted_and_revoked_and_a_script_is_told(shell: Shell) -> None:
    output = CommandOutput(shell.directory / "output")
    chaos = ("--webhook-chaos", "duplicate,reorder")
    with shell.serving(*chaos) as environment:
        url = _free_url()
        shell("webhook", "create", "--url", url, "--store-secret", environment=environment)
        options = ("--port", url.split(":")[2].split("/")[0], "--exec", TELL)
        heard = {**environment, "BILLING_ACCESS_TOKEN": TOKEN}
        with listening(shell, heard, *options, "--on", "access-granted", "--on", "access-revoked") as address:
            assert address == url
            api = client(environment)
            customer, subscription = subscribed(api, priced(api))
            assert output.next() == f"granted {customer} pro"
            assert _asked(url, customer) is True
            shell("webhook", "roll-secret", "--store-secret", environment=environment)
            shell("sub", "cancel", subscription, "--now", "--yes", environment=environment)
            assert output.next() == f"revoked {customer} pro"
            assert _asked(url, customer) is False
            shell("access", "show", customer, code=4)
    output.close()


def test_a_dispute_takes_access_away_until_it_is_won(shell: Shell) -> None:
    """By the events of the dispute: an inquiry, which takes no money, the chargeback after it, and its end."""
    (shell.directory / ".billing").mkdir(exist_ok=True)
    (shell.directory / ".billing" / "access.yaml").write_text("disputed: deny\n", encoding="utf-8")
    output = CommandOutput(shell.directory / "output")
    with shell.serving() as environment:
        url = _free_url()
        shell("webhook", "create", "--url", url, "--store-secret", environment=environment)
        options = ("--port", url.split(":")[2].split("/")[0], "--exec", TELL)
        heard = {**environment, "BILLING_ACCESS_TOKEN": TOKEN}
        with listening(shell, heard, *options, "--on", "access-granted", "--on", "access-revoked"):
            api = client(environment)
            customer, _ = subscribed(api, priced(api), "pm_card_createDisputeInquiry")
            assert output.next() == f"granted {customer} pro"
            [dispute] = api.disputes.list().data
            assert dispute.status == "warning_needs_response"
            api.disputes.update(dispute.id, {"evidence": {"uncategorized_text": "escalate_inquiry_evidence"}})
            assert output.next() == f"revoked {customer} pro"
            assert _asked(url, customer) is False
            assert "a payment is disputed" in shell("access", "show", customer, code=4).stdout
            api.disputes.update(dispute.id, {"evidence": {"uncategorized_text": "winning_evidence"}})
            assert output.next() == f"granted {customer} pro"
            assert _asked(url, customer) is True
    output.close()


def test_a_listener_that_is_killed_ends_with_access_as_stripe_has_it(shell: Shell) -> None:
    """Its webhooks are given up after a moment, too: what it missed, it fetches when it starts."""
    output = CommandOutput(shell.directory / "output")
    webhooks = ("--webhook-retry-scale", "0.00001", "--webhook-chaos", "duplicate,reorder")
    with shell.serving(*webhooks) as environment:
        url = _free_url()
        shell("webhook", "create", "--url", url, "--store-secret", environment=environment)
        options = ("--port", url.split(":")[2].split("/")[0], "--exec", TELL, "--on", "access-granted")
        options = (*options, "--on", "access-revoked", "--attempts", "50")
        api = client(environment)
        price = priced(api)
        expected: dict[str, str] = {}
        process = started(shell, environment, *options)
        begun(process.stderr)
        for number in range(4):
            customer, subscription = subscribed(api, price)
            expected[customer] = "granted"
            if number % 2:
                api.subscriptions.cancel(subscription)
                expected[customer] = "revoked"
        process.kill()
        process.communicate()
        with listening(shell, environment, *options):
            believed: dict[str, str] = {}
            while any(believed.get(customer, "revoked") != state for customer, state in expected.items()):
                state, customer, _ = output.next().split()
                believed[customer] = state
            assert any(_agrees(shell, environment) for _ in range(30))
    output.close()


def _agrees(shell: Shell, environment: Mapping[str, str]) -> bool:
    """Return whether all access is as Stripe has it; nothing is mended."""
    checked = subprocess.run(
        [BILLING, "access", "reconcile", "--check"],
        cwd=shell.directory,
        env={**shell.environment, **environment},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert checked.returncode in (0, 3), checked.stderr
    return checked.returncode == 0


def _free_url() -> str:
    """Return an address that nobody listens on."""
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{probe.getsockname()[1]}/webhook"


def _asked(url: str, customer: str) -> bool:
    """Return what the user's own service is answered."""
    answer = requests.get(
        url.replace("/webhook", f"/access/{customer}"), headers={"Authorization": f"Bearer {TOKEN}"}, timeout=10
    )
    assert answer.status_code == 200
    access: bool = answer.json()["access"]
    return access
