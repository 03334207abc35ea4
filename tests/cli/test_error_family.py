"""Errors look alike: what, which object, why, what to do next, in that order, as text and as JSON."""

from __future__ import annotations

import ast
import json
import re
from pathlib import Path

import pytest

import stripe_billing_cli
from stripe_billing_cli.errors import BillingError
from tests.conftest import Billing
from tests.subscriptions.conftest import Shop

PACKAGE = Path(stripe_billing_cli.__file__).parent
EXPLAINED = {"BillingError": 1, "OperationError": 0, "UsageError": 0, "SettingsError": 0, "StoreError": 0}
"""The errors whose hint stands at the call, and how many of their arguments stand before the message."""
NOTHING_TO_DO = {"interrupted", "what read this output went away"}
MISTAKES = [
    (("sub", "show", "sub_1Nowhere000", "--local"), "sub_1Nowhere000"),
    (("sub", "pay", "cus_1Nowhere000", "--local"), "cus_1Nowhere000"),
    (("sub", "show", "in_1Nowhere000", "--local"), "in_1Nowhere000"),
    (("refund", "create", "in_1Nowhere000", "--local"), "in_1Nowhere000"),
    (("customer", "list"), None),
    (("customer", "list", "--local", "--live"), None),
    (("customer", "lisst"), None),
    (("customer", "list", "--lokal"), None),
    (("catalog", "plan", "--local", "--file", "nowhere.yaml"), None),
    (("events", "list"), None),
    (("local", "reset"), None),
]


def last_line(text: str) -> str:
    return text.rstrip("\n").splitlines()[-1]


@pytest.mark.parametrize(("argv", "object"), MISTAKES, ids=lambda value: " ".join(value) if value else "")
def test_a_failure_says_what_and_ends_with_what_to_do(
    billing: Billing, argv: tuple[str, ...], object: str | None
) -> None:
    (billing.directory / ".billing").mkdir(exist_ok=True)
    (billing.directory / ".billing" / "local.db").touch()

    text = billing(*argv)
    as_json = billing("--output", "json", *argv).error

    assert text.code == as_json["exit_code"] != 0
    lines = text.err.rstrip("\n").splitlines()
    assert lines[0].startswith("Error: ") or ": " in lines[0]
    assert lines[-1].strip(), "the last line says what to do next, and is no id"
    assert lines[-1].startswith(("  → ", "    "))
    assert as_json["object"] == object
    assert set(as_json) == set("kind message reason object errors location hint param request_id exit_code".split())


def test_a_refusal_of_stripes_has_its_reason_and_request_before_the_way_out(billing: Billing, shop: Shop) -> None:
    customer = shop.with_card("pm_card_chargeCustomerFail", email="eve@example.com")["id"]
    shop.price(lookup_key="pro.monthly")

    made = billing("sub", "create", "--customer", customer, "--price", "pro.monthly", "--coupon", "NONE", "--local")
    as_json = billing(
        *("sub", "create", "--customer", customer, "--price", "pro.monthly", "--coupon", "NONE", "--local"),
        *("--output", "json"),
    ).error

    assert re.search(r"Stripe's reason: resource_missing, in its request req_\w+\n  → ", made.err)
    assert as_json["reason"] == "resource_missing"


@pytest.mark.parametrize(
    ("argv", "param"),
    [
        (("customer", "create", "--email", "nobody"), "email"),
        (("webhook", "create", "--url", "nowhere", "--events", "invoice.paid"), "url"),
    ],
)
def test_a_refusal_that_nobody_foresaw_ends_with_what_to_change(
    billing: Billing, argv: tuple[str, ...], param: str
) -> None:
    refused = billing(*argv, "--local")

    assert refused.code == 1
    assert last_line(refused.err) == f"  → change what is given for {param}, and run it again: what was done stays done"


def test_the_json_of_an_error_is_the_last_line_after_what_was_announced(billing: Billing, shop: Shop) -> None:
    subscription = shop.subscription(shop.with_card()["id"], shop.price()["id"])
    for argv in (
        ("sub", "cancel", subscription["id"], "--now"),
        ("sub", "change", subscription["id"], "--quantity", "2"),
        ("refund", "create", subscription["latest_invoice"]),
    ):
        ran = billing(*argv, "--local", "--verbose", "--output", "json")
        *announced, last = ran.err.splitlines()

        assert (ran.code, ran.out) == (2, "")
        assert json.loads(last)["error"]["kind"] == "confirmation"
        assert [line for line in announced if not line.startswith(("GET ", "POST "))], "what it will do"
        assert not [line for line in announced if line.startswith("{")]


