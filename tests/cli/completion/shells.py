"""A real shell on a terminal of its own, in which keys are pressed."""

from __future__ import annotations

import os
import pty
import re
import select
import shutil
import signal
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType

BIN = Path(sys.executable).parent
ESCAPES = re.compile(r"\x1b(\[[0-9;?]*[A-Za-z]|\][^\x07]*\x07|[=>()][A-Z0-9]?)|[\x00-\x08\x0b-\x1f]")
PATIENCE = 30.0


class TypedShell:
    """A shell that is typed into. What it shows is read until something is seen, or PATIENCE is over."""

    def __init__(self, argv: list[str], directory: Path, environment: Mapping[str, str]) -> None:
        program = shutil.which(argv[0])
        assert program, f"there is no {argv[0]}; `make test` installs it (scripts/shells.sh)"
        self.shown = ""
        self._child, self._terminal = pty.fork()
        if self._child == 0:
            os.chdir(directory)
            os.execve(program, argv, {"TERM": "dumb", **environment, "PATH": f"{BIN}:{os.environ['PATH']}"})

    def press(self, keys: str) -> None:
        os.write(self._terminal, keys.encode())

    def until(self, pattern: str) -> str:
        """Return what is shown since the last time, up to what the pattern matches."""
        end = time.monotonic() + PATIENCE
        while (match := re.search(pattern, self.shown)) is None:
            seconds_left = end - time.monotonic()
            if seconds_left <= 0 or not select.select([self._terminal], [], [], seconds_left)[0]:
                raise AssertionError(f"{pattern} was not shown, but:\n{self.shown}")
            self.shown += ESCAPES.sub("", os.read(self._terminal, 65536).decode(errors="replace"))
        text, self.shown = self.shown[: match.end()], self.shown[match.end() :]
        return text

    def __enter__(self) -> TypedShell:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        os.kill(self._child, signal.SIGKILL)
        os.waitpid(self._child, 0)
        os.close(self._terminal)
