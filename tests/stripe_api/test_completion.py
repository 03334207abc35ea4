"""Every legal answer is understood, and an answer that is none is refused by name."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pytest

from stripe_billing_cli.stripe_api.client import connect_locally
from stripe_billing_cli.stripe_api.completion import complete, complete_event
from stripe_billing_cli.stripe_api.errors import IncompleteAnswerError
from stripe_billing_cli.stripe_api.objects.customers import Customer
from stripe_billing_cli.stripe_api.objects.events import ListedEvent
from stripe_billing_cli.stripe_api.objects.invoices import Invoice
from tests.stripe_api.price import PRICE


def completed(answer: dict[str, Any], **changes: Any) -> Any:
    return complete(copy.deepcopy({**answer, **changes}), "req_1")


def trouble(answer: Any) -> str:
    with pytest.raises(IncompleteAnswerError) as raised:
        complete(answer, "req_1")
    assert raised.value.request_id == "req_1"
    return raised.value.message


def test_what_may_be_absent_becomes_none() -> None:
    price = completed(PRICE)

    assert price["lookup_key"] is None
    assert price["recurring"]["trial_period_days"] is None
    assert price["recurring"]["usage_type"] == "licensed"


def test_objects_inside_objects_are_completed_wherever_they_stand() -> None:
    product = {"id": "prod_1", "active": True, "created": 1, "name": "P", "images": [], "metadata": {}}
    product["marketing_features"] = [{}]
    option = {"unit_amount": 1, "tiers": [{"unit_amount": 2}]}
    page = {"object": "list", "has_more": False, "data": [completed(PRICE), {**PRICE, "product": product}]}
    page["data"][0] |= {"currency_options": {"eur": option}}

    found = completed(page)["data"]

    assert found[0]["currency_options"]["eur"]["tiers"][0]["up_to"] is None
    assert found[1]["product"]["description"] is None
    assert found[1]["product"]["marketing_features"] == [{"name": None}]


def test_what_is_not_known_passes_through() -> None:
    later = completed(PRICE, billing_scheme="by_moon", seats={"kind": "new"}, unit_amount=None)
    assert (later["billing_scheme"], later["seats"]) == ("by_moon", {"kind": "new"})

    unknown = {"object": "galaxy", "id": "gal_1", "spiral": None}
    assert completed(unknown) == unknown
    assert completed({"object": "list", "has_more": True, "data": [unknown]})["data"] == [unknown]


@pytest.mark.parametrize("answer", [{"data": []}, {"data": [{"object": "v2.core.event", "id": "evt_1"}]}])
def test_lists_of_v2_say_when_there_is_no_next_page(answer: dict[str, Any]) -> None:
    assert completed(answer)["next_page_url"] is None


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"currency": None}, "in the price price_1, currency is null"),
        ({"metadata": None}, "in the price price_1, metadata is null"),
        ({"unit_amount": "1500"}, "in the price price_1, unit_amount is text, where a whole number is expected"),
        ({"active": 1}, "in the price price_1, active is a whole number, where true or false is expected"),
        ({"recurring": []}, "in the price price_1, recurring is a list, where an object is expected"),
        ({"recurring": {}}, "in the price price_1, recurring.interval is missing"),
        ({"tiers": [{"up_to": 1}, None]}, "in the price price_1, tiers[1] is null"),
        (
            {"currency_options": {"eur": {"unit_amount": True}}},
            "in the price price_1, currency_options.eur.unit_amount is true or false, where a whole number is expected",
        ),
        ({"product": 7}, "in the price price_1, product is a whole number, where text or an object is expected"),
    ],
)
def test_what_may_not_be_is_an_error_that_names_object_and_field(change: dict[str, Any], message: str) -> None:
    assert trouble(copy.deepcopy({**PRICE, **change})) == f"Stripe's answer is not complete: {message}"


def test_what_may_not_be_absent_is_named_where_it_is_missing() -> None:
    without = {name: value for name, value in PRICE.items() if name != "product"}
    in_list = {"object": "list", "has_more": False, "data": [{**PRICE, "id": "price_0"}, without]}
    inside = {
        **_subscription(),
        "items": {"object": "list", "data": [{**_item(), "price": without}], "has_more": False},
    }

    assert trouble(without).endswith("in the price price_1, product is missing")
    assert trouble(in_list).endswith("in the price price_1, product is missing")
    assert trouble(inside).endswith("in the price price_1, product is missing")


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        ([], "in the answer, object is missing"),
        ({"id": "x"}, "in the answer, object is missing"),
        ({"object": "list", "data": []}, "in the answer, has_more is missing"),
        ({"object": "list", "has_more": False}, "in the answer, data is missing"),
        ({"object": "list", "has_more": False, "data": [{}]}, "in the answer, data[0].object is missing"),
    ],
)
def test_what_is_no_answer_at_all(answer: Any, message: str) -> None:
    assert trouble(answer) == f"Stripe's answer is not complete: {message}"


def test_a_list_is_expected_where_one_was_asked_for() -> None:
    with pytest.raises(IncompleteAnswerError, match="in the answer, object is price, where list is expected"):
        complete(copy.deepcopy(PRICE), None, kinds=("list",))


def test_an_answer_is_of_the_kind_that_was_asked_for(tmp_path: Path) -> None:
    api = connect_locally(tmp_path / "local.db")
    path = f"/v1/customers/{api.post('/v1/customers', {}, kind=Customer).body['id']}"

    assert api.get(path, kind=Customer)["email"] is None
    with pytest.raises(IncompleteAnswerError, match="object is customer, where invoice is expected"):
        api.get(path, kind=Invoice)
    with pytest.raises(IncompleteAnswerError, match=r"data\[0\].object is customer, where event or v2.core.event is"):
        api.page("/v1/customers", {}, kind=ListedEvent)


def test_of_a_deleted_object_nothing_is_required() -> None:
    customer = completed({"id": "cus_1", "object": "customer", "deleted": True})
    assert customer["email"] is None

    expanded = completed({**_subscription(), "customer": {"id": "cus_1", "object": "customer", "deleted": True}})
    assert expanded["customer"]["name"] is None


def test_events_are_passed_on_as_they_came_and_completed_where_they_are_shown() -> None:
    old = {"object": "subscription", "id": "sub_1", "current_period_end": 7}
    event = {"id": "evt_1", "object": "event", "created": 1, "type": "a.b", "data": {"object": old}}

    assert completed(event) == event
    shown = complete_event(event)
    assert shown["data"]["previous_attributes"] is None
    assert shown["data"]["object"]["cancel_at"] is None
    assert old == {"object": "subscription", "id": "sub_1", "current_period_end": 7}
    unknown = {**event, "data": {"object": {"object": "galaxy"}}}
    assert complete_event(unknown)["data"]["object"] == {"object": "galaxy"}


def _item() -> dict[str, Any]:
    period = {"current_period_start": 1, "current_period_end": 2}
    return {"id": "si_1", "object": "subscription_item", "created": 1, "price": copy.deepcopy(PRICE), **period}


def _subscription() -> dict[str, Any]:
    return {
        "id": "sub_1",
        "object": "subscription",
        "billing_cycle_anchor": 1,
        "billing_mode": {"type": "flexible"},
        "cancel_at_period_end": False,
        "collection_method": "charge_automatically",
        "created": 1,
        "currency": "usd",
        "customer": "cus_1",
        "discounts": [],
        "items": {"object": "list", "data": [_item()], "has_more": False},
        "livemode": False,
        "metadata": {},
        "start_date": 1,
        "status": "active",
    }
