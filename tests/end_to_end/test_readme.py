"""The README shows what the commands print: every one is run, in the README's order, in one fresh directory.

`python -m tests.end_to_end.test_readme` writes the README anew with what they print now.
"""

from __future__ import annotations

import importlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

import typer

from stripe_billing_cli.cli.app import GROUPS
from tests.end_to_end.conftest import BILLING, ROOT, Shell

README = ROOT / "README.md"
BLOCK = re.compile(r"```console\n(.*?)```\n", re.S)
END = "@@ end of a command @@"
IDS = re.compile(r"(?<![A-Za-z0-9])(price|acct|req|clock|cus|sub|in|pi|re|ch|cbtxn|secret)_[A-Za-z0-9]{10,}")
NUMBER = re.compile(r"\b[A-Z0-9]{8}-\d{4}\b")
HAPPENED = re.compile(r"^    \d{1,2} \w{3} \d{4} \d\d:\d\d UTC  ", re.M)
"""When an event was, in the timeline of `sub show`: real time, on a test clock too."""
PORT = re.compile(r"127\.0\.0\.1:[0-9]+")
YAML = re.compile(r"```yaml\n(.*?)```\n", re.S)


def commands(text: str) -> Iterator[str]:
    for block in BLOCK.findall(text):
        yield from (line[2:] for line in block.splitlines() if line.startswith("$ "))


def written_anew(text: str, directory: Path, environment: Mapping[str, str]) -> str:
    """Return the README with the output of each command as it is now; all run in one shell."""
    shutil.copy(ROOT / "catalog.yaml", directory)
    script = "".join(f"{command}\necho '{END}'\n" for command in commands(text))
    ran = subprocess.run(
        ["bash"],
        cwd=directory,
        env=environment,
        input=f"exec 2>&1\n{script}",
        stdout=subprocess.PIPE,
        text=True,
        timeout=120,
        check=False,
    )
    outputs = iter(ran.stdout.split(f"{END}\n"))

    def shown(block: re.Match[str]) -> str:
        asked = [line for line in block[1].splitlines(keepends=True) if line.startswith("$ ")]
        return "```console\n" + "".join(command + next(outputs) for command in asked) + "```\n"

    return BLOCK.sub(shown, text)


def without_ids(text: str) -> str:
    """Return what is the same in every run."""
    named = IDS.sub(r"\1_…", text)
    return HAPPENED.sub("    …  ", NUMBER.sub("…", PORT.sub("127.0.0.1:…", named)))


def test_the_readme_shows_what_the_commands_print(shell: Shell) -> None:
    text = README.read_text(encoding="utf-8")
    elsewhere = shell.directory.parent / "served"
    elsewhere.mkdir()
    with Shell(elsewhere, shell.environment).serving() as served:
        environment = {**shell.environment, "STRIPE_API_BASE": served["STRIPE_API_BASE"]}
        assert without_ids(written_anew(text, shell.directory, environment)) == without_ids(text)


def test_the_readmes_catalog_is_the_projects(shell: Shell) -> None:
    [shown] = YAML.findall(README.read_text(encoding="utf-8"))

    assert shown == (ROOT / "catalog.yaml").read_text(encoding="utf-8")


def test_the_readme_names_every_command() -> None:
    text = README.read_text(encoding="utf-8")

    for name, group in GROUPS.items():
        commands_of = typer.main.get_command(importlib.import_module(group.module).app)
        rows = re.findall(rf"^\| `billing {name}` \|(.*\n(?:\| \|.*\n)*)", text, re.M)
        assert len(rows) == 1, name
        for command in getattr(commands_of, "commands", ()):
            assert f"`{command}`" in rows[0], f"billing {name} {command}"


def main() -> None:
    with tempfile.TemporaryDirectory() as scratch, tempfile.TemporaryDirectory() as elsewhere:
        path = f"{BILLING.parent}:{os.environ['PATH']}"
        shell = Shell(Path(elsewhere), {"PATH": path, "HOME": elsewhere, "PYTHONUTF8": "1"})
        with shell.serving() as served:
            environment = {**shell.environment, "STRIPE_API_BASE": served["STRIPE_API_BASE"]}
            text = written_anew(README.read_text(encoding="utf-8"), Path(scratch), environment)
    README.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
