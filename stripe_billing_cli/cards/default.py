"""Making a saved card the one that is charged from now on, by all subscriptions too. Harmless to repeat."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from stripe_billing_cli.cards.load import SavedCard, Wallet, choose_card, load_wallet
from stripe_billing_cli.stripe_api.client import StripeApi
from stripe_billing_cli.stripe_api.references import without_own_method


@dataclass(frozen=True)
class CardResult:
    """A card as it was before the change, and what was done with it."""

    wallet: Wallet
    card: SavedCard
    result: Literal["made_default", "removed", "unchanged"]

    def record(self) -> dict[str, Any]:
        """Return the result as it is printed (docs/output.md)."""
        return {**self.card.record(), "customer": self.wallet.customer["id"], "result": self.result}


@dataclass(frozen=True)
class DefaultPlan:
    """A card that becomes its customer's default. `moved`: the subscriptions that have a card of their own, another
    one, which they lose."""

    wallet: Wallet
    card: SavedCard
    moved: tuple[str, ...]

    @property
    def is_done(self) -> bool:
        return self.card.is_default and not self.moved

    def apply(self, api: StripeApi) -> CardResult:
        """Set the default. Raises `StripeCallError`."""
        if self.is_done:
            return CardResult(self.wallet, self.card, "unchanged")
        customer, method = self.wallet.customer["id"], self.card.method["id"]
        if not self.card.is_default:
            settings = {"invoice_settings": {"default_payment_method": method}}
            api.post(f"/v1/customers/{customer}", settings)
        for subscription in self.wallet.subscriptions:
            if subscription["id"] in self.moved:
                api.post(f"/v1/subscriptions/{subscription['id']}", without_own_method(subscription))
        after = load_wallet(api, customer)
        return CardResult(after, choose_card(after, method), "made_default")


def plan_default(api: StripeApi, customer: str, card: str) -> DefaultPlan:
    """Read the customer's cards, and find the one. Raises `LookupFailedError`, `StripeCallError`."""
    wallet = load_wallet(api, customer)
    default_card = choose_card(wallet, card)
    charged_by_others = [one for other in wallet.cards if other is not default_card for one in other.paid_by_it]
    return DefaultPlan(wallet, default_card, tuple(charged_by_others))
