"""A clock that is set by an hour, in either direction: nothing waits for it, and nothing runs beside itself."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from stripe_billing_cli.events.event import Event
from stripe_billing_cli.events.store import Store, open_store
from stripe_billing_cli.events.store.clock import WorkClock

Make = Callable[..., Event]
HOUR = 3600.0


@dataclass
class Machine:
    """A machine's clocks. `wall` may be set; `steady` goes on."""

    wall: float = 1_800_000_000.0
    steady: float = 1000.0
    boot: str = "first"

    def pass_time(self, seconds: float) -> None:
        self.wall += seconds
        self.steady += seconds

    def store(self, path: Path) -> Store:
        """Return a store as another program of this machine opens it."""
        opened = open_store(str(path), clock=lambda: self.wall)
        database = opened._database
        clock = WorkClock(database, lambda: self.wall, lambda: self.steady, lambda: self.boot)
        clock.synchronize()
        return Store(replace(database, clock=clock))


@pytest.fixture
def path(tmp_path: Path, made_file: Path) -> Path:
    return Path(shutil.copy(made_file, tmp_path / "events.db"))


@pytest.fixture
def machine() -> Machine:
    return Machine()


@pytest.fixture
def store(machine: Machine, path: Path) -> Iterator[Store]:
    with machine.store(path) as opened:
        yield opened


def to_exec(event: Event) -> tuple[str]:
    return ("exec",)


def claimed(store: Store) -> list[str]:
    return [one.event for one in store.work.claim("w", ["exec"], limit=9, lease_seconds=60)]


@pytest.mark.parametrize("jump", [-HOUR, HOUR])
def test_what_is_due_is_due_at_the_same_moment(store: Store, machine: Machine, make_event: Make, jump: float) -> None:
    store.events.record([make_event()], to_exec)
    [failed] = store.work.claim("w", ["exec"])
    store.work.retry_later(failed, "not yet", seconds=10)
    machine.wall += jump

    for _ in range(2):  # before the jump was noticed, and after
        machine.pass_time(4)
        assert claimed(store) == []
        store.keep_time()
    machine.pass_time(4)
    assert claimed(store) == ["evt_1"]
    store.events.record([make_event(customer="cus_2")], to_exec)
    assert claimed(store) == ["evt_2"]


@pytest.mark.parametrize("jump", [-HOUR, HOUR])
def test_a_lease_lasts_as_long(store: Store, machine: Machine, make_event: Make, jump: float) -> None:
    store.events.record([make_event()], to_exec)
    store.work.claim("w", ["exec"], lease_seconds=60)
    machine.wall += jump
    store.keep_time()

    machine.pass_time(59)
    assert store.work.release_expired() == 0
    machine.pass_time(2)
    assert store.work.release_expired() == 1


@pytest.mark.parametrize("jump", [-HOUR, HOUR])
def test_two_programs_on_one_file_move_what_is_due_once(
    store: Store, machine: Machine, path: Path, make_event: Make, jump: float
) -> None:
    store.events.record([make_event()], to_exec)
    [failed] = store.work.claim("w", ["exec"])
    store.work.retry_later(failed, "not yet", seconds=10)
    machine.wall += jump

    with machine.store(path) as other:
        assert store.keep_time() == 0.0  # the other has moved it
        machine.pass_time(9)
        assert claimed(other) == claimed(store) == []
        machine.pass_time(2)
        assert claimed(other) == ["evt_1"]


def test_a_machine_that_was_started_anew_goes_by_its_wall_clock(machine: Machine, path: Path, make_event: Make) -> None:
    with machine.store(path) as store:
        store.events.record([make_event()], to_exec)
    machine.boot, machine.steady = "second", 1.0
    machine.wall += 60
    with machine.store(path) as store:
        assert store.clock() == machine.wall
        assert claimed(store) == ["evt_1"]


def test_on_postgresql_the_servers_clock_decides(postgres_url: str) -> None:
    with open_store(postgres_url, clock=lambda: 5.0) as opened:
        clock = WorkClock(opened._database, wall=lambda: 5.0)
        clock.synchronize()
        with opened.transaction() as transaction:
            server = transaction.exec_driver_sql("SELECT extract(epoch FROM clock_timestamp())").scalar_one()

        assert abs(clock() - float(server)) < 5
