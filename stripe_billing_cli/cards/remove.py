"""Removing a saved card: it cannot be charged any more, and what it paid needs another.

https://docs.stripe.com/api/payment_methods/detach
"""

from __future__ import annotations

from dataclasses import dataclass

from stripe_billing_cli.cards.default import CardResult
from stripe_billing_cli.cards.load import SavedCard, Wallet, choose_card, load_wallet
from stripe_billing_cli.stripe_api.client import StripeApi
from stripe_billing_cli.stripe_api.errors import InvalidRequestError
from stripe_billing_cli.stripe_api.objects.customers import PaymentMethod


@dataclass(frozen=True)
class RemovePlan:
    """A card that is removed. `unpaid`: the subscriptions that have nothing to be charged to without this card;
    `fall_back`: those that are charged to the customer's default card instead."""

    wallet: Wallet
    card: SavedCard
    unpaid: tuple[str, ...]
    fall_back: tuple[str, ...]

    def apply(self, api: StripeApi) -> CardResult:
        """Detach the card; one that is detached already is a success. Raises `StripeCallError`."""
        path = f"/v1/payment_methods/{self.card.method['id']}"
        try:
            api.post(f"{path}/detach", {})
        except InvalidRequestError:
            if api.get(path, kind=PaymentMethod)["customer"] is not None:
                raise
        return CardResult(self.wallet, self.card, "removed")


def plan_remove(api: StripeApi, customer: str, card: str) -> RemovePlan:
    """Read what the card pays. Raises `LookupFailedError`, `StripeCallError`."""
    wallet = load_wallet(api, customer)
    chosen = choose_card(wallet, card)
    if chosen.is_default:
        return RemovePlan(wallet, chosen, (*chosen.paid_by_it, *wallet.charged_by_default()), ())
    if any(one.is_default for one in wallet.cards):
        return RemovePlan(wallet, chosen, (), chosen.paid_by_it)
    return RemovePlan(wallet, chosen, chosen.paid_by_it, ())
