"""The account in which the histories happen."""

from __future__ import annotations

import pytest

from stripe_billing_cli.local_stripe.transport import LocalTransport
from tests.conftest import Account, Billing, plain_api
from tests.subscriptions.conftest import Shop


@pytest.fixture
def shop(billing: Billing) -> Shop:
    """The account, with no call held against the contract: other tests see to that, and half the time would go
    there."""
    billing.is_checked = False
    transport = LocalTransport(billing.directory / ".billing" / "local.db")
    return Shop(Account(plain_api(transport), transport))
