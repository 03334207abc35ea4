"""The page of the local Stripe says of each client what the tests have found."""

from __future__ import annotations

from tests.strangers.clients import PAGE, written


def test_the_table_of_clients_is_the_one_that_the_tests_make() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert page == written(page), "write it again: python -m tests.strangers.clients"
