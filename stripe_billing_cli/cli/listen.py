"""`billing listen`: receive events, each once, keep access right, and run what is to be run about them."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from stripe_billing_cli.cli import doors, given, listen_actions
from stripe_billing_cli.cli.context import Context
from stripe_billing_cli.cli.errors import FAILED, WRONG, CommandFailed
from stripe_billing_cli.cli.secret_files import read_secret

if TYPE_CHECKING:
    from stripe_billing_cli.stripe_api.client import StripeApi
    from stripe_billing_cli.webhooks.actions.spec import Action
    from stripe_billing_cli.webhooks.known_secrets import KnownSecrets
    from stripe_billing_cli.webhooks.listener import Address

app = typer.Typer(**doors.PLAIN)


class From(StrEnum):
    webhook = "webhook"
    poll = "poll"


class On(StrEnum):
    granted = "access-granted"
    revoked = "access-revoked"


StoreOption = Annotated[
    str,
    typer.Option(
        "--store",
        metavar="STORE",
        envvar="BILLING_STORE",
        show_envvar=True,
        help="Where events are kept: an SQLite file, or postgresql://user:password@host/database.",
    ),
]
DEFAULT_STORE = ".billing/events.db"
WHSEC = "whsec_"
SHORTEST_SECRET = 16
"""Characters that a signing secret has after `whsec_`: what is shorter might be guessed."""


@doors.command(app, "listen", cls=doors.InOrder)
def listen(
    context: Context,
    host: Annotated[
        str, typer.Option(help="Address to listen on; the default is reached from this machine only.")
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen on; 0 takes a free one.")] = 4242,
    admin: Annotated[
        str | None,
        typer.Option(
            "--admin",
            metavar="ADDRESS",
            help="Where /metrics and /access answer: HOST:PORT, a PORT of this machine, or off. Default: this machine, "
            "the port after --port.",
        ),
    ] = None,
    path: Annotated[str, typer.Option(metavar="PATH", help="Where events are posted to.")] = "/webhook",
    secret: Annotated[
        list[str] | None,
        typer.Option(
            "--secret",
            metavar="WHSEC",
            help="A signing secret; repeatable, or comma-separated. Default: STRIPE_WEBHOOK_SECRET, and those kept by "
            "`billing webhook create --store-secret`.",
        ),
    ] = None,
    secret_file: Annotated[
        list[str] | None,
        typer.Option(
            "--secret-file",
            metavar="FILE",
            help="Signing secrets from a file, a line each; - for standard input. Repeatable.",
        ),
    ] = None,
    access_token_file: Annotated[
        str | None,
        typer.Option(
            "--access-token-file",
            metavar="FILE",
            help="The token that GET /access wants, from a file; - for standard input. Default: BILLING_ACCESS_TOKEN.",
        ),
    ] = None,
    forward_secret_file: Annotated[
        str | None,
        typer.Option(
            "--forward-secret-file",
            metavar="FILE",
            help="The secret that --forward-to signs with, from a file; - for standard input. Default: "
            "BILLING_FORWARD_SECRET, or one made here.",
        ),
    ] = None,
    source: Annotated[
        list[From] | None,
        typer.Option(
            "--source",
            help="webhook: Stripe delivers. poll: the Events API is read; no public address needed. Repeatable.",
        ),
    ] = None,
    store: StoreOption = DEFAULT_STORE,
    retention: Annotated[
        str | None,
        typer.Option("--retention", metavar="SPAN", help="Forget payloads older than this: 90d. Default: keep all."),
    ] = None,
    execute: Annotated[
        list[str] | None,
        typer.Option(
            "--exec",
            metavar="COMMAND",
            help="Run this for each event, with its JSON on stdin and ids in BILLING_EVENT_…; repeatable.",
        ),
    ] = None,
    forward_to: Annotated[
        list[str] | None,
        typer.Option("--forward-to", metavar="URL", help="Send each event on, signed anew; repeatable."),
    ] = None,
    events: Annotated[
        list[str] | None,
        typer.Option(
            "--events",
            metavar="TYPES",
            help="Only these types for the --exec or --forward-to before it; before any, for all: 'invoice.*'.",
        ),
    ] = None,
    on: Annotated[
        list[On] | None,
        typer.Option("--on", help="As --events, for when somebody's access begins or ends; repeatable."),
    ] = None,
    timeout: Annotated[
        float, typer.Option("--timeout", metavar="SECONDS", help="How long --exec and --forward-to may take.")
    ] = 30.0,
    give_up: Annotated[
        str,
        typer.Option(
            "--give-up",
            metavar="SPAN",
            help="How long a handler that fails is called again for an event, with growing pauses, before the event is "
            "dead. Access is tried until it is right.",
        ),
    ] = "3d",
    attempts: Annotated[
        int | None,
        typer.Option(
            "--attempts", min=1, metavar="N", help="How often a handler is called for an event at most. Default: any."
        ),
    ] = None,
    grace: Annotated[
        str | None,
        typer.Option(
            "--grace",
            metavar="SPAN",
            help="How long stopping waits for handlers that run before it cuts them off. Default: the longest timeout.",
        ),
    ] = None,
    reconcile: Annotated[
        str,
        typer.Option(
            "--reconcile",
            metavar="SPAN",
            help="How often all access is compared with Stripe, a call for each hundred subscriptions; off for never.",
        ),
    ] = "1h",
    exec_env: Annotated[
        list[str] | None,
        typer.Option(
            "--exec-env",
            metavar="NAME",
            help="A variable that commands get besides PATH, HOME, LANG, LC_*, TZ, TMPDIR and BILLING_*; repeatable.",
        ),
    ] = None,
    handlers: Annotated[
        Path | None,
        typer.Option("--handlers", metavar="FILE", help="Commands and URLs from a YAML file, each with its events."),
    ] = None,
    no_api_key: Annotated[
        bool,
        typer.Option(
            "--no-api-key",
            help="Ask Stripe nothing: events are stored and given to --exec and --forward-to as they come. Access is "
            "not decided, and what was missed is not fetched.",
        ),
    ] = False,
    rules: Annotated[
        Path | None,
        typer.Option(
            "--rules",
            metavar="FILE",
            help="Which subscriptions give access, and whether disputes take it (default: .billing/access.yaml).",
        ),
    ] = None,
) -> None:
    """Receive Stripe's events, store each durably once, decide who has access, and run handlers in order.

    --events and --on belong to the --exec or --forward-to that they follow, so that each has its own; one that they
    do not follow is called for all of Stripe's events. Named before the first one, they are for all.

    What was missed while nobody listened is fetched first, as far back as 30 days. Stop it with Ctrl-C: what is
    begun is finished. /healthz and /readyz answer on the same port; on the one of --admin /metrics does, and
    GET /access/CUSTOMER where BILLING_ACCESS_TOKEN is set.

    \b
    Examples:  billing listen --source poll
               billing listen --secret-file /run/secrets/stripe --store postgresql://billing@db/billing
               billing listen --source poll --exec ./provision.sh --on access-granted --on access-revoked
               billing listen --exec ./mail.sh --events 'invoice.*' --forward-to http://127.0.0.1:8000/stripe
    """
    from stripe_billing_cli.cli.event_log import EventLog
    from stripe_billing_cli.cli.output import Printer
    from stripe_billing_cli.webhooks.access.rules import read_rules
    from stripe_billing_cli.webhooks.listener import Address, Listener, ListenerHooks
    from stripe_billing_cli.webhooks.retries import Retries
    from stripe_billing_cli.webhooks.store import open_store

    sources = set(source or [From.webhook])
    if not path.startswith("/") or path in ("/healthz", "/readyz", "/metrics") or path.startswith("/access/"):
        raise given.wrong(f"events cannot be posted to {path}", "--path /webhook, for example")
    if no_api_key:
        _refuse_what_needs_a_key(context, sources, on, rules)
    seconds = None if retention is None else given.span("--retention", retention)
    patience = Retries(give_up=given.span("--give-up", give_up), attempts=attempts)
    _refuse_stdin_twice(context, secret_file, access_token_file, forward_secret_file)
    with _refusals():
        named = [one.value for one in on or ()]
        actions = listen_actions.actions(
            context.order, execute or (), forward_to or (), events or (), named, timeout, handlers
        )
        known = _secrets(secret, secret_file or ()) if From.webhook in sources else None
        api = None if no_api_key else _stripe(context)
        piped = context.printer.for_people and not sys.stdout.isatty()
        _tell_unheard_of(context, actions)
        narrator = EventLog(Printer("json") if piped else context.printer)
        with open_store(store) as opened, narrator:
            listener = Listener(
                opened,
                api,
                known,
                From.poll in sources,
                Address(host, port, path),
                read_rules(rules),
                actions,
                _forward_secret(actions, forward_secret_file),
                patience,
                retention=seconds,
                grace_seconds=None if grace is None else given.span("--grace", grace),
                passed_on=exec_env or (),
                reconcile_seconds=None if reconcile == "off" else given.span("--reconcile", reconcile),
                hooks=ListenerHooks(
                    narrator.recorded,
                    narrator.outcome,
                    narrator.trouble,
                    narrator.caught_up,
                    narrator.left_over,
                    narrator.stopping,
                    narrator.old_access,
                    narrator.too_old,
                ),
                access_token=_access_token(access_token_file),
                admin=_admin_address(admin, port),
            )
            narrator.route = listener.dispatcher.route
            narrator.on_gone = listener.stop

            def ready(url: str) -> None:
                narrator.ready(url + path if known else url, opened.shown, From.poll in sources, listener.admin_url)

            listener.run(ready)


def _refuse_stdin_twice(context: Context, secrets: Sequence[str] | None, *files: str | None) -> None:
    """Standard input can be read once."""
    if [context.api_key_file, *(secrets or ()), *files].count("-") > 1:
        raise given.wrong("two secrets cannot both come from standard input", "give one of them by a file")


def _refuse_what_needs_a_key(
    context: Context, sources: Collection[From], on: Sequence[On] | None, rules: Path | None
) -> None:
    named = [
        ("--local", context.local),
        ("--api-key", context.api_key),
        ("--api-key-file", context.api_key_file),
        ("--profile", context.profile),
        ("--source poll", From.poll in sources),
        ("--on", on),
        ("--rules", rules),
    ]
    for name, given_ in named:
        if given_:
            raise given.wrong(f"--no-api-key and {name} exclude each other", f"{name} is about asking Stripe")


def _stripe(context: Context) -> StripeApi:
    from stripe_billing_cli.cli.settings import SettingsError

    try:
        return context.stripe
    except SettingsError as error:
        hint = f"{error.hint}; or --no-api-key, where handlers are all that is wanted: no access is decided then"
        raise CommandFailed("settings", str(error), hint, WRONG) from error


@contextmanager
def _refusals() -> Iterator[None]:
    """What the room of webhooks refuses, as errors of the command."""
    from stripe_billing_cli.webhooks.access.rules import InvalidRulesError
    from stripe_billing_cli.webhooks.actions.spec import InvalidActionError
    from stripe_billing_cli.webhooks.secrets import SecretsError
    from stripe_billing_cli.webhooks.server import BindError

    try:
        yield
    except (InvalidRulesError, InvalidActionError) as error:
        raise CommandFailed("usage", error.message, error.hint, WRONG) from error
    except SecretsError as error:
        raise CommandFailed("settings", str(error), error.hint, WRONG) from error
    except BindError as error:
        raise CommandFailed(
            "system", f"cannot listen on {error}", "choose another with --port; --port 0 takes a free one", FAILED
        ) from error


def _secrets(options: Sequence[str] | None, files: Sequence[str]) -> KnownSecrets:
    import time

    from stripe_billing_cli.webhooks.known_secrets import KnownSecrets
    from stripe_billing_cli.webhooks.secrets import stored_secrets

    if options or files:
        texts = {"--secret": list(options or ()), "--secret-file": [read_secret("--secret-file", one) for one in files]}
    else:
        texts = {"STRIPE_WEBHOOK_SECRET": [os.environ.get("STRIPE_WEBHOOK_SECRET", "")]}
    secrets = [
        _checked(said, one) for said, group in texts.items() for one in re.split(r"[,\s]+", " ".join(group)) if one
    ]
    known = KnownSecrets(secrets, stored_secrets, time.time)
    if not known.all:
        raise given.wrong(
            "there is no signing secret to verify events with",
            "three ways on: `billing webhook create --url … --store-secret`; --secret-file or STRIPE_WEBHOOK_SECRET; "
            "--source poll, which needs none",
        )
    return known


def _checked(said: str, secret: str) -> str:
    """The secret, if it is one that nobody guesses."""
    if not secret.startswith(WHSEC):
        raise given.wrong(f"{said} holds no signing secret of a webhook endpoint", "it starts with whsec_")
    if len(secret) < len(WHSEC) + SHORTEST_SECRET:
        raise given.wrong(
            f"{said} holds a signing secret that is too short to be one",
            f"Stripe's have 32 characters and more after whsec_; at least {SHORTEST_SECRET} are asked for",
        )
    return secret


def _tell_unheard_of(context: Context, actions: Sequence[Action]) -> None:
    """A name that is misspelt would never be noticed. It is no error, since Stripe may know more than the SDK."""
    from stripe_billing_cli.webhooks.endpoints.event_types import unheard_of

    for pattern, hint in unheard_of([pattern for action in actions for pattern in action.events]).items():
        context.printer.note(f"No event is known by the name {pattern}.\n  → {hint}", fg="yellow")


def _forward_secret(actions: Sequence[Action], file: str | None) -> str:
    """The secret that the user set, or one of our own; none is made where nothing is forwarded."""
    from stripe_billing_cli.webhooks.actions.forward import own_secret

    if not any(action.kind == "forward" for action in actions):
        return ""
    if file is not None:
        return read_secret("--forward-secret-file", file)
    return os.environ.get("BILLING_FORWARD_SECRET", "").strip() or own_secret()


def _access_token(file: str | None) -> str | None:
    from stripe_billing_cli.webhooks.access.route import SHORTEST_TOKEN

    if file is not None:
        said, token = "--access-token-file", read_secret("--access-token-file", file)
    else:
        said, token = "BILLING_ACCESS_TOKEN", os.environ.get("BILLING_ACCESS_TOKEN", "").strip()
    if not token:
        return None
    if len(token) < SHORTEST_TOKEN:
        raise given.wrong(f"{said} is shorter than {SHORTEST_TOKEN} characters", "make one: openssl rand -hex 32")
    return token


def _admin_address(text: str | None, port: int) -> Address | None:
    """`HOST:PORT`, `PORT` on this machine, or `off`; by default the port after the one that events are posted to."""
    from stripe_billing_cli.webhooks.listener import Address

    if text == "off":
        return None
    if text is None:
        return Address(port=port + 1 if port else 0)
    host, separator, number = text.rpartition(":")
    host = host.strip("[]") or "127.0.0.1"
    if not number.isdigit() or int(number) > 65_535 or (separator and not host):
        raise given.wrong(f"--admin is no address: {text}", "127.0.0.1:9464, 9464 or off, for example")
    return Address(host, int(number))
