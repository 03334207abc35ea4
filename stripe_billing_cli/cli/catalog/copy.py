"""`billing catalog copy`."""

from __future__ import annotations

from contextlib import closing
from typing import Annotated

import typer

from stripe_billing_cli.cli import options
from stripe_billing_cli.cli.catalog.app import DEFAULT_FILE, File, SecretFileName, app
from stripe_billing_cli.cli.catalog.apply import apply_plan
from stripe_billing_cli.cli.catalog.other import other_context
from stripe_billing_cli.cli.catalog.plan_options import PlanOptions, Target
from stripe_billing_cli.cli.context import Context


@options.command(
    app,
    shared_names=("api_key", "api_key_file", "profile", "live", "output", "yes", "verbose"),
    other_stripe="--to",
)
def copy(
    context: Context,
    to: Annotated[str, typer.Option("--to", metavar="STRIPE", help="Where: test, live, profile:NAME or file:PATH.")],
    file: File = DEFAULT_FILE,
    target: Target = None,
    secret_file: SecretFileName = None,
) -> int | None:
    """Make another account, or the other mode, hold what the file says; shown and asked about as apply does.

    What the file adopts by id and the other account does not have is made there, and found again by its mark: the same
    file then plans to no changes in both. file:PATH is the local Stripe of another directory.

    \b
    Examples:  billing catalog copy --to live
               billing catalog copy --to profile:staging --yes
               billing catalog copy --to file:../rehearsal/.billing/local.db
    """
    from stripe_billing_cli.catalog.plan_request import plan_catalog

    with closing(other_context(context, "--to", to)) as other_stripe:
        request = PlanOptions(target=target).request(file, elsewhere=True)
        return apply_plan(other_stripe, request, plan_catalog(other_stripe.stripe, request), secret_file)
