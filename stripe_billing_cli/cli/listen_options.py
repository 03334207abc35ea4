"""The options of `billing listen` as they are given, each with its help."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from stripe_billing_cli.cli.log import LogFormat, LogLevel
from stripe_billing_cli.cli.shared_options import remember
from stripe_billing_cli.cli.store_option import DEFAULT_STORE, StoreOption

EventSource = StrEnum("EventSource", "webhook poll")


class AccessEvent(StrEnum):
    granted = "access-granted"
    revoked = "access-revoked"


Host = Annotated[str, typer.Option(help="Address to listen on; the default is reached from this machine only.")]
Port = Annotated[int, typer.Option(help="Port to listen on; 0 takes a free one.")]
Admin = Annotated[
    str | None,
    typer.Option(
        "--admin",
        metavar="ADDRESS",
        help="Where /metrics and /access answer: HOST:PORT, a PORT of this machine, or off. Default: this machine, the "
        "first free port after --port.",
    ),
]
PostPath = Annotated[str, typer.Option("--path", metavar="PATH", help="Where events are posted to.")]
SigningSecrets = Annotated[
    list[str] | None,
    typer.Option(
        "--secret",
        metavar="WHSEC",
        help="A signing secret; repeatable, or comma-separated. Default: STRIPE_WEBHOOK_SECRET, and those kept by "
        "`billing webhook create --store-secret`.",
    ),
]
SecretFiles = Annotated[
    list[str] | None,
    typer.Option(
        "--secret-file",
        metavar="FILE",
        help="Signing secrets from a file, a line each; - for standard input. Repeatable.",
    ),
]
AccessTokenFile = Annotated[
    str | None,
    typer.Option(
        "--access-token-file",
        metavar="FILE",
        help="The token that GET /access wants, from a file; - for standard input. Default: BILLING_ACCESS_TOKEN.",
    ),
]
ForwardSecretFile = Annotated[
    str | None,
    typer.Option(
        "--forward-secret-file",
        metavar="FILE",
        help="The secret that --forward-to signs with, from a file; - for standard input. Default: "
        "BILLING_FORWARD_SECRET, or one made here.",
    ),
]
Sources = Annotated[
    list[EventSource] | None,
    typer.Option(
        "--source",
        help="webhook: Stripe delivers. poll: the Events API is read; no public address needed. Repeatable.",
    ),
]
Retention = Annotated[
    str | None,
    typer.Option("--retention", metavar="SPAN", help="Forget payloads older than this: 90d. Default: keep all."),
]
Commands = Annotated[
    list[str] | None,
    typer.Option(
        "--exec",
        metavar="COMMAND",
        help="Run this for each event, with its JSON on stdin and ids in BILLING_EVENT_…; repeatable.",
    ),
]
ForwardUrls = Annotated[
    list[str] | None,
    typer.Option("--forward-to", metavar="URL", help="Send each event on, signed anew; repeatable."),
]
EventTypes = Annotated[
    list[str] | None,
    typer.Option(
        "--events",
        metavar="TYPES",
        help="Only these types for the --exec or --forward-to before it; before any, for all: 'invoice.*'.",
    ),
]
AccessEvents = Annotated[
    list[AccessEvent] | None,
    typer.Option("--on", help="As --events, for when somebody's access begins or ends; repeatable."),
]
Timeout = Annotated[
    float, typer.Option("--timeout", metavar="SECONDS", help="How long --exec and --forward-to may take.")
]
GiveUp = Annotated[
    str,
    typer.Option(
        "--give-up",
        metavar="SPAN",
        help="How long a handler that fails is called again for an event, with growing pauses, before the event is "
        "dead. Access is tried until it is right.",
    ),
]
Attempts = Annotated[
    int | None,
    typer.Option(
        "--attempts", min=1, metavar="N", help="How often a handler is called for an event at most. Default: any."
    ),
]
Grace = Annotated[
    str | None,
    typer.Option(
        "--grace",
        metavar="SPAN",
        help="How long stopping waits for handlers that run before it cuts them off. Default: the longest timeout.",
    ),
]
Reconcile = Annotated[
    str,
    typer.Option(
        "--reconcile",
        metavar="SPAN",
        help="How often all access is compared with Stripe, a call for each hundred subscriptions; off for never.",
    ),
]
ExecEnv = Annotated[
    list[str] | None,
    typer.Option(
        "--exec-env",
        metavar="NAME",
        help="A variable that commands get besides PATH, HOME, LANG, LC_*, TZ, TMPDIR and BILLING_*; repeatable.",
    ),
]
HandlersFile = Annotated[
    Path | None,
    typer.Option("--handlers", metavar="FILE", help="Commands and URLs from a YAML file, each with its events."),
]
NoApiKey = Annotated[
    bool,
    typer.Option(
        "--no-api-key",
        help="Ask Stripe nothing: events are stored and given to --exec and --forward-to as they come. Access is "
        "not decided, and what was missed is not fetched.",
    ),
]
RulesFile = Annotated[
    Path | None,
    typer.Option(
        "--rules",
        metavar="FILE",
        help="Which subscriptions give access, and whether disputes take it (default: access.yaml, if there).",
    ),
]
LogFormatOption = Annotated[
    LogFormat | None,
    typer.Option(
        "--log-format",
        help="How the log on stderr is written: text for people, json a line each. Default: text on a terminal, json "
        "elsewhere.",
        callback=remember("log_format"),
        is_eager=True,
    ),
]
LogLevelOption = Annotated[
    LogLevel,
    typer.Option(
        "--log-level",
        help="The least that is logged: debug tells each event stored, each call of a handler and each one of Stripe's "
        "API; warning what failed and is tried again; error what is given up or out of order.",
    ),
]


@dataclass(frozen=True)
class ListenArguments:
    """The command line of `billing listen`."""

    host: Host = "127.0.0.1"
    port: Port = 4242
    admin: Admin = None
    path: PostPath = "/webhook"
    secret: SigningSecrets = None
    secret_file: SecretFiles = None
    access_token_file: AccessTokenFile = None
    forward_secret_file: ForwardSecretFile = None
    source: Sources = None
    store: StoreOption = DEFAULT_STORE
    retention: Retention = None
    execute: Commands = None
    forward_to: ForwardUrls = None
    events: EventTypes = None
    on: AccessEvents = None
    timeout: Timeout = 30.0
    give_up: GiveUp = "3d"
    attempts: Attempts = None
    grace: Grace = None
    reconcile: Reconcile = "1h"
    exec_env: ExecEnv = None
    handlers: HandlersFile = None
    no_api_key: NoApiKey = False
    rules: RulesFile = None
    log_format: LogFormatOption = None
    log_level: LogLevelOption = LogLevel.info

    @property
    def sources(self) -> frozenset[EventSource]:
        """Return the sources that events come from."""
        return frozenset(self.source or [EventSource.webhook])
