"""The check that an answer has what it was asked to have.

Some fields come only where `expand` names them, and one that is left out looks like one that there is none of: a price
without its tiers, or a payment link without its line items, like one to be replaced. Stripe's OpenAPI document has
these fields as never null.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from stripe_billing_cli.stripe_api.errors import IncompleteAnswerError

OF_PRICE = frozenset({"tiers", "currency_options"})
LINE_ITEMS = "line_items"
LIST = "data."


def check_expanded(answer: Any, params: Mapping[str, Any], request_id: str | None) -> None:
    """Check that prices and payment links have what was asked to be expanded. `answer` is as it came.

    Raises `IncompleteAnswerError`.
    """
    paths = params.get("expand", ())
    if not paths or not isinstance(answer, dict):
        return
    elements = answer.get("data")
    for element in elements if isinstance(elements, list) else [answer]:
        kind = str(element.get("object")) if isinstance(element, dict) else ""
        find = MISSING.get(kind)
        if find is None:
            continue
        for path in paths:
            field = next(find(element, path.removeprefix(LIST).split(".")), None)
            if field:
                raise IncompleteAnswerError(
                    f"Stripe's answer is not complete: in the {kind.replace('_', ' ')} {element.get('id')}, {field} "
                    "is left out, though it was asked for",
                    request_id=request_id,
                )


def _missing_of_link(link: Mapping[str, Any], path: list[str]) -> Iterator[str]:
    if path == [LINE_ITEMS] and not isinstance(link.get(LINE_ITEMS), dict):
        yield LINE_ITEMS


def _missing_of_price(price: Mapping[str, Any], path: list[str]) -> Iterator[str]:
    if path[0] not in OF_PRICE:
        return
    is_tiered = price.get("billing_scheme") == "tiered"
    if path[0] == "tiers":
        if is_tiered and not price.get("tiers"):
            yield "tiers"
    elif "currency_options" not in price:
        yield "currency_options"
    elif len(path) > 2 and is_tiered:
        option = (price["currency_options"] or {}).get(path[1])
        if option is not None and not option.get("tiers"):
            yield ".".join(path)


MISSING = {"price": _missing_of_price, "payment_link": _missing_of_link}
"""What of an object is left out, by its kind."""
