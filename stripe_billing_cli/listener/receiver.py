"""Receiving: what is posted to the webhook is verified, stored durably, and only then answered 200.

No answer tells anything but its status: not whether an event was new, not what was wrong with a signature.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from stripe_billing_cli.events.event import InvalidEventError, parse
from stripe_billing_cli.events.signatures import SignatureError, TooOldError, verify
from stripe_billing_cli.listener.batch_writer import BatchWriter, OverloadedError
from stripe_billing_cli.listener.known_secrets import KnownSecrets


class Receiver:
    """Takes events signed with any of `secrets`. `clock` gives Unix seconds.

    `on_unsigned` is called where a signature fits none of the secrets, `on_too_old` with the id of the event and the
    seconds since it was signed where that is too long ago: one of the clocks may be wrong.
    """

    def __init__(
        self,
        writer: BatchWriter,
        secrets: KnownSecrets,
        *,
        clock: Callable[[], float] = time.time,
        on_unsigned: Callable[[], None] = lambda: None,
        on_too_old: Callable[[str | None, float], None] = lambda event_id, age: None,
    ) -> None:
        self._writer = writer
        self._secrets = secrets
        self._clock = clock
        self._on_unsigned = on_unsigned
        self._on_too_old = on_too_old

    def take(self, body: bytes, signature: bytes | None, answer: Callable[[int], None]) -> None:
        """Have a body stored; `answer` gets the status, at once or later, in the event loop."""
        try:
            self._verify(body, signature)
            event = parse(body)
        except TooOldError as error:
            self._on_too_old(_event_id(body), error.age)
            answer(400)
            return
        except SignatureError:
            self._on_unsigned()
            answer(400)
            return
        except InvalidEventError:
            answer(400)
            return

        try:
            self._writer.store(event, lambda durable: answer(200 if durable else 503))
        except OverloadedError:
            answer(503)

    def _verify(self, body: bytes, signature: bytes | None) -> None:
        try:
            verify(body, signature, self._secrets.all, self._clock())
        except TooOldError:
            raise
        except SignatureError:
            if not self._secrets.reread():
                raise
            verify(body, signature, self._secrets.all, self._clock())


def _event_id(body: bytes) -> str | None:
    try:
        return parse(body).id
    except InvalidEventError:
        return None
