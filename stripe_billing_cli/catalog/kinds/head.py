"""The head of a catalog file: its settings for the catalog as a whole, and the defaults that entries take from it."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, WithJsonSchema

from stripe_billing_cli.catalog.kinds.model import Currency, FileModel, PatternText, TaxBehavior, Text

DEFAULTS = ("currency", "tax_behavior")
"""The fields of a file's head that entries take where they say nothing themselves."""

ID = {"type": "string", "pattern": "^acct_[A-Za-z0-9_]+$"}
ACCOUNTS = {"anyOf": [ID, {"type": "array", "items": ID}]}
AccountId = Annotated[
    str, Field(pattern=r"^acct_[A-Za-z0-9_]+$"), PatternText("an account id", "acct_1032D82eZvKYlo2C")
]


def _as_list(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


class CatalogHead(FileModel):
    """The settings of a file for the catalog as a whole."""

    version: Literal[1]
    """The version of this file format: 1."""
    catalog: Annotated[
        str,
        Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]*$", max_length=100),
        PatternText("letters, digits, - _ and . only, the first a letter or digit", "my-shop"),
    ]
    """The name that marks in Stripe what this file owns."""
    account: Annotated[list[AccountId], BeforeValidator(_as_list), WithJsonSchema(ACCOUNTS)] = []
    """Refuse every account but this one, or these (acct_…)."""
    currency: Currency | None = None
    """The currency of prices that name none."""
    tax_behavior: TaxBehavior | None = None
    """The tax behaviour of prices that name none."""
    include: Annotated[list[Text], BeforeValidator(_as_list)] = []
    """Files beside this one, with further sections: [prices.yaml, coupons/*.yaml]."""
    variables: list[str] | dict[str, str | None] = []
    """The environment's variables of which ${NAME} is replaced in values: [SHOP_URL], or with defaults."""
    moved: dict[str, str] = {}
    """Old key: new key, of entries that are renamed; nothing is made anew."""


def default_currency(head: CatalogHead | None) -> str | None:
    """Return the currency that a catalog gives its entries, None where its head is wrong too."""
    return head.currency if head else None


def default_tax_behavior(head: CatalogHead | None) -> str | None:
    """Return the tax behaviour that a catalog gives its entries, None where its head is wrong too."""
    return head.tax_behavior if head else None
