"""`billing local serve` beside a benchmark, with Stripe's latency and limits."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.measure import BILLING

STRIPE_LIKE = ["--latency-ms", "100", "--rate-limit", "100/25"]


@contextmanager
def served(directory: Path, *options: str) -> Iterator[dict[str, str]]:
    """A local Stripe on a free port with its state in `directory`; the environment that leads a command to it."""
    command = [BILLING, "local", "serve", "--port", "0", "--output", "json", *options]
    server = subprocess.Popen(command, cwd=directory, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    assert server.stdout is not None
    try:
        text = ""
        while not text.rstrip().endswith("}"):
            line = server.stdout.readline()
            if not line:
                raise SystemExit("billing local serve did not start")
            text += line
        yield {"STRIPE_API_BASE": json.loads(text)["url"], "STRIPE_API_KEY": "sk_test_bench"}
    finally:
        server.terminate()
        server.wait()
