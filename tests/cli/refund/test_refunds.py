"""`billing refund create | show | list`: of which charge, how much, and once."""

from __future__ import annotations

from typing import Any

import pytest

from stripe_billing_cli.local_stripe.core.store import Store
from tests.cli.sub.conftest import DAY, EMAIL, TEN_DAYS_LATER, Life
from tests.subscriptions.conftest import Shop


def charge(life: Life) -> Any:
    """Return the charge of $15.00 that paid the subscription's first month."""
    [found], _ = life.shop.api.page("/v1/charges", {"customer": life.customer})
    return found


def refunds(life: Life) -> list[int]:
    """Oldest first."""
    return [one["amount"] for one in life.shop.api.page("/v1/refunds", {})[0]][::-1]


def by_itself(shop: Shop) -> Any:
    """Return a payment of $49.00 that is of no invoice and no customer."""
    card = {"payment_method": "pm_card_visa", "confirm": True, "return_url": "https://example.com"}
    return shop.post("/v1/payment_intents", amount=4900, currency="usd", **card)


def fail(life: Life, id: str) -> None:
    """Let the bank refuse a refund that was made, and the money come back (https://docs.stripe.com/refunds#failed)."""
    store = Store(life.billing.directory / ".billing" / "local.db")
    with store.writing():
        refund = store.get("refund", id)
        assert refund is not None
        store.replace("refund", {**refund, "status": "failed"})
        stored = store.get("charge", refund["charge"])
        assert stored is not None
        store.replace("charge", {**stored, "amount_refunded": stored["amount_refunded"] - refund["amount"]})
    store.close()


def target(life: Life, kind: str) -> str:
    payment = charge(life)
    return str({"in": life.subscription["latest_invoice"], "pi": payment["payment_intent"], "ch": payment["id"]}[kind])


