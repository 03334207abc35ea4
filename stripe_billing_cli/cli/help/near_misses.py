"""Guesses at what was meant by a word that `billing` does not know. Nothing here leads towards what destroys."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

DESTROYING = frozenset(
    "delete remove reset purge void write-off cancel archive roll-secret "
    "--prune --prune-meters --delete-coupons --now --yes --live --again".split()
)
"""Commands and options that are never proposed: whoever means one spells it."""

OTHER_NAMES = {
    "subscription": "sub",
    "subscriptions": "sub",
    "subs": "sub",
    "customers": "customer",
    "invoices": "invoice",
    "refunds": "refund",
    "cards": "card",
    "payment-method": "card",
    "payment-methods": "card",
    "codes": "code",
    "promotion-code": "code",
    "promo": "code",
    "test-clock": "clock",
    "test-clocks": "clock",
    "clocks": "clock",
    "event": "events",
    "webhooks": "webhook",
    "endpoint": "webhook",
    "endpoints": "webhook",
    "webhook-endpoints": "webhook",
    "entitlements": "access",
    "plan": "catalog plan",
    "apply": "catalog apply",
    "validate": "catalog validate",
    "schema": "catalog schema",
    "products": "catalog",
    "prices": "catalog",
    "portal": "customer portal",
    "serve": "local serve",
    "status": "doctor",
    "check": "doctor",
    "version": "--version",
    "get": "show",
    "view": "show",
    "describe": "show",
    "retrieve": "show",
    "ls": "list",
    "new": "create",
    "add": "create",
    "edit": "update",
    "preview": "plan",
    "export": "import",
    "upgrade": "change",
    "downgrade": "change",
}
"""Words of Stripe's and of other programs, and the command here. One of a group is proposed where the group has it."""

OTHER_OPTIONS = {
    "--json": "--output json",
    "--yaml": "--output yaml",
    "--format": "--output",
    "--key": "--api-key",
    "--qty": "--quantity",
    "--test": "--local",
}
DRY_RUNS = ("--dry-run", "--dryrun", "--simulate", "--no-op")


def command_meant(word: str, commands: Iterable[str], group: str) -> str | None:
    """Return the command line that was meant by an unknown command of `group` (`billing`, `billing sub`)."""
    known = list(commands)
    meant = OTHER_NAMES.get(word.lower())
    if meant and meant.split()[0] in known:
        return f"{group} {meant}"
    if meant == "--version" and group == "billing":
        return f"{group} {meant}"
    close = _closest(word.lower(), known)
    return f"{group} {close}" if close else None


def option_meant(option: str, options: Iterable[str], command: str) -> str | None:
    """Return the option, or the other command line, that was meant by an unknown option of `command`."""
    known = list(options)
    if option in DRY_RUNS:
        if command == "billing catalog apply":
            return "billing catalog plan"
        return "--preview" if "--preview" in known else None
    meant = OTHER_OPTIONS.get(option)
    if meant and meant.split()[0] in known:
        return meant
    return _closest(option, known)


def _closest(word: str, known: Iterable[str]) -> str | None:
    """Return the known word that is closest, unless it destroys: then the next closest is not meant either."""
    close = get_close_matches(word, known, n=1)
    return close[0] if close and close[0] not in DESTROYING else None
