"""A customer's saved payment methods: which is charged by default, which expire, which were declined last."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

from stripe_billing_cli.stripe_api import json_output, lookup
from stripe_billing_cli.stripe_api.client import StripeApi
from stripe_billing_cli.stripe_api.lookup import AmbiguousError, NoMatchError, WrongKindError, has_ended, list_names
from stripe_billing_cli.stripe_api.objects.customers import Customer, PaymentMethod
from stripe_billing_cli.stripe_api.objects.payments import Charge
from stripe_billing_cli.stripe_api.objects.subscriptions import Subscription
from stripe_billing_cli.stripe_api.references import default_method, id_of, own_method
from stripe_billing_cli.stripe_api.repeats import current_times

Expiry = Literal["expired", "soon"]


@dataclass(frozen=True)
class SavedCard:
    """A payment method of a customer, cards and others.

    `paid_by_it`: the living subscriptions that have it as a default of their own. `failure`: why the bank declined it,
    if the last charge to it failed. `expires`: it is over, or ends with this month or the next.
    """

    method: PaymentMethod
    is_default: bool
    paid_by_it: tuple[str, ...]
    expires: Expiry | None
    failure: str | None

    def record(self) -> dict[str, Any]:
        """Return the card as it is printed (docs/output.md)."""
        return {
            **json_output.payment_method(self.method),
            "default": self.is_default,
            "subscriptions": list(self.paid_by_it),
            "expires": self.expires,
            "failing": self.failure is not None,
            "failure": self.failure,
        }


@dataclass(frozen=True)
class Wallet:
    """A customer's saved payment methods, newest first, with its living subscriptions."""

    customer: Customer
    cards: tuple[SavedCard, ...]
    subscriptions: tuple[Subscription, ...]

    def charged_by_default(self) -> tuple[str, ...]:
        """Return the living subscriptions that have no default of their own."""
        return tuple(subscription["id"] for subscription in self.subscriptions if own_method(subscription) is None)


def load_wallet(api: StripeApi, name: str) -> Wallet:
    """Return the payment methods of a customer. Raises `LookupFailedError`, `StripeCallError`."""
    customer = lookup.find_customer(api, name)
    id = customer["id"]
    methods = [one for page in api.pages(f"/v1/customers/{id}/payment_methods", {}, kind=PaymentMethod) for one in page]
    subscriptions = tuple(one for one in lookup.subscriptions_of(api, id) if not has_ended(one))
    charges, _ = api.page("/v1/charges", {"customer": id}, kind=Charge)
    default = id_of(default_method(customer))
    now = current_times(api, id)[-1]
    cards = tuple(
        SavedCard(
            method=method,
            is_default=method["id"] == default,
            paid_by_it=tuple(
                subscription["id"] for subscription in subscriptions if id_of(own_method(subscription)) == method["id"]
            ),
            expires=expiry(method, now),
            failure=last_failure(method["id"], charges),
        )
        for method in methods
    )
    return Wallet(customer, cards, subscriptions)


def expiry(method: PaymentMethod, now: int) -> Expiry | None:
    """Say whether a card has expired, or expires with this month or the next. A card is good to its month's end."""
    card = method["card"]
    if card is None:
        return None
    moment = datetime.fromtimestamp(now, UTC)
    months = (card["exp_year"] - moment.year) * 12 + card["exp_month"] - moment.month
    if months < 0:
        return "expired"
    return "soon" if months <= 1 else None


def last_failure(method: str, charges: Sequence[Charge]) -> str | None:
    """Return why the newest charge to a payment method failed; None if it succeeded, or there is none.

    `charges` newest first.
    """
    for charge in charges:
        if id_of(charge["payment_method"]) == method:
            return None if charge["paid"] else charge["failure_message"] or "the payment failed"
    return None


def choose_card(wallet: Wallet, name: str) -> SavedCard:
    """Return the card with this id, or the only one that ends in these four digits. Raises `LookupFailedError`."""
    if name.isdecimal() and len(name) == 4:
        matches = [card for card in wallet.cards if _last4(card) == name]
    elif name.startswith("pm_") or name.startswith("card_"):
        matches = [card for card in wallet.cards if card.method["id"] == name]
    else:
        raise WrongKindError(f"{name!r} is no name of a card", "give pm_…, or the last four digits")
    if not matches:
        has = list_names([_describe(card) for card in wallet.cards]) or "none"
        raise NoMatchError(
            f"the customer {wallet.customer['id']} has no card {name}; it has: {has}",
            f"billing card list {wallet.customer['id']} shows them",
        )
    if len(matches) > 1:
        ids = list_names([match.method["id"] for match in matches])
        raise AmbiguousError(
            f"{len(matches)} cards of {wallet.customer['id']} end in {name}: {ids}", "name the one by its id"
        )
    return matches[0]


def _describe(card: SavedCard) -> str:
    digits = _last4(card)
    return f"{card.method['id']} ({digits})" if digits else card.method["id"]


def _last4(card: SavedCard) -> str | None:
    return card.method["card"]["last4"] if card.method["card"] else None
