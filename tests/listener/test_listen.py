"""`billing listen` as a process."""

from __future__ import annotations

import json
import os
import pty
import re
import socket
import subprocess
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from stripe_billing_cli.cli.log import LogEntry, LogLevel
from tests.end_to_end.conftest import BILLING
from tests.event_bodies import event_body
from tests.listener.receiving import SECRET, Running, delivery
from tests.listener_process import begun, deliver, entries, entry, listening, product


def test_in_a_pipe_each_event_is_a_line_of_json_with_what_was_done(directory: Path) -> None:
    with listening(directory, "--exec", "echo did it") as (_, lines, port):
        for _ in range(2):
            assert deliver(port, product("prod_1")) == 200
        record = json.loads(lines.get(timeout=20))

        assert (record["id"], record["object_id"], record["changed"]) == ("evt_prod_1", "prod_1", ["active: yes → no"])
        [done] = record["deliveries"]
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
            record = json.loads(lines.get(timeout=20))
            called[record["type"]] = sorted(
                one["outcome"] for one in record["deliveries"] if one["handler"].startswith("exec-")
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
    with listening(directory, "--exec", "echo did it", connection_option="--no-api-key") as (_, lines, port):
        assert deliver(port, event_body("evt_1", customer="cus_1")) == 200
        record = json.loads(lines.get(timeout=20))
        assert [(one["handler"][:5], one["outcome"]) for one in record["deliveries"]] == [("exec-", "did it")]

        created = "2026-11-24T12:00:00.000Z"
        assert deliver(port, json.dumps({**thin, "created": created, "related_object": about}).encode()) == 200
        record = json.loads(lines.get(timeout=20))
        assert [record["id"], *(one["outcome"] for one in record["deliveries"])] == ["evt_thin", "did it"]


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
        port = begun(asked.stderr).port
        assert _listened_on(port) == {"00000000"}
        asked.terminate()


def _listened_on(port: int) -> set[str]:
    """Return the addresses that the kernel takes connections to this port on, as it writes them (proc(5),
    /proc/net/tcp)."""
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
        record = entry(process.stderr, "warning")
        assert record["message"] == "No event is known by the name invocie.paid."
        assert "did you mean invoice.paid" in record["hint"]
        assert begun(process.stderr).port
        process.terminate()


def test_a_command_that_the_shell_will_not_run_is_told(directory: Path) -> None:
    process = subprocess.Popen(
        [BILLING, "listen", "--local", "--port", "0", "--secret", SECRET, "--exec", "./nope.sh"],
        cwd=directory,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    with process, process.stderr:
        assert "is not found: there is no ./nope.sh" in entry(process.stderr, "warning")["message"]
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
        assert entry(process.stderr, "warning")["message"].startswith("1 delivery waits for exec-exit")
        process.terminate()


def test_the_log_is_json_in_a_pipe_and_each_line_names_its_event(directory: Path) -> None:
    options = ["--exec", "exit 1", "--exec", "exit 65", "--exec", "echo did it", "--log-level", "debug"]
    with listening(directory, *options) as (process, _, port):
        assert deliver(port, product("prod_1")) == 200
        found: dict[str, dict[str, Any]] = {}
        while len(found) < 4:
            one = next(entries(process.stderr))
            if one.get("event_id") == "evt_prod_1":
                found[one.get("status", "stored")] = one

    assert {status: one["level"] for status, one in found.items()} == {
        "stored": "debug",
        "done": "debug",
        "failed": "warning",
        "dead": "error",
    }
    for status in ("done", "failed", "dead"):
        about = found[status]
        assert (about["attempt"], about["event_type"]) == (1, "product.updated")
        assert about["handler"].startswith("exec-")
        assert about["handler"] in about["message"]
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", about["time"])


def test_the_log_tells_only_what_is_of_its_level(directory: Path) -> None:
    with listening(directory, "--exec", "exit 1", "--exec", "echo did it") as (process, lines, port):
        assert deliver(port, product("prod_1")) == 200
        lines.get(timeout=20)
        process.terminate()
        records = list(entries(process.stderr))

    assert [(one["level"], one["event_id"]) for one in records if "event_id" in one] == [("warning", "evt_prod_1")]


def test_as_text_too_each_line_names_its_event(directory: Path) -> None:
    options = ["--port", "0", "--secret", SECRET, "--exec", "exit 1", "--log-format", "text"]
    with subprocess.Popen(
        [BILLING, "listen", "--local", *options],
        cwd=directory,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stderr is not None
        assert process.stderr.readline().startswith("First start on this store: ")
        assert "billing access reconcile" in process.stderr.readline()
        port = re.match(r"Listening on http://127\.0\.0\.1:(\d+)/webhook, storing in ", process.stderr.readline())
        assert port is not None
        assert deliver(int(port[1]), product("prod_1")) == 200
        line = process.stderr.readline()
        process.terminate()

    assert re.fullmatch(
        r"Warning: product\.updated exec-exit-\w+: failed \(.*\), again in \d s  \(evt_prod_1\)\n", line
    )


def test_calls_of_stripes_api_are_logged_with_the_event_that_they_are_for(directory: Path) -> None:
    with listening(directory, "--log-level", "debug") as (process, _, port):
        assert deliver(port, event_body("evt_1", type="customer.subscription.updated", customer="cus_1")) == 200
        call = next(one for one in entries(process.stderr) if "/v1/" in one["message"] and "event_id" in one)

    assert (call["event_id"], call["level"]) == ("evt_1", "debug")
    assert call["request_id"].startswith("req_")


def test_a_post_with_another_secret_is_logged_once(directory: Path) -> None:
    with listening(directory) as (process, _, port):
        wrong = delivery(event_body("evt_1"), secret="whsec_some_other_secret_of_another")
        for _ in range(3):
            assert Running(port, *[None] * 4).ask(wrong).status == 400  # type: ignore[arg-type]
        process.terminate()
        messages = [one["message"] for one in entries(process.stderr)]

    assert messages == ["Refused a post that is signed with none of the secrets known here.", "Stopped."]


def test_an_error_at_the_start_is_a_line_of_the_log_too(directory: Path) -> None:
    command = [BILLING, "listen", "--local", "--port", "0", "--secret", SECRET, "--give-up", "soon"]
    text = subprocess.run([*command, "--log-format", "text"], cwd=directory, capture_output=True, text=True)
    lines = subprocess.run(command, cwd=directory, capture_output=True, text=True)

    assert text.stderr.startswith("Error: --give-up is no span of time: soon\n  → ")
    record = json.loads(lines.stderr)
    assert (record["level"], record["message"], record["exit_code"], lines.returncode) == (
        "error",
        "--give-up is no span of time: soon",
        2,
        2,
    )


def test_a_line_of_the_log_has_characters_as_they_are_and_none_that_steers() -> None:
    line = LogEntry(LogLevel.error, "Ctrl-C again …", fields={"customer": "\x9b2J"}).as_json()

    assert "again …" in line
    assert "\\u009b2J" in line


def test_a_listener_on_the_next_port_says_what_to_do_and_metrics_take_a_free_one(directory: Path) -> None:
    command = [BILLING, "listen", "--local", "--secret", SECRET, "--port"]
    with ExitStack() as opened:

        def started(port: int, *options: str) -> subprocess.Popen[str]:
            process = opened.enter_context(
                subprocess.Popen(
                    [*command, str(port), *options],
                    cwd=directory,
                    stderr=subprocess.PIPE,
                    text=True,
                    stdout=subprocess.DEVNULL,
                )
            )
            opened.callback(process.terminate)
            return process

        taken = opened.enter_context(_server_after_a_free_port())
        number = taken.getsockname()[1]
        beside = started(number - 1)
        where = begun(beside.stderr)
        assert (where.port, where.admin_port not in (None, number)) == (number - 1, True)
        assert beside.stderr is not None
        record = entry(beside.stderr, "warning")
        assert record["message"].startswith(f"Port {number} is taken: metrics and access are at http://127.0.0.1:")

        same = started(number)
        assert same.stderr is not None
        record = entry(same.stderr, "error")
        assert record["message"] == f"cannot listen on 127.0.0.1, port {number}: address already in use"
        assert "give them ports that are two apart" in record["hint"]
        exact = started(0, "--admin", str(number))
        assert exact.stderr is not None
        assert "with --admin HOST:PORT, or --admin off" in entry(exact.stderr, "error")["hint"]


def _server_after_a_free_port() -> socket.socket:
    """Return a socket that listens on a port, while nobody does on the one before."""
    while True:
        taken = socket.create_server(("127.0.0.1", 0))
        try:
            socket.create_server(("127.0.0.1", taken.getsockname()[1] - 1)).close()
        except OSError:
            taken.close()
        else:
            return taken


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
        record = json.loads(lines.get(timeout=20))
        while record["type"] != "customer.created":
            record = json.loads(lines.get(timeout=20))
        assert (record["customer"], record["source"]) == (customer, "poll")

        shown = [BILLING, "events", "show", record["id"], "--output", "json"]
        payload = json.loads(subprocess.run(shown, cwd=directory, check=True, capture_output=True).stdout)["payload"]
        assert deliver(port, json.dumps(payload).encode()) == 200

    listed = [BILLING, "events", "list", "--type", "customer.created", "--output", "id"]
    found = subprocess.run(listed, cwd=directory, check=True, capture_output=True, text=True).stdout.split()
    assert found == [record["id"]]
    assert "ada@example.com" not in json.dumps(record)


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
        port = begun(process.stderr).port
        assert deliver(port, product("prod_1")) == 200
        assert process.wait(20) == 0  # as of every command whose reader has enough
        assert process.stderr.read() == ""
    finally:
        process.kill()
        process.wait()
        process.stderr.close()