class TestCreate:
    @pytest.mark.parametrize("kind", ["in", "pi", "ch"])
    def test_says_what_is_left_to_which_card_and_that_access_stays(self, life: Life, kind: str) -> None:
        ran = life.ok("refund", "create", target(life, kind), "--amount", "5.00", "--yes")

        assert "$5.00 goes back to Visa ending in 4242, from the payment of $15.00 of 1 Mar 2026 UTC" in ran.err
        assert "left to refund  $15.00 of $15.00; $10.00 after this" in ran.err
        assert f"Access stays: {life.id} is active and goes on" in ran.err
        assert "Refunded $5.00 (re_" in ran.out
        assert refunds(life) == [500]
        assert life.subscription["status"] == "active"

    def test_whole_is_what_is_left(self, life: Life) -> None:
        life.ok("refund", "create", charge(life)["id"], "--amount", "5.00", "--yes")
        record = life.json("refund", "create", charge(life)["id"], "--yes")

        assert (record["result"], record["amount"], record["left"]) == ("refunded", 1000, 0)
        assert refunds(life) == [500, 1000]

    def test_keeps_reason_and_note(self, life: Life) -> None:
        said = ("--reason", "duplicate", "--note", "Ticket 4711")
        record = life.json("refund", "create", charge(life)["id"], *said, "--yes")
        [made] = record["refunds"]

        assert (made["reason"], made["note"], made["status"]) == ("duplicate", "Ticket 4711", "succeeded")
        assert life.json("refund", "show", record["id"]) == made

    @pytest.mark.parametrize("other", ["in", "pi", "ch"])
    def test_the_same_within_a_day_names_the_first_whatever_it_is_named_by(self, life: Life, other: str) -> None:
        said = ("--amount", "5.00", "--note", "Sorry", "--yes")
        first = life.json("refund", "create", target(life, "in"), *said)
        ran = life.ok("refund", "create", target(life, other), *said)

        assert f"Nothing to do: {first['id']} refunded $5.00 for the same" in ran.out
        assert "--again" in ran.out
        assert refunds(life) == [500]

    @pytest.mark.parametrize("other", [("--amount", "4.00"), ("--note", "Other"), ("--reason", "duplicate")])
    def test_another_amount_note_or_reason_is_another(self, life: Life, other: tuple[str, str]) -> None:
        command = ("refund", "create", charge(life)["id"], "--amount", "5.00", "--yes")
        life.ok(*command)
        life.ok(*command, *other)

        assert len(refunds(life)) == 2

    def test_again_makes_another_each_time(self, life: Life) -> None:
        command = ("refund", "create", charge(life)["id"], "--amount", "5.00", "--yes")
        life.ok(*command)
        life.ok(*command, "--again")
        assert life.json(*command)["result"] == "unchanged"
        life.ok(*command, "--again")

        assert refunds(life) == [500, 500, 500]

    def test_a_day_later_it_is_another(self, life: Life) -> None:
        command = ("refund", "create", charge(life)["id"], "--amount", "5.00", "--yes")
        life.ok(*command)
        life.advance(TEN_DAYS_LATER + DAY + 1)
        life.ok(*command)

        assert refunds(life) == [500, 500]

    def test_a_refund_that_failed_is_made_anew(self, life: Life) -> None:
        command = ("refund", "create", charge(life)["id"], "--amount", "5.00", "--yes")
        first = life.json(*command)["id"]
        fail(life, first)
        second = life.json(*command)

        assert (second["result"], second["id"] == first) == ("refunded", False)
        assert charge(life)["amount_refunded"] == 500

    def test_more_than_is_left_is_refused(self, life: Life) -> None:
        life.ok("refund", "create", charge(life)["id"], "--amount", "12.00", "--yes")
        ran = life("refund", "create", charge(life)["id"], "--amount", "5.00", "--yes", "--output", "json")

        assert (ran.code, ran.error["kind"]) == (1, "refused")
        assert "only $3.00" in ran.error["message"]
        assert refunds(life) == [1200]

    def test_what_was_refunded_otherwise_is_named(self, life: Life) -> None:
        made = life.shop.post("/v1/refunds", charge=charge(life)["id"])["id"]
        ran = life("refund", "create", charge(life)["id"], "--yes", "--output", "json")

        assert (ran.code, ran.error["kind"]) == (1, "refused")
        assert made in ran.error["message"]

    def test_a_bare_number_is_refused_with_both_readings(self, life: Life) -> None:
        ran = life("refund", "create", charge(life)["id"], "--amount", "5", "--yes", "--output", "json")

        assert (ran.code, ran.error["kind"]) == (2, "usage")
        assert "$5.00" in ran.error["message"] and "$0.05" in ran.error["message"]
        assert refunds(life) == []

    def test_what_was_paid_too_much_is_said_to_be_on_the_balance(self, life: Life) -> None:
        shop, item = life.shop, {"customer": life.customer, "currency": "usd"}
        shop.post("/v1/invoiceitems", amount=2000, **item)
        made = shop.post("/v1/invoices", customer=life.customer, pending_invoice_items_behavior="include")["id"]
        shop.post(f"/v1/invoices/{made}/finalize")
        card = {"payment_method": "pm_card_visa", "confirm": True, "return_url": "https://example.com"}
        paying = shop.post("/v1/payment_intents", amount=5000, **item, **card)
        shop.post(f"/v1/invoices/{made}/attach_payment", payment_intent=paying["id"])
        said = "Careful: $30.00 of this was paid too much, and is a credit on the customer's balance already."

        assert said in life.ok("refund", "create", made, "--preview").out
        assert said not in life.ok("refund", "create", made, "--preview", "--amount", "20.00").out

    @pytest.mark.parametrize("kind", ["in", "ch"])
    def test_what_was_credited_otherwise_is_said(self, life: Life, kind: str) -> None:
        credit = ("invoice", "credit", life.subscription["latest_invoice"], "--yes", "--amount")
        life.ok(*credit, "2.00", "--to", "balance")
        life.ok(*credit, "3.00", "--to", "card")
        ran = life.ok("refund", "create", target(life, kind), "--amount", "1.00", "--yes")

        assert "Careful: $2.00 of this invoice was given back already" in ran.err

    def test_asks(self, life: Life) -> None:
        ran = life("refund", "create", charge(life)["id"])

        assert ran.code == 2
        assert refunds(life) == []

    def test_an_id_of_something_else_is_refused_before_any_call(self, life: Life) -> None:
        ran = life("refund", "create", life.id, "--yes", "--verbose")

        assert ran.code == 2
        assert "is the id of a subscription, and an invoice is needed" in ran.err
        assert "GET /v1/" not in ran.err

    def test_of_a_customer_leads_to_the_invoices(self, life: Life) -> None:
        ran = life("refund", "create", "ada@example.com", "--yes")

        assert ran.code == 2
        assert "billing --local invoice list --customer ada@example.com has them" in ran.err

    def test_what_was_paid_outside_of_stripe_is_refused_with_the_way_out(self, life: Life) -> None:
        life.shop.post("/v1/invoiceitems", customer=life.customer, amount=2000, currency="usd")
        made = life.shop.post("/v1/invoices", customer=life.customer, pending_invoice_items_behavior="include")
        life.shop.post(f"/v1/invoices/{made['id']}/pay", paid_out_of_band=True)
        ran = life("refund", "create", made["id"], "--yes", "--output", "json")

        assert (ran.code, ran.error["kind"]) == (1, "refused")
        assert "outside of Stripe" in ran.error["message"]
        assert "--to outside" in ran.error["hint"]

    def test_what_was_not_paid_is_refused(self, life: Life, shop: Shop) -> None:
        customer = shop.customer()["id"]
        made = shop.subscription(customer, life.prices["pro"], payment_behavior="default_incomplete")
        ran = life("refund", "create", made["latest_invoice"], "--yes", "--output", "json")

        assert (ran.code, ran.error["kind"]) == (1, "refused")
        assert "nothing was paid" in ran.error["message"]

    def test_of_a_payment_without_an_invoice_no_subscription_is_named(self, life: Life, shop: Shop) -> None:
        paid = by_itself(shop)
        ran = life.ok("refund", "create", paid["id"], "--yes")

        assert "a refund ends no subscription" in ran.err
        assert refunds(life) == [4900]


