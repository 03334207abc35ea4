"""Rate limits: in all, and for each operation."""

from __future__ import annotations

from pathlib import Path

import pytest

from stripe_billing_cli.local_stripe.core.errors import ApiError
from stripe_billing_cli.local_stripe.core.limits import ENDPOINT, GLOBAL, Limiter, RateLimit
from stripe_billing_cli.local_stripe.core.messages import operation_of
from tests.local_stripe.conftest import Clock, Refusal, serving

EXCEEDED = Refusal(
    "Request rate limit exceeded. Learn more about rate limits here https://stripe.com/docs/rate-limits.",
    "rate_limit",
    status=429,
)


def reason(limiter: Limiter, operation: str) -> str | None:
    """Return why a call is refused, or None for one that is let through."""
    try:
        limiter.check(operation)
    except ApiError as error:
        return error.headers["Stripe-Rate-Limited-Reason"]
    return None


def test_each_operation_has_its_own_limit() -> None:
    limiter = Limiter(RateLimit(100, 2), Clock())

    assert [reason(limiter, "POST /v1/prices") for _ in range(3)] == [None, None, ENDPOINT]
    assert reason(limiter, "GET /v1/prices") is None


def test_all_operations_share_another() -> None:
    limiter = Limiter(RateLimit(3, 2), Clock())
    operations = ["POST /v1/prices", "GET /v1/prices", "POST /v1/products", "GET /v1/products"]

    assert [reason(limiter, operation) for operation in operations] == [None, None, None, GLOBAL]


def test_any_one_second_counts_and_what_was_refused_does_not() -> None:
    clock = Clock(100.0)
    limiter = Limiter(RateLimit(100, 2), clock)
    reasons = []

    for moment in (100.0, 100.9, 100.95, 100.99, 101.0, 101.5, 101.9, 101.95):
        clock.now = moment
        reasons.append(reason(limiter, "POST /v1/prices"))

    assert reasons == [None, None, ENDPOINT, ENDPOINT, None, ENDPOINT, None, ENDPOINT]


@pytest.mark.parametrize(
    ("path", "operation"),
    [
        ("/v1/prices", "POST /v1/prices"),
        ("/v1/prices/price_1", "POST /v1/prices/{id}"),
        ("/v1/products/pro", "POST /v1/products/{id}"),
        ("/v1/subscriptions/sub_1/resume", "POST /v1/subscriptions/{id}/resume"),
    ],
)
def test_calls_on_any_object_of_a_kind_are_one_operation(path: str, operation: str) -> None:
    assert operation_of("post", path) == operation


@pytest.mark.parametrize(
    ("limits", "path", "reason"),
    [(RateLimit(100, 1), "/v1/products", ENDPOINT), (RateLimit(1, 100), "/v1/prices", GLOBAL)],
)
def test_a_call_too_many_is_answered_with_429_and_the_reason(
    database: Path, limits: RateLimit, path: str, reason: str
) -> None:
    with serving(database, limits=limits) as local:
        first = local.send("post", "/v1/products", "name=Pro", key="K1")
        refused = [local.send("post", path, "name=Max") for _ in range(5)]

    assert first.status == 200
    limited = [reply for reply in refused if reply.status == 429]
    assert limited
    assert limited[0].refusal == EXCEEDED
    assert limited[0].headers["Stripe-Rate-Limited-Reason"] == reason
    assert limited[0].headers["Request-Id"].startswith("req_")
    assert "Stripe-Should-Retry" not in limited[0].headers


def test_a_call_refused_by_a_limit_did_not_happen(database: Path) -> None:
    with serving(database, limits=RateLimit(100, 1)) as local:
        replies = [local.send("post", "/v1/products", "name=Pro", key="K1") for _ in range(5)]
        made = local.get("/v1/products")["data"]

    assert {reply.status for reply in replies} == {200, 429}
    assert len(made) == 1
