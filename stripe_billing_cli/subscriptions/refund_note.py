"""A note of what goes back when a subscription ends, written to its metadata before it does.

No preview tells afterwards what was unused, and the last payment is another one once a last invoice is paid. So a run
after one that was cut off reads here what that one was to give back.
"""

from __future__ import annotations

from stripe_billing_cli.stripe_api.client import StripeApi
from stripe_billing_cli.stripe_api.json_output import REFUND
from stripe_billing_cli.stripe_api.objects.subscriptions import Subscription
from stripe_billing_cli.subscriptions.cancellation import ENDED, RefundKind

DAY = 86400


def write(api: StripeApi, subscription: str, kind: RefundKind, content: str, ends: int) -> None:
    """Write down what goes back when the subscription ends at `ends`. Raises `StripeCallError`."""
    api.post(f"/v1/subscriptions/{subscription}", {"metadata": {REFUND: f"{kind}:{content}:{ends}"}})


def read(subscription: Subscription, kind: RefundKind) -> str | None:
    """Return the note that was written for the end that came; None where there is none, or for an end that did not
    come."""
    note = (subscription["metadata"] or {}).get(REFUND) or ""
    noted_kind, _, rest = note.partition(":")
    content, _, ends = rest.rpartition(":")
    if noted_kind != kind or subscription["status"] not in ENDED or not ends.isdecimal():
        return None
    end = subscription["ended_at"]
    return content if end is not None and abs(end - int(ends)) < DAY else None
