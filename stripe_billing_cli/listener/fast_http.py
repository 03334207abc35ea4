"""The fast way from a connection to the webhook, where the server is one whose inside is known.

`connections.py` and `webhook_protocol.py` are built on how uvicorn has its connections to itself: they cut what is
slow or endless, and take posts past ASGI. With another version of uvicorn, or without httptools, the ordinary
interfaces serve: h11, which limits headers by itself, and an ordinary route.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterable
from typing import Any

import uvicorn

from stripe_billing_cli.listener.webhook import LONGEST_HEADER, Limits, Webhook

FIRST, BEYOND = (0, 36, 1), (0, 55)
"""The versions of uvicorn that the fast way was tested with: from the first on, before the other."""


def is_known(version: str = uvicorn.__version__) -> bool:
    """Return whether the fast way can be gone with what is installed."""
    numbers = tuple(int(number) for number in re.findall(r"\d+", version)[:3])
    if not FIRST <= numbers < BEYOND:
        return False
    try:
        import httptools  # noqa: F401
    except ImportError:
        return False
    return True


def connection_options(limits: Limits, webhook: Webhook | None, *, fast: bool) -> dict[str, Any]:
    """Return the options of uvicorn for its connections."""
    if not fast:
        return {
            "http": "h11",
            "h11_max_incomplete_event_size": LONGEST_HEADER,
            "limit_concurrency": limits.connections,
        }
    from stripe_billing_cli.listener.connections import guarded_protocol
    from stripe_billing_cli.listener.webhook_protocol import webhook_protocol

    return {"http": guarded_protocol(limits) if webhook is None else webhook_protocol(limits, webhook)}


async def cut_late_connections(connections: Iterable[Any], *, fast: bool) -> None:
    """Cut connections that are late, for ever, where they can be."""
    if fast:
        from stripe_billing_cli.listener.connections import watch

        await watch(connections)
    else:
        await asyncio.Event().wait()
