"""`billing sub cancel --refund`: what was not used comes back, over all payments, once."""

from __future__ import annotations

import pytest

from tests.cli.sub.history import Begin, History
from tests.local_stripe.life import moment

NOW = ("--now", "--refund", "prorated")


def test_an_upgrade_comes_back_from_both_payments_newest_first(begin: Begin) -> None:
    it = begin("2026-01-01")
    it.monthly(small=24, big=48)
    it.start("small")
    it.to("2026-01-11")
    it.ok("change", "--price", "big")
    assert it.paid() == [2400, 1626]

    record, output = it.said("cancel", *NOW)

    assert it.refunded() == [1626, 1626]
    assert record["refund"]["amount"] == 3252
    assert "$32.52" in output


def test_what_a_change_left_on_the_balance_is_not_paid_out_again(begin: Begin) -> None:
    it = begin("2026-01-01")
    it.price("yearly", 100, "year")
    it.price("monthly", 10)
    it.start("yearly")
    it.to("2026-07-02 12:00")
    it.ok("change", "--price", "monthly")
    assert it.balance == -4000

    record, output = it.said("cancel", *NOW)

    assert (it.refunded(), it.balance) == ([1000], -4000)
    assert record["refund"]["amount"] == 1000
    assert "$40.00" in output
    assert "balance" in output


@pytest.mark.parametrize("invoiced", [(), ("--invoice-now",)])
def test_a_credit_that_waits_comes_back_with_it(invoiced: tuple[str, ...], begin: Begin) -> None:
    it = begin("2026-04-01")
    it.monthly(big=30, small=15)
    it.start("big")
    it.to("2026-04-11")
    it.ok("change", "--price", "small")
    assert sum(it.pending()) == -1000
    it.to("2026-04-21")

    record, output = it.said("cancel", *NOW, *invoiced)

    to_balance = 1000 if invoiced else 0
    assert (sum(it.refunded()), it.balance, it.pending()) == (1500 - to_balance, -to_balance, [])
    assert record["refund"]["amount"] == 1500 - to_balance
    assert f"${15 - to_balance // 100}.00" in output


@pytest.mark.parametrize("invoiced", [(), ("--invoice-now",)])
def test_the_taxes_on_a_credit_that_waits_come_back_once(invoiced: tuple[str, ...], begin: Begin) -> None:
    """Of the 36.00 that were paid, 10 days at 36.00 and 10 days at 18.00 a month are used."""
    it = begin("2026-04-01")
    it.monthly(big=30, small=15)
    it.start("big", default_tax_rates=[taxed(it)])
    it.to("2026-04-11")
    it.ok("change", "--price", "small")
    it.to("2026-04-21")

    record = it.json("cancel", *NOW, *invoiced)

    to_balance = 1200 if invoiced else 0
    assert (sum(it.refunded()), it.balance) == (1800 - to_balance, -to_balance)
    assert record["refund"]["amount"] == 1800 - to_balance
    if invoiced:
        assert (record["final_invoice"]["credited"], record["final_invoice"]["charged"]) == (-2000 - 200, 1000)


def taxed(it: History) -> str:
    """Return the id of a tax rate of 20 % on top."""
    rate = it.shop.post("/v1/tax_rates", display_name="VAT", percentage="20", inclusive=False)
    return str(rate["id"])


def test_an_upgrade_paid_later_comes_back_too(begin: Begin) -> None:
    it = begin("2026-04-01")
    it.monthly(small=20, big=30)
    it.start("small")
    it.to("2026-04-16")
    it.ok("change", "--price", "big")
    it.to("2026-04-21")

    record = it.json("cancel", *NOW)

    assert sum(it.refunded()) == record["refund"]["amount"] == 1000


