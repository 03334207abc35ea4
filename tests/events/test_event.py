"""Reading an event."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stripe_billing_cli.events import event_summary
from stripe_billing_cli.events.event import Event, InvalidEventError, from_body, parse
from tests.answer_modes import MODES, rewritten
from tests.event_bodies import event_body, thin

VALUES: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


def test_a_snapshot_event() -> None:
    body = event_body(account="acct_1", livemode=True)

    assert parse(body) == Event(
        id="evt_1",
        type="customer.subscription.updated",
        created=1_700_000_000,
        livemode=True,
        payload=body.decode(),
        api_version="2026-10-28.endive",
        object="subscription",
        object_id="sub_1",
        customer="cus_1",
        account="acct_1",
    )


@pytest.mark.parametrize(
    ("about", "customer"),
    [
        ({"object": "customer", "id": "cus_2"}, "cus_2"),
        ({"object": "invoice", "id": "in_1", "customer": {"id": "cus_3", "object": "customer"}}, "cus_3"),
        ({"object": "invoice", "id": "in_1", "customer": None, "customer_account": "acct_9"}, "acct_9"),
        ({"object": "entitlements.active_entitlement_summary", "customer": "cus_4"}, "cus_4"),
        ({"object": "product", "id": "prod_1"}, None),
        ({"object": "invoice", "customer": ["cus_5"]}, None),
    ],
)
def test_whose_event_it_is(about: dict[str, Any], customer: str | None) -> None:
    event = parse(event_body(data={"object": about}))

    assert event.customer == customer
    assert event.customer_queue == (customer or about.get("id") or "evt_1")


def test_a_thin_event_names_its_object_and_is_thin_until_it_has_data() -> None:
    event = parse(thin())

    assert (event.thin, event.object, event.object_id, event.livemode) == (True, "billing.meter", "mtr_1", True)
    assert event.created == 1_795_553_188
    assert not parse(thin(data=None)).thin
    assert not parse(thin(data={"reason": {}}, related_object=None)).thin


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"null",
        b"[]",
        b"{}",
        b"\xff\xfe",
        b"{" * 100_000,
        b"[" * 100_000,
        event_body()[:-2],
        event_body(object="customer"),
        event_body(id=None),
        event_body(id="evt\u0000"),
        event_body(id="evt_\ud800"),
        event_body(id="x" * 256),
        event_body(type=7),
        event_body(created="now"),
        event_body(created=True),
        event_body(created=-1),
        event_body(created=10**30),
        event_body(data=None),
        event_body(data={"object": "sub_1"}),
        event_body().replace(b"active", b"act\0ive"),
        thin(created="2026-11-24"),
        thin(created=5),
    ],
)
def test_what_is_no_event(text: bytes) -> None:
    with pytest.raises(InvalidEventError) as raised:
        parse(text)
    assert "sub_1" not in str(raised.value)


@given(
    fields=st.dictionaries(st.sampled_from(["id", "type", "created", "data", "account", "object", "context"]), VALUES)
)
def test_whatever_it_holds_it_is_an_event_or_not(fields: dict[str, Any]) -> None:
    try:
        event = parse(event_body(**fields))
    except InvalidEventError:
        return
    assert event.payload is not None
    for text in (event.id, event.type, event.customer_queue, event.account or ""):
        assert text.isascii()


@pytest.mark.parametrize("mode", sorted(MODES))
def test_one_that_is_said_in_another_way_is_read_alike_and_kept_as_it_came(mode: str) -> None:
    about = {
        "id": "sub_1",
        "object": "subscription",
        "customer": {"id": "cus_1", "object": "customer"},
        "status": "new",
    }
    body = event_body(data={"object": about, "previous_attributes": {"status": "old", "pause_collection": None}})
    said = rewritten(body, "", MODES[mode])

    plain, read = parse(body), parse(said)

    assert msgspec.structs.replace(read, payload=plain.payload) == plain
    assert read.payload == said
    assert event_summary.changes(read) == event_summary.changes(plain) == ["status: old → new", "pause_collection"]


def test_one_of_an_unknown_type_about_an_unknown_object_is_read() -> None:
    event = parse(event_body(type="galaxy.formed", data={"object": {"object": "galaxy", "spiral": True}}))

    assert (event.type, event.object, event.object_id, event.customer) == ("galaxy.formed", "galaxy", None, None)
    assert event.customer_queue == event.id


def test_one_read_from_the_api_is_the_same() -> None:
    assert from_body(json.loads(event_body()), "webhook").customer_queue == parse(event_body()).customer_queue
