"""`billing listen` as a process."""

from __future__ import annotations

import json
import os
import pty
import subprocess
from pathlib import Path

import pytest

from tests.end_to_end.conftest import BILLING
from tests.listener_process import deliver, listening, product
from tests.webhooks.receiving import SECRET, event_body


def test_in_a_pipe_each_event_is_a_line_of_json_with_what_was_done(directory: Path) -> None:
    with listening(directory, "--exec", "echo did it") as (_, lines, port):
        for _ in range(2):
            assert deliver(port, product("prod_1")) == 200
        told = json.loads(lines.get(timeout=20))

        assert (told["id"], told["object_id"], told["changed"]) == ("evt_prod_1", "prod_1", ["active: yes → no"])
        [done] = told["deliveries"]
        assert (done["status"], done["attempts"], done["outcome"]) == ("done", 1, "did it")
        assert lines.empty()


def test_each_handler_is_called_for_the_types_that_are_named_after_it(directory: Path) -> None:
    options = ["--events", "invoice.paid", "--exec", "echo all", "--events", "price.*, product.deleted"]
    options += ["--exec", "echo some", "--on", "access-granted", "--events", "product.*"]
    with listening(directory, *options) as (_, lines, port):
        called = {}
        for type in ("price.created", "product.updated", "invoice.paid", "coupon.created"):
            inside = {"object": {"id": "x_1", "object": "x"}}
            assert deliver(port, event_body(f"evt_{type}", type=type, data=inside)) == 200
            told = json.loads(lines.get(timeout=20))
            called[told["type"]] = sorted(
                one["outcome"] for one in told["deliveries"] if one["handler"].startswith("exec-")
            )

    assert called == {
        "price.created": ["all"],
        "product.updated": ["some"],
        "invoice.paid": ["all", "some"],
        "coupon.created": [],
    }


def test_without_a_key_handlers_are_called_and_nothing_else_is_done(directory: Path) -> None:
    thin = {"id": "evt_thin", "object": "v2.core.event", "type": "v2.core.account.updated"}
    about = {"type": "v2.core.account", "id": "acct_1", "url": "/v2/core/accounts/acct_1"}
    with listening(directory, "--exec", "echo did it", door="--no-api-key") as (_, lines, port):
        assert deliver(port, event_body("evt_1", customer="cus_1")) == 200
        told = json.loads(lines.get(timeout=20))
        assert [(one["handler"][:5], one["outcome"]) for one in told["deliveries"]] == [("exec-", "did it")]

        created = "2026-11-24T12:00:00.000Z"
        assert deliver(port, json.dumps({**thin, "created": created, "related_object": about}).encode()) == 200
        told = json.loads(lines.get(timeout=20))
        assert [told["id"], *(one["outcome"] for one in told["deliveries"])] == ["evt_thin", "did it"]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--no-api-key", "--source", "poll"], "--no-api-key and --source poll exclude each other"),
        (["--no-api-key", "--exec", "true", "--on", "access-granted"], "--no-api-key and --on exclude each other"),
        (["--exec", "true"], "or --no-api-key, where handlers are all that is wanted"),
    ],
)
def test_what_needs_a_key_says_so(tmp_path: Path, options: list[str], said: str) -> None:
    done = subprocess.run(
        [BILLING, "listen", "--secret", SECRET, "--port", "0", *options],
        cwd=tmp_path,
        env={"PATH": os.environ["PATH"], "HOME": str(tmp_path)},
        capture_output=True,
        text=True,
    )
    assert (done.returncode, said in done.stderr) == (2, True), done.stderr


