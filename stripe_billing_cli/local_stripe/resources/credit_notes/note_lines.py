"""The lines of a credit note: parts of its invoice's lines, and lines of its own.

Fields after `stripe/_credit_note_line_item.py`; amounts in minor units.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any

from stripe_billing_cli.local_stripe.billing import pricing
from stripe_billing_cli.local_stripe.billing.invoicing import tax_amounts, taxes
from stripe_billing_cli.local_stripe.core import amounts, identifiers
from stripe_billing_cli.local_stripe.core.errors import check_only_one, invalid, no_such
from stripe_billing_cli.local_stripe.core.requests import Call
from stripe_billing_cli.local_stripe.core.store import Object

KIND = "credit_note_line_item"


def lines_from_params(call: Call, invoice: Object, lines_data: Sequence[Mapping[str, Any]]) -> list[Object]:
    """Return the lines that parameters describe."""
    invoice_lines = {line["id"]: line for line in invoice["lines"]["data"]}
    exempt = invoice["customer_tax_exempt"]
    return [_line(call, one, invoice_lines, exempt, f"lines[{number}]") for number, one in enumerate(lines_data)]


def _line(
    call: Call, line_data: Mapping[str, Any], invoice_lines: Mapping[str, Object], exempt: str | None, param: str
) -> Object:
    custom = line_data["type"] == "custom_line_item"
    quantity = line_data.get("quantity", 1 if custom else None)
    line: Object = {
        "id": identifiers.long_id(call, "cnli"),
        "object": KIND,
        "description": line_data.get("description"),
        "discount_amount": 0,
        "discount_amounts": [],
        "metadata": line_data.get("metadata"),
        "pretax_credit_amounts": [],
        "tax_rates": taxes.check_rates(call, line_data.get("tax_rates"), f"{param}[tax_rates]"),
        "type": line_data["type"],
    }
    if custom:
        names = "unit_amount", "unit_amount_decimal"
        check_only_one(line_data, *names, param=f"{param}[unit_amount_decimal]")
        if not line_data.keys() & {*names}:
            raise invalid("Missing required param: unit_amount.", f"{param}[unit_amount]", "parameter_missing")
        unit = Decimal(line_data.get("unit_amount_decimal", line_data.get("unit_amount")))
        custom_line = {
            **line,
            "amount": pricing.round_amount(unit * (quantity or 1)),
            **_unit(unit),
            "quantity": quantity,
            "invoice_line_item": None,
        }
        return _tax_line(call, custom_line, line_data, exempt, param)
    source = invoice_lines.get(line_data.get("invoice_line_item", ""))
    if source is None:
        raise no_such("invoice line item", line_data.get("invoice_line_item", ""), f"{param}[invoice_line_item]")
    if "tax_rates" not in line_data:
        line["tax_rates"] = [tax["tax_rate_details"]["tax_rate"] for tax in source["taxes"]]
    part = {**line, **_part(source, line_data, quantity)}
    if source.get(tax_amounts.FIELD) and not line_data.keys() & {"tax_amounts", "tax_rates"}:
        return {**part, "tax_rates": [], "taxes": _share(source, part["amount"])}
    return _tax_line(call, part, line_data, exempt, param)


def _share(source: Object, amount: int) -> list[Object]:
    """Return of the tax amounts of an invoice's line what belongs to so much of it."""
    share = Fraction(amount, source["amount"]) if source["amount"] else Fraction(0)
    names = ("amount", "taxable_amount")
    return [{**tax, **{name: round(tax[name] * share) for name in names}} for tax in source[tax_amounts.FIELD]]


def _tax_line(call: Call, line: Object, line_data: Mapping[str, Any], exempt: str | None, param: str) -> Object:
    """Return the line with the tax amounts that a call says, else with what its tax rates are of what its discounts
    leave, as on the invoice."""
    if line_data.get("tax_amounts"):
        check_only_one(
            [name for name in line_data if line_data[name]], "tax_amounts", "tax_rates", param=f"{param}[tax_rates]"
        )
        own = tax_amounts.of_note_line(call, line_data["tax_amounts"], f"{param}[tax_amounts]")
        return {**line, "tax_rates": [], "taxes": own}
    line_taxes = taxes.taxes_of(line["amount"] - line["discount_amount"], taxes.find_rates(call, line["tax_rates"]))
    return {**line, "taxes": [taxes.line_tax(tax, exempt) for tax in line_taxes]}


def _part(source: Object, line_data: Mapping[str, Any], quantity: int | None) -> Object:
    """Return so much of an invoice's line: an amount, a quantity, or all of it, with its share of the discounts."""
    if "amount" in line_data:
        amount = line_data["amount"]
    elif quantity is not None and source["quantity"]:
        amount = round(Fraction(source["amount"] * quantity, source["quantity"]))
    else:
        amount = source["amount"]
    share = Fraction(amount, source["amount"]) if source["amount"] else Fraction(0)
    discounts = [
        {"amount": round(one["amount"] * share), "discount": one["discount"]}
        for one in source["discount_amounts"] or ()
    ]
    count = quantity or (source["quantity"] if amount == source["amount"] else None)
    unit = line_data.get("unit_amount", amount // count if count and amount % count == 0 else None)
    return {
        "amount": amount,
        "description": line_data.get("description", source["description"]),
        "discount_amount": sum(one["amount"] for one in discounts),
        "discount_amounts": discounts,
        "invoice_line_item": source["id"],
        "quantity": count,
        **_unit(unit),
    }


def _unit(amount: int | Decimal | None) -> Object:
    """Return a unit amount, which is no integer where it has a fraction, as that of a price."""
    if amount is None:
        return {"unit_amount": None, "unit_amount_decimal": None}
    whole = int(amount) if amount == int(amount) else None
    return {"unit_amount": whole, "unit_amount_decimal": amounts.plain(Decimal(amount))}
