"""A call and its answer, independent of how they travel."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

API_VERSION = "2026-10-28.endive"
"""The only shape in which the local Stripe answers, whatever `Stripe-Version` asks for."""


@dataclass(frozen=True)
class Request:
    """A request. `path` is percent-decoded, `query` and `body` are form-encoded, the names of `headers` lower-case."""

    method: str
    path: str
    query: str = ""
    body: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Answer:
    status: int
    body: str
    headers: Mapping[str, str]


def operation_of(method: str, path: str) -> str:
    """Return what Stripe counts together: `POST /v1/prices/price_123` → `POST /v1/prices/{id}`."""
    parts = path.strip("/").split("/")
    if len(parts) >= 3:
        parts[2] = "{id}"
    return f"{method.upper()} /{'/'.join(parts)}"
