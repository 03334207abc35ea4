"""POSTs to the webhook, taken from uvicorn's parser straight to the receiver.

uvicorn's way to an application, over ASGI, costs a task, an event, a timer and a dozen dicts a request: more than all
that receiving an event takes. Measured in turns (`python -m benchmarks receiving`): 70 µs of a processor an event
here, 150 µs by an ordinary route. What is not for the webhook goes that way as ever.
"""

from __future__ import annotations

import time
from typing import Any
from urllib.parse import unquote

import httptools

from stripe_billing_cli.listener.connections import GuardedProtocol
from stripe_billing_cli.listener.webhook import LONGEST_BODY, LONGEST_DRAIN, MOST_HELD, PHRASES, Limits, Webhook

CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"


class _Nobody:
    """A waiter for uvicorn's word that something happened, which nobody is."""

    def set(self) -> None: ...


class WebhookRequest:
    """A request to the webhook, from its headers to its answer.

    It stands where uvicorn has its own cycle of a request and an answer, and has of it what uvicorn looks at.
    """

    disconnected = response_started = response_complete = False
    message_event = _Nobody()
    _signature: bytes | None = None
    _body: bytes | bytearray = b""
    _read = 0
    _refusal = 0

    def __init__(self, protocol: WebhookProtocol, method: bytes, headers: list[tuple[bytes, bytes]], keep_alive: bool):
        self._protocol = protocol
        self._webhook = protocol.webhook
        self._method = method
        self._begun = time.perf_counter()
        self.keep_alive = keep_alive
        if method != b"POST":
            self._refusal = 405
        for name, value in headers:
            if name == b"stripe-signature":
                self._signature = value
            elif name == b"content-length" and value.isdigit() and int(value[:20]) > LONGEST_DRAIN:
                self._cut()

    def more(self, body: bytes) -> None:
        """Take a part of the body. What is refused is read all the same, so that the connection can go on."""
        self._read += len(body)
        if self._read > LONGEST_BODY:
            self._refuse(413)
        elif self._webhook.bytes_in_memory + len(body) > MOST_HELD:
            self._refuse(503)
        if self._read > LONGEST_DRAIN:
            self._cut()
        if self._refusal:
            return
        if self._body:
            self._body = bytearray(self._body) if isinstance(self._body, bytes) else self._body
            self._body += body
        else:
            self._body = body
        self._webhook.bytes_in_memory += len(body)

    def complete(self) -> None:
        """Have the body taken, which is whole now."""
        if self._refusal:
            self.answer(self._refusal)
            return
        try:
            self._webhook.taker.take(bytes(self._body), self._signature, self.answer)
        except BaseException:
            self.release()
            raise

    def answer(self, status: int) -> None:
        if self.response_complete:
            return
        self.response_started = self.response_complete = True
        self.release()
        webhook = self._webhook
        webhook.answers[status] += 1
        webhook.seconds.observe(time.perf_counter() - self._begun)
        last = not self.keep_alive or status == 413
        text = (webhook.last if last else webhook.going_on)[status]
        if status != 200 and self._method != b"HEAD":
            text += PHRASES[status][2].encode()
        self._protocol.send_answer(text, last=last)

    def release(self) -> None:
        """Forget the body, which is no longer needed in memory."""
        self._webhook.bytes_in_memory -= len(self._body)
        self._body = b""

    def _refuse(self, status: int) -> None:
        self._refusal = self._refusal or status
        self.release()

    def _cut(self) -> None:
        """Answer an endless request before its end."""
        self._refuse(413)
        self.answer(413)


class WebhookProtocol(GuardedProtocol):
    """A connection to the webhook. `webhook` is set on a subclass by `receiving`."""

    webhook: Webhook
    post: WebhookRequest | None = None
    """The request to the webhook whose body is being read."""

    def connection_lost(self, exc: Exception | None) -> None:
        if self.post is not None:
            self.post.release()
        super().connection_lost(exc)

    def on_message_begin(self) -> None:
        """Begin as uvicorn does, but for the scope of an application, which `_to_application` makes up for."""
        self.note_begin()
        self.url = b""
        self.headers = []
        self.expect_100_continue = False

    def take(self) -> None:
        if self.url != self.webhook.raw_path and self._path() != self.webhook.path:
            self._to_application()
            return
        parser = self.parser
        keep_alive = parser.should_keep_alive() and parser.get_http_version() != "1.0"
        post: Any = WebhookRequest(self, parser.get_method(), self.headers, keep_alive)
        self.post = self.cycle = post
        if self.expect_100_continue and not post.response_complete:
            self.transport.write(CONTINUE)

    def _to_application(self) -> None:
        url, headers, expect_100_continue = self.url, self.headers, self.expect_100_continue
        super().on_message_begin()
        self.url, self.expect_100_continue = url, expect_100_continue
        self.headers += headers
        super().take()

    def on_body(self, body: bytes) -> None:
        if self.post is None:
            super().on_body(body)
        elif not self.deaf:
            self.post.more(body)

    def on_message_complete(self) -> None:
        post, self.post = self.post, None
        if post is None:
            super().on_message_complete()
        elif not self.deaf:
            self.note_arrival()
            post.complete()

    def send_answer(self, text: bytes, *, last: bool) -> None:
        """Send what a post is answered."""
        if self.transport.is_closing():
            return
        if self.flow.write_paused:  # by a client that sends and sends, and reads no answer
            self.transport.abort()
            return
        self.transport.write(text)
        if last:
            self.deaf = True
            self.transport.close()
        if self.waiting_since is None:
            self.idle_since = self.loop.time()

    def _path(self) -> str | None:
        """Return the path of a URL that is not written plainly. None where it is no URL, which uvicorn refuses."""
        try:
            path: bytes = httptools.parse_url(self.url).path
        except httptools.HttpParserInvalidURLError:
            return None
        return unquote(path.decode("ascii", "replace"))


def webhook_protocol(limits: Limits, webhook: Webhook) -> type[WebhookProtocol]:
    """Return the protocol for one webhook, as uvicorn takes it: a class."""
    return type("WebhookProtocol", (WebhookProtocol,), {"limits": limits, "webhook": webhook})
