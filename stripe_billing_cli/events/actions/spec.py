"""Actions that the user wants for events: as the command line or a file says it, and as the store remembers it.

# listen.yaml, for `billing listen --handlers listen.yaml`
- exec: ./provision.sh
  events: [access.granted, access.revoked]
- forward_to: http://127.0.0.1:8000/stripe
  events: [invoice.*]
  timeout: 10
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

from stripe_billing_cli.errors import UsageError, system_reason
from stripe_billing_cli.events.access_events import ANNOUNCED, CHECK
from stripe_billing_cli.events.event import Event
from stripe_billing_cli.events.handlers import FETCH
from stripe_billing_cli.events.store import Route, Store

TIMEOUT = 30.0
LONGEST_TIMEOUT = 3600.0
REMEMBERED = "actions"
"""The setting of the store in which a listener leaves its actions, for programs that write events beside it."""


class InvalidActionError(UsageError):
    """An action makes no sense as it was given. `hint` says what to write instead."""


@dataclass(frozen=True)
class Action:
    """A command to run, or a URL to send to, for `events`: types and patterns; none means all of Stripe's.

    `timeout` in seconds.
    """

    kind: Literal["exec", "forward"]
    target: str
    events: tuple[str, ...] = ()
    timeout: float = TIMEOUT

    @property
    def name(self) -> str:
        """Return the name by which the store knows the action: `exec-provision.sh-3f9a01`, the same whatever events it
        is for."""
        digest = hashlib.sha256(self.target.encode()).hexdigest()[:6]
        return f"{self.kind}-{self._short()}-{digest}"

    def _short(self) -> str:
        """Return the name of the program, or of the server: never a parameter, or a password in an address."""
        if self.kind == "forward":
            word = urlsplit(self.target).hostname or ""
        else:
            word = self.target.split()[0].rsplit("/", 1)[-1]
        return re.sub(r"[^A-Za-z0-9.]+", "-", word).strip("-")[:24] or "sh"

    def wants(self, event: Event) -> bool:
        return matches(self.events, event.type)


def matches(patterns: Sequence[str], type: str) -> bool:
    """Return whether an action is for an event: announcements of access come to who asks for them by name."""
    if type == CHECK:
        return False
    if type in ANNOUNCED:
        return any(pattern.startswith("access.") and fnmatchcase(type, pattern) for pattern in patterns)
    return not patterns or any(fnmatchcase(type, pattern) for pattern in patterns)


def forward_target(url: str) -> str:
    """Return the address to forward to. Raises `InvalidActionError` for what is no address."""
    try:
        parts = urlsplit(url)
        good = parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        good = False
    if not good:
        raise InvalidActionError(f"events cannot be forwarded to {url}", "write it like http://127.0.0.1:8000/stripe")
    return url


def read_actions(path: Path) -> list[Action]:
    """Return the actions of a YAML file. Raises `InvalidActionError`."""
    import yaml

    hint = "write a list of entries like {exec: ./provision.sh, events: [access.granted]}"
    try:
        entries = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidActionError(
            f"{path} cannot be read: {system_reason(error)}", "check the path and its permissions"
        ) from None
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        place = f":{mark.line + 1}:{mark.column + 1}" if mark else ""
        raise InvalidActionError(f"{path}{place} is not YAML", hint) from None
    if not isinstance(entries, list) or not entries:
        raise InvalidActionError(f"{path} is no list of handlers", hint)
    return [_action(entry, f"{path}, entry {number}") for number, entry in enumerate(entries, 1)]


FIELDS = {"exec", "forward_to", "events", "timeout"}


def _action(entry: Any, where: str) -> Action:
    if not isinstance(entry, dict) or len({"exec", "forward_to"} & entry.keys()) != 1:
        raise InvalidActionError(f"{where} has neither `exec` nor `forward_to`, or both", "it is one of the two")
    if unknown_fields := sorted(map(str, entry.keys() - FIELDS)):
        raise InvalidActionError(
            f"{where} has an unknown field {unknown_fields[0]}", f"it may have {', '.join(sorted(FIELDS))}"
        )
    target = entry.get("exec", entry.get("forward_to"))
    events, timeout = entry.get("events", []), entry.get("timeout", TIMEOUT)
    if not isinstance(target, str) or not target.strip():
        raise InvalidActionError(f"{where}: the command or URL is no text", "put it into quotes")
    if not isinstance(events, list) or not all(isinstance(name, str) for name in events):
        raise InvalidActionError(f"{where}: `events` is no list of types", "like [invoice.paid, access.granted]")
    if isinstance(timeout, bool) or not isinstance(timeout, int | float) or not 0 < timeout <= LONGEST_TIMEOUT:
        raise InvalidActionError(
            f"{where}: `timeout` is no number of seconds", f"it is above 0 and at most {LONGEST_TIMEOUT:g}"
        )
    if "exec" in entry:
        return Action("exec", target, tuple(events), float(timeout))
    return Action("forward", forward_target(target), tuple(events), float(timeout))


def unique_actions(actions: Iterable[Action]) -> list[Action]:
    """Return the actions. Raises `InvalidActionError` where two have the same command or URL, and so one name."""
    by_name: dict[str, Action] = {}
    for action in actions:
        if action.name in by_name:
            raise InvalidActionError(f"{action.target} is given twice", "give it once, with all its events")
        by_name[action.name] = action
    return list(by_name.values())


def remember(store: Store, actions: Sequence[Action]) -> None:
    """Put the actions where `remembered_route` finds them. Raises `StoreError`."""
    store.settings.put(REMEMBERED, [{"name": action.name, "events": list(action.events)} for action in actions])


def remembered_route(store: Store) -> Route:
    """Return the route to the actions of the last listener on this store: where another program announces access."""
    actions: list[Mapping[str, Any]] = store.settings.get(REMEMBERED) or []

    def route(event: Event) -> Iterable[str]:
        if event.thin:
            return (FETCH,)
        return tuple(action["name"] for action in actions if matches(action["events"], event.type))

    return route
