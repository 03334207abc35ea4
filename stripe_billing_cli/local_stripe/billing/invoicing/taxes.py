"""Taxes: what tax rates add to an amount, or are contained in it, decided without storing it. Amounts in minor units.

Every line's tax is rounded by itself, for each rate, to the nearest unit (the example of
https://support.stripe.com/questions/rounding-rules-for-stripe-fees: 0.43 and 4.84 at 15 % are 0.06 and 0.73). Tax is
computed on what the discounts leave; an exclusive rate on what the inclusive ones of the same line leave.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from stripe_billing_cli.local_stripe.billing import pricing
from stripe_billing_cli.local_stripe.billing.invoicing import tax_amounts
from stripe_billing_cli.local_stripe.core import objects
from stripe_billing_cli.local_stripe.core.errors import invalid
from stripe_billing_cli.local_stripe.core.requests import Call
from stripe_billing_cli.local_stripe.core.store import Object

MOST = 5
"""How many rates a line can have (https://docs.stripe.com/invoicing/taxes/tax-rates)."""
UNTAXED_REASONS = {"exempt": "customer_exempt", "reverse": "reverse_charge"}
"""Why a customer pays no tax, by the customer's `tax_exempt`."""


@dataclass(frozen=True)
class Rate:
    """A tax rate: `percentage` of an amount, in which it is contained if it is `inclusive`."""

    id: str
    percentage: Decimal
    inclusive: bool


@dataclass(frozen=True)
class Tax:
    """The tax of an amount at one rate, `taxable` being what the percentage is taken of."""

    rate: Rate
    amount: int
    taxable: int


def check_rates(call: Call, ids: Sequence[str] | None, param: str) -> list[str]:
    """Return the ids of tax rates that a parameter names, none where it unsets them. Raises Stripe's refusals."""
    for at, id in enumerate(ids or ()):
        rate = objects.find(call, "tax_rate", id, f"{param}[{at}]", noun="tax rate")
        if not rate["active"]:
            raise invalid(f"The tax rate {id} is not active, and cannot be applied.", f"{param}[{at}]")
    if len(ids or ()) > MOST:
        raise invalid(f"You cannot apply more than {MOST} tax rates.", param)
    return list(ids or ())


def find_rates(call: Call, ids: Iterable[str]) -> list[Rate]:
    """Return the tax rates with these ids."""
    rates = (call.store.get("tax_rate", id) for id in ids)
    return [Rate(one["id"], Decimal(str(one["percentage"])), one["inclusive"]) for one in rates if one is not None]


def taxes_of(amount: int, rates: Sequence[Rate]) -> list[Tax]:
    """Return the tax of an amount at each of the rates; of a credit it is negative."""
    whole = 100 + sum(rate.percentage for rate in rates if rate.inclusive)
    inclusive_taxes = {
        rate.id: pricing.round_amount(amount * rate.percentage / whole) for rate in rates if rate.inclusive
    }
    net = amount - sum(inclusive_taxes.values())
    return [
        Tax(
            rate, inclusive_taxes[rate.id] if rate.inclusive else pricing.round_amount(net * rate.percentage / 100), net
        )
        for rate in rates
    ]


def line_tax(tax: Tax, exempt: str | None) -> Object:
    """Return the tax as a line shows it. `exempt`: the customer's `tax_exempt`."""
    reason = UNTAXED_REASONS.get(exempt or "none")
    return {
        "amount": 0 if reason else tax.amount,
        "tax_behavior": "inclusive" if tax.rate.inclusive else "exclusive",
        "tax_rate_details": {"tax_rate": tax.rate.id},
        "taxability_reason": reason or "not_available",
        "taxable_amount": tax.taxable,
        "type": "tax_rate_details",
    }


def sum_taxes(shown_taxes: Iterable[Object]) -> list[Object]:
    """Return the taxes of several lines together: one for each rate, in the order in which the rates come."""
    sums: dict[str, Object] = {}
    for tax in shown_taxes:
        rate = tax["tax_rate_details"]["tax_rate"]
        before = sums.get(rate)
        if before is not None:
            tax = {**tax, **{name: before[name] + tax[name] for name in ("amount", "taxable_amount")}}
        sums[rate] = tax
    return list(sums.values())


def amount_of(shown_taxes: Iterable[Object], behavior: str | None = None) -> int:
    """Return the sum of taxes, of those that are `inclusive` or `exclusive` where that is asked for."""
    return sum(tax["amount"] for tax in shown_taxes if behavior in (None, tax["tax_behavior"]))


def add_taxes(call: Call, invoice: Object) -> Object:
    """Return a draft, whose discounts are taken off, with the taxes of its lines and its totals.

    The rates of a line are its own, else the invoice's `default_tax_rates`, unless a call has said what its taxes are.
    `subtotal` has the discounts of lines taken off already, and those of the invoice not (`subtotal` in
    `stripe/_invoice.py`).
    """
    tax_amounts.check_alone(invoice)
    exempt = invoice["customer_tax_exempt"]
    rates_by_ids: dict[tuple[str, ...], list[Rate]] = {}
    data, inclusive_tax = [], 0
    for line in invoice["lines"]["data"]:
        if line.get(tax_amounts.FIELD):
            inclusive_tax += amount_of(line[tax_amounts.FIELD], "inclusive")
            data.append({**line, "taxes": line[tax_amounts.FIELD]})
            continue
        ids = tuple(line.get("_tax_rates") or invoice["default_tax_rates"])
        if ids not in rates_by_ids:
            rates_by_ids[ids] = find_rates(call, ids)
        discount_amount = sum(one["amount"] for one in line["discount_amounts"] if line["discountable"])
        line_taxes = [line_tax(tax, exempt) for tax in taxes_of(line["amount"] - discount_amount, rates_by_ids[ids])]
        before = taxes_of(line["amount"] - _own_discounts(line), rates_by_ids[ids])
        inclusive_tax += amount_of((line_tax(tax, exempt) for tax in before), "inclusive")
        data.append({**line, "taxes": line_taxes})
    all_taxes = [tax for line in data for tax in line["taxes"]]
    shipping = invoice["amount_shipping"]
    total = invoice["total"] + amount_of(all_taxes, "exclusive") + shipping
    return {
        **invoice,
        "lines": {**invoice["lines"], "data": data},
        "subtotal_excluding_tax": invoice["subtotal"] - inclusive_tax,
        "total": total,
        "total_excluding_tax": total - amount_of(all_taxes),
        "total_taxes": sum_taxes(all_taxes),
    }


def _own_discounts(line: Object) -> int:
    """Return what the discounts of the line itself take off it, and not those of its invoice."""
    if not line["discountable"]:
        return 0
    return sum(one["amount"] for one in line["discount_amounts"] if one["discount"] in line["discounts"])
