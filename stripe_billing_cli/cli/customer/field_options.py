"""The options for the fields of a customer, which `create` and `update` share."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import typer

from stripe_billing_cli.cli import parsing
from stripe_billing_cli.errors import UsageError

if TYPE_CHECKING:
    from stripe_billing_cli.customers.fields import CustomerFields

TYPE = re.compile(r"[a-z]{2}_[a-z_]+")


def _text(name: str, help: str, metavar: str = "TEXT") -> typer.models.OptionInfo:
    option: typer.models.OptionInfo = typer.Option(name, metavar=metavar, help=help, show_default=False)
    return option


@dataclass(frozen=True)
class FieldOptions:
    """The options for the fields of a customer."""

    email: Annotated[str | None, _text("--email", "Email address.", "EMAIL")] = None
    name: Annotated[str | None, _text("--name", "Full name, or the company's.")] = None
    phone: Annotated[str | None, _text("--phone", "Phone number.")] = None
    description: Annotated[str | None, _text("--description", "A note for you; customers do not see it.")] = None
    line1: Annotated[str | None, _text("--address-line1", "Street, or P.O. box.")] = None
    line2: Annotated[str | None, _text("--address-line2", "Apartment, suite, building.")] = None
    city: Annotated[str | None, _text("--address-city", "City.")] = None
    state: Annotated[str | None, _text("--address-state", "State, county, province.")] = None
    postal_code: Annotated[str | None, _text("--address-postal-code", "Postal code.")] = None
    country: Annotated[str | None, _text("--address-country", "Country, as two letters: US.", "CC")] = None
    metadata: parsing.Metadata = None
    tax_id: Annotated[
        list[str] | None,
        typer.Option("--tax-id", metavar="TYPE:VALUE", help="A tax id: eu_vat:DE123456789. Repeatable."),
    ] = None

    def fields(self, *, empty_unsets: bool) -> CustomerFields:
        """Return the fields that were given; "" unsets a field, or says nothing of one that is not set yet."""
        from stripe_billing_cli.customers.fields import CustomerFields

        nothing = "" if empty_unsets else None
        return CustomerFields(
            email=nothing if self.email == "" else self.email,
            name=nothing if self.name == "" else self.name,
            phone=nothing if self.phone == "" else self.phone,
            description=nothing if self.description == "" else self.description,
            address=self._address(),
            metadata=parsing.metadata("--metadata", self.metadata),
        )

    def _address(self) -> dict[str, str]:
        country = self.country
        if country and not re.fullmatch("[A-Za-z]{2}", country):
            raise UsageError(f"--address-country is no country of two letters: {country}", "US, DE or JP, for example")
        lines = {
            "line1": self.line1,
            "line2": self.line2,
            "city": self.city,
            "state": self.state,
            "postal_code": self.postal_code,
            "country": country.upper() if country else country,
        }
        return {name: value for name, value in lines.items() if value is not None}

    def tax_ids(self) -> list[tuple[str, str]]:
        """Return the tax ids as types and values. Which types there are, Stripe says
        (https://docs.stripe.com/billing/customer/tax-ids)."""
        return [_tax_id(text) for text in self.tax_id or ()]


def _tax_id(text: str) -> tuple[str, str]:
    type, separator, value = text.partition(":")
    if not separator or not value or not TYPE.fullmatch(type):
        raise UsageError(f"--tax-id is not of the form TYPE:VALUE: {text}", "--tax-id eu_vat:DE123456789")
    return type, value
