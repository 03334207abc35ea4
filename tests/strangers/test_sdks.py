"""stripe-go, -java, -ruby and -php, unchanged, through the flows of Stripe's integration guides, where they are to be had."""

from __future__ import annotations

import pytest

from tests.strangers.conftest import LocalServer
from tests.strangers.sdks import SDKS, MissingError, Sdk


@pytest.mark.soak
@pytest.mark.service
@pytest.mark.parametrize("sdk", SDKS, ids=lambda sdk: sdk.name)
def test_a_library_goes_through_the_flows_of_stripe_s_guides(sdk: Sdk, server: LocalServer) -> None:
    try:
        sdk.prepare()
    except MissingError as missing:
        pytest.skip(str(missing))
    assert sdk.flows
    assert sdk.go_through_flows(server.url).out.splitlines() == [f"{flow}: ok" for flow in sdk.flows]
