"""Errors of the database, in words that name it and a way out, and without its password."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import exc

from stripe_billing_cli.errors import FAILED, BillingError, system_reason


class StoreError(BillingError):
    """The error of a store that could not do what was asked of it; nothing of that was done, unless `outcome_unknown`.

    `transient`: trying again may help; the database is away, busy or full.
    """

    def __init__(
        self,
        message: str,
        hint: str,
        *,
        transient: bool = False,
        outcome_unknown: bool = False,
        exit_code: int = FAILED,
    ) -> None:
        self.transient = transient
        self.outcome_unknown = outcome_unknown
        super().__init__("store", message, hint, exit_code)


@contextmanager
def translated_errors(display_name: str) -> Iterator[None]:
    """Raise SQLAlchemy's, SQLite's and the system's errors as `StoreError` about the store that is called
    `display_name`."""
    try:
        yield
    except (exc.IntegrityError, sqlite3.IntegrityError):
        raise
    except exc.DBAPIError as error:
        raise _explain(display_name, error) from error
    except sqlite3.Error as error:
        raise _of_sqlite(display_name, getattr(error, "sqlite_errorname", "no code")) from error
    except exc.TimeoutError as error:
        raise StoreError(
            f"all connections to {display_name} are in use", "try again in a moment", transient=True
        ) from error
    except OSError as error:
        raise StoreError(
            f"{display_name} cannot be used: {system_reason(error)}",
            "make the directory and the file writable for yourself, or name another with --store",
        ) from error


def _explain(display_name: str, error: exc.DBAPIError) -> StoreError:
    code = getattr(error.orig, "sqlite_errorname", None)
    if code is not None:
        return _of_sqlite(display_name, code)
    return _of_postgres(display_name, error)


def removed_error(display_name: str) -> StoreError:
    """Return the error of a store whose file is not there any more, or has another in its place."""
    return StoreError(
        f"{display_name} was removed or replaced while it was in use",
        "put it back, or start `billing listen` again, which makes a new one",
        transient=True,
    )


def without_table(display_name: str, table: str) -> StoreError:
    return StoreError(
        f"{display_name} has no table {table}", "restore a copy, or name another with --store", transient=True
    )


def full_error(display_name: str) -> StoreError:
    return StoreError(f"the disk is full: {display_name} could not be written", "make room on the disk", transient=True)


def _of_sqlite(display_name: str, code: str) -> StoreError:
    """Return the error by the name of SQLite's result code (https://www.sqlite.org/rescode.html)."""
    if code.startswith("SQLITE_FULL"):
        return full_error(display_name)
    if code.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
        return StoreError(
            f"{display_name} has been in use by another process for too long", "try again in a moment", transient=True
        )
    if code.startswith(("SQLITE_CORRUPT", "SQLITE_NOTADB")):
        return StoreError(
            f"{display_name} is damaged, or no database of this program's",
            "restore a copy, or name another with --store",
        )
    if code.startswith("SQLITE_IOERR"):
        return StoreError(f"{display_name} could not be read or written", "check the disk", transient=True)
    if code.startswith("SQLITE_CANTOPEN") and not Path(display_name).exists():
        return removed_error(display_name)
    if code.startswith(("SQLITE_READONLY", "SQLITE_PERM", "SQLITE_CANTOPEN")):
        return StoreError(
            f"{display_name} cannot be opened for writing",
            "make the directory and the file writable for yourself, or name another with --store",
        )
    return StoreError(
        f"SQLite refused a statement on {display_name} ({code})", "this is a mistake in billing: report it"
    )


def _of_postgres(display_name: str, error: exc.DBAPIError) -> StoreError:
    """Return the error by its SQLSTATE; without one, nobody answered.

    https://www.postgresql.org/docs/current/errcodes-appendix.html
    """
    state = getattr(error.orig, "sqlstate", None)
    if state is None and _refused_login(str(error.orig)):
        return StoreError(
            f"{display_name} did not let us in",
            "check user, password and name of the database in --store or BILLING_STORE",
        )
    if error.connection_invalidated or state is None or state[:2] in ("08", "57"):
        return StoreError(
            f"{display_name} does not answer",
            "check that PostgreSQL runs and can be reached",
            transient=True,
            outcome_unknown=error.statement is None or state is None,
        )
    if state[:2] in ("28", "3D"):
        return StoreError(
            f"{display_name} did not let us in",
            "check user, password and name of the database in --store or BILLING_STORE",
        )
    if state[:2] in ("40", "53", "55"):
        return StoreError(
            f"{display_name} is busy or full (SQLSTATE {state})", "make room, or try again in a moment", transient=True
        )
    if state == "42501":
        return StoreError(
            f"{display_name} does not let this user create or change its tables", "grant it, or use the tables' owner"
        )
    return StoreError(
        f"PostgreSQL refused a statement on {display_name} (SQLSTATE {state})",
        "this is a mistake in billing: report it",
    )


def _refused_login(message: str) -> bool:
    """Return whether a login was refused: libpq gives no SQLSTATE where connecting fails, only the server's words."""
    return any(word in message for word in ("authentication failed", "does not exist", "no pg_hba.conf entry"))
