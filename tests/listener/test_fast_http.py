"""Which way posts come in: the fast one where the server is known, an ordinary route on every other."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from stripe_billing_cli.events.store import Store
from stripe_billing_cli.listener import fast_http
from stripe_billing_cli.listener.webhook import LONGEST_BODY, LONGEST_HEADER, MOST_HEADERS
from tests.event_bodies import event_body
from tests.listener.receiving import delivery, request, running_receiver, signed

MANY_HEADERS = "\r\n".join(f"a{number}: b" for number in range(MOST_HEADERS * 40))


@pytest.mark.parametrize(
    ("version", "known"),
    [("0.36.0", False), ("0.36.1", True), ("0.54.0", True), ("0.55.0", False), ("1.0", False), ("0.44.0rc1", True)],
)
def test_the_fast_way_is_gone_on_versions_that_it_was_tested_with(version: str, known: bool) -> None:
    assert fast_http.is_known(version) is known


POSTS: dict[str, tuple[Callable[[], bytes], int]] = {
    "signed": (lambda: delivery(event_body()), 200),
    "unsigned": (lambda: request(event_body()), 400),
    "of another": (lambda: request(event_body("evt_2"), f"Stripe-Signature: {signed(event_body())}"), 400),
    "no event": (lambda: delivery(b'{"object": "event"}'), 400),
    "not posted": (lambda: request(b"", method="GET"), 405),
    "elsewhere": (lambda: request(b"{}", path="/elsewhere"), 404),
    "too long": (lambda: delivery(b"x" * (LONGEST_BODY + 1)), 413),
}
"""What is posted, made when it is posted, since a signature grows old, and what it is answered."""


@pytest.mark.parametrize("post", POSTS)
@pytest.mark.parametrize("fast", [True, False])
def test_both_answer_alike(store: Store, post: str, fast: bool) -> None:
    data, status = POSTS[post]
    with running_receiver(store, fast=fast) as receiver:
        answer = receiver.ask(data())
        assert answer.status == status
        assert receiver.webhook.bytes_in_memory == 0

    expected = ["evt_1"] if status == 200 else []
    assert [stored.event.id for stored in store.events.page()] == expected


@pytest.mark.parametrize("fast", [True, False])
def test_endless_headers_are_cut(store: Store, fast: bool) -> None:
    """In number and in bytes: each costs many times its bytes in memory."""
    with running_receiver(store, fast=fast) as receiver:
        for headers in (MANY_HEADERS, f"long: {'x' * (LONGEST_HEADER * 5)}"):
            with receiver.connected() as connection:
                connection.send(b"POST /webhook HTTP/1.1\r\n" + headers.encode())
                for _ in range(4):
                    try:
                        connection.send(b"\r\nmore: x" * 20_000)
                    except OSError:
                        break
                assert connection.closed()
        assert receiver.deliver(event_body()) == 200
