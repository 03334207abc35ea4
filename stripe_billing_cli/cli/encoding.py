"""Characters that an encoding lacks, such as cp1252 or ASCII: one that is like it, or its number."""

from __future__ import annotations

ERRORS = "billing-alike"
ALIKE = {
    "→": "->",
    "±": "+/-",
    "×": "x",
    "✓": "ok",
    "✗": "no",
    "…": "...",
    "–": "-",
    "—": "-",
    "·": "*",
    "∞": "inf",
    "≥": ">=",
    "≤": "<=",
    "“": '"',
    "”": '"',
    "‘": "'",
    "’": "'",
    "€": "EUR ",
    "£": "GBP ",
    "¥": "JPY ",
    "\N{NO-BREAK SPACE}": " ",
}


def replace_unencodable(error: UnicodeError) -> tuple[str, int]:
    """Handle what cannot be encoded, for `codecs.register_error`."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    characters = error.object[error.start : error.end]
    return "".join(ALIKE.get(character, _number(character)) for character in characters), error.end


def _number(character: str) -> str:
    return character.encode("ascii", "backslashreplace").decode("ascii")
