"""The account in which the histories happen."""

from __future__ import annotations

from tests.subscriptions.conftest import shop

__all__ = ["shop"]
