"""Live mode on a terminal: the account and the mode are shown, and somebody has to say yes.

The whole program runs, with answers of Stripe's in place of the network: a live key goes to Stripe only.
"""

from __future__ import annotations

import sys

import pytest

from tests.end_to_end.conftest import Shell

BILLING_ON_A_LIVE_ACCOUNT = """
import sys
import responses
from stripe_billing_cli.cli.app import run

with responses.RequestsMock(assert_all_requests_are_fired=False) as stripe:
    name = {"settings": {"dashboard": {"display_name": "Keymap Ltd"}}}
    stripe.get("https://api.stripe.com/v1/account", json={"id": "acct_live", "object": "account", **name})
    for kind in ("products", "prices"):
        nothing = {"object": "list", "data": [], "has_more": False, "url": f"/v1/{kind}"}
        stripe.get(f"https://api.stripe.com/v1/{kind}", json=nothing)
    product = {"id": "bare", "object": "product", "active": True, "created": 1, "images": [], "livemode": True}
    more = {"marketing_features": [], "metadata": {}, "name": "Bare", "type": "service", "updated": 1}
    stripe.post("https://api.stripe.com/v1/products", json={**product, **more})
    code = run(sys.argv[1:])
    print("written:", sum(call.request.method == "POST" for call in stripe.calls))
sys.exit(code)
"""
ASKED = "Apply this to the live account? [y/N]: "


@pytest.mark.parametrize(
    ("options", "answer", "code", "written", "message"),
    [
        ((), b"y\n", 0, 1, "Done: 1 change applied."),
        ((), b"n\n", 1, 0, "Nothing was changed."),
        ((), b"\n", 1, 0, "Nothing was changed."),
        ((), b"\x03", 130, 0, "Interrupted."),
        ((), b"\x04", 130, 0, "Interrupted."),
        (("--yes",), None, 0, 1, "Done: 1 change applied."),
    ],
    ids=["yes", "no", "enter", "Ctrl-C", "Ctrl-D", "--yes"],
)
def test_apply_shows_account_and_mode_and_asks(
    shell: Shell, options: tuple[str, ...], answer: bytes | None, code: int, written: int, message: str
) -> None:
    (shell.directory / "catalog.yaml").write_text("version: 1\ncatalog: k\nproducts: {bare: {name: Bare}}\n")
    program = [sys.executable, "-c", BILLING_ON_A_LIVE_ACCOUNT]
    argv = ("catalog", "apply", "--api-key", "sk_live_x", *options)

    ended, shown = shell.on_terminal(*argv, program=program, answers={ASKED: answer} if answer else None)

    assert ended == code, shown
    assert "LIVE MODE: account Keymap Ltd (acct_live)" in shown
    assert (ASKED in shown) == (answer is not None)
    assert message in shown
    assert f"written: {written}" in shown
