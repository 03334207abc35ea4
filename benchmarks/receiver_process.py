"""The receiver, or an empty handler, on the server that `billing listen` uses, in a process of its own.

python -m benchmarks.receiver_process empty|STORE [nobody|noop|COMMAND] [route]     prints its port

With a handler, events are given to it while others come in: one that does nothing, or a command for `--exec`.
With `route`, posts come by an ordinary route instead of past ASGI.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Sequence

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from benchmarks.load import SECRET
from stripe_billing_cli.events.actions.spec import Action
from stripe_billing_cli.events.event import Event
from stripe_billing_cli.events.handlers import Handler
from stripe_billing_cli.events.store import Store, open_store
from stripe_billing_cli.events.store.events import no_route
from stripe_billing_cli.listener.application import application
from stripe_billing_cli.listener.batch_writer import BatchWriter
from stripe_billing_cli.listener.dispatcher import Dispatcher
from stripe_billing_cli.listener.known_secrets import KnownSecrets
from stripe_billing_cli.listener.receiver import Receiver
from stripe_billing_cli.listener.server import Server
from stripe_billing_cli.listener.webhook import Webhook


async def empty(request: Request) -> Response:
    """Reads the body and answers 200: what any handler has to do."""
    await request.body()
    return Response()


def ready(url: str) -> None:
    print(url.rsplit(":", 1)[1], flush=True)


def main(store: str, handler: str = "nobody", way: str = "fast") -> None:
    if store == "empty":
        Server(Starlette(routes=[Route("/webhook", empty, methods=["POST"])]), port=0).run(ready)
        return
    with open_store(store) as event_store:
        dispatcher = None if handler == "nobody" else _acting(event_store, handler)
        writer = BatchWriter(
            event_store, no_route if dispatcher is None else dispatcher.route, on_recorded=_waking(dispatcher)
        )
        if dispatcher is not None:
            dispatcher.busy = lambda: writer.waiting > 0
            dispatcher.start()
        receiver = Receiver(writer, KnownSecrets([SECRET], list, time.time))
        webhook = Webhook(receiver, "/webhook")
        # The application has the route; only a server that is given the webhook goes past it.
        http = webhook if way == "fast" else None
        Server(application(event_store, webhook), http, port=0, on_start=writer.start).run(ready)
        writer.close()
        if dispatcher is not None:
            dispatcher.stop()


def _acting(store: Store, handler: str) -> Dispatcher:
    if handler == "noop":
        return Dispatcher(store, None, more=[Handler("noop", lambda event, delivery: None)])
    return Dispatcher(store, None, actions=[Action("exec", handler)])


def _waking(dispatcher: Dispatcher | None) -> Callable[[Sequence[Event]], None]:
    return (lambda events: None) if dispatcher is None else lambda events: dispatcher.wake()


if __name__ == "__main__":
    main(*sys.argv[1:])
