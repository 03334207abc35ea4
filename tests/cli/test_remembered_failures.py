"""A failure that Stripe remembers under an idempotency key does not keep a command from its end for a day."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from stripe_billing_cli.stripe_api.remembered_answers import ATTEMPTS
from tests.conftest import Account, Billing
from tests.troubled import RememberedFailure

EMAIL = "ada@example.com"
CATALOG = """\
version: 1
catalog: keymap
webhook_endpoints:
  billing: {url: https://shop.example/webhook, enabled_events: [invoice.paid], api_version: 2026-10-28.endive}
"""


@pytest.mark.parametrize(
    ("path", "command"),
    [
        ("/attach", ("customer", "update", EMAIL, "--payment-method", "pm_card_visa")),
        ("/v1/customers", ("customer", "create", "--email", "bob@example.com")),
        ("/v1/webhook_endpoints", ("webhook", "create", "--url", "https://shop.example/webhook")),
        ("/v1/webhook_endpoints", ("catalog", "apply", "--secret-file", "webhook.secret")),
        ("/balance_transactions", ("customer", "balance", EMAIL, "--credit", "5.00", "--currency", "usd")),
    ],
)
def test_the_next_key_is_tried(path: str, command: Sequence[str], billing: Billing, account: Account) -> None:
    account.post("/v1/customers", email=EMAIL)
    (billing.directory / "catalog.yaml").write_text(CATALOG, encoding="utf-8")
    billing.wrap[:] = [lambda inner: RememberedFailure(inner, path)]

    billing.ok(*command, "--local", "--yes")


@pytest.mark.parametrize(
    ("path", "command"),
    [
        ("/attach", ("customer", "update", EMAIL, "--payment-method", "pm_card_visa")),
        ("/v1/customers", ("customer", "create", "--email", "bob@example.com")),
    ],
)
def test_where_all_keys_are_remembered_the_call_has_one_of_its_own(
    path: str, command: Sequence[str], billing: Billing, account: Account
) -> None:
    account.post("/v1/customers", email=EMAIL)
    billing.wrap[:] = [lambda inner: RememberedFailure(inner, path, keys=ATTEMPTS)]

    billing.ok(*command, "--local", "--yes")
