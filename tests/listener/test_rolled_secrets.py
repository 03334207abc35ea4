"""A receiver that runs takes up a secret that is kept meanwhile: a roll needs no restart."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from stripe_billing_cli.events.signatures import sign
from stripe_billing_cli.listener.known_secrets import KnownSecrets
from stripe_billing_cli.listener.receiver import Receiver
from stripe_billing_cli.listener.secrets import forget, keep, stored_secrets
from tests.stores import Clock

NOW = 1_800_000_000
BODY = json.dumps(
    {"id": "evt_1", "object": "event", "type": "a.b", "created": 1, "data": {"object": {"id": "x", "object": "y"}}}
).encode()


class Kept:
    """In place of the writer to the store."""

    def store(self, event: Any, on_stored: Any) -> None:
        """It is safe."""
        on_stored(True)


@pytest.fixture
def clock() -> Clock:
    return Clock(NOW)


@pytest.fixture
def receiver(tmp_path: Path, clock: Clock) -> Receiver:
    writer: Any = Kept()
    known = KnownSecrets(["whsec_given"], lambda: stored_secrets(tmp_path / "secrets"), clock)
    return Receiver(writer, known, clock=clock)


def status(receiver: Receiver, clock: Clock, secret: str, *, after: float = 1.0) -> int:
    """Return what an event signed with this secret is answered, so many seconds later."""
    clock.now += after
    signature = sign(BODY, secret.encode(), int(clock.now)).encode()
    answers: list[int] = []
    receiver.take(BODY, signature, answers.append)
    (answered,) = answers
    return answered


def test_old_and_new_are_good_while_both_are_kept(receiver: Receiver, clock: Clock, tmp_path: Path) -> None:
    keep("we_old", "https://shop.example", "whsec_old", tmp_path / "secrets")
    assert [status(receiver, clock, one) for one in ("whsec_given", "whsec_old", "whsec_new")] == [200, 200, 400]

    keep("we_new", "https://shop.example", "whsec_new", tmp_path / "secrets")
    assert [status(receiver, clock, one) for one in ("whsec_old", "whsec_new")] == [200, 200]

    forget("we_old", tmp_path / "secrets")
    assert [status(receiver, clock, one) for one in ("whsec_other", "whsec_old", "whsec_new")] == [400, 400, 200]


def test_a_file_that_cannot_be_read_does_not_unseat_the_secrets_that_are_known(
    receiver: Receiver, clock: Clock, tmp_path: Path
) -> None:
    file = keep("we_1", "https://shop.example", "whsec_kept", tmp_path / "secrets")
    assert status(receiver, clock, "whsec_kept") == 200

    file.write_text("torn", encoding="utf-8")

    assert [status(receiver, clock, one) for one in ("whsec_other", "whsec_kept", "whsec_given")] == [400, 200, 200]


def test_forgers_do_not_make_it_read_again_and_again(clock: Clock) -> None:
    reads = []
    writer: Any = Kept()

    def kept() -> list[str]:
        reads.append(1)
        return []

    receiver = Receiver(writer, KnownSecrets([], kept, clock), clock=clock)

    assert [status(receiver, clock, "whsec_forged", after=0.1) for _ in range(5)] == [400] * 5
    assert len(reads) == 1
