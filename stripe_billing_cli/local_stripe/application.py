"""The local Stripe as an ASGI application over a router, with latency, rate limits and faults on top."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import json
import re
import sys
import time
import traceback
from collections.abc import Awaitable, Callable, Collection, MutableMapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any, TypeAlias
from urllib.parse import quote

import httptools
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from stripe_billing_cli.local_stripe.core import page_addresses
from stripe_billing_cli.local_stripe.core.authentication import key_of
from stripe_billing_cli.local_stripe.core.errors import ApiError, LocalStripeError
from stripe_billing_cli.local_stripe.core.faults import LOST_ANSWERS, Faults, false_answer, first_half
from stripe_billing_cli.local_stripe.core.identifiers import request_id
from stripe_billing_cli.local_stripe.core.limits import Limiter, RateLimit
from stripe_billing_cli.local_stripe.core.messages import API_VERSION, Answer, Request, operation_of
from stripe_billing_cli.local_stripe.core.origins import check_caller
from stripe_billing_cli.local_stripe.core.router import Router
from stripe_billing_cli.local_stripe.pages import hosted

Message: TypeAlias = MutableMapping[str, Any]
Receive: TypeAlias = Callable[[], Awaitable[Message]]
Send: TypeAlias = Callable[[Message], Awaitable[None]]
Log: TypeAlias = Callable[[str], None]

THREADS = 4
LONGEST_BODY = 1_000_000
LONGEST_HEADER = 1 << 16
SILENCE_SECONDS = 600.0
"""How long the fault `timeout` keeps a client waiting, if it does not give up first."""

RESET = ("POST", "/_local/reset")
"""The call that empties an account, which no Stripe has; only where `resets` is asked for."""
IN_PATHS = "/:@!$&'()*+,;=~[]"
"""What a path has in the log as it is, besides letters and digits: what is sent to steer a terminal stays encoded."""
CONTROLS = re.compile("[\x00-\x1f\x7f-\x9f]")
UNPRINTABLE = re.compile("[\x7f-\x9f\u2028-\u202e\u2066-\u2069]")
"""What JSON leaves as it is and a terminal obeys: control characters beyond ASCII, and turns of the direction."""
BROKEN_OFF = '{"id": "", "object": ""}'
"""An answer of which half arrives when the call did not take effect."""


class Parser(httptools.HttpRequestParser):
    """A parser that reads on where a client proposes another protocol, as curl does with `--http2`, and Java's
    `HttpClient` with each call; httptools takes what follows such a header, the body first of all, for that protocol.
    """

    def __init__(self, protocol: DroppableProtocol) -> None:
        super().__init__(protocol)
        self._protocol = protocol
        self.set_dangerous_leniencies(lenient_data_after_close=True)  # as uvicorn's own parser

    def feed_data(self, data: bytes) -> None:  # type: ignore[override]
        try:
            super().feed_data(data)
        except httptools.HttpParserUpgrade as proposal:
            if not self._protocol.has_proposal:
                raise
            self._protocol.go_on_after(self.get_method(), data[proposal.args[0] :])


class DroppableProtocol(HttpToolsProtocol):
    """An HTTP/1.1 protocol that lets the application cut the connection: `transport` is handed to it with each call.

    What begins with an endless header is cut, and what does not say once whom it calls is refused.
    """

    in_header = True
    header_bytes = 0
    has_proposal = False
    """Whether the header that was read proposes another protocol."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self.app = functools.partial(self.app, transport=transport, is_alone=lambda: len(self.connections) == 1)
        self.parser = Parser(self)

    def data_received(self, data: bytes) -> None:
        if self.in_header:
            self.header_bytes += len(data)
        super().data_received(data)
        if self.in_header and self.header_bytes > LONGEST_HEADER:
            self.transport.abort()

    def on_headers_complete(self) -> None:
        self.has_proposal = self.parser.should_upgrade() and self.parser.get_method() != b"CONNECT"
        if self.has_proposal:
            return
        self.in_header = False
        hosts = sum(name == b"host" for name, _ in self.headers)
        if hosts > 1 or (hosts == 0 and self.parser.get_http_version() == "1.1"):
            # Answered with 400 (https://www.rfc-editor.org/rfc/rfc9112#section-3.2).
            raise ValueError(f"{hosts} Host headers")
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        if self.has_proposal:
            return
        self.in_header, self.header_bytes = True, 0
        super().on_message_complete()

    def go_on_after(self, method: bytes, rest: bytes) -> None:
        """Read the call without its proposal of another protocol, which is optional to take
        (https://www.rfc-editor.org/rfc/rfc9110#section-7.8), and `rest`, what came after its header."""
        headers = b"".join(b"%s: %s\r\n" % field for field in self.headers if field[0] != b"upgrade")
        self.parser = Parser(self)
        self.parser.feed_data(b"%s %s HTTP/1.1\r\n%s\r\n%s" % (method, self.url, headers, rest))


