"""The draft of a subscription's latest invoice, which takes up the customer's balance when it is made final, about an
hour later, and so before the next invoice does. Stripe's previews do not know of it
(https://docs.stripe.com/billing/customer/balance).

Amounts are ints in the currency's smallest unit; a debt is positive in a balance.
"""

from __future__ import annotations

from stripe_billing_cli.stripe_api.objects.invoices import Invoice
from stripe_billing_cli.stripe_api.objects.subscriptions import Subscription
from stripe_billing_cli.stripe_api.references import whole
from stripe_billing_cli.subscriptions import cost


def of_subscription(subscription: Subscription) -> Invoice | None:
    """Return the latest invoice, which is expanded, where it is a draft that Stripe makes final."""
    latest = whole(subscription["latest_invoice"])
    return latest if latest and is_finalized_later(latest) else None


def is_finalized_later(invoice: Invoice) -> bool:
    return invoice["status"] == "draft" and invoice["automatically_finalizes_at"] is not None


def balance_after(draft: Invoice | None, balance: int) -> int:
    """Return the customer's balance once the draft is final."""
    if draft is None:
        return balance
    return cost.balance_left(balance, draft["total"], draft["currency"])


def preview_after(draft: Invoice | None, preview: Invoice) -> Invoice:
    """Return the preview of a later invoice with the balance that the draft leaves."""
    balance = balance_after(draft, preview["starting_balance"])
    if balance == preview["starting_balance"]:
        return preview
    amount = cost.amount_asked(balance + preview["total"], preview["currency"])
    return {**preview, "starting_balance": balance, "amount_due": amount, "amount_remaining": amount}
