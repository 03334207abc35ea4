"""Events that are valid and signed, and hold what few programs can read: stored, handled and shown like any other."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from stripe_billing_cli.events.event import parse
from tests.end_to_end.conftest import BILLING
from tests.listener_process import deliver, listening

ODD = {
    "half of a character": r'"\ud800x"',
    "a number of 5,000 digits": "9" * 5000,
    "a fraction of 5,000 digits": "0." + "9" * 5000,
    "a negative one": "-" + "1" * 5000,
}


def body(value: str) -> bytes:
    about = f'{{"id": "in_1", "object": "invoice", "customer": "cus_1", "status": {value}}}'
    head = '"id": "evt_odd", "object": "event", "type": "invoice.paid", "created": 1700000000, "livemode": false'
    return f'{{{head}, "data": {{"object": {about}, "previous_attributes": {{"status": {value}}}}}}}'.encode()


@pytest.mark.parametrize("value", ODD.values(), ids=ODD)
def test_it_is_stored_whole_and_shown(directory: Path, value: str) -> None:
    event = parse(body(value))
    assert (event.customer, event.payload) == ("cus_1", body(value).decode())

    with listening(directory, "--exec", "wc -c") as (_, lines, port):
        assert deliver(port, body(value)) == 200
        [handled] = [
            one for one in json.loads(lines.get(timeout=30))["deliveries"] if one["handler"].startswith("exec")
        ]
        assert handled["outcome"] == str(len(body(value)))

    for options in ([], ["--output", "json"], ["--output", "yaml"]):
        for command in (["show", "evt_odd"], ["list"]):
            shown = subprocess.run(
                [BILLING, "events", *command, *options], cwd=directory, capture_output=True, text=True
            )
            assert (shown.returncode, shown.stderr) == (0, "")
            assert "evt_odd" in shown.stdout
