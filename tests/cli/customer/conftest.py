"""A subscription ten days into its first month."""

from __future__ import annotations

from tests.cli.sub.conftest import life

__all__ = ["life"]
