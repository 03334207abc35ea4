"""Invoice items: what waits for a customer's next invoice (https://docs.stripe.com/api/invoiceitems)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from stripe_billing_cli.local_stripe.billing import pricing
from stripe_billing_cli.local_stripe.billing.catalog import inline_prices, products
from stripe_billing_cli.local_stripe.billing.discounts import discount
from stripe_billing_cli.local_stripe.billing.invoicing import (
    debits,
    implicit_prices,
    invoices,
    lines,
    tax_amounts,
    taxes,
)
from stripe_billing_cli.local_stripe.billing.invoicing.lines import Line, check_period
from stripe_billing_cli.local_stripe.core import amounts, events, identifiers, objects
from stripe_billing_cli.local_stripe.core.errors import check_only_one, invalid, missing_param, only_one_of
from stripe_billing_cli.local_stripe.core.lists import all_with, equal, json_field
from stripe_billing_cli.local_stripe.core.metadata import changed_metadata
from stripe_billing_cli.local_stripe.core.requests import Call
from stripe_billing_cli.local_stripe.core.store import Condition, Object

KIND = "invoiceitem"
PRICED_BY = frozenset({"amount", "price", "price_data", "pricing", "unit_amount_decimal"})
"""The parameters that say what an item costs: one of them is given."""
TAXED_BY = frozenset({"tax_behavior", "tax_code"})
"""The parameters that say how a mere amount is taxed, which its price and its product then show."""
QUANTITY = frozenset({"quantity", "quantity_decimal"})
NO_QUANTITY = "You cannot set the quantity of an invoice item that has an amount and no price."


def add_pending(call: Call, customer: Object, line: Line, currency: str, subscription: str | None) -> Object:
    """Keep a line for the next invoice."""
    item = {
        "id": identifiers.long_id(call, "ii"),
        "object": "invoiceitem",
        "_billed": line.billed_amount,
        "_key": line.key,
        "amount": line.amount,
        "currency": currency,
        "customer": customer["id"],
        "date": call.now,
        "description": line.description or None,
        "discountable": not line.proration if line.discountable is None else line.discountable,
        "discounts": list(line.discounts),
        "invoice": None,
        "metadata": {},
        "net_amount": line.amount,
        "parent": None
        if subscription is None
        else {
            "subscription_details": {"subscription": subscription, "subscription_item": line.item},
            "type": "subscription_details",
        },
        "period": {"end": line.end, "start": line.start},
        "pricing": lines.show_pricing(line.price, line.unit_amount),
        "proration": line.proration,
        "proration_details": {"credited_items": line.credited_items, "discount_amounts": []}
        if line.proration and subscription is not None
        else None,
        "quantity": line.quantity,
        "quantity_decimal": amounts.plain(Decimal(line.quantity) if line.used is None else line.used),
        "tax_rates": list(line.tax_rates),
        "test_clock": customer["test_clock"],
    }
    return objects.insert(call, "invoiceitem", item)


def add_all_pending(
    call: Call, customer: Object, item_lines: Sequence[Line], currency: str, subscription: str | None
) -> list[Object]:
    """Keep lines, which are in the order of an invoice: the first is made last, since the newest is listed first."""
    items = [add_pending(call, customer, line, currency, subscription) for line in reversed(item_lines)]
    return items[::-1]


def as_pending(call: Call, item_lines: Sequence[Line]) -> list[Line]:
    """Return the lines of a preview as they will be once they are invoice items."""
    return [replace(line, invoice_item=identifiers.long_id(call, "ii")) for line in item_lines]


def list_pending(call: Call, customer: str, subscription: str | None, currency: str) -> list[Object]:
    """Return what waits for an invoice: of this subscription, and of none; newest first, as lines are ("pending invoice
    items (including prorations) in reverse chronological order", `lines` in `stripe/_invoice.py`)."""
    items = pending_of_customer(call, customer, currency)
    return [item for item in items if _subscription(item) in (None, subscription)]


def pending_of_customer(call: Call, customer: str, currency: str) -> list[Object]:
    """Return what waits for an invoice of a customer, of whatever subscription; newest first."""
    conditions = [
        *equal(json_field("customer"), customer),
        *equal(json_field("currency"), currency),
        Condition("json_extract(body, '$.invoice') IS NULL"),
    ]
    return call.store.select("invoiceitem", conditions, newest_first=True, limit=1000)


def pending_of(call: Call, subscription: Object) -> list[Object]:
    return list_pending(call, subscription["customer"], subscription["id"], subscription["currency"])


def _subscription(item: Object) -> str | None:
    details = (item["parent"] or {}).get("subscription_details") or {}
    id: str | None = details.get("subscription")
    return id


def as_line(call: Call, item: Object) -> Line:
    """Return the line of an invoice that a pending item becomes."""
    details = (item["parent"] or {}).get("subscription_details") or {}
    price = item["pricing"] and call.store.get("price", item["pricing"]["price_details"]["price"])
    return Line(
        item["amount"],
        item["description"] or "",
        item["period"]["start"],
        item["period"]["end"],
        price,
        item["quantity"],
        details.get("subscription_item"),
        item["proration"],
        item["id"],
        used=Decimal(item["quantity_decimal"]),
        billed_amount=item.get("_billed", 0),
        discounts=tuple(item["discounts"]),
        discountable=item["discountable"],
        unit_amount=item["pricing"] and item["pricing"]["unit_amount_decimal"],
        key=item.get("_key") or item["id"],
        credited_items=debits.resolve(call, (item["proration_details"] or {}).get("credited_items")),
        tax_rates=tuple(item["tax_rates"]),
    )


def bill(call: Call, items: list[Object], invoice: str) -> None:
    """Put invoice items on an invoice that bills them."""
    for item in items:
        call.store.replace("invoiceitem", {**item, "invoice": invoice})


def line_from_params(call: Call, params: Mapping[str, Any], currency: str, param: str = "") -> Line:
    """Return the amount, or the quantity at a unit amount or a one-time price, that a call wants billed.

    `param`: what the names stand in.
    """
    _check_priced_once(params, param)
    period = params.get("period", {"start": call.now, "end": call.now})
    check_period(period, _nested_name(param, "period"))
    start, end = period["start"], period["end"]
    description, discountable = params.get("description") or "", params.get("discountable")
    rates = tuple(taxes.check_rates(call, params.get("tax_rates"), _nested_name(param, "tax_rates")))
    price = _price(call, params, currency, param)
    if price is not None:
        _check_taxed_by_price(params, param)
        price_param = _nested_name(param, "price" if "price" in params else "pricing[price]")
        line = line_for_price(call, price, _quantity(params, param), currency, (start, end), price_param)
        return replace(line, description=description or line.description, discountable=discountable, tax_rates=rates)
    if "unit_amount_decimal" in params:
        unit_amount, quantity = Decimal(params["unit_amount_decimal"]), _quantity(params, param)
        amount = pricing.round_amount(unit_amount * quantity)
    elif "amount" in params:
        _check_no_quantity(params, param)
        amount, quantity = params["amount"], Decimal(1)
        unit_amount = Decimal(amount)
    else:
        raise missing_param(_nested_name(param, "amount"))
    products.check_tax_code(params.get("tax_code"), _nested_name(param, "tax_code"))
    tax_fields = {"tax_behavior": params.get("tax_behavior", "unspecified"), "tax_code": params.get("tax_code")}
    price = implicit_prices.for_amount(call, description, unit_amount, currency, **tax_fields)
    unit_amount_decimal = amounts.plain(unit_amount)
    line = Line(
        amount, description, start, end, price, int(quantity), None, used=quantity, unit_amount=unit_amount_decimal
    )
    return replace(line, discountable=discountable, tax_rates=rates)


def _quantity(params: Mapping[str, Any], param: str = "", before: str = "1") -> Decimal:
    """Return how many a call wants, which need not be whole; as many as `before` where it does not say."""
    check_only_one(params, "quantity", "quantity_decimal", param=_nested_name(param, "quantity_decimal"))
    return Decimal(params.get("quantity_decimal", params.get("quantity", before)))


def _check_no_quantity(params: Mapping[str, Any], param: str = "") -> None:
    for name in sorted(QUANTITY & params.keys()):
        if param:
            raise only_one_of(["amount", name], _nested_name(param, "amount"))
        raise invalid(NO_QUANTITY, name)


def _check_taxed_by_price(params: Mapping[str, Any], param: str) -> None:
    for name in sorted(TAXED_BY & params.keys()):
        raise implicit_prices.of_price(_nested_name(param, name))


def _check_priced_once(params: Mapping[str, Any], param: str) -> None:
    names = [name for name in params if name in PRICED_BY]
    if len(names) > 1:
        raise only_one_of(names, _nested_name(param, names[1]))


def check_currency(draft: Object, currency: str, param: str) -> None:
    """Raise where an item is not in the currency of the invoice that it is for
    (https://github.com/SELISEdigitalplatforms/blocks-utilities/pull/245; the words are not known)."""
    if currency != draft["currency"]:
        raise invalid(
            f"The currency of the invoice item is `{currency}`. This doesn't match the invoice's currency: "
            f"`{draft['currency']}`.",
            param,
        )


def with_discounts(call: Call, item: Object, customer: Object, params: Mapping[str, Any], param: str = "") -> Object:
    """Return the item with the coupons that a call redeems for it alone, not yet stored again."""
    if "discounts" not in params:
        return dict(item)
    on = discount.Redemption(customer, None, item["currency"], item["amount"], {"invoice_item": item["id"]})
    return {
        **item,
        "discounts": discount.redeem_for_part(call, params["discounts"], _nested_name(param, "discounts"), on),
    }


def line_for_price(
    call: Call, price: Object, quantity: int | Decimal, currency: str, period: tuple[int, int], param: str
) -> Line:
    """Return a line for so many of a one-time price."""
    if currency not in price["currency_options"]:
        raise invalid(
            f"The price specified only supports `{price['currency']}`. This doesn't match the expected currency: "
            f"`{currency}`.",
            param,
        )
    product = call.store.get("product", price["product"])
    description = product["name"] if product else price["product"]
    amount = pricing.amount(price, currency, quantity)
    unit_amount = pricing.unit_amount_decimal(price, currency)
    use = Decimal(quantity)
    return Line(amount, description, *period, price, int(quantity), None, used=use, unit_amount=unit_amount)


def _nested_name(outer: str, name: str) -> str:
    first, bracket, rest = name.partition("[")
    return f"{outer}[{first}]{bracket}{rest}" if outer else name


def _price(call: Call, params: Mapping[str, Any], currency: str, param: str) -> Object | None:
    """Return the price that a call names or describes, if it does."""
    if "price_data" in params:
        price_data = params["price_data"]
        if price_data["currency"] != currency:
            raise invalid(
                f"The currency of `price_data` is `{price_data['currency']}`. This doesn't match the expected "
                f"currency: `{currency}`.",
                _nested_name(param, "price_data[currency]"),
            )
        return inline_prices.create(call, price_data, _nested_name(param, "price_data"))
    if params.get(inline_prices.INLINE):
        return call.store.get("price", params["price"])
    if "price" in params:
        return one_time_price(call, params["price"], _nested_name(param, "price"))
    id = params.get("pricing", {}).get("price")
    return None if id is None else one_time_price(call, id, _nested_name(param, "pricing[price]"))


def one_time_price(call: Call, id: str, param: str) -> Object:
    """Return the price that a parameter names, if it can be billed once."""
    price = inline_prices.for_sale(call, id, param)
    if price["recurring"] is not None:
        raise invalid(
            "The price specified is set to `type=recurring` but this field only accepts prices with `type=one_time`.",
            param,
        )
    return price


PRICE_WORDS = PRICED_BY | QUANTITY


def changed_item(call: Call, before: Object, params: Mapping[str, Any]) -> Object:
    """Return the item with what a call changes of it, not yet stored. A new amount is a new price of the same product,
    and a new description none (recorded, 2026-08-26.dahlia)."""
    _check_priced_once(params, "")
    check_period(params.get("period"))
    for name in (PRICED_BY | TAXED_BY) & params.keys():
        if before["proration"]:
            raise invalid(f"You cannot update the {name} of an invoice item that is a proration.", name)
    after = {**before, **{name: params[name] for name in ("description", "discountable", "period") if name in params}}
    if "tax_rates" in params:
        after["tax_rates"] = taxes.check_rates(call, params["tax_rates"], "tax_rates")
    if "discounts" in params:
        customer = objects.get_known(call, "customer", before["customer"])
        after = with_discounts(call, after, customer, params)
    if (PRICE_WORDS | TAXED_BY) & params.keys():
        products.check_tax_code(params.get("tax_code"), "tax_code")
        after |= _price_changes(call, before, params)
    after["metadata"] = changed_metadata(before, params)
    return {**after, "net_amount": after["amount"]}


def _price_changes(call: Call, before: Object, params: Mapping[str, Any]) -> Object:
    """Return what a new price, amount, quantity or tax behaviour changes of an item."""
    currency = before["currency"]
    new_quantity = _quantity(params, before=before["quantity_decimal"])
    price = before["pricing"] and call.store.get("price", before["pricing"]["price_details"]["price"])
    if (catalog_price := _price(call, params, currency, "")) is not None:
        _check_taxed_by_price(params, "")
        line = line_for_price(call, catalog_price, new_quantity, currency, (0, 0), "pricing[price]")
        return _fields_of_price(catalog_price, line.unit_amount, line.amount, new_quantity)
    if "unit_amount_decimal" in params:
        unit_amount, quantity = Decimal(params["unit_amount_decimal"]), new_quantity
    elif "amount" in params:
        _check_no_quantity(params)
        unit_amount, quantity = Decimal(params["amount"]), Decimal(1)
    elif QUANTITY & params.keys() and (
        price is None or (implicit_prices.is_implicit(price) and before["quantity_decimal"] == "1")
    ):
        raise invalid(NO_QUANTITY, min(QUANTITY & params.keys()))
    elif implicit_prices.is_implicit(price) and TAXED_BY & params.keys():
        unit_amount, quantity = Decimal(before["pricing"]["unit_amount_decimal"]), new_quantity
    else:
        _check_taxed_by_price(params, "")
        assert price is not None
        unit = price["currency_options"][currency]["unit_amount_decimal"]
        return _fields_of_price(price, unit, pricing.amount(price, currency, new_quantity), new_quantity)
    new_price = price and implicit_prices.change_price(call, price, unit_amount, currency, params)
    return _fields_of_price(
        new_price, amounts.plain(unit_amount), pricing.round_amount(unit_amount * quantity), quantity
    )


def _fields_of_price(price: Object | None, unit_amount: str | None, amount: int, quantity: Decimal) -> Object:
    return {
        "amount": amount,
        "pricing": lines.show_pricing(price, unit_amount),
        "quantity": int(quantity),
        "quantity_decimal": amounts.plain(quantity),
    }


LINE_FIELDS = ("id", "metadata", tax_amounts.FIELD)
"""Fields that a line has of its own, and its invoice item does not."""


def put_on(call: Call, draft: Object, item: Object) -> Object:
    """Return the draft with a line for this item, in place of the one that it had, else after all others: "invoice
    items added after invoice creation in chronological order" (`lines` in `stripe/_invoice.py`)."""
    new_line = lines.as_answered(call, as_line(call, item), draft["currency"], draft["id"], _subscription(item))
    line_objects = list(draft["lines"]["data"])
    places = [at for at, line in enumerate(line_objects) if lines.item_of(line) == item["id"]]
    if places:
        old_line = line_objects[places[0]]
        line_objects[places[0]] = {**new_line, **{name: old_line[name] for name in LINE_FIELDS if name in old_line}}
    else:
        line_objects.append(new_line)
    return rewrite(call, draft, line_objects)


def take_off(call: Call, draft: Object, item: str) -> Object:
    """Return the draft without the line of this item."""
    return rewrite(call, draft, [line for line in draft["lines"]["data"] if lines.item_of(line) != item])


def rewrite(call: Call, draft: Object, line_objects: list[Object]) -> Object:
    """Return the draft with these lines, stored, with its event."""
    after = invoices.with_lines(call, draft, line_objects)
    call.store.replace("invoice", after)
    events.record(call, "invoice.updated", after, draft)
    return after


def release_earlier(call: Call, invoice: str) -> None:
    """Let what waited before a pending update, and was billed with it, wait again: the update is dropped."""
    earlier = [*equal(json_field("invoice"), invoice), *equal(json_field("_earlier"), 1)]
    for item in call.store.select(KIND, earlier, newest_first=False, limit=1000):
        call.store.replace(KIND, {**item, "_earlier": False, "invoice": None})


def delete_with(call: Call, invoice: str) -> None:
    """Delete what was on a draft that is deleted: it is pending no more (recorded, 2026-08-26.dahlia)."""
    for item in all_with(call, KIND, "invoice", invoice):
        call.store.replace(KIND, {**item, "_deleted": True})
        events.record(call, "invoiceitem.deleted", item)
