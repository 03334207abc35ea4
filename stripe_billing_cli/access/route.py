"""`GET /access/{customer}`: for the user's own service, read-only, with a bearer token.

    200 {"customer": "cus_1", "access": true, "products": [...], "features": [...]}
    401 without the token · 404 for a customer of whom nothing is known: who has no access · 503 while the store is away

`?product=KEY` and `?feature=KEY` ask for one of them: `access` is then true if there is access to that.
"""

from __future__ import annotations

import asyncio
import hmac
from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from stripe_billing_cli.access.view import customer_record
from stripe_billing_cli.events.event import NAME
from stripe_billing_cli.events.store import Store, StoreError

PATH = "/access/{customer}"
SHORTEST_TOKEN = 16


def access_route(store: Store, token: str, *, on_old_address: Callable[[], None] | None = None) -> Route:
    """Return the route, open to whoever has `token`.

    `on_old_address` is called where it is asked at the address of the webhook, as until version 0.1.
    """
    token_bytes = token.encode()
    old: dict[str, str] = {} if on_old_address is None else {"Deprecation": "true"}

    async def access(request: Request) -> Response:
        if not hmac.compare_digest(_token(request), token_bytes):
            return _error(401, "This needs the header Authorization: Bearer <token>.", {"WWW-Authenticate": "Bearer"})
        if on_old_address is not None:
            on_old_address()
        customer = request.path_params["customer"]
        if not NAME.fullmatch(customer):
            return _error(404, "That is no customer's id.")
        try:
            rows = await asyncio.to_thread(store.access.for_customer, customer)
        except StoreError:
            return _error(503, "The store does not answer.", {"Retry-After": "1"})
        keys = [(kind, request.query_params[kind]) for kind in ("product", "feature") if kind in request.query_params]
        if keys:
            rows = [row for row in rows if (row.kind, row.key) in keys]
        if not rows and not keys:
            return _error(404, "Nothing is known of this customer, who has no access.")
        record = customer_record(customer, rows, store.clock())
        if len(keys) == 2:
            record["access"] = len(rows) == 2 and all(one["access"] for one in record["products"] + record["features"])
        return JSONResponse(record, headers={"Cache-Control": "no-store", **old})

    return Route(PATH, access, methods=["GET"])


def _token(request: Request) -> bytes:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return token.strip().encode("latin-1", "replace") if scheme.lower() == "bearer" else b""


def _error(status: int, message: str, headers: dict[str, str] | None = None) -> Response:
    return JSONResponse(
        {"error": {"message": message}}, status, headers={"Cache-Control": "no-store", **(headers or {})}
    )
