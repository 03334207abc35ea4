"""The listener's answers beside events: whether it lives, whether it can store, and what it counts."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Sequence

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp

from stripe_billing_cli.events.store import Store, StoreError
from stripe_billing_cli.listener.listener_metrics import ListenerMetrics, store_line
from stripe_billing_cli.listener.metrics import CONTENT_TYPE, Labels, family
from stripe_billing_cli.listener.webhook import Webhook
from stripe_billing_cli.listener.webhook_route import webhook_route

READY_SECONDS = 5.0
"""How long the database may take to answer before we are not ready."""

Lines = Callable[[], Iterator[str]]
"""Metrics in Prometheus' text format; may read the store."""


def application(
    store: Store,
    webhook: Webhook | None = None,
    *,
    more: Sequence[BaseRoute] = (),
    find_ended: Callable[[], Sequence[str]] = lambda: (),
) -> ASGIApp:
    """Return an application with `/healthz`, `/readyz`, the webhook, and `more`.

    `find_ended` names the parts of the listener that have ended though they should run: it is not ready then.
    """
    webhook_routes = [] if webhook is None else [webhook_route(webhook)]
    return Starlette(routes=[*probe_routes(store, find_ended), *webhook_routes, *more])


def probe_routes(store: Store, find_ended: Callable[[], Sequence[str]]) -> list[BaseRoute]:
    """Return the routes that say whether the listener lives, and whether it can take events."""

    async def live(request: Request) -> Response:
        return PlainTextResponse("ok\n")

    async def ready(request: Request) -> Response:
        try:
            await asyncio.wait_for(asyncio.to_thread(store.ping), READY_SECONDS)
        except TimeoutError:
            return PlainTextResponse("The store does not answer.\n", 503)
        except StoreError as trouble:
            return PlainTextResponse(f"{trouble.message}\n", 503)
        if parts := find_ended():
            return PlainTextResponse(f"Ended, and to be started again: {', '.join(parts)}.\n", 503)
        return PlainTextResponse("ok\n")

    return [Route("/healthz", live), Route("/readyz", ready)]


def metrics_route(
    store: Store, webhook: Webhook | None, metrics: ListenerMetrics, counts: Sequence[Lines] = ()
) -> BaseRoute:
    """Return the route `/metrics`, with what the webhook answered and further `counts`."""

    async def measure(request: Request) -> Response:
        lines = list(_answers(webhook)) if webhook else []
        for part in counts:
            lines += part()
        lines += metrics.lines()
        lines += await asyncio.to_thread(_work, store, metrics)
        return Response("\n".join(lines) + "\n", media_type=CONTENT_TYPE)

    return Route("/metrics", measure)


def _answers(webhook: Webhook) -> Iterator[str]:
    answers: dict[Labels, float] = {(("answer", str(status)),): count for status, count in webhook.answers.items()}
    yield from family("billing_webhook_requests_total", "Requests to the webhook.", "counter", answers)
    yield from webhook.seconds.lines()


def _work(store: Store, metrics: ListenerMetrics) -> list[str]:
    try:
        store.ping()
        return [*store_line(up=True), *metrics.work_lines(store)]
    except StoreError:
        return list(store_line(up=False))
