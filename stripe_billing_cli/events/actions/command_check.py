"""A check of a command of `--exec`: the shell says before the first event comes whether it can be run at all.

It is asked about the first word only, and nothing is run: a later part may be there by then, or made by the command.
"""

from __future__ import annotations

import os
import re
import shlex
import subprocess
from dataclasses import dataclass
from pathlib import Path

SHELL = "/bin/sh"
SECONDS = 5.0
PLAIN_WORD = re.compile(r"[\w./+@%:,-]+")
"""A word that the shell takes as it is."""
ASSIGNMENT = re.compile(r"[A-Za-z_]\w*=.*", re.DOTALL)


@dataclass(frozen=True)
class CommandTrouble:
    """Why the shell will not run a command, and what to do. Neither has more of the command than its first word."""

    message: str
    hint: str


def check_command(command: str) -> CommandTrouble | None:
    """Return why the shell cannot run this command, as far as that is known beforehand."""
    if _shell("-n", "-c", command) not in (0, None):
        return CommandTrouble("is no command that the shell understands", "look for a quote that is not closed")
    word = _first_word(command)
    if word is None:
        return None
    return _check_path(Path(word), word) if "/" in word else _check_name(word)


def _check_name(word: str) -> CommandTrouble | None:
    if _shell("-c", 'command -v "$1"', "sh", word) in (0, None):
        return None
    hint = f"write ./{word}" if Path(word).is_file() else "write the path of the program"
    return CommandTrouble(f"is not found: {word} is not in PATH", hint)


def _check_path(path: Path, word: str) -> CommandTrouble | None:
    if path.is_dir():
        return CommandTrouble(f"cannot be run: {word} is a directory", "name a program in it")
    if not path.exists():
        return CommandTrouble(
            f"is not found: there is no {word}{'' if path.is_absolute() else f' in {Path.cwd()}'}",
            "write the path of the program",
        )
    if not os.access(path, os.X_OK):
        return CommandTrouble(f"cannot be run: {word} is not executable", f"chmod +x {shlex.quote(word)}")
    return None


def _first_word(command: str) -> str | None:
    """Return the program that a command begins with; None where the shell makes it of something else."""
    lexer = shlex.shlex(command, posix=True, punctuation_chars=True)
    lexer.whitespace_split = True
    try:
        word = next((one for one in lexer if not ASSIGNMENT.fullmatch(one)), None)
    except ValueError:
        return None
    return word if word and PLAIN_WORD.fullmatch(word) else None


def _shell(*arguments: str) -> int | None:
    """Return the exit code of the shell; None where it gives none. It says nothing."""
    nowhere = subprocess.DEVNULL
    try:
        process = subprocess.run(
            [SHELL, *arguments],
            stdin=nowhere,
            stdout=nowhere,
            stderr=nowhere,
            env={"PATH": os.environ.get("PATH", os.defpath)},
            timeout=SECONDS,
        )
    except (OSError, ValueError, subprocess.TimeoutExpired):
        return None
    return process.returncode
