"""Every documented parameter of every call that the local Stripe has: taken or refused, and never ignored."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlencode

import pytest
from stripe._encode import _api_encode

from stripe_billing_cli.local_stripe.api import API
from stripe_billing_cli.local_stripe.core import documented
from stripe_billing_cli.local_stripe.core.documented import Operation
from stripe_billing_cli.local_stripe.core.messages import Answer
from stripe_billing_cli.local_stripe.core.requests import Route
from tests.soak import Soak
from tests.sweep import examples
from tests.sweep.candidates import Swept, invalid, put, swept, valid
from tests.sweep.refusals import check_answer
from tests.sweep.world import World

SERVED = [
    route
    for route in API.whole().routes
    if route.path.startswith("/v1/") and not route.path.startswith(examples.UNDOCUMENTED)
]
SAMPLE = 4
"""Parameters of each call that are tried in a part of the sweep."""
ALIASES = {"plan": "price"}
"""Older names of parameters, by those that refusals name."""

HOW: Mapping[str, str] = {
    "ending_before": "tried by the sweep of lists",
    "starting_after": "tried by the sweep of lists",
    "usage_gte": "decides only about use that reaches it, and no line of a preview shows it",
    "clear_usage": "use that meters count is not cleared",
    "email_type": "the local Stripe sends no emails",
    "enforce_arithmetic_validation": "decides only about details that do not add up",
    "error_on_requires_action": "decides only about cards that need authentication",
    "forgive": "decides only about sources that hold less than is due",
    "limit": "tried by the sweep of lists",
    "off_session": "decides only about cards that need authentication",
    "payment_behavior": "decides only about payments that fail",
    "preserve_cancel_date": "decides only about schedules that cancel",
    "requested_address_types": "chooses among the addresses of a currency, of which the example's has one",
    "return_url": "shown once a card needs authentication",
    "setup_credential_usage": "what the card's network is told of later payments, and no answer shows",
    "stored_credential_usage": "what the card's network is told of the payment, and no answer shows",
    "transfer_lookup_key": "decides only about a lookup key that is taken",
    "use_stripe_sdk": "decides only about cards that need authentication",
    "trial_from_plan": "decides only about prices with a trial",
}
"""Parameters without an effect of their own in the calls of the sweep, by name."""
NO_EFFECT: Mapping[tuple[str, str], str] = {
    ("GET /v1/invoice_payments", "payment[type]"): "all of them are payment intents",
    ("POST /v1/customers/{id}/subscriptions", "proration_behavior"): "decides only about an anchor that is not now",
    ("POST /v1/subscriptions", "proration_behavior"): "decides only about an anchor that is not now",
    ("POST /v1/subscriptions/{id}/pause", "type"): "there is one type",
    ("POST /v1/subscriptions/{id}/pause", "bill_for[outstanding_usage_through][type]"): "the example is not metered",
    ("POST /v1/subscriptions/{id}/resume", "proration_behavior"): "decides only about an anchor that is unchanged",
    ("POST /v1/subscriptions/{id}/resume", "proration_date"): "decides only about an anchor that is unchanged",
    ("POST /v1/invoices/create_preview", "customer_details[tax][ip_address]"): "decides only about automatic tax",
    ("POST /v1/setup_intents", "usage"): "recorded: it stays off_session",
    ("POST /v1/shipping_rates", "type"): "there is one type",
    ("POST /v1/subscription_schedules/{id}", "proration_behavior"): "decides only about phases that change",
}
"""The same for single calls."""
WITHOUT_EFFECT: Mapping[str, str] = {
    "GET /v1/payouts": "there are none to choose from",
    "GET /v1/radar/early_fraud_warnings": "there are none to choose from",
    "GET /v1/accounts/{id}/external_accounts": "there are none to choose from",
    "GET /v1/credit_notes/preview/lines": "what is said of a credit note is not said of its lines",
}
"""Calls of which only the refusals are looked at."""


def named(route: Route) -> str:
    return f"{route.method} {route.path}"


def operation(route: Route) -> Operation:
    found = documented.operation(route.method, route.path.replace("{id}", "id"))
    assert found is not None, f"{named(route)} is not documented"
    return found


def sent(params: Mapping[str, Any]) -> str:
    return urlencode(list(_api_encode(params)))


class Sweep:
    """A call of the local Stripe, made again and again with one parameter more."""

    def __init__(self, world: World, route: Route) -> None:
        self.world, self.route = world, route
        self.operation = operation(route)
        self.path, self.base = examples.path(route, world), examples.params(route, world)

    def plain(self) -> tuple[Answer, Any]:
        return self.world.outcome(self.route.method, self.path, self.base)

    def outcome(self, parameter: Swept, value: Any) -> tuple[Answer, Any] | None:
        """Return the outcome with the parameter; None where form encoding has nothing to say of the value."""
        form = sent(put(self.base, parameter.names, value, self.operation.parameters, self.world))
        if form == sent(self.base):
            return None
        return self.world.outcome(self.route.method, self.path, form)

    def tried(self, parameter: Swept, values: list[Any]) -> Iterator[tuple[Any, Answer, Any]]:
        for value in values:
            outcome = self.outcome(parameter, value)
            if outcome is not None:
                yield value, *outcome


def parameters(sweep: Sweep, soak: Soak) -> list[Swept]:
    found = list(swept(sweep.operation.parameters))
    return soak.part(found, SAMPLE)


def has_reason(route: Route, parameter: Swept, name: str) -> bool:
    """Return whether it is known why a parameter changes nothing; what an object says its parts are asked about."""
    return (
        bool(parameter.parameter.fields)
        or name in HOW
        or named(route) in WITHOUT_EFFECT
        or (named(route), parameter.param) in NO_EFFECT
    )


@pytest.mark.parametrize("route", SERVED, ids=named)
def test_every_call_has_an_example_that_succeeds(world: World, route: Route) -> None:
    answer, _ = Sweep(world, route).plain()

    assert (answer.status == 200) is (named(route) not in examples.REFUSED), answer.body


def test_the_same_call_has_the_same_outcome(world: World) -> None:
    """Otherwise each parameter of these calls would seem to have an effect."""
    sweeps = [Sweep(world, route) for route in SERVED if route.method != "GET"]

    assert [named(sweep.route) for sweep in sweeps if sweep.plain() != sweep.plain()] == []


@pytest.mark.soak
@pytest.mark.parametrize("route", SERVED, ids=named)
def test_a_documented_parameter_is_taken_or_refused(world: World, soak: Soak, route: Route) -> None:
    sweep = Sweep(world, route)
    before = sweep.plain()
    ignored = []
    for parameter in parameters(sweep, soak):
        name = next(part for part in reversed(parameter.names) if not part.isdigit())
        effects = []
        for value, answer, state in sweep.tried(parameter, valid(parameter.parameter, name, world)):
            what = f"{named(route)} {parameter.param}={value!r}"
            check_answer(answer, what)
            assert "unknown parameter" not in answer.body, f"{what}: {answer.body}"
            effects.append(answer.status != 200 or (answer.body, state) != (before[0].body, before[1]))
        if effects and not any(effects) and not has_reason(route, parameter, name):
            ignored.append(parameter.param)

    assert ignored == [], "neither refused nor with an effect: NO_EFFECT has the reason of one that rightly has none"


@pytest.mark.soak
@pytest.mark.parametrize("route", SERVED, ids=named)
def test_a_parameter_of_the_wrong_type_is_refused(world: World, soak: Soak, route: Route) -> None:
    sweep = Sweep(world, route)
    for parameter in parameters(sweep, soak):
        for value, answer, _ in sweep.tried(parameter, invalid(parameter.parameter)):
            what = f"{named(route)} {parameter.param}={value!r}"
            check_answer(answer, what)
            assert answer.status >= 400, f"{what} is taken"
            error = json.loads(answer.body)["error"]
            about = str(error.get("param", "")).split("[")[0]
            assert (
                about in (parameter.names[0], ALIASES.get(parameter.names[0])) or "does not have" in error["message"]
            ), f"{what}: {error}"


@pytest.mark.parametrize("route", SERVED, ids=named)
def test_an_undocumented_parameter_is_unknown(world: World, route: Route) -> None:
    sweep = Sweep(world, route)
    answer, _ = world.outcome(route.method, sweep.path, {**sweep.base, "no_such_parameter": "1"})
    error = json.loads(answer.body)["error"]

    assert (answer.status, error["message"], error.get("code"), error["param"]) == (
        400,
        "Received unknown parameter: no_such_parameter",
        "parameter_unknown",
        "no_such_parameter",
    )
