"""Webhook endpoints: made, changed, listed and deleted as with Stripe."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.local_stripe.conftest import NOW, Local, Refusal

URL = "https://shop.example/webhook"
PATH = "/v1/webhook_endpoints"


def endpoint(local: Local, **params: Any) -> Any:
    return local.post(PATH, **{"url": URL, "enabled_events": ["*"], **params})


def test_a_new_endpoint_with_everything_said(local: Local) -> None:
    webhook_endpoint = endpoint(
        local,
        enabled_events=["invoice.paid", "customer.created"],
        api_version="2026-10-28.endive",
        description="the shop",
        metadata={"a": "b"},
        connect=False,
    )

    assert re.fullmatch("we_1[A-Za-z0-9]{23}", webhook_endpoint.pop("id"))
    assert re.fullmatch("whsec_[A-Za-z0-9]{32}", webhook_endpoint.pop("secret"))
    assert webhook_endpoint == {
        "object": "webhook_endpoint",
        "api_version": "2026-10-28.endive",
        "application": None,
        "created": NOW,
        "description": "the shop",
        "enabled_events": ["invoice.paid", "customer.created"],
        "livemode": False,
        "metadata": {"a": "b"},
        "status": "enabled",
        "url": URL,
    }


def test_the_secret_is_shown_once(local: Local) -> None:
    webhook_endpoint = endpoint(local, api_version="2026-10-28.endive")
    path = f"{PATH}/{webhook_endpoint['id']}"
    shown = {name: value for name, value in webhook_endpoint.items() if name != "secret"}

    assert local.get(path) == shown
    assert local.get(PATH)["data"] == [shown]
    assert local.post(path, description="x") == {**shown, "description": "x"}


def test_the_same_idempotency_key_brings_the_secret_again(local: Local) -> None:
    params = {"url": URL, "enabled_events": ["*"]}

    first = local.post(PATH, key="k", **params)

    assert local.post(PATH, key="k", **params) == first
    assert len(local.get(PATH)["data"]) == 1


def test_without_a_version_it_is_the_accounts(local: Local) -> None:
    assert endpoint(local)["api_version"] is None


def test_an_update_changes_what_it_names(local: Local) -> None:
    webhook_endpoint = endpoint(local, description="old", metadata={"a": "1", "b": "2"})
    path = f"{PATH}/{webhook_endpoint['id']}"

    after = local.post(
        path, url="http://127.0.0.1:4242/webhook", enabled_events=["price.created"], metadata={"a": "", "c": "3"}
    )

    assert after["url"] == "http://127.0.0.1:4242/webhook"
    assert after["enabled_events"] == ["price.created"]
    assert after["metadata"] == {"b": "2", "c": "3"}
    assert after["description"] == "old"
    assert local.post(path, description="", metadata="")["description"] is None
    assert local.get(path)["metadata"] == {}


def test_an_endpoint_is_disabled_and_enabled(local: Local) -> None:
    path = f"{PATH}/{endpoint(local)['id']}"

    assert local.post(path, disabled=True)["status"] == "disabled"
    assert local.get(path)["status"] == "disabled"
    assert local.post(path, disabled=False)["status"] == "enabled"


@pytest.mark.parametrize("name", ["api_version", "connect", "secret"])
def test_what_an_update_cannot_change(local: Local, name: str) -> None:
    path = f"{PATH}/{endpoint(local)['id']}"

    assert local.refused("post", path, **{name: "2026-10-28.endive"}) == Refusal(
        f"Received unknown parameter: {name}", "parameter_unknown", name
    )


def test_a_deleted_endpoint_is_gone(local: Local) -> None:
    path = f"{PATH}/{(made := endpoint(local))['id']}"

    assert local.delete(path) == {"id": made["id"], "object": "webhook_endpoint", "deleted": True}

    for method in ("get", "post", "delete"):
        assert local.refused(method, path) == Refusal(
            f"No such webhook endpoint: '{made['id']}'", "resource_missing", "id", 404
        )
    assert local.get(PATH)["data"] == []


@pytest.mark.parametrize(
    ("params", "message", "code", "param"),
    [
        ({"url": None}, "Missing required param: url.", "parameter_missing", "url"),
        ({"enabled_events": None}, "Missing required param: enabled_events.", "parameter_missing", "enabled_events"),
        ({"url": "shop.example"}, "Invalid URL: An explicit scheme (such as https) must be provided.", "url_invalid", "url"),
        ({"url": "ftp://shop.example"}, "Invalid URL", "url_invalid", "url"),
        ({"url": "https://"}, "Invalid URL", "url_invalid", "url"),
        ({"url": "https://a b/"}, "Invalid URL", "url_invalid", "url"),
        ({"url": "https://shop.example/\x1b]0;title\x07"}, "Invalid URL", "url_invalid", "url"),
        ({"api_version": "2026-10-29.endive"}, "Invalid API version: 2026-10-29.endive", None, "api_version"),
        ({"status": "enabled"}, "Received unknown parameter: status", "parameter_unknown", "status"),
        ({"enabled_events": ""}, None, None, "enabled_events"),
    ],
)  # fmt: skip
def test_what_is_refused(local: Local, params: Any, message: str | None, code: str | None, param: str) -> None:
    whole = {"url": URL, "enabled_events": ["*"], **params}
    refusal = local.refused("post", PATH, **{name: value for name, value in whole.items() if value is not None})

    assert (refusal.status, refusal.param) == (400, param)
    if message:
        assert (refusal.message, refusal.code) == (message, code)
    assert local.get(PATH)["data"] == []


def test_an_unknown_type_of_event_is_refused_by_its_place(local: Local) -> None:
    refusal = local.refused("post", PATH, url=URL, enabled_events=["invoice.paid", "invoice.*"])

    assert refusal.param == "enabled_events[1]"
    assert refusal.message.startswith("Invalid enabled_events[1]: must be one of *, account.")
    assert "invoice.paid" in refusal.message


def test_an_endpoint_of_connected_accounts_is_made_by_the_platform(local: Local) -> None:
    """Stripe does not show which endpoints these are (https://docs.stripe.com/api/webhook_endpoints/object)."""
    webhook_endpoint = local.post(PATH, url=URL, enabled_events=["*"], connect=True)
    assert "connect" not in webhook_endpoint
    account = local.post("/v1/accounts")["id"]
    form = f"url={URL}&enabled_events[]=*&connect=true"
    refusal = local.send("post", PATH, form, headers={"Stripe-Account": account}).refusal
    assert (refusal.param, refusal.status) == ("connect", 400)


def test_there_are_at_most_sixteen(local: Local) -> None:
    made = [endpoint(local, url=f"{URL}/{number}") for number in range(16)]

    assert local.refused("post", PATH, url=URL, enabled_events=["*"]) == Refusal(
        "You have reached the maximum of 16 test webhook endpoints."
    )
    local.delete(f"{PATH}/{made[3]['id']}")
    endpoint(local)

    webhook_endpoints = local.get(PATH, limit=100)["data"]
    assert [one["url"] for one in webhook_endpoints][:2] == [URL, f"{URL}/15"]
    assert local.get(PATH, limit=3, starting_after=webhook_endpoints[3]["id"])["data"] == webhook_endpoints[4:7]


def test_lists_cannot_be_restricted_by_time(local: Local) -> None:
    assert local.refused("get", PATH, created=1).code == "parameter_unknown"
