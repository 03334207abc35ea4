"""What moves money beside a subscription, cut off at any write: the same command again makes one of each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from stripe_billing_cli.stripe_api import client
from tests.cli.sub.conftest import EMAIL, Life
from tests.soak import Soak
from tests.subscriptions.interrupted import Killed, Trouble, copy_account, troubling


@dataclass(frozen=True)
class Scenario:
    """`command` has the names of `Book` in braces. `before` are command lines that lead up to it.

    The last `after_printing` of its writes come when the user has been told: from then on the same command means
    another one.
    """

    command: Sequence[str]
    writes: int = 1
    after_printing: int = 0
    before: Sequence[Sequence[str]] = ()


CREDIT = ("invoice", "credit", "{paid}", "--amount", "4.00", "--yes", "--to")
REFUND = ("refund", "create", "{paid}", "--amount", "4.00", "--note", "Sorry", "--yes")
BALANCE = ("customer", "balance", EMAIL, "--credit", "12.50", "--yes")
SETUP = ("sub", "create", "--customer", "{customer}", "--price", "team", "--add-once", "setup:2")
SCENARIOS = {
    "a subscription with a setup fee": Scenario(SETUP),
    "another with a setup fee": Scenario((*SETUP, "--again"), writes=2, after_printing=1, before=[SETUP]),
    "a payment": Scenario(("invoice", "pay", "{first}", "--yes")),
    "all payments": Scenario(("invoice", "pay", EMAIL, "--all", "--yes"), writes=2),
    "a payment outside of Stripe": Scenario(("invoice", "pay", "{first}", "--out-of-band", "--yes")),
    "a mail": Scenario(("invoice", "send", "{mailed}", "--yes")),
    "a void": Scenario(("invoice", "void", "{first}", "--yes")),
    "a write-off": Scenario(("invoice", "write-off", "{first}", "--yes")),
    "a credit to the card": Scenario((*CREDIT, "card")),
    "a credit to the balance": Scenario((*CREDIT, "balance")),
    "another credit": Scenario(
        (*CREDIT, "balance", "--again"), writes=2, after_printing=1, before=[(*CREDIT, "balance")]
    ),
    "a credit of an open invoice": Scenario(("invoice", "credit", "{first}", "--amount", "4.00", "--yes")),
    "a refund": Scenario(REFUND),
    "a refund of all that is left": Scenario(("refund", "create", "{paid}", "--yes")),
    "another refund": Scenario((*REFUND, "--again"), writes=2, after_printing=1, before=[REFUND]),
    "a credit of the balance": Scenario(BALANCE),
    "another credit of the balance": Scenario((*BALANCE, "--again"), writes=2, after_printing=1, before=[BALANCE]),
    "another card": Scenario(("card", "default", EMAIL, "4444"), writes=2),
    "a card removed": Scenario(("card", "remove", EMAIL, "4242", "--yes")),
    "a customer deleted": Scenario(("customer", "delete", "{customer}", "--yes")),
}


@dataclass
class Book:
    """An account with a paid invoice over $15.00 and two open ones over $20.00 and $30.00, and another customer's that is
    sent; copied for each run."""

    life: Life
    names: dict[str, str]
    copy: Path

    @property
    def path(self) -> Path:
        return self.life.billing.directory / ".billing" / "local.db"

    def run(self, argv: Sequence[str], trouble: Trouble | None = None) -> tuple[int | None, list[str]]:
        """Return the exit code, None for a run that was killed, and the writes."""
        counted: list[str] = []
        self.life.billing.wrap[:] = [troubling(trouble, counted)]
        code = None
        with suppress(Killed):
            code = self.life(*(word.format(**self.names) for word in argv)).code
        self.life.billing.wrap.clear()
        return code, counted

    def save(self) -> None:
        copy_account(self.path, self.copy)

    def restore(self) -> None:
        copy_account(self.copy, self.path)

    def state(self) -> Any:
        """Return all that matters of what the account holds, without ids, which differ from run to run."""
        api = client.connect_locally(self.path)
        customer = api.get(f"/v1/customers/{self.life.customer}")
        mine = {"customer": self.life.customer}
        state: dict[str, Any] = {
            "invoices": [
                (one["number"], one["status"], one["amount_paid"], one["amount_remaining"])
                for one in api.page("/v1/invoices", mine)[0]
            ],
            "charges": [(one["amount"], one["amount_refunded"]) for one in api.page("/v1/charges", mine)[0]],
            "refunds": [(one["amount"], one["status"], len(one["metadata"])) for one in api.page("/v1/refunds", {})[0]],
            "notes": [(one["amount"], one["post_payment_amount"]) for one in api.page("/v1/credit_notes", mine)[0]],
            "subscriptions": [
                (one["status"], one["currency"]) for one in api.page("/v1/subscriptions", {**mine, "status": "all"})[0]
            ],
            "sent": len(api.page("/v1/events", {"type": "invoice.sent"})[0]),
            "deleted": customer.get("deleted"),
        }
        if not state["deleted"]:
            default = customer["invoice_settings"]["default_payment_method"]
            state["balance"] = customer["balance"]
            state["default"] = default and api.get(f"/v1/payment_methods/{default}")["card"]["last4"]
            moved = api.page(f"/v1/customers/{self.life.customer}/balance_transactions", {})[0]
            state["moved"] = [(one["amount"], one["type"]) for one in moved]
        return state


@pytest.fixture
def book(life: Life, tmp_path: Path) -> Book:
    def opened(amount: int) -> str:
        life.shop.post("/v1/invoiceitems", customer=life.customer, amount=amount, currency="usd")
        made = life.shop.post(
            "/v1/invoices", customer=life.customer, pending_invoice_items_behavior="include", auto_advance=False
        )
        return str(life.shop.post(f"/v1/invoices/{made['id']}/finalize")["id"])

    own = life.shop.post("/v1/payment_methods/pm_card_amex/attach", customer=life.customer)["id"]
    life.shop.post(f"/v1/subscriptions/{life.id}", default_payment_method=own)
    life.shop.post("/v1/payment_methods/pm_card_mastercard/attach", customer=life.customer)
    names = {"paid": life.subscription["latest_invoice"], "customer": life.customer, "first": opened(2000)}
    opened(3000)
    terms = {"customer": life.shop.customer(email="bob@example.com")["id"], "currency": "usd"}
    mailed = life.shop.post("/v1/invoices", **terms, collection_method="send_invoice", days_until_due=9)["id"]
    life.shop.post("/v1/invoiceitems", **terms, amount=900, invoice=mailed)
    names["mailed"] = life.shop.post(f"/v1/invoices/{mailed}/finalize", auto_advance=False)["id"]
    return Book(life, names, tmp_path / "prepared" / "local.db")


@pytest.mark.parametrize("name", SCENARIOS)
def test_a_run_cut_off_after_any_write_is_completed_by_the_next(name: str, book: Book) -> None:
    scenario = SCENARIOS[name]
    for argv in scenario.before:
        assert book.run(argv)[0] == 0
    book.save()
    code, writes = book.run(scenario.command)
    assert (code, len(writes)) == (0, scenario.writes), writes
    end = book.state()
    for at in range(1, scenario.writes - scenario.after_printing + 1):
        book.restore()
        assert book.run(scenario.command, Trouble("kill", at))[0] is None

        code, _ = book.run(scenario.command)

        where = f"{name}, cut off after {writes[at - 1]}"
        assert code == 0, where
        assert book.state() == end, where


PREVIEWED = [name for name, one in SCENARIOS.items() if one.command[0] != "sub" and not one.before]


@pytest.mark.parametrize("name", PREVIEWED)
def test_a_preview_says_what_the_run_says_and_does_nothing(name: str, book: Book) -> None:
    before, life = book.state(), book.life
    argv = [word.format(**book.names) for word in SCENARIOS[name].command]

    preview = life(*argv, "--preview", "--output", "json")
    screen = life(*argv, "--preview")

    assert (preview.code, book.state()) == (0, before), preview.err
    assert preview.json["result"] == "previewed"
    assert [line.strip() for line in screen.out.splitlines()] == preview.json["will"]
    ran = life(*argv)
    assert ran.code == 0
    assert [line.strip() for line in ran.err.splitlines()][: len(preview.json["will"])] == preview.json["will"]
    after = book.state()
    if not after["deleted"]:
        assert summed(preview.json["money"]) == moved_between(before, after)


def summed(money: Sequence[Mapping[str, Any]]) -> Counter[str]:
    """Return the sums that a preview announces, as `moved_between` counts them."""
    sums = Counter({"charge": 0, "refund": 0, "balance": 0, "open": 0})
    for one in money:
        kind, amount = one["kind"], one["amount"]
        if kind in ("charge", "refund"):
            sums[kind] += amount
        if kind in ("credit", "debit"):
            sums["balance"] += amount if kind == "debit" else -amount
        if one["id"].startswith("in_"):
            sums["open"] -= amount
    return sums


def moved_between(before: Any, after: Any) -> Counter[str]:
    """Return what was charged, refunded, put on the balance and left open more in one state than in an earlier one."""

    def sums(state: Any) -> Counter[str]:
        return Counter(
            {
                "charge": sum(amount for amount, _ in state["charges"]),
                "refund": sum(refunded for _, refunded in state["charges"]),
                "balance": state["balance"],
                "open": sum(left for _, status, _, left in state["invoices"] if status == "open"),
            }
        )

    start, end = sums(before), sums(after)
    return Counter({name: end[name] - start[name] for name in end})


@pytest.mark.parametrize("name", [name for name, one in SCENARIOS.items() if one.after_printing])
def test_what_is_written_last_is_written_when_the_user_knows(name: str, book: Book) -> None:
    scenario = SCENARIOS[name]
    for argv in scenario.before:
        book.run(argv)

    book.life.billing.capsys.readouterr()
    assert book.run(scenario.command, Trouble("kill", scenario.writes))[0] is None
    assert book.life.billing.capsys.readouterr().out


@pytest.mark.soak
@pytest.mark.parametrize("name", SCENARIOS)
def test_an_answer_that_is_lost_once_is_asked_for_again(name: str, book: Book, soak: Soak) -> None:
    scenario = SCENARIOS[name]
    for argv in scenario.before:
        book.run(argv)
    book.save()
    book.run(scenario.command)
    end = book.state()
    losses = [(kind, at) for kind in ("timeout", "500") for at in range(1, scenario.writes + 1)]
    for kind, at in soak.part(losses, 1):
        book.restore()
        code, _ = book.run(scenario.command, Trouble(kind, at))

        assert (code, book.state()) == (0, end), f"{name}, {kind} at write {at}"
