"""What a draft says besides its lines: taxes, discounts, shipping and how it looks; and the editing of its lines."""

from __future__ import annotations

from typing import Any

import pytest

from tests.local_stripe.conftest import Local
from tests.local_stripe.life import Life, moment, price
from tests.local_stripe.making import coupon

INVOICES = "/v1/invoices"


@pytest.fixture
def life(local: Local) -> Life:
    return Life.begin(local)


def tax_rate(local: Local, percentage: float) -> str:
    return str(local.post("/v1/tax_rates", display_name="VAT", percentage=percentage, inclusive=False)["id"])


def draft(life: Life, *amounts: int, **params: Any) -> Any:
    invoice = life.local.post(INVOICES, customer=life.customer, currency="usd", **params)
    for amount in amounts:
        life.local.post(
            "/v1/invoiceitems", customer=life.customer, invoice=invoice["id"], amount=amount, currency="usd"
        )
    return life.local.get(f"{INVOICES}/{invoice['id']}")


def test_its_rates_and_discounts_are_for_all_lines(life: Life) -> None:
    half = coupon(life.local, percent_off=50, duration="once")
    invoice = draft(life, 1000, 500, default_tax_rates=[tax_rate(life.local, 20)], discounts=[{"coupon": half}])
    assert (invoice["subtotal"], invoice["total_excluding_tax"], invoice["total"]) == (1500, 750, 900)
    [event] = life.local.get("/v1/events", type="invoice.created")["data"]
    assert event["data"]["object"]["discounts"] == invoice["discounts"]
    assert life.local.get(f"/v1/coupons/{half}")["times_redeemed"] == 1

    path = f"{INVOICES}/{invoice['id']}"
    kept = life.local.post(path, discounts=[{"discount": invoice["discounts"][0]}], expand=["discounts"])
    assert kept["discounts"][0]["invoice"] == invoice["id"]
    plain = life.local.post(path, discounts="", default_tax_rates="")
    assert (plain["total"], plain["total_taxes"], plain["total_discount_amounts"]) == (1500, [], [])


def test_shipping_is_added_to_the_total(life: Life) -> None:
    rate = life.local.post(
        "/v1/shipping_rates", display_name="Post", type="fixed_amount", fixed_amount={"amount": 700, "currency": "usd"}
    )["id"]
    invoice = draft(life, 1000, shipping_cost={"shipping_rate": rate}, default_tax_rates=[tax_rate(life.local, 10)])
    assert (invoice["subtotal"], invoice["amount_shipping"], invoice["total"]) == (1000, 700, 1800)
    assert invoice["shipping_cost"] == {
        "amount_subtotal": 700,
        "amount_tax": 0,
        "amount_total": 700,
        "shipping_rate": rate,
    }
    path = f"{INVOICES}/{invoice['id']}"
    data = {"display_name": "Courier", "fixed_amount": {"amount": 900, "currency": "usd"}, "type": "fixed_amount"}
    by_data = life.local.post(path, shipping_cost={"shipping_rate_data": data}, expand=["shipping_cost.shipping_rate"])
    assert by_data["shipping_cost"]["shipping_rate"]["display_name"] == "Courier"
    assert by_data["total"] == 2000
    taxed = {"tax_behavior": "inclusive", "tax_code": "txcd_92010001"}
    by_data = life.local.post(
        path,
        shipping_cost={"shipping_rate_data": {**data, **taxed}},
        expand=["shipping_cost.shipping_rate", "shipping_cost.taxes"],
    )
    assert by_data["shipping_cost"]["taxes"] == []
    assert {name: by_data["shipping_cost"]["shipping_rate"][name] for name in taxed} == taxed
    wrong = life.local.refused("post", path, shipping_cost={"shipping_rate_data": {**data, "tax_code": "post"}})
    assert wrong.param == "shipping_cost[shipping_rate_data][tax_code]"
    dropped = life.local.post(path, shipping_cost="")
    assert (dropped["shipping_cost"], dropped["total"]) == (None, 1100)
    refusal = life.local.refused("post", path, shipping_cost={"shipping_rate": "shr_nope"})
    assert refusal.param == "shipping_cost[shipping_rate]"


