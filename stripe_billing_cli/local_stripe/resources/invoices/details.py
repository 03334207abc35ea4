"""The details of a draft besides its lines: taxes and discounts of all of them, shipping, and how it looks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from stripe_billing_cli.local_stripe.billing import customers
from stripe_billing_cli.local_stripe.billing.catalog import shipping_rates
from stripe_billing_cli.local_stripe.billing.discounts import discount
from stripe_billing_cli.local_stripe.billing.invoicing import automatic_tax, invoice_fields, invoices, tax_ids, taxes
from stripe_billing_cli.local_stripe.billing.payments import bank_transfers, mandates
from stripe_billing_cli.local_stripe.core import objects, times
from stripe_billing_cli.local_stripe.core.errors import check_only_one, invalid, missing_param
from stripe_billing_cli.local_stripe.core.lists import equal, json_field
from stripe_billing_cli.local_stripe.core.parameters import Params
from stripe_billing_cli.local_stripe.core.requests import Call
from stripe_billing_cli.local_stripe.core.store import Object

PLAIN_FIELDS = ("description", "effective_at", "footer", "statement_descriptor")


def with_details(call: Call, draft: Object, customer: Object) -> Object:
    """Return a draft as the parameters of a call say, with its totals, not yet stored. Raises Stripe's refusals."""
    params = call.params
    after = {**draft, **{name: params[name] for name in PLAIN_FIELDS if name in params}}
    if "account_tax_ids" in params:
        after["account_tax_ids"] = tax_ids.of_account(call, params, "")
    if "automatically_finalizes_at" in params:
        after["_finalizes_at"] = _finalizes_at(call, draft)
    if "custom_fields" in params:
        after["custom_fields"] = params["custom_fields"] or None
    if "automatic_tax" in params:
        after["automatic_tax"] = _automatic_tax(customer, is_enabled=params["automatic_tax"]["enabled"])
    if "default_tax_rates" in params:
        after["default_tax_rates"] = taxes.check_rates(call, params["default_tax_rates"], "default_tax_rates")
    if "discounts" in params:
        on = discount.Redemption(customer, None, draft["currency"], draft["subtotal"], {"invoice": draft["id"]})
        after["discounts"] = discount.redeem_for_part(call, params["discounts"], "discounts", on)
    if "number" in params:
        after["number"] = _free_number(call, params["number"], draft)
    if "payment_settings" in params:
        bank_transfers.check_settings(params["payment_settings"], draft["currency"])
        if mandate := params["payment_settings"].get("default_mandate"):
            objects.find(call, mandates.KIND, mandate, "payment_settings[default_mandate]")
        after["payment_settings"] = invoice_fields.payment_settings(
            params["payment_settings"], draft["payment_settings"]
        )
    if "rendering" in params:
        after["rendering"] = _rendering(draft["rendering"], params["rendering"])
    if "shipping_cost" in params:
        after |= _shipping(call, params["shipping_cost"], draft["currency"])
    if "shipping_details" in params:
        after["shipping_details"] = customers.shipping_of(params["shipping_details"])
    return invoices.with_lines(call, after, draft["lines"]["data"])


def _finalizes_at(call: Call, draft: Object) -> int:
    """Return the time at which a draft is to be finalized: "you must have automatic invoice advancement enabled"
    (https://docs.stripe.com/invoicing/scheduled-finalization)."""
    at = int(call.params["automatically_finalizes_at"])
    if not call.params.get("auto_advance", draft["auto_advance"]):
        raise invalid(
            "You can only specify `automatically_finalizes_at` if `auto_advance` is true.", "automatically_finalizes_at"
        )
    times.check_future(at, "automatically_finalizes_at", call.now)
    return at


def due_date(call: Call, collection_method: str, params: Params) -> int | None:
    """Return when an invoice that is sent is due."""
    if collection_method != "send_invoice":
        if params.keys() & {"days_until_due", "due_date"}:
            raise invalid(
                "You can only specify 'due_date' or 'days_until_due' if invoice collection method is 'send_invoice'."
            )
        return None
    if "due_date" in params:
        if params["due_date"] <= call.now:
            raise invalid("The due date of an invoice must be in the future.", "due_date")
        return int(params["due_date"])
    if "days_until_due" not in params:
        raise invalid(
            "If invoice collection method is 'send_invoice', you must specify 'due_date' or 'days_until_due'."
        )
    return call.now + int(params["days_until_due"]) * invoices.DAY


def _automatic_tax(customer: Object, *, is_enabled: bool) -> Object:
    if is_enabled:
        automatic_tax.check_location(customer)
    return automatic_tax.on_invoice({"automatic_tax": automatic_tax.on_subscription(is_enabled)})


def _free_number(call: Call, number: str | None, draft: Object) -> str | None:
    """Return the number that an invoice is to have: one of no other's of the account."""
    if number is None:
        return None
    others = call.store.select("invoice", equal(json_field("number"), number), newest_first=False, limit=2)
    if any(other["id"] != draft["id"] for other in others):
        raise invalid(f"An invoice with the number {number} already exists.", "number")
    return number


def _rendering(before: Object | None, changes: Mapping[str, Any] | None) -> Object:
    rendering = before or invoice_fields.rendering("auto")
    if changes is None:
        return invoice_fields.rendering("auto")
    pdf = {**rendering["pdf"], **changes.get("pdf", {})}
    return {**rendering, **{name: value for name, value in changes.items() if name != "pdf"}, "pdf": pdf}


def _shipping(call: Call, cost_data: Mapping[str, Any] | None, currency: str) -> Object:
    """Return what shipping costs, by a rate that there is or that the call describes.

    Tax rates are those of lines ("Default tax rates apply to all invoice line items",
    https://docs.stripe.com/invoicing/taxes/tax-rates), and shipping is none: only automatic tax, which computes nothing
    here, taxes it as the rate says.
    """
    if cost_data is None:
        return {"amount_shipping": 0, "shipping_cost": None}
    check_only_one(cost_data, "shipping_rate", "shipping_rate_data", param="shipping_cost[shipping_rate_data]")
    if not cost_data.keys() & {"shipping_rate", "shipping_rate_data"}:
        raise missing_param("shipping_cost[shipping_rate]")
    if "shipping_rate_data" in cost_data:
        rate = shipping_rates.create(call, cost_data["shipping_rate_data"], "shipping_cost[shipping_rate_data]")
    else:
        rate = _rate(call, cost_data["shipping_rate"])
    option = rate["fixed_amount"]["currency_options"].get(currency)
    if option is None:
        raise invalid(
            f"The shipping rate {rate['id']} has no amount in `{currency}`, the currency of the invoice.",
            "shipping_cost[shipping_rate_data]"
            if "shipping_rate_data" in cost_data
            else "shipping_cost[shipping_rate]",
        )
    amount = option["amount"]
    cost = {
        "amount_subtotal": amount,
        "amount_tax": 0,
        "amount_total": amount,
        "shipping_rate": rate["id"],
        "taxes": [],
    }
    return {"amount_shipping": amount, "shipping_cost": cost}


def _rate(call: Call, id: str) -> Object:
    rate = objects.find(call, shipping_rates.KIND, id, "shipping_cost[shipping_rate]", noun="shipping rate")
    if not rate["active"]:
        raise invalid(f"The shipping rate {id} is not active.", "shipping_cost[shipping_rate]")
    return rate
