"""Rules of which subscriptions give access: a small table by status, which a settings file may change.

    # access.yaml
    past_due: 14d            # access goes on for so long after the oldest unpaid invoice fell due
    paused: grant
    collection_paused: deny  # `pause_collection`, whatever the status
    disputed: deny           # a payment was charged back, until the dispute is won

What a file leaves out stays as it is below. Statuses: https://docs.stripe.com/billing/subscriptions/overview.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from stripe_billing_cli.errors import WRONG, BillingError, system_reason

RULES = Path("access.yaml")
FORMER_RULES = Path(".billing/access.yaml")
"""Where rules stood before, and are still read: a directory that is not committed is no place for them."""
COLLECTION_PAUSED = "collection_paused"
DISPUTED = "disputed"
SPAN = re.compile(r"([0-9]{1,6})\s*([hdw])")
SECONDS = {"h": 3600, "d": 86_400, "w": 7 * 86_400}
ALWAYS = ("active", "trialing", COLLECTION_PAUSED, DISPUTED)
"""The statuses that have no beginning from which a grace period could be counted."""


class InvalidRulesError(BillingError):
    """The rules make no sense, or cannot be read. `hint` says what to write instead."""

    def __init__(self, message: str, hint: str) -> None:
        super().__init__("rules", message, hint, WRONG)


@dataclass(frozen=True)
class Rule:
    """A rule that gives access or none; with a `grace` in seconds, access until so long after the status began."""

    granted: bool
    grace: int | None = None

    def __str__(self) -> str:
        if self.grace is None:
            return "grant" if self.granted else "deny"
        unit, seconds = next((unit, size) for unit, size in reversed(SECONDS.items()) if self.grace % size == 0)
        return f"{self.grace // seconds}{unit}"


GRANT, DENY = Rule(True), Rule(False)
DEFAULTS: Mapping[str, Rule] = {
    "active": GRANT,
    "trialing": GRANT,
    "past_due": Rule(True, 7 * SECONDS["d"]),
    "unpaid": DENY,
    "paused": DENY,
    "incomplete": DENY,
    "incomplete_expired": DENY,
    "canceled": DENY,
    COLLECTION_PAUSED: GRANT,
    DISPUTED: GRANT,
}


@dataclass(frozen=True)
class Rules:
    """The rules as a settings file may change them. `by_status` has every status of Stripe's; one that it does not know
    gives no access."""

    by_status: Mapping[str, Rule] = field(default_factory=lambda: DEFAULTS)

    def rule_for(self, status: str) -> Rule:
        return self.by_status.get(status, DENY)

    @property
    def deny_disputed(self) -> bool:
        """Return whether disputes matter at all, and are to be read."""
        return not self.rule_for(DISPUTED).granted


def read_rules(path: Path | None = None) -> Rules:
    """Return the rules of a file, by default of `access.yaml`; where that is not there, the defaults.

    Raises `InvalidRulesError`.
    """
    file = path or _usual_file()
    try:
        text = file.read_text(encoding="utf-8")
    except FileNotFoundError:
        if path is None:
            return Rules()
        raise InvalidRulesError(
            f"there is no {path}", "--rules names a YAML file with lines like `past_due: 7d`"
        ) from None
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidRulesError(f"{file} cannot be read: {system_reason(error)}", "check its permissions") from None
    return Rules({**DEFAULTS, **_rules(text, str(file))})


def _usual_file() -> Path:
    if not FORMER_RULES.exists():
        return RULES
    if RULES.exists():
        raise InvalidRulesError(
            f"there are rules in {RULES} and in {FORMER_RULES}", f"keep those in {RULES}, or name a file with --rules"
        )
    return FORMER_RULES


def _rules(text: str, where: str) -> dict[str, Rule]:
    import yaml

    try:
        table = yaml.safe_load(text)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        place = f":{mark.line + 1}:{mark.column + 1}" if mark else ""
        raise InvalidRulesError(
            f"{where}{place} is not YAML", "write a line for each status, like `past_due: 7d`"
        ) from None
    if table is None:
        return {}
    if not isinstance(table, dict):
        raise InvalidRulesError(f"{where} is no table", "write a line for each status, like `past_due: 7d`")
    return {_status(name, where): _rule(str(name), value, where) for name, value in table.items()}


def _status(name: Any, where: str) -> str:
    if name in DEFAULTS:
        return str(name)
    similar_names = difflib.get_close_matches(str(name), DEFAULTS, n=1)
    raise InvalidRulesError(
        f"{where}: there is no status {name}",
        f"did you mean {similar_names[0]}?" if similar_names else f"it is one of {', '.join(DEFAULTS)}",
    )


def _rule(name: str, value: Any, where: str) -> Rule:
    match value:
        case "grant":
            return GRANT
        case "deny":
            return DENY
        case str() if (span := SPAN.fullmatch(value.strip())) and name not in ALWAYS:
            return Rule(True, int(span[1]) * SECONDS[span[2]])
    choices = "grant or deny" if name in ALWAYS else "grant, deny, or a grace period like 12h, 7d or 2w"
    raise InvalidRulesError(f"{where}: {name} is {value!r}", f"it is {choices}")
