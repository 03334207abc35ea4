"""`--forward-to`: the same bytes, signed anew; anything but a 2xx is a failure."""

from __future__ import annotations

import stat
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from stripe_billing_cli.events.actions.forward import forward_handler, own_secret
from stripe_billing_cli.events.actions.spec import Action
from stripe_billing_cli.events.event import Event
from stripe_billing_cli.events.handlers import HandlerError
from tests.events.actions.delivery import DELIVERY
from tests.receiving import Receiver, receiving

Make = Callable[..., Event]
SECRET = "whsec_forward"


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as receiver:
        yield receiver


def forwarded(url: str, event: Event, timeout: float = 10) -> str | None:
    return forward_handler(Action("forward", url, timeout=timeout), SECRET, lambda: 1_800_000_000.0).handle(
        event, DELIVERY
    )


def test_it_arrives_byte_for_byte_and_signed(make_event: Make, receiver: Receiver) -> None:
    event = make_event(payload='{ "id":"evt_1",  "name": "Zoë" }')

    assert forwarded(f"{receiver.url}/stripe", event) == "answered 200"

    received = receiver.next()
    assert received.path == "/stripe"
    assert received.body.decode() == event.payload
    assert received.headers["Stripe-Signature"].startswith("t=1800000000,v1=")
    assert received.headers["Billing-Attempt"] == "3"
    received.verified(SECRET)


@pytest.mark.parametrize("status", [301, 307, 400, 410, 500])
def test_anything_but_a_2xx_is_a_failure(make_event: Make, receiver: Receiver, status: int) -> None:
    receiver.answers = [status]

    with pytest.raises(HandlerError, match=f"answered {status}"):
        forwarded(receiver.url, make_event())

    assert len(receiver.all()) == 1


def test_nobody_there(make_event: Make) -> None:
    with pytest.raises(HandlerError, match=r"^no answer: no connection$"):
        forwarded("http://user:password@127.0.0.1:9/", make_event())


def test_no_answer_in_time(make_event: Make, receiver: Receiver) -> None:
    receiver.holding.set()

    with pytest.raises(HandlerError, match="no answer: not in time"):
        forwarded(receiver.url, make_event(), timeout=0.1)


@pytest.mark.parametrize(("length", "connections"), [(0, 1), (3, 1), (10**9, 2)])
def test_a_connection_serves_one_event_after_the_other(make_event: Make, length: int, connections: int) -> None:
    """Unless it has an answer that nobody wants to read."""
    opened = []

    class Answering(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def setup(self) -> None:
            super().setup()
            opened.append(self.client_address)

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(200)
            self.send_header("Content-Length", str(length))
            self.end_headers()
            self.wfile.write(b"ok\n"[:length])

        def log_message(self, format: str, *args: object) -> None: ...

    with ThreadingHTTPServer(("127.0.0.1", 0), Answering) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        handler = forward_handler(Action("forward", f"http://127.0.0.1:{server.server_port}"), SECRET, time.time)
        for _ in range(2):
            assert handler.handle(make_event(), DELIVERY) == "answered 200"
        server.shutdown()

    assert len(opened) == connections


def test_the_secret_is_made_once_and_private(tmp_path: Path) -> None:
    file = tmp_path / ".billing" / "forward-secret"

    first = own_secret(file)

    assert first.startswith("whsec_")
    assert own_secret(file) == first
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert sorted(one.name for one in file.parent.iterdir()) == [".gitignore", file.name]
