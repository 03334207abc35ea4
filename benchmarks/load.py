"""A load of signed events over many connections, with as little work per request as Python allows.

Requests are made beforehand; each connection has one on its way at a time. One thread, epoll, no HTTP library: the
generator must cost less than what it measures.
"""

from __future__ import annotations

import json
import select
import socket
import time
from collections.abc import Sequence
from dataclasses import dataclass

from stripe_billing_cli.events.signatures import sign

SECRET = "whsec_benchmark"
FILLER = {f"field_{number}": "x" * 40 for number in range(55)}
"""What brings an event to the 3 kB that one about a subscription has."""


def requests(count: int, run: str, path: str = "/webhook") -> list[bytes]:
    """So many different events of 300 customers, each as the bytes of one request."""
    now = int(time.time())
    return [_request(number, run, now, path) for number in range(count)]


def _request(number: int, run: str, now: int, path: str) -> bytes:
    subscription = {"id": f"sub_{number % 300}", "object": "subscription", "customer": f"cus_{number % 300}", **FILLER}
    event = {
        "id": f"evt_{run}_{number}",
        "object": "event",
        "api_version": "2026-10-28.endive",
        "created": now,
        "data": {"object": subscription, "previous_attributes": {"status": "incomplete"}},
        "livemode": False,
        "pending_webhooks": 1,
        "request": {"id": f"req_{number}", "idempotency_key": None},
        "type": "customer.subscription.updated",
    }
    body = json.dumps(event).encode()
    head = (
        f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nUser-Agent: Stripe/1.0 (+https://stripe.com/docs/webhooks)\r\n"
        "Accept: */*; q=0.5, application/xml\r\nCache-Control: no-cache\r\n"
        "Content-Type: application/json; charset=utf-8\r\n"
        f"Content-Length: {len(body)}\r\nStripe-Signature: {sign(body, SECRET.encode(), now)}\r\n\r\n"
    )
    return head.encode() + body


@dataclass(frozen=True)
class Measured:
    """`latencies` in seconds, sorted."""

    seconds: float
    latencies: Sequence[float]
    refused: int

    @property
    def per_second(self) -> float:
        return len(self.latencies) / self.seconds

    def percentile(self, percent: float) -> float:
        return self.latencies[min(int(len(self.latencies) * percent / 100), len(self.latencies) - 1)]


def drive(port: int, payloads: Sequence[bytes], *, connections: int = 64, per_second: float | None = None) -> Measured:
    """Send them all: as fast as answers come, or at an even rate, where waiting for a free connection counts."""
    sockets = [_connected(port) for _ in range(connections)]
    poll = select.epoll()
    by_number = {one.fileno(): one for one in sockets}
    for number in by_number:
        poll.register(number, select.EPOLLIN)
    free = list(by_number)
    starts: dict[int, float] = {}
    latencies: list[float] = []
    refusals, sent_count = 0, 0
    start = time.perf_counter()
    try:
        while len(latencies) < len(payloads):
            now = time.perf_counter()
            while free and sent_count < len(payloads):
                due = start + sent_count / per_second if per_second else now
                if due > now:
                    break
                number = free.pop()
                starts[number] = due
                by_number[number].sendall(payloads[sent_count])
                sent_count += 1
            wait = (
                start + sent_count / per_second - time.perf_counter()
                if per_second and free and sent_count < len(payloads)
                else 1
            )
            for number, _ in poll.poll(max(wait, 0)):
                answer = by_number[number].recv(4096)
                latencies.append(time.perf_counter() - starts.pop(number))
                refusals += not answer.startswith(b"HTTP/1.1 200")
                if not answer:
                    raise SystemExit("the receiver closed a connection")
                free.append(number)
        took = time.perf_counter() - start
    finally:
        poll.close()
        for one in sockets:
            one.close()
    return Measured(took, sorted(latencies), refusals)


def _connected(port: int) -> socket.socket:
    one = socket.create_connection(("127.0.0.1", port), timeout=30)
    one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return one
