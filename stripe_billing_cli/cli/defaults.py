"""`billing.toml` in the current directory: defaults of options, for everybody who works there.

It has no keys, and nothing that lets live mode be touched: it is made to be committed. What the environment says beats
it, and an option on the command line beats both.
"""

from __future__ import annotations

import re
import stat
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from stripe_billing_cli.cli.settings import DEFAULTS_FILE as FILE
from stripe_billing_cli.errors import WRONG, BillingError, ErrorLocation, system_reason

LARGEST = 100_000
"""Bytes."""
PLACE = re.compile(r"\(at line (\d+), column (\d+)\)$")
"""The place that `tomllib` names; as numbers only since Python 3.14."""
MEANT_ELSEWHERE = {
    "live": "live mode is said on the command line each time: --live",
    "yes": "a yes is said on the command line each time: --yes",
    "local": "the local Stripe is said on the command line: --local",
    "api_key": "keys do not belong into a file that is committed: STRIPE_API_KEY, --api-key-file or profile",
}


class DefaultsError(BillingError):
    """The error of a wrong `billing.toml`."""

    def __init__(self, message: str, hint: str, line: int | None = None, column: int | None = None) -> None:
        location = ErrorLocation(FILE, line, column)
        super().__init__("settings", f"{FILE}: {message}", hint, WRONG, location=location)


@dataclass(frozen=True)
class Defaults:
    """The values of the file; None for each that it leaves out."""

    file: str | None = None
    profile: str | None = None
    output: str | None = None
    account: str | None = None
    time_zone: str | None = None


NOTHING = Defaults()


def read_defaults(formats: Iterable[str]) -> Defaults:
    """Return the defaults that `billing.toml` in the current directory sets. Raises `DefaultsError`."""
    path = Path(FILE)
    try:
        if not stat.S_ISREG(path.stat().st_mode):  # a pipe would be waited for
            raise DefaultsError("it is no file", "remove it, or write a file of this name")
        with path.open("rb") as file:
            content = file.read(LARGEST + 1)
    except FileNotFoundError:
        return NOTHING
    except OSError as error:
        raise DefaultsError(
            f"it cannot be read: {system_reason(error)}", "check its permissions, or remove it"
        ) from None
    if len(content) > LARGEST:
        raise DefaultsError(f"it has more than {LARGEST:,} bytes", "it has a line for each setting, and no more")
    return _check(_parse(content), list(formats))


def _parse(content: bytes) -> Mapping[str, Any]:
    import tomllib

    try:
        return tomllib.loads(content.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise DefaultsError("it is not UTF-8", "save it as UTF-8") from None
    except tomllib.TOMLDecodeError as error:
        match = PLACE.search(str(error))
        place = (int(match[1]), int(match[2])) if match else ()
        raise DefaultsError(f"it is not TOML: {error}", 'write lines such as: file = "catalog.yaml"', *place) from None


def _check(values: Mapping[str, Any], formats: list[str]) -> Defaults:
    settings = list(Defaults.__dataclass_fields__)
    for name, value in values.items():
        if name not in settings:
            raise DefaultsError(f"it has no setting {name}", _way_out(name, settings))
        if not isinstance(value, str) or not value.strip():
            raise DefaultsError(f"{name} is a text in quotes, and not {value!r}", f'write {name} = "…"')
    if values.get("output") not in (None, *formats):
        raise DefaultsError(f"output cannot be {values['output']}", f"it is one of {', '.join(formats)}")
    if not values.get("account", "acct_").startswith("acct_"):
        raise DefaultsError(f"account is no id of an account: {values['account']}", "it begins with acct_")
    return Defaults(**values)


def _way_out(name: str, settings: list[str]) -> str:
    plain = name.replace("-", "_").lower()
    if plain in MEANT_ELSEWHERE or plain in ("key", "secret", "api_key_file", "stripe_api_key"):
        return MEANT_ELSEWHERE.get(plain, MEANT_ELSEWHERE["api_key"])
    close = get_close_matches(plain, settings, n=1)
    return f"did you mean {close[0]}?" if close else f"it may have {', '.join(settings)}"
