"""The place of new objects' secrets: a file that only the user may read, or the screen where that is asked for."""

from __future__ import annotations

import os
import threading
from pathlib import Path
from typing import TYPE_CHECKING

from stripe_billing_cli.cli.context import Context
from stripe_billing_cli.errors import BillingError, UsageError, system_reason
from stripe_billing_cli.private_files import take_from_others

if TYPE_CHECKING:
    from stripe_billing_cli.catalog.plan import NewSecret

SCREEN = "-"


class SecretFile:
    """A file with a secret a line, as `billing listen --secret-file` takes it. What is in it stays."""

    def __init__(self, context: Context, name: str) -> None:
        """Raises `BillingError` where the file cannot be written."""
        self._printer = context.printer
        self._name = name
        self._path = Path(name)
        self._lock = threading.Lock()
        if name == SCREEN:
            if not self._printer.for_people:
                raise UsageError("--secret-file - shows secrets to people", "with --output json, name a file")
            return
        try:
            self._open_private()
        except OSError as error:
            raise self._error(error) from error

    def keep(self, new: NewSecret) -> None:
        """Store a secret: it is on the disk, or on the screen, when this returns. Raises `BillingError`."""
        with self._lock:
            if self._name == SCREEN:
                self._printer.line(
                    f"The secret of {new.key} ({new.id}), which Stripe does not show again: {new.secret}"
                )
                return
            try:
                self._write(new.secret)
            except OSError as error:
                raise self._error(error) from error
            self._printer.note(f"The secret of {new.key} ({new.id}) is in {self._name}.")

    def _write(self, secret: str) -> None:
        text = self._path.read_text(encoding="utf-8") if self._path.exists() else ""
        if secret in text.split():
            return  # a run that was cut off had stored it
        separator = "" if not text or text.endswith("\n") else "\n"
        with os.fdopen(self._open_private(keep_open=True), "a", encoding="utf-8") as file:
            file.write(f"{separator}{secret}\n")
            file.flush()
            os.fsync(file.fileno())

    def _open_private(self, *, keep_open: bool = False) -> int:
        descriptor = os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        take_from_others(self._path)
        if not keep_open:
            os.close(descriptor)
        return descriptor

    def _error(self, error: OSError) -> BillingError:
        message = f"secrets cannot be stored in {self._name}: {system_reason(error)}"
        return BillingError("system", message, "name another place with --secret-file")
