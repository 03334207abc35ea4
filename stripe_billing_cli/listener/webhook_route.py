"""The webhook as an ordinary route, for servers whose connections the fast one does not know (`fast_http.py`)."""

from __future__ import annotations

import asyncio
import time

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from stripe_billing_cli.listener.webhook import LONGEST_BODY, MOST_HELD, PHRASES, Webhook


def webhook_route(webhook: Webhook) -> Route:
    """Return a route that answers as `webhook_protocol.py` does."""

    async def answer(request: Request) -> Response:
        start = time.perf_counter()
        status = 405 if request.method != "POST" else await _take(webhook, request)
        webhook.answers[status] += 1
        webhook.seconds.observe(time.perf_counter() - start)
        return _response(status)

    return Route(webhook.path, answer, methods=["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"])


async def _take(webhook: Webhook, request: Request) -> int:
    body = bytearray()
    try:
        async for part in request.stream():
            webhook.bytes_in_memory += len(part)
            body += part
            if len(body) > LONGEST_BODY:
                return 413
            if webhook.bytes_in_memory > MOST_HELD:
                return 503
        signature = request.headers.get("stripe-signature")
        future: asyncio.Future[int] = asyncio.get_running_loop().create_future()

        def set_status(status: int) -> None:
            if not future.done():
                future.set_result(status)

        webhook.taker.take(bytes(body), None if signature is None else signature.encode("latin-1"), set_status)
        return await future
    except ClientDisconnect:
        return 400
    finally:
        webhook.bytes_in_memory -= len(body)


def _response(status: int) -> Response:
    _, own_headers, text = PHRASES[status]
    headers = dict(line.split(": ", 1) for line in own_headers.splitlines())
    if status == 413:
        headers["connection"] = "close"
    return Response(text, status, headers, media_type="text/plain" if text else None)
