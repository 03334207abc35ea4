"""A lookup key belongs to one price, and moves to another only when that is said."""

from __future__ import annotations

import pytest

from tests.local_stripe.conftest import Local, Refusal


def taken(holder: str) -> Refusal:
    return Refusal(f"A price (`{holder}`) already uses that lookup key.", param="lookup_key")


def keys(local: Local) -> dict[str, str | None]:
    return {price["id"]: price["lookup_key"] for price in local.get("/v1/prices")["data"]}


@pytest.mark.parametrize("active", [True, False])
def test_a_key_belongs_to_one_price_archived_or_not(local: Local, active: bool) -> None:
    first, second = local.price(lookup_key="pro", active=active), local.price()
    again = {"product": first["product"], "currency": "usd", "unit_amount": 1, "lookup_key": "pro"}

    assert local.refused("post", "/v1/prices", **again) == taken(first["id"])
    assert local.refused("post", f"/v1/prices/{second['id']}", lookup_key="pro") == taken(first["id"])
    assert local.refused("post", "/v1/prices", **again, transfer_lookup_key=False) == taken(first["id"])
    assert keys(local) == {first["id"]: "pro", second["id"]: None}


def test_a_new_price_takes_the_key_over(local: Local) -> None:
    first = local.price(lookup_key="pro")

    second = local.price(lookup_key="pro", transfer_lookup_key=True)

    assert keys(local) == {first["id"]: None, second["id"]: "pro"}


def test_an_update_takes_the_key_over(local: Local) -> None:
    first, second = local.price(lookup_key="pro"), local.price(lookup_key="max")

    local.post(f"/v1/prices/{second['id']}", lookup_key="pro", transfer_lookup_key=True)

    assert keys(local) == {first["id"]: None, second["id"]: "pro"}
    assert local.price(lookup_key="max")["lookup_key"] == "max"


def test_a_price_keeps_its_own_key(local: Local) -> None:
    price = local.price(lookup_key="pro")

    assert local.post(f"/v1/prices/{price['id']}", lookup_key="pro") == price
    assert local.post(f"/v1/prices/{price['id']}", lookup_key="pro", transfer_lookup_key=True) == price


def test_a_transfer_without_a_key_moves_nothing(local: Local) -> None:
    first = local.price(lookup_key="pro")

    second = local.price(transfer_lookup_key=True)

    assert keys(local) == {first["id"]: "pro", second["id"]: None}


def test_a_key_is_at_most_200_characters(local: Local) -> None:
    price = local.price(lookup_key="k" * 200)
    assert local.get("/v1/prices", lookup_keys=["k" * 200])["data"] == [price]

    assert local.refused("post", f"/v1/prices/{price['id']}", lookup_key="k" * 201) == Refusal(
        "Invalid string: kkkkkkkkkk...kkkkkkk; must be at most 200 characters", None, "lookup_key"
    )


def test_prices_are_listed_by_their_keys(local: Local) -> None:
    prices = {key: local.price(lookup_key=key) for key in ("a", "b", "c")}
    local.price()

    found = local.get("/v1/prices", lookup_keys=["c", "a", "nothing"])["data"]

    assert found == [prices["c"], prices["a"]]


def test_ten_keys_are_asked_for_at_once(local: Local) -> None:
    ten = [f"key{number}" for number in range(10)]

    assert local.get("/v1/prices", lookup_keys=ten)["data"] == []
    assert local.refused("get", "/v1/prices", lookup_keys=[*ten, "eleventh"]) == Refusal(
        "Array lookup_keys exceeded maximum 10 allowed elements.", None, "lookup_keys"
    )
