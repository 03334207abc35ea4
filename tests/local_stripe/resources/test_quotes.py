"""Quotes, from draft to what an accepted one makes."""

from __future__ import annotations

from typing import Any

import pytest
import stripe

from tests.local_stripe.conftest import SECRET_KEY, Local, Refusal
from tests.local_stripe.life import DAY, Life, moment, price
from tests.local_stripe.making import coupon

PATH = "/v1/quotes"


@pytest.fixture
def life(local: Local) -> Life:
    return Life.begin(local)


def setup(local: Local, amount: int = 5000) -> str:
    return str(local.price(product=local.product(name="Setup")["id"], unit_amount=amount)["id"])


def quoted(life: Life, *prices: str, **params: Any) -> Any:
    items = [{"price": one} for one in prices]
    return life.local.post(PATH, **{"customer": life.customer, "line_items": items, **params})


def accepted(life: Life, quote: Any) -> Any:
    life.local.post(f"{PATH}/{quote['id']}/finalize")
    return life.local.post(f"{PATH}/{quote['id']}/accept")


def moved(life: Life, id: str) -> list[str]:
    events = life.local.events(types=["quote.created", "quote.finalized", "quote.accepted", "quote.canceled"])
    return [event["type"].removeprefix("quote.") for event in events[::-1] if event["data"]["object"]["id"] == id]


def test_a_draft_says_what_it_comes_to(life: Life) -> None:
    vat = life.local.post("/v1/tax_rates", display_name="VAT", percentage=20, inclusive=False)["id"]
    half, once = (coupon(life.local, percent_off=50, duration=each) for each in ("forever", "once"))
    quote = quoted(
        life,
        line_items=[
            {"price": price(life.local), "quantity": 2, "tax_rates": [vat]},
            {"price": setup(life.local), "discounts": [{"coupon": once}]},
        ],
        discounts=[{"coupon": half}],
        expand=["total_details.breakdown.taxes.rate", "line_items.data.discounts", "computed.upfront.line_items"],
    )
    assert (quote["status"], quote["number"], quote["currency"]) == ("draft", None, "usd")
    assert quote["expires_at"] == quote["created"] + 30 * DAY
    assert (quote["amount_subtotal"], quote["amount_total"]) == (8000, 3050)
    assert quote["total_details"]["amount_discount"] == 5250
    assert quote["total_details"]["amount_tax"] == 300
    [tax] = quote["total_details"]["breakdown"]["taxes"]
    assert (tax["amount"], tax["rate"]["id"], tax["taxable_amount"]) == (300, vat, 1500)
    assert [item["amount_total"] for item in quote["line_items"]["data"]] == [1800, 1250]
    assert [one["amount"] for one in quote["line_items"]["data"][1]["discounts"]] == [2500, 1250]
    recurring = quote["computed"]["recurring"]
    assert (recurring["amount_total"], recurring["interval"], recurring["interval_count"]) == (1800, "month", 1)
    assert life.local.get(f"/v1/coupons/{once}")["times_redeemed"] == 0
    assert "line_items" not in life.local.get(f"{PATH}/{quote['id']}")


def test_an_accepted_quote_is_a_subscription(life: Life) -> None:
    quote = quoted(
        life,
        price(life.local),
        setup(life.local),
        subscription_data={"description": "Gold", "metadata": {"deal": "7"}},
        invoice_settings={"footer": "Thanks"},
    )
    quote_after = accepted(life, quote)

    assert (quote_after["status"], quote_after["subscription_schedule"]) == ("accepted", None)
    subscription = life.subscription(quote_after["subscription"])
    assert (subscription["status"], subscription["description"]) == ("active", "Gold")
    assert subscription["metadata"] == {"deal": "7"}
    [invoice] = life.invoices(subscription["id"])
    assert (invoice["id"], invoice["status"], invoice["total"]) == (quote_after["invoice"], "draft", 6500)
    assert invoice["footer"] == "Thanks"
    life.advance("2026-01-01 02:00")
    assert life.local.get(f"/v1/invoices/{invoice['id']}")["status"] == "paid"
    assert moved(life, quote["id"]) == ["created", "finalized", "accepted"]


