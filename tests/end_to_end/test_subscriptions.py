"""Customers and subscriptions with the installed command: pipes, terminals, interrupts and kills."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess

import pytest

from stripe_billing_cli.stripe_api.client import connect_locally
from tests.end_to_end.conftest import BILLING, ROOT, Shell, fresh_shell, own_words

ADA = ("--customer", "ada@example.com", "--price", "keymap-pro.monthly")
COMMANDS = (
    [("customer", name) for name in ("create", "show", "list", "update", "portal")]
    + [("sub", name) for name in ("create", "show", "list", "watch", "change", "cancel", "resume", "pause", "pay")]
    + [("clock", name) for name in ("create", "advance", "list", "delete")]
)


@pytest.fixture(scope="session")
def ada(tmp_path_factory: pytest.TempPathFactory) -> Shell:
    """A directory whose local Stripe has the catalog, and a customer: copied for each test."""
    shell = fresh_shell(tmp_path_factory.mktemp("ada"))
    shutil.copy(ROOT / "catalog.yaml", shell.directory)
    shell("catalog", "apply", "--local")
    shell("customer", "create", "--local", "--email", "ada@example.com", "--payment-method", "pm_card_visa")
    return shell


@pytest.fixture
def with_ada(shell: Shell, ada: Shell) -> Shell:
    shutil.copytree(ada.directory, shell.directory, dirs_exist_ok=True)
    return shell


def test_one_run_waits_and_another_pays(with_ada: Shell) -> None:
    waiting = subprocess.Popen(
        [BILLING, "sub", "create", "--local", *ADA, "--wait", "--timeout", "1m"],
        cwd=with_ada.directory,
        env=with_ada.environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert waiting.stdout is not None
    made = waiting.stdout.readline().split()[0]

    with_ada("sub", "pay", made, "--local", "--payment-method", "pm_card_visa", "--yes")

    _, err = waiting.communicate(timeout=60)
    assert waiting.returncode == 0, err
    assert f"{made} is active." in err


def test_on_a_terminal_something_moves_while_it_waits(with_ada: Shell) -> None:
    code, shown = with_ada.on_terminal("sub", "create", "--local", *ADA, "--wait", "--timeout", "1s")

    assert code == 4
    assert "Waiting until sub_" in shown
    assert "the time is up" in shown


def test_in_a_pipe_nothing_moves_and_nothing_is_coloured(with_ada: Shell) -> None:
    ran = with_ada("sub", "create", "--local", *ADA, "--wait", "--timeout", "0s", code=4)

    assert "Waiting" not in ran.stdout + own_words(ran.stderr)
    assert "\x1b" not in ran.stdout + ran.stderr


@pytest.mark.parametrize(("how", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_watch_is_ended_by_ctrl_c_and_by_sigterm(with_ada: Shell, how: signal.Signals, code: int) -> None:
    made = with_ada("sub", "create", "--local", *ADA, "--output", "id").stdout.strip()
    watching = subprocess.Popen(
        [BILLING, "sub", "watch", made, "--local", "--output", "json"],
        cwd=with_ada.directory,
        env=with_ada.environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert watching.stdout is not None
    first = json.loads(watching.stdout.readline())

    watching.send_signal(how)

    _, err = watching.communicate(timeout=30)
    assert watching.returncode == code
    error = json.loads(err)["error"]
    assert (error["kind"], error["exit_code"]) == ("interrupted", code)
    assert (first["id"], first["status"]) == (made, "incomplete")


def test_killed_when_it_was_made_and_not_yet_told_it_is_told_by_the_next_run(with_ada: Shell) -> None:
    with with_ada.serving("--latency-ms", "300") as environment:
        running = subprocess.Popen(
            [BILLING, "sub", "create", *ADA, "--verbose"],
            cwd=with_ada.directory,
            env={**with_ada.environment, **environment},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert running.stderr is not None
        while "POST /v1/subscriptions → 200" not in running.stderr.readline():
            pass
        running.kill()
        out, _ = running.communicate(timeout=30)

        again = with_ada("sub", "create", *ADA, "--output", "id", environment=environment).stdout
        listed = with_ada("sub", "list", "--output", "id", environment=environment).stdout

    assert out == ""
    assert listed == again


def test_killed_while_it_waits_it_waits_on_for_the_same_in_the_next_run(with_ada: Shell) -> None:
    """With JSON the result is printed at the end, so until then nobody may know of the subscription."""
    waits = (*ADA, "--local", "--wait", "--output", "json")
    running = subprocess.Popen(
        [BILLING, "sub", "create", *waits],
        cwd=with_ada.directory,
        env=with_ada.environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert running.stderr is not None
    made = running.stderr.readline().split()[0]
    running.kill()
    out, _ = running.communicate(timeout=30)

    again = json.loads(with_ada("sub", "create", *waits, "--timeout", "0s", code=4).stdout)

    assert out == ""
    assert (again["id"], again["existing"]) == (made, True)
    another = with_ada("sub", "create", *ADA, "--local", "--output", "id").stdout.strip()
    assert another != made


@pytest.mark.parametrize("output", ["table", "json"])
def test_a_list_that_nobody_reads_on_ends_and_has_not_failed(shell: Shell, output: str) -> None:
    """More than a pipe holds, so that the list is still being written when its reader leaves."""
    account = connect_locally(shell.directory / ".billing" / "local.db")
    for number in range(250):
        account.post("/v1/customers", {"email": f"{number}@example.com", "name": "x" * 250})

    ran = subprocess.run(
        ["bash", "-c", f"billing customer list --local --all --output {output} | head -n 1; echo ${{PIPESTATUS[0]}}"],
        cwd=shell.directory,
        env=dict(shell.environment),
        capture_output=True,
        text=True,
        check=True,
    )

    first, code = ran.stdout.splitlines()
    assert first.startswith({"table": "CUSTOMER", "json": '{"id": "cus_'}[output])
    assert code == "0"
    assert own_words(ran.stderr) == ""


def test_a_script_needs_nothing_but_ids(with_ada: Shell) -> None:
    """The line of the help, as a shell runs it."""
    script = """
        CUSTOMER=$(billing customer create --local --email bob@example.com --if-not-exists --output id)
        SUB=$(billing sub create --local --customer "$CUSTOMER" --price keymap-pro.monthly --output id)
        billing sub show "$SUB" --local --output json
    """
    ran = subprocess.run(
        ["sh", "-euc", script],
        cwd=with_ada.directory,
        env=dict(with_ada.environment),
        capture_output=True,
        text=True,
        check=True,
    )

    shown = json.loads(ran.stdout)
    assert (shown["status"], shown["customer_email"]) == ("incomplete", "bob@example.com")


@pytest.mark.parametrize("argv", COMMANDS, ids=" ".join)
def test_help_has_an_example_and_imports_nothing_heavy(shell: Shell, argv: tuple[str, str]) -> None:
    ran = subprocess.run(
        [BILLING.with_name("python"), "-X", "importtime", BILLING, *argv, "--help"],
        cwd=shell.directory,
        env=shell.environment,
        capture_output=True,
        text=True,
        check=True,
    )

    imported = {line.rsplit("|", 1)[-1].strip().split(".")[0] for line in ran.stderr.splitlines() if "|" in line}
    assert "Example" in ran.stdout
    assert "typer" in imported
    assert not imported & {"stripe", "pydantic", "rich", "requests", "yaml", "babel", "sqlalchemy", "sqlite3"}


class TestMoney:
    """What charges or ends asks on a terminal, and does nothing on no."""

    @pytest.fixture
    def paid_subscription(self, with_ada: Shell) -> str:
        made = with_ada("sub", "create", "--local", *ADA, "--output", "id").stdout.strip()
        with_ada("sub", "pay", made, "--local")
        return made

    def test_a_change_is_shown_and_asked_about(self, with_ada: Shell, paid_subscription: str) -> None:
        argv = ("sub", "change", paid_subscription, "--local", "--price", "keymap-team.monthly")

        code, shown = with_ada.on_terminal(*argv, answers={f"Change {paid_subscription} now? [y/N]: ": b"n\n"})
        assert code == 1
        assert "The plan changes only if this payment goes through." in shown
        assert "Nothing was changed." in shown

        code, shown = with_ada.on_terminal(*argv, answers={f"Change {paid_subscription} now? [y/N]: ": b"y\n"})
        assert code == 0
        assert f"{paid_subscription} is on keymap-team.monthly now." in shown

    def test_an_end_is_asked_about(self, with_ada: Shell, paid_subscription: str) -> None:
        argv = ("sub", "cancel", paid_subscription, "--local", "--now", "--refund", "last")

        code, shown = with_ada.on_terminal(*argv, answers={f"Cancel {paid_subscription} now? [y/N]: ": b"\n"})
        assert code == 1
        assert "refunded   $15.00, all of it" in shown

        with_ada(*argv, code=2)
        assert (
            json.loads(with_ada("sub", "show", paid_subscription, "--local", "--output", "json").stdout)["status"]
            == "active"
        )

    def test_a_clock_shows_its_progress_on_a_terminal_only(self, with_ada: Shell) -> None:
        with_ada("clock", "create", "--local", "--name", "life")
        code, shown = with_ada.on_terminal("clock", "advance", "life", "1d", "--local")
        assert code == 0
        assert "\x1b[2K" in shown

        ran = with_ada("clock", "advance", "life", "1d", "--local")
        assert "\x1b" not in ran.stdout + ran.stderr
