"""Threads for quick calls, and room for slow ones besides."""

from __future__ import annotations

import threading
import time

from stripe_billing_cli.events.call_pool import CallPool


def test_a_call_that_has_become_slow_leaves_its_place_to_another() -> None:
    finish, begun = threading.Event(), threading.Semaphore(0)

    def call(job: str) -> None:
        begun.release()
        finish.wait(20)

    pool = CallPool(call, quick=1, slow=1, slow_after=0.02)
    pool.start()
    for job in ("a", "b", "c"):
        pool.put(job)
    assert begun.acquire(timeout=20)
    assert (pool.running_jobs(), pool.unbegun, pool.quick) == (["a"], 2, 3)

    wait_until_slow(pool)
    assert begun.acquire(timeout=20)
    assert sorted(pool.running_jobs()) == ["a", "b"]

    time.sleep(0.03)
    assert pool.make_room() is None  # there is room for one slow call, and it is taken
    assert pool.unbegun == 1
    finish.set()
    assert begun.acquire(timeout=20)
    pool.close()


def test_what_no_thread_has_begun_is_taken_back() -> None:
    finish, begun = threading.Event(), threading.Event()

    def call(job: str) -> None:
        begun.set()
        finish.wait(20)

    pool = CallPool(call, quick=1, slow=1, slow_after=60)
    pool.start()
    pool.put("a")
    assert begun.wait(20)
    pool.put("b")

    assert pool.take_back() == ["b"]
    assert pool.running_jobs() == ["a"]
    finish.set()
    pool.close()


def wait_until_slow(pool: CallPool[str]) -> None:
    while (wait := pool.make_room()) is not None:
        threading.Event().wait(wait)
