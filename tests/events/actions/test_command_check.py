"""What can be known of a command before an event comes."""

from __future__ import annotations

from pathlib import Path

import pytest

from stripe_billing_cli.events.actions.command_check import check_command


@pytest.mark.parametrize(
    ("command", "message", "hint"),
    [
        ("./nope.sh", "there is no ./nope.sh", "path"),
        ("provision.sh $X", "provision.sh is not in PATH", "write ./provision.sh"),
        ("nothing-like-it", "nothing-like-it is not in PATH", "path"),
        ('./provision.sh --foo "x', "is no command that the shell understands", "quote"),
        ("NAME='a b' ./plain.txt secret", "./plain.txt is not executable", "chmod +x ./plain.txt"),
        ("./folder", "./folder is a directory", "program"),
    ],
)
def test_what_the_shell_will_not_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: str, message: str, hint: str
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "folder").mkdir()
    (tmp_path / "plain.txt").write_text("echo hello")
    script = tmp_path / "provision.sh"
    script.write_text("echo hello")
    script.chmod(0o755)

    trouble = check_command(command)

    assert trouble is not None
    assert message in trouble.message
    assert hint in trouble.hint
    assert "secret" not in trouble.message + trouble.hint


@pytest.mark.parametrize(
    "command",
    [
        "./provision.sh --all",
        "NAME=x ./provision.sh",
        "echo begun >> begun; while [ ! -e finish ]; do sleep 0.02; done; echo whole",
        "exit 1",
        "[ -e x ] && ./nope.sh",
        "cd folder && ./nope.sh",
        "if true; then ./nope.sh; fi",
        '"$HOOK" now',
        "(./nope.sh)",
        "python3 -c 'print(1)' | cat",
        "~/bin/nope",
    ],
)
def test_what_it_may_run_is_left_to_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: str) -> None:
    monkeypatch.chdir(tmp_path)
    script = tmp_path / "provision.sh"
    script.write_text("echo hello")
    script.chmod(0o755)

    assert check_command(command) is None
