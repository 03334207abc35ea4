"""Requests: what a resource is handed for a call, and how it declares what it answers and does by itself."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from stripe_billing_cli.local_stripe.core.documented_form import form
from stripe_billing_cli.local_stripe.core.expansion import Expansions
from stripe_billing_cli.local_stripe.core.parameters import ObjectParam, Params
from stripe_billing_cli.local_stripe.core.store import Object, Store


@dataclass(frozen=True)
class Call:
    """A call whose parameters are in order. `id` is the one in the path, "" where there is none, and
    `second_id` the one after it: of what belongs to the first.

    `now` is in Unix seconds: the test clock's, once the call turns to an object that lives by one; `real_now` is the
    time of everything else, events among them. What happens by itself, as time passes, has no `request_id`. Runs
    inside a transaction of `store`. `api` is all that this local Stripe answers and does.
    """

    store: Store
    params: Params
    id: str
    now: int
    account: Object
    request_id: str | None
    idempotency_key: str | None
    real_now: int
    api: ServedApi
    second_id: str = ""


def accept(params: Params) -> None:
    """Check no rules about parameters in combination."""


AS_DOCUMENTED = ObjectParam({})
"""The parameters of a route that takes what Stripe documents for it, nothing more and nothing less."""


@dataclass(frozen=True)
class Route:
    """A route. `path` has `{id}` where an id stands; `act` returns one object, or a list if `lists`.

    `check` holds the rules about parameters in combination, which Stripe applies before it executes;
    `act` raises what only the state can tell. `kind` is what is answered. `beside`: what of a list itself can be
    expanded. `file`: a read that answers a file of the object.
    """

    method: str
    path: str
    kind: str
    form: ObjectParam
    act: Callable[[Call], Object]
    check: Callable[[Params], None] = accept
    lists: bool = False
    beside: tuple[str, ...] = ()
    file: File | None = None

    def __post_init__(self) -> None:
        if self.form is AS_DOCUMENTED:
            object.__setattr__(self, "form", form(f"{self.method} {self.path}"))


@dataclass(frozen=True)
class File:
    """A file that a route answers in place of JSON: its media type, and what writes its text from the object."""

    media_type: str
    write: Callable[[Call, Object], str]


Job = Callable[[Call, str], None]
"""What the scheduler carries out for the object with an id."""
Listeners = Mapping[type, tuple[Callable[[Call, Any], None], ...]]
"""What runs for an effect, by the type of the effect (`core/effects.py`)."""


class ServedApi(Protocol):
    """Everything that a local Stripe answers and does."""

    @property
    def expansions(self) -> Expansions: ...

    def routes_at(self, path: str) -> Iterable[Route]:
        """Return the routes that may be those of a path."""

    def job(self, name: str) -> Job: ...

    def listeners_of(self, effect: type) -> Iterable[Callable[[Call, Any], None]]: ...


@dataclass(frozen=True)
class Api:
    """A part of the local Stripe: what it answers, what it does by itself, by the names of jobs, and what it listens
    to.

    `expansions`: for kinds of objects that Stripe's documents do not have, the fields whose ids can be expanded, each
    with the kinds of objects that they name.
    """

    routes: tuple[Route, ...] = ()
    jobs: Mapping[str, Job] = field(default_factory=dict)
    listeners: Listeners = field(default_factory=dict)
    expansions: Expansions = field(default_factory=dict)

    def routes_at(self, path: str) -> Sequence[Route]:
        return self.routes

    def job(self, name: str) -> Job:
        return self.jobs[name]

    def listeners_of(self, effect: type) -> Sequence[Callable[[Call, Any], None]]:
        return self.listeners.get(effect, ())


def join(parts: Sequence[Api]) -> Api:
    """Return everything that the parts answer and do; the listeners of an effect are in the order of the parts."""
    listeners: dict[type, tuple[Callable[[Call, Any], None], ...]] = {}
    for part in parts:
        for effect, those in part.listeners.items():
            listeners[effect] = (*listeners.get(effect, ()), *those)
    jobs = {name: job for part in parts for name, job in part.jobs.items()}
    expansions = {kind: fields for part in parts for kind, fields in part.expansions.items()}
    return Api(tuple(route for part in parts for route in part.routes), jobs, listeners, expansions)
