"""A local Stripe over HTTP, as `billing local serve` runs it, for programs that are not of this project."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import stripe

from stripe_billing_cli.local_stripe.server import running
from tests.card_tokens import take_card_tokens
from tests.strangers.programs import API_KEY


@dataclass(frozen=True)
class LocalServer:
    """A local Stripe at `url`; `client` looks into it."""

    url: str
    client: stripe.StripeClient

    def event_types(self) -> list[str]:
        """Return the types of all events, oldest first; those of connected accounts after all others."""
        accounts = [account.id for account in self.client.v1.accounts.list({"limit": 100}).data][::-1]
        return self._event_types() + [type for id in accounts for type in self._event_types(id)]

    def _event_types(self, account: str | None = None) -> list[str]:
        options: stripe.RequestOptions = {"stripe_account": account} if account else {}
        events = self.client.v1.events.list({"limit": 100}, options).auto_paging_iter()
        return [event.type for event in events][::-1]


@pytest.fixture
def server(tmp_path: Path) -> Iterator[LocalServer]:
    """An empty account, which takes card tokens, as Stripe's CLI has them."""
    take_card_tokens(tmp_path / "stripe.db")
    with running(tmp_path / "stripe.db", resets=True) as url:
        yield LocalServer(url, stripe.StripeClient(API_KEY, base_addresses={"api": url, "files": url}))


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Where a program runs, which is empty."""
    directory = tmp_path / "program"
    directory.mkdir()
    return directory
