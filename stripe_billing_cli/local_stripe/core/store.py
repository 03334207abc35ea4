"""The store of the local Stripe's objects: one SQLite file, private to the user, safe for several processes.

An object is stored as the JSON that Stripe would give with everything expanded that it can include; what lists
filter by stands in columns beside it. `seq` is the order of creation, since Stripe's `created` has whole seconds.
"""

from __future__ import annotations

import contextlib
import json
import sqlite3
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from stripe_billing_cli.local_stripe.core import identifiers, older_formats, schema, store_errors
from stripe_billing_cli.local_stripe.core.errors import LocalStripeError
from stripe_billing_cli.local_stripe.core.object_columns import LOOKUP_KEY, columns_of, created_at
from stripe_billing_cli.local_stripe.core.transaction_memory import ShownObject, TransactionMemory, Write
from stripe_billing_cli.private_files import make_private_file

Object = dict[str, Any]
T = TypeVar("T")

_COLUMNS = ("kind", "id", "created", *schema.COLUMN_NAMES, "body")
INSERT = f"INSERT INTO objects ({', '.join(_COLUMNS)}) VALUES ({', '.join('?' * len(_COLUMNS))})"
UPDATE = f"UPDATE objects SET {', '.join(f'{name} = ?' for name in (*schema.COLUMN_NAMES, 'body'))}"
REPLACE = f"{UPDATE} WHERE kind = ? AND id = ?"
REWRITE = f"{UPDATE} WHERE seq = ?"
BY_STATE = frozenset({"active = ?", "status = ?"})
BY_OBJECT = frozenset(f"{name} = ?" for name in schema.COLUMN_NAMES if name not in schema.NOT_INDEXED)


@dataclass(frozen=True)
class Condition:
    """A restriction of a list, as SQL over the table `objects`, of which it looks at the list's kind alone."""

    sql: str
    values: tuple[Any, ...] = ()
    by_seq: bool = False
    """Whether it names rows by their `seq`, which SQLite would otherwise look for in the index by age."""


def restriction(conditions: Sequence[Condition]) -> str:
    """Return conditions as SQL, with that on the kind.

    What belongs to one object is few, what is active is most: of both, a `+` keeps SQLite from taking the index of the
    latter (https://www.sqlite.org/optoverview.html), as 3.53 does where it knows nothing of the data.
    """
    sqls = [condition.sql for condition in conditions]
    if not BY_OBJECT.isdisjoint(sqls):
        sqls = [f"+{sql}" if sql in BY_STATE else sql for sql in sqls]
    return " AND ".join(["kind = ?", *(f"({sql})" for sql in sqls)])


@dataclass(frozen=True)
class Platform:
    """The store of the account to which that of another store, with this id, is connected."""

    store: Store
    account: str


