"""Transcripts in pages: blocks of `console`, whose commands are run, and whose outputs are what the commands print.

The commands of a page run in its order, in one shell, in a fresh directory with the project's catalog.yaml. A comment
`<!-- setup: … -->` has commands that run unseen. STRIPE_API_BASE leads to a local Stripe that is served.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.pages.preloaded import preloaded_billing

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
BLOCK = re.compile(r"```console\n(.*?)```\n|<!-- setup: (.*?) -->", re.S)
END = "@@ end of a command @@"
IDS = re.compile(
    r"(?<![A-Za-z0-9])(price|acct|req|clock|cus|sub|in|pi|re|ch|cn|we|cbtxn|secret|pm|promo)_[A-Za-z0-9]{10,}"
)
NUMBER = re.compile(r"\b[A-Z0-9]{8}-\d{4}\b")
HAPPENED = re.compile(r"^    \d{1,2} \w{3} \d{4} \d\d:\d\d UTC  ", re.M)
"""When an event was, in the timeline of `sub show`: real time, on a test clock too."""
PORT = re.compile(r"127\.0\.0\.1:[0-9]+")
REFERENCE = re.compile(r'"(created|before|since|until)": \d{10}')
SLOW = re.compile(r"^Waiting for Stripe for \d+ seconds …\n", re.M)
"""What a command says on a machine that does much else."""
TODAY = re.compile(r"(created +)\d{1,2} \w{3} \d{4} UTC$", re.M)


def with_transcripts(pages: list[Path]) -> list[Path]:
    return [page for page in pages if "```console" in page.read_text(encoding="utf-8")]


def written_anew(text: str, programs: Path) -> str:
    """Return a page with the output of each command as it is now."""
    with tempfile.TemporaryDirectory() as home, served(programs) as environment:
        directory = Path(home) / "shop"
        directory.mkdir()
        shutil.copy(ROOT / "catalog.yaml", directory)
        script = "".join(f"{command}\necho '{END}'\n" for command in _commands(text))
        ran = subprocess.run(
            ["bash"],
            cwd=directory,
            env={"HOME": home, **environment},
            input=f"exec 2>&1\n{script}",
            stdout=subprocess.PIPE,
            text=True,
            timeout=600,
            check=False,
        )
    outputs = iter(SLOW.sub("", ran.stdout).split(f"{END}\n"))

    def shown(block: re.Match[str]) -> str:
        if block[2] is not None:
            next(outputs)
            return block[0]
        asked = [line for line in block[1].splitlines(keepends=True) if line.startswith("$ ")]
        return "```console\n" + "".join(command + next(outputs) for command in asked) + "```\n"

    return BLOCK.sub(shown, text)


def _commands(text: str) -> Iterator[str]:
    for block in BLOCK.finditer(text):
        if block[2] is not None:
            yield block[2]
        else:
            yield from (line[2:] for line in block[1].splitlines() if line.startswith("$ "))


@contextmanager
def served(programs: Path) -> Iterator[dict[str, str]]:
    """Yield an environment in which STRIPE_API_BASE is a local Stripe of its own, and no key is."""
    environment = {"PATH": f"{programs}:{Path(sys.executable).parent}:{os.environ['PATH']}", "PYTHONUTF8": "1"}
    with tempfile.TemporaryDirectory() as directory:
        server = subprocess.Popen(
            [sys.executable, "-m", "stripe_billing_cli", "local", "serve", "--port", "0", "--output", "id"],
            cwd=directory,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        assert server.stdout is not None
        try:
            yield {**environment, "STRIPE_API_BASE": server.stdout.readline().strip()}
        finally:
            server.terminate()
            server.wait(timeout=20)
            server.stdout.close()


def without_ids(text: str) -> str:
    """Return what is the same in every run."""
    text = REFERENCE.sub(r'"\1": …', TODAY.sub(r"\1…", IDS.sub(r"\1_…", text)))
    return HAPPENED.sub("    …  ", NUMBER.sub("…", PORT.sub("127.0.0.1:…", text)))


def write_all(pages: list[Path]) -> None:
    with tempfile.TemporaryDirectory() as scratch, preloaded_billing(Path(scratch)) as programs:
        for page in pages:
            page.write_text(written_anew(page.read_text(encoding="utf-8"), programs), encoding="utf-8")


if __name__ == "__main__":
    write_all([Path(name) for name in sys.argv[1:]] or with_transcripts(PAGES))
