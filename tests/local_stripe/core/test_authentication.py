"""Who may call, and what every answer carries."""

from __future__ import annotations

import base64
import time
from pathlib import Path

import pytest

from stripe_billing_cli.local_stripe.api import API
from stripe_billing_cli.local_stripe.core.messages import API_VERSION, Answer, Request
from stripe_billing_cli.local_stripe.core.router import Router
from stripe_billing_cli.local_stripe.core.store import Store
from tests.local_stripe.conftest import Local, Refusal, Reply


def basic(text: str) -> str:
    return f"Basic {base64.b64encode(text.encode()).decode()}"


def asked(local: Local, authorization: str | None) -> Reply:
    return local.send("get", "/v1/products", headers={"Authorization": authorization})


@pytest.mark.parametrize(
    "authorization",
    [
        "Bearer sk_test_123",
        "bearer sk_test_123",
        "Bearer  sk_test_123 ",
        "Bearer rk_test_123",
        basic("sk_test_123:"),
        basic("sk_test_123:ignored"),
        basic("sk_test_123"),
    ],
)
def test_a_secret_key_of_test_mode_is_good(local: Local, authorization: str) -> None:
    assert asked(local, authorization).status == 200


@pytest.mark.parametrize(
    "authorization", [None, "", "Bearer", "Bearer ", "sk_test_123", "Basic !!!", "Basic /w==", basic(":"), "Digest a"]
)
def test_without_a_key_there_is_no_answer(local: Local, authorization: str | None) -> None:
    reply = asked(local, authorization)

    assert reply.refusal == Refusal(
        "You did not provide an API key. You need to provide your API key in the Authorization header, using Bearer "
        "auth (e.g. 'Authorization: Bearer YOUR_SECRET_KEY'). See https://stripe.com/docs/api#authentication for "
        "details, or we can help at https://support.stripe.com/.",
        status=401,
    )
    assert reply.headers["WWW-Authenticate"] == 'Basic realm="Stripe"'


@pytest.mark.parametrize("key", ["pk_test_123", "pk_live_123"])
def test_a_publishable_key_is_for_browsers(local: Local, key: str) -> None:
    assert asked(local, f"Bearer {key}").refusal == Refusal(
        "This API call cannot be made with a publishable API key. Please use a secret API key. You can find a list of "
        "your API keys at https://dashboard.stripe.com/account/apikeys.",
        "secret_key_required",
        status=401,
    )


@pytest.mark.parametrize(
    ("key", "shown"),
    [
        ("sk_live_51H8abcdefWXYZ", "sk_live_**********WXYZ"),
        ("rk_live_51H8abcdefWXYZ", "rk_live_**********WXYZ"),
        ("sk_test_", "sk_test_"),
        ("sk_test_abc-def", "sk_test_*******"),
        ("nonsense", "non*****"),
        ("sk_live_12345678", "sk_live_********"),
        ("sk_live_123456789", "sk_live_*****6789"),
        ("sk_test_123 and more", "sk_test_********more"),
    ],
)
def test_any_other_key_is_invalid_and_not_repeated(local: Local, key: str, shown: str) -> None:
    assert asked(local, f"Bearer {key}").refusal == Refusal(f"Invalid API Key provided: {shown}", status=401)


@pytest.mark.parametrize(
    ("method", "path"), [("get", "/v1/nothing"), ("post", "/v1/products"), ("put", "/v1/products")]
)
def test_the_key_is_looked_at_first(local: Local, method: str, path: str) -> None:
    reply = local.send(method, path, "colour=red", headers={"Authorization": "Bearer nonsense"})

    assert reply.status == 401
    assert local.get("/v1/products")["data"] == []


@pytest.mark.parametrize("version", [None, API_VERSION, "2024-06-20", "2020-08-27;custom_beta=v1", "2025-03-31.basil"])
def test_every_version_is_answered_in_the_one_there_is(local: Local, version: str | None) -> None:
    reply = local.send("get", "/v1/products", headers={"Stripe-Version": version})

    assert (reply.status, reply.headers["Stripe-Version"]) == (200, API_VERSION)