def test_a_trial_costs_nothing_upfront(life: Life) -> None:
    quote = quoted(life, price(life.local), setup(life.local), subscription_data={"trial_period_days": 7})
    assert quote["amount_total"] == 6500
    assert quote["computed"]["upfront"]["amount_total"] == 5000
    assert quote["computed"]["recurring"]["amount_total"] == 1500
    upfront = life.local.get(f"{PATH}/{quote['id']}/computed_upfront_line_items")
    assert [item["amount_total"] for item in upfront["data"]] == [0, 5000]
    assert life.subscription(accepted(life, quote)["subscription"])["status"] == "trialing"


def test_a_quote_for_later_is_a_schedule(life: Life) -> None:
    later = moment("2026-03-01")
    quote = quoted(life, price(life.local), subscription_data={"effective_date": later})
    quote_after = accepted(life, quote)

    assert (quote_after["subscription"], quote_after["invoice"]) == (None, None)
    schedule = life.local.get(f"/v1/subscription_schedules/{quote_after['subscription_schedule']}")
    assert (schedule["status"], schedule["phases"][0]["start_date"]) == ("not_started", later)
    life.advance("2026-03-01 02:00")
    begun = life.local.get(f"/v1/subscription_schedules/{schedule['id']}")["subscription"]
    assert life.totals(begun) == [1500]


def test_a_quote_of_a_new_subscription_has_no_period_whose_end_it_could_wait_for(life: Life) -> None:
    """`current_period_end` is documented for quotes that update a subscription, which none of this version does."""
    params = {"effective_date": "current_period_end"}
    refusal = life.local.refused("post", PATH, customer=life.customer, subscription_data=params)
    assert refusal.message == "You can only use `current_period_end` for a quote that updates a subscription."
    assert refusal.param == "subscription_data[effective_date]"
    quote = quoted(life, price(life.local))
    assert life.local.refused("post", f"{PATH}/{quote['id']}", subscription_data=params) == refusal


def test_what_is_billed_once_is_an_invoice(life: Life) -> None:
    tenth = coupon(life.local, percent_off=10, duration="once")
    quote = quoted(
        life,
        setup(life.local),
        discounts=[{"coupon": tenth}],
        collection_method="send_invoice",
        invoice_settings={"days_until_due": 14},
    )
    quote_after = accepted(life, quote)

    assert quote_after["subscription"] is None
    invoice = life.local.get(f"/v1/invoices/{quote_after['invoice']}")
    assert (invoice["status"], invoice["billing_reason"], invoice["total"]) == ("draft", "quote_accept", 4500)
    assert invoice["parent"]["quote_details"] == {"quote": quote["id"]}
    assert invoice["due_date"] == invoice["created"] + 14 * DAY
    assert life.local.get(f"/v1/coupons/{tenth}")["times_redeemed"] == 1
    opened = life.local.post(f"/v1/invoices/{invoice['id']}/finalize")
    assert (opened["status"], opened["amount_due"]) == ("open", 4500)


def test_numbers_count_quotes_and_their_revisions(life: Life) -> None:
    first = quoted(life, price(life.local))
    number = life.local.post(f"{PATH}/{first['id']}/finalize")["number"]
    prefix = life.local.get(f"/v1/customers/{life.customer}")["invoice_prefix"]
    assert number == f"QT-{prefix}-0001-1"

    revision = life.local.post(PATH, from_quote={"quote": first["id"], "is_revision": True})
    assert (revision["from_quote"], revision["amount_total"]) == ({"is_revision": True, "quote": first["id"]}, 1500)
    assert life.local.post(f"{PATH}/{revision['id']}/finalize")["number"] == f"QT-{prefix}-0001-2"
    assert life.local.get(f"{PATH}/{first['id']}")["status"] == "canceled"
    other = quoted(life, price(life.local))
    assert life.local.post(f"{PATH}/{other['id']}/finalize")["number"] == f"QT-{prefix}-0002-1"
    assert [one["id"] for one in life.local.get(PATH, customer=life.customer, status="open")["data"]] == [
        other["id"],
        revision["id"],
    ]


