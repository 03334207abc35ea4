"""What is published: a wheel and a source archive that have all that `billing` reads, and run without the checkout."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

from tests.pages.transcripts import ROOT

DATA = {
    "stripe_billing_cli/py.typed",
    "stripe_billing_cli/local_stripe/core/shapes.json",
    "stripe_billing_cli/local_stripe/core/documented.json",
}
BUILD = """
import os, sys
from setuptools import build_meta
os.chdir(sys.argv[1])
print(getattr(build_meta, sys.argv[3])(sys.argv[2]))
"""


def copy_what_git_has(into: Path) -> None:
    tracked = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout.split(b"\0")
    for name in filter(None, map(bytes.decode, tracked)):
        if (ROOT / name).is_file():
            (into / name).parent.mkdir(parents=True, exist_ok=True)
            (into / name).write_bytes((ROOT / name).read_bytes())


@pytest.fixture(scope="module")
def archives(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """The wheel and the source archive, built in a copy."""
    source, into = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("dist")
    if (ROOT / ".git").exists():
        copy_what_git_has(source)
    else:
        made_here = shutil.ignore_patterns(".*", "build", "__pycache__", "*.egg-info")
        shutil.copytree(ROOT, source, ignore=made_here, dirs_exist_ok=True)
    made = []
    for step in ("build_wheel", "build_sdist"):
        command = [sys.executable, "-c", BUILD, source, into, step]
        ran = subprocess.run(command, cwd=source, capture_output=True, text=True, check=False)
        assert ran.returncode == 0, ran.stderr
        made.append(into / ran.stdout.splitlines()[-1])
    return made


def test_both_have_the_data_and_no_tests(archives: list[Path]) -> None:
    wheel, archive = archives
    with zipfile.ZipFile(wheel) as opened:
        names = set(opened.namelist())
    with tarfile.open(archive) as unpacked:
        archived = {name.partition("/")[2] for name in unpacked.getnames()}

    assert names >= DATA <= archived
    assert not [name for name in names if not name.startswith("stripe_billing_cli")]
    assert {"LICENSE", "README.md", "pyproject.toml"} <= archived


def test_the_wheel_runs_by_itself(archives: list[Path], tmp_path: Path) -> None:
    installed, work = tmp_path / "installed", tmp_path / "work"
    work.mkdir()
    with zipfile.ZipFile(archives[0]) as wheel:
        wheel.extractall(installed)
    environment = {**os.environ, "PYTHONPATH": str(installed), "PYTHONDONTWRITEBYTECODE": "1"}

    def billing(*argv: str) -> str:
        command = [sys.executable, "-c", f"{HERE}from stripe_billing_cli.__main__ import main; main()", *argv]
        ran = subprocess.run(command, cwd=work, env=environment, capture_output=True, text=True, check=False)
        assert ran.returncode == 0, ran.stderr
        return ran.stdout

    assert str(installed) in billing("--where")
    billing("init", "--name", "smoke")
    assert "2 changes applied" in billing("catalog", "apply", "--local")
    billing("customer", "create", "--local", "--email", "ada@example.com", "--payment-method", "pm_card_visa")
    billing("sub", "create", "--local", "--customer", "ada@example.com", "--price", "starter.monthly")
    assert "is active" in billing("sub", "pay", "--local", "ada@example.com")


HERE = """
import sys
if sys.argv[1] == "--where":
    import stripe_billing_cli
    print(stripe_billing_cli.__file__)
    sys.exit()
"""