def test_how_it_looks(life: Life) -> None:
    address = {"line1": "1 Main St", "country": "US"}
    invoice = draft(
        life,
        1000,
        number="2026-7",
        footer="Thanks",
        rendering={"amount_tax_display": "include_inclusive_tax", "pdf": {"page_size": "a4"}},
        shipping_details={"name": "Jenny", "address": address},
        statement_descriptor="GOLD",
    )
    assert (invoice["number"], invoice["footer"], invoice["statement_descriptor"]) == ("2026-7", "Thanks", "GOLD")
    assert invoice["shipping_details"]["address"]["line1"] == "1 Main St"
    paid = life.local.post(f"{INVOICES}/{invoice['id']}/pay")
    assert paid["number"] == "2026-7"
    assert (paid["rendering"]["pdf"]["page_size"], paid["rendering"]["amount_tax_display"]) == (
        "a4",
        "include_inclusive_tax",
    )
    assert life.local.get(f"/v1/customers/{life.customer}")["next_invoice_sequence"] == 1
    refusal = life.local.refused("post", INVOICES, customer=life.customer, number="2026-7")
    assert refusal.param == "number"


def test_lines_are_taxed_and_discounted_one_by_one(life: Life) -> None:
    vat, half = tax_rate(life.local, 20), coupon(life.local, percent_off=50, duration="once")
    path = f"{INVOICES}/{draft(life)['id']}"
    data = {"currency": "usd", "product_data": {"name": "Setup"}, "unit_amount": 400}
    added = life.local.post(
        f"{path}/add_lines",
        lines=[
            {"amount": 1000, "description": "Advice", "tax_rates": [vat]},
            {"price_data": data, "quantity": 2, "discounts": [{"coupon": half}]},
        ],
    )
    assert (added["subtotal"], added["total"]) == (1400, 1600)
    first, second = (line["id"] for line in added["lines"]["data"])
    changed = life.local.post(f"{path}/lines/{first}", tax_rates="", discountable=False)
    assert changed["taxes"] == []
    after = life.local.post(f"{path}/update_lines", lines=[{"id": second, "discounts": "", "tax_rates": [vat]}])
    assert (after["subtotal"], after["total"]) == (1800, 1960)
    left = life.local.post(f"{path}/remove_lines", lines=[{"id": first, "behavior": "delete"}])
    assert (left["total"], len(left["lines"]["data"])) == (960, 1)


def test_the_line_of_a_period_changes_too_while_it_is_a_draft(life: Life) -> None:
    subscription = life.subscribe(price(life.local))
    life.advance("2026-02-01 00:30")
    renewal = life.invoices(subscription["id"])[-1]
    assert renewal["status"] == "draft"
    [line] = renewal["lines"]["data"]
    path = f"{INVOICES}/{renewal['id']}/lines/{line['id']}"
    after = life.local.post(path, description="February", tax_rates=[tax_rate(life.local, 10)], metadata={"a": "1"})
    assert (after["description"], after["metadata"], after["taxes"][0]["amount"]) == ("February", {"a": "1"}, 150)
    assert life.local.refused("post", path, amount=5).param == "amount"
    life.advance("2026-02-01 02:00")
    assert life.totals(subscription["id"]) == [1500, 1650]


def test_the_texts_of_a_subscriptions_invoices(life: Life) -> None:
    life.local.post(f"/v1/customers/{life.customer}", invoice_settings={"footer": "Of the customer"})
    plain = life.subscribe(price(life.local))
    assert [one["footer"] for one in life.invoices(plain["id"])] == ["Of the customer"]
    settings = {"footer": "Own", "description": "Gold", "custom_fields": [{"name": "PO", "value": "7"}]}
    subscription = life.subscribe(price(life.local), invoice_settings={**settings, "issuer": {"type": "self"}})
    assert subscription["invoice_settings"]["footer"] == "Own"
    [invoice] = life.invoices(subscription["id"])
    assert (invoice["footer"], invoice["description"]) == ("Own", "Gold")
    assert invoice["custom_fields"] == [{"name": "PO", "value": "7"}]


def test_another_issuer_than_the_account_is_refused_by_name(life: Life) -> None:
    issuer = {"type": "account"}
    refusal = life.local.refused("post", INVOICES, customer=life.customer, issuer=issuer)
    assert "The local Stripe does not have" in refusal.message
    assert draft(life, 100, issuer={"type": "self"})["issuer"] == {"type": "self"}


def test_a_customers_invoices_look_as_the_customer_says(life: Life) -> None:
    """ "Default custom fields to be displayed on invoices", "default options for invoice PDF rendering"
    (`stripe/params/_customer_create_params.py`)."""
    fields = [{"name": "PO", "value": "77"}]
    settings = {"custom_fields": fields, "rendering_options": {"amount_tax_display": "include_inclusive_tax"}}
    customer = life.local.post(f"/v1/customers/{life.customer}", invoice_settings=settings)

    made = draft(life, 1000)

    assert (made["custom_fields"], made["rendering"]["amount_tax_display"]) == (fields, "include_inclusive_tax")
    assert customer["invoice_settings"]["custom_fields"] == fields
    unset = {"custom_fields": "", "rendering_options": ""}
    emptied = life.local.post(f"/v1/customers/{life.customer}", invoice_settings=unset)["invoice_settings"]
    assert (emptied["custom_fields"], emptied["rendering_options"]) == (None, None)


