"""Suggestions of what a misspelt name may have been meant for."""

from __future__ import annotations

import difflib


def nearest(name: str, choices: list[str]) -> str:
    """Return `did you mean …?`, or all there is to choose from."""
    near = difflib.get_close_matches(name, choices, n=1, cutoff=0.6)
    return f"did you mean {near[0]}?" if near else f"possible here: {', '.join(choices)}"
