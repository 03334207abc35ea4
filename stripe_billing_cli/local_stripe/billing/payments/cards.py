"""Test cards of Stripe's, and what a bank says when it declines one (https://docs.stripe.com/testing)."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from typing import Any, Literal

Authentication = Literal["never", "optional", "always", "until_set_up", "on_session"]
"""When a payment with the card asks for 3-D Secure: `optional` cards where the seller asks for it; `until_set_up` and
`on_session` cards do without off session, the former only once a setup intent or a payment has set them up."""
Check = Literal["pass", "fail", "unavailable"]

GENERIC_DECLINE = "Your card was declined."
NO_DETAILS = "The bank did not return any further details with this decline."


@dataclass(frozen=True)
class Decline:
    """A refusal of the bank, or of Radar if `blocked`.

    `code`, `decline_code`, `advice_code`, `param` and the network's codes are those of the card_error
    (https://docs.stripe.com/declines/codes, https://docs.stripe.com/declines/network-codes).
    """

    message: str
    decline_code: str
    code: str = "card_declined"
    advice_code: str | None = None
    network_decline_code: str | None = None
    network_advice_code: str | None = None
    param: str | None = None
    blocked: bool = False

    def error(self) -> dict[str, Any]:
        """Return the keys of a card_error that follow from the decline, without those that are null."""
        keys = {
            "advice_code": self.advice_code,
            "code": self.code,
            "decline_code": self.decline_code,
            "doc_url": f"https://stripe.com/docs/error-codes/{self.code.replace('_', '-')}",
            "message": self.message,
            "network_advice_code": self.network_advice_code,
            "network_decline_code": self.network_decline_code,
            "param": self.param,
            "type": "card_error",
        }
        return {name: value for name, value in keys.items() if value is not None}

    @property
    def seller_message(self) -> str:
        """Return what `outcome` of a charge says of it."""
        if self.blocked:
            return "Stripe blocked this payment as too risky."
        return NO_DETAILS if self is DECLINED else f"The bank returned the decline code `{self.decline_code}`."


# Recorded of 2026-08-26.dahlia: the codes of DECLINED, EXPIRED and UNAUTHENTICATED. The network's codes of the others
# are those of ISO 8583 (and Visa's N7 for a wrong CVC); their advice is what Stripe's documents say of each kind.
DECLINED = Decline(GENERIC_DECLINE, "generic_decline", advice_code="try_again_later", network_decline_code="01")
NO_FUNDS = Decline(
    "Your card has insufficient funds.", "insufficient_funds", advice_code="try_again_later", network_decline_code="51"
)
LOST = Decline(GENERIC_DECLINE, "lost_card", advice_code="do_not_try_again", network_decline_code="41")
STOLEN = Decline(GENERIC_DECLINE, "stolen_card", advice_code="do_not_try_again", network_decline_code="43")
TOO_OFTEN = Decline(
    "Your card was declined for making repeated attempts too frequently or exceeding its amount limit.",
    "card_velocity_exceeded",
    advice_code="try_again_later",
    network_decline_code="65",
)
EXPIRED = Decline(
    "Your card has expired.",
    "expired_card",
    "expired_card",
    advice_code="confirm_card_data",
    network_decline_code="54",
    network_advice_code="03",
    param="exp_month",
)
WRONG_CVC = Decline(
    "Your card's security code is incorrect.",
    "incorrect_cvc",
    "incorrect_cvc",
    advice_code="confirm_card_data",
    network_decline_code="N7",
    param="cvc",
)
PROCESSING = Decline(
    "An error occurred while processing your card. Try again in a little bit.",
    "processing_error",
    "processing_error",
    advice_code="try_again_later",
)
BLOCKED = Decline(GENERIC_DECLINE, "fraudulent", blocked=True)
UNAUTHENTICATED = Decline(
    "Your card was declined. This transaction requires authentication.",
    "authentication_required",
    "authentication_required",
)


@dataclass(frozen=True)
class Card:
    """A test card. `names`: what stands after `pm_card_` and `tok_` in its ids; a card without any has only its number.

    `declines_payment`: charging it fails. `declines_setup`: it cannot even be saved. `dispute`: the reason of the
    dispute that follows a payment, or `inquiry`, `warning`, `multiple`. `refund`: how its refunds end, if not at once.
    `available`: its money reaches the available balance at once. Checks are those made where the caller gave what is
    to be checked.
    """

    names: tuple[str, ...]
    number: str
    brand: str = "visa"
    funding: str = "credit"
    country: str = "US"
    networks: tuple[str, ...] = ()
    declines_payment: Decline | None = None
    declines_setup: Decline | None = None
    authentication: Authentication = "never"
    supports_3ds: bool = True
    dispute: str | None = None
    refund: Literal["pending", "fails"] | None = None
    risk_level: Literal["normal", "elevated", "highest"] = "normal"
    cvc_check: Check = "pass"
    postal_code_check: Check = "pass"
    line1_check: Check = "pass"
    available: bool = False

    @property
    def id(self) -> str:
        return f"pm_card_{self.names[0]}" if self.names else self.number

    @property
    def authenticates(self) -> bool:
        """Return whether a payment with the customer present asks for 3-D Secure."""
        return self.authentication not in ("never", "optional")

    def authenticates_setup(self, *, is_requested: bool) -> bool:
        """Return whether saving the card asks for 3-D Secure; `is_requested`: the seller asks for it."""
        return self.authentication in ("always", "until_set_up") or (is_requested and self.authentication != "never")

    def authenticates_payment(self, *, off_session: bool, set_up: bool, is_requested: bool) -> bool:
        """Return whether a payment asks for 3-D Secure; `set_up`: the card was saved for payments off session,
        `is_requested`: the seller asks for it, of customers who are there."""
        if is_requested and not off_session:
            return self.authentication != "never"
        match self.authentication:
            case "until_set_up":
                return not (off_session and set_up)
            case "on_session":
                return not off_session
        return self.authentication == "always"

    @property
    def display_brand(self) -> str:
        return DISPLAY_BRANDS.get(self.brand, self.brand)

    @property
    def available_networks(self) -> list[str]:
        return list(self.networks or (self.brand,))

    @property
    def fingerprint(self) -> str:
        """Return what Stripe knows a card number by: it follows from the number."""
        return hashlib.sha256(self.number.encode()).hexdigest()[:16]

    @property
    def last4(self) -> str:
        return self.number[-4:]

    def as_declining(self, decline: Decline) -> Card:
        """Return this card, which can neither be charged nor saved."""
        return replace(self, declines_payment=decline, declines_setup=decline)


DISPLAY_BRANDS = {
    "amex": "american_express",
    "diners": "diners_club",
    "eftpos_au": "eftpos_australia",
    "unionpay": "union_pay",
}
"""Where it is not the brand (`display_brand` in the SDK's `_payment_method.py`; `american_express` is recorded)."""
