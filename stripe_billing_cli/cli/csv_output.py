"""Lists as CSV (RFC 4180), for spreadsheets: a line of names, then a line for each record."""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Iterable, Mapping
from typing import Any

from stripe_billing_cli.cli.foreign_text import visible


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
        return value
    return json.dumps(value, ensure_ascii=False)
