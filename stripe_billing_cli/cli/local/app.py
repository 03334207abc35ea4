"""The group `billing local`, and what its commands share."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from stripe_billing_cli.cli import options
from stripe_billing_cli.cli.settings import LOCAL_DATABASE
from stripe_billing_cli.errors import BillingError

if TYPE_CHECKING:
    from stripe_billing_cli.local_stripe.core.store import Store

app = options.group("The local Stripe: serve it over HTTP, reset it, find it.")


@contextmanager
def translated_errors() -> Iterator[None]:
    """Raise as `BillingError` that the local Stripe's state cannot be used."""
    from stripe_billing_cli.local_stripe.core.errors import LocalStripeError

    try:
        yield
    except LocalStripeError as error:
        raise BillingError("local_stripe", error.message, error.hint) from error


@contextmanager
def opened_store() -> Iterator[Store]:
    """Yield the store of this directory's local Stripe, open. Raises `BillingError`."""
    from stripe_billing_cli.local_stripe.core.store import Store

    with translated_errors():
        store = Store(LOCAL_DATABASE)
        try:
            yield store
        finally:
            store.close()
