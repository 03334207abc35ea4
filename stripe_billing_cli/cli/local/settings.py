"""`billing local settings`."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Annotated

import typer

from stripe_billing_cli.cli import options, parsing
from stripe_billing_cli.cli.context import Context
from stripe_billing_cli.cli.local.app import app, opened_store
from stripe_billing_cli.errors import UsageError

AfterRetries = Annotated[
    str | None,
    typer.Option(
        "--after-retries",
        metavar="canceled|unpaid|past_due",
        help="What becomes of a subscription when the last retry of its payment has failed.",
    ),
]

CardTokens = Annotated[
    str | None,
    typer.Option(
        "--card-tokens",
        metavar="refuse|accept",
        help="Whether customers and charges take card tokens, as tok_visa: accounts of today have to enable it.",
    ),
]

PendingUpdateItems = Annotated[
    str | None,
    typer.Option(
        "--pending-update-items",
        metavar="include|exclude",
        help="Whether the invoice of a pending update takes in what waits for an invoice: Stripe does not say.",
    ),
]

Country = Annotated[
    str | None,
    typer.Option("--country", metavar="CODE", help="The account's country, as CA. Brings its currency along."),
]

Currency = Annotated[
    str | None,
    typer.Option("--currency", metavar="CODE", help="The account's currency, in which its balance and fees are."),
]

SearchLag = Annotated[
    str | None,
    typer.Option(
        "--search-lag",
        metavar="SPAN",
        help="How far search lags behind what is written: 0s, or 1m, under which Stripe's is usually.",
    ),
]


@options.command(app, shared_names=("output", "verbose"))
def settings(
    context: Context,
    after_retries: AfterRetries = None,
    card_tokens: CardTokens = None,
    country: Country = None,
    currency: Currency = None,
    pending_update_items: PendingUpdateItems = None,
    search_lag: SearchLag = None,
) -> None:
    """Show, or change, what a merchant sets in Stripe's Dashboard and no API call can.

    After a failed renewal the local Stripe tries again after 3, 5 and 7 days. Then the subscription is canceled, unless
    --after-retries says that it becomes unpaid, or stays past due.

    The account is one of the United States, with US dollars, unless --country and --currency say otherwise. Both count
    for what comes after: charges, fees and balance transactions that are there stay in their currency.

    Connected accounts go by the other settings, too; the country of each is its own.

    \b
    Examples:  billing local settings
               billing local settings --after-retries unpaid
               billing local settings --country CA --currency cad
    """
    from stripe_billing_cli.local_stripe.billing import settings as local_settings
    from stripe_billing_cli.local_stripe.core import accounts

    choices = {
        "after_retries": after_retries,
        "card_tokens": card_tokens,
        "pending_update_items": pending_update_items,
    }
    changes = _check_choices(choices) | _account_changes(country, currency)
    if search_lag is not None:
        changes["search_lag"] = parsing.span("--search-lag", search_lag)
    with opened_store() as store:
        account = accounts.ensure(store, int(time.time()))
        if changes:
            with store.writing():
                current_settings = local_settings.change(store, account, changes)
        else:
            with store.reading():
                current_settings = local_settings.read(store, account)
    if context.output in ("table", "id"):
        print("\n".join(f"{name.replace('_', '-')}: {value}" for name, value in current_settings.items()))
    else:
        context.printer.result(current_settings, ids=[])


def _check_choices(choices: Mapping[str, str | None]) -> dict[str, str | int]:
    """Return the settings that have few values, and are to be changed."""
    from stripe_billing_cli.local_stripe.billing.settings import CHOICES

    changes: dict[str, str | int] = {}
    for name, value in choices.items():
        if value is None:
            continue
        if value not in CHOICES[name]:
            message = f"--{name.replace('_', '-')} cannot be {value}"
            raise UsageError(message, f"it is one of {', '.join(CHOICES[name])}")
        changes[name] = value
    return changes


def _account_changes(country: str | None, currency: str | None) -> dict[str, str | int]:
    """Return the account's settings that are to be changed."""
    from babel.numbers import get_territory_currencies

    from stripe_billing_cli.stripe_api.money import CURRENCIES

    changes: dict[str, str | int] = {}
    if country is not None:
        currencies = get_territory_currencies(country.upper()) if country.isascii() and len(country) == 2 else []
        if not currencies:
            raise UsageError(f"--country is no country's code: {country}", "CA, for example")
        changes |= {"country": country.upper(), "currency": currencies[0].lower()}
    if currency is not None:
        changes["currency"] = currency.lower()
    if changes.get("currency", "usd") not in CURRENCIES:
        raise UsageError(f"Stripe has no currency {changes['currency']}", "say --currency cad, for example")
    return changes
