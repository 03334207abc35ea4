"""What published tools post, call by call: flows in the form of the fixtures of Stripe's CLI.

The calls are those of `stripe trigger` (https://github.com/stripe/stripe-cli, pkg/fixtures/triggers). `${name:path}`
stands for what an earlier call answered, as in those files; `!402` for a call that is to fail with that status.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.card_tokens import take_card_tokens
from tests.local_stripe.conftest import Local, encoded, serving

Step = tuple[str, str, Mapping[str, Any]]
"""The name of the answer, the path, the parameters."""

MONTHLY: list[Step] = [
    ("product", "/v1/products", {"name": "myproduct"}),
    (
        "price",
        "/v1/prices",
        {"product": "${product:id}", "unit_amount": "1500", "currency": "usd", "recurring[interval]": "month"},
    ),
]
ITEM = [{"price": "${price:id}"}]
BY_SOURCE: Step = ("customer", "/v1/customers", {"description": "By a token", "source": "tok_visa"})
PLAIN: Step = ("customer", "/v1/customers", {"description": "Without a card"})

FLOWS: dict[str, list[Step]] = {
    "customer.subscription.updated": [
        BY_SOURCE,
        *MONTHLY,
        ("subscription", "/v1/subscriptions", {"customer": "${customer:id}", "items": ITEM}),
        ("updated", "/v1/subscriptions/${subscription:id}", {"metadata": {"foo": "bar"}}),
    ],
    "customer.subscription.trial_will_end": [
        PLAIN,
        *MONTHLY,
        ("subscription", "/v1/subscriptions", {"customer": "${customer:id}", "items": ITEM, "trial_period_days": 1}),
    ],
    "customer.subscription.paused": [
        PLAIN,
        *MONTHLY,
        (
            "subscription",
            "/v1/subscriptions",
            {
                "customer": "${customer:id}",
                "items": ITEM,
                "trial_period_days": 7,
                "trial_settings": {"end_behavior": {"missing_payment_method": "pause"}},
            },
        ),
        ("paused", "/v1/subscriptions/${subscription:id}", {"trial_end": "now"}),
        ("resumed", "/v1/subscriptions/${subscription:id}/resume", {}),
    ],
    "test_helpers.test_clock.ready": [
        ("clock", "/v1/test_helpers/test_clocks", {"frozen_time": 1577836800, "name": "(a clock)"}),
        ("customer", "/v1/customers", {"test_clock": "${clock:id}"}),
        *MONTHLY,
        ("subscription", "/v1/subscriptions", {"customer": "${customer:id}", "items": ITEM, "trial_period_days": 30}),
        (
            "more",
            "/v1/subscriptions/${subscription:id}",
            {
                "items": {"0": {"id": "${subscription:items:data:0:id}", "quantity": 2}},
                "proration_behavior": "none",
            },
        ),
        ("later", "/v1/test_helpers/test_clocks/${clock:id}/advance", {"frozen_time": 1580515200}),
    ],
    "invoice.upcoming": [
        ("clock", "/v1/test_helpers/test_clocks", {"frozen_time": 1704067200}),
        (
            "customer",
            "/v1/customers",
            {
                "payment_method": "pm_card_visa",
                "invoice_settings": {"default_payment_method": "pm_card_visa"},
                "test_clock": "${clock:id}",
            },
        ),
        *MONTHLY,
        ("subscription", "/v1/subscriptions", {"customer": "${customer:id}", "items": ITEM}),
        ("later", "/v1/test_helpers/test_clocks/${clock:id}/advance", {"frozen_time": 1706486400}),
    ],
    "invoice.payment_action_required": [
        BY_SOURCE,
        ("item", "/v1/invoiceitems", {"amount": 2000, "currency": "usd", "customer": "${customer:id}"}),
        (
            "invoice",
            "/v1/invoices",
            {"customer": "${customer:id}", "pending_invoice_items_behavior": "include"},
        ),
        (
            "method",
            "/v1/payment_methods",
            {"type": "card", "card": {"exp_month": 7, "exp_year": 34, "number": "4000000000003220", "cvc": "424"}},
        ),
        ("attached", "/v1/payment_methods/${method:id}/attach", {"customer": "${customer:id}"}),
        ("!402", "/v1/invoices/${invoice:id}/pay", {"payment_method": "${method:id}"}),
    ],
    "subscription_schedule.released": [
        BY_SOURCE,
        *MONTHLY,
        (
            "schedule",
            "/v1/subscription_schedules",
            {
                "customer": "${customer:id}",
                "start_date": "now",
                "phases": {
                    "0": {"items": [{"price": "${price:id}", "quantity": 1}], "duration": {"interval": "month"}},
                    "1": {"items": [{"price": "${price:id}", "quantity": 2}], "duration": {"interval": "month"}},
                },
            },
        ),
        ("released", "/v1/subscription_schedules/${schedule:id}/release", {}),
    ],
    "checkout.session.expired": [
        (
            "session",
            "/v1/checkout/sessions",
            {"mode": "setup", "currency": "usd", "success_url": "https://httpbin.org/post"},
        ),
        ("expired", "/v1/checkout/sessions/${session:id}/expire", {}),
    ],
    "customer.tax_id.created": [
        PLAIN,
        ("tax_id", "/v1/customers/${customer:id}/tax_ids", {"type": "eu_vat", "value": "DE123456789"}),
    ],
    "billing_portal.session.created": [
        PLAIN,
        (
            "configuration",
            "/v1/billing_portal/configurations",
            {"features": {"customer_update": {"allowed_updates": ["email"], "enabled": "true"}}},
        ),
        (
            "session",
            "/v1/billing_portal/sessions",
            {"customer": "${customer:id}", "configuration": "${configuration:id}", "return_url": "https://example.com"},
        ),
    ],
    "billing.meter.reactivated": [
        (
            "meter",
            "/v1/billing/meters",
            {"display_name": "API", "event_name": "api", "default_aggregation": {"formula": "sum"}},
        ),
        ("off", "/v1/billing/meters/${meter:id}/deactivate", {}),
        ("on", "/v1/billing/meters/${meter:id}/reactivate", {}),
    ],
    "promotion_code.updated": [
        ("coupon", "/v1/coupons", {"percent_off": 20, "duration": "once"}),
        ("code", "/v1/promotion_codes", {"promotion": {"type": "coupon", "coupon": "${coupon:id}"}}),
        ("changed", "/v1/promotion_codes/${code:id}", {"metadata": {"foo": "bar"}}),
    ],
}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Local]:
    database: Path = tmp_path_factory.mktemp("published") / "local.db"
    take_card_tokens(database)
    with serving(database) as local:
        yield local


@pytest.mark.parametrize("event", FLOWS)
def test_the_calls_of_a_published_flow_bring_about_its_event(server: Local, event: str) -> None:
    answers: dict[str, Any] = {}
    for name, path, params in FLOWS[event]:
        reply = server.send("post", _filled(path, answers), encoded(_filled(params, answers)))
        expected = int(name[1:]) if name.startswith("!") else 200
        assert reply.status == expected, f"{path}: {reply.text}"
        answers[name] = reply.json
    assert server.get("/v1/events", type=event)["data"]


def _filled(value: Any, answers: Mapping[str, Any]) -> Any:
    if isinstance(value, str):
        return re.sub(r"\$\{([^}]+)\}", lambda found: _looked_up(found[1], answers), value)
    if isinstance(value, Mapping):
        return {name: _filled(inner, answers) for name, inner in value.items()}
    return [_filled(inner, answers) for inner in value] if isinstance(value, list) else value


def _looked_up(path: str, answers: Mapping[str, Any]) -> str:
    found: Any = answers
    for name in path.split(":"):
        found = found[int(name)] if name.isdigit() else found[name]
    return str(found)
