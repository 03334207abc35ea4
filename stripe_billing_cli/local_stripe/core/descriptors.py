"""Statement descriptors: what stands on the statement of a customer's card or bank account.

https://docs.stripe.com/get-started/account/statement-descriptors#requirements
"""

from __future__ import annotations

import re

from stripe_billing_cli.local_stripe.core.errors import invalid
from stripe_billing_cli.local_stripe.core.parameters import Params

NOT_FOR_CARDS = (
    "The statement_descriptor parameter is not supported for the payment_method_type `card`. To continue supporting "
    "payment_method_type `card`, please pass in `statement_descriptor_suffix` or remove the `statement_descriptor` "
    "parameter altogether. Please see https://support.stripe.com/questions/use-of-the-statement-descriptor-parameter-on-"
    "paymentintents-for-card-charges for additional details."
)
"""The refusal of a payment intent by card, whose descriptor is the account's own with a suffix
(https://github.com/fluentform/fluentform/issues/384)."""
NAMES = ("statement_descriptor", "statement_descriptor_suffix")


def check(text: str, param: str) -> None:
    """Raise for a text that cannot stand on a statement."""
    for character in "<>\\\"'":
        if character in text:
            raise invalid(f"The statement descriptor cannot include {character}.", param)
    if not re.search("[A-Za-z]", text):
        raise invalid("The statement descriptor must contain at least one Latin character.", param)


def check_all(params: Params) -> None:
    """Raise for the descriptors of a payment that cannot stand on a statement."""
    for name in NAMES:
        if params.get(name):
            check(params[name], name)
