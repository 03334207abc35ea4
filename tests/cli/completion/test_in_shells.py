"""Completion in bash, zsh and fish themselves: the script is loaded as the help says, and keys are pressed."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from stripe_billing_cli.cli.completion.scripts import SCRIPTS
from tests.cli.completion.shells import BIN, TypedShell

CATALOG = """\
version: 1
catalog: shop
currency: usd
products:
  pro:
    name: Pro
    prices:
      monthly: {unit_amount: 1500, recurring: month}
      yearly: {unit_amount: 15000, recurring: year, lookup_key: pro-by-the-year}
"""
PRESSED = [
    ("billing cat", r"billing catalog "),
    ("billing sub chan", r"billing sub change "),
    ("billing sub change ada@example.com --price pro-b", r"--price pro-by-the-year "),
    ("billing sub change ada@example.com --price=pro.m", r"--price=pro.monthly "),
    ("billing sub list --status past", r"--status past_due "),
    ("billing events list --type invoice.payment_f", r"--type invoice.payment_failed "),
    ("billing help exit", r"help exit-codes "),
    ("billing catalog validate --file shop-c", r"--file shop-catalog.yaml "),
    ("billing catalog validate --file=shop-c", r"--file=shop-catalog.yaml "),
]
"""What is typed before the tab key, and what stands on the line then."""


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    (tmp_path / "catalog.yaml").write_text(CATALOG, encoding="utf-8")
    (tmp_path / "shop-catalog.yaml").write_text(CATALOG, encoding="utf-8")
    return tmp_path


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    return {"HOME": str(tmp_path), "LANG": "C.UTF-8", "XDG_CACHE_HOME": str(tmp_path / "cache")}


@pytest.mark.parametrize(("typed", "completed"), PRESSED)
def test_bash_completes(directory: Path, environment: dict[str, str], typed: str, completed: str) -> None:
    with TypedShell(["bash", "--norc", "--noprofile", "-i"], directory, environment) as shell:
        shell.press("PS1='ready> '; bind 'set enable-bracketed-paste off'; source <(billing completion bash)\n")
        shell.until(r"ready> $")
        shell.press(f"{typed}\t")
        shell.until(completed)


@pytest.mark.parametrize(("typed", "completed"), PRESSED)
def test_zsh_completes(directory: Path, environment: dict[str, str], typed: str, completed: str) -> None:
    with TypedShell(["zsh", "-f", "-i"], directory, environment) as shell:
        shell.press("PS1='ready> '; unsetopt zle_bracketed_paste prompt_sp; autoload -U compinit; compinit -u -D\n")
        shell.until(r"ready> $")
        shell.press("source <(billing completion zsh); echo load''ed\n")
        shell.until(r"loaded\s+ready> $")
        shell.press(f"{typed}\t")
        shell.until(completed)


@pytest.mark.parametrize(("typed", "completed"), PRESSED)
def test_fish_completes(directory: Path, environment: dict[str, str], typed: str, completed: str) -> None:
    """Fish says itself what the tab key would offer; a word it has completed ends the line."""
    fish = shutil.which("fish")
    assert fish, "there is no fish; `make test` installs it (scripts/shells.sh)"
    asked = f"billing completion fish | source; complete --do-complete '{typed}'"

    ran = subprocess.run(
        [fish, "--no-config", "-c", asked],
        cwd=directory,
        env={**environment, "PATH": f"{BIN}:{os.environ['PATH']}"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    words = [line.split("\t")[0] for line in ran.stdout.splitlines()]
    assert words == [completed.split()[-1]], ran.stderr


@pytest.mark.parametrize("shell", SCRIPTS)
def test_each_shell_loads_what_was_installed(directory: Path, environment: dict[str, str], shell: str) -> None:
    """As a new shell of a user finds it: bash through bash-completion, which is not needed to read the file."""
    environment = {**environment, "PATH": f"{BIN}:{os.environ['PATH']}"}
    ran = subprocess.run(
        [BIN / "billing", "completion", shell, "--install", "--output", "id"],
        cwd=directory,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    path = Path(ran.stdout.strip())
    assert path.is_relative_to(directory)
    loads = {
        "bash": f"source {path}; complete -p billing",
        "zsh": f"fpath=({path.parent} $fpath); autoload -U compinit; compinit -u -D; echo $_comps[billing]",
        "fish": "complete -C 'billing catalo'",
    }[shell]
    flags = {"bash": ["--norc"], "zsh": ["-f"], "fish": []}[shell]
    loaded = subprocess.run(
        [shell, *flags, "-c", loads], cwd=directory, env=environment, capture_output=True, text=True, check=False
    )
    assert {"bash": "-F _billing", "zsh": "_billing", "fish": "catalog\t"}[shell] in loaded.stdout, loaded.stderr
