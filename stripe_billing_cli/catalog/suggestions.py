"""Suggestions of what a misspelt name may have been meant for."""

from __future__ import annotations

import difflib


def nearest(name: str, choices: list[str]) -> str:
    """Return `did you mean …?`, or all there is to choose from."""
    close_matches = difflib.get_close_matches(name, choices, n=1, cutoff=0.6)
    return f"did you mean {close_matches[0]}?" if close_matches else f"possible here: {', '.join(choices)}"
