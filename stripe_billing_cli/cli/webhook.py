"""`billing webhook`: create, list, roll-secret, delete."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Annotated, Any

import typer

from stripe_billing_cli.cli import confirm, formatting, options, parsing
from stripe_billing_cli.cli.context import Context
from stripe_billing_cli.cli.output import Column, Line, Record
from stripe_billing_cli.errors import NOT_REACHED, BillingError

if TYPE_CHECKING:
    from stripe_billing_cli.webhooks.endpoints.endpoint import Endpoint
    from stripe_billing_cli.webhooks.endpoints.roll import Roll

app = typer.Typer(
    help="Stripe's webhook endpoints: register one, roll its secret, delete it.",
    no_args_is_help=True,
    **options.PLAIN,
)

Url = Annotated[str, typer.Option("--url", metavar="URL", help="Where Stripe sends the events.")]
Events = Annotated[
    list[str] | None,
    typer.Option(
        "--events",
        metavar="TYPES",
        help="Types of events, comma-separated; invoice.* means all of a kind, * all. Default: what decides on access.",
    ),
]
StoreSecret = Annotated[
    bool,
    typer.Option(
        "--store-secret",
        help="Keep the secret in .billing/webhook-secrets, where `billing listen` reads it, instead of printing it.",
    ),
]
Named = Annotated[
    str | None,
    typer.Argument(metavar="ENDPOINT", help="The endpoint's id or URL; none, if billing made only one."),
]


@options.command(app)
def create(
    context: Context,
    url: Url,
    events: Events = None,
    description: Annotated[str | None, typer.Option("--description", metavar="TEXT", help="What it is for.")] = None,
    store_secret: StoreSecret = False,
) -> int | None:
    """Have Stripe send events to a URL, at the API version that this program expects.

    Safe to repeat: an endpoint of billing's that is there for this URL is kept, and its events are brought up to date.
    The secret is shown this once, and kept nowhere unless --store-secret is given. That exits with 4 where the endpoint
    was there and its secret is not kept here: `billing webhook roll-secret --store-secret` gives a new one.

    \b
    Examples:  billing webhook create --url https://shop.example/webhook --store-secret
               billing webhook create --url https://shop.example/webhook --events 'invoice.*,checkout.session.completed'
               billing webhook create --local --url http://127.0.0.1:4242/webhook --store-secret
    """
    from stripe_billing_cli.webhooks.endpoints import event_types
    from stripe_billing_cli.webhooks.endpoints.ensure import ensure
    from stripe_billing_cli.webhooks.endpoints.new_endpoint import Wanted

    patterns = [name.strip() for text in events or () for name in text.split(",") if name.strip()]
    wanted = Wanted(url, event_types.expanded(patterns or event_types.ACTED_ON), description)
    confirm.confirm(context, f"Have events sent to {url}?")
    secret = Secret(context, store_secret, {"result": "created"})
    ensured = ensure(context.stripe, wanted, secret.keep)
    if not secret.printed:
        _print(context, ensured.endpoint, {"result": ensured.outcome})
    return _told_of_secret(context, ensured.endpoint, created=ensured.outcome == "created", store=store_secret)


def _told_of_secret(context: Context, endpoint: Endpoint, *, created: bool, store: bool) -> int | None:
    """Print what is left to know; exit code 4 where the secret was to be kept and cannot be had any more."""
    from stripe_billing_cli.stripe_api.client import API_VERSION

    note = context.printer.note
    if created and context.door.local:
        note("The local Stripe delivers to it while `billing local serve` runs in this directory.")
    if endpoint.api_version != API_VERSION:
        note(
            f"It sends events of version {endpoint.api_version or 'of the account'}, and {API_VERSION} is expected: "
            f"`billing webhook roll-secret {endpoint.id}` makes one that does."
        )
    if created and not store:
        note("Keep the secret: Stripe does not show it again. `billing listen` takes it from STRIPE_WEBHOOK_SECRET.")
    if created or _is_kept(endpoint):
        return None
    note(
        "Its secret was shown when it was made, and is not kept here; "
        f"`billing webhook roll-secret {endpoint.id}{' --store-secret' if store else ''}` gives a new one."
    )
    return NOT_REACHED if store else None


@options.command(app, "list")
def list_(context: Context) -> None:
    """List the account's webhook endpoints.

    \b
    Example:  billing webhook list
    """
    from stripe_billing_cli.webhooks.endpoints.endpoint import read_endpoints, record
    from stripe_billing_cli.webhooks.secrets import kept_secrets

    kept = {secret.endpoint for secret in kept_secrets()}
    rows = [{**record(one), "secret_kept": one.id in kept} for one in read_endpoints(context.stripe)]
    count = context.printer.records(rows, COLUMNS)
    if context.printer.for_people and not count:
        context.printer.note("No webhook endpoints.")


@options.command(app, "roll-secret")
def roll_secret(
    context: Context,
    endpoint: Named = None,
    store_secret: StoreSecret = False,
    finish: Annotated[
        bool, typer.Option("--finish", help="Delete the old endpoint: the receiver knows the new secret.")
    ] = False,
) -> None:
    """Give an endpoint a new secret, without an event lost.

    A second endpoint for the same URL is made; until the old one is deleted, each event comes twice, signed with either
    secret, and `billing listen` handles it once. With --store-secret both steps are done in one go. Otherwise give
    the receiver the new secret, and then run it again with --finish. It can be cut off anywhere, and run again.

    \b
    Examples:  billing webhook roll-secret --store-secret
               billing webhook roll-secret we_1Pgc6yB7WZ01zgkW            (prints the new secret)
               billing webhook roll-secret we_1Pgc6yB7WZ01zgkW --finish   (when the receiver knows it)
    """
    from stripe_billing_cli.webhooks.endpoints import roll as rolls
    from stripe_billing_cli.webhooks.secrets import forget

    api = context.stripe
    roll, held = rolls.read(api, endpoint)
    if finish and roll.old is not None and roll.new is None:
        raise BillingError(
            "refused",
            f"no new secret has been made for {roll.old.id}",
            f"make it first: billing webhook roll-secret {roll.old.id}",
        )
    confirm.confirm(context, _question(roll))
    secret = Secret(context, store_secret, {"result": "begun", "replaces": roll.old.id if roll.old else None})
    begun = rolls.begin(api, roll, held, secret.keep)
    assert begun.new is not None
    if store_secret and not _is_kept(begun.new):
        raise BillingError(
            "refused",
            f"the new secret was shown when {begun.new.id} was made, and is not kept here",
            f"give it to the receiver and --finish, or start over: billing webhook delete {begun.new.id}",
            NOT_REACHED,
        )
    if not (finish or store_secret or begun.old is None or _agreed(context, begun)):
        _tell_what_is_left(context, begun, shown=secret.printed)
        return
    waiting = rolls.undelivered(api, begun) if begun.old else 0
    gone = begun.old.id if begun.old else begun.new.rolls or begun.new.replaced
    ended = rolls.finish(api, begun)
    forget(str(gone))
    if not secret.printed:
        _print(context, ended, {"result": "rolled", "replaces": gone})
    if waiting:
        context.printer.note(
            f"{formatting.counted(waiting, 'earlier event')} had not been delivered everywhere. `billing listen` "
            "fetches what it lacks when it starts; `billing events backfill` does so at once."
        )
    context.printer.note(f"{gone} is deleted; only the new secret is good.")


def _question(roll: Roll) -> str:
    if roll.new is None and roll.old is not None:
        return f"Make a second endpoint for {roll.old.url}?"
    return "Complete the roll of its secret?"


def _agreed(context: Context, begun: Roll) -> bool:
    """Ask whether the receiver knows the secret, on a terminal, where it can be given to it meanwhile."""
    if not context.interactive or context.yes:
        return False
    assert begun.old is not None
    return typer.confirm(f"Does the receiver know the new secret? Delete {begun.old.id}?", err=True)


def _tell_what_is_left(context: Context, begun: Roll, *, shown: bool) -> None:
    assert begun.old is not None
    assert begun.new is not None
    if not shown:
        context.printer.note(f"The new secret was shown when {begun.new.id} was made.")
    context.printer.note(
        f"When the receiver knows it: billing webhook roll-secret {begun.old.id} --finish\n"
        f"To start over:              billing webhook delete {begun.new.id}"
    )


@options.command(app)
def delete(
    context: Context,
    endpoint: Annotated[str, typer.Argument(metavar="ENDPOINT", help="The endpoint's id or URL.")],
) -> None:
    """Delete an endpoint: Stripe sends nothing there any more. Its secret, if it is kept here, goes as well.

    \b
    Example:  billing webhook delete we_1Pgc6yB7WZ01zgkW
    """
    from stripe_billing_cli.webhooks.endpoints import new_endpoint
    from stripe_billing_cli.webhooks.endpoints.endpoint import read_endpoints
    from stripe_billing_cli.webhooks.secrets import forget

    found = [one for one in read_endpoints(context.stripe) if endpoint in (one.id, one.url)]
    if len(found) > 1:
        names = ", ".join(one.id for one in found)
        raise parsing.wrong(f"{len(found)} endpoints receive {endpoint}: {names}", "name one by its id")
    if not found:
        raise BillingError(
            "not_found", f"there is no webhook endpoint {endpoint}", "`billing webhook list` shows what there is"
        )
    confirm.confirm(context, f"Delete {found[0].id}, which receives {found[0].url}?")
    new_endpoint.delete(context.stripe, found[0].id)
    forget(found[0].id)
    gone = {"id": found[0].id, "url": found[0].url, "deleted": True}
    context.printer.record(gone, lambda: [Line(f"{gone['id']} is deleted; {gone['url']} gets no more from it.")])


class Secret:
    """Where a new endpoint's secret goes: into its file, or out with the endpoint. It is there when `keep` returns."""

    def __init__(self, context: Context, store: bool, told: Mapping[str, Any]) -> None:
        self._context = context
        self._store = store
        self._told = told
        self.printed = False

    def keep(self, endpoint: Endpoint, secret: str) -> None:
        from stripe_billing_cli.webhooks import secrets

        if self._store:
            secrets.keep(endpoint.id, endpoint.url, secret)
        else:
            _print(self._context, endpoint, {"secret": secret, **self._told})
            self.printed = True


