"""A Ctrl-C is followed while calls are waited for, also one that does not wake the thread that waits."""

from __future__ import annotations

import queue
import signal
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from stripe_billing_cli.catalog.parallel_pages import Sweep
from stripe_billing_cli.stripe_api.threads import next_of, result_of, results_of, side_by_side


@pytest.fixture
def ctrl_c() -> Iterator[threading.Timer]:
    """Press Ctrl-C in a moment, in another thread, so that no wait of this one is cut short by it: as one does that
    comes between Python's last look for signals and the wait."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    timer = threading.Timer(0.1, signal.raise_signal, [signal.SIGINT])
    yield timer
    timer.join()
    signal.signal(signal.SIGINT, before)


class SlowCall:
    """A call that ends after ten seconds, or when it is let."""

    def __init__(self) -> None:
        self.release = threading.Event()
        self.has_ended = False

    def __call__(self, part: object = None) -> tuple[list[Any], bool]:
        self.release.wait(10)
        self.has_ended = True
        return [], False


def wait_for_a_call(call: SlowCall) -> None:
    with side_by_side(1) as pool:
        result_of(pool.submit(call))


def wait_for_the_next(call: SlowCall) -> None:
    ends = queue.SimpleQueue[Any]()
    with side_by_side(1) as pool:
        pool.submit(call).add_done_callback(ends.put)
        next_of(ends)


def wait_for_a_page(call: SlowCall) -> None:
    with side_by_side(1) as pool:
        Sweep(call, expected_count=1, pages_at_most=None).run(pool)


@pytest.mark.parametrize("wait", [wait_for_a_call, wait_for_the_next, wait_for_a_page])
def test_a_wait_is_ended_by_a_ctrl_c_that_does_not_wake_it(
    wait: Callable[[SlowCall], None], ctrl_c: threading.Timer
) -> None:
    call = SlowCall()
    ctrl_c.start()

    with pytest.raises(KeyboardInterrupt):
        wait(call)

    assert not call.has_ended
    call.release.set()


def test_what_a_call_raises_is_raised_a_timeout_too() -> None:
    def fail() -> None:
        raise TimeoutError("the call's own")

    with side_by_side(2) as pool:
        assert results_of([pool.submit(int, text) for text in "21"]) == [2, 1]
        with pytest.raises(TimeoutError, match="the call's own"):
            result_of(pool.submit(fail))
