"""The money that a plan is going to move, as programs read it before they agree (docs/output.md, `movement`)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

Kind = Literal["charge", "refund", "credit", "debit", "outside", "waiver", "loss"]


@dataclass(frozen=True)
class Movement:
    """An amount in minor units, above 0, and what it is of: the `id` of an invoice, a charge or a customer.

    `charge`: a payment method is charged. `refund`: a charge goes back by the way it came. `credit` and `debit`: on the
    balance of a customer. `outside`: it counts as paid, or as given back, without Stripe. `waiver`: it is not to be
    paid any more. `loss`: it counts as a loss, and can still be paid.
    """

    kind: Kind
    id: str
    amount: int
    currency: str

    def record(self) -> dict[str, Any]:
        """Return the movement as it is printed (docs/output.md)."""
        return {"kind": self.kind, "id": self.id, "amount": self.amount, "currency": self.currency}
