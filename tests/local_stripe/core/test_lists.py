"""Lists: newest first, page by page in both directions, filtered."""

from __future__ import annotations

from typing import Any

import pytest

from tests.local_stripe.conftest import NOW, Clock, Local, Refusal

BOTH_CURSORS = Refusal("Received both starting_after and ending_before parameters. Please pass in only one.")


def names(listed: Any) -> list[str]:
    return [one["name"] for one in listed["data"]]


def ids(listed: Any) -> list[str]:
    return [one["id"] for one in listed["data"]]


def five_products(local: Local) -> None:
    """Products of the ids p1 to p5, made one after another within one second."""
    for number in range(1, 6):
        local.product(id=f"p{number}", name=f"Product {number}")


@pytest.mark.parametrize("path", ["products", "prices", "events"])
def test_an_empty_list(local: Local, path: str) -> None:
    assert local.get(f"/v1/{path}") == {"object": "list", "data": [], "has_more": False, "url": f"/v1/{path}"}


def test_ten_are_listed_newest_first_unless_more_are_asked_for(local: Local) -> None:
    for number in range(12):
        local.product(name=str(number))

    page = local.get("/v1/products")

    assert names(page) == [str(number) for number in range(11, 1, -1)]
    assert page["has_more"] is True
    assert local.get("/v1/products", limit=12)["has_more"] is False
    assert len(local.get("/v1/products", limit=100)["data"]) == 12


def test_what_is_newer_by_the_clock_comes_first(local: Local, clock: Clock) -> None:
    local.product(name="of noon")
    clock.now -= 3600
    local.product(name="of the hour before")

    assert names(local.get("/v1/products")) == ["of noon", "of the hour before"]


@pytest.mark.parametrize("path", ["products", "prices", "events"])
@pytest.mark.parametrize(
    ("limit", "message"),
    [
        ("ten", "Invalid integer: ten"),
        ("1.0", "Invalid integer: 1.0"),
    ],
)
def test_a_limit_is_an_integer(local: Local, path: str, limit: str, message: str) -> None:
    assert local.refused("get", f"/v1/{path}", limit=limit) == Refusal(message, "parameter_invalid_integer", "limit")


@pytest.mark.parametrize(("limit", "length"), [("0", 1), ("-1", 1), ("1", 1), ("100", 100), ("101", 100), ("200", 100)])
def test_a_page_has_1_to_100_objects(local: Local, limit: str, length: int) -> None:
    """Recorded: a limit beyond the bounds is brought into them."""
    for number in range(101):
        local.product(name=str(number))

    page = local.get("/v1/products", limit=limit)

    assert (len(page["data"]), page["has_more"]) == (length, True)


def test_pages_lead_from_the_newest_to_the_oldest(local: Local) -> None:
    five_products(local)

    first = local.get("/v1/products", limit=2)
    second = local.get("/v1/products", limit=2, starting_after="p4")
    third = local.get("/v1/products", limit=2, starting_after="p2")
    beyond = local.get("/v1/products", limit=2, starting_after="p1")

    assert [ids(page) for page in (first, second, third, beyond)] == [["p5", "p4"], ["p3", "p2"], ["p1"], []]
    assert [page["has_more"] for page in (first, second, third, beyond)] == [True, True, False, False]


def test_pages_lead_back_to_the_newest(local: Local) -> None:
    five_products(local)

    nearest = local.get("/v1/products", limit=2, ending_before="p1")
    further = local.get("/v1/products", limit=2, ending_before="p3")
    beyond = local.get("/v1/products", limit=2, ending_before="p5")

    assert [ids(page) for page in (nearest, further, beyond)] == [["p3", "p2"], ["p5", "p4"], []]
    assert [page["has_more"] for page in (nearest, further, beyond)] == [True, False, False]


def test_a_page_stays_where_it_is_while_objects_come_in(local: Local) -> None:
    five_products(local)
    before = local.get("/v1/products", limit=2, starting_after="p4")

    local.product(id="p6")

    assert local.get("/v1/products", limit=2, starting_after="p4") == before


def test_a_cursor_may_be_an_object_that_the_filter_leaves_out(local: Local) -> None:
    five_products(local)
    local.post("/v1/products/p4", active=False)

    assert ids(local.get("/v1/products", active=True, starting_after="p4")) == ["p3", "p2", "p1"]


