"""Links to the pages of the local Stripe, which open only while it is served."""

from __future__ import annotations

HOW_TO_OPEN = (
    "Links of the local Stripe open while `billing local serve` runs in this directory; "
    "if it runs with --port N, with N in place of 12111."
)


def has_link(text: str) -> bool:
    """Return whether a text has the address of a page of the local Stripe."""
    from stripe_billing_cli.local_stripe.core import page_addresses

    return f"{page_addresses.BASE}/" in text


def with_way_to_open(hint: str | None) -> str | None:
    """Return the hint of an error; after a link to a page of the local Stripe, with what to run so that it opens."""
    if hint is None or not has_link(hint):
        return hint
    return f"{hint} (the link opens while `billing local serve` runs in this directory; with --port N, at port N)"
