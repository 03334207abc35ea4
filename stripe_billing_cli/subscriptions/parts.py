"""An object read part by part, where the key may not see all of them: the rest is shown all the same."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from stripe_billing_cli.stripe_api.errors import InvalidRequestError, PermissionMissingError

T = TypeVar("T")


class Parts:
    """The parts read so far. `unavailable` says why others could not be, by their names."""

    def __init__(self) -> None:
        self.unavailable: dict[str, str] = {}

    def read(self, name: str, read: Callable[[], T], default: T) -> T:
        """Return the part, or `default` where it may not be seen. Raises `StripeCallError`."""
        try:
            return read()
        except (PermissionMissingError, InvalidRequestError) as failure:
            self.unavailable[name] = failure.message
            return default
