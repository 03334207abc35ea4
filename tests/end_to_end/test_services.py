"""The proxies, the unit and the shell lines of docs/operations.md, with the programs that they are written for.

Only in `make soak`, which names what is not tested because its program is missing here.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import socket
import ssl
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from functools import partial
from pathlib import Path

import pytest

from stripe_billing_cli.events.store import open_store
from tests.end_to_end.conftest import BILLING, OPERATIONS
from tests.listener.receiving import SECRET, delivery, request
from tests.listener_process import begun, deliver, entries, listening, product
from tests.postgres import free_port, running_postgres

pytestmark = pytest.mark.soak

CHECKED_BY_ANOTHER_TEST = {"billing listen", "billing events purge", "billing events list", "journalctl"}
"""Beginnings of the document's lines that are not run as they stand in `test_each_line_for_a_shell_runs`."""


def block(language: str) -> str:
    [found] = re.findall(rf"```{language}\n(.*?)```", OPERATIONS.read_text(encoding="utf-8"), re.S)
    return str(found)


def program(name: str) -> str:
    """Return the path of a program of the system; a test that needs one which is missing is named as skipped."""
    path = shutil.which(name, path=f"{os.environ['PATH']}:/usr/sbin:/usr/local/sbin")
    if path is None:
        pytest.skip(f"{name} is not installed: what docs/operations.md says of it is not tested here")
    return path


# Proxies


def nginx(directory: Path, port: int, listener: int) -> list[str]:
    """Return the document's server, with a certificate of its own, on another port."""
    subprocess.run(
        [
            *(program("openssl"), "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"),
            *("-subj", "/CN=hooks.shop.example", "-keyout", "key.pem", "-out", "cert.pem"),
        ],
        cwd=directory,
        check=True,
        capture_output=True,
    )
    server = block("nginx").replace("listen 443 ssl;", f"listen 127.0.0.1:{port} ssl;")
    server = server.replace("server_name", "ssl_certificate cert.pem; ssl_certificate_key key.pem; server_name")
    server = server.replace("127.0.0.1:4242", f"127.0.0.1:{listener}")
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    paths = "".join(f"{kind}_temp_path {directory}/{kind};" for kind in kinds)
    http = f"access_log off; {paths} {server}"
    (directory / "nginx.conf").write_text(
        f"daemon off; pid {directory}/nginx.pid; error_log stderr; events {{}} http {{ {http} }}"
    )
    return [program("nginx"), "-p", str(directory), "-c", str(directory / "nginx.conf"), "-e", "stderr"]


def caddy(directory: Path, port: int, listener: int) -> list[str]:
    """Return the document's site, with a certificate of Caddy's own authority, on another port."""
    site = block("caddy").replace("hooks.shop.example {", f"https://localhost:{port} {{\n    tls internal")
    site = site.replace("127.0.0.1:4242", f"127.0.0.1:{listener}")
    options = "{\n    admin off\n    auto_https disable_redirects\n    skip_install_trust\n}\n"
    (directory / "Caddyfile").write_text(options + site)
    return [program("caddy"), "run", "--config", str(directory / "Caddyfile"), "--adapter", "caddyfile"]


@contextmanager
def proxy(command: list[str], directory: Path, port: int) -> Iterator[None]:
    process = subprocess.Popen(
        command,
        cwd=directory,
        env={"PATH": os.environ["PATH"], "HOME": str(directory)},
        stdout=subprocess.DEVNULL,
        stderr=(directory / "proxy.log").open("wb"),
    )
    try:
        deadline = time.monotonic() + 30
        while not _answers(port):
            assert process.poll() is None, (directory / "proxy.log").read_text()
            assert time.monotonic() < deadline, (directory / "proxy.log").read_text()
        yield
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(30)


def _answers(port: int) -> bool:
    try:
        return _asked(port, request(b"", path="/", method="GET")) > 0
    except (OSError, AssertionError):
        return False