@pytest.mark.parametrize("path", ["products", "prices", "events"])
def test_there_is_one_cursor(local: Local, path: str) -> None:
    local.price()
    [one, *_] = ids(local.get(f"/v1/{path}"))

    assert local.refused("get", f"/v1/{path}", starting_after=one, ending_before=one) == BOTH_CURSORS


@pytest.mark.parametrize("cursor", ["starting_after", "ending_before"])
@pytest.mark.parametrize(("path", "noun"), [("products", "product"), ("prices", "price"), ("events", "event")])
def test_an_unknown_cursor_is_missing(local: Local, path: str, noun: str, cursor: str) -> None:
    local.price()

    assert local.refused("get", f"/v1/{path}", **{cursor: "nothing"}) == Refusal(
        f"No such {noun}: 'nothing'", "resource_missing", cursor
    )


def test_a_cursor_is_an_object_of_the_list(local: Local) -> None:
    price = local.price()

    refusal = local.refused("get", "/v1/products", starting_after=price["id"])

    assert refusal == Refusal(f"No such product: '{price['id']}'", "resource_missing", "starting_after")


@pytest.mark.parametrize(
    ("created", "found"),
    [
        (NOW + 10, [1]),
        ({"gt": NOW + 10}, [2]),
        ({"gte": NOW + 10}, [2, 1]),
        ({"lt": NOW + 10}, [0]),
        ({"lte": NOW + 10}, [1, 0]),
        ({"gt": NOW, "lt": NOW + 20}, [1]),
        ({"gte": NOW, "lte": NOW + 20}, [2, 1, 0]),
        ({"gt": NOW + 20}, []),
        (NOW + 5, []),
    ],
)
@pytest.mark.parametrize("path", ["products", "prices", "events"])
def test_created_is_a_moment_or_a_range(local: Local, clock: Clock, path: str, created: Any, found: list[int]) -> None:
    made = []
    for _ in range(3):
        local.price(product_data={"name": "Pro"})
        made.append({one["id"] for one in local.get(f"/v1/{path}", created=clock.now)["data"]})
        clock.now += 10

    listed = local.get(f"/v1/{path}", created=created)

    assert set(ids(listed)) == set().union(*(made[number] for number in found))


@pytest.mark.parametrize(
    ("form", "refusal"),
    [
        (
            "created[after]=1",
            Refusal("Received unknown parameter: created[after]", "parameter_unknown", "created[after]"),
        ),
        ("created=noon", Refusal("Invalid integer: noon", "parameter_invalid_integer", "created")),
        ("created[gt]=noon", Refusal("Invalid integer: noon", "parameter_invalid_integer", "created[gt]")),
    ],
)
def test_created_is_in_unix_seconds(local: Local, form: str, refusal: Refusal) -> None:
    assert local.send("get", "/v1/products", form).refusal == refusal


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        ({"active": True}, ["c", "a"]),
        ({"active": False}, ["b"]),
        ({"ids": ["a", "c"]}, ["c", "a"]),
        ({"ids": ["a", "b"], "active": True}, ["a"]),
        ({"ids": ["nothing"]}, []),
        ({"shippable": True}, ["a"]),
        ({"shippable": False}, ["b"]),
        ({"url": "https://shop.example/c"}, ["c"]),
        ({"url": "https://shop.example"}, []),
        ({"type": "service"}, ["c", "b"]),
        ({"type": "good"}, ["a"]),
    ],
)
def test_products_by(local: Local, filters: dict[str, Any], found: list[str]) -> None:
    local.product(id="a", shippable=True, type="good")
    local.product(id="b", shippable=False, active=False)
    local.product(id="c", url="https://shop.example/c")

    assert ids(local.get("/v1/products", **filters)) == found


def test_a_hundred_products_are_asked_for_by_id_at_once(local: Local) -> None:
    five_products(local)
    hundred = [f"p{number}" for number in range(100)]

    assert ids(local.get("/v1/products", ids=hundred, limit=100)) == ["p5", "p4", "p3", "p2", "p1"]
    assert local.refused("get", "/v1/products", ids=[*hundred, "p100"]) == Refusal(
        "Array ids exceeded maximum 100 allowed elements.", None, "ids"
    )


