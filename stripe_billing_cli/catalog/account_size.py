"""About how long a list is, from a few of its pages.

Stripe says of no list how long it is. How close together its objects were made, at three moments of the past, says
whether sweeping it would take more calls than asking for what is wanted. A wrong guess costs calls, never an object.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from stripe_billing_cli.stripe_api.client import Object

Page = tuple[list[Object], bool]
WORTH_GUESSING = 8
"""Pages that are swept without a guess: guessing costs four."""
DEPTHS = (0.25, 0.5, 1.0)
"""Where it is looked, as parts of the time that so many pages would take at the newest objects' pace."""


@dataclass(frozen=True)
class Guess:
    """The answer whether a list is surely longer than so many pages, and the objects that were read to find out."""

    longer: bool
    objects: tuple[Object, ...]


def guess_longer(fetch: Callable[[Mapping[str, Any]], Page], pages: int, pool: ThreadPoolExecutor) -> Guess:
    """Read a few pages of a list, newest first, and guess whether it has more than twice `pages`."""
    newest, more = fetch({})
    if not more or not newest:
        return Guess(False, tuple(newest))
    pace = newest[0]["created"] - newest[-1]["created"]
    if pace <= 0:
        return Guess(False, tuple(newest))
    moments = [newest[0]["created"] - int(2 * pages * pace * depth) for depth in DEPTHS]
    futures = [pool.submit(fetch, {"created": {"lt": moment}}) for moment in moments]
    probes = [future.result() for future in futures]
    objects = (*newest, *(existing for page, _ in probes for existing in page))
    return Guess(all(more for _, more in probes) and _pages(newest, moments, probes) >= pages, objects)


def _pages(newest: Sequence[Object], moments: Sequence[int], probes: Sequence[Page]) -> float:
    """Return about how many pages lie above the last moment, each stretch at the slower pace of its two ends."""
    above, pace, pages = newest[0]["created"], _pace(newest), 0.0
    for moment, (page, _) in zip(moments, probes, strict=True):
        slower = max(pace, _pace(page))
        pages += (above - moment) / slower
        above, pace = moment, _pace(page)
    return pages


def _pace(page: Sequence[Object]) -> int:
    """Return the seconds between the newest and the oldest object of a page, at least one."""
    span: int = page[0]["created"] - page[-1]["created"]
    return max(span, 1)
