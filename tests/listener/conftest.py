"""A local Stripe, and an API on it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from stripe_billing_cli.local_stripe.transport import LocalTransport
from stripe_billing_cli.stripe_api import client
from tests.access.conftest import connected
from tests.local_stripe.conftest import Local


@pytest.fixture
def local(tmp_path: Path) -> Iterator[Local]:
    transport = LocalTransport(tmp_path / "local.db")
    yield Local(transport)
    transport.close()


@pytest.fixture
def api(local: Local) -> client.StripeApi:
    return connected(local.transport)