class TestList:
    def test_is_of_a_customer_a_target_or_all(self, life: Life, shop: Shop) -> None:
        mine = life.json("refund", "create", charge(life)["id"], "--amount", "5.00", "--yes")["id"]
        paid = by_itself(shop)
        other = life.json("refund", "create", paid["id"], "--yes")["id"]

        def listed(*options: str) -> set[str]:
            return set(life.ok("refund", "list", *options, "--output", "id").out.split())

        assert listed() == {mine, other}
        assert listed("--customer", EMAIL) == {mine}
        assert listed("--of", life.subscription["latest_invoice"]) == {mine}
        assert listed("--of", paid["id"]) == {other}

    def test_of_a_customer_has_those_that_failed(self, life: Life) -> None:
        failed = life.json("refund", "create", charge(life)["id"], "--amount", "5.00", "--yes")["id"]
        fail(life, failed)

        record = life.json("refund", "list", "--customer", EMAIL)
        assert (record["id"], record["status"]) == (failed, "failed")

    def test_shows_why(self, life: Life) -> None:
        life.ok("refund", "create", charge(life)["id"], "--amount", "5.00", "--note", "Ticket 4711", "--yes")
        ran = life.ok("refund", "list", "--customer", EMAIL)

        assert "$5.00" in ran.out and "Ticket 4711" in ran.out and "succeeded" in ran.out


def test_a_disputed_payment_is_refused_with_its_dispute(life: Life, shop: Shop) -> None:
    card = {"payment_method": "pm_card_createDispute", "confirm": True, "return_url": "https://example.com"}
    paid = shop.post("/v1/payment_intents", amount=4900, currency="usd", **card)
    [dispute], _ = shop.api.page("/v1/disputes", {"payment_intent": paid["id"]})
    ran = life("refund", "create", paid["id"], "--yes", "--output", "json")

    assert (ran.code, ran.error["kind"]) == (1, "refused")
    assert dispute["id"] in ran.error["message"]
    assert refunds(life) == []
