"""Products: made, changed, archived and deleted."""

from __future__ import annotations

from typing import Any

import pytest

from tests.local_stripe.conftest import NOW, Clock, Local, Refusal

BARE = {
    "object": "product",
    "active": True,
    "attributes": [],
    "created": NOW,
    "default_price": None,
    "description": None,
    "images": [],
    "livemode": False,
    "marketing_features": [],
    "metadata": {},
    "name": "Pro",
    "package_dimensions": None,
    "shippable": None,
    "statement_descriptor": None,
    "tax_code": None,
    "tax_details": None,
    "type": "service",
    "unit_label": None,
    "updated": NOW,
    "url": None,
}

FIELDS: list[tuple[str, Any, Any]] = [
    ("active", False, True),
    ("description", "All of it", "Nearly all of it"),
    ("images", ["https://shop.example/1.png", "https://shop.example/2.png"], ["https://shop.example/3.png"]),
    ("marketing_features", [{"name": "Fast"}, {"name": "Small"}], [{"name": "Slow"}]),
    ("metadata", {"team": "blue"}, {"team": "red"}),
    ("name", "Pro", "Pro Max"),
    (
        "package_dimensions",
        {"height": 1.5, "length": 20, "weight": 0.25, "width": 3.0},
        {"height": 2.0, "length": 2.0, "weight": 2.0, "width": 2.0},
    ),
    ("shippable", True, False),
    ("statement_descriptor", "PRO PLAN", "MAX PLAN"),
    ("tax_code", "txcd_10103001", "txcd_10000000"),
    ("tax_details", {"performance_location": "loc_1", "tax_code": "txcd_10103001"}, {"tax_code": "txcd_10000000"}),
    ("unit_label", "seat", "licence"),
    ("url", "https://shop.example/pro?a=1#top", "http://shop.example"),
]
CLEARED: dict[str, dict[str, Any]] = {
    "description": {"description": None},
    "images": {"images": []},
    "marketing_features": {"marketing_features": []},
    "metadata": {"metadata": {}},
    "package_dimensions": {"package_dimensions": None},
    "tax_code": {"tax_code": None, "tax_details": {"performance_location": "loc_1", "tax_code": None}},
    "tax_details": {"tax_code": None, "tax_details": None},
    "unit_label": {"unit_label": None},
    "url": {"url": None},
}


def answered_fields(name: str, value: Any) -> dict[str, Any]:
    """Return the fields that Stripe tells of `value`: a tax code stands in two of them (recorded 2026-08-26.dahlia)."""
    match name:
        case "tax_code":
            return {name: value, "tax_details": {"performance_location": None, "tax_code": value}}
        case "tax_details":
            return {"tax_code": value["tax_code"], name: {"performance_location": None, **value}}
    return {name: value}


def test_a_product_of_a_name_alone_has_stripes_defaults(local: Local) -> None:
    product = local.product()

    assert product.pop("id").startswith("prod_")
    assert product == BARE


@pytest.mark.parametrize(("name", "value", "other"), FIELDS)
def test_each_field_is_kept_and_can_be_changed(local: Local, name: str, value: Any, other: Any) -> None:
    product = local.product(**{name: value})
    assert product == {**BARE, "id": product["id"], **answered_fields(name, value)}

    after = local.post(f"/v1/products/{product['id']}", **{name: other})

    assert after == {**product, **answered_fields(name, other)}
    assert local.get(f"/v1/products/{product['id']}") == after


@pytest.mark.parametrize("name", CLEARED)
def test_an_empty_string_clears_what_can_be_cleared(local: Local, name: str) -> None:
    product = local.product(**{field: value for field, value, _ in FIELDS})

    cleared = local.post(f"/v1/products/{product['id']}", **{name: ""})

    assert cleared == {**product, **CLEARED[name]}


@pytest.mark.parametrize("name", ["name", "active", "shippable", "statement_descriptor"])
def test_an_empty_string_does_not_clear_the_rest(local: Local, name: str) -> None:
    product = local.product()

    assert local.refused("post", f"/v1/products/{product['id']}", **{name: ""}) == Refusal(
        f"You passed an empty string for '{name}'. We assume empty values are an attempt to unset a parameter; "
        f"however '{name}' cannot be unset. You should remove '{name}' from your request or supply a non-empty value.",
        "parameter_invalid_empty",
        name,
    )


def test_an_update_moves_the_time_of_the_last_change_alone(local: Local, clock: Clock) -> None:
    product = local.product()
    clock.now += 60

    same = local.post(f"/v1/products/{product['id']}", name="Pro")
    after = local.post(f"/v1/products/{product['id']}", name="Max")

    assert same == product
    assert (after["created"], after["updated"]) == (NOW, NOW + 60)


