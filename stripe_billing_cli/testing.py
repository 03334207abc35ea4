"""A local Stripe for the tests of one's own code, as a pytest fixture.

In `conftest.py`:

    from stripe_billing_cli.testing import local_stripe

In a test:

    def test_a_trial_becomes_a_subscription(local_stripe):
        local_stripe.apply_catalog("catalog.yaml")
        customer = local_stripe.client.v1.customers.create({"email": "ada@example.com"})
        ...                                   # what is tested; by HTTP: `local_stripe.url`
        local_stripe.advance(days=31)
        assert "invoice.paid" in local_stripe.event_types()

Each test has an account of its own. pytest is needed, which billing itself does not install.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest
import stripe

from stripe_billing_cli.local_stripe.core.faults import Fault, Faults
from stripe_billing_cli.local_stripe.core.webhooks.sender import signature
from stripe_billing_cli.local_stripe.faulty_transport import FaultyTransport
from stripe_billing_cli.local_stripe.server import running
from stripe_billing_cli.local_stripe.transport import LocalTransport

if TYPE_CHECKING:
    from stripe_billing_cli.catalog.contents import Catalog

API_KEY = "sk_test_local"
NOT_RETRIED = 0
"""The SDK's retries: nothing is lost on the way to the same process."""


class WebhookRequest(NamedTuple):
    """A request with which Stripe posts an event to a webhook endpoint."""

    body: bytes
    headers: dict[str, str]


class LocalStripe:
    """An empty account of the local Stripe, with a clock of its own, kept in the file `path` until `close()` or the end
    of a `with` block. `client` calls it in this process, also by the SDK's `…_async`.
    """

    webhook_secret = "whsec_local"
    """The secret by which `webhook` signs."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._passed = 0.0
        self._opened = ExitStack()
        self._url: str | None = None
        self.transport = LocalTransport(path, clock=self.now)
        self._opened.callback(self.transport.close)
        self.api_key = API_KEY
        self._faults = Faults()
        calls = FaultyTransport(self.transport, self._faults)
        self.client = stripe.StripeClient(API_KEY, http_client=calls, max_network_retries=NOT_RETRIED)

    def __enter__(self) -> LocalStripe:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def url(self) -> str:
        """Return the address of the same account over HTTP, for `stripe.api_base` and for other programs; served from
        the first time that it is asked for, with the pages that answers name."""
        if self._url is None:
            server = running(self._path, clock=self.now, faults=self._faults)
            self._url = self.transport.pages_at = self._opened.enter_context(server)
        return self._url

    def now(self) -> float:
        """Return the time in this account, in Unix seconds."""
        return time.time() + self._passed

    def advance(self, *, days: float = 0, hours: float = 0, minutes: float = 0, seconds: float = 0) -> None:
        """Let time pass, with all that Stripe does meanwhile: renewals, retries, ends of trials."""
        duration = timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds).total_seconds()
        if duration < 0:
            raise ValueError("time goes forward only")
        self._passed += duration
        self.transport.router.let_time_pass()

    def apply_catalog(self, file: str | Path) -> None:
        """Make what a catalog file has, as `billing catalog apply` does; what it adopts by `id:` is made anew.

        Webhook endpoints are left out, so that no test sends events to their addresses. Raises `BillingError`.
        """
        from stripe_billing_cli.catalog.executor import carry_out
        from stripe_billing_cli.catalog.file.load import load_catalog, read_source
        from stripe_billing_cli.catalog.plan_request import PlanRequest, plan_catalog
        from stripe_billing_cli.stripe_api.client import StripeApi

        api = StripeApi(self.client, livemode=False)
        catalog = _for_any_account(load_catalog(read_source(str(file))))
        outcome = carry_out(api, plan_catalog(api, PlanRequest(catalog, elsewhere=True)))
        errors = [result.error for result in outcome.results if result.error]
        if errors:
            raise errors[0]

    def set_in_dashboard(self, **values: str | int) -> None:
        """Set what a merchant sets in Stripe's Dashboard, as `billing local settings` does: `card_tokens="accept"`."""
        from stripe_billing_cli.local_stripe.billing import settings

        for name, value in values.items():
            if name not in settings.DEFAULTS or value not in settings.CHOICES.get(name, (value,)):
                raise ValueError(f"{name} cannot be {value!r}: see `billing local settings --help`")
        account = self.transport.router.account()
        with self.transport.store.writing():
            settings.change(self.transport.store, account, values)

    def events(self, *types: str) -> list[stripe.Event]:
        """Return the events, oldest first: all events, or those of these types."""
        events = self.client.v1.events.list({"limit": 100}).auto_paging_iter()
        return [event for event in reversed(list(events)) if not types or event.type in types]

    def event_types(self) -> list[str]:
        """Return the types of all events, oldest first."""
        return [event.type for event in self.events()]

    def webhook(self, event: stripe.Event) -> WebhookRequest:
        """Return the request that brings an event to a webhook endpoint, signed by `webhook_secret` at the present."""
        body = json.dumps(event.to_dict(), indent=2).encode()
        header = signature(self.webhook_secret, body, int(time.time()))
        return WebhookRequest(body, {"Content-Type": "application/json; charset=utf-8", "Stripe-Signature": header})

    def fail(self, *faults: str) -> None:
        """Let calls fail from now on, by `client` and over HTTP: `"500 before 1 POST /v1/customers"` the next of these.

        A fault is `HOW WHEN N [OPERATION]`, as of `billing local serve --fault`; ValueError says what is wrong with it.
        """
        for fault in faults:
            self._faults.order(Fault.parse(fault))

    def close(self) -> None:
        self._opened.close()


def _for_any_account(catalog: Catalog) -> Catalog:
    """Return a catalog without its webhook endpoints, and for any account."""
    reread = catalog.reread
    return replace(
        catalog,
        roots=tuple(root for root in catalog.roots if root.kind != "webhook_endpoint"),
        accounts=(),
        reread=reread and (lambda place, adopt: _for_any_account(reread(place, adopt))),
    )


@pytest.fixture
def local_stripe(tmp_path: Path) -> Iterator[LocalStripe]:
    """Yield a local Stripe with an empty account."""
    with LocalStripe(tmp_path / "stripe.db") as local:
        yield local