@pytest.mark.parametrize("cursor", ["starting_after", "ending_before"])
def test_products_by_id_take_no_cursor(local: Local, cursor: str) -> None:
    five_products(local)

    refusal = local.refused("get", "/v1/products", ids=["p1"], **{cursor: "p2"})

    assert refusal == Refusal(f"You may only specify one of these parameters: ids, {cursor}.", None, "ids")


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        ({"active": True}, ["usage", "yearly", "once"]),
        ({"active": False}, ["monthly"]),
        ({"type": "one_time"}, ["once"]),
        ({"type": "recurring"}, ["usage", "monthly", "yearly"]),
        ({"currency": "eur"}, ["yearly"]),
        ({"currency": "EUR"}, ["yearly"]),
        ({"currency": "gbp"}, []),
        ({"product": "a"}, ["yearly", "once"]),
        ({"product": "b", "active": True}, ["usage"]),
        ({"recurring": {"interval": "month"}}, ["usage", "monthly"]),
        ({"recurring": {"interval": "month", "usage_type": "metered"}}, ["usage"]),
        ({"recurring": {"meter": "mtr_1"}}, ["usage"]),
        ({"lookup_keys": ["once", "usage"]}, ["usage", "once"]),
    ],
)
def test_prices_by(local: Local, filters: dict[str, Any], found: list[str]) -> None:
    local.product(id="a")
    local.product(id="b")
    local.price(product="a", lookup_key="once")
    local.price(product="a", lookup_key="yearly", currency="eur", recurring={"interval": "year"})
    local.price(product="b", lookup_key="monthly", active=False, recurring={"interval": "month"})
    made = {"kind": "billing.meter", "objects": [{"id": "mtr_1", "created": 1}]}
    local.transport.store.insert_many(**made)  # type: ignore[attr-defined]
    metered = {"interval": "month", "usage_type": "metered", "meter": "mtr_1"}
    local.price(product="b", lookup_key="usage", recurring=metered)

    listed = [price["lookup_key"] for price in local.get("/v1/prices", **filters)["data"]]

    assert sorted(listed) == sorted(found)


@pytest.mark.parametrize(
    ("path", "name", "noun"),
    [
        ("/v1/prices", "product", "product"),
        ("/v1/promotion_codes", "coupon", "coupon"),
        ("/v1/promotion_codes", "customer", "customer"),
        ("/v1/setup_intents", "customer", "customer"),
        ("/v1/payment_methods", "customer", "customer"),
        ("/v1/payment_intents", "customer", "customer"),
        ("/v1/charges", "customer", "customer"),
        ("/v1/charges", "payment_intent", "payment_intent"),
        ("/v1/refunds", "charge", "charge"),
        ("/v1/refunds", "payment_intent", "payment_intent"),
        ("/v1/disputes", "charge", "charge"),
        ("/v1/disputes", "payment_intent", "payment_intent"),
        ("/v1/invoices", "customer", "customer"),
        ("/v1/invoices", "subscription", "subscription"),
        ("/v1/invoiceitems", "customer", "customer"),
        ("/v1/invoiceitems", "invoice", "invoice"),
        ("/v1/credit_notes", "customer", "customer"),
        ("/v1/credit_notes", "invoice", "invoice"),
        ("/v1/subscriptions", "customer", "customer"),
        ("/v1/subscriptions", "price", "price"),
        ("/v1/subscriptions", "plan", "plan"),
        ("/v1/subscriptions", "test_clock", "billingclock"),
        ("/v1/subscription_schedules", "customer", "customer"),
        ("/v1/checkout/sessions", "customer", "customer"),
        ("/v1/customers", "test_clock", "billingclock"),
    ],
)
def test_a_filter_by_what_there_is_not_is_refused(local: Local, path: str, name: str, noun: str) -> None:
    """Recorded 2026-08-26.dahlia of payment methods and payouts; the others are of their kind."""
    assert local.refused("get", path, **{name: "x_nope"}) == Refusal(
        f"No such {noun}: 'x_nope'", "resource_missing", name
    )
