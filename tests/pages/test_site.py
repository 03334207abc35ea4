"""What `make docs` makes: a site without a warning, a reference of every command, man pages that roff reads."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.help.command_tree import pages
from tests.pages.transcripts import ROOT


@pytest.fixture(scope="module")
def output_directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of docs/ with the reference, and the man pages beside it."""
    directory = tmp_path_factory.mktemp("made")
    shutil.copytree(ROOT / "docs", directory / "docs")
    script = [sys.executable, ROOT / "scripts" / "reference.py", directory / "docs" / "commands.md", directory / "man"]
    subprocess.run(script, check=True)
    return directory


def test_the_site_is_built_without_a_warning(output_directory: Path) -> None:
    built = subprocess.run(
        [
            sys.executable,
            "-m",
            "sphinx",
            "-q",
            "-W",
            "--keep-going",
            "-b",
            "html",
            output_directory / "docs",
            output_directory / "site",
        ],
        capture_output=True,
        text=True,
        check=False,
    )

    assert built.returncode == 0, built.stderr
    assert "billing sub change" in (output_directory / "site" / "commands.html").read_text(encoding="utf-8")


def test_the_reference_has_every_command(output_directory: Path) -> None:
    reference = (output_directory / "docs" / "commands.md").read_text(encoding="utf-8")

    for name, page in pages().items():
        assert f"\n## {name}\n" in reference
        for section in page.sections:
            assert all(example in reference for example in section.examples), name


def test_every_command_has_a_man_page_in_which_only_macros_begin_with_a_dot(output_directory: Path) -> None:
    macros = {".TH", ".SH", ".PP", ".TP", ".B", ".nf", ".fi"}

    for name, page in pages().items():
        lines = (
            (output_directory / "man" / "man1" / f"{name.replace(' ', '-')}.1").read_text(encoding="utf-8").splitlines()
        )
        assert {line.split()[0] for line in lines if line.startswith((".", "'"))} <= macros, name
        assert lines[:2] == [lines[0], ".SH NAME"]
        assert page.summary.replace("-", "\\-") in "\n".join(lines)
