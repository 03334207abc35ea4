"""The receiver, or an empty handler, on the server that `billing listen` uses, in a process of its own.

python -m benchmarks.receiver_process empty|STORE      prints its port
"""

from __future__ import annotations

import sys
import time

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from benchmarks.load import SECRET
from stripe_billing_cli.webhooks.application import application
from stripe_billing_cli.webhooks.known_secrets import KnownSecrets
from stripe_billing_cli.webhooks.receiver import Receiver
from stripe_billing_cli.webhooks.server import Server
from stripe_billing_cli.webhooks.store import open_store
from stripe_billing_cli.webhooks.store.events import nobody
from stripe_billing_cli.webhooks.webhook import Webhook
from stripe_billing_cli.webhooks.writer import Writer


async def empty(request: Request) -> Response:
    """Reads the body and answers 200: what any handler has to do."""
    await request.body()
    return Response()


def ready(url: str) -> None:
    print(url.rsplit(":", 1)[1], flush=True)


def main(store: str) -> None:
    if store == "empty":
        Server(Starlette(routes=[Route("/webhook", empty, methods=["POST"])]), port=0).run(ready)
        return
    with open_store(store) as opened:
        writer = Writer(opened, nobody)
        receiver = Receiver(writer, KnownSecrets([SECRET], list, time.time))
        webhook = Webhook(receiver, "/webhook")
        Server(application(opened, webhook), webhook, port=0, on_start=writer.start).run(ready)
        writer.close()


if __name__ == "__main__":
    main(sys.argv[1])
