"""Commands on customers and subscriptions, and the account that they change."""

from __future__ import annotations

from tests.cli.sub.conftest import life
from tests.subscriptions.conftest import shop

__all__ = ["life", "shop"]