def test_the_last_payment_is_said_to_be_whole_and_what_of_it_is_used(begin: Begin) -> None:
    it = begin("2026-01-01")
    it.price("yearly", 100, "year")
    it.price("monthly", 24)
    it.start("yearly")
    it.to("2026-09-01")
    it.ok("change", "--price", "monthly")

    output = it.ok("cancel", "--refund", "last").err

    assert it.refunded() == [10000]
    assert "the whole last payment" in output
    assert "$66.58 of it is used" in output
    assert "the service goes on" in output
    assert moment("2026-09-01") < it.subscription["cancel_at"]


def test_a_credit_beside_the_last_payment_is_a_warning(begin: Begin) -> None:
    it = begin("2026-04-01")
    it.price("thirty", 30)
    it.price("extra", 50)
    it.start("thirty")
    it.ok("change", "--add", "extra")
    it.ok("change", "--remove", "extra")

    output = it.ok("cancel", "--refund", "last").err

    assert it.refunded() == [5000]
    assert "Careful: the credit of $50.00 is the customer's as well, beside this refund." in output


class TestWhatCannotGoBack:
    """To a card: it is said, with why and what to do."""

    @pytest.fixture
    def it(self, begin: Begin) -> History:
        it = begin("2026-04-01")
        it.price("thirty", 30)
        return it

    def test_what_the_balance_paid(self, it: History) -> None:
        it.shop.post(f"/v1/customers/{it.customer}/balance_transactions", amount=-2000, currency="usd")
        it.start("thirty")
        it.to("2026-04-11")

        record, output = it.said("cancel", *NOW)

        assert it.refunded() == []
        assert (record["refund"]["amount"], record["refund"]["not_to_card"]) == (0, 2000)
        assert "$20.00 of what is unused does not go back to a card" in output
        assert f"billing --local customer balance {it.customer} --credit" in output

    def test_what_was_refunded_before(self, it: History) -> None:
        it.start("thirty")
        [charge], _ = it.shop.api.page("/v1/charges", {"customer": it.customer})
        it.shop.post("/v1/refunds", charge=charge["id"], amount=300)
        it.to("2026-04-11")

        record, output = it.said("cancel", *NOW)

        assert it.refunded() == [300, 1700]
        assert (record["refund"]["amount"], record["refund"]["not_to_card"]) == (1700, 300)
        assert "refunded or credited before" in output
        assert "--credit" not in output, "the customer has it already"

    def test_time_that_was_never_paid_for(self, it: History) -> None:
        it.start("thirty")
        it.use_card("pm_card_chargeCustomerFail")
        it.to("2026-05-02")

        record, output = it.said("cancel", *NOW)

        assert (it.refunded(), record["refund"]["amount"]) == ([], 0)
        assert "was never paid" in output
        assert "--credit" not in output, "nothing is owed to the customer"

    @pytest.mark.parametrize("kind", ["prorated", "last"])
    def test_what_was_charged_back(self, kind: str, it: History) -> None:
        it.use_card("pm_card_createDispute")
        it.start("thirty")
        it.to("2026-04-11")

        output = it.ok("cancel", "--now", "--refund", kind).err

        assert (it.refunded(), it.subscription["status"]) == ([], "canceled")
        assert "is disputed" in output
        assert "--credit" not in output, "the bank gave it back already"

    def test_an_inquiry_took_no_money_and_hinders_nothing(self, it: History) -> None:
        it.use_card("pm_card_createDisputeInquiry")
        it.start("thirty")
        it.to("2026-04-11")

        it.ok("cancel", *NOW)

        assert it.refunded() == [2000]

    def test_an_item_that_was_added_by_hand_stays_pending_and_is_named(self, it: History) -> None:
        it.start("thirty")
        it.shop.post(
            "/v1/invoiceitems",
            customer=it.customer,
            subscription=it.id,
            amount=700,
            currency="usd",
            description="Onboarding",
        )
        it.to("2026-04-11")

        output = it.ok("cancel", *NOW).err

        assert (it.refunded(), it.pending()) == ([2000], [700])
        assert "Onboarding, over $7.00 stays pending" in output


