"""Texts of Stripe's objects, which are anybody's: on a terminal they steer nothing and begin no line."""

from __future__ import annotations

import re

STEERING = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
"""Control characters but tab and newline, and those that turn the direction of writing."""
LINE_ENDS = re.compile(r"[\n\u2028\u2029]")


def steers(text: str) -> bool:
    """Return whether a text has what would steer a terminal."""
    return STEERING.search(text) is not None


def visible(text: str) -> str:
    """Return a text with what would steer a terminal written out."""
    return STEERING.sub(_written_out, text)


def on_one_line(text: str) -> str:
    """Return a text with its line ends written out."""
    return LINE_ENDS.sub(_written_out, text)


def in_quotes(document: str) -> str:
    """Return JSON or YAML with what would steer a terminal as both write it between double quotes: `\\u009b`."""
    return STEERING.sub(lambda match: f"\\u{ord(match[0]):04x}", document)


def _written_out(match: re.Match[str]) -> str:
    return match[0].encode("unicode_escape").decode()
