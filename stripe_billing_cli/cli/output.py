"""Printing: the result to stdout in the format asked for, everything else to stderr."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable, Mapping
from typing import Any, TextIO

import typer


def coloured(stream: TextIO) -> bool:
    """Colour on a terminal, unless NO_COLOR (https://no-color.org) or a dumb terminal says otherwise."""
    return stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


class Printer:
    def __init__(self, output: str) -> None:
        self.output = output

    @property
    def for_people(self) -> bool:
        return self.output == "table"

    def result(self, value: Mapping[str, Any], *, ids: Iterable[str]) -> None:
        """The result as JSON or YAML, or only its ids, one a line."""
        match self.output:
            case "id":
                for one in ids:
                    print(one)
            case "yaml":
                import yaml

                yaml.safe_dump(dict(value), sys.stdout, sort_keys=False, allow_unicode=True)
            case _:
                json.dump(value, sys.stdout, indent=2, ensure_ascii=False)
                print()

    def line(self, text: str = "", **style: Any) -> None:
        """A line of the result, for people."""
        print(_styled(text, sys.stdout, style))

    def note(self, text: str = "", **style: Any) -> None:
        """A line beside the result, for people: to stderr, in any format."""
        sys.stdout.flush()
        print(_styled(text, sys.stderr, style), file=sys.stderr)


def _styled(text: str, stream: TextIO, style: Mapping[str, Any]) -> str:
    return typer.style(text, **style) if style and coloured(stream) else text
