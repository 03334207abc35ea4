"""The local Stripe over HTTP, for any Stripe SDK, Stripe's CLI and curl.

On top of the router: latency, rate limits and faults, so that speed and failure can be tried from outside.
"""

from __future__ import annotations

import asyncio
import contextlib
import functools
import json
import re
import signal
import socket
import threading
import time
from collections.abc import Awaitable, Callable, Collection, Iterator, MutableMapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeAlias

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from stripe_billing_cli.local_stripe.api import API
from stripe_billing_cli.local_stripe.core import page_addresses
from stripe_billing_cli.local_stripe.core.errors import ApiError, LocalStripeError
from stripe_billing_cli.local_stripe.core.faults import LOST, Fault, Faults, false_answer, half
from stripe_billing_cli.local_stripe.core.identifiers import request_id
from stripe_billing_cli.local_stripe.core.limits import Limiter, RateLimit
from stripe_billing_cli.local_stripe.core.messages import API_VERSION, Answer, Request, operation_of
from stripe_billing_cli.local_stripe.core.origins import check_caller
from stripe_billing_cli.local_stripe.core.router import Router
from stripe_billing_cli.local_stripe.core.store import Store
from stripe_billing_cli.local_stripe.core.webhooks.sender import Sender, Sending
from stripe_billing_cli.local_stripe.pages import hosted

Message: TypeAlias = MutableMapping[str, Any]
Receive: TypeAlias = Callable[[], Awaitable[Message]]
Send: TypeAlias = Callable[[Message], Awaitable[None]]
Log: TypeAlias = Callable[[str], None]

THREADS = 4
LONGEST_BODY = 1_000_000
SILENCE_SECONDS = 600.0
"""How long the fault `timeout` keeps a client waiting, if it does not give up first."""


TICK_SECONDS = 1.0
UNPRINTABLE = re.compile("[\x7f-\x9f\u2028-\u202e\u2066-\u2069]")
"""What JSON leaves as it is and a terminal obeys: control characters beyond ASCII, and turns of the direction."""
BROKEN_OFF = '{"id": "", "object": ""}'
"""An answer of which half arrives when the call did not take effect."""


class DroppableProtocol(H11Protocol):
    """HTTP/1.1 that lets the application cut the connection: `transport` is handed to it with each call."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self.app = functools.partial(self.app, transport=transport)


class Application:
    """An ASGI application over a router."""

    def __init__(
        self,
        router: Router,
        *,
        latency_ms: int = 0,
        limits: RateLimit | None = None,
        faults: Sequence[Fault] = (),
        log: Log | None = None,
        allowed_hosts: Collection[str] = (),
    ) -> None:
        self._router = router
        self._allowed_hosts = allowed_hosts
        self._latency = latency_ms / 1000
        self._limiter = Limiter(limits, time.monotonic) if limits else None
        self._faults = Faults(faults)
        self._log = log
        self.url = page_addresses.BASE
        """Where it is served."""
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="local-stripe")

    async def __call__(
        self, scope: Message, receive: Receive, send: Send, *, transport: asyncio.Transport | None = None
    ) -> None:
        if scope["type"] != "http":
            return
        started = time.monotonic()
        refusal = self._over_limit(scope)
        body = await _body(receive)
        if body is None:
            return
        if self._latency:
            await asyncio.sleep(self._latency)
        request = _request(scope, body)
        refusal = refusal or _too_long(body) or self._of_elsewhere(request)
        answer, loss = (refusal, None) if refusal else await self._answer(request)
        answer = _for_reader(answer, request)
        if self._log:
            outcome = loss or answer.status
            self._log(f"{request.method} {request.path} {outcome} {round((time.monotonic() - started) * 1000)} ms")
        await _send(answer, loss, receive, send, transport)

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

    async def _answer(self, request: Request) -> tuple[Answer, str | None]:
        """Return the answer, and how it is lost on its way, if it is."""
        if request.path == "/" and request.method == "GET":
            return _greeting(), None
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._threads, self._answered, request)

    def _answered(self, request: Request) -> tuple[Answer, str | None]:
        try:
            if hosted.is_page(request.path):
                return hosted.answer(self._router.answer, request), None
            fault = self._faults.next(request.method, request.path)
            if fault is None:
                return self._at_this_server(self._router.answer(request)), None
            failing = fault.how == "500"
            answer = self._router.answer(request, failing=failing) if fault.when == "after" else None
            if fault.how in LOST or fault.how == "crash":
                return answer or Answer(200, BROKEN_OFF, {}), fault.how
            if answer and failing:
                return self._at_this_server(answer), None
            return false_answer(fault.how, request, self._router.account()["id"]), None
        except ApiError as error:
            return _failure(error), None
        except LocalStripeError as error:
            return _failure(ApiError(500, f"{error.message} {error.hint}", type="api_error")), None

    def _at_this_server(self, answer: Answer) -> Answer:
        """Return the answer, in which the addresses of the local Stripe's pages are this server's."""
        return replace(answer, body=page_addresses.with_base(answer.body, self.url))

    def close(self) -> None:
        self._threads.shutdown()


def _failure(error: ApiError) -> Answer:
    id = request_id()
    headers = {"Content-Type": "application/json", "Request-Id": id, "Stripe-Version": API_VERSION}
    return Answer(error.status, error.body(id), {**headers, **error.headers})


def _too_long(body: bytes) -> Answer | None:
    if len(body) <= LONGEST_BODY:
        return None
    return _failure(ApiError(413, f"The request is larger than {LONGEST_BODY} bytes."))


def _for_reader(answer: Answer, request: Request) -> Answer:
    """Stripe indents its JSON. Here that is done for people, with curl or Stripe's CLI; the SDKs are spared it."""
    machine = "Bindings/" in request.headers.get("user-agent", "")
    if machine or answer.headers.get("Content-Type") != "application/json" or answer.body == BROKEN_OFF:
        return answer
    indented = json.dumps(json.loads(answer.body), indent=2, ensure_ascii=False)
    return replace(answer, body=UNPRINTABLE.sub(lambda found: f"\\u{ord(found[0]):04x}", indented) + "\n")


