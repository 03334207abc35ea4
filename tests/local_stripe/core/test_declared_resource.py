"""A resource of a few lines: all that most calls of Stripe's do comes from its declaration.

This file is the recipe for the next resource: a declaration, a call besides, and both among those that the local Stripe
answers. A resource of Stripe's has its `API` in its module.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from stripe_billing_cli.local_stripe.api import API
from stripe_billing_cli.local_stripe.core.errors import invalid
from stripe_billing_cli.local_stripe.core.parameters import EXPAND_ONLY, Choice, Integer, Text
from stripe_billing_cli.local_stripe.core.requests import Api, Call, Route, join
from stripe_billing_cli.local_stripe.core.resource import METADATA, Property, Resource, documented_properties, long_id
from stripe_billing_cli.local_stripe.core.store import Object
from stripe_billing_cli.local_stripe.resources.webhook_endpoints.fields import event_types
from stripe_billing_cli.local_stripe.transport import LocalTransport
from tests.local_stripe.conftest import NOW, Local, Refusal, encoded

TOYS = Resource(
    kind="toy",
    path="/v1/toys",
    noun="toy",
    new_id=long_id("toy"),
    properties={
        "name": Property(Text(20), required=True),
        "colour": Property(Choice(("red", "blue")), default="red", unset=True, filters=True),
        "pieces": Property(Integer(1), changes=False),
        "customer": Property(Text(), filters=True, names="customer"),
        "metadata": METADATA,
    },
    announces=("created", "updated", "deleted", "lost"),
    deletes=True,
)
PATH = TOYS.path


def repaint(call: Call) -> Object:
    """What a call of another path does: it changes what it found, or refuses to."""
    before = TOYS.retrieve(call)
    if before["colour"] == "blue":
        raise invalid("This toy is blue already.", "id")
    after = {**before, "colour": "blue"}
    TOYS.change(call, before, after)
    return after


def lose(call: Call) -> Object:
    """What a call does of which Stripe has an event of another name than `toy.updated`."""
    before = TOYS.retrieve(call)
    after = {**before, "pieces": 0}
    TOYS.change(call, before, after, "lost")
    return after


ROUTES = (
    Route("POST", f"{PATH}/{{id}}/repaint", TOYS.kind, EXPAND_ONLY, repaint),
    Route("POST", f"{PATH}/{{id}}/lose", TOYS.kind, EXPAND_ONLY, lose),
)
TOYS_API = join([TOYS.api, Api(ROUTES)])


class Unchecked(Local):
    """Calls that are not held against Stripe's contract, which has no toys."""

    def _done(self, method: str, path: str, params: Mapping[str, Any], key: str | None) -> Any:
        reply = self.send(method, path, encoded(params), key=key)
        assert reply.status == 200, reply.text
        return reply.json


@pytest.fixture
def toys(tmp_path: Path) -> Iterator[Local]:
    transport = LocalTransport(tmp_path / "toys.db", clock=lambda: NOW, api=join([API.whole(), TOYS_API]))
    yield Unchecked(transport)
    transport.close()


def test_a_toy_is_created_with_what_it_was_given_and_its_defaults(toys: Local) -> None:
    toy = toys.post(PATH, name="Train", pieces=12, metadata={"shelf": "3"})

    assert toy.pop("id").startswith("toy_1")
    assert toy == {
        "object": "toy",
        "colour": "red",
        "created": NOW,
        "customer": None,
        "livemode": False,
        "metadata": {"shelf": "3"},
        "name": "Train",
        "pieces": 12,
    }


def test_a_toy_is_retrieved_updated_and_deleted(toys: Local) -> None:
    toy = toys.post(PATH, name="Train", metadata={"shelf": "3"})
    one = f"{PATH}/{toy['id']}"

    changed = toys.post(one, name="Tram", colour="", metadata={"room": "1"})

    assert changed == {**toy, "name": "Tram", "colour": None, "metadata": {"room": "1", "shelf": "3"}}
    assert toys.get(one) == changed
    assert toys.delete(one) == {"id": toy["id"], "object": "toy", "deleted": True}
    assert toys.refused("get", one) == Refusal(f"No such toy: '{toy['id']}'", "resource_missing", "id", 404)


def test_toys_are_listed_newest_first_and_found_by_filters(toys: Local) -> None:
    owner = toys.post("/v1/customers")["id"]
    red, blue = (toys.post(PATH, name="Train", colour=colour) for colour in ("red", "blue"))
    owned = toys.post(PATH, name="Tram", colour="blue", customer=owner)

    assert toys.get(PATH)["data"] == [owned, blue, red]
    assert toys.get(PATH, colour="blue")["data"] == [owned, blue]
    assert toys.get(PATH, colour="blue", customer=owner)["data"] == [owned]
    first = toys.get(PATH, limit=1)
    assert (first["data"], first["has_more"], first["url"]) == ([owned], True, PATH)
    assert toys.get(PATH, limit=1, starting_after=owned["id"])["data"] == [blue]


def test_the_object_that_a_toy_names_is_expanded(toys: Local) -> None:
    owner = toys.post("/v1/customers", name="Ada")
    toy = toys.post(PATH, name="Train", customer=owner["id"], expand=["customer"])

    assert toy["customer"] == owner
    assert toys.get(f"{PATH}/{toy['id']}")["customer"] == owner["id"]
    assert toys.get(PATH, expand=["data.customer"])["data"][0]["customer"] == owner
    assert toys.refused("get", PATH, expand=["data.colour"]) == Refusal(
        "This property cannot be expanded (data.colour)."
    )


