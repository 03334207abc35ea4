"""The reading of a long list in several places at once.

A cursor gives one page after the other. Creation time cuts a list into stretches that can be read side by side:
after a page, while few stretches are being read, what is left is cut at the moments where, going by how close
together the last objects were made, equal parts of it should lie. A bad guess costs a request, never an object.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, replace
from typing import Any, Generic

from stripe_billing_cli.stripe_api.client import PAGE
from stripe_billing_cli.stripe_api.objects.common import DatedObject, DatedObjectT
from stripe_billing_cli.stripe_api.threads import LOOK_FOR_SIGNALS

AT_ONCE = 4
CUTS = 4
"""Each cut may cost one more request, for a last page that is not full."""
Page = tuple[list[DatedObjectT], bool]


@dataclass(frozen=True)
class Stretch:
    """Objects created from `since` (included) to `before` (left out), read down to the object `after`."""

    since: int | None = None
    before: int | None = None
    after: str | None = None
    oldest: int = 0
    seconds_a_page: float = 0

    def params(self) -> dict[str, Any]:
        time_filter = {
            name: moment for name, moment in (("gte", self.since), ("lt", self.before)) if moment is not None
        }
        cursor = {"starting_after": self.after} if self.after else {}
        return cursor | ({"created": time_filter} if time_filter else {})


class Sweep(Generic[DatedObjectT]):
    """A reading of a list, newest first, to its end or to `pages_at_most`."""

    def __init__(
        self,
        fetch: Callable[[Mapping[str, Any]], Page[DatedObjectT]],
        *,
        expected_count: int,
        pages_at_most: int | None,
    ) -> None:
        """Prepare a reading of pages; `expected_count`, about how many objects there are, only guides the cuts."""
        self._fetch = fetch
        self._expected_count = expected_count
        self._pages_left = pages_at_most
        self._cuts_left = CUTS
        self._objects: list[DatedObjectT] = []
        self._futures: dict[Future[Page[DatedObjectT]], Stretch] = {}
        self._rest: list[Stretch] = [Stretch()]

    @property
    def finished(self) -> bool:
        """Return whether the list was read to its end."""
        return not self._rest

    def run(self, pool: ThreadPoolExecutor, *, further_pages: int = 0) -> list[DatedObjectT]:
        """Return the objects that were read so far. Raises what `fetch` raises.

        Run again with `further_pages`, it goes on where it stopped.
        """
        if self._pages_left is not None:
            self._pages_left += further_pages
        stretches, self._rest = self._rest, []
        for stretch in stretches:
            self._start(pool, stretch)
        while self._futures:
            futures, _ = wait(self._futures, timeout=LOOK_FOR_SIGNALS, return_when=FIRST_COMPLETED)
            for future in futures:
                stretch = self._futures.pop(future)
                objects, more = future.result()
                self._objects += objects
                if not more or not objects:
                    continue
                for part in self._cut(_below(stretch, objects)):
                    self._start(pool, part)
        return self._objects

    def _start(self, pool: ThreadPoolExecutor, stretch: Stretch) -> None:
        if self._pages_left is not None:
            if self._pages_left <= 0:
                self._rest.append(stretch)
                return
            self._pages_left -= 1
        self._futures[pool.submit(self._fetch, stretch.params())] = stretch

    def _cut(self, rest: Stretch) -> list[Stretch]:
        """Return `rest` in as many parts as can be read at once, or whole where that is not worth a request."""
        pages_left = (self._expected_count - len(self._objects)) / PAGE / (len(self._futures) + 1)
        cuts = min(AT_ONCE - len(self._futures) - 1, self._cuts_left, int(pages_left) - 1)
        if cuts < 1:
            return [rest]
        seconds = rest.seconds_a_page * pages_left / (cuts + 1)
        parts: list[Stretch] = []
        for number in range(1, cuts + 1):
            at = rest.oldest - int(seconds * number)
            upper_bound = parts[-1].since if parts else rest.oldest
            if upper_bound is not None and (rest.since or 0) < at < upper_bound:
                parts.append(Stretch(since=at, before=upper_bound) if parts else replace(rest, since=at))
        if not parts:
            return [rest]
        self._cuts_left -= len(parts)
        return [*parts, Stretch(since=rest.since, before=parts[-1].since)]


def _below(stretch: Stretch, objects: Sequence[DatedObject]) -> Stretch:
    newest, oldest = objects[0]["created"], objects[-1]["created"]
    return replace(stretch, after=objects[-1]["id"], oldest=oldest, seconds_a_page=newest - oldest)
