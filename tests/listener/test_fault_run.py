"""Listeners killed and stopped under load, by chance: nothing is lost, each customer in order, nothing beside itself.

`python -m pytest tests/listener/test_fault_run.py --soak` makes the whole run, for 5 to 10 minutes on each database:
100 kills, 20 SIGTERMs, and on PostgreSQL 10 restarts. `--soak-seed` repeats one.
"""

from __future__ import annotations

import random
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

import pytest

from stripe_billing_cli.events.event import Event
from stripe_billing_cli.events.store import open_store
from stripe_billing_cli.events.store.turn import End
from tests.event_bodies import event_body
from tests.listener.receiver_process import Receiver, listening, wait_until_handled
from tests.listener.receiving import delivery
from tests.postgres import PostgresServer
from tests.soak import Soak

SCRIPT = Path(__file__).with_name("noting_handler.py")
SLEEPS = {"quick": 0.0, "slow": 0.2}
CUSTOMERS = 6
PAUSE_SECONDS = 0.1
"""Between two posts for a customer."""
MOST_BEHIND = 5
"""Events of a customer that wait for a handler until no more are posted for it."""
PATIENCE_SECONDS = 120
DYING_SECONDS = 1.0
"""After a kill, what was just started may note its begin until the kill has reached it."""

Run = tuple[str, str]
"""A handler and a customer: what is handled one after the other."""


@dataclass(frozen=True)
class Note:
    """A line of `noting_handler.py`; `number` counts the events of a customer."""

    word: str
    run: Run
    number: int
    at: float

    @classmethod
    def parse(cls, line: str) -> Note:
        word, handler, event, customer, _, at = line.split()
        return cls(word, (handler, customer), int(event.rpartition("_")[2]), float(at))


@dataclass
class Notes:
    """What the handlers note in a file, read as it grows."""

    path: Path
    _guard: threading.Lock = field(default_factory=threading.Lock)
    _read: int = 0
    _ended: dict[Run, int] = field(default_factory=dict)
    """The last event that has ended, by its number."""

    def handled(self, customer: int) -> int:
        """Return how many events of the customer all handlers have ended with."""
        with self._guard:
            self._read_on()
            return min(self._ended.get((handler, f"cus_{customer}"), 0) for handler in SLEEPS)

    def all(self) -> list[Note]:
        return [Note.parse(line) for line in self.path.read_text().splitlines()]

    def _read_on(self) -> None:
        if not self.path.exists():
            return
        with self.path.open("rb") as file:
            file.seek(self._read)
            whole, newline, _ = file.read().rpartition(b"\n")
        self._read += len(whole + newline)
        for line in whole.decode().splitlines():
            note = Note.parse(line)
            if note.word == "end":
                self._ended[note.run] = note.number


@dataclass
class OrderedLoad:
    """A client for each customer, that posts its next event when the last one got a 200, and until then that one."""

    ports: Sequence[int]
    notes: Notes
    acknowledged: dict[int, int] = field(default_factory=lambda: dict.fromkeys(range(CUSTOMERS), 0))
    """How many events of each customer."""

    def __enter__(self) -> OrderedLoad:
        self._stopping = threading.Event()
        self._threads = [threading.Thread(target=self._post, args=(customer,)) for customer in range(CUSTOMERS)]
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopping.set()
        for thread in self._threads:
            thread.join()

    def wait_for(self, more: int) -> None:
        wanted = sum(self.acknowledged.values()) + more
        deadline = time.monotonic() + PATIENCE_SECONDS
        while (count := sum(self.acknowledged.values())) < wanted:
            assert time.monotonic() < deadline, f"{count} of {wanted} were acknowledged"
            self._stopping.wait(0.01)

    def _post(self, customer: int) -> None:
        tries = customer
        while not self._stopping.wait(PAUSE_SECONDS):
            if self.acknowledged[customer] - self.notes.handled(customer) >= MOST_BEHIND:
                continue
            tries += 1
            number = self.acknowledged[customer] + 1
            if _accepted(self.ports[tries % len(self.ports)], _body(customer, number)):
                self.acknowledged[customer] = number


def _body(customer: int, number: int) -> bytes:
    about = {"id": f"ii_{customer}_{number}", "object": "invoiceitem", "customer": f"cus_{customer}"}
    created = 1_700_000_000 + number
    return event_body(f"evt_{customer}_{number}", type="invoiceitem.created", created=created, data={"object": about})


def _accepted(port: int, body: bytes) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), 10) as connection:
            connection.sendall(delivery(body))
            return connection.recv(100).startswith(b"HTTP/1.1 200")
    except OSError:
        return False


def commands(directory: Path) -> list[str]:
    return [f"exec '{sys.executable}' -I -S '{SCRIPT}' '{directory}' {name} {SLEEPS[name]}" for name in SLEEPS]


def mistakes(notes: Iterable[Note], kills: Sequence[float]) -> list[str]:
    """Return what is not as promised. A run that has no end was cut off; only after a kill may what was begun come
    again."""
    found: list[str] = []
    by_run: dict[Run, list[Note]] = {}
    for note in notes:
        if note.word == "beside":
            found.append(f"beside itself: {note}")
        else:
            by_run.setdefault(note.run, []).append(note)
    for noted in by_run.values():
        if (noted[0].word, noted[0].number) != ("begin", 1):
            found.append(f"not the first: {noted[0]}")
        begun = noted[0].at
        for last, note in pairwise(noted):
            if note.word == "end":
                right = last.word == "begin" and last.number == note.number
            elif note.number == last.number:
                right = any(begun - DYING_SECONDS <= kill <= note.at for kill in kills)
            else:
                right = last.word == "end" and note.number == last.number + 1
            if not right:
                found.append(f"{last}, then {note}")
            begun = note.at if note.word == "begin" else begun
    return found