def test_what_happens_to_a_toy_is_an_event(toys: Local) -> None:
    toy = toys.post(PATH, name="Train")
    after = toys.post(f"{PATH}/{toy['id']}", name="Tram")
    toys.post(f"{PATH}/{toy['id']}", name="Tram")
    toys.delete(f"{PATH}/{toy['id']}")

    deleted, updated, created = toys.get("/v1/events", type="toy.*")["data"]
    assert [event["type"] for event in (created, updated, deleted)] == ["toy.created", "toy.updated", "toy.deleted"]
    assert created["data"] == {"object": toy}
    assert updated["data"] == {"object": after, "previous_attributes": {"name": "Train"}}


def test_a_call_of_its_own_changes_a_toy_and_is_an_event(toys: Local) -> None:
    toy = toys.post(PATH, name="Train")

    after = toys.post(f"{PATH}/{toy['id']}/repaint")

    assert after == {**toy, "colour": "blue"} == toys.get(f"{PATH}/{toy['id']}")
    [updated] = toys.get("/v1/events", type="toy.updated")["data"]
    assert updated["data"] == {"object": after, "previous_attributes": {"colour": "red"}}
    assert toys.refused("post", f"{PATH}/{toy['id']}/repaint") == Refusal("This toy is blue already.", None, "id")


def test_a_change_of_which_stripe_has_an_event_is_that_event(toys: Local) -> None:
    """`previous_attributes` is "only included in events of type `*.updated`" (stripe/_event.py)."""
    made = toys.post(PATH, name="Train")

    after = toys.post(f"{PATH}/{made['id']}/lose")

    lost, created = toys.get("/v1/events", type="toy.*")["data"]
    assert [event["type"] for event in (lost, created)] == ["toy.lost", "toy.created"]
    assert lost["data"] == {"object": after}
    assert TOYS.event_types == ("toy.created", "toy.updated", "toy.deleted", "toy.lost")


def test_what_stripe_has_no_event_for_is_none(tmp_path: Path) -> None:
    quiet = replace(TOYS, announces=("deleted",))
    transport = LocalTransport(tmp_path / "toys.db", clock=lambda: NOW, api=join([API.whole(), quiet.api]))
    toys = Unchecked(transport)
    toy = toys.post(PATH, name="Train")
    toys.delete(f"{PATH}/{toy['id']}")

    assert [event["type"] for event in toys.get("/v1/events")["data"]] == ["toy.deleted"] == [*quiet.event_types]
    transport.close()


def test_declared_resources_announce_what_stripe_has_events_for() -> None:
    """After the SDK's list of the types of events: what lacks one leaves it out of `announces`."""
    acts = (getattr(route.act, "__self__", None) for route in API.whole().routes)
    declared = {one.kind: one for one in acts if isinstance(one, Resource)}

    assert declared
    assert {type for one in declared.values() for type in one.event_types} <= set(event_types())


def test_what_never_changes_has_no_call_that_updates() -> None:
    fixed = replace(TOYS, properties={"name": Property(Text(), required=True, changes=False)})

    assert [f"{route.method} {route.path}" for route in fixed.api.routes] == [
        "POST /v1/toys",
        "GET /v1/toys",
        "GET /v1/toys/{id}",
        "DELETE /v1/toys/{id}",
    ]


@pytest.mark.parametrize(
    ("params", "refusal"),
    [
        ({}, Refusal("Missing required param: name.", "parameter_missing", "name")),
        (
            {"name": "T" * 21},
            Refusal("Invalid string: TTTTTTTTTT...TTTTTTT; must be at most 20 characters", None, "name"),
        ),
        ({"name": "T", "colour": "green"}, Refusal("Invalid colour: must be one of red or blue", None, "colour")),
        ({"name": "T", "wheels": "4"}, Refusal("Received unknown parameter: wheels", "parameter_unknown", "wheels")),
        ({"name": "T", "customer": "cus_1"}, Refusal("No such customer: 'cus_1'", "resource_missing", "customer")),
    ],
)
def test_what_a_toy_cannot_be_is_refused(toys: Local, params: dict[str, Any], refusal: Refusal) -> None:
    assert toys.refused("post", PATH, **params) == refusal
    assert toys.get(PATH)["data"] == []


def test_what_does_not_change_is_refused_in_an_update(toys: Local) -> None:
    toy = toys.post(PATH, name="Train", pieces=12)

    assert toys.refused("post", f"{PATH}/{toy['id']}", pieces=13) == Refusal(
        "Received unknown parameter: pieces", "parameter_unknown", "pieces"
    )
    assert toys.refused("get", PATH, customer="cus_1") == Refusal(
        "No such customer: 'cus_1'", "resource_missing", "customer"
    )


def test_a_list_takes_created_only_where_stripe_documents_it() -> None:
    """Of payment method domains Stripe documents `created` as a field, and not as a filter of their list."""
    path = "/v1/payment_method_domains"
    domains = Resource(
        kind="payment_method_domain",
        path=path,
        noun="payment method domain",
        new_id=long_id("pmd"),
        properties=documented_properties(path, {}, {"enabled": True}),
    )
    [list_route] = [route for route in domains.api.routes if route.lists]

    assert set(list_route.form.fields) == {
        *("domain_name", "enabled"),
        *("ending_before", "expand", "limit", "starting_after"),
    }
