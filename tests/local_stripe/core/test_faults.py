"""Trouble on order: which call it strikes, in what way, and what is left of the call; in process and over HTTP."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
import stripe

from stripe_billing_cli.local_stripe.core.faults import Fault, Faults
from stripe_billing_cli.local_stripe.faulty_transport import FaultyTransport, SimulatedCrash
from stripe_billing_cli.local_stripe.transport import LocalTransport
from tests.local_stripe.conftest import Local, Refusal, Reply, serving

Suffering = Callable[..., Local]


@pytest.fixture(params=["in process", "over HTTP"])
def faulty_stripe(request: pytest.FixtureRequest, database: Path) -> Iterator[Suffering]:
    """A local Stripe with faults; `patience` is how many seconds the caller waits for an answer."""
    with ExitStack() as stack:

        def begun(*faults: str, patience: float = 10) -> Local:
            parsed = [Fault.parse(fault) for fault in faults]
            if request.param == "over HTTP":
                return stack.enter_context(serving(database, faults=Faults(parsed), patience=patience))
            transport = FaultyTransport(LocalTransport(database), Faults(parsed))
            stack.callback(transport.close)
            return Local(transport)

        yield begun


@pytest.fixture
def quiet(database: Path) -> Iterator[Local]:
    """Return the state that a run without faults leaves."""
    transport = LocalTransport(database)
    yield Local(transport)
    transport.close()


def create(local: Local, key: str | None = None) -> Reply:
    return local.send("post", "/v1/products", "name=Pro", key=key)


def made(quiet: Local) -> int:
    return len(quiet.get("/v1/products", limit=100)["data"])


def test_a_500_before_the_effect_leaves_nothing(faulty_stripe: Suffering, quiet: Local) -> None:
    local = faulty_stripe("500 before 1 POST /v1/products")

    failed = create(local, "K1")

    assert (failed.status, failed.refusal.type, failed.refusal.code) == (500, "api_error", None)
    assert failed.headers["Request-Id"].startswith("req_")
    assert made(quiet) == 0
    assert create(local, "K1").status == 200
    assert made(quiet) == 1


def test_a_500_after_the_effect_is_remembered_as_a_500(faulty_stripe: Suffering, quiet: Local) -> None:
    local = faulty_stripe("500 after 1 POST /v1/products")

    failed, again = create(local, "K1"), create(local, "K1")

    assert (failed.status, failed.refusal.type) == (500, "api_error")
    assert failed.headers["Request-Id"] in failed.refusal.message
    assert failed.headers["Stripe-Should-Retry"] == "false"
    assert (again.status, again.text) == (500, failed.text)
    assert (again.headers["Idempotent-Replayed"], again.headers["Stripe-Should-Retry"]) == ("true", "false")
    assert made(quiet) == 1


@pytest.mark.parametrize("how", ["drop", "half", "timeout"])
def test_a_call_lost_before_its_effect_leaves_nothing(faulty_stripe: Suffering, quiet: Local, how: str) -> None:
    local = faulty_stripe(f"{how} before 1 POST", patience=0.5 if how == "timeout" else 10)

    with pytest.raises(stripe.APIConnectionError):
        create(local, "K1")

    assert made(quiet) == 0
    reply = create(local, "K1")
    assert (reply.status, "Idempotent-Replayed" in reply.headers) == (200, False)


@pytest.mark.parametrize("how", ["drop", "half", "timeout"])
def test_a_call_whose_answer_is_lost_took_effect_once(faulty_stripe: Suffering, quiet: Local, how: str) -> None:
    local = faulty_stripe(f"{how} after 1 POST", patience=0.5 if how == "timeout" else 10)

    with pytest.raises(stripe.APIConnectionError):
        create(local, "K1")

    assert made(quiet) == 1
    reply = create(local, "K1")
    assert (reply.status, reply.headers["Idempotent-Replayed"]) == (200, "true")
    assert made(quiet) == 1


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_crash_ends_the_program(database: Path, quiet: Local, when: str) -> None:
    transport = FaultyTransport(LocalTransport(database), Faults([Fault.parse(f"crash {when} 1 POST")]))

    with pytest.raises(SimulatedCrash, match="POST /v1/products"):
        create(Local(transport))

    transport.close()
    assert made(quiet) == (1 if when == "after" else 0)


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize(
    ("how", "refusal"),
    [
        ("401", Refusal("Expired API Key provided: sk_test_********ripe", "api_key_expired", status=401)),
        (
            "409",
            Refusal(
                "There is currently another in-progress request using this Idempotent Key (that probably means you "
                "submitted twice, and the other request is still going through): K1. Please try again later.",
                "idempotency_key_in_use",
                status=409,
            ),
        ),
        (
            "429",
            Refusal(
                "Request rate limit exceeded. Learn more about rate limits here https://stripe.com/docs/rate-limits.",
                "rate_limit",
                status=429,
            ),
        ),
    ],
)
def test_another_answer_comes_in_place_of_the_calls_own(
    faulty_stripe: Suffering, quiet: Local, how: str, when: str, refusal: Refusal
) -> None:
    local = faulty_stripe(f"{how} {when} 1 POST /v1/products")

    assert create(local, "K1").refusal == refusal
    assert made(quiet) == (1 if when == "after" else 0)


def test_a_restricted_key_is_told_the_permission_that_it_lacks(faulty_stripe: Suffering) -> None:
    local = faulty_stripe("403 before * /v1/prices", "403 before * POST /v1/products")

    reading, writing = local.send("get", "/v1/prices"), create(local)

    assert reading.status == writing.status == 403
    assert "'rak_plan_read' permission" in reading.refusal.message
    assert "'rak_product_write' permission" in writing.refusal.message


def test_a_page_of_a_hotel_network_is_no_json(faulty_stripe: Suffering) -> None:
    reply = faulty_stripe("html before 1").send("get", "/v1/products")

    assert reply.status == 200
    assert reply.text.startswith("<!DOCTYPE html>")
    assert reply.headers["Content-Type"].startswith("text/html")


def test_calls_are_counted_among_those_that_match(faulty_stripe: Suffering, quiet: Local) -> None:
    local = faulty_stripe("500 before 2 x2 POST /v1/products")
    statuses = []

    for _ in range(5):
        statuses.append(create(local).status)
        assert local.send("get", "/v1/products").status == 200

    assert statuses == [200, 500, 500, 200, 200]
    assert made(quiet) == 3


def test_each_fault_counts_for_itself(faulty_stripe: Suffering) -> None:
    local = faulty_stripe("500 before 2 POST", "409 before 3 POST", "401 before 3")

    assert [create(local).status for _ in range(4)] == [200, 500, 409, 200]


@pytest.mark.parametrize("every", ["*", "every"])
def test_every_call_may_fail(faulty_stripe: Suffering, every: str) -> None:
    local = faulty_stripe(f"500 before {every} GET")

    assert [local.send("get", "/v1/products").status for _ in range(3)] == [500] * 3
    assert create(local).status == 200


@pytest.mark.parametrize(
    ("operation", "method", "path", "struck"),
    [
        (None, "GET", "/v1/prices", True),
        ("POST /v1/prices", "POST", "/v1/prices", True),
        ("post /v1/prices", "post", "/v1/prices", True),
        ("POST /v1/prices", "POST", "/v1/prices/price_1", False),
        ("POST /v1/prices", "GET", "/v1/prices", False),
        ("POST /v1/prices/{id}", "POST", "/v1/prices/price_1", True),
        ("POST /v1/prices/:id", "POST", "/v1/prices/price_1", True),
        ("POST /v1/prices/price_1", "POST", "/v1/prices/price_1", True),
        ("POST /v1/prices/price_1", "POST", "/v1/prices/price_2", False),
        ("/v1/prices", "GET", "/v1/prices", True),
        ("/v1/prices", "POST", "/v1/prices", True),
        ("/v1/prices/{id}", "GET", "/v1/prices", False),
        ("DELETE", "DELETE", "/v1/products/pro", True),
        ("DELETE", "POST", "/v1/products/pro", False),
    ],
)
def test_a_fault_strikes_an_operation(operation: str | None, method: str, path: str, struck: bool) -> None:
    assert (Faults([Fault(operation=operation)]).next(method, path) is not None) is struck


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("500 before 1", Fault()),
        ("drop after 3 POST /v1/prices", Fault(3, "after", "drop", "POST /v1/prices")),
        ("  half   before  *  ", Fault(None, "before", "half")),
        ("409 before every /v1/prices/{id}", Fault(None, "before", "409", "/v1/prices/{id}")),
        ("timeout before 2 x4 GET", Fault(2, "before", "timeout", "GET", 4)),
    ],
)
def test_a_fault_is_written_as(text: str, fault: Fault) -> None:
    assert Fault.parse(text) == fault


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", "is not of the form"),
        ("500", "is not of the form"),
        ("500 before", "is not of the form"),
        ("500 before -1", "is not of the form"),
        ("418 before 1", "'418' is not a way to fail; there are 500, 409"),
        ("500 during 1", "'during' should be before or after"),
        ("500 before 0", "calls are counted from 1"),
        ("500 before 1 PUT /v1/prices", "does not begin with GET, POST, DELETE"),
        ("500 before 1 POST prices", "is not an operation like"),
        ("500 before 1 prices", "does not begin with GET, POST, DELETE"),
    ],
)
def test_a_fault_written_wrongly_is_explained(text: str, complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        Fault.parse(text)