@pytest.mark.parametrize("id", ["keymap-pro", "prod_1", "a.b:c_d", "x" * 255])
def test_the_caller_may_choose_the_id(local: Local, id: str) -> None:
    assert local.product(id=id)["id"] == id
    assert local.get(f"/v1/products/{id}")["name"] == "Pro"


def test_an_id_can_be_had_once(local: Local) -> None:
    local.product(id="pro")

    assert local.refused("post", "/v1/products", id="pro", name="Other") == Refusal(
        "Product already exists.", "resource_already_exists"
    )
    assert local.get("/v1/products/pro")["name"] == "Pro"


@pytest.mark.parametrize("id", ["a b", "a/b", "ü", "a" * 256])
def test_an_impossible_id_is_refused(local: Local, id: str) -> None:
    refusal = local.refused("post", "/v1/products", id=id, name="Pro")

    assert (refusal.status, refusal.param) == (400, "id")
    assert local.get("/v1/products")["data"] == []


def test_the_id_never_changes(local: Local) -> None:
    local.product(id="pro")

    assert local.refused("post", "/v1/products/pro", id="max") == Refusal(
        "Received unknown parameter: id", "parameter_unknown", "id"
    )


@pytest.mark.parametrize("name", ["type", "default_price_data", "created", "livemode", "object", "updated"])
def test_what_cannot_be_changed_is_unknown_to_an_update(local: Local, name: str) -> None:
    local.product(id="pro")

    assert local.refused("post", "/v1/products/pro", **{name: "1"}) == Refusal(
        f"Received unknown parameter: {name}", "parameter_unknown", name
    )


def test_a_product_may_bring_its_default_price(local: Local) -> None:
    product = local.product(
        default_price_data={
            "currency": "usd",
            "unit_amount": 1500,
            "recurring": {"interval": "month", "interval_count": 3},
            "tax_behavior": "exclusive",
            "metadata": {"a": "b"},
            "currency_options": {"eur": {"unit_amount": 1400}},
        },
        expand=["default_price.currency_options"],
    )

    price = product["default_price"]
    assert price["product"] == product["id"]
    assert (price["unit_amount"], price["currency"], price["tax_behavior"]) == (1500, "usd", "exclusive")
    assert (price["recurring"]["interval"], price["recurring"]["interval_count"]) == ("month", 3)
    assert price["metadata"] == {"a": "b"}
    assert price["currency_options"]["eur"]["unit_amount"] == 1400
    assert [listed["id"] for listed in local.get("/v1/prices")["data"]] == [price["id"]]


@pytest.mark.parametrize(
    ("price", "refusal"),
    [
        (
            {"unit_amount": 1},
            Refusal(
                "Missing required param: default_price_data[currency].",
                "parameter_missing",
                "default_price_data[currency]",
            ),
        ),
        (
            {"currency": "usd", "unit_amount": 1, "nickname": "x"},
            Refusal(
                "Received unknown parameter: default_price_data[nickname]",
                "parameter_unknown",
                "default_price_data[nickname]",
            ),
        ),
        (
            {"currency": "usd", "unit_amount": 1, "unit_amount_decimal": "1"},
            Refusal(
                "You may only specify one of these parameters: unit_amount, unit_amount_decimal.",
                None,
                "default_price_data[unit_amount]",
            ),
        ),
    ],
)
def test_a_wrong_default_price_makes_no_product(local: Local, price: dict[str, Any], refusal: Refusal) -> None:
    assert local.refused("post", "/v1/products", name="Pro", default_price_data=price) == refusal
    assert local.get("/v1/products")["data"] == []


def test_the_default_price_is_one_of_the_products_own_that_is_active(local: Local) -> None:
    product, price = local.product(), local.price()
    own = local.price(product=product["id"])
    archived = local.price(product=product["id"], active=False)
    path = f"/v1/products/{product['id']}"

    assert local.refused("post", path, default_price="price_1") == Refusal(
        "No such price: 'price_1'", "resource_missing", "default_price"
    )
    assert local.refused("post", path, default_price=price["id"]).param == "default_price"
    assert local.refused("post", path, default_price=archived["id"]).param == "default_price"
    assert local.get(path)["default_price"] is None
    assert local.post(path, default_price=own["id"])["default_price"] == own["id"]


def test_a_product_that_never_had_a_price_can_be_deleted(local: Local) -> None:
    local.product(id="pro")

    assert local.delete("/v1/products/pro") == {"id": "pro", "object": "product", "deleted": True}
    assert local.refused("get", "/v1/products/pro") == Refusal(
        "No such product: 'pro'", "resource_missing", "id", status=404
    )
    assert local.get("/v1/products")["data"] == []


@pytest.mark.parametrize("active", [True, False])
def test_a_product_with_a_price_is_archived_instead(local: Local, active: bool) -> None:
    local.product(id="pro")
    local.price(product="pro", active=active)

    assert local.refused("delete", "/v1/products/pro") == Refusal(
        "This product cannot be deleted because it has one or more user-created prices."
    )
    assert local.post("/v1/products/pro", active=False)["active"] is False