def unhandled(notes: Iterable[Note], load: OrderedLoad) -> set[tuple[Run, int]]:
    ended = {(note.run, note.number) for note in notes if note.word == "end"}
    return {
        ((handler, f"cus_{customer}"), number)
        for handler in SLEEPS
        for customer, count in load.acknowledged.items()
        for number in range(1, count + 1)
    } - ended


def run_faults(
    directory: Path,
    store: str,
    receivers: int,
    faults: Sequence[str],
    chance: random.Random,
    restart: Callable[[], None],
) -> None:
    """Do the faults one after the other while events come and are handled, and assert what was promised."""
    kills: list[float] = []
    notes = Notes(directory / "notes")
    with listening(directory, store, receivers, commands(directory)) as running:
        with OrderedLoad([receiver.port for receiver in running], notes) as load:
            for fault in faults:
                hit = running if fault == "restart" else [chance.choice(running)]
                for receiver in hit:
                    receiver.wait_until_ready()
                load.wait_for(chance.randint(1, 8))
                threading.Event().wait(chance.random() * 0.3)
                if fault == "restart":
                    restart()
                else:
                    _stop(hit[0], fault, kills)
            for receiver in running:
                receiver.wait_until_ready()
            load.wait_for(CUSTOMERS)
        wait_until_handled(store)

    found = notes.all()
    assert not mistakes(found, kills)
    assert not unhandled(found, load)


def _stop(receiver: Receiver, fault: str, kills: list[float]) -> None:
    if fault == "kill":
        kills.append(time.monotonic())
        receiver.stop(signal.SIGKILL)
    else:
        assert receiver.stop(signal.SIGTERM) == 0
    receiver.launch()


def shuffled(soak: Soak, *, restarts: int) -> list[str]:
    """Return the faults of the whole run, or of a small one, in an order of chance: a kill, and a restart or
    SIGTERM."""
    kills, terms, restarts = (100, 20, restarts) if soak.whole else (1, 1 - min(restarts, 1), min(restarts, 1))
    faults = ["kill"] * kills + ["term"] * terms + ["restart"] * restarts
    soak.random.shuffle(faults)
    return faults


@pytest.mark.soak
def test_a_listener_on_sqlite(tmp_path: Path, soak: Soak) -> None:
    run_faults(tmp_path, str(tmp_path / "events.db"), 1, shuffled(soak, restarts=0), soak.random, lambda: None)


@pytest.mark.soak
def test_two_listeners_on_a_postgresql_that_restarts(
    tmp_path: Path, soak: Soak, postgres: PostgresServer, postgres_url: str
) -> None:
    def restart() -> None:
        postgres.stop(how=soak.random.choice([signal.SIGINT, signal.SIGQUIT]))
        postgres.start()

    run_faults(tmp_path, postgres_url, 2, shuffled(soak, restarts=10), soak.random, restart)


def test_a_postgresql_that_crashes_forgets_no_end_and_no_claim(
    postgres: PostgresServer, postgres_url: str, make_event: Callable[..., Event]
) -> None:
    """What it forgot would be called again after what came later, or beside itself."""
    with open_store(postgres_url) as store:
        first, second = make_event(), make_event()
        store.events.record([first, second], route=lambda event: ["exec"])
        [claimed] = store.work.claim("worker", ["exec"])
        turned = store.work.turn(
            "worker", [End(claimed.seq, claimed.attempts, "done")], ["exec"], limit=1, lease_seconds=60
        )
        postgres.stop(how=signal.SIGQUIT)
    postgres.start()

    assert [delivery.event for delivery, _ in turned.claims] == [second.id]
    with open_store(postgres_url) as store:
        assert store.work.counts() == {("exec", "running"): 1}


BEGIN_1, END_1, BEGIN_2, END_2 = (
    Note(word, ("quick", "cus_1"), number, at)
    for number, word, at in ((1, "begin", 1.0), (1, "end", 2.0), (2, "begin", 5.0), (2, "end", 6.0))
)


@pytest.mark.parametrize(
    ("notes", "right"),
    [
        ([BEGIN_1, END_1, BEGIN_2, END_2], True),
        ([BEGIN_1, Note("begin", BEGIN_1.run, 1, 4.0), END_1, BEGIN_2], True),  # killed at 3
        ([BEGIN_1, Note("begin", BEGIN_1.run, 1, 2.5), END_1], False),  # again, before any kill
        (
            [BEGIN_1, END_1, BEGIN_2, END_2, Note("begin", BEGIN_2.run, 2, 7.0)],
            False,
        ),  # again, without a kill meanwhile
        ([BEGIN_1, BEGIN_2, END_2], False),
        ([BEGIN_1, END_1, BEGIN_2, END_2, Note("begin", BEGIN_1.run, 1, 7.0)], False),
        ([BEGIN_2, END_2], False),
        ([Note("beside", BEGIN_1.run, 1, 1.0), BEGIN_1, END_1], False),
    ],
)
def test_what_counts_as_a_mistake(notes: list[Note], right: bool) -> None:
    assert (mistakes(notes, [3.0]) == []) is right