class Application:
    """An ASGI application over a router."""

    def __init__(
        self,
        router: Router,
        *,
        latency_ms: int = 0,
        limits: RateLimit | None = None,
        faults: Faults | None = None,
        log: Log | None = None,
        allowed_hosts: Collection[str] = (),
        resets: bool = False,
    ) -> None:
        self._router = router
        self._resets = resets
        self._allowed_hosts = allowed_hosts
        self._latency = latency_ms / 1000
        self._limiter = Limiter(limits, time.monotonic) if limits else None
        self._faults = faults or Faults()
        self._log = log
        self.url = page_addresses.BASE
        """Where it is served."""
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="local-stripe")

    async def __call__(
        self,
        scope: Message,
        receive: Receive,
        send: Send,
        *,
        transport: asyncio.Transport | None = None,
        is_alone: Callable[[], bool] = lambda: False,
    ) -> None:
        if scope["type"] != "http":
            return
        start = time.monotonic()
        refusal = self._over_limit(scope)
        body = await _body(receive)
        if body is None:
            return
        if self._latency:
            await asyncio.sleep(self._latency)
        request = _request(scope, body)
        refusal = refusal or _too_long(body) or self._of_elsewhere(request)
        answer, loss = (refusal, None) if refusal else await self._answer(request, is_alone)
        answer = _for_reader(answer, request)
        if self._log:
            outcome = loss or answer.status
            took = round((time.monotonic() - start) * 1000)
            self._log(f"{request.method} {quote(request.path, safe=IN_PATHS)} {outcome} {took} ms")
        await _send(answer, loss, receive, send, transport)
        if is_alone():
            self._router.do_piece()

    def _over_limit(self, scope: Message) -> Answer | None:
        if self._limiter is None:
            return None
        try:
            self._limiter.check(operation_of(scope["method"], scope["path"]))
        except ApiError as error:
            return _failure(error)
        return None

    def _of_elsewhere(self, request: Request) -> Answer | None:
        try:
            check_caller(request.headers, self._allowed_hosts)
        except ApiError as error:
            return _failure(error)
        return None

    async def _answer(self, request: Request, is_alone: Callable[[], bool]) -> tuple[Answer, str | None]:
        """Return the answer, and how it is lost on its way, if it is.

        Of the only connection there is, calls are answered where they arrive: nobody else waits meanwhile, and to hand
        a call to a thread and back takes as long as a third of it.
        """
        if request.path == "/" and request.method == "GET":
            return _greet(), None
        if self._resets and (request.method, request.path) == RESET:
            return await asyncio.to_thread(self._reset, request), None
        if is_alone():
            return self._answer_or_fail(request)
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._threads, self._answer_or_fail, request)

    def _answer_or_fail(self, request: Request) -> tuple[Answer, str | None]:
        try:
            if hosted.is_page(request.path):
                return hosted.answer(self._router.answer, request), None
            fault = self._faults.next(request.method, request.path)
            if fault is None:
                return self._at_this_server(self._router.answer(request)), None
            fails = fault.how == "500"
            answer = self._router.answer(request, fails=fails) if fault.when == "after" else None
            if fault.how in LOST_ANSWERS or fault.how == "crash":
                return answer or Answer(200, BROKEN_OFF, {}), fault.how
            if answer and fails:
                return self._at_this_server(answer), None
            return false_answer(fault.how, request, self._router.account()["id"]), None
        except ApiError as error:
            return _failure(error), None
        except LocalStripeError as error:
            return _failure(ApiError(500, f"{error.message} {error.hint}", type="api_error")), None
        except Exception as error:  # noqa: BLE001  # the outermost layer
            return _mistake(error), None

    def _reset(self, request: Request) -> Answer:
        """Empty the account that `Stripe-Account` names, or the key's own."""
        try:
            key_of(request.headers)
            account = self._router.reset(request.headers.get("stripe-account"))
        except ApiError as error:
            return _failure(error)
        return Answer(200, json.dumps({"reset": account}), {"Content-Type": "application/json"})

    def _at_this_server(self, answer: Answer) -> Answer:
        """Return the answer, in which the addresses of the local Stripe's pages are this server's."""
        return replace(answer, body=page_addresses.with_base(answer.body, self.url))

    def close(self) -> None:
        self._threads.shutdown()


