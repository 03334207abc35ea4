"""A library that sells subscriptions through Checkout, unchanged: from the button to the active subscription."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.strangers.conftest import LocalServer
from tests.strangers.programs import node


@pytest.mark.soak
@pytest.mark.service
def test_better_auth_sells_a_subscription(server: LocalServer, home: Path) -> None:
    sold = node("shop.mjs", "shop", home, server.url).out
    assert '"before":0,"after":[["pro","active"]]' in sold, sold
    assert server.event_types().count("checkout.session.completed") == 1
