"""The context of a command: which Stripe, how to print, whether it may ask."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from stripe_billing_cli.cli.settings import LOCAL_DATABASE, Connection, choose_connection
from stripe_billing_cli.errors import SettingsError

if TYPE_CHECKING:
    from stripe_billing_cli.cli.output import Printer
    from stripe_billing_cli.cli.slow_notice import SlowNotice
    from stripe_billing_cli.stripe_api.client import ApiCall, StripeApi


@dataclass
class Context:
    local: bool = False
    api_key: str | None = field(default=None, repr=False)
    api_key_file: str | None = None
    profile: str | None = None
    live: bool = False
    output: str = "table"
    yes: bool = False
    verbose: bool = False
    no_pager: bool = False
    time_zone: str = "UTC"
    order: tuple[str, ...] = ()
    """The names of the options that were given, as often as they were and in their order, where a command asks."""
    way: str = ""
    """The options by which commands that a message names lead to the same account."""
    account: str | None = None
    """The only account that is meant, where billing.toml says one."""
    refuses_other_accounts: bool = True
    """Whether to work on no other account than that; set before `stripe` is asked for."""
    sources: Mapping[str, str] = field(default_factory=dict)
    """Who said the options that have a default: the command line, a variable, billing.toml, or nobody."""
    database: Path = LOCAL_DATABASE
    """The file of the local Stripe."""
    trace: Callable[[ApiCall], None] | None = None
    """The receiver of each call of Stripe's API, where a command prints them itself; set before `stripe` is asked
    for."""
    has_log: bool = False
    """Whether the command goes on running and has a log, which says by itself where Stripe does not answer; set before
    `stripe` is asked for."""

    _slow_notice: SlowNotice | None = None

    @cached_property
    def connection(self) -> Connection:
        return choose_connection(
            local=self.local,
            api_key=self.api_key,
            api_key_file=self.api_key_file,
            profile=self.profile,
            live=self.live,
        )

    @cached_property
    def stripe(self) -> StripeApi:
        """Return the Stripe that is meant, connected when first asked for. Raises `SettingsError`."""
        from stripe_billing_cli.cli.slow_notice import SlowNotice
        from stripe_billing_cli.stripe_api import client

        connection = self.connection
        if not self.verbose and not self.has_log:
            self._slow_notice = SlowNotice(lambda: self.printer.has_spoken)
            self._slow_notice.begin()
        if connection.key is None:
            self._tell_new_store()
            return client.connect_locally(self.database, trace=self._trace)
        api = client.connect(connection.key, base=connection.base, rate_limit=connection.rate_limit, trace=self._trace)
        if self.account is not None and self.refuses_other_accounts:
            _check_account(api, self.account, connection.said_by)
        return api

    def _tell_new_store(self) -> None:
        """Say that the local Stripe of this directory is empty, where a directory above has another."""
        if self.database.exists():
            return
        here = self.database.absolute()
        above = [folder / self.database for folder in here.parents[2:]] if not self.database.is_absolute() else []
        if other_path := next((path for path in above if path.exists()), None):
            self.printer.note(f"Note: a new, empty local Stripe in {here}; another is in {other_path}.", fg="yellow")

    def close(self) -> None:
        """End what goes on beside the command, and say what there is to say after it."""
        if self._slow_notice is not None:
            self._slow_notice.end()
        if self.local:
            self.printer.say_how_links_open()

    @cached_property
    def printer(self) -> Printer:
        from stripe_billing_cli.cli.output import Printer

        return Printer(self.output, pages=not self.no_pager, way=self.way, local=self.local)

    @property
    def interactive(self) -> bool:
        """Return whether there is someone to ask."""
        return sys.stdin.isatty() and sys.stderr.isatty()

    @property
    def _trace(self) -> Callable[[ApiCall], None]:
        if self.trace is not None:
            return self.trace
        return self._tell_call if self.verbose else _silent

    def _tell_call(self, call: ApiCall) -> None:
        request = f" {call.request_id}" if call.request_id else ""
        sys.stderr.write(f"{call_text(call)}{request}\n")


OTHER_ACCOUNT = "use a key of that account, or run the command in another directory"
"""The ways on where a key is of another account than billing.toml is for."""


def _check_account(api: StripeApi, account: str, said_by: str) -> None:
    actual = api.account()["id"]
    if actual != account:
        raise SettingsError(
            f"billing.toml is for the account {account}, and {said_by} leads to {actual}",
            OTHER_ACCOUNT,
        )


def _silent(call: ApiCall) -> None:
    """Pass over a call: without --verbose, calls are not mentioned."""


def call_text(call: ApiCall) -> str:
    """Return a call as one line, without its request id."""
    status = call.status if call.status is not None else "no answer"
    return f"{call.method} {call.path} → {status} in {call.milliseconds} ms"
