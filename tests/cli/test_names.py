"""A name that leads nowhere: the exit code says whether the command line alone shows it; JSON says which mistake it is."""

from __future__ import annotations

import pytest

from stripe_billing_cli.cli.errors import explain
from stripe_billing_cli.stripe_api import lookup
from tests.conftest import Billing
from tests.subscriptions.conftest import Shop


@pytest.mark.parametrize(
    ("refused", "kind", "exit_code"),
    [
        (lookup.WrongKindError("no"), "wrong_kind", 2),
        (lookup.NoMatchError("no"), "not_found", 1),
        (lookup.WrongModeError("no"), "wrong_mode", 1),
        (lookup.DeletedError("no"), "deleted", 1),
        (lookup.ArchivedError("no"), "archived", 1),
        (lookup.AmbiguousError("no"), "ambiguous", 1),
    ],
)
def test_each_mistake_has_its_kind_and_exit_code(refused: lookup.LookupFailedError, kind: str, exit_code: int) -> None:
    report = explain(refused)

    assert (report.kind, report.exit_code) == (kind, exit_code)


def test_the_request_of_a_refused_name_is_told(billing: Billing) -> None:
    ran = billing("sub", "show", "--local", "sub_None", "--output", "json")

    assert ran.error["kind"] == "not_found"
    assert ran.error["request_id"].startswith("req_")


def test_a_customer_who_is_named_by_a_name_is_told_how_customers_are_named(billing: Billing) -> None:
    hint = billing("customer", "show", "--local", "Ada", "--output", "json").error["hint"]

    assert hint.startswith("a customer goes by an id, cus_…, or by an email, not by a name; ")
    assert (
        billing("customer", "show", "--local", "cus_None", "--output", "json").error["hint"].startswith("check the id;")
    )


@pytest.mark.parametrize("name", [" ada@example.com", "cus_NffrFeUfNV2Hib\u00a0", " sub_1MowQVLkdIwHu7ixeRlqHVzs"])
def test_a_name_that_was_pasted_with_a_blank_is_told_without(billing: Billing, name: str) -> None:
    ran = billing("sub", "show", "--local", name, "--output", "json", "--verbose")

    assert (ran.code, ran.error["kind"], ran.error["hint"]) == (2, "wrong_kind", f"write {name.strip()}")
    assert "GET /v1/" not in ran.err


@pytest.mark.parametrize("command", [("sub", "show"), ("sub", "watch"), ("customer", "show"), ("customer", "portal")])
def test_the_wrong_kind_is_told_before_any_call(billing: Billing, command: tuple[str, str]) -> None:
    ran = billing(*command, "--local", "price_1MoBy5LkdIwHu7ixZhnattbh", "--verbose")

    assert ran.code == 2
    assert "price_1MoBy5LkdIwHu7ixZhnattbh is the id of a price, and a " in ran.err
    assert "GET /v1/" not in ran.err


def test_what_no_id_looks_like_is_not_sent(billing: Billing) -> None:
    ran = billing("sub", "show", "--local", "sub_1/../../customers", "--verbose")

    assert ran.code == 2
    assert "/v1/" not in ran.err


def test_a_deleted_customer_is_said_to_be_deleted(billing: Billing, shop: Shop) -> None:
    gone = shop.customer()["id"]
    shop.api.delete(f"/v1/customers/{gone}")

    for argv in (("customer", "show", gone), ("customer", "update", gone, "--name", "x"), ("sub", "show", gone)):
        ran = billing(*argv, "--local", "--output", "json")
        assert (ran.code, ran.error["kind"]) == (1, "deleted"), argv
