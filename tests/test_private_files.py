"""Nobody else reads what is kept in `.billing`, and no repository takes it in."""

from __future__ import annotations

import stat
import subprocess
from pathlib import Path

from stripe_billing_cli.private_files import make_private_file


def test_a_file_that_others_could_read_is_taken_from_them(tmp_path: Path) -> None:
    path = tmp_path / ".billing" / "events.db"
    path.parent.mkdir()
    path.write_text("kept")
    path.chmod(0o644)

    make_private_file(path)

    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert path.read_text() == "kept"


def test_git_sees_nothing_of_it(tmp_path: Path) -> None:
    subprocess.run(["git", "init", "-q"], cwd=tmp_path, check=True)
    make_private_file(tmp_path / ".billing" / "webhook-secrets" / "we_1")

    status = subprocess.run(["git", "status", "--porcelain"], cwd=tmp_path, check=True, capture_output=True, text=True)
    assert status.stdout == ""
    (tmp_path / ".billing" / ".gitignore").write_text("mine")
    make_private_file(tmp_path / ".billing" / "events.db")
    assert (tmp_path / ".billing" / ".gitignore").read_text() == "mine"
