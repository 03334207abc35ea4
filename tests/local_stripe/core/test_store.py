"""The file underneath: private, lasting, and shared by processes."""

from __future__ import annotations

import os
import re
import sqlite3
import stat
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from stripe_billing_cli.local_stripe.core import schema
from stripe_billing_cli.local_stripe.core.errors import LocalStripeError
from stripe_billing_cli.local_stripe.core.object_columns import NESTED_COLUMNS, PLAIN
from stripe_billing_cli.local_stripe.core.store import Condition, Platform, Store, restriction
from stripe_billing_cli.local_stripe.transport import LocalTransport
from tests.local_stripe.conftest import Local, serving

WRITER = """
import sys
from pathlib import Path
from stripe_billing_cli.local_stripe.transport import LocalTransport
from tests.local_stripe.conftest import Local

name, path = sys.argv[1:]
local = Local(LocalTransport(Path(path)))
print("ready", flush=True)
sys.stdin.readline()
for number in range(30):
    local.product(id=f"{name}-{number}")
    local.post("/v1/products", name="Shared", id=f"shared-{number}", key=f"shared-{number}")
print(local.get("/v1/account")["id"])
"""


def begun(name: str, path: Path) -> subprocess.Popen[str]:
    """Return a process that waits for a line before it writes."""
    return subprocess.Popen(
        [sys.executable, "-c", WRITER, name, str(path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[3],
    )


def ids(local: Local) -> list[str]:
    found: list[str] = []
    more = True
    while more:
        cursor = {"starting_after": found[-1]} if found else {}
        page = local.get("/v1/products", limit=100, **cursor)
        found += [product["id"] for product in page["data"]]
        more = page["has_more"]
    return found


def test_two_processes_write_into_one_file(database: Path) -> None:
    writers = [begun(name, database) for name in ("a", "b")]
    for writer in writers:
        assert writer.stdout is not None
        assert writer.stdout.readline() == "ready\n", writer.stderr and writer.stderr.read()

    for writer in writers:
        assert writer.stdin is not None
        writer.stdin.write("go\n")
        writer.stdin.flush()
    outputs = [writer.communicate(timeout=60) for writer in writers]

    assert [writer.returncode for writer in writers] == [0, 0], outputs
    assert len({out for out, _ in outputs}) == 1, "each made an account of its own"
    transport = LocalTransport(database)
    local = Local(transport)
    found = ids(local)
    assert sorted(found) == sorted(f"{name}-{number}" for name in ("a", "b", "shared") for number in range(30))
    assert len(local.get("/v1/events", limit=90)["data"]) == 90
    assert local.get("/v1/events", limit=90)["has_more"] is False
    transport.close()


def test_a_server_and_a_command_see_each_others_work(database: Path) -> None:
    transport = LocalTransport(database)
    local = Local(transport)
    with serving(database) as served:
        served.product(id="over-http")
        local.product(id="in-process")

        assert ids(local) == ids(served) == ["in-process", "over-http"]
        assert local.get("/v1/account") == served.get("/v1/account")
    transport.close()


def test_what_was_written_is_there_next_time(database: Path) -> None:
    first = LocalTransport(database)
    price = Local(first).price(lookup_key="pro", metadata={"a": "b"})
    events = Local(first).events()
    account = Local(first).get("/v1/account")
    first.close()

    second = LocalTransport(database)
    local = Local(second)

    assert local.get(f"/v1/prices/{price['id']}") == price
    assert local.events() == events
    assert local.get("/v1/account") == account
    assert local.refused("post", f"/v1/prices/{local.price()['id']}", lookup_key="pro").param == ("lookup_key")
    second.close()


@pytest.mark.parametrize("umask", [0o000, 0o077])
def test_the_file_and_its_directory_are_for_the_user_alone(tmp_path: Path, umask: int) -> None:
    path = tmp_path / "outer" / ".billing" / "local.db"
    before = os.umask(umask)
    try:
        transport = LocalTransport(path)
        Local(transport).product()
        modes = {file.name: stat.S_IMODE(file.stat().st_mode) for file in path.parent.iterdir()}
    finally:
        os.umask(before)

    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert modes["local.db"] == 0o600
    assert set(modes.values()) == {0o600}
    transport.close()


def test_a_file_open_to_others_is_closed_and_a_directory_that_was_there_is_left(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    path = tmp_path / "local.db"
    path.touch(mode=0o644)
    path.chmod(0o644)

    LocalTransport(path).close()

    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(tmp_path.stat().st_mode) == 0o755


def text_file(path: Path) -> None:
    path.write_text("not a database at all, but long enough to be taken for one" * 100)


def foreign_database(path: Path) -> None:
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE mine (id INTEGER)")


def newer_format(path: Path) -> None:
    Store(path).close()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA user_version = 999")


def cut_short(path: Path) -> None:
    transport = LocalTransport(path)
    for _ in range(20):
        Local(transport).product()
    transport.close()
    path.write_bytes(path.read_bytes()[:6000])


def directory(path: Path) -> None:
    path.mkdir()


def file_in_place_of_the_directory(path: Path) -> None:
    path.parent.rmdir()
    path.parent.write_text("mine", encoding="utf-8")


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (text_file, "is damaged: it is not a SQLite database"),
        (foreign_database, "is a database, but not one of the local Stripe"),
        (newer_format, "was written by a newer version of billing"),
        (cut_short, "is damaged: SQLite finds it malformed"),
        (directory, "cannot use"),
        (file_in_place_of_the_directory, "is no directory"),
    ],
)
def test_a_file_that_cannot_be_used_is_named_and_left_as_it_is(database: Path, spoil: Any, message: str) -> None:
    spoil(database)
    before = database.read_bytes() if database.is_file() else None

    with pytest.raises(LocalStripeError, match=message) as raised:
        transport = LocalTransport(database)
        try:
            Local(transport).get("/v1/products")
        finally:
            transport.close()

    assert str(database) in raised.value.message
    assert raised.value.hint
    assert (database.read_bytes() if database.is_file() else None) == before


def test_a_transaction_that_fails_leaves_nothing(database: Path) -> None:
    store = Store(database)

    with pytest.raises(ZeroDivisionError), store.writing():
        store.insert("product", {"id": "pro", "created": 1})
        raise ZeroDivisionError

    assert store.dump("product") == []
    store.close()


def test_an_object_without_a_time_is_refused_with_the_name_of_the_field(database: Path) -> None:
    """Objects are listed by when they were created."""
    store = Store(database)

    with pytest.raises(LookupError, match=r"^a billing.alert does not say .* `_created`"), store.writing():
        store.insert("billing.alert", {"id": "alrt_1", "object": "billing.alert"})
    store.close()


def test_an_attempt_that_fails_leaves_the_rest(database: Path) -> None:
    store = Store(database)

    with store.writing():
        store.insert("product", {"id": "kept", "created": 1})
        with pytest.raises(ZeroDivisionError), store.attempt():
            store.insert("product", {"id": "undone", "created": 1})
            raise ZeroDivisionError

    assert [product["id"] for product in store.dump("product")] == ["kept"]
    store.close()


def test_what_is_read_once_in_a_transaction_is_read_again_once_one_was_written_or_undone(database: Path) -> None:
    store = Store(database)

    def ids() -> list[str]:
        def read() -> list[str]:
            return [product["id"] for product in store.select("product", [], newest_first=False, limit=9)]

        return store.once("product", read)

    with store.writing():
        assert ids() == []
        store.insert("product", {"id": "p1", "created": 1})
        assert ids() == ["p1"]
        with pytest.raises(ZeroDivisionError), store.attempt():
            store.insert("product", {"id": "undone", "created": 1})
            assert ids() == ["p1", "undone"]
            raise ZeroDivisionError
        assert ids() == ["p1"]
        store.delete("product", "p1")
        assert ids() == []
    store.close()


@pytest.mark.parametrize(
    "column", ["charge", "customer", "payment_intent", "first_payment_intent", "parent_subscription"]
)
def test_what_belongs_to_a_payment_is_found_without_a_look_at_all_others(database: Path, column: str) -> None:
    Store(database).close()
    with sqlite3.connect(database) as connection:
        [(*_, plan)] = connection.execute(
            f"EXPLAIN QUERY PLAN SELECT body FROM objects WHERE kind = ? AND ({column} = ?) "
            "ORDER BY created DESC, seq DESC LIMIT ?",
            ("invoice", "x", 11),
        ).fetchall()
    connection.close()
    assert f"(kind=? AND {column}=?)" in plan


@pytest.mark.parametrize("state", ["active", "status"])
@pytest.mark.parametrize("column", ["product", "customer", "type", "payment_intent"])
def test_what_belongs_to_an_object_and_is_active_is_found_by_the_object(
    database: Path, state: str, column: str
) -> None:
    conditions = [Condition(f"{state} = ?", (1,)), Condition(f"{column} = ?", ("x",))]
    Store(database).close()
    with sqlite3.connect(database) as connection:
        [(*_, plan)] = connection.execute(
            f"EXPLAIN QUERY PLAN SELECT body FROM objects WHERE {restriction(conditions)} "
            "ORDER BY created DESC, seq DESC LIMIT ?",
            ("price", 1, "x", 11),
        ).fetchall()
    connection.close()
    assert f"(kind=? AND {column}=?)" in plan


def test_what_a_transaction_wrote_is_there_for_its_queries_and_is_gone_with_it(database: Path) -> None:
    store = Store(database)
    stored = {"id": "a", "created": 1, "lookup_key": "pro"}

    def keys() -> list[tuple[str, str | None]]:
        prices = store.select("price", [], newest_first=False, limit=9)
        return [(price["id"], price.get("lookup_key")) for price in prices]

    with store.writing():
        store.insert("price", stored)
    with pytest.raises(ZeroDivisionError), store.writing():
        store.replace("price", {**stored, "lookup_key": None})
        store.insert("price", {"id": "b", "created": 2})
        store.replace("price", {"id": "b", "created": 2, "lookup_key": "pro"})
        assert store.get("price", "b") == {"id": "b", "created": 2, "lookup_key": "pro"}
        assert keys() == [("a", None), ("b", "pro")]
        store.delete("price", "a")
        assert (store.get("price", "a"), keys()) == (None, [("b", "pro")])
        raise ZeroDivisionError

    with store.reading():
        assert (store.get("price", "a"), store.get("price", "b"), keys()) == (stored, None, [("a", "pro")])
    store.close()


def product(number: int, **fields: Any) -> dict[str, Any]:
    return {"id": f"prod_{number}", "object": "product", "created": number, **fields}


def indexes(store: Store) -> set[str]:
    with closing(sqlite3.connect(store.path)) as connection:
        return {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'index'")}


def test_each_column_has_the_value_of_its_field() -> None:
    assert [*PLAIN, *NESTED_COLUMNS] == [
        tuple(re.findall(r"\w+", path)) if "." in path else path for path in schema.COLUMNS
    ]


def test_a_connected_account_gets_its_indexes_once_it_has_more_than_a_few_objects(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(schema, "FEW", 20)
    platform = Store(tmp_path / "local.db")

    def opened() -> Store:
        return Store(tmp_path / "account.db", Platform(platform, "acct_1"))

    def add(store: Store, first: int, number: int) -> None:
        numbers = range(first, first + number)
        store.insert_many("product", [{"id": f"prod_{n}", "object": "product", "created": n} for n in numbers])

    with closing(opened()) as store:
        add(store, 0, 20)
        few = indexes(store)
    with closing(opened()) as store:
        assert indexes(store) == few < indexes(platform)
        add(store, 20, 1)
        assert indexes(store) == indexes(platform)
        assert [one["id"] for one in store.dump("product")] == [f"prod_{n}" for n in range(21)]
    with closing(opened()) as store:
        add(store, 21, 1)
        assert store.count("product", []) == 22
    platform.close()


def test_two_processes_share_the_store_of_a_connected_account(tmp_path: Path) -> None:
    platform = Store(tmp_path / "local.db")
    path = tmp_path / "account.db"
    first, second = (Store(path, Platform(platform, "acct_1")) for _ in range(2))
    for number, store in enumerate((first, second, first, second)):
        store.insert_many("product", [product(number)])
        assert [len(one.dump("product")) for one in (first, second)] == [number + 1] * 2
    first.close()
    assert len(second.dump("product")) == 4
    second.close()
    platform.close()
    assert {file.name for file in tmp_path.iterdir()} == {"local.db", "account.db"}


def test_what_a_killed_process_had_not_finished_is_undone_in_a_connected_account(tmp_path: Path) -> None:
    platform = Store(tmp_path / "local.db")
    account = Platform(platform, "acct_1")
    path, killed = tmp_path / "account.db", tmp_path / "killed.db"
    with closing(Store(path, account)) as store:
        store.insert_many("product", [product(0)])
        before = path.read_bytes()
        with pytest.raises(KeyboardInterrupt), store.writing():
            for number in range(1, 400):  # more than SQLite keeps in memory
                store.insert("product", product(number, description="x" * 8000))
            store.count("product", [])
            killed.write_bytes(path.read_bytes())
            killed.with_name("killed.db-journal").write_bytes(path.with_name("account.db-journal").read_bytes())
            raise KeyboardInterrupt
    assert killed.read_bytes() != before
    with closing(Store(killed, account)) as store:
        assert [one["id"] for one in store.dump("product")] == ["prod_0"]
    platform.close()
