"""Use and prorations that the end of a subscription at once leaves unbilled: what of it is dropped for good, and what
stays pending.

"Pending prorations are removed if invoice_now and prorate are both set to false", and use is billed with `invoice_now`
only (https://docs.stripe.com/api/subscriptions/cancel). Amounts in minor units; a credit is negative.
"""

from __future__ import annotations

from dataclasses import dataclass

from stripe_billing_cli.stripe_api.client import StripeApi
from stripe_billing_cli.stripe_api.objects.invoices import InvoiceItem
from stripe_billing_cli.stripe_api.objects.subscriptions import Subscription
from stripe_billing_cli.stripe_api.references import name_of
from stripe_billing_cli.subscriptions import pending_invoice_items, quote
from stripe_billing_cli.subscriptions.cancellation import ENDED, Cancellation
from stripe_billing_cli.subscriptions.cost import is_invoice_item, is_proration, paid_for
from stripe_billing_cli.subscriptions.terms import is_metered


@dataclass(frozen=True)
class UnbilledAmounts:
    """Amounts that stay unbilled. `prorations` and `use` are dropped; `metered_names` names the prices of that use.

    `by_hand`: invoice items that somebody added, which stay pending.
    """

    prorations: int = 0
    use: int = 0
    metered_names: tuple[str, ...] = ()
    by_hand: tuple[InvoiceItem, ...] = ()

    @property
    def is_there(self) -> bool:
        return bool(self.prorations or self.metered_names or self.by_hand)


def load(
    api: StripeApi, subscription: Subscription, cancellation: Cancellation, *, counts_in_refund: bool
) -> UnbilledAmounts:
    """Read what `cancellation` leaves unbilled. `counts_in_refund`: pending prorations count in a refund. Raises
    `StripeCallError`."""
    has_ended = subscription["status"] in ENDED
    at_once = cancellation.action == "now" and subscription["status"] != "incomplete"
    if cancellation.params.get("invoice_now") or not (at_once or has_ended):
        return UnbilledAmounts()
    items = pending_invoice_items.for_subscription(api, subscription)
    by_hand = tuple(item for item in items if not item["proration"])
    if has_ended:
        return UnbilledAmounts(by_hand=by_hand)
    prorations_stay = counts_in_refund or cancellation.params.get("prorate")
    prorations = 0 if prorations_stay else sum(item["amount"] for item in items if item["proration"])
    metered_names = tuple(name_of(item["price"]) for item in subscription["items"]["data"] if is_metered(item["price"]))
    return UnbilledAmounts(prorations, _use(api, subscription) if metered_names else 0, metered_names, by_hand)


def _use(api: StripeApi, subscription: Subscription) -> int:
    """Return the amount of use by now, as far as Stripe's preview of an end that bills it says."""
    invoice = quote.preview_if_any(api, subscription, {"cancel_now": True, "proration_behavior": "none"})
    lines = invoice["lines"]["data"] if invoice else ()
    return sum(paid_for(line) for line in lines if not is_proration(line) and not is_invoice_item(line))
