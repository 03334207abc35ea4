"""`billing invoice list | show | pay | void | write-off`, and the account that they leave behind."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from tests.cli.sub.conftest import DAY, EMAIL, FIRST_OF_APRIL, Life
from tests.conftest import Billing
from tests.faults import failing
from tests.subscriptions.conftest import Shop

FAILING = "pm_card_chargeCustomerFail"


def by_hand(shop: Shop, customer: str, amount: int = 2000, *, finalize: bool = True) -> Any:
    """Return an invoice that somebody made by hand; open, as nothing collects it by itself."""
    shop.post("/v1/invoiceitems", customer=customer, amount=amount, currency="usd", description="Setup")
    made = shop.post("/v1/invoices", customer=customer, pending_invoice_items_behavior="include", auto_advance=False)
    return shop.post(f"/v1/invoices/{made['id']}/finalize") if finalize else made


def invoice(life: Life, id: str) -> Any:
    return life.shop.api.get(f"/v1/invoices/{id}")


def charges(life: Life) -> list[int]:
    """Return what was charged successfully, oldest first."""
    found, _ = life.shop.api.page("/v1/charges", {"customer": life.customer})
    return [one["amount"] for one in found if one["paid"]][::-1]


class TestList:
    def test_shows_what_is_open_and_what_became_of_the_others(self, life: Life) -> None:
        opened = by_hand(life.shop, life.customer)
        ran = life.ok("invoice", "list", "--customer", EMAIL)

        assert [line.split()[0] for line in ran.out.splitlines()[1:]] == [
            opened["id"],
            life.subscription["latest_invoice"],
        ]
        assert "$20.00" in ran.out and "open" in ran.out and "paid 1 Mar 2026 UTC" in ran.out

    def test_json_is_a_line_an_invoice(self, life: Life) -> None:
        by_hand(life.shop, life.customer)
        ran = life.ok("invoice", "list", "--customer", EMAIL, "--status", "open", "--output", "json")

        record = ran.json
        assert (record["status"], record["amount_remaining"], record["customer"]) == ("open", 2000, life.customer)
        assert record["subscription"] is None

    def test_says_what_was_refunded(self, life: Life) -> None:
        life.ok("refund", "create", life.subscription["latest_invoice"], "--amount", "5.00", "--yes")
        assert "paid 1 Mar 2026 UTC, $5.00 refunded" in life.ok("invoice", "list", "--customer", EMAIL).out
        life.ok("refund", "create", life.subscription["latest_invoice"], "--yes")

        for command in (("list", "--customer", EMAIL), ("show", life.subscription["latest_invoice"])):
            assert re.search(r"paid 1 Mar 2026 UTC, refunded$", life.ok("invoice", *command).out, re.M)

    def test_of_all_customers_says_what_was_refunded_too(self, billing: Billing, shop: Shop) -> None:
        customer = shop.with_card(email="bob@example.com")
        invoice = shop.subscription(customer["id"], shop.price()["id"])["latest_invoice"]
        billing.ok("refund", "create", invoice, "--amount", "5.00", "--yes", "--local")

        [shown] = billing.ok("invoice", "list", "--local").out.splitlines()[1:]

        assert "bob@example.com" in shown
        assert shown.endswith(", $5.00 refunded")
        with failing(billing, "403 before * GET /v1/refunds"):
            assert billing.ok("invoice", "list", "--local", "--output", "json").json["refunded"] is None

    def test_of_many_pages_it_says_what_was_refunded_of_each(
        self, billing: Billing, shop: Shop, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        customer, price = shop.with_card(), shop.price()["id"]
        for amount in ("5.00", "4.00", "3.00"):
            invoice = shop.subscription(customer["id"], price)["latest_invoice"]
            billing.ok("refund", "create", invoice, "--amount", amount, "--yes", "--local")
        monkeypatch.setattr("stripe_billing_cli.invoices.load.PAGE", 1)

        ran = billing.ok("invoice", "list", "--local", "--output", "json")

        assert [json.loads(line)["refunded"] for line in ran.out.splitlines()] == [300, 400, 500]

    def test_by_subscription(self, life: Life) -> None:
        by_hand(life.shop, life.customer)
        ran = life.ok("invoice", "list", "--subscription", life.id, "--output", "id")

        assert ran.out.split() == [life.subscription["latest_invoice"]]


class TestShow:
    def test_has_lines_payments_refunds_and_credit_notes(self, life: Life) -> None:
        id = life.subscription["latest_invoice"]
        life.ok("invoice", "credit", id, "--amount", "5.00", "--to", "card", "--note", "Sorry", "--yes")
        record = life.json("invoice", "show", id)

        assert [(one["amount"], one["description"]) for one in record["lines"]] == [
            (1500, "1 × Pro (at $15.00 / month)")
        ]
        assert [(one["amount"], one["refunded"], one["last4"]) for one in record["payments"]] == [(1500, 500, "4242")]
        assert [one["amount"] for one in record["refunds"]] == [500]
        assert [(one["to_card"], one["note"]) for one in record["credit_notes"]] == [(500, "Sorry")]
        screen = life.ok("invoice", "show", id).out
        assert "Visa ending in 4242" in screen and "$5.00 to the card" in screen

    def test_says_why_it_is_not_paid(self, life: Life) -> None:
        life.use_card(FAILING)
        life.advance(FIRST_OF_APRIL + 2 * DAY)
        record = life.json("invoice", "show", life.subscription["latest_invoice"])

        assert (record["status"], record["payment_error"]["code"]) == ("open", "card_declined")

    @pytest.mark.parametrize(
        ("path", "part"),
        [
            ("/v1/credit_notes", "credit_notes"),
            ("/v1/refunds", "refunds"),
            ("/v1/payment_intents/{id}", "payments"),
            ("/v1/invoices/{id}/lines", "lines"),
        ],
    )
    def test_a_part_that_the_key_may_not_see_hides_no_other(self, path: str, part: str, life: Life) -> None:
        id = life.subscription["latest_invoice"]
        life.ok("invoice", "credit", id, "--amount", "5.00", "--to", "card", "--yes")
        whole = life.json("invoice", "show", id)

        with failing(life.billing, f"403 before * GET {path}"):
            seen = life.json("invoice", "show", id)
            screen = life.ok("invoice", "show", id).out

        assert "permission" in seen["unavailable"][part]
        assert f"({part.replace('_', ' ')}: not to be seen: " in screen
        hidden = {part, "unavailable", *(["refunds", "refunded"] if part == "payments" else [])}
        assert {name: seen[name] for name in seen if name not in hidden} == {
            name: whole[name] for name in whole if name not in hidden
        }

    def test_an_id_of_something_else_is_refused_before_any_call(self, life: Life) -> None:
        ran = life("invoice", "show", life.id, "--verbose")

        assert ran.code == 2
        assert "is the id of a subscription, and an invoice is needed" in ran.err
        assert "GET /v1/" not in ran.err

    def test_an_unknown_id_is_not_found(self, life: Life) -> None:
        ran = life("invoice", "show", "in_1None", "--output", "json")

        assert (ran.code, ran.error["kind"]) == (1, "not_found")


class TestPay:
    def test_says_what_it_charges_and_to_which_card(self, life: Life) -> None:
        opened = by_hand(life.shop, life.customer)
        ran = life.ok("invoice", "pay", opened["id"], "--yes")

        assert f"$20.00 is charged from Visa ending in 4242, for invoice {opened['number']}" in ran.err
        assert f"Paid $20.00 for invoice {opened['number']}" in ran.out
        assert invoice(life, opened["id"])["status"] == "paid"
        assert charges(life) == [1500, 2000]

    def test_asks_in_test_mode_too(self, life: Life) -> None:
        opened = by_hand(life.shop, life.customer)
        ran = life("invoice", "pay", opened["id"])

        assert ran.code == 2
        assert "--yes" in ran.err
        assert invoice(life, opened["id"])["status"] == "open"

    def test_what_is_paid_is_not_charged_again(self, life: Life) -> None:
        ran = life.ok("invoice", "pay", life.subscription["latest_invoice"])

        assert "paid already" in ran.out
        assert charges(life) == [1500]

    def test_all_is_oldest_first(self, life: Life) -> None:
        first = by_hand(life.shop, life.customer, 2000)
        life.advance(FIRST_OF_APRIL - 10 * DAY)
        second = by_hand(life.shop, life.customer, 3000)
        record = life.json("invoice", "pay", EMAIL, "--all", "--yes")

        assert (record["id"], record["result"]) == (life.customer, "paid")
        assert [one["id"] for one in record["invoices"]] == [first["id"], second["id"]]
        assert charges(life) == [1500, 2000, 3000]

    def test_all_stops_at_one_that_is_declined(self, life: Life) -> None:
        first = by_hand(life.shop, life.customer, 2000)
        second = by_hand(life.shop, life.customer, 3000)
        life.use_card(FAILING)
        ran = life("invoice", "pay", EMAIL, "--all", "--yes", "--output", "json")

        assert ran.code == 4
        assert (ran.json["result"], ran.json["payment_error"]["code"]) == ("payment_needed", "card_declined")
        assert [one["id"] for one in ran.json["untried"]] == [second["id"]]
        assert ran.error["kind"] == "payment_failed"
        assert [invoice(life, one["id"])["status"] for one in (first, second)] == ["open", "open"]

    def test_with_nothing_open_there_is_nothing_to_do(self, life: Life) -> None:
        ran = life.ok("invoice", "pay", EMAIL, "--all")

        assert "Nothing to pay" in ran.out

    def test_without_a_card_it_says_where_the_customer_can_pay(self, life: Life, shop: Shop) -> None:
        bare = shop.customer(email="bare@example.com")["id"]
        opened = by_hand(shop, bare)
        ran = life("invoice", "pay", opened["id"], "--yes", "--output", "json")

        assert (ran.code, ran.error["kind"]) == (1, "refused")
        assert opened["hosted_invoice_url"] in ran.error["hint"]
        assert (
            life.json("invoice", "pay", opened["id"], "--yes", "--payment-method", "pm_card_visa")["result"] == "paid"
        )

    def test_out_of_band_charges_nothing(self, life: Life) -> None:
        opened = by_hand(life.shop, life.customer)
        ran = life.ok("invoice", "pay", opened["id"], "--out-of-band", "--yes")

        assert "counts as paid outside of Stripe" in ran.err
        assert invoice(life, opened["id"])["status"] == "paid"
        assert charges(life) == [1500]

    def test_a_draft_is_finalized_first(self, life: Life) -> None:
        draft = by_hand(life.shop, life.customer, finalize=False)
        ran = life.ok("invoice", "pay", draft["id"], "--yes")

        assert "a draft, will be finalized" in ran.err
        assert charges(life) == [1500, 2000]

    def test_a_void_invoice_is_refused(self, life: Life) -> None:
        opened = by_hand(life.shop, life.customer)
        life.ok("invoice", "void", opened["id"], "--yes")
        ran = life("invoice", "pay", opened["id"], "--yes", "--output", "json")

        assert (ran.code, ran.error["kind"]) == (1, "refused")


class TestGivingUp:
    def test_a_void_gives_back_what_came_from_the_balance(self, life: Life) -> None:
        life.shop.post(f"/v1/customers/{life.customer}/balance_transactions", amount=-700, currency="usd")
        opened = by_hand(life.shop, life.customer)
        assert opened["amount_due"] == 1300
        ran = life.ok("invoice", "void", opened["id"], "--yes")

        assert "$7.00 that it took from the customer's balance goes back there" in ran.err
        assert "is void" in ran.out
        assert invoice(life, opened["id"])["status"] == "void"
        assert life.shop.api.get(f"/v1/customers/{life.customer}")["balance"] == -700

    def test_a_write_off_can_still_be_paid(self, life: Life) -> None:
        opened = by_hand(life.shop, life.customer)
        record = life.json("invoice", "write-off", opened["id"], "--yes")

        assert (record["result"], record["status"]) == ("written_off", "uncollectible")
        assert life.json("invoice", "pay", opened["id"], "--yes")["result"] == "paid"

    @pytest.mark.parametrize("way", ["void", "write-off"])
    def test_a_second_time_is_nothing(self, life: Life, way: str) -> None:
        opened = by_hand(life.shop, life.customer)
        life.ok("invoice", way, opened["id"], "--yes")

        assert life.json("invoice", way, opened["id"])["result"] == "unchanged"

    @pytest.mark.parametrize("way", ["void", "write-off"])
    def test_what_is_paid_is_refused_with_the_way_out(self, life: Life, way: str) -> None:
        ran = life("invoice", way, life.subscription["latest_invoice"], "--yes", "--output", "json")

        assert (ran.code, ran.error["kind"]) == (1, "refused")
        assert "billing --local invoice credit" in ran.error["hint"]

    def test_the_first_invoice_takes_its_subscription_with_it(self, life: Life, shop: Shop) -> None:
        customer = shop.customer(email="new@example.com")["id"]
        made = shop.subscription(customer, life.prices["pro"], payment_behavior="default_incomplete")
        ran = life.ok("invoice", "void", made["latest_invoice"], "--yes")

        assert f"{made['id']} waits for this payment: it ends." in ran.err
        assert shop.api.get(f"/v1/subscriptions/{made['id']}")["status"] == "incomplete_expired"

    def test_any_other_leaves_its_subscription(self, life: Life) -> None:
        life.use_card(FAILING)
        life.advance(FIRST_OF_APRIL + 2 * DAY)
        ran = life.ok("invoice", "write-off", life.subscription["latest_invoice"], "--yes")

        assert f"{life.id} (past due) goes on" in ran.err
        assert life.subscription["status"] == "active"


class TestNumbers:
    def test_an_invoice_is_named_by_its_number_too(self, life: Life) -> None:
        customer = life.shop.post(
            "/v1/customers", payment_method="pm_card_visa"
        )  # on no clock, which search leaves out
        opened = by_hand(life.shop, customer["id"])

        assert life.ok("invoice", "show", opened["number"], "--output", "id").out.split() == [opened["id"]]
        assert (
            opened["number"]
            in life.ok("invoice", "pay", opened["number"], "--payment-method", "pm_card_visa", "--yes").out
        )
        refund = life.ok("refund", "create", opened["number"], "--yes", "--output", "json").json
        assert refund["amount"] == opened["amount_due"]

    @pytest.mark.parametrize("name", ["ABCD1234-0001", EMAIL, "sub_1"])
    def test_what_is_no_invoice_is_told_with_the_way_to_them(self, life: Life, name: str) -> None:
        ran = life("invoice", "show", name)
        assert (ran.code in (1, 2), "invoice list" in ran.err) == (True, True)
