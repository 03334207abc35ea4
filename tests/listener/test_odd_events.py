"""Events that are valid and signed, and hold what few programs can read: stored, handled and shown like any other."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from stripe_billing_cli.events.event import parse
from tests.conftest import Billing
from tests.end_to_end.conftest import BILLING
from tests.listener_process import deliver, listening

ODD = {
    "half of a character": r'"\ud800x"',
    "a number of 5,000 digits": "9" * 5000,
    "a fraction of 5,000 digits": "0." + "9" * 5000,
    "a negative one": "-" + "1" * 5000,
}


def body(number: int, value: str) -> bytes:
    about = f'{{"id": "in_1", "object": "invoice", "customer": "cus_1", "status": {value}}}'
    head = (
        f'"id": "evt_odd{number}", "object": "event", "type": "invoice.paid", "created": 1700000000, "livemode": false'
    )
    return f'{{{head}, "data": {{"object": {about}, "previous_attributes": {{"status": {value}}}}}}}'.encode()


def test_they_are_stored_whole_and_shown(directory: Path, billing: Billing, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(directory)
    bodies = {f"evt_odd{number}": body(number, value) for number, value in enumerate(ODD.values())}
    for sent in bodies.values():
        event = parse(sent)
        assert (event.customer, event.payload) == ("cus_1", sent.decode())

    with listening(directory, "--exec", "wc -c") as (_, lines, port):
        for sent in bodies.values():
            assert deliver(port, sent) == 200
            [handled] = [
                one for one in json.loads(lines.get(timeout=30))["deliveries"] if one["handler"].startswith("exec")
            ]
            assert handled["outcome"] == str(len(sent))

    def shown(*argv: str) -> str:
        ended = subprocess.run([BILLING, "events", *argv], cwd=directory, capture_output=True, text=True)
        assert (ended.returncode, ended.stderr) == (0, "")
        return ended.stdout

    assert set(bodies) <= set(shown("list").split())
    assert all(event in shown("show", event) for event in list(bodies)[:2])
    for form in ("json", "yaml"):
        listed = billing.ok("events", "list", "--output", form).out
        assert all(event in listed for event in bodies)
        assert all(event in billing.ok("events", "show", event, "--output", form).out for event in bodies)
