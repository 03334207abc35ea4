"""`POST /webhook`: verify, store durably, and only then answer 200.

As an ASGI application, since it answers before anything of a request object would be of use. No answer tells
anything but its status: not whether an event was new, not what was wrong with a signature.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, TypeAlias

from stripe_billing_cli.webhooks.event import NotAnEvent, parse
from stripe_billing_cli.webhooks.known_secrets import KnownSecrets
from stripe_billing_cli.webhooks.signatures import NotSigned, verify
from stripe_billing_cli.webhooks.store import StoreTrouble
from stripe_billing_cli.webhooks.writer import Overloaded, Writer

Message: TypeAlias = MutableMapping[str, Any]
Receive: TypeAlias = Callable[[], Awaitable[Message]]
Send: TypeAlias = Callable[[Message], Awaitable[None]]

LONGEST_BODY = 1 << 20
LONGEST_DRAIN = 8 << 20
"""What is too long is read to its end up to here, so that its sender reads the answer; beyond, the line is cut."""
MOST_HELD = 64 << 20
"""Bytes of bodies in memory at once; what comes on top is asked to come again."""

PHRASES = {
    200: b"",
    400: b"Not a signed event.\n",
    405: b"POST events here.\n",
    413: b"Too large.\n",
    503: b"Come again.\n",
}


class Receiver:
    """Takes events signed with any of `secrets`. `clock` gives Unix seconds; `on_trouble` is told of each 503."""

    def __init__(
        self,
        writer: Writer,
        secrets: KnownSecrets,
        *,
        clock: Callable[[], float] = time.time,
        on_trouble: Callable[[StoreTrouble], None] = lambda trouble: None,
    ) -> None:
        self._writer = writer
        self._secrets = secrets
        self._clock = clock
        self._on_trouble = on_trouble
        self._held = 0
        self._start = {status: _start(status) for status in PHRASES}
        self._text = {status: {"type": "http.response.body", "body": text} for status, text in PHRASES.items()}
        self.answers = dict.fromkeys(PHRASES, 0)
        """How many requests had which answer."""

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        if scope["method"] != "POST":
            await self._answer(send, 405)
            return
        signature, length = _headers(scope)
        if length > LONGEST_DRAIN:
            await self._answer(send, 413)
            return
        body = await self._body(receive)
        if body is None:
            return  # the sender went away
        if isinstance(body, int):
            await self._answer(send, body)
            return
        try:
            status = await self._status(bytes(body), signature)
        finally:
            self._held -= len(body)
        await self._answer(send, status)

    async def _status(self, body: bytes, signature: bytes | None) -> int:
        try:
            self._verify(body, signature)
            event = parse(body)
        except (NotSigned, NotAnEvent):
            return 400
        try:
            await self._writer.store(event)
        except Overloaded:
            return 503
        except StoreTrouble as trouble:
            self._on_trouble(trouble)
            return 503
        return 200

    def _verify(self, body: bytes, signature: bytes | None) -> None:
        try:
            verify(body, signature, self._secrets.all, self._clock())
        except NotSigned:
            if not self._secrets.reread():
                raise
            verify(body, signature, self._secrets.all, self._clock())

    async def _body(self, receive: Receive) -> bytes | bytearray | int | None:
        """The body, or the status that refuses it; None where its sender went away.

        A body that is refused is read all the same, so that the connection can go on.
        """
        message = await receive()
        if message["type"] == "http.disconnect":
            return None
        chunk: bytes = message.get("body", b"")
        if not message.get("more_body"):
            return self._kept(chunk)
        return await self._long_body(receive, bytearray(chunk))

    def _kept(self, body: bytes) -> bytes | int:
        if len(body) > LONGEST_BODY:
            return 413
        if self._held + len(body) > MOST_HELD:
            return 503
        self._held += len(body)
        return body

    async def _long_body(self, receive: Receive, body: bytearray) -> bytes | bytearray | int | None:
        read = len(body)
        refusal = 0
        self._held += len(body)
        complete = False
        try:
            more = True
            while more:
                message = await receive()
                if message["type"] == "http.disconnect":
                    return None
                chunk = message.get("body", b"")
                more = message.get("more_body", False)
                read += len(chunk)
                refusal = refusal or self._refusal(read, len(chunk))
                if read > LONGEST_DRAIN:
                    return 413
                if refusal:
                    self._held -= len(body)
                    body.clear()
                else:
                    body += chunk
                    self._held += len(chunk)
            complete = not refusal
            return refusal or body
        finally:
            if not complete:
                self._held -= len(body)

    def _refusal(self, read: int, more: int) -> int:
        if read > LONGEST_BODY:
            return 413
        return 503 if self._held + more > MOST_HELD else 0

    async def _answer(self, send: Send, status: int) -> None:
        self.answers[status] += 1
        await send(self._start[status])
        await send(self._text[status])


def _start(status: int) -> Message:
    """The beginning of an answer."""
    text = PHRASES[status]
    headers = [(b"content-length", b"%d" % len(text))]
    if text:
        headers.append((b"content-type", b"text/plain; charset=utf-8"))
    match status:
        case 405:
            headers.append((b"allow", b"POST"))
        case 413:
            headers.append((b"connection", b"close"))
        case 503:
            headers.append((b"retry-after", b"1"))
    return {"type": "http.response.start", "status": status, "headers": headers}


def _headers(scope: Message) -> tuple[bytes | None, int]:
    """The signature and the length that are claimed."""
    signature, length = None, 0
    for name, value in scope["headers"]:
        if name == b"stripe-signature":
            signature = value
        elif name == b"content-length" and value.isdigit():
            length = int(value[:20])
    return signature, length
