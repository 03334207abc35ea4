"""Stripe's test cards (https://docs.stripe.com/testing), and what happens to a payment with each."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

GENERIC_DECLINE = "Your card was declined."


@dataclass(frozen=True)
class Decline:
    """`code` and `decline_code` of the card_error."""

    message: str
    decline_code: str
    code: str = "card_declined"


@dataclass(frozen=True)
class Card:
    """`declines_payment`: it can be saved, and charging it fails. `declines_setup`: not even that.

    `authenticates`: each payment asks for 3-D Secure, and off session is declined for the lack of it.
    """

    id: str
    number: str
    brand: str = "visa"
    funding: str = "credit"
    declines_payment: Decline | None = None
    declines_setup: Decline | None = None
    authenticates: bool = False

    @property
    def fingerprint(self) -> str:
        """The same for the same number."""
        return hashlib.sha256(self.number.encode()).hexdigest()[:16]

    @property
    def last4(self) -> str:
        return self.number[-4:]


DECLINED = Decline(GENERIC_DECLINE, "generic_decline")
NO_FUNDS = Decline("Your card has insufficient funds.", "insufficient_funds")
LOST = Decline(GENERIC_DECLINE, "lost_card")
STOLEN = Decline(GENERIC_DECLINE, "stolen_card")
EXPIRED = Decline("Your card has expired.", "expired_card", "expired_card")
WRONG_CVC = Decline("Your card's security code is incorrect.", "incorrect_cvc", "incorrect_cvc")
PROCESSING = Decline(
    "An error occurred while processing your card. Try again in a little bit.", "processing_error", "processing_error"
)
UNAUTHENTICATED = Decline(
    "Your card was declined. This transaction requires authentication.", "authentication_required"
)


def _declined(id: str, number: str, decline: Decline) -> Card:
    return Card(id, number, declines_payment=decline, declines_setup=decline)


CARDS = (
    Card("pm_card_visa", "4242424242424242"),
    Card("pm_card_visa_debit", "4000056655665556", funding="debit"),
    Card("pm_card_mastercard", "5555555555554444", "mastercard"),
    Card("pm_card_mastercard_debit", "5200828282828210", "mastercard", "debit"),
    Card("pm_card_amex", "378282246310005", "amex"),
    Card("pm_card_discover", "6011111111111117", "discover"),
    Card("pm_card_jcb", "3566002020360505", "jcb"),
    Card("pm_card_chargeCustomerFail", "4000000000000341", declines_payment=DECLINED),
    Card("pm_card_authenticationRequired", "4000002760003184", authenticates=True),
    Card("pm_card_threeDSecure2Required", "4000000000003220", authenticates=True),
    _declined("pm_card_visa_chargeDeclined", "4000000000000002", DECLINED),
    _declined("pm_card_chargeDeclined", "4000000000000002", DECLINED),
    _declined("pm_card_visa_chargeDeclinedInsufficientFunds", "4000000000009995", NO_FUNDS),
    _declined("pm_card_chargeDeclinedInsufficientFunds", "4000000000009995", NO_FUNDS),
    _declined("pm_card_visa_chargeDeclinedLostCard", "4000000000009987", LOST),
    _declined("pm_card_visa_chargeDeclinedStolenCard", "4000000000009979", STOLEN),
    _declined("pm_card_chargeDeclinedExpiredCard", "4000000000000069", EXPIRED),
    _declined("pm_card_chargeDeclinedIncorrectCvc", "4000000000000127", WRONG_CVC),
    _declined("pm_card_chargeDeclinedProcessingError", "4000000000000119", PROCESSING),
)
BY_ID = {card.id: card for card in CARDS}
BY_NUMBER = {card.number: card for card in reversed(CARDS)}
BY_TOKEN = {card.id.replace("pm_card_", "tok_", 1): card for card in CARDS}
