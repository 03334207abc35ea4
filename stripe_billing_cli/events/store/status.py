"""The states of a delivery, and groups of them as they stand in statements.

They are written into a statement rather than bound to it: SQLite would not use an index of some states otherwise.
"""

from __future__ import annotations

from typing import Literal

import sqlalchemy as sa

Status = Literal["pending", "running", "done", "failed", "dead", "dropped"]


def _literals(*statuses: Status) -> list[sa.ColumnElement[str]]:
    return [sa.literal_column(f"'{status}'", sa.Text) for status in statuses]


OPEN = _literals("pending", "failed")
UNFINISHED = _literals("pending", "failed", "running")
TROUBLED = _literals("failed", "dead")
RUNNING, FAILED, DEAD = _literals("running", "failed", "dead")
NOT_WAITING = sa.text("NOT waiting")
"""Word for word as the index of what is to be done has it."""