def _print(context: Context, endpoint: Endpoint, more: Mapping[str, Any]) -> None:
    from stripe_billing_cli.webhooks.endpoints.endpoint import record
    from stripe_billing_cli.webhooks.secrets import SECRETS

    kept = {"secret_file": str(SECRETS / endpoint.id) if _is_kept(endpoint) else None}
    shown = {**record(endpoint), "secret": None, **kept, **more}
    context.printer.record(shown, lambda: _screen(shown))


def _is_kept(endpoint: Endpoint) -> bool:
    from stripe_billing_cli.webhooks.secrets import kept_secrets

    return endpoint.id in {one.endpoint for one in kept_secrets()}


def _screen(shown: Record) -> Iterator[Line]:
    yield Line(f"{shown['id']}  {shown['url']}  {shown['status']}", {"bold": True})
    yield Line(f"  events       {_types(shown, 3)}")
    yield Line(f"  API version  {shown['api_version'] or 'the default of the account'}")
    if shown.get("secret"):
        yield Line(f"  secret       {shown['secret']}")
    elif shown.get("secret_file"):
        yield Line(f"  secret       kept in {shown['secret_file']}")
    match shown.get("result"):
        case "unchanged":
            yield Line("It was there already; nothing was changed.")
        case "updated":
            yield Line("It was there already; its settings were changed.")


def _types(shown: Record, most: int = 1) -> str:
    events = shown["enabled_events"]
    if events == ["*"]:
        return "all"
    named = ", ".join(events[:most])
    return named if len(events) <= most else f"{named} and {len(events) - most} more"


def _made_by(shown: Record) -> str:
    if shown["rolls"]:
        return f"billing, in place of {shown['rolls']}"
    return "billing" if shown["managed"] else "-"


COLUMNS = (
    Column("ENDPOINT", lambda shown: shown["id"]),
    Column("URL", lambda shown: shown["url"]),
    Column("STATUS", lambda shown: shown["status"]),
    Column("API VERSION", lambda shown: shown["api_version"] or "account's"),
    Column("EVENTS", _types),
    Column("MADE BY", _made_by),
    Column("SECRET", lambda shown: "kept here" if shown["secret_kept"] else "-"),
    Column("CREATED", lambda shown: formatting.date(shown["created"])),
)
