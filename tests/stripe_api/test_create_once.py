"""However a creation is cut off, and however often: one subscription for each run that came to its end."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import stripe
from hypothesis import given, settings
from hypothesis import strategies as st

from stripe_billing_cli.local_stripe.core.faults import Fault, Faults
from stripe_billing_cli.local_stripe.faulty_transport import FaultyTransport, SimulatedCrash
from stripe_billing_cli.local_stripe.transport import LocalTransport
from stripe_billing_cli.stripe_api import client, create_once
from stripe_billing_cli.stripe_api.errors import StripeCallError
from stripe_billing_cli.stripe_api.pacing import UNLIMITED, Pacer
from stripe_billing_cli.subscriptions import start
from tests.contract import ContractTransport

ORDER = start.Order(customer="ada@example.com", lines=[start.Line("pro.monthly")])
TROUBLES = st.builds(
    Fault,
    nth=st.integers(1, 7),
    when=st.sampled_from(["before", "after"]),
    how=st.sampled_from(["crash", "500", "drop", "half", "409", "429", "403"]),
)
NO_PATIENCE = client.Patience(retries=0, first_pause=0, longest_pause=0, rate_limited_for=0, key_in_use_for=0)


def connected(transport: stripe.HTTPClient) -> client.StripeApi:
    return client.client_over(
        ContractTransport(transport),
        key=client.LOCAL_KEY,
        base=client.STRIPE_API_BASE,
        pacer=Pacer(UNLIMITED, sleep=lambda seconds: None),
        trace=lambda call: None,
        patience=NO_PATIENCE,
    )


def run(api: client.StripeApi, printed: list[str], key: str | None = None) -> None:
    """`billing sub create` without its printing; the user is told where it would print."""
    situation = start.load_situation(api, ORDER)
    create_request = start.build_create_request(ORDER, situation, key)
    made = start.made_before(api, ORDER, create_request, situation) or start.create(api, create_request, situation)
    printed.append(made["id"])
    create_once.clear_marker(api, create_request, made)


def troubled(local: LocalTransport, fault: Fault, printed: list[str], key: str | None = None) -> None:
    try:
        run(connected(FaultyTransport(local, Faults([fault]))), printed, key)
    except (SimulatedCrash, StripeCallError):
        return


def stock(api: client.StripeApi) -> None:
    """A customer, and a price to subscribe to."""
    product = api.post("/v1/products", {"name": "Pro"}).body["id"]
    recurring = {"currency": "usd", "unit_amount": 1500, "recurring": {"interval": "month"}}
    api.post("/v1/prices", {"product": product, "lookup_key": "pro.monthly", **recurring})
    api.post("/v1/customers", {"email": "ada@example.com"})


def subscriptions(api: client.StripeApi) -> list[Any]:
    return [one["id"] for page in api.pages("/v1/subscriptions", {"status": "all"}) for one in page]


@settings(max_examples=25, deadline=None)
@given(st.lists(TROUBLES, max_size=4))
def test_whatever_befell_earlier_runs_each_subscription_is_told_and_the_next_run_leaves_no_mark(
    troubles: list[Fault],
) -> None:
    with TemporaryDirectory() as directory:
        local = LocalTransport(Path(directory) / "local.db")
        api = connected(local)
        stock(api)
        printed: list[str] = []
        for fault in troubles:
            troubled(local, fault, printed)

        run(api, printed)

        subscription = subscriptions(api)
        assert set(printed) == set(subscription), "none was made that nobody was told of"
        assert len(subscription) <= len(troubles) + 1
        assert all(not api.get(f"/v1/subscriptions/{id}")["metadata"] for id in subscription)
        local.close()


@settings(max_examples=25, deadline=None)
@given(st.lists(TROUBLES, max_size=4))
def test_with_a_key_of_the_users_there_is_only_ever_one(troubles: list[Fault]) -> None:
    with TemporaryDirectory() as directory:
        local = LocalTransport(Path(directory) / "local.db")
        api = connected(local)
        stock(api)
        printed: list[str] = []
        for fault in troubles:
            troubled(local, fault, printed, "order-1")

        run(api, printed, "order-1")
        run(api, printed, "order-1")

        assert len(subscriptions(api)) == len(set(printed)) == 1
        local.close()
