"""`--forward-to`: an event sent on to another service, signed anew so that it can check where it comes from.

The signature is made as Stripe's, under a secret of its own: whoever verifies webhooks of Stripe's needs to change
nothing but the secret.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from stripe_billing_cli import __version__
from stripe_billing_cli.events.actions.spec import Action
from stripe_billing_cli.events.event import Event
from stripe_billing_cli.events.handlers import Handler, HandlerError
from stripe_billing_cli.events.signatures import sign
from stripe_billing_cli.events.store import Delivery
from stripe_billing_cli.private_files import make_private_directory, take_from_others

if TYPE_CHECKING:
    import requests

NEVER = (410, 422)
"""Answers after which no further attempt would help: gone, and not to be processed."""
LONGEST_ANSWER = 64 << 10
"""Bytes of an answer that are read, though nothing is done with them."""
SECRET_FILE = Path(".billing/forward-secret")


def forward_handler(action: Action, secret: str, clock: Callable[[], float]) -> Handler:
    """Return the handler that forwards. A 2xx means done, 410 and 422 never, anything else (redirects too) later."""
    local = threading.local()

    def handle(event: Event, delivery: Delivery) -> str:
        import requests

        session = getattr(local, "session", None) or requests.Session()
        local.session = session
        body = (event.payload or "").encode(errors="surrogatepass")
        headers = {
            "Content-Type": "application/json; charset=utf-8",
            "User-Agent": f"billing/{__version__}",
            "Stripe-Signature": sign(body, secret.encode(), int(clock())),
            "Billing-Attempt": str(delivery.attempts),
        }
        try:
            with session.post(
                action.target, data=body, headers=headers, timeout=action.timeout, allow_redirects=False, stream=True
            ) as answer:
                status = answer.status_code
                _read_rest(answer)
        except (requests.RequestException, ValueError) as error:
            raise HandlerError(f"no answer: {_reason(error)}") from error
        if not 200 <= status < 300:
            raise HandlerError(f"answered {status}", final=status in NEVER)
        return f"answered {status}"

    return Handler(action.name, handle, action.wants)


def _read_rest(answer: requests.Response) -> None:
    """Read a body that is short and whose length is known, so that the connection serves the next event, too.

    Any other is left unread, and the connection closed.
    """
    from urllib3.exceptions import HTTPError

    length = answer.headers.get("Content-Length", "")
    if length.isdigit() and int(length) <= LONGEST_ANSWER:
        with contextlib.suppress(HTTPError, OSError):  # the status was answered
            answer.raw.read(LONGEST_ANSWER)


def _reason(error: Exception) -> str:
    """Return the kind of failure, without the address, which may hold a password."""
    reasons = {
        "ConnectTimeout": "no connection in time",
        "ReadTimeout": "not in time",
        "ConnectionError": "no connection",
    }
    return reasons.get(type(error).__name__, type(error).__name__)


def own_secret(path: Path = SECRET_FILE) -> str:
    """Return the secret that forwarded events are signed with, made the first time and kept, private to the user.

    Raises `OSError`.
    """
    with contextlib.suppress(FileNotFoundError):
        take_from_others(path)
        return path.read_text(encoding="utf-8").strip()
    make_private_directory(path.parent)
    fresh = f"whsec_{secrets.token_urlsafe(32)}"
    temporary_path = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    try:
        with os.fdopen(os.open(temporary_path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w") as file:
            file.write(fresh + "\n")
            file.flush()
            os.fsync(file.fileno())
        os.link(temporary_path, path)  # fails where there is one already, of two at once the second
    except FileExistsError:
        return path.read_text(encoding="utf-8").strip()
    finally:
        temporary_path.unlink(missing_ok=True)
    return fresh