def test_after_an_end_that_credited_it_nothing_comes_back_again(begin: Begin) -> None:
    it = begin("2026-04-01")
    it.price("thirty", 30)
    it.start("thirty")
    it.to("2026-04-11")
    it.ok("cancel", "--now", "--prorate")

    record = it.json("cancel", "--refund", "prorated")

    assert (it.refunded(), record["refund"]["amount"]) == ([], 0)


def test_nothing_comes_back_again_with_the_taxes_that_are_credited_with_it(begin: Begin) -> None:
    it = begin("2026-04-01")
    price = it.shop.price(it.shop.product("thirty"), unit_amount=3000)["id"]
    item = {"price": price, "tax_rates": [taxed(it)]}
    it.id = it.shop.post("/v1/subscriptions", customer=it.customer, items=[item])["id"]
    it.to("2026-04-11")
    it.ok("cancel", "--now", "--prorate")

    record = it.json("cancel", "--refund", "prorated")

    assert (it.refunded(), record["refund"]["amount"]) == ([], 0)


class TestMoreToBeChargedThanIsUnused:
    """Nothing goes back, and the charge is not dropped with the subscription."""

    @pytest.fixture
    def it(self, begin: Begin) -> History:
        it = begin("2026-06-01")
        it.monthly(ten=10, forty=40)
        it.start("ten")
        it.to("2026-06-16")
        it.ok("change", "--price", "forty", "--proration", "create")
        it.to("2026-06-29")
        return it

    def test_it_waits_for_another_invoice(self, it: History) -> None:
        record, output = it.said("cancel", *NOW)

        assert (it.refunded(), it.paid(), sum(it.pending())) == ([], [1000], 1500 - 267)
        assert record["final_invoice"]["waits"] == 1233
        assert record["dropped"] == {"prorations": 0, "use": 0}
        assert "exceeds what is unused by $12.33: nothing is refunded" in output
        assert "waits for another invoice of the customer's; --invoice-now bills it at once" in output

    def test_it_is_charged_on_a_last_invoice(self, it: History) -> None:
        record = it.json("cancel", *NOW, "--invoice-now")

        assert (it.paid(), it.refunded(), it.pending()) == ([1000, 1500], [267], [])
        assert (record["final_invoice"]["due_now"], record["refund"]["amount"]) == (1500, 267)


class TestWhatAnEndAtOnceLeavesUnbilled:
    """It is said, whether it is dropped or stays pending."""

    @pytest.mark.parametrize(
        ("options", "unbilled"),
        [((), True), (("--prorate",), True), (("--refund", "prorated"), True), (("--invoice-now",), False)],
    )
    def test_use(self, options: tuple[str, ...], unbilled: bool, begin: Begin) -> None:
        it = begin("2026-06-01")
        it.price("ten", 10)
        it.metered("calls", "0.5")
        it.start("ten", "calls")
        it.use(1000)
        it.to("2026-06-16")

        record, output = it.said("cancel", "--now", *options)

        said = "What was used of calls and not billed yet, $5.00 so far, is dropped; --invoice-now bills it." in output
        assert said is unbilled
        assert record["dropped"]["use"] == (500 if unbilled else 0)
        assert (500 in it.paid()) is not unbilled

    def test_prorations_and_what_was_added_by_hand(self, begin: Begin) -> None:
        it = begin("2026-06-01")
        it.monthly(ten=10, forty=40)
        it.start("ten")
        it.to("2026-06-16")
        it.ok("change", "--price", "forty", "--proration", "create")
        item = it.shop.post("/v1/invoiceitems", customer=it.customer, subscription=it.id, amount=700, currency="usd")[
            "id"
        ]

        record, output = it.said("cancel", "--now")

        assert "A charge of $15.00 that waits for the next invoice is dropped" in output
        assert f"{item}, added by hand, over $7.00 stays pending" in output
        assert (record["dropped"]["prorations"], record["stays_pending"]) == (1500, [item])
        assert (it.pending(), it.paid()) == ([700], [1000])


