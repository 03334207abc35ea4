"""Parts of the local Stripe that are imported once something is asked of them."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from stripe_billing_cli.local_stripe.core.expansion import Expansions
from stripe_billing_cli.local_stripe.core.requests import Api, Call, Job, Route, join


@dataclass(frozen=True)
class Part:
    """A part, and what can be asked of it, said without importing it.

    `module` has the part's `API`. `paths` are those under which it has routes, `{id}` where an id stands; `jobs` the
    names of its jobs, and `effects` the names of the types to which it listens.
    """

    module: str
    paths: tuple[str, ...] = ()
    jobs: tuple[str, ...] = ()
    effects: tuple[str, ...] = ()

    @cached_property
    def api(self) -> Api:
        """Import the part."""
        api: Api = importlib.import_module(self.module).API
        return api


class Parts:
    """Everything that the parts answer and do. What they listen to runs in the order of the parts."""

    def __init__(self, parts: Sequence[Part]) -> None:
        self._parts = parts
        self.expansions: Expansions = {}  # every kind that the parts answer is in Stripe's documents
        self._jobs = {name: part for part in parts for name in part.jobs}
        self._listeners = {
            name: [part for part in parts if name in part.effects] for part in parts for name in part.effects
        }
        self._at: dict[str, list[tuple[list[str], Part]]] = {}
        for path, part_at_path in sorted(
            ((path, part) for part in parts for path in part.paths), key=_depth, reverse=True
        ):
            words = path.split("/")
            self._at.setdefault(words[2], []).append((words, part_at_path))

    def routes_at(self, path: str) -> Iterator[Route]:
        """Yield the routes that may be those of a path: of the part that names most of it first."""
        words = path.split("/")
        for template, part in self._at.get(words[2], ()) if len(words) > 2 else ():
            if len(words) >= len(template) and all(
                name in (word, "{id}") for name, word in zip(template, words, strict=False)
            ):
                yield from part.api.routes

    def job(self, name: str) -> Job:
        return self._jobs[name].api.jobs[name]

    def listeners_of(self, effect: type) -> Iterator[Callable[[Call, Any], None]]:
        for part in self._listeners.get(effect.__name__, ()):
            yield from part.api.listeners.get(effect, ())

    def whole(self) -> Api:
        """Import all parts, and return them in one."""
        return join([part.api for part in self._parts])


def _depth(place: tuple[str, Part]) -> int:
    return place[0].count("/")
