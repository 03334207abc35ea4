"""What every answer of the local Stripe has, and every refusal."""

from __future__ import annotations

import json
import re

from stripe_billing_cli.local_stripe.core.messages import Answer

STATUSES = frozenset({200, 400, 401, 402, 403, 404, 409})
KEYS = frozenset(
    "advice_code charge code decline_code doc_url message network_advice_code network_decline_code param payment_intent "
    "payment_method payment_method_type request_log_url setup_intent source type".split()
)
TYPES = frozenset({"card_error", "idempotency_error", "invalid_request_error"})
TWO_BLANKS = "(https://docs.stripe.com/currencies#minimum-and-maximum-charge-amounts).  If you want to save"
"""The one message of Stripe's that has two blanks in a row (recorded 2026-08-26.dahlia)."""
PYTHON = re.compile(r"Traceback|\bNone\b|<class |object at 0x|KeyError")


def check_answer(answer: Answer, what: str) -> None:
    """Fail unless it is an object or a refusal in Stripe's shape."""
    assert answer.status in STATUSES, f"{what}: {answer.status} {answer.body}"
    body = json.loads(answer.body)
    if answer.status == 200:
        assert "object" in body, f"{what}: {answer.body}"
        return
    error = body["error"]
    assert list(body) == ["error"], what
    assert list(error) == sorted(error), f"{what}: {list(error)}"
    assert not error.keys() - KEYS, f"{what}: {error.keys() - KEYS}"
    assert error["type"] in TYPES, f"{what}: {error}"
    message = error["message"]
    assert message == message.strip(), f"{what}: {message!r}"
    assert message, what
    assert "  " not in message.replace(TWO_BLANKS, ""), f"{what}: {message!r}"
    assert not PYTHON.search(message), f"{what}: {message!r}"
    has_page = "code" in error and error["code"] != "subscription_payment_intent_requires_action"
    assert ("doc_url" in error) is has_page, f"{what}: {error}"
    has_no_log = message.startswith(("Unrecognized request URL", "Invalid Stripe API version"))
    assert ("request_log_url" in error) is not has_no_log, f"{what}: {error}"
