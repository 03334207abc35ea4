"""The items of a subscription, all of them: it has the first ten in it, of the twenty that it may have
(https://docs.stripe.com/billing/subscriptions/quantities#multiple-product-subscriptions)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

ITEMS = "/v1/subscription_items"
ReadAll = Callable[[str, Mapping[str, Any]], Iterable[list[object]]]


def fill_items(answer: Any, params: Mapping[str, Any], read_all: ReadAll) -> None:
    """Complete the items of each subscription that an answer to a call with `params` is or lists, expanded as asked.

    `read_all` reads a list to its end.
    """
    for subscription, prefix in _subscriptions(answer):
        items = subscription.get("items")
        if not isinstance(items, dict) or not items.get("has_more"):
            continue
        item_prefix = f"{prefix}items."
        expand = [
            field.removeprefix(item_prefix) for field in params.get("expand") or () if field.startswith(item_prefix)
        ]
        item_params = {"subscription": subscription["id"], **({"expand": expand} if expand else {})}
        items["data"] = [item for page in read_all(ITEMS, item_params) for item in page]
        items["has_more"] = False


def _subscriptions(answer: Any) -> Iterator[tuple[dict[str, Any], str]]:
    if not isinstance(answer, dict):
        return
    if answer.get("object") == "subscription":
        yield answer, ""
    elif answer.get("object") == "list":
        yield from ((one, "data.") for one in answer["data"] if one.get("object") == "subscription")
