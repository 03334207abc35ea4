"""Guesses at what was meant by a word that `billing` does not know. Nothing here leads towards what destroys."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

from stripe_billing_cli.cli.groups import GROUPS, functions_of

DESTROYING = frozenset(
    "delete remove reset purge drop void write-off cancel archive roll-secret "
    "--prune --prune-meters --delete-coupons --retire-links --overwrite --remove --no-coupon --finish --retention "
    "--allow-reset --all --now --yes --live --again".split()
)
"""Commands and options that are never proposed: whoever means one spells it."""
WORDS_FOR_DESTROYING = DESTROYING | frozenset("clear del destroy erase kill prune rm stop terminate wipe".split())
"""Words for which nothing is proposed by their letters: `card delete` is no `card default`."""

OTHER_NAMES: dict[str, tuple[str, ...]] = {
    "subscription": ("sub",),
    "subscriptions": ("sub",),
    "subs": ("sub",),
    "customers": ("customer",),
    "invoices": ("invoice",),
    "refunds": ("refund",),
    "cards": ("card",),
    "payment-method": ("card",),
    "payment-methods": ("card",),
    "codes": ("code",),
    "promotion-code": ("code",),
    "promo": ("code",),
    "test-clock": ("clock",),
    "test-clocks": ("clock",),
    "clocks": ("clock",),
    "event": ("events",),
    "logs": ("events",),
    "webhooks": ("webhook",),
    "endpoint": ("webhook",),
    "endpoints": ("webhook",),
    "webhook-endpoints": ("webhook",),
    "entitlements": ("access",),
    "product": ("catalog",),
    "products": ("catalog",),
    "prices": ("catalog",),
    "coupon": ("catalog",),
    "coupons": ("catalog",),
    "meters": ("catalog",),
    "features": ("catalog",),
    "status": ("doctor",),
    "check": ("doctor",),
    "login": ("help keys",),
    "config": ("help settings",),
    "version": ("--version",),
    "get": ("show",),
    "view": ("show",),
    "describe": ("show",),
    "retrieve": ("show",),
    "ls": ("list",),
    "new": ("create",),
    "add": ("create",),
    "start": ("create", "serve"),
    "edit": ("update",),
    "update": ("change",),
    "preview": ("plan",),
    "export": ("import", "catalog import"),
    "pull": ("import", "catalog import"),
    "push": ("apply", "catalog apply"),
    "upgrade": ("change",),
    "downgrade": ("change",),
    "replay": ("retry",),
    "resend": ("retry",),
}
"""Words of Stripe's and of other programs, and the commands here: the first that the group has is proposed."""

OTHER_OPTIONS = {
    "--json": "--output json",
    "--yaml": "--output yaml",
    "--format": "--output",
    "--key": "--api-key",
    "--qty": "--quantity",
    "--test": "--local",
    "--tz": "--time-zone",
    "--zone": "--time-zone",
}
DRY_RUNS = ("--dry-run", "--dryrun", "--simulate", "--no-op")
DRY_RUN_COMMANDS = {"billing catalog apply": "billing catalog plan", "billing catalog copy": "billing catalog diff"}
"""Commands without `--preview`, since another command only shows what they would do."""
ALIKE = 0.7
"""How much of an option's name must be right: `--forc` is no `--local`."""


def command_meant(word: str, commands: Iterable[str], group: str) -> str | None:
    """Return the command line that was meant by an unknown command of `group` (`billing`, `billing sub`)."""
    word, names = word.lower(), list(commands)
    for suggestion in OTHER_NAMES.get(word, ()):
        if suggestion.split()[0] in names or (suggestion == "--version" and group == "billing"):
            return f"{group} {suggestion}"
    if word in WORDS_FOR_DESTROYING:
        return None
    if group != "billing" and word in GROUPS:
        return f"billing {word}"
    close = _closest(word, names, 0.6)
    if close is None and group == "billing":
        return _in_one_group(word)
    return f"{group} {close}" if close else None


def _in_one_group(word: str) -> str | None:
    """Return the command of that name, where just one group has one: `billing plan` is `billing catalog plan`."""
    commands = [f"billing {group} {word}" for group in GROUPS if word in functions_of(group)]
    return commands[0] if len(commands) == 1 else None


def option_meant(option: str, options: Iterable[str], command: str) -> str | None:
    """Return the option, or the other command line, that was meant by an unknown option of `command`."""
    option_names = list(options)
    if option in DRY_RUNS or option == "--preview":
        return DRY_RUN_COMMANDS.get(command) or ("--preview" if "--preview" in option_names else None)
    suggestion = OTHER_OPTIONS.get(option)
    if suggestion and suggestion.split()[0] in option_names:
        return suggestion
    names = {name.lstrip("-"): name for name in option_names}
    close = _closest(option.lstrip("-"), names, ALIKE)
    return names[close] if close and names[close] not in DESTROYING else None


def _closest(word: str, words: Iterable[str], similarity: float) -> str | None:
    """Return the known word that is closest, unless it destroys: then the next closest is not meant either."""
    close = get_close_matches(word, words, n=1, cutoff=similarity)
    return close[0] if close and close[0] not in DESTROYING else None
