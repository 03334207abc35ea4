"""Catalog texts of a line or two, loaded, and what is wrong with them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from stripe_billing_cli.catalog.contents import Catalog
from stripe_billing_cli.catalog.file.load import Source, load_catalog
from stripe_billing_cli.catalog.file.problems import CatalogErrors

HEAD = "version: 1\ncatalog: shop\ncurrency: usd\n"
PRODUCT = HEAD + "products:\n  pro:\n    name: Pro\n"


def price(fields: str) -> str:
    """Return a catalog of one price; its fields stand in line 8 from column 13."""
    return f"{PRODUCT}    prices:\n      monthly: {{{fields}}}\n"


def load(text: str) -> Catalog:
    return load_catalog(Source("c.yaml", text))


def prices(catalog: Catalog) -> list[Mapping[str, Any]]:
    """Return the fields of all prices, in the order of the file."""
    return [entry.fields for entry in catalog.by_kind["price"]]


def problems(text: str) -> list[str]:
    """Return each as `line:column message → hint`."""
    with pytest.raises(CatalogErrors) as caught:
        load(text)
    return [
        f"{problem.where.line}:{problem.where.column} {problem.message} → {problem.hint}"
        for problem in caught.value.problems
    ]
