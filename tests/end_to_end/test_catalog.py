"""The main job, as a user does it: the installed command, a fresh directory, pipes and terminals."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess

import pytest

from tests.end_to_end.conftest import BILLING, ROOT, Shell, own_words

CTRL_C = b"\x03"


@pytest.fixture
def with_catalog(shell: Shell) -> Shell:
    shutil.copy(ROOT / "catalog.yaml", shell.directory)
    return shell


def test_a_catalog_is_planned_applied_and_then_unchanged(with_catalog: Shell) -> None:
    assert "+ product  keymap-pro  KeyMapPro" in with_catalog("catalog", "plan", "--local").stdout
    assert "Done: " in with_catalog("catalog", "apply", "--local").stdout
    assert with_catalog("catalog", "apply", "--local").stdout.startswith("No changes.")
    with_catalog("catalog", "plan", "--local", "--check")


def test_the_same_over_http_with_a_key(with_catalog: Shell) -> None:
    with with_catalog.serving() as environment:
        with_catalog("catalog", "plan", "--check", code=3, environment=environment)
        with_catalog("catalog", "apply", environment=environment)
        with_catalog("catalog", "plan", "--check", environment=environment)
    with_catalog("catalog", "plan", "--local", "--check")


def test_standard_input_can_be_the_catalog(with_catalog: Shell) -> None:
    text = (with_catalog.directory / "catalog.yaml").read_text(encoding="utf-8")

    with_catalog("catalog", "apply", "--local", "-f", "-", stdin=text)

    with_catalog("catalog", "plan", "--local", "--check")


def test_in_a_pipe_there_is_no_colour_and_no_progress(with_catalog: Shell) -> None:
    ran = with_catalog("catalog", "apply", "--local")

    assert "\x1b" not in ran.stdout + ran.stderr
    assert "Applying" not in ran.stderr


def test_a_terminal_gets_colour_unless_no_color_is_set(with_catalog: Shell) -> None:
    code, shown = with_catalog.on_terminal("catalog", "plan", "--local")
    assert code == 0
    assert "\x1b[32m+ product" in shown

    code, shown = with_catalog.on_terminal("catalog", "plan", "--local", environment={"NO_COLOR": "1"})
    assert code == 0
    assert "\x1b[32m" not in shown


def test_a_terminal_sees_progress(with_catalog: Shell) -> None:
    with with_catalog.serving("--latency-ms", "150") as environment:
        code, shown = with_catalog.on_terminal("catalog", "apply", environment=environment)

    assert code == 0
    assert "Applying" in shown
    assert "Done: " in shown


def test_output_can_be_chosen_by_the_environment(with_catalog: Shell) -> None:
    ran = with_catalog("catalog", "plan", "--local", environment={"BILLING_OUTPUT": "json"})
    assert json.loads(ran.stdout)["summary"]["create"] > 0

    ran = with_catalog("catalog", "plan", "--local", "--output", "yaml")
    assert ran.stdout.startswith("catalog: keymap\n")


def test_an_error_as_json_is_one_object_on_stderr(shell: Shell) -> None:
    ran = shell("catalog", "plan", "--output", "json", "--local", code=2)

    assert ran.stdout == ""
    error = json.loads(own_words(ran.stderr))["error"]
    assert set(error) == set("kind message reason object errors location hint param request_id exit_code".split())
    assert error["exit_code"] == 2
    assert "catalog.yaml" in error["message"]


def test_a_mistyped_option_is_an_error_as_json_too(shell: Shell) -> None:
    ran = shell("catalog", "plan", "--output", "json", "--lokal", code=2)

    assert json.loads(own_words(ran.stderr))["error"]["kind"] == "usage"


def test_without_a_key_the_three_ways_on_are_named(with_catalog: Shell) -> None:
    ran = with_catalog("catalog", "plan", code=2)

    for way in ("--local", "STRIPE_API_KEY", "--profile"):
        assert way in ran.stderr


def test_verbose_tells_each_call_with_its_request_id_and_no_secret(with_catalog: Shell) -> None:
    with with_catalog.serving() as environment:
        ran = with_catalog("catalog", "apply", "--verbose", environment=environment)

    assert "POST /v1/prices → 200 in " in ran.stderr
    assert " req_" in ran.stderr
    assert "sk_test_end_to_end" not in ran.stderr + ran.stdout


def test_killed_after_any_call_and_run_again_it_arrives(with_catalog: Shell) -> None:
    with with_catalog.serving("--latency-ms", "60") as environment:
        for writes in (0, 1, 2, 1, 2):
            running = subprocess.Popen(
                [BILLING, "catalog", "apply", "--verbose"],
                cwd=with_catalog.directory,
                env={**with_catalog.environment, **environment},
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                text=True,
            )
            assert running.stderr is not None
            seen = 0
            for line in running.stderr:
                seen += line.startswith("POST ")
                if seen >= writes and line.startswith(("POST ", "GET /v1/prices")):
                    break
            running.kill()
            running.communicate()
        with_catalog("catalog", "apply", environment=environment)
        listed = json.loads(with_catalog("catalog", "plan", "--output", "json", environment=environment).stdout)

    assert listed["changes"] == []
    assert listed["unmanaged"] == [], "a price made twice would be listed here"


def test_ctrl_c_ends_the_calls_in_flight_and_says_where_things_stand(with_catalog: Shell) -> None:
    with with_catalog.serving("--latency-ms", "500") as environment:
        ran = with_catalog.interrupted("POST /v1/products → 200", "catalog", "apply", environment=environment)

        assert "Stopping after the calls in flight" in ran.stderr
        assert "Interrupted: " in ran.stdout
        assert " 0 failed" in ran.stdout
        assert "Run the same command again" in ran.stdout
        with_catalog("catalog", "apply", environment=environment)
        with_catalog("catalog", "plan", "--check", environment=environment)


def test_sigterm_says_what_ctrl_c_says(with_catalog: Shell) -> None:
    with with_catalog.serving("--latency-ms", "500") as environment:
        ran = with_catalog.interrupted(
            "POST /v1/products → 200", "catalog", "apply", environment=environment, how=signal.SIGTERM
        )

        assert "Stopping after the calls in flight" in ran.stderr
        assert "Interrupted: " in ran.stdout
        with_catalog("catalog", "apply", environment=environment)


def test_ctrl_c_counts_what_is_begun_apart_from_what_is_untouched(with_catalog: Shell) -> None:
    """A product is made, and its default price still missing: neither done nor as it was before."""
    with with_catalog.serving("--latency-ms", "500") as environment:
        ran = with_catalog.interrupted("POST /v1/products → 200", "catalog", "apply", environment=environment)

        assert re.search(
            r"begun    product keymap-\w+(, product keymap-\w+)?: the rest of it was left: not reached", ran.stdout
        )
        assert re.search(r"Interrupted: [0-3] done, [12] begun, 0 failed, [0-5] skipped\.", ran.stdout)


def test_a_second_ctrl_c_waits_for_nothing(with_catalog: Shell) -> None:
    """Both products are made when Ctrl-C is pressed, and calls for their prices are in flight."""
    with with_catalog.serving("--fault", "timeout before * POST /v1/prices") as environment:
        code, shown = with_catalog.on_terminal(
            "catalog", "apply", answers={"2/8": CTRL_C, "Ctrl-C again": CTRL_C}, environment=environment
        )

    assert code == 130
    assert "stopped at once; the calls in flight may or may not have taken effect" in shown
    assert "run the same command again" in shown


@pytest.mark.parametrize("command", [("catalog", "plan"), ("doctor",)])
def test_ctrl_c_while_reading_waits_for_nothing(with_catalog: Shell, command: tuple[str, ...]) -> None:
    with with_catalog.serving("--verbose", "--fault", "timeout before * GET /v1/prices") as environment:
        ran = with_catalog.interrupted("GET /v1/products → 200", *command, environment=environment)

    assert "\nInterrupted.\n" in ran.stderr, "another call, which was in flight, may be told after it"
    assert "GET /v1/prices" not in ran.stderr


def test_a_failure_is_told_and_what_does_not_depend_on_it_goes_on(with_catalog: Shell) -> None:
    options = ("--fault", "403 before 2 POST /v1/products")
    with with_catalog.serving(*options) as environment:
        ran = with_catalog("catalog", "apply", code=1, environment=environment)

        assert "failed   product keymap-" in ran.stdout
        assert "permission" in ran.stdout
        assert "skipped  price keymap-" in ran.stdout
        assert "it needs what failed" in ran.stdout
        again = with_catalog("catalog", "apply", environment=environment)
        assert "Done: " in again.stdout
        with_catalog("catalog", "plan", "--check", environment=environment)


def test_bursts_of_429_reach_no_user(with_catalog: Shell) -> None:
    with with_catalog.serving("--rate-limit", "6/2") as environment:
        ran = with_catalog("catalog", "apply", "--verbose", environment=environment)
        with_catalog("catalog", "plan", "--check", environment=environment)

    assert "→ 429" in ran.stderr
    assert "failed" not in ran.stdout


def test_help_has_an_example_for_every_command(shell: Shell) -> None:
    commands = ["validate", "schema", "plan", "apply"]
    for argv in [["catalog", command] for command in commands] + [["local", "serve"], ["local", "reset"], ["doctor"]]:
        assert "Example" in shell(*argv, "--help").stdout


def test_help_and_version_import_nothing_heavy(shell: Shell) -> None:
    for argv in (["--help"], ["--version"], ["catalog", "--help"], ["catalog", "plan", "--help"]):
        ran = subprocess.run(
            [BILLING.with_name("python"), "-X", "importtime", BILLING, *argv],
            cwd=shell.directory,
            env=shell.environment,
            capture_output=True,
            text=True,
            check=True,
        )
        imported = {line.rsplit("|", 1)[-1].strip().split(".")[0] for line in ran.stderr.splitlines() if "|" in line}
        assert "typer" in imported
        assert not imported & {
            "stripe",
            "pydantic",
            "rich",
            "requests",
            "yaml",
            "babel",
            "starlette",
            "uvicorn",
            "sqlite3",
            # a few milliseconds each, of some eighty
            "hashlib",
            "tomllib",
        }


def test_output_into_a_closed_pipe_is_no_traceback(with_catalog: Shell) -> None:
    ran = subprocess.run(
        ["sh", "-c", '"$0" catalog schema | head -n 1', BILLING],
        cwd=with_catalog.directory,
        env={**with_catalog.environment, "PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        check=True,
    )

    assert ran.stderr == ""


@pytest.mark.parametrize("name", ["nope.plan", "catalog.yaml"])
def test_a_plan_that_is_none_is_refused_before_stripe_is_asked(with_catalog: Shell, name: str) -> None:
    ran = with_catalog("catalog", "apply", "--local", "--plan", name, code=2)

    assert name in ran.stderr
    assert "billing --local catalog plan --out FILE" in ran.stderr


def test_a_port_that_is_taken_is_told_with_a_way_on(with_catalog: Shell) -> None:
    with with_catalog.serving() as environment:
        port = environment["STRIPE_API_BASE"].rsplit(":", 1)[1]
        ran = with_catalog("local", "serve", "--port", port, code=1)

    assert f"cannot listen on 127.0.0.1, port {port}: address already in use" in ran.stderr
    assert "--port 0" in ran.stderr


def test_a_limit_on_the_size_of_files_is_told_and_nothing_is_lost(with_catalog: Shell) -> None:
    limited = subprocess.run(
        ["bash", "-c", 'ulimit -f 60; exec "$0" catalog apply --local', BILLING],
        cwd=with_catalog.directory,
        env=with_catalog.environment,
        capture_output=True,
        text=True,
        check=False,
    )

    assert limited.returncode == 1, limited.stdout + limited.stderr
    assert "ulimit -f" in limited.stdout + limited.stderr
    assert "Traceback" not in limited.stderr
    with_catalog("catalog", "apply", "--local")
    with_catalog("catalog", "plan", "--local", "--check")


def test_what_make_try_runs_ends_in_no_changes(shell: Shell) -> None:
    ran = subprocess.run(
        ["sh", str(ROOT / "scripts" / "try.sh")],
        cwd=ROOT,
        env=shell.environment,
        capture_output=True,
        text=True,
        check=True,
    )

    commands = [part.splitlines()[0] for part in ran.stdout.split("$ billing ")[1:]]
    assert commands[:3] == ["catalog plan --local", "catalog apply --local", "catalog apply --local"]
    assert "Done: 6 changes applied." in ran.stdout
    assert "± price    keymap-pro.monthly" in ran.stdout
    assert "No changes." in ran.stdout.split("$ billing ")[-1]
    assert own_words(ran.stderr) == ""
