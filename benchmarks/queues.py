"""Other people's queues on the same PostgreSQL, doing what `billing listen` does: jobs of 500 customers, each in order.

python -m benchmarks.queues pgqueuer|procrastinate URL JOBS CUSTOMERS KIND [SINK]     prints jobs a second

pgqueuer has an entrypoint for each customer, of which one job runs at a time; procrastinate has a lock for each.
Both run 16 jobs at once, in one process, with what each job does (KIND: noop, post, exec) as cheap as here.
"""

from __future__ import annotations

import asyncio
import sys
import threading
import time
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import requests

AT_ONCE = 16
Do = Callable[[bytes], Awaitable[None]]


def what(kind: str, sink: str) -> Do:
    """What a job does with its payload."""

    async def nothing(payload: bytes) -> None: ...

    async def post(payload: bytes) -> None:
        await asyncio.to_thread(post_once, sink, payload)

    async def execute(payload: bytes) -> None:
        process = await asyncio.create_subprocess_exec("true")
        await process.wait()

    return {"noop": nothing, "post": post, "exec": execute}[kind]


def post_once(sink: str, payload: bytes) -> None:
    """A post by the HTTP client that `--forward-to` uses, on a connection of this thread's that is kept."""
    import requests

    session = _kept.session
    if session is None:
        session = _kept.session = requests.Session()
    session.post(sink, data=payload, timeout=30).raise_for_status()


class _Kept(threading.local):
    session: requests.Session | None = None


_kept = _Kept()


async def pgqueuer(url: str, jobs: int, customers: int, do: Do) -> float:
    import asyncpg  # type: ignore[import-untyped]
    from pgqueuer import PgQueuer
    from pgqueuer.db import AsyncpgDriver
    from pgqueuer.models import Job
    from pgqueuer.queries import Queries

    connection = await asyncpg.connect(url)
    queries = Queries(AsyncpgDriver(connection))
    await queries.install()
    queue = PgQueuer.from_asyncpg_connection(connection)
    done_count = 0

    async def run(job: Job) -> None:
        nonlocal done_count
        await do(job.payload or b"")
        done_count += 1
        if done_count == jobs:
            queue.qm.shutdown.set()

    for customer in range(customers):
        queue.entrypoint(f"cus_{customer}", concurrency_limit=1)(run)
    names = [f"cus_{number % customers}" for number in range(jobs)]
    await queries.enqueue(names, [b"{}" * 1500] * jobs, [0] * jobs)
    start = time.perf_counter()
    await queue.run(batch_size=AT_ONCE, max_concurrent_tasks=AT_ONCE * 2)
    return jobs / (time.perf_counter() - start)


async def procrastinate(url: str, jobs: int, customers: int, do: Do) -> float:
    from procrastinate import App, PsycopgConnector

    app = App(connector=PsycopgConnector(conninfo=url, min_size=2, max_size=AT_ONCE))
    done_count = 0

    @app.task(name="handle")
    async def handle(payload: str) -> None:
        nonlocal done_count
        await do(payload.encode())
        done_count += 1

    async with app.open_async():
        await app.schema_manager.apply_schema_async()
        for first in range(0, jobs, customers):
            await asyncio.gather(
                *(
                    handle.configure(lock=f"cus_{number % customers}").defer_async(payload="{}" * 1500)
                    for number in range(first, min(first + customers, jobs))
                )
            )
        start = time.perf_counter()
        await app.run_worker_async(concurrency=AT_ONCE, wait=False, install_signal_handlers=False)
        assert done_count == jobs, f"{done_count} of {jobs}"
        return jobs / (time.perf_counter() - start)


def main() -> None:
    name, url, jobs, customers, kind, *sink = sys.argv[1:]
    run = {"pgqueuer": pgqueuer, "procrastinate": procrastinate}[name]
    print(asyncio.run(run(url, int(jobs), int(customers), what(kind, sink[0] if sink else ""))), flush=True)


if __name__ == "__main__":
    main()
