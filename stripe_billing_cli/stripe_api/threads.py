"""Calls side by side."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager


@contextmanager
def side_by_side(at_once: int) -> Iterator[ThreadPoolExecutor]:
    """A pool whose calls have all ended when the block has, unless an exception ends it.

    An interrupted program does not wait for answers that may be a minute away; the standard pool would.
    """
    pool = ThreadPoolExecutor(at_once)
    try:
        yield pool
    except BaseException:
        pool.shutdown(wait=False, cancel_futures=True)
        raise
    pool.shutdown()