class TestWhatIsBilledAtTheEnd:
    """Is paid first, and comes back as far as it is unused."""

    @pytest.fixture
    def it(self, begin: Begin) -> History:
        it = begin("2026-04-01")
        it.monthly(ten=10, sixty=60)
        it.start("ten")
        it.to("2026-04-16")
        it.ok("change", "--price", "sixty", "--proration", "create")
        return it

    def test_from_the_payment_of_the_last_invoice_too(self, it: History) -> None:
        record, output = it.said("cancel", *NOW, "--invoice-now")

        assert it.paid() == [1000, 2500]
        assert (it.refunded(), record["refund"]["amount"], record["refund"]["not_to_card"]) == ([2500, 500], 3000, 0)
        assert "$25.00, from what is charged now" in output
        assert "$30.00 in all, from 2 payments" in output

    def test_not_of_what_is_not_paid(self, it: History) -> None:
        it.use_card("pm_card_chargeCustomerFail")

        ran = it.run("cancel", *NOW, "--invoice-now", "--yes", "--output", "json")
        again = it.run("cancel", *NOW, "--invoice-now", "--yes", "--output", "json")

        assert (ran.code, ran.json["refund"]["amount"], ran.json["refund"]["not_to_card"]) == (4, 500, 2500)
        assert (again.code, again.json["result"]) == (0, "unchanged")
        assert (it.paid(), it.refunded()) == ([1000, 0], [500])

    def test_of_a_period_that_has_just_begun(self, it: History) -> None:
        it.to("2026-05-01 00:30")

        it.ok("cancel", *NOW, "--invoice-now")

        [first, second] = it.paid()
        assert (first, second) == (1000, 8500)
        assert sum(it.refunded()) == 6000 - 4


def paid_too_much(begin: Begin) -> History:
    """Return a month of $30.00, paid with $20.00 on its second day and $18.00 on its third: $8.00 too much."""
    it = begin("2026-04-01")
    it.monthly(big=30)
    it.start("big", collection_method="send_invoice", days_until_due=30)
    it.to("2026-04-02")
    [invoice] = it.invoices()
    by_card = {"currency": "usd", "customer": it.customer, "payment_method": "pm_card_visa"}
    intents = [it.shop.post("/v1/payment_intents", amount=amount, **by_card)["id"] for amount in (2000, 1800)]
    for intent in intents:
        it.shop.post(f"/v1/invoices/{invoice['id']}/attach_payment", payment_intent=intent)
    for day, intent in enumerate(intents, 2):
        it.to(f"2026-04-{day:02} 12:00")
        it.shop.post(f"/v1/payment_intents/{intent}/confirm", off_session=True)
    return it


def test_what_was_paid_in_parts_comes_back_in_parts(begin: Begin) -> None:
    it = paid_too_much(begin)
    it.to("2026-04-04")

    _, output = it.said("cancel", *NOW)

    assert (it.refunded(), it.balance) == ([1800, 900], -800)
    [invoice] = it.invoices()
    shown = it.billing.ok("invoice", "show", invoice["id"], "--local")
    assert "paid 3 Apr 2026 UTC, $8.00 too much, $27.00 refunded" in shown.out
    assert "$18.00, all of it, from the payment of $18.00" in output
    assert "$9.00, what is unused of it, from the payment of $20.00" in output
    assert "$27.00 in all, from 2 payments" in output


def test_of_an_invoice_paid_in_parts_the_last_payment_is_the_last_part(begin: Begin) -> None:
    it = paid_too_much(begin)
    it.to("2026-04-16")

    _, output = it.said("cancel", "--now", "--refund", "last")

    assert (it.refunded(), it.balance) == ([1800], -800)
    assert "$18.00, all of it, from the payment of $18.00" in output
    assert "though $3.00 of it is used by now" in output
    assert "Careful: $8.00 was paid too much, and is a credit on the customer's balance already." in output
