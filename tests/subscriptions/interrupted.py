"""Commands that are cut off at one of their writes."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import stripe


class Killed(BaseException):
    """The process is gone: no code of ours sees this, and no call is made after it."""


@dataclass(frozen=True)
class Trouble:
    """What becomes of the write number `at`, from 1, after it took effect."""

    kind: str
    at: int


class Troubled(stripe.HTTPClient):
    """A transport that counts the writes, and strikes one of them. A preview writes nothing."""

    name = "troubled"

    def __init__(self, inner: stripe.HTTPClient, trouble: Trouble | None, calls: list[str]) -> None:
        super().__init__()
        self._inner = inner
        self._trouble = trouble
        self._counted = calls
        self._dead = False

    def request(self, method: str, url: str, headers: Any, post_data: Any = None, **_: Any) -> Any:
        if self._dead:
            raise AssertionError("a call after the end of the process")
        answer = self._inner.request(method, url, headers, post_data)
        if method == "get" or url.endswith("/create_preview"):
            return answer
        self._counted.append(f"{method} {url}")
        if self._trouble is None or len(self._counted) != self._trouble.at:
            return answer
        return self._strike(self._trouble.kind)

    def _strike(self, kind: str) -> Any:
        match kind:
            case "kill":
                self._dead = True
                raise Killed
            case "timeout":
                raise stripe.APIConnectionError("timed out", should_retry=True)  # type: ignore[no-untyped-call]
            case "500":
                return '{"error": {"type": "api_error", "message": "An error occurred"}}', 500, {}
        raise AssertionError(kind)

    def close(self) -> None:
        self._inner.close()  # type: ignore[no-untyped-call]


def troubling(trouble: Trouble | None, calls: list[str]) -> Callable[[stripe.HTTPClient], stripe.HTTPClient]:
    return lambda inner: Troubled(inner, trouble, calls)


def copy_account(source: Path, target: Path) -> None:
    """Put a copy of an account's file, and of what SQLite keeps beside it, in a folder of its own."""
    shutil.rmtree(target.parent, ignore_errors=True)
    target.parent.mkdir(parents=True)
    for file in source.parent.glob(f"{source.name}*"):
        shutil.copy(file, target.with_name(file.name))
