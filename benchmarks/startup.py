"""Start-up: what `billing` costs before it does anything, against the least that a Typer program can cost."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from benchmarks.measure import BILLING, Result, ratio

ONE_COMMAND = """\
import typer

app = typer.Typer(rich_markup_mode=None, pretty_exceptions_enable=False, add_completion=False)


@app.command()
def hello(name: str = "world") -> None:
    "Say hello."
    print(f"hello {name}")


app()
"""
AT_MOST = 1.4


def run() -> list[Result]:
    print("Start-up, as a multiple of a one-command Typer program's --help (medians of 20 runs in turns)")
    with tempfile.TemporaryDirectory() as scratch:
        program = Path(scratch) / "one_command.py"
        program.write_text(ONE_COMMAND, encoding="utf-8")
        return [_compare(command, program) for command in (["--help"], ["catalog", "--help"], ["--version"])]


def _compare(command: list[str], program: Path) -> Result:
    ours, theirs, times = ratio([BILLING, *command], [sys.executable, str(program), "--help"], program.parent)
    detail = f"{ours * 1000:.0f} ms against {theirs * 1000:.0f} ms"
    return Result(f"billing {' '.join(command)}", times, AT_MOST, "×", detail).tell()
