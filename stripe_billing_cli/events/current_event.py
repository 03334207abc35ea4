"""The event that a handler is being called for, so that what is logged meanwhile can name it."""

from __future__ import annotations

from contextvars import ContextVar

current_event: ContextVar[str | None] = ContextVar("current_event", default=None)
"""The event's id, in the thread that calls the handler."""
