"""Removing a saved card: it cannot be charged any more, and what it paid needs another.

https://docs.stripe.com/api/payment_methods/detach
"""

from __future__ import annotations

from dataclasses import dataclass

from stripe_billing_cli.cards.default import CardResult
from stripe_billing_cli.cards.load import SavedCard, Wallet, choose_card, expiry, load_wallet
from stripe_billing_cli.stripe_api.client import StripeApi
from stripe_billing_cli.stripe_api.errors import InvalidRequestError, StripeCallError
from stripe_billing_cli.stripe_api.lookup import NoMatchError
from stripe_billing_cli.stripe_api.objects.customers import PaymentMethod
from stripe_billing_cli.stripe_api.objects.events import Event
from stripe_billing_cli.stripe_api.repeats import current_times


@dataclass(frozen=True)
class RemovePlan:
    """A card that is removed. `unpaid_subscriptions`: the subscriptions that have nothing to be charged to without this
    card; `fall_back`: those that are charged to the customer's default card instead."""

    wallet: Wallet
    card: SavedCard
    unpaid_subscriptions: tuple[str, ...]
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


def plan_remove(api: StripeApi, customer: str, card: str) -> RemovePlan | CardResult:
    """Read what the card pays; the result of an earlier run where the card was removed from this customer.

    Raises `LookupFailedError`, `StripeCallError`.
    """
    wallet = load_wallet(api, customer)
    try:
        own_card = choose_card(wallet, card)
    except NoMatchError:
        former_card = _find_removed(api, wallet, card)
        if former_card is None:
            raise
        return CardResult(wallet, former_card, "unchanged")
    if own_card.is_default:
        return RemovePlan(wallet, own_card, (*own_card.paid_by_it, *wallet.charged_by_default()), ())
    if any(one.is_default for one in wallet.cards):
        return RemovePlan(wallet, own_card, (), own_card.paid_by_it)
    return RemovePlan(wallet, own_card, own_card.paid_by_it, ())


def _find_removed(api: StripeApi, wallet: Wallet, name: str) -> SavedCard | None:
    """Return the card with this id, or these four digits, that was this customer's; None where Stripe does not say so.

    A removed card does not say whose it was (recorded 2026-08-26.dahlia: its `customer` is null), and never belongs to
    anybody again; the event of its removal does say it, for 30 days (https://docs.stripe.com/api/events).
    """
    customer = wallet.customer["id"]
    try:
        events, _ = api.page("/v1/events", {"type": "payment_method.detached"}, kind=Event)
        id = next((event["data"]["object"]["id"] for event in events if _is_removal(event, customer, name)), None)
        method = api.get(f"/v1/payment_methods/{id}", kind=PaymentMethod) if id else None
    except StripeCallError:
        return None
    if method is None or method["customer"] is not None:
        return None
    return SavedCard(method, False, (), expiry(method, current_times(api, customer)[-1]), None)


def _is_removal(event: Event, customer: str, name: str) -> bool:
    """Return whether an event is the removal of a card of this customer, with this id or these last digits."""
    method, before = event["data"]["object"], event["data"]["previous_attributes"] or {}
    names = (method["id"], (method.get("card") or {}).get("last4"))
    return before.get("customer") == customer and name in names
