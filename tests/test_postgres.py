"""The PostgreSQL of the tests runs wherever the checkout is, under root's home too."""

from __future__ import annotations

import subprocess
from pathlib import Path

from tests.postgres import reachable, somebody_else


def test_programs_that_only_root_reaches_are_run_from_a_copy(tmp_path: Path) -> None:
    home = tmp_path / "root"
    program = home / "pginstall" / "bin" / "postgres"
    program.parent.mkdir(parents=True)
    program.write_text("#!/bin/sh\necho ran\n", encoding="utf-8")
    program.chmod(0o755)
    home.chmod(0o700)

    found = reachable(home / "pginstall") / "bin" / "postgres"

    ran = subprocess.run([found], capture_output=True, text=True, check=True, cwd="/", **somebody_else())
    assert ran.stdout == "ran\n"
    assert reachable(home / "pginstall") == found.parents[1], "it is copied once"
