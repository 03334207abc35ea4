"""The choice of a Stripe: the key, where it comes from, and the server it may go to."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from stripe_billing_cli.errors import SettingsError, system_reason
from stripe_billing_cli.stripe_api.address import STRIPE_API_BASE

LOCAL_DATABASE = Path(".billing/local.db")
DEFAULTS_FILE = "billing.toml"
KEY_SHAPE = re.compile(r"^(sk|rk)_(test|live)_[A-Za-z0-9_]+$")


@dataclass(frozen=True)
class Connection:
    """The way to one Stripe: over HTTP with a key, or the local one. `said_by` is what the user set."""

    said_by: str
    key: str | None = field(default=None, repr=False)
    base: str = STRIPE_API_BASE
    rate_limit: int | None = None

    @property
    def local(self) -> bool:
        return self.key is None

    @property
    def livemode(self) -> bool:
        return self.key is not None and "_live_" in self.key

    @property
    def restricted(self) -> bool:
        return self.key is not None and self.key.startswith("rk_")


def choose_connection(
    *,
    local: bool,
    api_key: str | None,
    profile: str | None,
    live: bool,
    api_key_file: str | None = None,
    environment: Mapping[str, str] = os.environ,
) -> Connection:
    """Return the connection that flags and environment name; a flag beats the environment. Raises `SettingsError`."""
    options = {"--local": local, "--api-key": api_key, "--api-key-file": api_key_file, "--profile": profile}
    given_names = [name for name, is_given in options.items() if is_given]
    if len(given_names) > 1:
        raise SettingsError(f"{' and '.join(given_names)} exclude each other", "give the one that you mean")
    if local:
        if live:
            raise SettingsError("--local and --live exclude each other", "the local Stripe has test mode only")
        return Connection("--local")
    key, said_by = _key(api_key, api_key_file, profile, live, environment)
    if not KEY_SHAPE.match(key):
        raise SettingsError(f"{said_by} holds no secret key of Stripe's{_looks_like(key)}", "it starts with sk_ or rk_")
    if live and "_live_" not in key:
        raise SettingsError(f"--live was given, and {said_by} holds a test key", "give a live key, or leave out --live")
    base = _base(environment, livemode="_live_" in key)
    return Connection(said_by, key, base, _rate_limit(environment))


def _key(
    api_key: str | None, api_key_file: str | None, profile: str | None, live: bool, environment: Mapping[str, str]
) -> tuple[str, str]:
    if api_key:
        return api_key.strip(), "--api-key"
    if api_key_file:
        from stripe_billing_cli.cli.secret_files import read_secret

        return read_secret("--api-key-file", api_key_file), "--api-key-file"
    if profile:
        return _profile_key(profile, live, environment), f"profile {profile}"
    if key := environment.get("STRIPE_API_KEY", "").strip():
        return key, "STRIPE_API_KEY"
    if "STRIPE_API_KEY" in environment:
        raise SettingsError(
            "no Stripe API key: STRIPE_API_KEY is set, and empty",
            "in CI a secret arrives empty where it goes by another name, or where the run may not see it, as one of a "
            "fork; on this machine there is also --local",
        )
    raise SettingsError(
        "no Stripe API key",
        "three ways on: --local (a Stripe on this machine, no account needed); STRIPE_API_KEY or --api-key-file "
        "(a key from https://dashboard.stripe.com/test/apikeys); --profile default (the key of `stripe login`)",
    )


def profiles_path(environment: Mapping[str, str]) -> Path:
    """Return the path at which the Stripe CLI keeps its profiles (https://docs.stripe.com/stripe-cli/keys)."""
    folder = environment.get("XDG_CONFIG_HOME") or home_directory(environment) / ".config"
    return Path(folder) / "stripe" / "config.toml"


def home_directory(environment: Mapping[str, str]) -> Path:
    """Return the user's home directory. Raises `SettingsError` where there is none, as for a number without a name in a
    container."""
    try:
        return Path(environment.get("HOME") or Path.home())
    except RuntimeError:
        raise SettingsError("there is no home directory: HOME is not set", "set HOME to a directory of yours") from None


def _profile_key(profile: str, live: bool, environment: Mapping[str, str]) -> str:
    import tomllib

    path = profiles_path(environment)
    try:
        profiles = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise SettingsError(f"there is no {path}", "run `stripe login` first, or give --api-key") from None
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path} cannot be read: {system_reason(error)}", "check its permissions") from None
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"{path} is not TOML: {error}", "run `stripe login` again") from None
    section = profiles.get(profile, profiles.get(profile.lower()))  # the Stripe CLI writes names in small letters
    if not isinstance(section, dict):
        names = ", ".join(name for name, value in profiles.items() if isinstance(value, dict)) or "none"
        raise SettingsError(f"{path} has no profile {profile}", f"it has: {names}")
    mode = "live" if live else "test"
    key = section.get(f"{mode}_mode_api_key")
    if not isinstance(key, str) or not key.strip() or "*" in key:
        raise SettingsError(
            f"profile {profile} has no {mode} key in {path}",
            "the Stripe CLI may keep it in the system's keyring; give it with --api-key or STRIPE_API_KEY"
            if live
            else "run `stripe login`, or give --api-key",
        )
    return key.strip()


def _base(environment: Mapping[str, str], *, livemode: bool) -> str:
    base = environment.get("STRIPE_API_BASE", "").strip().rstrip("/").removesuffix("/v1") or STRIPE_API_BASE
    parts = urlsplit(base)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise SettingsError(f"STRIPE_API_BASE is no address: {base}", "write it like http://127.0.0.1:12111")
    if livemode and base != STRIPE_API_BASE:
        raise SettingsError(
            f"a live key goes to {STRIPE_API_BASE} only, and STRIPE_API_BASE is {base}",
            "unset STRIPE_API_BASE, or use a test key",
        )
    return base


def _rate_limit(environment: Mapping[str, str]) -> int | None:
    value = environment.get("BILLING_RATE_LIMIT", "").strip()
    if not value:
        return None
    if not re.fullmatch("[0-9]{1,9}", value) or int(value) < 1:
        raise SettingsError(f"BILLING_RATE_LIMIT is not a number of requests a second: {value}", "say 100, for example")
    return int(value)


def _looks_like(key: str) -> str:
    if key.startswith("pk_"):
        return " but a publishable one"
    if key.startswith("whsec_"):
        return " but a webhook secret"
    return ""
