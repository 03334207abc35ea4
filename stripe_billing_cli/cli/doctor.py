"""`billing doctor`: what this machine sees of Stripe, and what to do about each thing that is wrong."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated

import typer

from stripe_billing_cli.cli import options
from stripe_billing_cli.cli.context import OTHER_ACCOUNT, Context
from stripe_billing_cli.cli.errors import explain
from stripe_billing_cli.cli.option_values import NOBODY
from stripe_billing_cli.cli.output import Line
from stripe_billing_cli.cli.settings import DEFAULTS_FILE
from stripe_billing_cli.cli.store_option import DEFAULT_STORE, StoreOption
from stripe_billing_cli.errors import FAILED, BillingError

app = typer.Typer(**options.PLAIN)

MOST_NAMED = 5
"""Customers that are named one by one."""


@dataclass(frozen=True)
class Finding:
    """A finding: one thing that was checked. `hint` says what to do where it is not ok, or is a `warning`, which fails
    nothing."""

    check: str
    ok: bool
    found: str
    hint: str | None = None
    warning: bool = False

    @property
    def mark(self) -> tuple[str, str]:
        """Return the sign before a finding, and its colour."""
        if not self.ok:
            return "✗", "red"
        return ("!", "yellow") if self.warning else ("✓", "green")


@options.command(app, "doctor")
def doctor(
    context: Context,
    file: Annotated[str, typer.Option("--file", "-f", metavar="FILE", help="The catalog to check.")] = "catalog.yaml",
    store: StoreOption = DEFAULT_STORE,
) -> int | None:
    """Say which account, mode, API version and permissions are seen, whether the catalog loads, and what to mend.

    Settings are named with where they were said: the command line, the environment, billing.toml, or nowhere.

    Exits with 1 if something is wrong that the catalog or the received events here need. What a restricted key may
    write is found out by updating objects that there are not, which writes nothing.

    \b
    Examples:  billing doctor
               billing doctor --profile default --live
    """
    context.refuses_other_accounts = False  # it is to be said beside what else is wrong
    findings = list(_look(context, file, store))
    findings += _settings(context, file, store)
    if context.printer.for_people:
        for finding in findings:
            mark, colour = finding.mark
            text = f"{mark} {finding.check:<12} {finding.found}"
            context.printer.lines([Line(text, {"fg": colour}, hang=15)])
            if finding.hint and (finding.warning or not finding.ok):
                context.printer.line(f"  → {finding.hint}")
    else:
        wrong = [finding.check for finding in findings if not finding.ok]
        context.printer.result({"ok": not wrong, "findings": [asdict(finding) for finding in findings]}, ids=wrong)
    return None if all(finding.ok for finding in findings) else FAILED


def _settings(context: Context, file: str, store: str) -> list[Finding]:
    """Return each setting that is said in several places, and where it was said."""
    values = {
        "file": file,
        "store": _store_shown(store),
        "output": context.output,
        "profile": context.profile,
        "time_zone": context.time_zone,
    }
    findings = [
        Finding("setting", True, f"{name} {value}, {_source_text(context.sources.get(name, NOBODY))}")
        for name, value in values.items()
        if value
    ]
    if context.account:
        reach = "--local ignores it" if context.local else "no other is worked on"
        findings.append(Finding("setting", True, f"account {context.account}, {_source_text(DEFAULTS_FILE)}: {reach}"))
    return findings


def _store_shown(store: str) -> str:
    """Return where the store is, without the password that its address may have."""
    if "://" not in store:
        return store
    from stripe_billing_cli.events.store import StoreError, address

    try:
        return address(store).display_name
    except StoreError:
        return "a database"


def _source_text(source: str) -> str:
    return source if source == NOBODY else f"from {source}"


def _look(context: Context, file: str, store: str) -> Iterator[Finding]:
    from stripe_billing_cli.cli.rights import RECEIVING

    catalog, paths = _look_at_catalog(context, file)
    if _receives(store):
        paths |= RECEIVING
    yield from _look_at_stripe(context, paths)
    yield catalog
    yield from _look_at_store(store)


def _receives(store: str) -> bool:
    """Return whether events are received here."""
    return "://" in store or Path(store).exists()


def _look_at_store(store: str) -> Iterator[Finding]:
    """Yield findings of work that went wrong, where events are received: nothing where none ever were."""
    if not _receives(store):
        return
    from stripe_billing_cli.events.missing_handlers import uncalled_handlers, uncalled_hint, uncalled_text
    from stripe_billing_cli.events.store import StoreError, open_store

    try:
        with open_store(store, make=False) as event_store:
            dead = {name: count for (name, status), count in event_store.work.counts().items() if status == "dead"}
            uncalled_counts = uncalled_handlers(event_store)
            failures = event_store.work.list_failing(limit=MOST_NAMED + 1)
    except StoreError as trouble:
        yield Finding("events", False, trouble.message, trouble.hint)
        return
    if dead:
        dead_text = ", ".join(f"{count} of {name}" for name, count in sorted(dead.items()))
        hint = "see `billing events list --failed`, mend the cause, then `billing events retry --failed`"
        yield Finding("events", False, f"given up: {dead_text}", hint)
    if failures:
        customers = [
            f"{failure.customer_queue} ({failure.handler}: {failure.error})" for failure in failures[:MOST_NAMED]
        ]
        more = " and more" if len(failures) > MOST_NAMED else ""
        hint = "their later events wait until it succeeds or is given up: `billing events list --failed`"
        yield Finding("events", True, f"failing for {', '.join(customers)}{more}", hint, warning=True)
    for handler, count in uncalled_counts.items():
        yield Finding("events", False, uncalled_text(handler, count), uncalled_hint(handler))
    if not dead and not failures and not uncalled_counts:
        yield Finding("events", True, f"no handler has failed, in {event_store.display_name}")


def _look_at_stripe(context: Context, paths: set[str]) -> Iterator[Finding]:
    from stripe_billing_cli.errors import SettingsError

    try:
        connection = context.connection
    except SettingsError as error:
        yield Finding("key", False, str(error), error.hint)
        return
    if connection.key is None:
        yield Finding("key", True, "none needed: the local Stripe, in .billing/local.db")
    else:
        kind = "restricted" if connection.restricted else "secret"
        yield Finding("key", True, f"a {kind} key from {connection.said_by}, sent to {connection.base}")
    yield Finding("mode", True, "live: real money" if connection.livemode else "test")
    try:
        yield from _look_at_account(context, paths, is_restricted=connection.restricted)
        yield from _look_at_endpoints(context)
    except BillingError as error:  # as of a local Stripe whose file cannot be used
        yield Finding("account", False, error.message, error.hint)


def _look_at_account(context: Context, paths: set[str], *, is_restricted: bool) -> Iterator[Finding]:
    """Yield findings about the rights of the key; what is at `paths` must be readable."""
    from stripe_billing_cli.cli.account import account_name
    from stripe_billing_cli.cli.rights import ask_rights, newest_event_version
    from stripe_billing_cli.stripe_api.paced_transport import API_VERSION

    rights = ask_rights(context.stripe, with_writes=is_restricted)
    trouble = rights.trouble()
    if trouble:
        report = explain(trouble)
        yield Finding("account", False, report.message, report.hint)
        return
    defaults_account = None if context.local else context.account
    if "/v1/account" in rights.pages:
        account = context.stripe.account()
        name = f"{account_name(context.stripe)} ({account['id']})"
        if defaults_account in (None, account["id"]):
            yield Finding("account", True, name)
        else:
            yield Finding("account", False, f"{name}, and {DEFAULTS_FILE} is for {defaults_account}", OTHER_ACCOUNT)
    elif defaults_account:
        hint = "without that every other command is refused: let the key read it, or take `account` out"
        yield Finding(
            "account", False, f"whether it is {defaults_account}, as {DEFAULTS_FILE} says, cannot be read", hint
        )
    account_version, readable = newest_event_version(rights), "/v1/events" in rights.pages
    reason = "there is none" if readable else "the key may not read events"
    own_version = (
        f"the account's own is {account_version}"
        if account_version
        else f"the account's own shows in an event, and {reason}"
    )
    yield Finding("API version", True, f"{API_VERSION}; {own_version}")
    for right, failure in rights.reads.items():
        if failure is None:
            yield Finding("may read", True, right.name)
        else:
            report, needs = explain(failure), right.path in paths
            text = f"{right.name}: {report.message} It stops {right.stops_reading}."
            yield Finding("may read", not needs, text, report.hint, warning=not needs)
    if not is_restricted:
        yield Finding("may write", True, "everything: the key is not restricted")
    for right, failure in rights.writes.items():
        if failure is None:
            yield Finding("may write", True, right.name)
        else:
            report = explain(failure)
            text = f"{right.name}: {report.message} It stops {right.stops_writing}."
            yield Finding("may write", True, text, report.hint, warning=True)


def _look_at_endpoints(context: Context) -> Iterator[Finding]:
    """Yield findings about endpoints of another version, in which their events come; only those that this program made
    are its business to mend."""
    from stripe_billing_cli.stripe_api.errors import PermissionMissingError, StripeCallError
    from stripe_billing_cli.stripe_api.paced_transport import API_VERSION
    from stripe_billing_cli.webhook_endpoints.endpoint import read_endpoints

    try:
        endpoints = read_endpoints(context.stripe)
    except PermissionMissingError as failure:
        report = explain(failure)
        yield Finding("webhook", True, f"not looked at: {report.message}", report.hint, True)
        return
    except StripeCallError:
        return  # whatever is wrong was printed above
    for endpoint in endpoints:
        version = endpoint.api_version or "the account's default version"
        text = f"{endpoint.id} ({endpoint.url}): {version}, {endpoint.status}"
        if endpoint.ours and not endpoint.enabled:
            yield Finding("webhook", True, text, f"billing webhook create --url {endpoint.url} enables it", True)
        elif endpoint.api_version == API_VERSION:
            yield Finding("webhook", True, text)
        elif endpoint.ours:
            yield Finding(
                "webhook",
                False,
                f"{text}; {API_VERSION} is expected",
                f"billing webhook roll-secret {endpoint.id} replaces it by one of the right version",
            )
        else:
            hint = f"if `billing listen` is to receive it: billing webhook create --url {endpoint.url}"
            yield Finding("webhook", True, f"{text}, not made by billing", hint, True)


def _look_at_catalog(context: Context, file: str) -> tuple[Finding, set[str]]:
    """Return the finding about the catalog, and the lists that planning it reads, none where there is no file."""
    from stripe_billing_cli.catalog.file.load import load_catalog, read_source
    from stripe_billing_cli.catalog.file.problems import CatalogErrors

    if context.sources.get("file", NOBODY) == NOBODY and not Path(file).exists():
        return Finding("catalog", True, f"there is no {file} here"), set()
    try:
        catalog = load_catalog(read_source(file))
    except CatalogErrors as error:
        count = len(error.problems) + error.left_out
        first = error.problems[0]
        more = f" (and {count - 1} more)" if count > 1 else ""
        return Finding("catalog", False, f"{first}{more}", f"billing catalog validate -f {shlex.quote(file)}"), set()
    paths = {kind.path for kind in catalog.kinds if kind.is_usual or catalog.by_kind[kind.name]}
    if catalog.accounts:
        paths.add("/v1/account")
    count = len(catalog.by_kind["product"])
    return Finding("catalog", True, f"{catalog.source}: {count} product{'s' if count != 1 else ''}"), paths
