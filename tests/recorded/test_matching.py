"""The comparison itself: what it lets pass, and what it never does."""

from __future__ import annotations

from typing import Any

import pytest

from tests.recorded.matching import differences
from tests.recorded.shapes import Shapes, Tagged

NOW = 1_789_964_400
ANSWERS = {"price": {"id": "price_1", "created": NOW}}
ID = "prod_" + "a" * 14


def paths(recorded: Any, here: Any) -> list[str]:
    return [one.path for one in differences(recorded, here, ANSWERS, NOW)]


@pytest.mark.parametrize(
    ("recorded", "here", "path"),
    [
        ({"a": None}, {}, ".a"),
        ({}, {"a": None}, ".a"),
        ({"a": 1}, {"a": True}, ".a"),
        ({"a": 10.0}, {"a": 10}, ".a"),
        ({"a": "10"}, {"a": 10}, ".a"),
        ({"a": []}, {"a": None}, ".a"),
        ({"a": {"b": [1, 2]}}, {"a": {"b": [1, 3]}}, ".a.b[1]"),
        ([1, 2], [1], ".length"),
        ({"a": 1, "b": 2}, {"b": 2, "a": 1}, ".(order of keys)"),
        ({"id": "<prod_>"}, {"id": "prod_x"}, ".id"),
        ({"a": "<now+60>"}, {"a": NOW}, ".a"),
        ({"a": "<time>"}, {"a": None}, ".a"),
        ({"a": "<string 5>"}, {"a": 5}, ".a"),
        ({"a": "<null or x>"}, {"a": "y"}, ".a"),
        ({"a": "$price"}, {"a": "price_2"}, ".a"),
        ({"a": "$price.created+1"}, {"a": NOW}, ".a"),
        ({"a": "$nothing"}, {"a": "price_1"}, ".a"),
    ],
)
def test_a_difference_is_found(recorded: Any, here: Any, path: str) -> None:
    assert paths(recorded, here) == [path]


@pytest.mark.parametrize(
    ("recorded", "here"),
    [
        ({"id": "<prod_>", "object": "product", "a": None}, {"id": ID, "object": "product", "a": None}),
        ({"a": "<now+60>", "b": "<time>"}, {"a": NOW + 60, "b": NOW}),
        ({"a": "No such price: '$price'"}, {"a": "No such price: 'price_1'"}),
        ({"a": "$price.created+1"}, {"a": NOW + 1}),
        ({"a": "<null or x>", "b": "<null or x>"}, {"a": None, "b": "x"}),
        ({"a": "<digits 6>", "b": "<8 of A-Z0-9>"}, {"a": "123456", "b": "ABCD1234"}),
    ],
)
def test_what_is_as_recorded_is_no_difference(recorded: Any, here: Any) -> None:
    assert paths(recorded, here) == []


def test_a_shape_is_written_out_with_its_changes() -> None:
    shapes = Shapes({
        "price": {"arguments": {"amount": 5}, "keys": {"amount": "=amount", "text": "<string =amount>", "a": {"b": None}, "c": 1}},
        "dear": {"keys": Tagged("price", {"amount": 9, "a": {"d": 2}})},
    })  # fmt: skip
    assert shapes.expand(Tagged("price", {})) == {"amount": 5, "text": "<string 5>", "a": {"b": None}, "c": 1}
    changed = shapes.expand([Tagged("dear", {"c": "<absent>"})])
    assert changed == [{"amount": 9, "text": "<string 9>", "a": {"b": None, "d": 2}}]


def test_an_error_has_its_page_only_with_a_code() -> None:
    plain = Shapes({}).expand(Tagged("error", {"message": "No."}))["error"]
    assert plain == {"type": "invalid_request_error", "request_log_url": "<url>", "message": "No."}
    coded = Shapes({}).expand(Tagged("error", {"message": "No.", "code": "card_declined"}))["error"]
    assert coded["doc_url"] == "https://stripe.com/docs/error-codes/card-declined"
