"""What Stripe's OpenAPI document requires of answers, by path (`scripts/documented_answers.py`)."""

from __future__ import annotations

import json
from pathlib import Path

REQUIRED: dict[str, list[str]] = json.loads(Path(__file__).with_suffix(".json").read_text(encoding="utf-8"))
