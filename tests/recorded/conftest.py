"""Each rule has a new account."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.recorded.playing import Account


@pytest.fixture
def stripe_account(tmp_path: Path) -> Iterator[Account]:
    account = Account(tmp_path / "local.db")
    yield account
    account.close()
