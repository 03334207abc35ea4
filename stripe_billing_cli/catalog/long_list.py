"""A list of unknown length, read until asking for single objects is cheaper.

Stripe says of no list how long it is. How close together its objects were made, at three moments of the past, says
whether sweeping it would take more calls than asking for what is wanted. A wrong guess costs calls, never an object.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Generic

from stripe_billing_cli.catalog.parallel_pages import Sweep
from stripe_billing_cli.stripe_api.client import PAGE
from stripe_billing_cli.stripe_api.objects.common import DatedObject, DatedObjectT
from stripe_billing_cli.stripe_api.threads import results_of

Page = tuple[list[DatedObjectT], bool]
Fetch = Callable[[Mapping[str, Any]], Page[DatedObjectT]]
WORTH_GUESSING = 8
"""Pages that are swept without a guess: guessing costs three."""
DEPTHS = (0.25, 0.5, 1.0)
"""Where it is looked, as parts of the time that so many pages would take at the newest objects' pace."""


@dataclass(frozen=True)
class Guess(Generic[DatedObjectT]):
    """The answer whether a list is surely longer than so many pages, and the objects that were read to find out."""

    longer: bool
    objects: tuple[DatedObjectT, ...] = ()


class LongList(Generic[DatedObjectT]):
    """A list, newest first, as far as it is read. `objects` has by id what was read."""

    def __init__(self, fetch: Fetch[DatedObjectT], pool: ThreadPoolExecutor, *, expected_count: int) -> None:
        """Prepare a reading of pages; `expected_count`, about how many objects there are, only guides the cuts."""
        self._fetch = fetch
        self._pool = pool
        self._sweep = Sweep(fetch, expected_count=expected_count, pages_at_most=0)
        self._pages = 0
        self._shorter_than = 0
        self.objects: dict[str, DatedObjectT] = {}

    @property
    def complete(self) -> bool:
        """Return whether the list was read to its end."""
        return self._sweep.finished

    @property
    def newest(self) -> list[DatedObjectT]:
        """Return the first page."""
        return list(self.objects.values())[:PAGE]

    @property
    def pages(self) -> int:
        """Return how many pages may have been read of it."""
        return self._pages

    def read_to(self, pages: int) -> bool:
        """Read on to so many pages in all, unless the list looks far longer. Return whether it came to its end."""
        further_pages = pages - self._pages
        if self.complete or further_pages <= 0 or (further_pages > WORTH_GUESSING and self._looks_longer(pages)):
            return self.complete
        self._pages = pages
        self.objects |= {
            stripe_object["id"]: stripe_object
            for stripe_object in self._sweep.run(self._pool, further_pages=further_pages)
        }
        return self.complete

    def _looks_longer(self, pages: int) -> bool:
        if not self._pages or pages <= self._shorter_than:
            return False
        guess = guess_longer(self._fetch, self.newest, pages, self._pool)
        self.objects |= {stripe_object["id"]: stripe_object for stripe_object in guess.objects}
        if not guess.longer:
            self._shorter_than = pages
        return guess.longer


def guess_longer(
    fetch: Fetch[DatedObjectT], newest: Sequence[DatedObjectT], pages: int, pool: ThreadPoolExecutor
) -> Guess[DatedObjectT]:
    """Read a few pages of a list below its newest, and guess whether it has more than twice `pages`."""
    if not newest or newest[0]["created"] == newest[-1]["created"]:
        return Guess(longer=False)
    pace = seconds_a_page(newest)
    moments = [newest[-1]["created"] - int(2 * pages * pace * depth) for depth in DEPTHS]
    probes = results_of([pool.submit(fetch, {"created": {"lt": moment}}) for moment in moments])
    objects = tuple(stripe_object for page, _ in probes for stripe_object in page)
    return Guess(all(more for _, more in probes) and _pages(newest, moments, probes) >= pages, objects)


def _pages(newest: Sequence[DatedObjectT], moments: Sequence[int], probes: Sequence[Page[DatedObjectT]]) -> float:
    """Return about how many pages lie above the last moment, each stretch at the slower pace of its two ends."""
    upper_moment, pace, pages = newest[-1]["created"], seconds_a_page(newest), 1.0
    for moment, (page, _) in zip(moments, probes, strict=True):
        slower = max(pace, seconds_a_page(page))
        pages += (upper_moment - moment) / slower
        upper_moment, pace = moment, seconds_a_page(page)
    return pages


def seconds_a_page(page: Sequence[DatedObject]) -> int:
    """Return the seconds in which a page of objects is made, at least one: twice those of its older half, where what
    was made last, after a pause, says less."""
    if not page:
        return 1
    whole_span = page[0]["created"] - page[-1]["created"]
    half_span = page[len(page) // 2]["created"] - page[-1]["created"]
    return max(min(whole_span, 2 * half_span) or whole_span, 1)
