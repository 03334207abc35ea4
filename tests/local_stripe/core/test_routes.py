"""What the local Stripe does not answer, it says so in Stripe's words."""

from __future__ import annotations

import pytest

from stripe_billing_cli.local_stripe.api import API
from stripe_billing_cli.local_stripe.core import documented
from stripe_billing_cli.local_stripe.core.parameters import UnsupportedParam
from tests.local_stripe.conftest import Local, Refusal

HELP = "Please see https://stripe.com/docs or we can help at https://support.stripe.com/."


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("get", "/v1"),
        ("get", "/v1/nothing"),
        ("get", "/v2/nothing"),
        ("get", "/v1/products/pro/features/feat_1/more"),
        ("get", "/v1/invoices/upcoming"),
        ("get", "/v1/invoices/create_preview"),
        ("get", "/products"),
        ("get", "/v1//products"),
        ("post", "/v1/account"),
        ("delete", "/v1/products"),
        ("put", "/v1/products/pro"),
        ("patch", "/v1/products/pro"),
        ("head", "/v1/products"),
        ("options", "/v1/products"),
    ],
)
def test_a_path_or_method_that_is_not_there(local: Local, method: str, path: str) -> None:
    local.product(id="pro")

    assert local.refused(method, path) == Refusal(
        f"Unrecognized request URL ({method.upper()}: {path}). {HELP}", status=404
    )


@pytest.mark.parametrize(
    ("method", "path", "documented"),
    [
        ("get", "/v1/terminal/readers/tmr_1", "/v1/terminal/readers/{reader}"),
        ("post", "/v1/accounts/acct_1/persons", "/v1/accounts/{account}/persons"),
        ("get", "/v2/core/accounts", "/v2/core/accounts"),
    ],
)
def test_what_stripe_documents_and_is_not_here_is_named(local: Local, method: str, path: str, documented: str) -> None:
    refusal = local.refused(method, path)

    assert refusal == Refusal(f"The local Stripe does not have {method.upper()} {documented}.")


def test_no_call_takes_a_parameter_that_stripe_does_not_document() -> None:
    undocumented = []
    for route in API.whole().routes:
        operation = documented.operation(route.method, route.path)
        for name, field in route.form.fields.items() if operation else ():
            if not isinstance(field.kind, UnsupportedParam) and name not in (operation.parameters.fields or {}):
                undocumented.append(f"{route.method} {route.path} {name}")

    assert undocumented == ["POST /v1/charges payment_method"]  # recorded: it is taken, and has no effect


def test_an_id_may_be_a_word_of_other_paths(local: Local) -> None:
    local.post("/v1/coupons", id="search", percent_off=10)

    assert local.get("/v1/coupons/search")["id"] == "search"


@pytest.mark.parametrize("method", ["get", "post", "delete"])
@pytest.mark.parametrize("path", ["/v1/products/", "/v1/prices/", "/v1/products/pro/"])
def test_an_empty_id_is_not_the_list(local: Local, method: str, path: str) -> None:
    local.product(id="pro")

    assert local.refused(method, path) == Refusal(
        f"Unrecognized request URL ({method.upper()}: {path}). If you are trying to list objects, remove the trailing "
        "slash. If you are trying to retrieve an object, make sure you passed a valid (non-empty) identifier in your "
        f"code. {HELP}",
        status=404,
    )
    assert local.get("/v1/products/pro")["name"] == "Pro"


@pytest.mark.parametrize("type", ["application/json", "multipart/form-data; boundary=x", "text/plain"])
def test_a_body_is_form_encoded(local: Local, type: str) -> None:
    reply = local.send("post", "/v1/products", '{"name": "Pro"}', headers={"Content-Type": type})

    assert reply.refusal == Refusal(
        "Invalid request (check that your POST content type is application/x-www-form-urlencoded). If you have any "
        "questions, we can help at https://support.stripe.com/."
    )


@pytest.mark.parametrize(
    "type", [None, "application/x-www-form-urlencoded; charset=utf-8", "Application/X-WWW-Form-Urlencoded"]
)
def test_the_type_of_the_body_may_be_written_otherwise(local: Local, type: str | None) -> None:
    assert local.send("post", "/v1/products", "name=Pro", headers={"Content-Type": type}).status == 200


def test_a_post_takes_parameters_from_its_query_too(local: Local) -> None:
    reply = local.send("post", "/v1/products?metadata[a]=1", "name=Pro&metadata[b]=2")

    assert reply.json["metadata"] == {"a": "1", "b": "2"}
