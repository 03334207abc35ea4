"""A handler that notes its begin and its end: `noting_handler.py DIRECTORY NAME SECONDS`, run by `--exec`.

A line is `WORD NAME EVENT CUSTOMER PROCESS MONOTONIC`, appended by a single write. While it runs it has its customer's
lock, which the kernel frees when it is dead: where it does not get it, it runs beside itself, and notes that.
"""

from __future__ import annotations

import fcntl
import os
import sys
import time


def main() -> None:
    directory, name, seconds = sys.argv[1:]
    event, customer = os.environ["BILLING_EVENT_ID"], os.environ["BILLING_EVENT_CUSTOMER"]
    notes = os.open(f"{directory}/notes", os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)

    def note(word: str) -> None:
        os.write(notes, f"{word} {name} {event} {customer} {os.getpid()} {time.monotonic()}\n".encode())

    lock = os.open(f"{directory}/{name}.{customer}.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        note("beside")
    note("begin")
    time.sleep(float(seconds))
    note("end")


main()