class Store:
    """A store in one open file. May be shared by threads: transactions take turns, also between processes.

    `platform` is given for the store of a connected account.
    """

    def __init__(self, path: Path, platform: Platform | None = None) -> None:
        self.path = path
        self.platform = platform
        self.account_id: Callable[[int], str] = identifiers.account_id
        """What makes the id of an account that is to be connected to this store's, from the time in Unix seconds."""
        self._turn = threading.RLock()
        self._memory = TransactionMemory()
        self._unindexed_count: int | None = None
        """How many objects there are, as long as they are few and do without indexes for lists."""
        with self._with_store_errors():
            make_private_file(path, lambda: schema.empty_file(for_few=platform is not None))
            self._connection = sqlite3.connect(
                path, isolation_level=None, check_same_thread=False, timeout=store_errors.PATIENCE_MS / 1000
            )
        try:
            with self._with_store_errors():
                self._prepare()
        except LocalStripeError:
            self._connection.close()
            raise

    def close(self) -> None:
        with self._turn:
            if self.platform is not None:
                with contextlib.suppress(sqlite3.Error):  # in another's use
                    self._connection.execute("PRAGMA journal_mode = DELETE")
            self._connection.close()

    @contextlib.contextmanager
    def writing(self) -> Iterator[None]:
        """Write all or nothing, alone among all processes."""
        with self._transaction("BEGIN IMMEDIATE"):
            yield

    @contextlib.contextmanager
    def reading(self) -> Iterator[None]:
        """Read one moment's state."""
        with self._transaction("BEGIN"):
            yield

    @contextlib.contextmanager
    def reading_once(self) -> Iterator[None]:
        """Read by a single statement, which sees one moment's state by itself."""
        with self._turn, self._with_store_errors():
            yield

    @contextlib.contextmanager
    def attempt(self, *, keeps: bool = True) -> Iterator[None]:
        """Begin a part of a transaction that is undone by itself when it raises, and at its end unless it `keeps`."""
        self._write_out()
        self._connection.execute("SAVEPOINT attempt")
        try:
            yield
        except BaseException:
            self._undo()
            raise
        if keeps:
            self._connection.execute("RELEASE attempt")
        else:
            self._undo()

    def _undo(self) -> None:
        self._memory = TransactionMemory()
        if self._connection.in_transaction:  # a full disk ends the whole transaction, savepoints and all
            self._connection.execute("ROLLBACK TO attempt")
            self._connection.execute("RELEASE attempt")

    @property
    def last_shown(self) -> dict[str, ShownObject]:
        """Return the objects that changed in this transaction, by id, as their last events show them."""
        return self._memory.last_shown

    def writes(self, kinds: Iterable[str]) -> int:
        """Return how many objects of these kinds this transaction has written."""
        return sum(map(self._memory.writes.__getitem__, kinds))

    def first(self, sql: str, *values: Any) -> Object | None:
        """Return the first object whose body a query selects."""
        row = self.row(sql, *values)
        return _decode(row[0]) if row else None

    def get(self, kind: str, id: str) -> Object | None:
        body = self._memory.body(kind, id)
        if body is None:
            row = self._one("SELECT body FROM objects WHERE kind = ? AND id = ?", kind, id)
            if row is None:
                return None
            body = row[0]
            if self._connection.in_transaction:
                self._memory.note_read(kind, id, body)
        return _decode(body)

    def find(self, kind: str, **columns: Any) -> Object | None:
        """Return any one object with these values in its columns."""
        condition = " AND ".join(f"{column} = ?" for column in columns)
        return self.first(f"SELECT body FROM objects WHERE kind = ? AND {condition} LIMIT 1", kind, *columns.values())

    def once(self, kind: str, read: Callable[[], T]) -> T:
        """Return what `read` makes of objects of a kind: read once in a transaction, and again where one of them was
        written since. For a transaction that is under way.
        """
        if kind not in self._memory.read:
            self._memory.read[kind] = read()
        value: T = self._memory.read[kind]
        return value

    def insert(self, kind: str, object: Object) -> None:
        """Store a new object. For a transaction that is under way, as `replace` and `delete`."""
        self._write(kind, object, is_new=True)

    def insert_many(self, kind: str, objects: Iterable[Object]) -> None:
        """Store objects as they are, without rules or events: for tests and benchmarks. Shape: fully expanded."""
        with self.writing():
            for object in objects:
                self.insert(kind, object)

    def replace(self, kind: str, object: Object) -> None:
        self._write(kind, object, is_new=False)

    def delete(self, kind: str, id: str) -> None:
        self._write_out(kind)
        self._memory.forget(kind)
        self._connection.execute("DELETE FROM objects WHERE kind = ? AND id = ?", (kind, id))

    def position(self, kind: str, id: str) -> tuple[int, int] | None:
        """Return the place of an object in lists: `created` and sequence number."""
        row = self.row("SELECT created, seq FROM objects WHERE kind = ? AND id = ?", kind, id)
        return (int(row[0]), int(row[1])) if row else None

    def select(self, kind: str, conditions: Sequence[Condition], *, newest_first: bool, limit: int) -> list[Object]:
        where = restriction(conditions)
        values = [value for condition in conditions for value in condition.values]
        order = "DESC" if newest_first else "ASC"
        index = "NOT INDEXED" if any(condition.by_seq for condition in conditions) else ""
        self._write_out(kind)
        rows = self._connection.execute(
            f"SELECT body FROM objects {index} WHERE {where} ORDER BY created {order}, seq {order} LIMIT ?",
            (kind, *values, limit),
        )
        return [_decode(body) for (body,) in rows]

    def count(self, kind: str, conditions: Sequence[Condition]) -> int:
        where = restriction(conditions)
        values = [value for condition in conditions for value in condition.values]
        return int(self.row(f"SELECT count(*) FROM objects WHERE {where}", kind, *values)[0])

    def dump(self, kind: str) -> list[Object]:
        """Return all objects of a kind, oldest first, with everything that can be included."""
        with self.reading():
            rows = self._connection.execute("SELECT body FROM objects WHERE kind = ? ORDER BY seq", (kind,))
            return [_decode(body) for (body,) in rows]

    def forget_before(self, kind: str, time: int) -> None:
        """Delete what was created earlier, once in a transaction: what it writes is of now."""
        if (kind, time) not in self._memory.forgotten:
            self._write_out(kind)
            self._memory.forget(kind)
            self._connection.execute("DELETE FROM objects WHERE kind = ? AND created < ?", (kind, time))
            self._memory.forgotten.add((kind, time))

    def empty(self, *, but: str) -> None:
        """Delete everything but the account with that id."""
        with self.writing():
            self._connection.execute("DELETE FROM objects WHERE NOT (kind = 'account' AND id = ?)", (but,))
            for table in ("idempotency", "scheduled_jobs", "deliveries"):
                self._connection.execute(f"DELETE FROM {table}")

    def is_used_elsewhere(self) -> bool:
        """Return whether another connection has the file open: only the last one may end its write-ahead log."""
        with self._turn:
            try:
                self._connection.execute("PRAGMA journal_mode = DELETE")
            except sqlite3.OperationalError:
                return True
            self._connection.execute("PRAGMA journal_mode = WAL")
            return False

    def execute(self, sql: str, *values: Any) -> None:
        self._connection.execute(sql, values)

    def row(self, sql: str, *values: Any) -> Any:
        if "objects" in sql:
            self._write_out()
        return self._one(sql, *values)

    def _write(self, kind: str, object: Object, *, is_new: bool) -> None:
        """Note an object, which is written once a query looks for its kind, or with the end of the transaction."""
        id = object["id"]
        columns = columns_of(object)
        created_time = created_at(object) if is_new else 0
        write = Write(is_new, created_time, columns, columns[LOOKUP_KEY], as_json(object))
        self._memory.read.pop(kind, None)
        if not self._memory.note_write(kind, id, write):
            self._write_out(kind)
            self._memory.note_write(kind, id, write)

    def _write_out(self, kind: str | None = None) -> None:
        """Write what this transaction has noted, of one kind or of all."""
        unwritten = self._memory.take_unwritten(kind)
        entries = [(name, id, write) for name, writes in unwritten for id, write in writes.items()]
        for is_new, group in groupby(entries, lambda entry: entry[2].is_new):
            if is_new:
                rows = [(name, id, write.created_at, *write.columns, write.body) for name, id, write in group]
                self._connection.executemany(INSERT, rows)
                if self._unindexed_count is not None:
                    self._unindexed_count += len(rows)
            else:
                self._connection.executemany(
                    REPLACE, [(*write.columns, write.body, name, id) for name, id, write in group]
                )

    @contextlib.contextmanager
    def _transaction(self, begin: str) -> Iterator[None]:
        with self._turn, self._with_store_errors():
            self._connection.execute(begin)
            self._memory = TransactionMemory()
            try:
                yield
                self._write_out()
                self._connection.execute("COMMIT")
                self._index_many()
            finally:
                self._memory = TransactionMemory()
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")

    def _index_many(self) -> None:
        """Make the indexes for lists, once there are more than a few objects."""
        if self._unindexed_count is not None and self._unindexed_count > schema.FEW:
            self._unindexed_count = None
            with contextlib.suppress(sqlite3.Error), self._exclusively():  # the next process that opens it does it
                schema.add_list_indexes(self._connection)

    def _one(self, sql: str, *values: Any) -> Any:
        return self._connection.execute(sql, values).fetchone()

    def _prepare(self) -> None:
        # Only a power cut would cost a connected account, a test's, its data; a new file would wait for the disk twice.
        self._connection.execute(f"PRAGMA synchronous = {'OFF' if self.platform else 'NORMAL'}")
        current = self._current()
        if self.platform is None:
            self._connection.execute("PRAGMA journal_mode = WAL")  # before the tables are made: they need no flush then
        elif self._one("PRAGMA journal_mode")[0] != "wal":  # a file of an earlier version, maybe in another's use
            # Two files fewer for each account of a test's, to be made and deleted.
            self._connection.execute("PRAGMA journal_mode = PERSIST")
        if not current:
            with self._exclusively():
                if not self._current():
                    schema.create(self._connection)
                    self._rewrite_older()
                    self._connection.execute(f"PRAGMA user_version = {schema.SCHEMA_VERSION}")
        if self.platform and not schema.has_list_indexes(self._connection):
            self._unindexed_count = int(self._one("SELECT coalesce(max(seq), 0) FROM objects")[0])

    @contextlib.contextmanager
    def _exclusively(self) -> Iterator[None]:
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            yield
            self._connection.execute("COMMIT")
        finally:
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")

    def _current(self) -> bool:
        """Return whether the schema is there. Raises where the file is another program's, or a newer version's."""
        version = int(self._one("PRAGMA user_version")[0])
        application = int(self._one("PRAGMA application_id")[0])
        if application != schema.APPLICATION_ID and self._one("SELECT count(*) FROM sqlite_master")[0]:
            raise LocalStripeError(
                f"{self.path} is a database, but not one of the local Stripe",
                "move it away, or run billing in another directory",
            )
        if version > schema.SCHEMA_VERSION:
            raise LocalStripeError(
                f"{self.path} was written by a newer version of billing (format {version}, this one knows "
                f"{schema.SCHEMA_VERSION})",
                "update billing, or start anew with `billing local reset`",
            )
        return version == schema.SCHEMA_VERSION

    def _rewrite_older(self) -> None:
        """Bring the objects of a file of an earlier format into today's form, once; events stay as they are."""
        version = int(self._one("PRAGMA user_version")[0])
        rows = self._connection.execute("SELECT seq, kind, body FROM objects WHERE kind <> 'event'")
        for seq, kind, body in rows.fetchall():
            rewritten = older_formats.upgrade(version, kind, _decode(body))
            self._connection.execute(REWRITE, (*columns_of(rewritten), as_json(rewritten), seq))

    @contextlib.contextmanager
    def _with_store_errors(self) -> Iterator[None]:
        """Raise SQLite's and the system's errors in words that name the file and a way out."""
        try:
            yield
        except sqlite3.Error as error:
            raise store_errors.store_error(self.path, error) from error
        except OSError as error:
            raise store_errors.system_error(self.path, error) from error
        except msgspec.DecodeError as error:
            raise store_errors.damaged_file(self.path, "an object in it is not JSON") from error


def _decode(body: str) -> Object:
    object: Object = msgspec.json.decode(body)
    return object


def as_json(object: Object) -> str:
    """Return the object as JSON. What msgspec does not write, half a character and longest numbers, `json` does."""
    try:
        return msgspec.json.encode(object).decode()
    except (UnicodeEncodeError, OverflowError):
        return json.dumps(object)
