"""A web page that somebody has open neither reads nor writes a local Stripe, and no other machine is called."""

from __future__ import annotations

from pathlib import Path

import pytest
import requests

from stripe_billing_cli.local_stripe.core.origins import is_on_this_machine
from stripe_billing_cli.local_stripe.server import running

KEY = ("sk_test_local", "")


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),
        ({"Host": "localhost:12111"}, 200),
        ({"Host": "stripe.localhost"}, 200),
        ({"Host": "[::1]:12111"}, 200),
        ({"Host": "192.0.2.7"}, 200),
        ({"Host": "Stripe-Mock:12111"}, 200),
        ({"Host": "rebound.example"}, 403),
        ({"Host": "localhost.example"}, 403),
        ({"Origin": "http://localhost:3000"}, 200),
        ({"Origin": "https://evil.example"}, 403),
    ],
)
def test_by_which_name_and_from_which_page(tmp_path: Path, headers: dict[str, str], status: int) -> None:
    with running(tmp_path / "local.db", allowed_hosts=frozenset({"stripe-mock"})) as url:
        for path in ("/v1/customers", "/"):
            answer = requests.get(f"{url}{path}", auth=KEY, headers=headers, timeout=20)
            assert answer.status_code == status
        if status == 403:
            assert answer.json()["error"]["message"].startswith("The local Stripe")


@pytest.mark.parametrize(
    ("url", "here"),
    [
        ("http://127.0.0.1:4242/webhook", True),
        ("http://[::1]:4242/webhook", True),
        ("http://localhost/webhook", True),
        ("http://169.254.169.254/latest", False),
        ("http://192.0.2.7/webhook", False),
        ("http://nobody.invalid/webhook", False),
    ],
)
def test_what_is_on_this_machine(url: str, here: bool) -> None:
    assert is_on_this_machine(url) is here