def test_a_quote_that_expires_is_canceled(life: Life) -> None:
    quote = quoted(life, price(life.local), expires_at=moment("2026-01-10"))
    life.local.post(f"{PATH}/{quote['id']}/finalize", expires_at=moment("2026-01-05"))
    life.advance("2026-01-06")
    expired = life.local.get(f"{PATH}/{quote['id']}")
    assert (expired["status"], expired["status_transitions"]["canceled_at"]) == ("canceled", moment("2026-01-05"))
    assert moved(life, quote["id"]) == ["created", "finalized", "canceled"]


def test_a_draft_changes_and_an_open_quote_only_its_expiry(life: Life) -> None:
    quote = quoted(life, price(life.local), metadata={"a": "1"})
    [item] = life.local.get(f"{PATH}/{quote['id']}/line_items")["data"]
    after = life.local.post(
        f"{PATH}/{quote['id']}",
        line_items=[{"id": item["id"], "quantity": 3}, {"price": setup(life.local)}],
        header="For you",
        metadata={"b": "2"},
    )
    assert (after["amount_total"], after["header"], after["metadata"]) == (9500, "For you", {"a": "1", "b": "2"})
    kept = life.local.get(f"{PATH}/{quote['id']}/line_items")["data"]
    assert [(one["id"] == item["id"], one["quantity"]) for one in kept] == [(True, 3), (False, 1)]

    life.local.post(f"{PATH}/{quote['id']}/finalize")
    later = moment("2026-02-01")
    assert life.local.post(f"{PATH}/{quote['id']}", expires_at=later)["expires_at"] == later
    refusal = life.local.refused("post", f"{PATH}/{quote['id']}", header="No")
    assert refusal.message == "You cannot update a quote that is `open`. It must be in `draft` status."


@pytest.mark.parametrize("action", ["accept", "finalize", "cancel"])
def test_a_canceled_quote_stays_so(life: Life, action: str) -> None:
    quote = quoted(life, price(life.local))
    life.local.post(f"{PATH}/{quote['id']}/cancel")
    refusal = life.local.refused("post", f"{PATH}/{quote['id']}/{action}")
    assert refusal.message.startswith(f"You cannot {action} a quote that is `canceled`.")


def test_what_is_needed_to_finalize(life: Life) -> None:
    nobody = life.local.post(PATH, line_items=[{"price": price(life.local)}])
    assert life.local.refused("post", f"{PATH}/{nobody['id']}/finalize").param == "customer"
    empty = life.local.post(PATH, customer=life.customer)
    assert (empty["amount_total"], empty["computed"]["recurring"], empty["currency"]) == (0, None, None)
    assert life.local.refused("post", f"{PATH}/{empty['id']}/finalize").param == "line_items"
    assert life.local.post(f"{PATH}/{nobody['id']}", customer=life.customer)["customer"] == life.customer
    assert life.local.refused("get", f"{PATH}/qt_nope") == Refusal(
        "No such quote: 'qt_nope'", "resource_missing", "quote", 404
    )
    refusal = life.local.refused("get", f"{PATH}/{empty['id']}/pdf")
    assert refusal == Refusal("This quote has no PDF: only a quote that was finalized has one.")


def test_a_finalized_quote_is_a_pdf_file(life: Life) -> None:
    """`pdf` of the SDK's reads it as a file (`stripe/_quote_service.py`), from the host for files."""
    quote = quoted(life, setup(life.local), price(life.local), header="(Acme) \\", footer="Thank you")
    life.local.post(f"{PATH}/{quote['id']}/finalize")
    client = stripe.StripeClient(SECRET_KEY, http_client=life.local.transport)
    answered = client.v1.quotes.pdf(quote["id"])
    assert answered.headers["Content-Type"] == "application/pdf"
    text = answered.io.read().decode("ascii")
    assert text.startswith("%PDF-1.4\n")
    for shown in (r"(\050Acme\051 \134) '", "(Thank you) '", "1 x Setup", "$50.00", "Every 1 month"):
        assert shown in text


def test_a_price_can_be_described(life: Life) -> None:
    product = life.local.product(name="Gold")["id"]
    data = {"currency": "usd", "product": product, "recurring": {"interval": "year"}, "unit_amount": 9900}
    quote = quoted(life, line_items=[{"price_data": data}])
    assert quote["computed"]["recurring"]["interval"] == "year"
    quote_after = accepted(life, quote)
    assert life.subscription(quote_after["subscription"])["items"]["data"][0]["price"]["unit_amount"] == 9900