def test_a_mistake_in_a_file_has_its_place(billing: Billing) -> None:
    billing.write("version: 1\ncatalog: shop\nproducts:\n  pro: {nane: Pro}\n")

    error = billing("catalog", "validate", "--output", "json").error

    first = error["errors"][0]
    assert error["location"] == {"file": "catalog.yaml", "line": 4, "column": 3}
    assert (error["object"], error["reason"], error["hint"]) == (first["object"], first["reason"], first["hint"])
    assert first["hint"]


def test_mistakes_of_a_file_have_their_ways_out_once_as_text(billing: Billing) -> None:
    said = billing.mistakes("version: 1\ncatalog: shop\nproducts:\n  pro: {nane: Pro}\n  team: {nane: Team}\n")

    assert said.count("did you mean name?") == 2
    assert "→" not in said


def test_a_contradiction_of_file_and_account_has_the_fields_of_the_family(billing: Billing, shop: Shop) -> None:
    billing.write("version: 1\ncatalog: shop\nproducts:\n  pro: {name: Pro, id: prod_Nowhere000}\n")

    error = billing("catalog", "plan", "--local", "--output", "json").error

    assert error["kind"] == "conflict"
    assert error["object"] == "product pro"
    assert error["hint"] == "correct `id:`, or leave it out to have the product created"
    assert error["reason"] == "product pro adopts prod_Nowhere000, and this account has no such product"


@pytest.mark.parametrize(
    ("message", "object"),
    [
        ("the subscription sub_1MowQVLkdIwHu7ixeRlqHVzs has ended", "sub_1MowQVLkdIwHu7ixeRlqHVzs"),
        ("sub_sched_1MowQVLkdIwHu7ixe is released", "sub_sched_1MowQVLkdIwHu7ixe"),
        ("sk_test_51abcdefgh is no key", None),
        ("whsec_51abcdefgh is no id", None),
        ("pi_1abcdefgh_secret_2abcdefgh is a secret", None),
        ("the card was refused: card_declined", None),
    ],
)
def test_the_object_is_the_first_id_that_is_named_and_never_a_secret(message: str, object: str | None) -> None:
    assert BillingError("refused", message).object == object


@pytest.mark.parametrize("argv", [("customer", "create", "--email"), ("events", "list", "--limit"), ("sub", "show")])
def test_a_mistake_in_the_command_line_names_the_help_of_its_command(billing: Billing, argv: tuple[str, ...]) -> None:
    ran = billing(*argv)

    assert ran.code == 2
    assert last_line(ran.err) == f"  → `billing {argv[0]} {argv[1]} --help` says what it takes"


NAMES = re.compile(r"Stripe|SQLite|PostgreSQL|[A-Z_]{2,}|Z,")


def test_no_message_and_no_hint_is_a_sentence_with_a_capital_and_a_full_stop() -> None:
    """They stand behind `Error:` and an arrow. Only what failed to be paid is said as Stripe says it (`PaymentError`)."""
    written = [
        (f"{path.relative_to(PACKAGE)}:{call.lineno}", text)
        for path in PACKAGE.rglob("*.py")
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(call, ast.Call) and ast.unparse(call.func) in {*EXPLAINED, "LocalStripeError", "NotStripeError"}
        for text in map(words_of, [*call.args, *(keyword.value for keyword in call.keywords)])
        if " " in text
    ]

    assert len(written) > 400
    assert [one for one in written if one[1].endswith(".") or (one[1][0].isupper() and not NAMES.match(one[1]))] == []


def words_of(argument: ast.expr) -> str:
    """Return a text, with a 0 for each value that is put into it."""
    if isinstance(argument, ast.JoinedStr):
        return "".join(str(one.value) if isinstance(one, ast.Constant) else "0" for one in argument.values)
    return argument.value if isinstance(argument, ast.Constant) and isinstance(argument.value, str) else ""


def test_every_error_says_what_to_do_next() -> None:
    without = [
        f"{path.relative_to(PACKAGE)}:{call.lineno}: {ast.unparse(call)[:90]}"
        for path in PACKAGE.rglob("*.py")
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(call, ast.Call) and lacks_hint(call)
    ]

    assert without == []


def lacks_hint(call: ast.Call) -> bool:
    name = call.func.id if isinstance(call.func, ast.Name) else getattr(call.func, "attr", "")
    if name not in EXPLAINED or any(isinstance(argument, ast.Starred) for argument in call.args):
        return False
    arguments = call.args[EXPLAINED[name] :]
    if not arguments or (isinstance(arguments[0], ast.Constant) and arguments[0].value in NOTHING_TO_DO):
        return False
    return len(arguments) < 2 and not any(keyword.arg == "hint" for keyword in call.keywords)
