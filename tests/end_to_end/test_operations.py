"""Each command of docs/operations.md runs, on a store that a listener uses at the time."""

from __future__ import annotations

import re
import shutil
import sqlite3
import subprocess
from pathlib import Path

import pytest

from stripe_billing_cli.events.store import open_store
from tests.end_to_end.conftest import BILLING, OPERATIONS
from tests.listener_process import deliver, listening, product


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", OPERATIONS.read_text(encoding="utf-8"), re.S)


def billing(directory: Path, *argv: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([BILLING, *argv], cwd=directory, capture_output=True, text=True, timeout=60)


def test_each_option_of_the_document_is_one_of_the_command() -> None:
    lines = [line for block in (*blocks("sh"), *blocks("ini")) for line in block.splitlines() if "billing" in line]
    used = {option for line in lines for option in re.findall(r" (--[a-z-]+)", line)}
    known = "".join(
        subprocess.run([BILLING, *command, "--help"], capture_output=True, text=True, check=True).stdout
        for command in (
            ["listen"],
            ["events", "list"],
            ["events", "move"],
            ["events", "purge"],
            ["events", "backfill"],
            ["webhook", "roll-secret"],
        )
    )
    assert len(used) > 8
    assert [option for option in sorted(used) if option not in known] == []


def test_the_unit_is_one_that_systemd_takes(tmp_path: Path) -> None:
    """Where there is no systemd, that each setting stands once, in a section that has it."""
    [unit] = blocks("ini")
    settings = dict.fromkeys(line.split("=")[0] for line in unit.splitlines() if "=" in line)
    assert {"ExecStart", "TimeoutStopSec", "KillMode", "LoadCredential", "WorkingDirectory"} <= settings.keys()
    if shutil.which("systemd-analyze"):
        path = tmp_path / "billing-listen.service"
        path.write_text(unit.replace("/usr/local/bin/billing", f'"{BILLING}"').replace("User=billing", "User=root"))
        checked = subprocess.run(["systemd-analyze", "verify", path], capture_output=True, text=True)
        assert checked.returncode == 0, checked.stderr


def test_a_backup_of_a_running_store_is_whole_and_can_be_restored(directory: Path) -> None:
    with listening(directory, "--exec", "true") as (_, lines, port):
        for number in range(20):
            assert deliver(port, product(f"prod_{number}")) == 200
        for _ in range(20):
            lines.get(timeout=30)
        database = directory / ".billing/events.db"
        with sqlite3.connect(database) as source, sqlite3.connect(directory / "backup.db") as target:
            source.backup(target)  # what `.backup` of the sqlite3 program does

    for name in ("", "-wal", "-shm"):
        database.with_name(f"events.db{name}").unlink(missing_ok=True)
    shutil.move(directory / "backup.db", database)
    with open_store(str(database)) as store:
        assert len(store.events.page(limit=100)) == 20
    with listening(directory, "--exec", "true") as (_, lines, port):
        assert deliver(port, product("prod_later")) == 200
        lines.get(timeout=30)


def test_purge_and_check_beside_a_listener(directory: Path) -> None:
    with listening(directory, "--exec", "test $BILLING_EVENT_OBJECT_ID != prod_bad") as (_, lines, port):
        assert deliver(port, product("prod_good", created=1_600_000_000)) == 200
        lines.get(timeout=30)
        assert billing(directory, "events", "list", "--failed", "--check").returncode == 0
        assert deliver(port, product("prod_bad")) == 200
        lines.get(timeout=30)

        assert billing(directory, "events", "list", "--failed", "--check").returncode == 3
        purged = billing(directory, "events", "purge", "--older-than", "90d", "--yes")
        assert (purged.returncode, purged.stdout) == (0, "1 payload forgotten.\n")


@pytest.mark.parametrize("metric", re.findall(r"`(billing_[a-z_]+)", OPERATIONS.read_text(encoding="utf-8")))
def test_each_metric_of_the_document_is_there(directory: Path, metric: str) -> None:
    package = OPERATIONS.parents[1] / "stripe_billing_cli"
    files = [*(package / "events").rglob("*.py"), *(package / "listener").glob("*.py")]
    sources = "".join(path.read_text(encoding="utf-8") for path in files)
    assert f'"{metric}"' in sources
