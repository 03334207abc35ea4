"""Asking a large account for the prices of a file, where reading all there are would take more calls."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from stripe_billing_cli.catalog.account_reader import AccountReader, batches, by_id
from stripe_billing_cli.stripe_api.client import Object

LOOKUP_KEYS_A_CALL = 10
"""https://docs.stripe.com/api/prices/list, `lookup_keys`."""


def asked(
    reader: AccountReader,
    path: str,
    listed: Mapping[str, Any],
    products: Sequence[str],
    lookup_keys: Collection[str],
    swept: Mapping[str, Object],
) -> dict[str, Object]:
    """Return the prices of products, and those that hold lookup keys which none of these has."""
    lists = reader.each(lambda product: reader.of_parent(path, {**listed, "product": product}), products)
    prices_by_id = by_id(price for prices in lists for price in prices)
    have = {price["lookup_key"] for price in (*prices_by_id.values(), *swept.values())}
    keys = batches(sorted(set(lookup_keys) - have), LOOKUP_KEYS_A_CALL)
    for prices in reader.each(lambda some: reader.page(path, {**listed, "lookup_keys": some})[0], keys):
        prices_by_id |= by_id(prices)
    return prices_by_id