def _asked(port: int, sent: bytes) -> int:
    """Return the status that is answered over TLS."""
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    with (
        socket.create_connection(("127.0.0.1", port), 10) as plain,
        closing(context.wrap_socket(plain, server_hostname="localhost")) as connection,
    ):
        connection.sendall(re.sub(rb"(?i)\r\nhost: [^\r]*", b"\r\nHost: localhost", sent, count=1))
        first = connection.recv(4096).split(b"\r\n")[0]
    assert first.startswith(b"HTTP/1.1 "), first
    return int(first.split()[1])


@pytest.mark.service
@pytest.mark.parametrize("configured", [nginx, caddy])
def test_a_proxy_passes_events_on_as_they_are_and_nothing_else(
    directory: Path, tmp_path_factory: pytest.TempPathFactory, configured: Callable[[Path, int, int], list[str]]
) -> None:
    own, port = tmp_path_factory.mktemp("proxy"), free_port()
    with (
        listening(directory, "--exec", "true") as (process, lines, listener),
        proxy(configured(own, port, listener), own, port),
    ):
        assert _asked(port, delivery(product("prod_1"))) == 200
        assert _asked(port, delivery(product("prod_2"), secret="whsec_another_than_that_of_the_listener")) == 400
        others = [request(b"", path=path, method="GET") for path in ("/metrics", "/readyz", "/")]
        assert [_asked(port, one) for one in others] == [404, 404, 404]
        lines.get(timeout=30)
        (directory / ".billing/events.db").rename(directory / ".billing/away.db")
        assert _asked(port, delivery(product("prod_3"))) == 503
        (directory / ".billing/away.db").rename(directory / ".billing/events.db")
        process.send_signal(signal.SIGTERM)
        process.wait(30)
        assert _asked(port, delivery(product("prod_4"))) == 502  # which Stripe sends again too


# systemd


@pytest.mark.service
def test_the_unit_starts_is_ready_and_stops(directory: Path, request: pytest.FixtureRequest) -> None:
    systemctl = program("systemctl")
    state = subprocess.run([systemctl, "is-system-running"], capture_output=True, text=True).stdout.strip()
    if state not in ("running", "degraded") or os.geteuid() != 0:
        pytest.skip(f"systemd does not run here ({state or 'no answer'}): the unit is only verified, not started")
    port, name = free_port(), f"billing-listen-test-{os.getpid()}.service"
    (directory / "key").write_text("sk_test_" + "x" * 24)
    (directory / "secret").write_text(SECRET)
    unit = block("ini")
    for there, here in {
        "/usr/local/bin/billing listen": f"'{BILLING}' listen --no-api-key --port {port} --log-format json",
        " --api-key-file ${CREDENTIALS_DIRECTORY}/stripe-key": "",
        " --exec /etc/billing/provision.sh --on access-granted --on access-revoked": " --exec true",
        "/etc/billing/stripe-key": str(directory / "key"),
        "/etc/billing/webhook-secret": str(directory / "secret"),
        "User=billing": "User=root",
        "WorkingDirectory=/var/lib/billing": "WorkingDirectory=/var/lib/billing-listen-test",
        "StateDirectory=billing\n": "StateDirectory=billing-listen-test\n",
        "ProtectHome=true\n": "",
    }.items():
        assert there in unit
        unit = unit.replace(there, here)
    path = Path("/run/systemd/system") / name
    path.write_text(unit)
    run = partial(subprocess.run, check=True, capture_output=True, text=True, timeout=90)
    request.addfinalizer(lambda: path.unlink(missing_ok=True))
    run([systemctl, "daemon-reload"])
    run([systemctl, "start", name])
    request.addfinalizer(lambda: subprocess.run([systemctl, "stop", name], check=False))
    deadline = time.monotonic() + 30
    while True:
        try:
            assert deliver(port, product("prod_1")) == 200
            break
        except OSError:
            assert time.monotonic() < deadline
    run([systemctl, "stop", name])
    ended = run([systemctl, "show", name, "--property=Result"]).stdout
    assert ended.strip() == "Result=success"


