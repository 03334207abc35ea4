"""Another Stripe than the one that a command talks to: `test`, `live`, `profile:NAME`, `file:PATH`."""

from __future__ import annotations

import os
from dataclasses import fields
from pathlib import Path

from stripe_billing_cli.cli.context import Context
from stripe_billing_cli.cli.settings import choose_connection
from stripe_billing_cli.errors import SettingsError, UsageError

DEFAULT_PROFILE = "default"


def other_context(context: Context, option: str, name: str, *, must_exist: bool = False) -> Context:
    """Return the context of a command that talks to the Stripe of this name instead.

    `test` and `live` are modes: the key is found as other commands find theirs (`--api-key`, `--api-key-file`,
    `--profile`, STRIPE_API_KEY), and has to be of that mode; where the environment has none of it, it is that of the
    Stripe CLI's default profile. `file:PATH` is the local Stripe of another directory, which is made unless it
    `must_exist`. Raises `BillingError` where that is no name, `SettingsError` where there is no such key.
    """
    kind, _, rest = name.partition(":")
    values = {field.name: getattr(context, field.name) for field in fields(context)}
    connection_values = {
        **values,
        "local": False,
        "api_key": None,
        "api_key_file": None,
        "live": False,
        "account": None,
    }
    if name in ("test", "live"):
        return Context(**{**connection_values, **_key_of_mode(context, option, name)})
    if kind == "profile" and rest:
        return Context(**{**connection_values, "profile": rest, "live": context.live})
    if kind == "file" and rest:
        if must_exist and not Path(rest).is_file():
            hint = "the local Stripe of a directory is in its .billing/local.db; `billing catalog copy` makes one"
            raise UsageError(f"{option} {name}: there is no such file", hint)
        return Context(**{**connection_values, "local": True, "profile": None, "database": Path(rest)})
    if name.startswith("acct_"):
        hint = "name it by its key: profile:NAME of the Stripe CLI, or `billing catalog apply --api-key-file FILE`"
        raise UsageError(f"{option} {name} is an account's id, and no key leads to it", hint)
    hint = "one of: test, live, profile:NAME, file:PATH (the local Stripe in that file)"
    raise UsageError(f"{option} {name} is no Stripe", hint)


def _key_of_mode(context: Context, option: str, mode: str) -> dict[str, str | bool | None]:
    """Return the settings of a context that lead to a key of a mode. Raises `SettingsError`."""
    live = mode == "live"
    if context.live and not live:
        raise SettingsError(f"{option} test and --live exclude each other", "give the one that you mean")
    key_options: dict[str, str | bool | None] = {
        "api_key": context.api_key,
        "api_key_file": context.api_key_file,
        "profile": context.profile,
    }
    if context.profile:
        return {**key_options, "live": live}
    if context.api_key or context.api_key_file:
        own_connection = choose_connection(
            local=False, api_key=context.api_key, api_key_file=context.api_key_file, profile=None, live=False
        )
        if own_connection.livemode != live:
            raise SettingsError(
                f"{option} {mode} was given, and {own_connection.said_by} holds a {'test' if live else 'live'} key",
                f"give the {mode} key",
            )
        return {"api_key": own_connection.key, "api_key_file": None, "profile": None, "live": live}
    key = os.environ.get("STRIPE_API_KEY", "").strip()
    if key and ("_live_" in key) == live:
        return {**key_options, "live": live}
    elsewhere = {name: value for name, value in os.environ.items() if name != "STRIPE_API_BASE"}
    try:
        choose_connection(local=False, api_key=None, profile=DEFAULT_PROFILE, live=live, environment=elsewhere)
    except SettingsError as failure:
        environment = f"STRIPE_API_KEY holds a {'test' if live else 'live'} key" if key else "STRIPE_API_KEY is not set"
        raise SettingsError(
            f"no {mode} key for {option} {mode}: {environment}, and {failure.message}",
            f"put the {mode} key into STRIPE_API_KEY or a file for --api-key-file, or name a --profile that has one",
        ) from failure
    return {**key_options, "profile": DEFAULT_PROFILE, "live": live}
