"""Ctrl-C and SIGTERM: interruptions that differ in the exit code, and are asked for or made to come to an end."""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from stripe_billing_cli.errors import INTERRUPTED, TERMINATED, BillingError

SIGNALS = {signal.SIGINT: INTERRUPTED, signal.SIGTERM: TERMINATED}


class TerminationInterrupt(KeyboardInterrupt):
    """The exception that SIGTERM raises: whatever follows Ctrl-C follows it too, but for the exit code."""


def raise_terminated(number: int, frame: FrameType | None) -> None:
    """Handle SIGTERM. A second one, while the first is being followed, ends the process as ever."""
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    raise TerminationInterrupt


def exit_code(interruption: BaseException) -> int:
    """Return the exit code of a command that was interrupted."""
    return TERMINATED if isinstance(interruption, TerminationInterrupt) else INTERRUPTED


@contextmanager
def interruptions_as_errors() -> Iterator[None]:
    """Raise Ctrl-C and SIGTERM as a `BillingError`: Typer makes exit code 130 of both, and says nothing."""
    try:
        yield
    except KeyboardInterrupt as interruption:
        raise BillingError("interrupted", "interrupted", exit_code=exit_code(interruption)) from None


class StopRequest(threading.Event):
    """The wish of somebody that the command comes to an end, and the exit code which that gives."""

    exit_code = INTERRUPTED


@contextmanager
def asked_to_stop() -> Iterator[StopRequest]:
    """Yield an event that the first Ctrl-C or SIGTERM sets; the second one interrupts as ever."""
    request = StopRequest()
    before = {number: signal.getsignal(number) for number in SIGNALS}

    def stop(number: int, frame: FrameType | None) -> None:
        request.exit_code = SIGNALS[signal.Signals(number)]
        request.set()
        signal.signal(signal.SIGINT, signal.default_int_handler)
        signal.signal(signal.SIGTERM, raise_terminated)
        sys.stderr.write("\nStopping after the calls in flight; Ctrl-C again to stop at once.\n")

    for number in SIGNALS:
        signal.signal(number, stop)
    try:
        yield request
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
