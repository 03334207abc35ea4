"""Lists as CSV (RFC 4180), for spreadsheets: a line of names, then a line for each record."""

from __future__ import annotations

import csv
import json
import re
import sys
from collections.abc import Iterable, Mapping
from typing import Any

from stripe_billing_cli.cli.foreign_text import visible

FORMULA = re.compile(r"\s*[=+\-@\uff1d\uff0b\uff0d\uff20\u00b1\u2013\u2014\u2212]")
"""What a spreadsheet may take for the beginning of a formula (https://owasp.org/www-community/attacks/CSV_Injection),
in full width too, and what becomes a sign of it where an encoding lacks the character."""
NUMBER = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?")


def write_csv(records: Iterable[Mapping[str, Any]]) -> int:
    """Write records as they come, and return their number. What is no plain value is written as JSON."""
    writer = csv.writer(sys.stdout)
    count = 0
    for record in records:
        if not count:
            writer.writerow(record)
        writer.writerow(visible(_cell(value)) for value in record.values())
        count += 1
    return count


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return without_formula(value)
    return json.dumps(value, ensure_ascii=False)


def without_formula(text: str) -> str:
    """Return a text that a spreadsheet shows and does not calculate: a name is anybody's, and may be `=HYPERLINK(…)`.

    An apostrophe goes before it, as OWASP says; a number stays a number.
    """
    return f"'{text}" if FORMULA.match(text) and not NUMBER.fullmatch(text) else text