def test_it_is_reached_from_this_machine_only_unless_asked_otherwise(directory: Path) -> None:
    with listening(directory) as (_, _, port):
        assert _listened_on(port) == {"0100007F"}
    asked = subprocess.Popen(
        [BILLING, "listen", "--local", "--port", "0", "--secret", SECRET, "--host", "0.0.0.0"],
        cwd=directory,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert asked.stderr is not None
    with asked, asked.stderr:
        port = int(asked.stderr.readline().split("0.0.0.0:")[1].split("/")[0])
        assert _listened_on(port) == {"00000000"}
        asked.terminate()


def _listened_on(port: int) -> set[str]:
    """The addresses that the kernel takes connections to this port on, as it writes them (proc(5), /proc/net/tcp)."""
    tables = [Path("/proc/net/tcp").read_text(), Path("/proc/net/tcp6").read_text()]
    lines = [line.split() for table in tables for line in table.splitlines()[1:]]
    return {line[1].split(":")[0] for line in lines if line[3] == "0A" and int(line[1].split(":")[1], 16) == port}


def test_a_misspelt_type_is_told(directory: Path) -> None:
    types = "invocie.paid,invoice.*,v2.core.account.updated"
    process = subprocess.Popen(
        [BILLING, "listen", "--local", "--port", "0", "--secret", SECRET, "--exec", "true", "--events", types],
        cwd=directory,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    with process, process.stderr:
        assert process.stderr.readline() == "No event is known by the name invocie.paid.\n"
        assert "did you mean invoice.paid" in process.stderr.readline()
        assert "Listening on" in process.stderr.readline()
        process.terminate()


def test_what_waits_for_a_handler_of_before_is_told(directory: Path) -> None:
    with listening(directory, "--exec", "exit 1") as (_, lines, port):
        assert deliver(port, product("prod_1")) == 200
        assert json.loads(lines.get(timeout=20))["deliveries"][0]["status"] == "failed"
    process = subprocess.Popen(
        [BILLING, "listen", "--local", "--port", "0", "--secret", SECRET, "--exec", "exit 0"],
        cwd=directory,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    with process, process.stderr:
        assert "1 delivery waits for exec-exit" in process.stderr.readline()
        process.terminate()


def test_on_a_terminal_it_is_one_line_for_people(directory: Path) -> None:
    ours, theirs = pty.openpty()
    with listening(directory, "--exec", "exit 3", stdout=theirs) as (_, _, port):
        assert deliver(port, product("prod_1")) == 200
        shown = ""
        while "\n" not in shown:
            shown += os.read(ours, 4096).decode()

    assert "product.updated  prod_1  active: yes → no  exec-" in shown
    assert "failed (exit" in shown
    os.close(ours)
    os.close(theirs)


def test_by_polling_and_by_webhook_an_event_comes_once(directory: Path) -> None:
    with listening(directory, "--source", "poll", "--source", "webhook") as (_, lines, port):
        made = [BILLING, "customer", "create", "--local", "--email", "ada@example.com", "--output", "id"]
        customer = subprocess.run(made, cwd=directory, check=True, capture_output=True, text=True).stdout.strip()
        told = json.loads(lines.get(timeout=20))
        while told["type"] != "customer.created":
            told = json.loads(lines.get(timeout=20))
        assert (told["customer"], told["source"]) == (customer, "poll")

        shown = [BILLING, "events", "show", told["id"], "--output", "json"]
        payload = json.loads(subprocess.run(shown, cwd=directory, check=True, capture_output=True).stdout)["payload"]
        assert deliver(port, json.dumps(payload).encode()) == 200

    listed = [BILLING, "events", "list", "--type", "customer.created", "--output", "id"]
    found = subprocess.run(listed, cwd=directory, check=True, capture_output=True, text=True).stdout.split()
    assert found == [told["id"]]
    assert "ada@example.com" not in json.dumps(told)


def test_a_reader_that_goes_away_ends_it(directory: Path) -> None:
    reading, writing = os.pipe()
    process = subprocess.Popen(
        [BILLING, "listen", "--local", "--port", "0", "--secret", SECRET],
        cwd=directory,
        stdout=writing,
        stderr=subprocess.PIPE,
        text=True,
    )
    os.close(writing)
    os.close(reading)
    assert process.stderr is not None
    try:
        port = int(process.stderr.readline().split("127.0.0.1:")[1].split("/")[0])
        assert deliver(port, product("prod_1")) == 200
        assert process.wait(20) == 0  # as of every command whose reader has enough
        assert process.stderr.read() == ""
    finally:
        process.kill()
        process.wait()
        process.stderr.close()
