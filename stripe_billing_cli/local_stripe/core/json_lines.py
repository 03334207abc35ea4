"""A JSON object in a text with an entry a line, which is decoded when it is asked for and not before."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Any


class Entries:
    """The entries of `text`: lines that say `"name":value`, with a comma at the end but for the last."""

    def __init__(self, text: str) -> None:
        self._text = text

    def __contains__(self, name: str) -> bool:
        return f'\n"{name}":' in self._text

    def get(self, name: str) -> Any:
        """Return the value of this name, None if there is none."""
        line_start = f'\n"{name}":'
        start = self._text.find(line_start)
        if start < 0:
            return None
        start += len(line_start)
        end = self._text.find("\n", start)
        return json.loads(self._text[start : end if end >= 0 else None].removesuffix(","))

    def names(self) -> Sequence[str]:
        """Return all names, in their order."""
        return re.findall(r'\n"([^"]*)":', self._text)
