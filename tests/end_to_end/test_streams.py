"""Streams that are closed, full, or that nobody reads: `billing … <&- >&-`, `> /dev/full`, `| head`."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from stripe_billing_cli.events.store import open_store
from tests.end_to_end.conftest import BILLING, own_words

SHOWN = ["events list", "webhook list --local", "local path", "access list --output json"]


@pytest.fixture(autouse=True)
def store(tmp_path: Path) -> None:
    open_store(str(tmp_path / ".billing" / "events.db")).close()


def _run(command: str, tmp_path: Path, ending: str) -> subprocess.CompletedProcess[str]:
    script = f'"$0" {command} {ending}'
    return subprocess.run(["bash", "-c", script, BILLING], cwd=tmp_path, capture_output=True, text=True, timeout=60)


@pytest.mark.parametrize("command", SHOWN)
def test_without_standard_output_commands_do_what_they_do(command: str, tmp_path: Path) -> None:
    done = _run(command, tmp_path, ">&-")

    assert (done.returncode, "Traceback" in done.stderr) == (0, False), done.stderr


def test_a_reader_that_has_enough_of_an_object_is_no_failure(tmp_path: Path) -> None:
    done = _run("customer create --email ada@example.com --local", tmp_path, "| true; exit ${PIPESTATUS[0]}")

    assert (done.returncode, own_words(done.stderr)) == (0, "")


def test_a_plan_is_carried_out_though_nobody_reads_it_to_the_end(tmp_path: Path) -> None:
    (tmp_path / "catalog.yaml").write_text("version: 1\ncatalog: k\nproducts: {pro: {name: Pro}}\n")

    checked = _run("catalog plan --local --check", tmp_path, "| true; exit ${PIPESTATUS[0]}")
    applied = _run("catalog apply --local", tmp_path, "| true; exit ${PIPESTATUS[0]}")

    assert [(one.returncode, own_words(one.stderr)) for one in (checked, applied)] == [(3, ""), (0, "")]
    assert _run("catalog plan --local --check", tmp_path, "").returncode == 0


@pytest.mark.parametrize("ending", [">&-", ">&- 2>&-", "| true; exit ${PIPESTATUS[0]}"])
def test_an_error_is_told_whatever_became_of_the_output(ending: str, tmp_path: Path) -> None:
    done = _run("events show evt_1", tmp_path, ending)

    assert done.returncode == 1
    assert ("has no event evt_1" in done.stderr) is ("2>&-" not in ending), done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("command", ["--version", "local path"])
def test_an_output_on_a_full_disk_is_an_error_in_one_sentence(command: str, tmp_path: Path) -> None:
    done = _run(command, tmp_path, "> /dev/full")

    assert done.returncode == 1
    assert done.stderr.splitlines() == [
        "Error: the output could not be written: no space left on device",
        "  → make room for it, and run it again: what was done stays done",
    ]


@pytest.mark.parametrize("ending", ["> /dev/full", "2> /dev/full", "> /dev/full 2>&1"])
def test_a_mistake_has_its_exit_code_on_a_full_disk_too(ending: str, tmp_path: Path) -> None:
    done = _run("nonsense", tmp_path, ending)

    assert (done.returncode, "Traceback" in done.stderr) == (2, False), done.stderr


def test_no_file_takes_the_place_of_a_closed_stream(tmp_path: Path) -> None:
    """Python opens a file with the lowest number that is free, and what a command prints goes to 1 and 2."""
    done = subprocess.run(
        ["bash", "-c", '"$0" -c "$1" <&- >&- 2>&-', sys.executable, OPENS_A_FILE], cwd=tmp_path, check=False
    )

    assert done.returncode == 0
    assert int((tmp_path / "opened").read_text()) > 2


OPENS_A_FILE = """
import os
from pathlib import Path
from stripe_billing_cli.cli.app import run
assert run(["--version"]) == 0
number = os.open("opened", os.O_CREAT | os.O_WRONLY)
os.system("echo printed; echo printed >&2")
os.write(number, str(number).encode())
"""


def test_a_closed_standard_input_is_empty_and_asks_nobody(tmp_path: Path) -> None:
    done = _run("catalog plan --local --file -", tmp_path, "<&-")

    assert (done.returncode, "standard input: the file is empty" in done.stderr) == (2, True), done.stderr
