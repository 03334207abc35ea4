"""The options of a listener: where it listens, what it calls, how long it waits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from stripe_billing_cli.access.rules import Rules
from stripe_billing_cli.events.actions.spec import Action
from stripe_billing_cli.events.retries import Retries

LATER_PORTS = 20
"""How many ports after the preferred one are tried, where it is taken and need not be that one."""


@dataclass(frozen=True)
class Address:
    """The address that events are posted to."""

    host: str = "127.0.0.1"
    port: int = 4242
    path: str = "/webhook"


@dataclass(frozen=True)
class AdminAddress:
    """The address at which metrics and access are asked for. Unless it is `exact`, a later port serves where this one
    is taken."""

    host: str = "127.0.0.1"
    port: int = 4243
    exact: bool = True


@dataclass(frozen=True)
class ListenerOptions:
    """The settings of a `Listener`; times are in seconds."""

    address: Address = field(default_factory=Address)
    admin: AdminAddress | None = None
    """None: metrics nowhere, and access where events are posted to."""
    poll: bool = False
    """Whether the Events API is read all the time, and not only for what was missed."""
    rules: Rules = field(default_factory=Rules)
    actions: Sequence[Action] = ()
    forward_secret: str = field(default="", repr=False)
    retries: Retries = field(default_factory=Retries)
    retention: int | None = None
    """The age from which payloads are forgotten; None: never."""
    grace_seconds: float | None = None
    """How long stopping waits for handlers that run; None: as long as the longest of them may take."""
    exec_env: Sequence[str] = ()
    """Variables of the environment that commands get besides the usual ones."""
    reconcile_seconds: float | None = None
    """How often all access is compared with Stripe; None: never."""
    access_token: str | None = field(default=None, repr=False)
    """Who has it may ask who has access; None: nobody."""
