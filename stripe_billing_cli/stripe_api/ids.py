"""The kinds of ids, to judge by how each is written: Stripe's prefixes, and what follows them."""

from __future__ import annotations

import re

KINDS = {
    "acct_": "an account",
    "bpc_": "a portal configuration",
    "card_": "a card",
    "cbtxn_": "a balance transaction",
    "ch_": "a charge",
    "clock_": "a test clock",
    "cn_": "a credit note",
    "cs_": "a Checkout session",
    "cus_": "a customer",
    "di_": "a discount",
    "evt_": "an event",
    "ii_": "an invoice item",
    "il_": "an invoice line",
    "in_": "an invoice",
    "pi_": "a payment intent",
    "pk_": "a publishable API key",
    "plan_": "a price",
    "pm_": "a payment method",
    "price_": "a price",
    "prod_": "a product",
    "promo_": "a promotion code",
    "py_": "a charge",
    "pyr_": "a refund",
    "re_": "a refund",
    "rk_": "an API key",
    "seti_": "a setup intent",
    "si_": "a subscription item",
    "sk_": "an API key",
    "sub_": "a subscription",
    "sub_sched_": "a subscription schedule",
    "tok_": "a token",
    "txi_": "a tax id",
    "we_": "a webhook endpoint",
    "whsec_": "a webhook secret",
}
"""What the id of an object begins with (the ids in https://docs.stripe.com/api)."""
BY_LENGTH = sorted(KINDS, key=len, reverse=True)
ID = re.compile(r"[A-Za-z0-9_\-]+")
MADE_BY_STRIPE = re.compile(r"(?=.*[0-9A-Z])[A-Za-z0-9]{8,}")
"""What follows the prefix of a real id; tells `in_1Mt5wF2eZvKYlo2C` from a lookup key like `in_house`."""


def kind_of(name: str) -> str | None:
    """Return the kind of object that an id is of, to judge by its prefix: `a price`; None where it has none of
    Stripe's."""
    for prefix in BY_LENGTH:
        if name.startswith(prefix):
            return KINDS[prefix]
    return None


def kind_if_id(name: str) -> str | None:
    """Return the kind of a name that is an id. Any text may be a lookup key, so only what looks made by Stripe is an
    id."""
    prefix = next((prefix for prefix in BY_LENGTH if name.startswith(prefix)), "")
    is_id = bool(prefix) and MADE_BY_STRIPE.fullmatch(name.removeprefix(prefix).rpartition("_")[2])
    return KINDS[prefix] if is_id or prefix in ("price_", "sk_", "rk_", "whsec_") else None
