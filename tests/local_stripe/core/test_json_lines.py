"""Entries of a text with an entry a line are the ones that a decoder of JSON finds."""

from __future__ import annotations

import json

import pytest

from stripe_billing_cli.local_stripe.core import documented, shapes
from stripe_billing_cli.local_stripe.core.json_lines import Entries

TEXT = '{\n"a":[1,2],\n"a b":{"a":3},\n"b":null\n}\n'


def test_entries_are_found_by_their_whole_names() -> None:
    entries = Entries(TEXT)

    assert [entries.get(name) for name in ("a", "a b", "b", "c", "")] == [[1, 2], {"a": 3}, None, None, None]
    assert [name in entries for name in ("a", "b", "a ", "c")] == [True, True, False, False]
    assert entries.names() == ["a", "a b", "b"]


def test_all_shapes_are_found_line_by_line() -> None:
    text = shapes.DATA.read_text(encoding="utf-8")
    whole, entries = json.loads(text), Entries(text)

    assert {name: entries.get(name) for name in entries.names()} == whole


@pytest.mark.parametrize("section", ["routes", "expansions"])
def test_all_that_is_documented_is_found_line_by_line(section: str) -> None:
    whole = json.loads(documented.DATA.read_text(encoding="utf-8"))[section]
    entries = getattr(documented._sections(), section)

    assert {name: entries.get(name) for name in entries.names()} == whole
