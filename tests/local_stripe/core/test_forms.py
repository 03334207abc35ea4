"""Form encoding in all its spellings: the SDKs', curl's and Stripe's CLI's."""

from __future__ import annotations

from typing import Any

import pytest

from stripe_billing_cli.local_stripe.core.errors import ApiError
from stripe_billing_cli.local_stripe.core.forms import decode
from tests.local_stripe.conftest import Local, Refusal

FEATURES = [{"name": "Fast"}, {"name": "Small"}]


@pytest.mark.parametrize(
    ("form", "name", "value"),
    [
        ("images[]=https://a.example&images[]=https://b.example", "images", ["https://a.example", "https://b.example"]),
        (
            "images[0]=https://a.example&images[1]=https://b.example",
            "images",
            ["https://a.example", "https://b.example"],
        ),
        (
            "images[1]=https://b.example&images[0]=https://a.example",
            "images",
            ["https://a.example", "https://b.example"],
        ),
        ("images[7]=https://a.example", "images", ["https://a.example"]),
        ("images%5B%5D=https%3A%2F%2Fa.example", "images", ["https://a.example"]),
        ("marketing_features[0][name]=Fast&marketing_features[1][name]=Small", "marketing_features", FEATURES),
        ("marketing_features[][name]=Fast&marketing_features[][name]=Small", "marketing_features", FEATURES),
        ("metadata[a]=1&metadata[b]=", "metadata", {"a": "1"}),
        ("metadata[a%20b]=c%3Dd%26e", "metadata", {"a b": "c=d&e"}),
        ("description=a+b%2Bc", "description", "a b+c"),
        ("description=%E2%82%AC%20%F0%9F%94%91", "description", "€ 🔑"),
        ("description=€ 🔑", "description", "€ 🔑"),
        ("description=line%0D%0Abreak%09tab", "description", "line\r\nbreak\ttab"),
        ("description=100%", "description", "100%"),
        ("description=a%00b", "description", "a\0b"),
        ("description=a&description=b", "description", "b"),
        ("&&description=a&", "description", "a"),
        ("=nothing&description=a", "description", "a"),
        ("description=a;b", "description", "a;b"),
    ],
)
def test_a_spelling(local: Local, form: str, name: str, value: Any) -> None:
    reply = local.send("post", "/v1/products", f"name=Pro&{form}")

    assert reply.status == 200, reply.text
    assert reply.json[name] == value
    assert local.get(f"/v1/products/{reply.json['id']}")[name] == value


def test_a_hash_in_a_list_begins_anew_where_a_field_comes_again() -> None:
    form = "tiers[][up_to]=1&tiers[][unit_amount]=5&tiers[][up_to]=inf&tiers[][unit_amount]=4"

    assert decode(form) == {
        "tiers": {"0": {"up_to": "1", "unit_amount": "5"}, "1": {"up_to": "inf", "unit_amount": "4"}}
    }


@pytest.mark.parametrize(
    ("form", "message"),
    [
        ("name=%FF", "Invalid UTF-8 in the request's parameters."),
        ("name=%C3", "Invalid UTF-8 in the request's parameters."),
        ("name=a&name[b]=c", "Invalid object"),
        ("&".join(f"a{number}=1" for number in range(5001)), "The request has more than 5000 parameters."),
        ("metadata" + "[a]" * 100_000 + "=1", "Parameters are nested at most 32 levels deep."),
    ],
)
def test_what_cannot_be_taken_apart_is_refused(local: Local, form: str, message: str) -> None:
    refusal = local.send("post", "/v1/products", form).refusal

    assert (refusal.message, refusal.status, refusal.type) == (message, 400, "invalid_request_error")


def test_names_are_nested_up_to_32_levels() -> None:
    assert decode("a" + "[a]" * 31 + "=1")["a"]

    with pytest.raises(ApiError, match="at most 32 levels"):
        decode("a" + "[a]" * 32 + "=1")


@pytest.mark.parametrize("form", ["a[b", "a]b[", "[", "[]", "[a]", "a[b]c", "a[[b]]"])
def test_a_name_that_is_no_path_is_a_name(local: Local, form: str) -> None:
    assert decode(f"{form}=1") == {form: "1"}
    assert local.send("post", "/v1/products", f"name=Pro&{form}=1").refusal == Refusal(
        f"Received unknown parameter: {form}", "parameter_unknown", form
    )


def test_bytes_that_are_no_text_are_refused() -> None:
    with pytest.raises(ApiError, match="Invalid UTF-8"):
        decode(b"name=\xff\xfe".decode(errors="surrogateescape"))
