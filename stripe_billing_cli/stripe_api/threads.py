"""Calls side by side, and how they are waited for so that Ctrl-C is followed at once."""

from __future__ import annotations

import queue
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import TypeVar

ResultT = TypeVar("ResultT")
LOOK_FOR_SIGNALS = 0.5
"""Seconds after which a wait looks for signals: one that comes between Python's last look and the wait itself does not
end the wait, so that Ctrl-C would be followed a minute later, when the answer has come."""


@contextmanager
def side_by_side(at_once: int) -> Iterator[ThreadPoolExecutor]:
    """Open a pool whose calls have all ended when the block has, unless Ctrl-C ends it.

    An interrupted program does not wait for answers that may be a minute away; the standard pool would. In the main
    thread calls are waited for by `result_of`, `results_of` and `next_of`.
    """
    pool = ThreadPoolExecutor(at_once)
    patient = True
    try:
        yield pool
    except KeyboardInterrupt:
        patient = False
        raise
    finally:
        pool.shutdown(wait=patient, cancel_futures=True)


def result_of(future: Future[ResultT]) -> ResultT:
    """Return what a call returns, once it has ended, or raise what the call raises."""
    while not future.done():
        try:
            return future.result(timeout=LOOK_FOR_SIGNALS)
        except TimeoutError:  # the wait's, unless the call is done: then what the call raised is raised below
            continue
    return future.result()


def results_of(futures: Iterable[Future[ResultT]]) -> list[ResultT]:
    """Return what calls return, in their order."""
    return [result_of(future) for future in futures]


def next_of(results: queue.SimpleQueue[ResultT]) -> ResultT:
    """Return what comes next out of a queue."""
    while True:
        try:
            return results.get(timeout=LOOK_FOR_SIGNALS)
        except queue.Empty:
            continue