def _failure(error: ApiError) -> Answer:
    id = request_id()
    headers = {"Content-Type": "application/json", "Request-Id": id, "Stripe-Version": API_VERSION}
    return Answer(error.status, error.body(id), {**headers, **error.headers})


def _mistake(error: Exception) -> Answer:
    """Return the answer to a call at which the local Stripe itself failed, and print the traceback for a report."""
    sys.stderr.write("".join(traceback.format_exception(error)))
    message = f"This is a mistake in the local Stripe, whose standard error says where: {type(error).__name__}: {error}"
    return _failure(ApiError(500, message, type="api_error", headers={"Stripe-Should-Retry": "false"}))


def _too_long(body: bytes) -> Answer | None:
    if len(body) <= LONGEST_BODY:
        return None
    return _failure(ApiError(413, f"The request is larger than {LONGEST_BODY} bytes."))


def _for_reader(answer: Answer, request: Request) -> Answer:
    """Indent an answer's JSON, as Stripe does, for people with curl or Stripe's CLI; the SDKs are spared that."""
    machine = "Bindings/" in request.headers.get("user-agent", "")
    if machine or answer.headers.get("Content-Type") != "application/json" or answer.body == BROKEN_OFF:
        return answer
    text = json.dumps(json.loads(answer.body), indent=2, ensure_ascii=False)
    return replace(answer, body=UNPRINTABLE.sub(lambda match: f"\\u{ord(match[0]):04x}", text) + "\n")


def _greet() -> Answer:
    about = {"message": "This is the local Stripe of billing. Its API is under /v1.", "api_version": API_VERSION}
    return Answer(200, json.dumps(about), {"Content-Type": "application/json"})


async def _body(receive: Receive) -> bytes | None:
    """Return the body, or None where the client went away. Of one that is too long, the rest is read and forgotten."""
    body = bytearray()
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None
        if len(body) <= LONGEST_BODY:
            body += message.get("body", b"")
        if not message.get("more_body"):
            return bytes(body)


def _request(scope: Message, body: bytes) -> Request:
    headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
    return Request(
        scope["method"],
        scope["path"],
        scope["query_string"].decode("latin-1"),
        body.decode(errors="surrogateescape"),
        headers,
    )


async def _send(
    answer: Answer, loss: str | None, receive: Receive, send: Send, transport: asyncio.Transport | None
) -> None:
    if loss == "timeout":
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(receive(), SILENCE_SECONDS)
    if loss and loss != "half":
        await _cut(receive, transport)
        return
    body = answer.body.encode()
    # A key that a client names comes back in a header; it may steer no terminal that shows the headers.
    values = {name: CONTROLS.sub("?", value) for name, value in answer.headers.items()}
    headers = [(name.encode(), value.encode("latin-1", "replace")) for name, value in values.items()]
    headers.append((b"Content-Length", str(len(body)).encode()))
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    if loss == "half":
        await send({"type": "http.response.body", "body": first_half(answer.body).encode(), "more_body": True})
        if transport is not None:
            transport.close()
        await receive()
        return
    await send({"type": "http.response.body", "body": body})


async def _cut(receive: Receive, transport: asyncio.Transport | None) -> None:
    """Close the connection without a word, and wait until it is closed."""
    if transport is not None:
        transport.abort()
    await receive()
