"""The signing secrets that events may be signed with: those given, and those that `billing webhook` keeps."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress

from stripe_billing_cli.listener.secrets import SecretsError

AGAIN_SECONDS = 1.0


class KnownSecrets:
    """The secrets that signatures are checked against. `read_stored` reads those in files; it is called again, at most
    once a second, when a signature fits none."""

    def __init__(
        self, own_secrets: Sequence[str], read_stored: Callable[[], Sequence[str]], clock: Callable[[], float]
    ) -> None:
        self._given = tuple(own_secrets)
        self._kept = read_stored
        self._clock = clock
        self._read_at = clock()
        self.all = self._encode()

    def reread(self) -> bool:
        """Read the kept secrets again, and return whether there are others now: one may just have been rolled."""
        now = self._clock()
        if now - self._read_at < AGAIN_SECONDS:
            return False
        self._read_at = now
        before = self.all
        with suppress(SecretsError):  # one that is being replaced; those known stay good
            self.all = self._encode()
        return self.all != before

    def _encode(self) -> tuple[bytes, ...]:
        return tuple(secret.encode() for secret in dict.fromkeys((*self._given, *self._kept())))
