"""Standard output that is closed, or that nobody reads: `billing … >&-`, `billing … | head`."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from stripe_billing_cli.events.store import open_store
from tests.end_to_end.conftest import BILLING

SHOWN = ["events list", "webhook list --local", "local path", "access list --output json"]


@pytest.fixture(autouse=True)
def store(tmp_path: Path) -> None:
    open_store(str(tmp_path / ".billing" / "events.db")).close()


def _run(command: str, tmp_path: Path, ending: str) -> subprocess.CompletedProcess[str]:
    script = f"{BILLING} {command} {ending}"
    return subprocess.run(["bash", "-c", script], cwd=tmp_path, capture_output=True, text=True, timeout=60)


@pytest.mark.parametrize("command", SHOWN)
def test_without_standard_output_commands_do_what_they_do(command: str, tmp_path: Path) -> None:
    done = _run(command, tmp_path, ">&-")

    assert (done.returncode, "Traceback" in done.stderr) == (0, False), done.stderr


def test_a_reader_that_has_enough_of_an_object_is_no_failure(tmp_path: Path) -> None:
    done = _run("customer create --email ada@example.com --local", tmp_path, "| true; exit ${PIPESTATUS[0]}")

    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("ending", [">&-", ">&- 2>&-", "| true; exit ${PIPESTATUS[0]}"])
def test_an_error_is_told_whatever_became_of_the_output(ending: str, tmp_path: Path) -> None:
    done = _run("events show evt_1", tmp_path, ending)

    assert done.returncode == 1
    assert ("has no event evt_1" in done.stderr) is ("2>&-" not in ending), done.stderr
    assert "Traceback" not in done.stderr
