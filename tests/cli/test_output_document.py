"""docs/output.md lists exactly the fields that commands print, with their types."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from typer.main import get_command

from stripe_billing_cli.cli.app import app
from stripe_billing_cli.cli.context import Context
from stripe_billing_cli.cli.event_log import EventLog
from stripe_billing_cli.cli.local import serve
from stripe_billing_cli.cli.output import Printer
from stripe_billing_cli.events.missing_handlers import remember_called
from stripe_billing_cli.events.store import open_store
from tests.cli.output_document import PLAIN, Document, Session, load_document
from tests.conftest import Billing
from tests.subscriptions.conftest import Shop


@pytest.fixture
def document(tmp_path: Path) -> Document:
    return load_document(tmp_path)


def test_the_schema_is_one_has_a_version_and_knows_every_section(document: Document) -> None:
    jsonschema.Draft202012Validator.check_schema(dict(document.schema))

    assert document.schema["version"] == 1
    with_fields = {name for name, section in document.sections.items() if section.fields or section.includes}
    assert set(document.schema["$defs"]) == with_fields
    with pytest.raises(jsonschema.ValidationError):
        document.validate({"id": 1}, "clock")


def test_every_command_prints_what_the_document_says(billing: Billing, shop: Shop, document: Document) -> None:
    run = Session(billing, document)
    shop.price(lookup_key="pro.monthly")
    shop.price(lookup_key="team.monthly", unit_amount=4500)
    shop.post("/v1/coupons", id="FIFTH", percent_off=20, duration="forever", name="A fifth")
    clock = run("clock", "create", "--name", "life", "--at", "2027-01-01")["id"]
    run("clock", "list")
    customers(run, clock)
    subscriptions(run, shop)
    order = ("--customer", "ada@example.com", "--price", "pro.monthly", "--coupon", "FIFTH")
    shown = billing.ok("sub", "create", *order, "--preview", "--local", "--output", "json")
    document.check(shown.json, "start_preview")
    document.validate(shown.json, "start_preview")
    invoices(run, shop)
    codes(run, shop)
    webhooks(run)
    access(run, shop)
    events(run, billing, document)
    catalogs(billing, shop, document)
    this_machine(billing, document)
    run("clock", "advance", clock, "1d")
    run("clock", "delete", clock)
    emptied = billing.ok("local", "reset", "--yes", "--output", "json").json
    document.check(emptied, "billing local reset")
    document.validate(emptied, "billing local reset")
    commands = {name for name in document.sections if name.startswith("billing ")}
    records = {name for name in document.sections if re.fullmatch(r"[a-z_0-9]+", name)}
    assert document.seen == commands | records, "each section was held against something printed"


def customers(run: Session, clock: str) -> None:
    run("customer", "create", "--email", "bare@example.com")
    run(
        *("customer", "create", "--email", "ada@example.com", "--payment-method", "pm_card_visa"),
        *("--address-city", "London", "--metadata", "plan=gold", "--test-clock", clock),
    )
    run("customer", "update", "ada@example.com", "--phone", "1")
    run("customer", "list")
    run("customer", "show", "ada@example.com")
    run("customer", "portal", "ada@example.com", "--return-url", "https://example.com", "--valid-until", "2100-01-01")


def subscriptions(run: Session, shop: Shop) -> None:
    order = ("--customer", "ada@example.com", "--price", "pro.monthly")
    made = run("sub", "create", *order, "--coupon", "FIFTH", "--metadata", "team=blue")["id"]
    run("sub", "create", "--customer", "bare@example.com", "--price", "pro.monthly", "--trial-days", "3")
    run("sub", "watch", made, "--timeout", "0s")
    run("sub", "pay", made, "--payment-method", "pm_card_chargeCustomerFail", code=4)
    run("sub", "pay", made, "--payment-method", "pm_card_visa")
    run("sub", "list", "--customer", "ada@example.com")
    run("sub", "change", made, "--price", "team.monthly", "--at", "period-end")
    run("sub", "show", made)
    run("sub", "change", made, "--price", "pro.monthly", "--at", "period-end")
    run("sub", "change", made, "--price", "team.monthly", "--preview")
    run("sub", "change", made, "--price", "team.monthly")
    run.preview("sub", "pause", made)
    run("sub", "pause", made, "--keep-service", "--invoices", "void")
    run("sub", "resume", made)
    run("customer", "show", "ada@example.com")
    run("sub", "change", made, "--quantity", "2", "--proration", "create")
    run("sub", "cancel", made, "--now", "--refund", "last", "--invoice-now")
    run("sub", "show", made)


def invoices(run: Session, shop: Shop) -> None:
    customer = shop.with_card(email="eve@example.com")["id"]

    def opened() -> str:
        shop.post("/v1/invoiceitems", customer=customer, amount=2000, currency="usd", description="Setup")
        made = shop.post("/v1/invoices", customer=customer, pending_invoice_items_behavior="include")["id"]
        return str(shop.post(f"/v1/invoices/{made}/finalize", auto_advance=False)["id"])

    paid = opened()
    run("invoice", "credit", paid, "--amount", "1.00")
    run("invoice", "pay", paid)
    run.preview("invoice", "credit", paid, "--amount", "5.00", "--to", "balance")
    run("invoice", "credit", paid, "--amount", "5.00", "--to", "card", "--reason", "duplicate", "--note", "Twice")
    run("invoice", "show", paid)
    run("invoice", "void", opened())
    run("invoice", "write-off", opened())
    terms = {"collection_method": "send_invoice", "days_until_due": 9}
    mailed = shop.post("/v1/invoices", customer=customer, **terms)["id"]
    shop.post("/v1/invoiceitems", customer=customer, amount=900, currency="usd", invoice=mailed)
    shop.post(f"/v1/invoices/{mailed}/finalize")
    run("invoice", "send", mailed)
    run("invoice", "void", mailed)
    opened(), opened()
    declined = ("--payment-method", "pm_card_chargeDeclined")
    run("invoice", "pay", customer, "--all", *declined, code=4)
    run("invoice", "list", "--customer", customer)
    refund = run("refund", "create", paid, "--amount", "2.00", "--note", "Ticket 4711")
    run("refund", "show", refund["id"])
    run("refund", "list", "--customer", customer)
    run("customer", "balance", customer, "--credit", "12.50", "--note", "Sorry")
    run("customer", "balance", customer)
    second = shop.post("/v1/payment_methods/pm_card_mastercard/attach", customer=customer)["id"]
    run("card", "list", customer)
    run("card", "default", customer, second)
    run("card", "remove", customer, "4242")
    run("customer", "delete", customer)


def codes(run: Session, shop: Shop) -> None:
    promotion = {"type": "coupon", "coupon": "FIFTH"}
    shop.post("/v1/promotion_codes", code="LAUNCH", promotion=promotion, max_redemptions=9)
    run("code", "check", "LAUNCH", "--price", "pro.monthly", "--customer", "bare@example.com")
    run("code", "check", "NOPE", code=4)


def webhooks(run: Session) -> None:
    url = "https://shop.example/webhook"
    made = run("webhook", "create", "--url", url)["id"]
    run("webhook", "create", "--url", url, "--events", "invoice.*", "--description", "the shop")
    run("webhook", "roll-secret", made)
    run("webhook", "list")
    run("webhook", "roll-secret", made, "--finish")
    run("webhook", "delete", url)


def access(run: Session, shop: Shop) -> None:
    customer = shop.with_card()["id"]
    run("sub", "create", "--customer", customer, "--price", "pro.monthly", "--trial-days", "3")
    run("access", "reconcile", customer, "--check", code=3)
    run("access", "reconcile", customer)
    run("access", "show", customer)
    run("access", "list")


def events(run: Session, billing: Billing, document: Document) -> None:
    """Of these commands only `backfill` talks to Stripe, and `listen` is heard through its log."""
    run("events", "backfill")

    def printed(*argv: str) -> Any:
        return json.loads(billing.ok("events", *argv, "--output", "json").out)

    newest = printed("list", "--limit", "1")
    document.check(newest, "billing events list")
    document.check(printed("show", newest["id"]), "billing events show")
    document.check(printed("retry", newest["id"]), "billing events retry")
    with open_store() as store, EventLog(Printer("json")) as event_log:
        event_log.await_outcomes(list(store.events.load([newest["id"]]).values()))
    document.check(json.loads(billing.capsys.readouterr().out), "billing listen")
    delivered = json.loads(
        billing.ok("events", "list", "--type", "customer.subscription.created", "-o", "json", "--limit", "1").out
    )
    document.check(delivered["deliveries"][0], "delivery")
    [called, *_] = [json.loads(line) for line in billing.ok("events", "handlers", "-o", "json").out.splitlines()]
    document.check(called, "billing events handlers")
    with open_store() as store:
        remember_called(store, ["exec-new"])
    document.check(printed("move", called["id"], "--to", "exec-new", "--yes"), "billing events move")
    document.check(printed("drop", called["id"], "--yes"), "billing events drop")
    document.check(printed("purge", "--older-than", "0s", "--yes"), "billing events purge")


BROKEN = "version: 1\ncatalog: shop\nproducts: {gold: {nane: Gold}}\n"
CATALOG = """\
version: 1
catalog: shop
currency: usd
products:
  gold:
    name: Gold
    prices:
      monthly: {unit_amount: 1500, recurring: month}
