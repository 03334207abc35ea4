"""Idempotency keys: a call repeated is answered, not carried out again."""

from __future__ import annotations

import threading
from queue import Queue
from typing import Any

import pytest

from stripe_billing_cli.local_stripe.transport import LocalTransport
from tests.local_stripe.conftest import Clock, Local, Refusal, Reply

DAY = 24 * 60 * 60
OTHER_PARAMETERS = Refusal(
    "Keys for idempotent requests can only be used with the same parameters they were first used with. Try using a "
    "key other than 'K1' if you meant to execute a different request.",
    type="idempotency_error",
)


def create(local: Local, form: str = "name=Pro", key: str | None = "K1", path: str = "/v1/products") -> Reply:
    return local.send("post", path, form, key=key)


def products(local: Local) -> list[Any]:
    found: list[Any] = local.get("/v1/products", limit=100)["data"]
    return found


def test_a_repeated_call_is_answered_from_memory(local: Local) -> None:
    first, second = create(local), create(local)

    assert (second.status, second.text) == (first.status, first.text)
    assert len(products(local)) == 1
    assert len(local.events()) == 1


def test_a_replay_says_so_and_names_the_first_call(local: Local) -> None:
    first, second = create(local), create(local)

    assert "Idempotent-Replayed" not in first.headers
    assert first.headers["Original-Request"] == first.headers["Request-Id"]
    assert second.headers["Idempotent-Replayed"] == "true"
    assert second.headers["Original-Request"] == first.headers["Request-Id"]
    assert second.headers["Request-Id"] != first.headers["Request-Id"]
    assert first.headers["Idempotency-Key"] == second.headers["Idempotency-Key"] == "K1"


def test_a_replay_tells_what_was_and_not_what_is(local: Local) -> None:
    product = create(local).json
    local.post(f"/v1/products/{product['id']}", name="Max")

    assert create(local).json == product


def test_calls_without_a_key_or_with_another_are_carried_out(local: Local) -> None:
    for key in (None, "", "K1", "K2"):
        create(local, key=key)

    assert len(products(local)) == 4


def test_other_parameters_under_a_key_are_refused(local: Local) -> None:
    create(local)

    assert create(local, "name=Max").refusal == OTHER_PARAMETERS
    assert create(local, "name=Pro&active=true").refusal == OTHER_PARAMETERS
    assert create(local, "colour=red").refusal == OTHER_PARAMETERS
    assert len(products(local)) == 1


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("name=Pro&active=true", "active=true&name=Pro"),
        ("name=Pro&metadata[a]=1&metadata[b]=2", "metadata[b]=2&name=Pro&metadata[a]=1"),
        ("name=Pro&metadata[a]=1", "name=Pro&metadata%5Ba%5D=1"),
        ("name=Pro&expand[]=default_price", "name=Pro&expand[0]=default_price"),
        ("name=Pro+Max", "name=Pro%20Max"),
    ],
)
def test_the_same_parameters_written_otherwise_are_the_same(local: Local, first: str, second: str) -> None:
    made = create(local, first)

    again = create(local, second)

    assert made.status == 200
    assert (again.text, again.headers.get("Idempotent-Replayed")) == (made.text, "true")


def test_a_list_in_another_order_is_another_parameter(local: Local) -> None:
    create(local, "name=Pro&images[]=https://a.example&images[]=https://b.example")

    assert create(local, "name=Pro&images[]=https://b.example&images[]=https://a.example").refusal == OTHER_PARAMETERS


def test_a_key_is_for_one_path(local: Local) -> None:
    local.product(id="pro")
    create(local)

    refusal = create(local, "name=Pro", path="/v1/products/pro").refusal

    assert (refusal.status, refusal.type) == (400, "idempotency_error")
    assert refusal.message == (
        "Keys for idempotent requests can only be used for the same endpoint they were first used for "
        "('/v1/products/pro' vs '/v1/products'). Try using a key other than 'K1' if you meant to execute a "
        "different request."
    )


@pytest.mark.parametrize(
    ("form", "code"), [("", "parameter_missing"), ("name=Pro&colour=red", "parameter_unknown"), ("name=", None)]
)
def test_a_call_refused_for_its_parameters_leaves_the_key_free(local: Local, form: str, code: str | None) -> None:
    refused = create(local, form)

    made = create(local)

    assert (refused.status, refused.refusal.code or code) == (400, refused.refusal.code)
    assert "Stripe-Should-Retry" not in refused.headers
    assert made.status == 200
    assert "Idempotent-Replayed" not in made.headers


def test_an_error_of_a_call_that_began_is_replayed(local: Local) -> None:
    local.product(id="pro")
    first = create(local, "name=Pro&id=pro")
    local.delete("/v1/products/pro")

    second = create(local, "name=Pro&id=pro")

    assert first.status == second.status == 400
    assert second.text == first.text
    assert second.headers["Idempotent-Replayed"] == "true"
    assert products(local) == []


