"""Commands on customers and subscriptions, and the account that they change."""

from __future__ import annotations

from tests.subscriptions.conftest import shop

__all__ = ["shop"]
