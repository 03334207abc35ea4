"""`--exec`: the event on stdin, its ids in the environment, no secrets, and an end in any case."""

from __future__ import annotations

import json
import os
import select
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from stripe_billing_cli.events.access_events import announcements
from stripe_billing_cli.events.actions.command import command_handler
from stripe_billing_cli.events.actions.spawner import SpawnerPool
from stripe_billing_cli.events.actions.spec import Action
from stripe_billing_cli.events.event import Event
from stripe_billing_cli.events.handlers import HandlerError
from stripe_billing_cli.events.store import Access
from stripe_billing_cli.events.store.access import AccessChange
from tests.events.actions.delivery import DELIVERY

Make = Callable[..., Event]


def handled(
    command: str,
    event: Event,
    *,
    timeout: float = 10,
    inherited: dict[str, str] | None = None,
    passed_on: tuple[str, ...] = (),
) -> str | None:
    environment = {"PATH": os.environ["PATH"], **(inherited or {})}
    spawner = SpawnerPool(1)
    try:
        action = Action("exec", command, timeout=timeout)
        return command_handler(action, spawner, passed_on, environment).handle(event, DELIVERY)
    finally:
        spawner.close()


def test_the_event_comes_on_stdin(make_event: Make, tmp_path: Path) -> None:
    event = make_event(payload='{"id": "evt_1", "name": "Zoë"}')

    handled(f"cat > {tmp_path}/seen", event)

    assert (tmp_path / "seen").read_text(encoding="utf-8") == event.payload


def test_only_the_usual_variables_and_those_named_are_passed_on(make_event: Make, tmp_path: Path) -> None:
    inherited = {"AWS_SECRET_ACCESS_KEY": "x", "DATABASE_URL": "postgresql://u:p@h/d", "LC_ALL": "C", "TZ": "UTC"}

    handled(f"env > {tmp_path}/seen", make_event(), inherited=inherited, passed_on=("DATABASE_URL",))

    seen = {line.split("=", 1)[0] for line in (tmp_path / "seen").read_text().splitlines()}
    assert {name for name in seen if not name.startswith("BILLING_EVENT")} - {"PWD", "_", "SHLVL", "OLDPWD"} == {
        "PATH",
        "LC_ALL",
        "TZ",
        "DATABASE_URL",
    }


def test_its_ids_are_in_the_environment_and_secrets_are_not(make_event: Make, tmp_path: Path) -> None:
    secrets = {
        "STRIPE_API_KEY": "sk_test_123456789",
        "STRIPE_WEBHOOK_SECRET": "whsec_abcdefgh",
        "BILLING_ACCESS_TOKEN": "token",
        "BILLING_STORE": "postgresql://u:p@h/d",
        "MY_OWN_KEY": "rk_live_abcdefghij",
    }

    handled(f"env > {tmp_path}/seen", make_event(), inherited={**secrets, "HOME": "/home/ada"})

    seen = dict(line.split("=", 1) for line in (tmp_path / "seen").read_text().splitlines())
    assert seen["HOME"] == "/home/ada"
    assert secrets.keys().isdisjoint(seen)
    assert {name: value for name, value in seen.items() if name.startswith("BILLING_")} == {
        "BILLING_EVENT_ID": "evt_1",
        "BILLING_EVENT_TYPE": "customer.subscription.updated",
        "BILLING_EVENT_CREATED": "1700000001",
        "BILLING_EVENT_OBJECT": "subscription",
        "BILLING_EVENT_OBJECT_ID": "sub_1",
        "BILLING_EVENT_CUSTOMER": "cus_1",
        "BILLING_EVENT_LIVEMODE": "false",
        "BILLING_EVENT_ATTEMPT": "3",
    }


def test_an_announcement_says_what_is_granted(tmp_path: Path) -> None:
    row = Access("cus_1", "product", "pro", True, 1, None, "active", "sub_1")
    [event] = announcements([AccessChange(None, row)], number=1, now=5, livemode=False, cause=None)
    command = (
        'echo "$BILLING_EVENT_CUSTOMER $BILLING_EVENT_ACCESS $BILLING_EVENT_ACCESS_KIND $BILLING_EVENT_ACCESS_KEY"'
    )

    assert handled(command, event) == "cus_1 granted product pro"


def test_the_last_line_that_it_prints_is_what_it_says(make_event: Make) -> None:
    assert handled("echo one; printf 'two\\033[31m\\n\\n'", make_event()) == "two[31m"
    assert handled("true", make_event()) == ""


@pytest.mark.parametrize(
    ("command", "error"),
    [
        ("echo hm; echo 'no such customer' >&2; exit 3", "exit code 3: no such customer"),
        ("exit 1", "exit code 1"),
        ("echo 'key sk_test_abcdefghijklmnop' >&2; exit 1", "exit code 1: key sk_test_…mnop"),
        ("kill -9 $$", "killed by SIGKILL"),
        ("/nothing/there", "exit code 127: "),
    ],
)
def test_a_failure_is_told(make_event: Make, command: str, error: str) -> None:
    with pytest.raises(HandlerError) as raised:
        handled(command, make_event())

    assert str(raised.value).startswith(error)
    assert not raised.value.final


def test_what_takes_too_long_is_ended_with_all_that_it_started(make_event: Make, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "alive")
    alive = os.open(tmp_path / "alive", os.O_RDONLY | os.O_NONBLOCK)

    with pytest.raises(HandlerError, match=r"no end after 0\.5 s"):
        handled(f"exec 9> {tmp_path}/alive; sleep 60 & sleep 60", make_event(), timeout=0.5)

    select.select([alive], [], [], 10)
    assert os.read(alive, 1) == b"", "nobody holds the other end any more"
    os.close(alive)


def test_a_command_that_reads_nothing_and_writes_much_is_fine(make_event: Make) -> None:
    event = replace(make_event(), payload=json.dumps({"padding": "x" * 1_000_000}))

    assert handled("head -c 3000000 /dev/zero | tr '\\0' 'a'; echo; echo done", event) == "done"


def test_a_signal_to_the_program_does_not_reach_it(make_event: Make) -> None:
    """Ctrl-C on a terminal goes to the whole group: the command is in another one."""
    group: Any = handled("ps -o pgid= -p $$ || echo $$", make_event())

    assert int(group) != os.getpgrp()
    assert signal.getsignal(signal.SIGINT) is not None
