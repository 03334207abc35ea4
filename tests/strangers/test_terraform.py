"""What Stripe's Terraform provider sends (0.3.0-beta1), replayed as its acceptance cases send it.

`terraform_cases.jsonl` has the requests of each case in order. At Stripe each of them succeeds, and the plan after it is
empty: every parameter that was sent is read back equal. `{prod1}` stands for an id out of an earlier answer; `ids` says
where in it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from stripe_billing_cli.local_stripe.core.forms import decode
from stripe_billing_cli.local_stripe.transport import LocalTransport
from tests.local_stripe.conftest import Local
from tests.local_stripe.life import set_in_dashboard

Case = Mapping[str, Any]

CASES: Sequence[Case] = [
    json.loads(line)
    for line in Path(__file__).with_name("terraform_cases.jsonl").read_text(encoding="utf-8").splitlines()
]
NOT_WANTED = {
    "billing alerts": "BillingAlertBasic BillingAlertRecurringThreshold",
    "credit grants": "BillingCreditGrantAmountPriorityUpdate BillingCreditGrantBasic",
    "payment method configurations": "PaymentMethodConfigurationBasic PaymentMethodConfigurationWalletPreferences",
    "tax registrations": "TaxRegistrationBasic TaxRegistrationCanadaSimplified",
    "v2": "V2CoreEventDestinationBasic V2CoreEventDestinationSnapshot",
}
"""Cases of what the local Stripe does not have, and says so."""
REFUSED = " ".join(NOT_WANTED.values()).split()
WHOLE = {
    "coupon": ["applies_to"],
    "payment_link": ["line_items"],
    "quote": ["line_items"],
    "price": ["currency_options", "tiers"],
    "shipping_rate": ["fixed_amount.currency_options"],
}
"""What is read back only where it is expanded."""
ANSWERED_AS = {
    "invoiceitem": {
        "pricing.price": "pricing.price_details.price",
        "unit_amount_decimal": "pricing.unit_amount_decimal",
    },
    "subscription_schedule": {"start_date": "phases.0.start_date"},
}
"""Parameters that the answer has under another name."""
NOT_ANSWERED = {
    # what a token became is shown: a card
    "charge": ["source"],
    "customer": ["source"],
    "payment_method": ["card.cvc", "card.number"],
    "price": ["transfer_lookup_key"],
    "product": ["default_price_data"],
    # recorded of Stripe: off_session, whatever was sent
    "setup_intent": ["usage"],
    "subscription": ["trial_period_days"],
    "subscription_schedule": ["phases.0.duration"],
    "webhook_endpoint": ["connect"],
}
"""Parameters that say what is to be done, or are never shown."""


@pytest.fixture
def local(tmp_path: Path) -> Iterator[Local]:
    """Return a local Stripe whose account takes card tokens, as that of the acceptance cases does."""
    transport = LocalTransport(tmp_path / "local.db")
    account = Local(transport)
    set_in_dashboard(account, card_tokens="accept")
    yield account
    transport.close()


def named(case: Case) -> str:
    return str(case["case"])


@pytest.mark.parametrize("case", [case for case in CASES if case["case"] not in REFUSED], ids=named)
def test_each_request_succeeds_and_is_read_back(local: Local, case: Case) -> None:
    ids: dict[str, str] = {}
    deleted: set[str] = set()
    for step in case["steps"]:
        for _ in range(step.get("times", 1)):
            reply = send(local, step, ids)
            path = filled(step["path"], ids)
            gone = step.get("answer") == 404 or (step["method"] == "GET" and path in deleted)
            expected = 404 if gone and not reply.json.get("deleted") else 200
            assert reply.status == expected, f"{step['method']} {path}: {reply.text}"
        if step["method"] == "DELETE":
            deleted.add(path)
        if step["method"] == "POST" and isinstance(step.get("params"), list):
            sent = decode(encoded(step["params"], ids))
            assert list(differences(sent, whole(local, path, reply.json, sent))) == []
        ids |= {name: at(reply.json, where) for name, where in (step.get("ids") or {}).items()}


@pytest.mark.parametrize("case", [case for case in CASES if case["case"] in REFUSED], ids=named)
def test_what_is_not_there_is_refused_by_name(local: Local, case: Case) -> None:
    ids: dict[str, str] = {}
    for step in case["steps"]:
        reply = send(local, step, ids)
        if reply.status >= 400:
            break
        ids |= {name: at(reply.json, where) for name, where in (step.get("ids") or {}).items()}
    message = reply.json["error"]["message"]
    assert message.startswith(
        ("The local Stripe does not have", "Card Token usage", "This Customer doesn't have any legacy")
    )


def encoded(params: Sequence[Sequence[str]], ids: Mapping[str, str]) -> str:
    return urlencode([(name, filled(value, ids)) for name, value in params])


def send(local: Local, step: Mapping[str, Any], ids: Mapping[str, str]) -> Any:
    params = step.get("params") or []
    form = encoded(params, ids) if isinstance(params, list) else json.dumps(params)
    return local.send(step["method"].lower(), filled(step["path"], ids), form)


def filled(text: str, ids: Mapping[str, str]) -> str:
    for name, id in ids.items():
        text = text.replace(name, id)
    return text


def at(answer: Any, where: str) -> Any:
    for part in where.split("."):
        answer = answer[int(part)] if isinstance(answer, list) else answer[part]
    return answer


def whole(local: Local, path: str, answer: Any, sent: Mapping[str, Any]) -> Any:
    """Return the object with what is shown only where it is asked for."""
    expand = WHOLE.get(answer["object"])
    if expand is None:
        return answer
    path = path if path.endswith(answer["id"]) else f"{path}/{answer['id']}"
    by_currency = [f"currency_options.{code}.tiers" for code in sent.get("currency_options", ())]
    return local.get(path, expand=[*expand, *by_currency])


def differences(sent: Mapping[str, Any], answered: Any) -> Iterator[str]:
    """Yield what of the parameters that were sent is not in the answer."""
    kind = answered["object"]
    for name, value in leaves(sent, ""):
        if name.startswith(("expand", *NOT_ANSWERED.get(kind, ()))):
            continue
        found = found_at(answered, ANSWERED_AS.get(kind, {}).get(name, name))
        if not is_equal(value, found):
            yield f"{name}: sent {value!r}, answered {found!r}"


def leaves(sent: Any, where: str) -> Iterator[tuple[str, str]]:
    if isinstance(sent, Mapping):
        for name, value in sent.items():
            yield from leaves(value, f"{where}.{name}".lstrip("."))
    else:
        yield where, sent


def found_at(answered: Any, where: str) -> Any:
    for part in where.split("."):
        if isinstance(answered, Mapping) and answered.get("object") == "list":
            answered = answered["data"]
        if isinstance(answered, list):
            answered = answered[int(part)] if int(part) < len(answered) else None
        elif isinstance(answered, Mapping):
            answered = answered.get(part)
        else:
            return None
    return answered


def is_equal(sent: str, answered: Any) -> bool:
    if isinstance(answered, Mapping):
        return sent == answered.get("id")
    if isinstance(answered, bool):
        return sent == str(answered).lower()
    if sent in ("", "inf") and answered in (None, "", {}, []):
        return True
    try:
        return sent == answered or Decimal(sent) == Decimal(str(answered))
    except InvalidOperation:
        return False