"""


def catalogs(billing: Billing, shop: Shop, document: Document) -> None:
    def printed(*argv: str, name: str = "", code: int = 0) -> Any:
        ran = billing("catalog", *argv, "--output", "json")
        assert ran.code == code, ran.err
        document.check(ran.json, name or f"billing catalog {argv[0]}")
        document.validate(ran.json, name or f"billing catalog {argv[0]}")
        return ran.json

    billing.write(BROKEN)
    error = billing("catalog", "validate", "--output", "json").error
    document.check(error, "error")
    document.validate(error, "error")
    billing.write(CATALOG)
    printed("validate")
    jsonschema.validate(billing.ok("catalog", "show", "-o", "json").json, billing.ok("catalog", "schema").json)
    printed("plan", "--local")
    printed("apply", "--local")
    billing.write(CATALOG.replace("1500", "75000"))
    plan = printed("plan", "--local")
    assert plan["notes"] and plan["unmanaged"] and any(one["moves"] for one in plan["changes"])
    printed("copy", "--to", "file:elsewhere.db")
    billing.write(CATALOG)
    assert printed("diff", "--against", "file:elsewhere.db")["changes"]
    shop.post("/v1/products", name="Odd", metadata={f"key{number}": "x" for number in range(50)})
    assert printed("import", "--local", "-f", "-")["not_written"]


def this_machine(billing: Billing, document: Document) -> None:
    serve._print_address(Context(output="json"), "http://127.0.0.1:12111")
    document.check(json.loads(billing.capsys.readouterr().out), "billing local serve")
    for argv in (
        ("init", "-f", "new.yaml"),
        ("doctor", "--local"),
        ("local", "path"),
        ("local", "settings"),
        ("help", "exit-codes"),
        ("completion", "bash", "--install"),
    ):
        name = " ".join(("billing", *argv[: 2 if argv[0] == "local" else 1]))
        printed = billing.ok(*argv, "--output", "json").json
        document.check(printed, name)
        document.validate(printed, name)


def documented(document: Document) -> Iterator[str]:
    for section in document.sections.values():
        yield from section.fields.values()


OTHERWISE = {"billing catalog schema", "billing catalog show"}
"""Commands that print no record; `catalog show` prints a catalog, whose schema is what `catalog schema` prints."""


def command_names(command: Any, context: Any) -> Iterator[str]:
    """Yield the full name of each command below a group."""
    for name in command.list_commands(context):
        found = command.get_command(context, name)
        below = type(context)(found, info_name=name, parent=context)
        if hasattr(found, "list_commands"):
            yield from command_names(found, below)
        else:
            yield str(below.command_path)


def test_every_command_that_prints_a_record_has_a_section(document: Document) -> None:
    root: Any = get_command(app)
    names = set(command_names(root, root.context_class(root, info_name="billing")))

    assert {name for name in names - OTHERWISE if not any(name in section for section in document.sections)} == set()
    assert names >= OTHERWISE


def test_every_type_of_the_document_is_one(document: Document) -> None:
    for kind in documented(document):
        plain = kind.removesuffix(" or null").removeprefix("list of ")
        assert plain in {*PLAIN, "map", "counts", *document.sections}, kind


@pytest.mark.parametrize(
    "printed",
    [
        {"amount_due": 1500},
        {"amount_due": 1500, "currency": "usd", "more": 1},
        {"amount_due": "1500", "currency": "usd"},
        {"amount_due": None, "currency": "usd"},
        {"amount_due": True, "currency": "usd"},
    ],
)
def test_the_check_sees_what_is_not_documented(document: Document, printed: Any) -> None:
    with pytest.raises(AssertionError):
        document.check(printed, "due")
