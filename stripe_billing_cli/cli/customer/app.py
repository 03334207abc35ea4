"""The group `billing customer`, and the options that its commands share."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Annotated

import typer

from stripe_billing_cli.cli import options, parsing

app = typer.Typer(
    help="Customers: create, find, change, and send to the portal.",
    no_args_is_help=True,
    **options.PLAIN,
)

Customer = Annotated[str, typer.Argument(metavar="CUSTOMER", help="The customer's id or email.")]


def _text(name: str, help: str) -> typer.models.OptionInfo:
    option: typer.models.OptionInfo = typer.Option(name, metavar="TEXT", help=help, show_default=False)
    return option


Name = Annotated[str | None, _text("--name", "Full name, or the company's.")]
Phone = Annotated[str | None, _text("--phone", "Phone number.")]
Description = Annotated[str | None, _text("--description", "A note for you; customers do not see it.")]
Line1 = Annotated[str | None, _text("--address-line1", "Street, or P.O. box.")]
Line2 = Annotated[str | None, _text("--address-line2", "Apartment, suite, building.")]
City = Annotated[str | None, _text("--address-city", "City.")]
State = Annotated[str | None, _text("--address-state", "State, county, province.")]
PostalCode = Annotated[str | None, _text("--address-postal-code", "Postal code.")]
Country = Annotated[str | None, typer.Option("--address-country", metavar="CC", help="Country, as two letters: US.")]
TaxId = Annotated[
    list[str] | None,
    typer.Option("--tax-id", metavar="TYPE:VALUE", help="A tax id: eu_vat:DE123456789. Repeatable."),
]
TYPE = re.compile(r"[a-z]{2}_[a-z_]+")


def address(
    line1: str | None,
    line2: str | None,
    city: str | None,
    state: str | None,
    postal_code: str | None,
    country: str | None,
) -> dict[str, str]:
    """Return the lines of an address that were given; "" unsets one."""
    if country and not re.fullmatch("[A-Za-z]{2}", country):
        raise parsing.usage_error(
            f"--address-country is no country of two letters: {country}", "US, DE or JP, for example"
        )
    lines = {
        "line1": line1,
        "line2": line2,
        "city": city,
        "state": state,
        "postal_code": postal_code,
        "country": country.upper() if country else country,
    }
    return {name: value for name, value in lines.items() if value is not None}


def tax_ids(texts: Sequence[str] | None) -> list[tuple[str, str]]:
    """Return the tax ids of `TYPE:VALUE` pairs. Which types there are, Stripe says
    (https://docs.stripe.com/billing/customer/tax-ids)."""
    pairs = []
    for text in texts or ():
        type, separator, value = text.partition(":")
        if not separator or not value or not TYPE.fullmatch(type):
            raise parsing.usage_error(f"--tax-id is not of the form TYPE:VALUE: {text}", "--tax-id eu_vat:DE123456789")
        pairs.append((type, value))
    return pairs
