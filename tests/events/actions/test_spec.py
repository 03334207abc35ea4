"""Which events an action is for, and what a file of actions may say."""

from __future__ import annotations

from pathlib import Path

import pytest

from stripe_billing_cli.events.actions.spec import (
    Action,
    InvalidActionError,
    forward_target,
    matches,
    read_actions,
    remember,
    remembered_route,
    unique_actions,
)
from stripe_billing_cli.events.event import Event
from stripe_billing_cli.events.store import open_store


@pytest.mark.parametrize(
    ("patterns", "type", "expected"),
    [
        ((), "invoice.paid", True),
        ((), "access.granted", False),
        (("*",), "access.granted", False),
        (("*",), "invoice.paid", True),
        (("invoice.*",), "invoice.paid", True),
        (("invoice.*",), "customer.created", False),
        (("invoice.paid", "access.granted"), "access.granted", True),
        (("access.granted",), "access.revoked", False),
        (("access.*",), "access.revoked", True),
        (("access.*",), "access.check", False),
        ((), "access.check", False),
    ],
)
def test_what_an_action_is_for(patterns: tuple[str, ...], type: str, expected: bool) -> None:
    assert matches(patterns, type) is expected


def test_a_name_stays_the_same_from_run_to_run() -> None:
    assert Action("exec", "./a.sh", ("invoice.*",)).name == Action("exec", "./a.sh").name
    assert Action("exec", "./a.sh").name != Action("exec", "./a.sh --other").name


@pytest.mark.parametrize(
    ("action", "begins"),
    [
        (Action("exec", "./bin/provision.sh --key sk_test_1"), "exec-provision.sh-"),
        (Action("exec", 'echo "$X" >> log'), "exec-echo-"),
        (Action("exec", '"$HOME/x y"'), "exec-x-"),
        (Action("exec", "🙂"), "exec-sh-"),
        (Action("exec", "curl http://[bad"), "exec-curl-"),
        (Action("forward", "https://user:password@shop.example:8443/hook?token=1"), "forward-shop.example-"),
        (Action("forward", "http://[::1]:80/"), "forward-1-"),
    ],
)
def test_a_name_tells_which_it_is_and_no_secret(action: Action, begins: str) -> None:
    assert action.name.startswith(begins)
    assert len(action.name) == len(begins) + 6


def test_a_file_of_actions(tmp_path: Path) -> None:
    file = tmp_path / "listen.yaml"
    file.write_text(
        "- exec: ./provision.sh\n"
        "  events: [access.granted, access.revoked]\n"
        "- forward_to: http://127.0.0.1:8000/stripe\n"
        "  timeout: 10\n",
        encoding="utf-8",
    )

    assert read_actions(file) == [
        Action("exec", "./provision.sh", ("access.granted", "access.revoked")),
        Action("forward", "http://127.0.0.1:8000/stripe", (), 10.0),
    ]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "is no list of handlers"),
        ("exec: ./a", "is no list of handlers"),
        ("- events: [a]", "entry 1 has neither"),
        ("- {exec: a, forward_to: http://b}", "entry 1 has neither `exec` nor `forward_to`, or both"),
        ("- {exec: a}\n- {exec: b, event: [c]}", "entry 2 has an unknown field event"),
        ("- {exec: [a]}", "entry 1: the command or URL is no text"),
        ("- {exec: a, events: invoice.paid}", "entry 1: `events` is no list"),
        ("- {exec: a, timeout: 0}", "entry 1: `timeout` is no number"),
        ("- {exec: a, timeout: yes}", "entry 1: `timeout` is no number"),
        ("- {forward_to: ftp://a}", "cannot be forwarded to ftp://a"),
        ("- {exec: [", "listen.yaml:1:11 is not YAML"),
    ],
)
def test_a_file_that_makes_no_sense(tmp_path: Path, text: str, message: str) -> None:
    file = tmp_path / "listen.yaml"
    file.write_text(text, encoding="utf-8")

    with pytest.raises(InvalidActionError) as raised:
        read_actions(file)

    assert message in raised.value.message
    assert raised.value.hint


@pytest.mark.parametrize("url", ["", "shop", "ftp://shop", "http://", "http://[", "//shop"])
def test_what_is_no_address(url: str) -> None:
    with pytest.raises(InvalidActionError):
        forward_target(url)


def test_the_same_command_twice_is_refused() -> None:
    with pytest.raises(InvalidActionError, match="given twice"):
        unique_actions([Action("exec", "./a.sh", ("a.b",)), Action("exec", "./a.sh", ("c.d",))])


def test_what_a_listener_acts_on_is_remembered_for_others(tmp_path: Path) -> None:
    action = Action("exec", "./provision.sh", ("access.*",))
    event = Event("evt_1", "access.granted", 1, False, "{}")
    with open_store(str(tmp_path / "events.db")) as store:
        assert list(remembered_route(store)(event)) == []
        remember(store, [action, Action("exec", "./other.sh")])

        assert list(remembered_route(store)(event)) == [action.name]