# Lines for a shell


def shell_lines() -> list[str]:
    found = re.findall(r"```sh\n(.*?)```", OPERATIONS.read_text(encoding="utf-8"), re.S)
    return [line for text in found for line in text.splitlines() if line.strip()]


@pytest.mark.service
def test_each_line_for_a_shell_runs(directory: Path) -> None:
    """Beside a listener; lines that other tests run, here or in test_operations.py, are known by their beginning."""
    lines = [line for line in shell_lines() if not line.startswith(tuple(CHECKED_BY_ANOTHER_TEST))]
    assert len(lines) >= 3
    program("sqlite3")
    environment = {**os.environ, "HOME": str(directory), "PATH": f"{BILLING.parent}:{os.environ['PATH']}"}
    made = [BILLING, "webhook", "create", "--local", "--url", "http://127.0.0.1:9/webhook", "--store-secret"]
    endpoint = subprocess.run(
        [*made, "-o", "id"], cwd=directory, env=environment, check=True, capture_output=True, text=True
    ).stdout.strip()
    with listening(directory, "--exec", "true") as (_, events, port):
        assert deliver(port, product("prod_1")) == 200
        events.get(timeout=30)
        for line in lines:
            typed = line.replace("we_123", endpoint)
            typed = f"{typed} --local" if re.match(r"billing (webhook|events backfill)", typed) else typed
            ran = subprocess.run(["sh", "-c", typed], cwd=directory, env=environment, capture_output=True, text=True)
            assert ran.returncode == 0, (typed, ran.stderr)
    with open_store(str(directory / "backup.db")) as copy:
        assert copy.events.get("evt_prod_1") is not None


@pytest.mark.service
def test_the_log_of_one_event_is_picked_out_of_the_journal(directory: Path) -> None:
    """With the lines that the journal would have."""
    jq = program("jq")
    [line] = [line for line in shell_lines() if line.startswith("journalctl")]
    chosen = re.search(r"jq -c '(.*)'", line)
    assert chosen is not None
    with listening(directory, "--exec", "exit 1") as (process, events, port):
        for number in (1, 2):
            assert deliver(port, product(f"prod_{number}", name=f"evt_{number}")) == 200
            events.get(timeout=30)
        process.terminate()
        log = "".join(json.dumps(one) + "\n" for one in entries(process.stderr))
    ran = subprocess.run([jq, "-c", chosen[1]], input=log, check=True, capture_output=True, text=True)
    assert [json.loads(one)["event_id"] for one in ran.stdout.splitlines()] == ["evt_1"]


@pytest.mark.service
def test_several_receivers_on_postgresql_as_the_document_starts_them(directory: Path) -> None:
    [line] = [line for line in shell_lines() if line.startswith("billing listen --store postgresql:")]
    (directory / "secret").write_text(SECRET)
    with ExitStack() as opened:
        postgres = opened.enter_context(running_postgres())
        postgres.execute("CREATE DATABASE billing")
        ports = []
        for first in (free_port(), free_port()):
            typed = line.replace("postgresql://billing@db/billing", postgres.url("billing"))
            typed = typed.replace("/run/secrets/stripe", str(directory / "secret"))
            command = [str(BILLING), *typed.split()[1:], "--local", "--port", str(first), "--exec", "true"]
            process = opened.enter_context(
                subprocess.Popen(command, cwd=directory, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
            )
            opened.callback(process.terminate)
            ports.append(begun(process.stderr).port)
        for port in ports:
            assert deliver(port, product("prod_1")) == 200
        with open_store(postgres.url("billing")) as store:
            assert [stored.event.id for stored in store.events.page()] == ["evt_prod_1"]
