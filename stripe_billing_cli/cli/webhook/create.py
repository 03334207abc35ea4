"""`billing webhook create`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from stripe_billing_cli.cli import confirm, options
from stripe_billing_cli.cli.context import Context
from stripe_billing_cli.cli.webhook.app import Events, StoreSecret, Url, app
from stripe_billing_cli.cli.webhook.view import Secret, is_kept, print_endpoint
from stripe_billing_cli.errors import NOT_REACHED

if TYPE_CHECKING:
    from stripe_billing_cli.webhook_endpoints.endpoint import Endpoint


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
    from stripe_billing_cli.webhook_endpoints import event_types
    from stripe_billing_cli.webhook_endpoints.create import plan_create
    from stripe_billing_cli.webhook_endpoints.new_endpoint import EndpointRequest

    patterns = [name.strip() for text in events or () for name in text.split(",") if name.strip()]
    request = EndpointRequest(url, event_types.expand(patterns or event_types.ACTED_ON), description)
    plan = plan_create(context.stripe, request)
    confirm.confirm(context, f"Have events sent to {url}?")
    secret = Secret(context, store_secret, {"result": "created"})
    result = plan.apply(context.stripe, secret.keep)
    if not secret.printed:
        print_endpoint(context, result.endpoint, result.record())
    return print_secret_hint(context, result.endpoint, is_new=result.result == "created", store=store_secret)


def print_secret_hint(context: Context, endpoint: Endpoint, *, is_new: bool, store: bool) -> int | None:
    """Print what is to be done with the secret; exit code 4 where the secret was to be kept and cannot be had any
    more."""
    from stripe_billing_cli.stripe_api.paced_transport import API_VERSION

    note = context.printer.note
    if is_new and context.connection.local:
        note("The local Stripe delivers to it while `billing local serve` runs in this directory.")
    if endpoint.api_version != API_VERSION:
        note(
            f"It sends events of version {endpoint.api_version or 'of the account'}, and {API_VERSION} is expected: "
            f"`billing webhook roll-secret {endpoint.id}` makes one that does."
        )
    if is_new and not store:
        note("Keep the secret: Stripe does not show it again. `billing listen` takes it from STRIPE_WEBHOOK_SECRET.")
    if is_new or is_kept(endpoint):
        return None
    note(
        "Its secret was shown when it was made, and is not kept here; "
        f"`billing webhook roll-secret {endpoint.id}{' --store-secret' if store else ''}` gives a new one."
    )
    return NOT_REACHED if store else None
