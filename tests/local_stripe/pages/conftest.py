from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.local_stripe.conftest import Local, serving


@pytest.fixture(scope="module", params=["own account", "connected account"])
def server(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Iterator[Local]:
    """Return the local Stripe as it is served over HTTP, called for the account of its key or for a connected one."""
    with serving(tmp_path_factory.mktemp("served") / "local.db") as local:
        yield local if request.param == "own account" else local.connected()
