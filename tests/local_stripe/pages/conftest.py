from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.local_stripe.conftest import Local, serving


@pytest.fixture
def served(database: Path) -> Iterator[Local]:
    """Return the local Stripe as it is served over HTTP."""
    with serving(database) as local:
        yield local
