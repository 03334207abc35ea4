"""The options of `billing listen`, checked and with the secrets that they name read."""

from __future__ import annotations

import os
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from stripe_billing_cli.cli import listen_actions, parsing
from stripe_billing_cli.cli.context import Context
from stripe_billing_cli.cli.listen_options import EventSource, ListenArguments
from stripe_billing_cli.cli.secret_files import read_secret
from stripe_billing_cli.cli.signing_secrets import signing_secrets
from stripe_billing_cli.errors import WRONG, BillingError, UsageError

if TYPE_CHECKING:
    from stripe_billing_cli.events.actions.command_check import CommandTrouble
    from stripe_billing_cli.events.actions.spec import Action
    from stripe_billing_cli.events.retries import Retries
    from stripe_billing_cli.listener.known_secrets import KnownSecrets
    from stripe_billing_cli.listener.options import Address, AdminAddress, ListenerOptions
    from stripe_billing_cli.stripe_api.client import StripeApi

PROBES = ("/healthz", "/readyz", "/metrics")


@dataclass(frozen=True)
class ListenOptions:
    """The options of `billing listen`, parsed. `api` is None where Stripe is asked nothing, `secrets` where nothing is
    delivered."""

    store: str
    api: StripeApi | None
    secrets: KnownSecrets | None
    listener: ListenerOptions
    unknown_types: dict[str, str]
    """Types of events that nobody has heard of, each with what may be meant."""
    troubled_commands: dict[str, CommandTrouble]
    """Handlers whose command the shell will not run as things are, and why."""


def parse(context: Context, arguments: ListenArguments) -> ListenOptions:
    """Return the options of a command line. Raises `BillingError`, `SettingsError`."""
    from stripe_billing_cli.webhook_endpoints.event_types import unheard_of

    _refuse_contradictions(context, arguments)
    actions = listen_actions.actions(
        context.order,
        arguments.execute or (),
        arguments.forward_to or (),
        arguments.events or (),
        [one.value for one in arguments.on or ()],
        arguments.timeout,
        arguments.handlers,
    )
    has_webhook = EventSource.webhook in arguments.sources
    return ListenOptions(
        store=arguments.store,
        secrets=signing_secrets(arguments.secret, arguments.secret_file or ()) if has_webhook else None,
        api=None if arguments.no_api_key else _stripe(context),
        listener=_listener_options(arguments, actions),
        unknown_types=unheard_of([pattern for action in actions for pattern in action.events]),
        troubled_commands=_troubled_commands(actions),
    )


def _troubled_commands(actions: Sequence[Action]) -> dict[str, CommandTrouble]:
    from stripe_billing_cli.events.actions.command_check import check_command

    troubles = {action.name: check_command(action.target) for action in actions if action.kind == "exec"}
    return {name: trouble for name, trouble in troubles.items() if trouble is not None}


def _listener_options(arguments: ListenArguments, actions: Sequence[Action]) -> ListenerOptions:
    from stripe_billing_cli.access.rules import read_rules
    from stripe_billing_cli.listener.options import ListenerOptions

    reconcile = arguments.reconcile
    return ListenerOptions(
        address=_address(arguments),
        admin=admin_address(arguments.admin, arguments.port),
        poll=EventSource.poll in arguments.sources,
        rules=read_rules(arguments.rules),
        actions=actions,
        forward_secret=_forward_secret(actions, arguments.forward_secret_file),
        retries=_retries(arguments),
        retention=None if arguments.retention is None else parsing.age("--retention", arguments.retention),
        grace_seconds=None if arguments.grace is None else parsing.span("--grace", arguments.grace),
        exec_env=arguments.exec_env or (),
        reconcile_seconds=None if reconcile == "off" else parsing.span("--reconcile", reconcile),
        access_token=_access_token(arguments.access_token_file),
    )


def _refuse_contradictions(context: Context, arguments: ListenArguments) -> None:
    path = arguments.path
    if not path.startswith("/") or path in PROBES or path.startswith("/access/"):
        raise UsageError(f"events cannot be posted to {path}", "--path /webhook, for example")
    if arguments.no_api_key:
        _refuse_what_needs_a_key(context, arguments, arguments.sources)
    files = [
        context.api_key_file,
        *(arguments.secret_file or ()),
        arguments.access_token_file,
        arguments.forward_secret_file,
    ]
    if files.count("-") > 1:
        raise UsageError("two secrets cannot both come from standard input", "give one of them by a file")


def _refuse_what_needs_a_key(context: Context, arguments: ListenArguments, sources: Collection[EventSource]) -> None:
    options = [
        ("--local", context.local),
        ("--api-key", context.api_key),
        ("--api-key-file", context.api_key_file),
        ("--profile", context.profile),
        ("--source poll", EventSource.poll in sources),
        ("--on", arguments.on),
        ("--rules", arguments.rules),
    ]
    for name, value in options:
        if value:
            raise UsageError(f"--no-api-key and {name} exclude each other", f"{name} is about asking Stripe")


def _address(arguments: ListenArguments) -> Address:
    from stripe_billing_cli.listener.options import Address

    return Address(arguments.host, arguments.port, arguments.path)


def admin_address(text: str | None, port: int) -> AdminAddress | None:
    """Return the address of `HOST:PORT`, `PORT` on this machine, or `off`.

    By default it is the first free port after the one that events are posted to.
    """
    from stripe_billing_cli.listener.options import AdminAddress

    if text == "off":
        return None
    if text is None:
        return AdminAddress(port=port + 1 if port else 0, exact=False)
    host, separator, number = text.rpartition(":")
    if not number.isdecimal() or int(number) > 65_535 or (separator and not host):
        raise UsageError(f"--admin is no address: {text}", "127.0.0.1:9464, 9464 or off, for example")
    return AdminAddress(host.strip("[]") or "127.0.0.1", int(number))


def _retries(arguments: ListenArguments) -> Retries:
    from stripe_billing_cli.events.retries import Retries

    return Retries(give_up=parsing.span("--give-up", arguments.give_up), attempts=arguments.attempts)


def _stripe(context: Context) -> StripeApi:
    from stripe_billing_cli.errors import SettingsError

    try:
        return context.stripe
    except SettingsError as error:
        hint = f"{error.hint}; or --no-api-key, where handlers are all that is wanted: no access is decided then"
        raise BillingError("settings", str(error), hint, WRONG) from error


def _forward_secret(actions: Sequence[Action], file: str | None) -> str:
    """Return the secret that the user set, or one of our own; none is made where nothing is forwarded."""
    from stripe_billing_cli.events.actions.forward import own_secret

    if not any(action.kind == "forward" for action in actions):
        return ""
    if file is not None:
        return read_secret("--forward-secret-file", file)
    return os.environ.get("BILLING_FORWARD_SECRET", "").strip() or own_secret()


def _access_token(file: str | None) -> str | None:
    from stripe_billing_cli.access.route import SHORTEST_TOKEN

    if file is not None:
        option, token = "--access-token-file", read_secret("--access-token-file", file)
    else:
        option, token = "BILLING_ACCESS_TOKEN", os.environ.get("BILLING_ACCESS_TOKEN", "").strip()
    if not token:
        return None
    if len(token) < SHORTEST_TOKEN:
        raise UsageError(f"{option} is shorter than {SHORTEST_TOKEN} characters", "make one: openssl rand -hex 32")
    return token
