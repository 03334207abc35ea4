"""Every difference between an answer and the recorded one is found, and named by the path of its key.

Recorded values are literal, but for these texts:

    <cus_>            an id: the prefix and as many letters and digits as Stripe's have
    <time>            Unix seconds
    <now>, <now+60>   the time of the step, and a minute later
    <text> <url> <integer> <boolean> <uuid> <any> <version>
    <digits 6>        a text of six digits
    <8 of A-Z0-9>     a text of so many of these
    <string 1000>     the text "1000"
    <null or x>       null or the text x
    <list with card>  a list that has this text in it
    <like expression> what the regular expression matches
    $name.key.0.id    what an earlier answer has there; `$name` alone is its id; `$name.key+60` adds to a number
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from stripe_billing_cli.local_stripe.core.messages import API_VERSION

SHORT_IDS = {"cus_", "prod_", "req_", "si_"}
"""Prefixes of ids with 14 characters; all others have 24."""
OLDEST, NEWEST = 1_700_000_000, 2_000_000_000
REFERENCE = r"\$([a-z_][a-z0-9_]*(?:\.[a-z0-9_]+)*)"

Answers = Mapping[str, Any]
"""Answers of earlier steps, by the names that the recording gives them."""


@dataclass(frozen=True)
class Difference:
    path: str
    recorded: Any
    here: Any

    def __str__(self) -> str:
        return f"{self.path or '.'}: recorded {_short(self.recorded)}, here {_short(self.here)}"


class NotAnsweredError(Exception):
    """An earlier answer lacks what a step needs."""


def differences(recording: Any, here: Any, answers: Answers, now: int, path: str = "") -> Iterator[Difference]:
    """Yield all differences of an answer; `now` is the time of the step."""
    if isinstance(recording, dict) and isinstance(here, dict):
        yield from _of_objects(recording, here, answers, now, path)
    elif isinstance(recording, list) and isinstance(here, list):
        if len(recording) != len(here):
            yield Difference(f"{path}.length", len(recording), len(here))
        for index, (one, other) in enumerate(zip(recording, here, strict=False)):
            yield from differences(one, other, answers, now, f"{path}[{index}]")
    elif isinstance(recording, str):
        yield from _of_texts(recording, here, answers, now, path)
    elif recording != here or type(recording) is not type(here):
        yield Difference(path, recording, here)


def _of_objects(
    recording: Mapping[str, Any], here: Mapping[str, Any], answers: Answers, now: int, path: str
) -> Iterator[Difference]:
    for key, value in recording.items():
        if key not in here:
            yield Difference(f"{path}.{key}", value, "absent")
        else:
            yield from differences(value, here[key], answers, now, f"{path}.{key}")
    for key in sorted(here.keys() - recording.keys()):
        yield Difference(f"{path}.{key}", "absent", here[key])
    if not path.endswith(".metadata") and list(here) != (names_in_order := in_order(here)):
        yield Difference(f"{path}.(order of keys)", names_in_order, list(here))


def in_order(keys: Mapping[str, Any]) -> list[str]:
    """Return keys in Stripe's order: id, object, then by the alphabet."""
    first = [key for key in ("id", "object") if key in keys and isinstance(keys[key], str)]
    return first + sorted(keys.keys() - set(first))


def _of_texts(recording: str, here: Any, answers: Answers, now: int, path: str) -> Iterator[Difference]:
    if recording.startswith("<") and recording.endswith(">"):
        if not _matches(recording[1:-1], here, now):
            yield Difference(path, recording, here)
        return
    try:
        text = resolve(recording, answers)
    except NotAnsweredError as error:
        yield Difference(path, str(error), here)
        return
    if text != here or type(text) is not type(here):
        yield Difference(path, text, here)


PATTERNS: Mapping[str, Callable[[Any], bool]] = {
    "any": lambda here: True,
    "boolean": lambda here: isinstance(here, bool),
    "integer": lambda here: type(here) is int,
    "time": lambda here: type(here) is int and OLDEST < here < NEWEST,
    "text": lambda here: isinstance(here, str) and here != "",
    "url": lambda here: isinstance(here, str) and here.startswith(("https://", "http://")),
    "uuid": lambda here: _like(r"[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}", here),
    "version": lambda here: here == API_VERSION,
}


def _matches(pattern: str, here: Any, now: int) -> bool:
    if pattern in PATTERNS:
        return PATTERNS[pattern](here)
    if match := re.fullmatch(r"now([+-]\d+)?", pattern):
        return type(here) is int and here == now + int(match.group(1) or 0)
    if re.fullmatch(r"[a-z]+_", pattern):
        return _like(f"{pattern}[A-Za-z0-9]{{{14 if pattern in SHORT_IDS else 24}}}", here)
    if match := re.fullmatch(r"(\d+) of (\S+)", pattern):
        return _like(f"[{match.group(2)}]{{{match.group(1)}}}", here)
    kind, rest = pattern.split(" ", 1)
    match kind:
        case "digits":
            return _like(f"[0-9]{{{rest}}}", here)
        case "string":
            return bool(here == rest)
        case "null":
            return here is None or bool(here == rest.removeprefix("or "))
        case "list":
            return isinstance(here, list) and rest.removeprefix("with ") in here
        case "like":
            return _like(rest, here)
    raise ValueError(f"no pattern: <{pattern}>")


def _like(expression: str, here: Any) -> bool:
    return isinstance(here, str) and re.fullmatch(expression, here) is not None


def resolve(value: Any, answers: Answers) -> Any:
    """Return `value` with what it takes from earlier answers in place. Raises NotAnsweredError."""
    if isinstance(value, dict):
        return {key: resolve(inner, answers) for key, inner in value.items()}
    if isinstance(value, list):
        return [resolve(inner, answers) for inner in value]
    if not isinstance(value, str):
        return value
    if match := re.fullmatch(REFERENCE + r"([+-]\d+)?", value):
        value_of_step = _taken(match.group(1), answers)
        if not match.group(2):
            return value_of_step
        if isinstance(value_of_step, int):
            return value_of_step + int(match.group(2))
    return re.sub(REFERENCE, lambda match: str(_taken(match.group(1), answers)), value)


def _taken(reference: str, answers: Answers) -> Any:
    name, *keys = reference.split(".")
    value = answers.get(name)
    try:
        for key in keys or ["id"]:
            value = value[int(key)] if key.isdigit() else value[key]  # type: ignore[index]
    except (KeyError, IndexError, TypeError):
        raise NotAnsweredError(f"${reference}, which an earlier answer lacks") from None
    return value


def _short(value: Any) -> str:
    text = value if value == "absent" else repr(value)
    return text if len(text) <= 300 else f"{text[:300]} …"