@pytest.mark.parametrize("path", ["/v1/products", "/v1/products/none"])
def test_another_version_is_named_in_a_warning(local: Local, path: str) -> None:
    def warning(version: str | None) -> str | None:
        return local.send("get", path, headers={"Stripe-Version": version}).headers.get("Warning")

    assert warning("2024-06-20") == f'299 - "Answered as {API_VERSION}, and not as 2024-06-20"'
    assert warning("2020-08-27;custom_beta=v1") == f'299 - "Answered as {API_VERSION}, and not as 2020-08-27"'
    assert [warning(version) for version in (None, API_VERSION, f"{API_VERSION}; a=v1", "latest")] == [None] * 4


@pytest.mark.parametrize(
    "version",
    [
        "latest",
        "2026",
        "2026-10",
        "2026-10-28.endive\r\nX: y",
        "2026-10-28;",
        "2026-10-28.Endive",
        "endive",
        "1999-01-01",
    ],
)
def test_a_version_that_is_none_is_refused(local: Local, version: str) -> None:
    reply = local.send("get", "/v1/products", headers={"Stripe-Version": version})

    assert reply.refusal == Refusal(f"Invalid Stripe API version: {version}")
    assert set(reply.json["error"]) == {"message", "type"}


def test_a_strict_local_stripe_answers_its_own_version_alone(tmp_path: Path) -> None:
    strict = Router(Store(tmp_path / "strict.db"), time.time, API, strict_version=True)

    def asked(version: str | None) -> Answer:
        headers = {"authorization": "Bearer sk_test_1", **({"stripe-version": version} if version else {})}
        return strict.answer(Request("GET", "/v1/products", headers=headers))

    assert [asked(version).status for version in (None, API_VERSION, "2024-06-20", f"{API_VERSION}; a=v1")] == [
        200,
        200,
        400,
        400,
    ]
    assert f"The local Stripe does not have the API version 2024-06-20: it answers as {API_VERSION}" in (
        asked("2024-06-20").body
    )
    assert "Invalid Stripe API version: latest" in asked("latest").body


@pytest.mark.parametrize("header", ["Stripe-Account", "Stripe-Context"])
def test_another_account_is_out_of_reach(local: Local, header: str) -> None:
    own = local.get("/v1/account")["id"]

    assert local.send("get", "/v1/products", headers={header: own}).status == 200
    assert local.send("get", "/v1/products", headers={header: "acct_other"}).refusal == Refusal(
        "The provided key does not have access to account 'acct_other' (or that account does not exist). Application "
        "access may have been revoked.",
        "account_invalid",
        status=403,
    )


def test_there_is_one_account(local: Local) -> None:
    account = local.get("/v1/account")

    assert local.get(f"/v1/accounts/{account['id']}") == account
    assert local.refused("get", "/v1/accounts/acct_other").code == "account_invalid"


@pytest.mark.parametrize(
    ("method", "path", "form", "status"),
    [
        ("get", "/v1/products", "", 200),
        ("post", "/v1/products", "name=Pro", 200),
        ("post", "/v1/products", "", 400),
        ("get", "/v1/products/nothing", "", 404),
        ("get", "/v1/prices/nothing", "", 404),
    ],
)
def test_every_answer_has_an_id_a_version_and_json(
    local: Local, method: str, path: str, form: str, status: int
) -> None:
    first, second = (local.send(method, path, form) for _ in range(2))

    assert first.status == status
    assert first.headers["Request-Id"].startswith("req_")
    assert first.headers["Request-Id"] != second.headers["Request-Id"]
    assert first.headers["Stripe-Version"] == API_VERSION
    assert first.headers["Content-Type"] == "application/json"
    if status >= 400:
        assert list(first.json["error"]) == sorted(first.json["error"])
        log = f"https://dashboard.stripe.com/test/logs/{first.headers['Request-Id']}"
        assert first.json["error"]["request_log_url"] == log


def test_an_error_with_a_code_says_where_to_read_about_it(local: Local) -> None:
    error = local.send("get", "/v1/products/nothing").json["error"]

    assert error["doc_url"] == "https://stripe.com/docs/error-codes/resource-missing"