def test_an_invoice_is_paid_as_its_payment_settings_say(life: Life) -> None:
    """ "Configuration settings for the PaymentIntent that is generated when the invoice is finalized"."""
    card = {"card": {"request_three_d_secure": "automatic"}}
    settings = {"payment_method_types": ["card", "sepa_debit"], "payment_method_options": card}
    subscription = life.subscribe(price(life.local, 1000), payment_settings=settings, expand=["latest_invoice"])

    for payment in (subscription["payment_settings"], subscription["latest_invoice"]["payment_settings"]):
        assert payment["payment_method_types"] == ["card", "sepa_debit"]
        assert payment["payment_method_options"]["card"]["request_three_d_secure"] == "automatic"
    [intent] = life.local.get("/v1/payment_intents", customer=life.customer)["data"]
    assert intent["payment_method_types"] == ["card", "sepa_debit"]
    path = f"/v1/invoices/{draft(life, 1000)['id']}"
    types = [{"payment_method_types": wanted} for wanted in (["card"], "")]
    after = [life.local.post(path, payment_settings=wanted)["payment_settings"] for wanted in types]
    assert [each["payment_method_types"] for each in after] == [["card"], None]
    always = {"payment_method_options": {"card": {"request_three_d_secure": "any"}}}
    life.local.post(path, payment_settings=always)
    life.local.post(f"{path}/finalize")
    [intent] = life.local.get("/v1/payment_intents", customer=life.customer, limit=1)["data"]
    assert intent["payment_method_options"]["card"]["request_three_d_secure"] == "any"


def test_a_draft_is_finalized_when_a_call_says(life: Life) -> None:
    """https://docs.stripe.com/invoicing/scheduled-finalization"""
    local = life.local
    at, later = moment("2026-01-10"), moment("2026-01-20")
    refusal = local.refused("post", INVOICES, customer=life.customer, automatically_finalizes_at=at)
    assert refusal.param == "automatically_finalizes_at"
    invoice = draft(life, 1000, auto_advance=True, automatically_finalizes_at=at)
    path = f"{INVOICES}/{invoice['id']}"
    assert (invoice["automatically_finalizes_at"], invoice["next_payment_attempt"]) == (at, at)
    for past in (at - 30 * 86_400, at + 6 * 366 * 86_400):
        assert local.refused("post", path, automatically_finalizes_at=past).param == "automatically_finalizes_at"
    assert local.post(path, automatically_finalizes_at=later)["automatically_finalizes_at"] == later
    life.advance("2026-01-19")
    assert local.get(path)["status"] == "draft"
    life.advance("2026-01-21")
    assert local.get(path)["status_transitions"]["finalized_at"] == later


def test_a_draft_says_of_its_customer_what_is_so_until_it_is_final(local: Local) -> None:
    """ "Until the invoice is finalized, this field will equal `customer.email`" (`stripe/_invoice.py`), and its like."""
    vat = local.post("/v1/tax_rates", display_name="VAT", percentage=20, inclusive=False)["id"]
    customer = local.post("/v1/customers", email="old@example.com", name="Old")["id"]
    draft = local.post("/v1/invoices", customer=customer, default_tax_rates=[vat])["id"]
    local.post("/v1/invoiceitems", customer=customer, invoice=draft, amount=1000, currency="usd")
    tax_id = {"type": "eu_vat", "value": "DE123456789"}
    local.post(f"/v1/customers/{customer}", email="new@example.com", name="New", tax_exempt="exempt")
    made = local.post(f"/v1/customers/{customer}/tax_ids", **tax_id)["id"]

    after = local.get(f"/v1/invoices/{draft}")
    assert (after["customer_email"], after["customer_name"], after["total"]) == ("new@example.com", "New", 1000)
    assert after["customer_tax_ids"] == [tax_id]

    local.post(f"/v1/customers/{customer}", tax_exempt="none", address={"country": "DE"})
    local.delete(f"/v1/customers/{customer}/tax_ids/{made}")
    final = local.post(f"/v1/invoices/{draft}/finalize")
    local.post(f"/v1/customers/{customer}", email="later@example.com", tax_exempt="exempt")
    assert local.get(f"/v1/invoices/{draft}") == final
    assert (final["customer_email"], final["customer_address"]["country"]) == ("new@example.com", "DE")
    assert (final["customer_tax_ids"], final["total"]) == ([], 1200)