def _greeting() -> Answer:
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
    headers = [(name.encode(), value.encode("latin-1", "replace")) for name, value in answer.headers.items()]
    headers.append((b"Content-Length", str(len(body)).encode()))
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    if loss == "half":
        await send({"type": "http.response.body", "body": half(answer.body).encode(), "more_body": True})
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


class UnsignalledServer(uvicorn.Server):
    """Leaves signals to `LocalServer`, so that an interrupted `serve` returns instead of raising."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


class LocalServer:
    """A server on one store: `run()` until `stop()`, which may be called from another thread.

    Raises `LocalStripeError` where the file or the port cannot be had.
    """

    def __init__(
        self,
        *,
        path: Path,
        host: str = "127.0.0.1",
        port: int = 0,
        latency_ms: int = 0,
        limits: RateLimit | None = None,
        faults: Sequence[Fault] = (),
        strict_version: bool = False,
        sending: Sending | None = None,
        log: Log | None = None,
        allowed_hosts: Collection[str] = (),
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.store = Store(path)
        try:
            self._socket = _listening(host, port)
        except LocalStripeError:
            self.store.close()
            raise
        self._router = Router(self.store, clock, API, strict_version=strict_version)
        self._application = Application(
            self._router, latency_ms=latency_ms, limits=limits, faults=faults, log=log, allowed_hosts=allowed_hosts
        )
        self._sender = Sender(self.store, sending or Sending(), log=log)
        self._server = UnsignalledServer(
            uvicorn.Config(
                self._application,
                http=DroppableProtocol,
                loop="asyncio",
                lifespan="off",
                ws="none",
                log_config=None,
                log_level="critical",
                access_log=False,
                server_header=False,
                proxy_headers=False,
                interface="asgi3",
                timeout_keep_alive=75,
                timeout_graceful_shutdown=1,
            )
        )
        shown = f"[{host}]" if ":" in host else host
        self.url = self._application.url = f"http://{shown}:{self._socket.getsockname()[1]}"

    def run(self, on_ready: Callable[[str], None] = lambda url: None) -> None:
        """Serve until stopped, or until SIGINT or SIGTERM where this is the main thread. Webhooks are sent, too."""
        sending = threading.Thread(target=self._sender.run, name="webhooks", daemon=True)
        sending.start()
        try:
            asyncio.run(self._run(on_ready))
        finally:
            self._sender.stop()
            sending.join()
            self._application.close()
            self._socket.close()
            self.store.close()

    def stop(self) -> None:
        self._server.should_exit = True

    async def _run(self, on_ready: Callable[[str], None]) -> None:
        if threading.current_thread() is threading.main_thread():
            loop = asyncio.get_running_loop()
            for number in (signal.SIGINT, signal.SIGTERM):
                loop.add_signal_handler(number, self.stop)
        serving = asyncio.create_task(self._server.serve(sockets=[self._socket]))
        time_passing = asyncio.create_task(self._let_time_pass())
        while not self._server.started and not serving.done():
            await asyncio.sleep(0.005)
        if self._server.started:
            on_ready(self.url)
        await serving
        time_passing.cancel()

    async def _let_time_pass(self) -> None:
        """Renewals and the like happen in their time, and not only at the next call: their webhooks are due."""
        while True:
            await asyncio.sleep(TICK_SECONDS)
            with contextlib.suppress(LocalStripeError):  # the next call tells of it
                await asyncio.to_thread(self._router.let_time_pass)


def _listening(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # With the protocol named, asyncio sets TCP_NODELAY; without, each answer waits 40 ms for an ACK.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError as error:
        listener.close()
        raise LocalStripeError(
            f"The local Stripe cannot listen on {host}, port {port}: {(error.strerror or str(error)).lower()}.",
            "Choose another with --port; --port 0 takes a free one.",
        ) from error
    listener.listen(256)
    return listener


def serve(
    *,
    path: Path,
    host: str = "127.0.0.1",
    port: int = 12111,
    latency_ms: int = 0,
    limits: RateLimit | None = None,
    faults: Sequence[Fault] = (),
    strict_version: bool = False,
    sending: Sending | None = None,
    on_ready: Callable[[str], None] = lambda url: None,
    log: Log | None = None,
    allowed_hosts: Collection[str] = (),
) -> None:
    """Serve until interrupted. `on_ready` gets the URL once calls are answered; `log` gets a line for each."""
    server = LocalServer(
        path=path,
        host=host,
        port=port,
        latency_ms=latency_ms,
        limits=limits,
        faults=faults,
        strict_version=strict_version,
        sending=sending,
        log=log,
        allowed_hosts=allowed_hosts,
    )
    server.run(on_ready)


@contextlib.contextmanager
def running(path: Path, **options: Any) -> Iterator[str]:
    """A server in a thread of this process, for tests: its URL, until the block ends."""
    server = LocalServer(path=path, **options)
    ready = threading.Event()
    thread = threading.Thread(target=server.run, args=(lambda url: ready.set(),), daemon=True)
    thread.start()
    if not ready.wait(10):
        raise RuntimeError("the local Stripe did not start")
    try:
        yield server.url
    finally:
        server.stop()
        thread.join(5)
