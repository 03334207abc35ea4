"""The order of tests when several workers run them: those that wait are begun first, by half of the workers.

A test of a process, a listener or a page waits most of its time. One after another at the end of a run they leave the
processors idle; beside tests that compute they cost nearly nothing.
"""

from __future__ import annotations

from collections.abc import Sequence

import pytest

WAITING = ("tests/end_to_end/", "tests/listener/", "tests/pages/", "tests/cli/completion/test_in_shells.py")


def waiting_first(items: Sequence[pytest.Item], workers: int) -> list[pytest.Item]:
    """Return the tests in an order of which each worker is given a part as long as the others', one after another.

    The waiting ones stand at the beginning of every second part, as many in each, whole files together.
    """
    waiting_items = [item for item in items if item.nodeid.startswith(WAITING)]
    others = [item for item in items if not item.nodeid.startswith(WAITING)]
    size = len(items) // workers
    items_in_order: list[pytest.Item] = []
    shares = max(1, workers // 2)
    for share in range(shares):
        first, last = (round(len(waiting_items) * number / shares) for number in (share, share + 1))
        part = 2 * size if share < shares - 1 else len(items)
        items_in_order += waiting_items[first:last]
        free_count = max(0, part - (last - first))
        items_in_order += others[:free_count]
        others = others[free_count:]
    return items_in_order
