"""Long tables on a terminal, a screen at a time: in what PAGER says, or in less."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress


def pager_command() -> list[str]:
    """Return the program that pages, and its options; nothing where none is wanted or there."""
    command = shlex.split(os.environ.get("PAGER", "less"))
    if not command or command == ["cat"] or os.environ.get("TERM", "dumb") == "dumb":
        return []
    return command if shutil.which(command[0]) else []


@contextmanager
def page_output(lines: int, *, may_page: bool) -> Iterator[None]:
    """Let what is printed go through a pager, if it is longer than the terminal."""
    command = pager_command() if may_page and sys.stdout.isatty() else []
    if not command or lines < shutil.get_terminal_size().lines:
        yield
        return
    environment = {**os.environ, "LESS": os.environ.get("LESS", "FRX")}  # as git has it
    pager = subprocess.Popen(command, stdin=subprocess.PIPE, text=True, encoding="utf-8", env=environment)
    assert pager.stdin is not None
    screen, sys.stdout = sys.stdout, pager.stdin
    try:
        yield
    finally:
        sys.stdout = screen
        with suppress(BrokenPipeError):  # its reader has seen enough
            pager.stdin.close()
        while pager.poll() is None:
            with suppress(KeyboardInterrupt):  # the pager's own key, as in less
                pager.wait()
