"""The check that an answer has what it was asked to have.

Some fields come only where `expand` names them, and one that is left out looks like one that there is none of: a price
without its tiers like one to be replaced. Stripe's OpenAPI document has these fields as never null.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from stripe_billing_cli.stripe_api.errors import IncompleteAnswerError

OF_PRICE = frozenset({"tiers", "currency_options"})
LIST = "data."


def check_expanded(answer: Any, params: Mapping[str, Any], request_id: str | None) -> None:
    """Raises `IncompleteAnswerError` where prices lack what was asked to be expanded; `answer` is as it came."""
    paths = params.get("expand", ())
    if not paths or not isinstance(answer, dict):
        return
    elements = answer.get("data")
    for price in elements if isinstance(elements, list) else [answer]:
        if not isinstance(price, dict) or price.get("object") != "price":
            continue
        for path in paths:
            missing = next(_missing(price, path.removeprefix(LIST).split(".")), None)
            if missing:
                raise IncompleteAnswerError(
                    f"Stripe's answer is not complete: in the price {price.get('id')}, {missing} is left out, though "
                    "it was asked for",
                    request_id=request_id,
                )


def _missing(price: Mapping[str, Any], path: list[str]) -> Iterator[str]:
    if path[0] not in OF_PRICE:
        return
    tiered = price.get("billing_scheme") == "tiered"
    if path[0] == "tiers":
        if tiered and not price.get("tiers"):
            yield "tiers"
    elif "currency_options" not in price:
        yield "currency_options"
    elif len(path) > 2 and tiered:
        option = (price["currency_options"] or {}).get(path[1])
        if option is not None and not option.get("tiers"):
            yield ".".join(path)
