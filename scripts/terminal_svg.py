"""Record a terminal as an SVG, from a real run on the local Stripe.

python scripts/terminal_svg.py docs/terminal.svg
"""

from __future__ import annotations

import os
import pty
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from rich.console import Console
from rich.text import Text

ROOT = Path(__file__).parents[1]
WIDTH = 100
MOVES = re.compile(r"\x1b\[[?0-9;]*[A-Zhl]")
"""What moves the cursor, as a progress bar does; colours stay."""
COMMANDS = [
    "billing catalog apply --local",
    "sed -i 's/unit_amount: 1500 /unit_amount: 2000 /' catalog.yaml",
    "billing catalog plan --local",
    "billing customer create --local --email ada@example.com --payment-method pm_card_visa",
    "billing sub create --local --customer ada@example.com --price keymap-pro.monthly --output id",
    "billing sub pay --local ada@example.com",
]


def shown_on_a_terminal(command: str, directory: Path) -> str:
    """Return what a command shows on a terminal, with its colours."""
    ours, theirs = pty.openpty()
    environment = {
        **os.environ,
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "TERM": "xterm-256color",
        "COLUMNS": str(WIDTH),
    }
    running = subprocess.Popen(
        ["bash", "-c", command], cwd=directory, env=environment, stdin=theirs, stdout=theirs, stderr=theirs
    )
    os.close(theirs)
    shown = b""
    while True:
        try:
            part = os.read(ours, 65536)
        except OSError:  # the other end is closed
            break
        if not part:
            break
        shown += part
    running.wait()
    os.close(ours)
    text = MOVES.sub("", shown.decode().replace("\r\n", "\n"))
    return "\n".join(line.rpartition("\r")[2] for line in text.splitlines() if "Applying" not in line)


def main(path: Path) -> None:
    with tempfile.TemporaryDirectory() as scratch:
        directory = Path(scratch)
        shutil.copy(ROOT / "catalog.yaml", directory)
        with Path(os.devnull).open("w", encoding="utf-8") as nowhere:
            console = Console(record=True, width=WIDTH, file=nowhere, force_terminal=True)
            for command in COMMANDS:
                console.print(Text(f"$ {command}", style="bold"))
                console.print(Text.from_ansi(shown_on_a_terminal(command, directory).rstrip("\n")))
            path.write_text(console.export_svg(title="billing"), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
