"""The log of `billing listen` on a disk that is full for a while."""

from __future__ import annotations

import errno
import io
import sys
import threading

import pytest

from stripe_billing_cli.cli.event_log import EventLog
from stripe_billing_cli.cli.output import Printer


class FullDisk(io.StringIO):
    """A file on a disk that is full while `is_full`."""

    def __init__(self) -> None:
        super().__init__()
        self.is_full = True
        self.refused: list[str] = []
        self.refused_twice = threading.Event()

    def write(self, text: str) -> int:
        if not self.is_full:
            return super().write(text)
        self.refused.append(text)
        if len(self.refused) == 2:
            self.refused_twice.set()
        raise OSError(errno.ENOSPC, "No space left on device")


def test_a_log_goes_on_once_there_is_room(monkeypatch: pytest.MonkeyPatch) -> None:
    disk = FullDisk()
    monkeypatch.setattr(sys, "stderr", disk)

    with EventLog(Printer("json")) as log:
        log.part_ended("writer")
        log.part_ended("keeper")
        assert disk.refused_twice.wait(60)
        disk.is_full = False
        log.part_ended("poller")

    written = disk.getvalue()
    assert "were left out: they could not be written in time" in written
    assert "A part of the listener has ended: poller." in written
