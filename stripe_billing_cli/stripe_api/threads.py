"""Calls side by side."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager


@contextmanager
def side_by_side(at_once: int) -> Iterator[ThreadPoolExecutor]:
    """Open a pool whose calls have all ended when the block has, unless Ctrl-C ends it.

    An interrupted program does not wait for answers that may be a minute away; the standard pool would.
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
