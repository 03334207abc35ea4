"""Another Stripe than the one that a command talks to: `test`, `live`, `profile:NAME`, `file:PATH`."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

from stripe_billing_cli.cli.context import Context
from stripe_billing_cli.errors import WRONG, BillingError

DEFAULT_PROFILE = "default"


def other_context(context: Context, option: str, name: str) -> Context:
    """Return the context of a command that talks to the Stripe of this name instead.

    `test` and `live` are the keys of the profile that is in use, or of the Stripe CLI's default one; `file:PATH` is
    the local Stripe of another directory. Raises `BillingError` where that is no name.
    """
    kind, _, rest = name.partition(":")
    kept = {one.name: getattr(context, one.name) for one in fields(context)}
    elsewhere = {**kept, "local": False, "api_key": None, "api_key_file": None, "live": False, "account": None}
    if name in ("test", "live"):
        profile = context.profile or DEFAULT_PROFILE
        return Context(**{**elsewhere, "profile": profile, "live": name == "live"})
    if kind == "profile" and rest:
        return Context(**{**elsewhere, "profile": rest, "live": context.live})
    if kind == "file" and rest:
        return Context(**{**elsewhere, "local": True, "profile": None, "database": Path(rest)})
    hint = "one of: test, live, profile:NAME, file:PATH (the local Stripe in that file)"
    raise BillingError("usage", f"{option} {name} is no Stripe", hint, WRONG)
