"""Every documented expansion of every answer that the local Stripe gives: taken, or refused by name."""

from __future__ import annotations

import json
from functools import cache

import pytest

from stripe_billing_cli.local_stripe.api import API
from stripe_billing_cli.local_stripe.core import documented
from stripe_billing_cli.local_stripe.core.requests import Route
from tests.soak import Soak
from tests.sweep import examples
from tests.sweep.refusals import check_answer
from tests.sweep.world import World

SERVED = [
    route
    for route in API.whole().routes
    if route.path.startswith("/v1/")
    and not route.path.startswith(examples.UNDOCUMENTED)
    and "expand" in route.form.fields
    and f"{route.method} {route.path}" not in examples.REFUSED
]
SAMPLE = 3
"""Expansions of each call that are tried in a part of the sweep."""
DEEPEST = 4
WHOLE_DEPTH = 2
"""Steps up to which every path is tried in a soak; of longer ones a part is."""
LONG = 60


def named(route: Route) -> str:
    return f"{route.method} {route.path}"


@cache
def paths(kinds: tuple[str, ...], deepest: int) -> tuple[tuple[str, ...], ...]:
    """Return all documented paths that begin at objects of these kinds."""
    found: list[tuple[str, ...]] = []
    fields = {name: inner for kind in kinds for name, inner in documented.expandable(kind).items()}
    for name, inner in sorted(fields.items()):
        step = "eur" if name == documented.ANY_KEY else name
        rests = paths(inner, deepest - 1) if deepest > 1 else ()
        found += [(step,), *((step, *rest) for rest in rests)]
    return tuple(found)


def tried(route: Route, soak: Soak) -> list[str]:
    operation = documented.operation(route.method, route.path.replace("{id}", "id"))
    assert operation is not None
    within = 1 if route.lists else 0
    found = paths(operation.answers, DEEPEST - 1 + within)
    short = [path for path in found if len(path) <= WHOLE_DEPTH + within]
    long = [path for path in found if len(path) > WHOLE_DEPTH + within]
    count = LONG if soak.whole else SAMPLE
    part = [long[number] for number in sorted(soak.random.sample(range(len(long)), min(count, len(long))))]
    return [".".join(path) for path in (*soak.part(short, SAMPLE), *part)]


@pytest.mark.soak
@pytest.mark.parametrize("route", SERVED, ids=named)
def test_a_documented_expansion_is_taken_or_refused_by_name(world: World, soak: Soak, route: Route) -> None:
    path, needed = examples.path(route, world), examples.params(route, world)
    for expansion in tried(route, soak):
        answer, _ = world.outcome(route.method, path, {**needed, "expand": [expansion]})
        check_answer(answer, f"{named(route)} {expansion}")
        if answer.status != 200:
            message = json.loads(answer.body)["error"]["message"]
            assert message.startswith("The local Stripe does not have"), f"{named(route)} {expansion}: {message}"


@pytest.mark.parametrize("route", SERVED, ids=named)
def test_an_undocumented_expansion_is_refused(world: World, route: Route) -> None:
    path, needed = examples.path(route, world), examples.params(route, world)
    expansion = "data.bogus" if route.lists else "bogus"
    answer, _ = world.outcome(route.method, path, {**needed, "expand": [expansion]})

    error = json.loads(answer.body)["error"]
    assert error["message"] == f"This property cannot be expanded ({expansion})."
    assert not {"param", "code"} & error.keys()
