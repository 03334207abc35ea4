"""Stores on SQLite and on a real PostgreSQL, and events to put into them."""

from __future__ import annotations

import itertools
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest

from stripe_billing_cli.events.event import Event
from stripe_billing_cli.events.store import Store, open_store
from tests.postgres import PostgresServer, running_postgres

DATABASES = itertools.count()
Make = Callable[..., Event]


@dataclass
class Clock:
    """Unix seconds, as a test says."""

    now: float = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """Start one server for the tests that run in this process. What its tests write need not survive a power cut."""
    with running_postgres(fsync="off") as server:
        yield server


@pytest.fixture
def postgres_url(postgres: PostgresServer) -> str:
    """An empty database."""
    name = f"test_{next(DATABASES)}"
    postgres.execute(f"CREATE DATABASE {name} STRATEGY file_copy")
    return postgres.url(name)


@pytest.fixture(params=["sqlite", "postgresql"])
def where(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A store that does not exist yet, of each kind."""
    if request.param == "sqlite":
        return str(tmp_path / "events.db")
    url: str = request.getfixturevalue("postgres_url")
    return url


@pytest.fixture(scope="session")
def made_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with its tables and nothing else, to copy: migrating takes longer."""
    path = tmp_path_factory.mktemp("made") / "events.db"
    open_store(str(path)).close()
    return path


@pytest.fixture(scope="session")
def made_url(postgres: PostgresServer) -> str:
    """A database with its tables, that the tests of this process use one after the other: making one takes longer."""
    postgres.execute("CREATE DATABASE made")
    open_store(postgres.url("made")).close()
    return postgres.url("made")


@pytest.fixture(params=["sqlite", "postgresql"])
def store_address(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A store with its tables and nothing else, of each kind."""
    return made_store(request, request.param, tmp_path)


def made_store(request: pytest.FixtureRequest, kind: str, directory: Path) -> str:
    if kind == "sqlite":
        path = directory / "events.db"
        shutil.copy(request.getfixturevalue("made_file"), path)
        return str(path)
    url: str = request.getfixturevalue("made_url")
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("TRUNCATE events, deliveries, access, settings RESTART IDENTITY")
    return url


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def store(store_address: str, clock: Clock) -> Iterator[Store]:
    with open_store(store_address, clock=clock) as event_store:
        yield event_store


@pytest.fixture
def make_event() -> Callable[..., Event]:
    """Events with ids in the order in which they are made; any field may be given."""
    numbers = itertools.count(1)

    def make(**fields: Any) -> Event:
        number = next(numbers)
        all_fields = {
            "id": f"evt_{number}",
            "type": "customer.subscription.updated",
            "created": 1_700_000_000 + number,
            "livemode": False,
            "payload": f'{{"id": "evt_{number}"}}',
            "object": "subscription",
            "object_id": f"sub_{number}",
            "customer": "cus_1",
        }
        return Event(**{**all_fields, **fields})

    return make


def to(*handlers: str) -> Callable[[Event], tuple[str, ...]]:
    return lambda event: handlers