@pytest.mark.parametrize("method", ["get", "post", "delete"])
def test_an_unknown_product_is_missing(local: Local, method: str) -> None:
    assert local.refused(method, "/v1/products/nothing") == Refusal(
        "No such product: 'nothing'", "resource_missing", "id", status=404
    )


@pytest.mark.parametrize(
    ("name", "most", "one"),
    [
        ("images", 8, "https://shop.example/1.png"),
        ("marketing_features", 15, {"name": "Fast"}),
    ],
)
def test_lists_in_a_product_are_limited(local: Local, name: str, most: int, one: Any) -> None:
    assert len(local.product(**{name: [one] * most})[name]) == most

    assert local.refused("post", "/v1/products", name="Pro", **{name: [one] * (most + 1)}) == Refusal(
        f"Array {name} exceeded maximum {most} allowed elements.", None, name
    )


@pytest.mark.parametrize(
    ("name", "longest"),
    [("name", 5000), ("description", 40_000), ("statement_descriptor", 22), ("unit_label", 12)],
)
def test_texts_of_a_product_are_limited(local: Local, name: str, longest: int) -> None:
    assert local.product(**{name: "a" * longest})[name] == "a" * longest

    refusal = local.refused("post", "/v1/products", **{"name": "Pro", name: "a" * (longest + 1)})
    shown = f"{'a' * 10}...{'a' * 7}" if longest >= 20 else "a" * (longest + 1)
    assert refusal == Refusal(f"Invalid string: {shown}; must be at most {longest} characters", None, name)


def test_a_marketing_feature_has_a_name_of_80_characters(local: Local) -> None:
    local.product(marketing_features=[{"name": "a" * 80}])

    too_long = local.refused("post", "/v1/products", name="Pro", marketing_features=[{"name": "a" * 81}])
    nameless = local.refused("post", "/v1/products", name="Pro", marketing_features=[{"name": "Fast"}, {"title": "x"}])
    assert (too_long.param, too_long.message.endswith("must be at most 80 characters")) == (
        "marketing_features[0][name]",
        True,
    )
    assert nameless == Refusal(
        "Received unknown parameter: marketing_features[1][title]",
        "parameter_unknown",
        "marketing_features[1][title]",
    )


@pytest.mark.parametrize("missing", ["height", "length", "weight", "width"])
def test_package_dimensions_are_given_together(local: Local, missing: str) -> None:
    dimensions = {name: 1 for name in ("height", "length", "weight", "width") if name != missing}

    assert local.refused("post", "/v1/products", name="Pro", package_dimensions=dimensions) == Refusal(
        f"Missing required param: package_dimensions[{missing}].",
        "parameter_missing",
        f"package_dimensions[{missing}]",
    )


@pytest.mark.parametrize("height", ["1.234", "-1", "tall", "1e3"])
def test_package_dimensions_are_measures_to_two_places(local: Local, height: str) -> None:
    dimensions = {"height": height, "length": 1, "weight": 1, "width": 1}

    refusal = local.refused("post", "/v1/products", name="Pro", package_dimensions=dimensions)

    assert (refusal.status, refusal.param) == (400, "package_dimensions[height]")


@pytest.mark.parametrize("url", ["shop.example", "ftp://shop.example", "https://", "http://?", "https://a b"])
@pytest.mark.parametrize("name", ["url", "images"])
def test_an_address_is_an_http_url(local: Local, name: str, url: str) -> None:
    value, param = ([url], "images[0]") if name == "images" else (url, "url")

    assert local.refused("post", "/v1/products", name="Pro", **{name: value}) == Refusal(
        "Not a valid URL", "url_invalid", param
    )


@pytest.mark.parametrize("text", ["<PRO>", 'PRO "1"', "PRO'S", "PRO\\", "12345"])
def test_a_statement_descriptor_is_fit_for_a_bank(local: Local, text: str) -> None:
    local.product(id="pro")

    for path in ("/v1/products", "/v1/products/pro"):
        refusal = local.refused("post", path, name="Pro", statement_descriptor=text)
        assert (refusal.status, refusal.param) == (400, "statement_descriptor")


def test_a_statement_descriptor_loses_what_is_not_ascii(local: Local) -> None:
    assert local.product(statement_descriptor="CAFÉ PRO")["statement_descriptor"] == "CAF PRO"


@pytest.mark.parametrize("name", ["tax_code", "tax_details"])
def test_a_tax_code_is_one_of_stripes(local: Local, name: str) -> None:
    value, param = ({"tax_code": "books"}, "tax_details[tax_code]") if name == "tax_details" else ("books", "tax_code")

    assert local.refused("post", "/v1/products", name="Pro", **{name: value}) == Refusal(
        "No such tax code: 'books'", "resource_missing", param
    )