def test_a_call_for_an_object_that_is_not_there_leaves_the_key_free(local: Local) -> None:
    """Stripe sends no `Stripe-Should-Retry` with "No such price" and "No such PaymentMethod", as with what it remembers
    (github.com/pay-rails/pay, stripe_handles_exception_when_creating_a_subscription.yml and …_when_updating_a_card.yml,
    2026-09-30.endive)."""
    missing = create(local, "name=Max", path="/v1/products/max")
    local.product(id="max")

    made = create(local, "name=Max", path="/v1/products/max")

    assert (missing.status, made.status) == (404, 200)
    assert "Stripe-Should-Retry" not in missing.headers
    assert "Idempotent-Replayed" not in made.headers


@pytest.mark.parametrize("key", ["K1", None])
def test_the_answer_of_a_post_names_a_key_and_asks_not_to_be_repeated(local: Local, key: str | None) -> None:
    """github.com/pay-rails/pay, 2026-09-30.endive; without a key of the caller's: github.com/onetimesecret/onetimesecret
    (calls_cancel_for_subscriptions.yml, December 2025)."""
    made, refused = create(local, "name=Pro&id=pro", key), create(local, "name=Pro&id=pro", key and "K2")

    assert (made.status, refused.status) == (200, 400)
    for reply in made, refused:
        assert reply.headers["Stripe-Should-Retry"] == "false"
        assert reply.headers["Original-Request"] == reply.headers["Request-Id"]
    event = local.get("/v1/events")["data"][0]
    assert made.headers["Idempotency-Key"] == event["request"]["idempotency_key"]
    assert made.headers["Idempotency-Key"] != refused.headers["Idempotency-Key"]


def test_a_refused_parameter_names_the_key_too(local: Local) -> None:
    """`amount=0` (github.com/pay-rails/pay, re-raised_stripe_exceptions_keep_the_same_message.yml, 2026-08-26.dahlia)."""
    refused = create(local, "")

    assert refused.headers["Idempotency-Key"] == "K1"
    assert refused.headers["Original-Request"] == refused.headers["Request-Id"]


def test_an_answer_is_remembered_for_a_day(local: Local, clock: Clock) -> None:
    first = create(local)

    clock.now += DAY - 1
    assert create(local).text == first.text
    clock.now += 1
    late = create(local, "name=Max")

    assert late.status == 200
    assert [product["name"] for product in products(local)] == ["Max", "Pro"]


def test_reading_takes_no_notice_of_a_key(local: Local) -> None:
    local.send("get", "/v1/products", key="K1")
    local.product()

    reply = local.send("get", "/v1/products", key="K1")

    assert len(reply.json["data"]) == 1
    assert "Idempotent-Replayed" not in reply.headers


def test_deleting_takes_no_notice_of_a_key(local: Local) -> None:
    local.product(id="pro")

    first = local.send("delete", "/v1/products/pro", key="K1")
    second = local.send("delete", "/v1/products/pro", key="K1")

    assert (first.status, second.status) == (200, 404)
    assert create(local).status == 200


@pytest.mark.parametrize("length", [255, 256])
def test_a_key_is_at_most_255_characters(local: Local, length: int) -> None:
    reply = create(local, key="k" * length)

    assert reply.status == (200 if length == 255 else 400)
    if length == 256:
        assert "255" in reply.refusal.message
        assert products(local) == []


def test_a_key_outlives_the_process(local: Local, database: Any, clock: Clock) -> None:
    first = create(local)
    local.transport.close()
    again = LocalTransport(database, clock=clock)

    reply = create(Local(again))
    again.close()

    assert (reply.text, reply.headers["Idempotent-Replayed"]) == (first.text, "true")


def test_the_same_key_twice_at_the_same_time_is_a_conflict(database: Any, clock: Clock) -> None:
    transport = LocalTransport(database, clock=clock)
    local = Local(transport)
    transport.router.account()
    replies: Queue[Reply] = Queue()
    calls = [threading.Thread(target=lambda: replies.put(create(local))) for _ in range(2)]

    with transport.store.writing():  # neither can finish, so the one that comes second meets the first
        for call in calls:
            call.start()
        conflict = replies.get(timeout=10)
    made = replies.get(timeout=10)
    for call in calls:
        call.join()

    assert conflict.refusal == Refusal(
        "There is currently another in-progress request using this Idempotent Key (that probably means you submitted "
        "twice, and the other request is still going through): K1. Please try again later.",
        "idempotency_key_in_use",
        status=409,
    )
    assert made.status == 200
    assert create(local).text == made.text
    transport.close()
