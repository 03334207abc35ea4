"""The group `billing sub`, and what its commands share."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from stripe_billing_cli.cli import options

app = options.group("Subscriptions: start one, look at it, change it, end it.")

Subscription = Annotated[
    str,
    typer.Argument(metavar="SUB", help="The subscription's id; or its customer's id or email, if it is the only one."),
]


Status = StrEnum("Status", "incomplete incomplete_expired trialing active past_due canceled unpaid paused")
"""https://docs.stripe.com/billing/subscriptions/overview#subscription-statuses"""
