"""`billing local serve`."""

from __future__ import annotations

import gc
import re
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from stripe_billing_cli.cli import options
from stripe_billing_cli.cli.context import Context
from stripe_billing_cli.cli.local.app import app, translated_errors
from stripe_billing_cli.cli.settings import LOCAL_DATABASE
from stripe_billing_cli.errors import UsageError

if TYPE_CHECKING:
    from stripe_billing_cli.local_stripe.core.faults import Faults
    from stripe_billing_cli.local_stripe.core.limits import RateLimit as LocalRateLimit
    from stripe_billing_cli.local_stripe.core.webhooks.sender import DeliverySettings

OBJECTS_UNTIL_COLLECTED = 20_000
"""How many more objects Python makes than it drops before it looks for circles: a call leaves hardly any, and looking
for them every 700 objects takes a thirtieth of each call."""

RateLimit = Annotated[
    str | None,
    typer.Option(
        "--rate-limit",
        metavar="ALL[/OPERATION]",
        help="Answer 429 above so many requests a second, in all and for one operation: 100/25 is Stripe's live mode.",
    ),
]

Fault = Annotated[
    list[str] | None,
    typer.Option(
        "--fault",
        metavar="FAULT",
        help="Fail calls on purpose: 'HOW WHEN N [OPERATION]', as in 'drop after 3' or '500 before 2 POST /v1/prices'. "
        "Repeatable; see above.",
    ),
]

WebhookRetries = Annotated[
    str,
    typer.Option(
        "--webhook-retries",
        metavar="test|live",
        help="Try failed webhooks again as in test mode (3 times over hours) or in live mode (9 times over 3 days).",
    ),
]

WebhookRetryScale = Annotated[
    float,
    typer.Option(
        "--webhook-retry-scale",
        metavar="FACTOR",
        help="Compress the pauses between attempts: 0.001 makes seconds of hours.",
    ),
]

WebhookTimeout = Annotated[
    float,
    typer.Option("--webhook-timeout", metavar="SECONDS", help="How long a webhook may take to be answered."),
]

WebhookChaos = Annotated[
    str | None,
    typer.Option(
        "--webhook-chaos",
        metavar="LIST",
        help="Deliver webhooks twice, out of order or late: any of 'duplicate,reorder,delay=SECONDS'.",
    ),
]

Host = Annotated[str, typer.Option(help="Address to listen on.")]

Port = Annotated[int, typer.Option(help="Port to listen on; 0 takes a free one.")]

LatencyMs = Annotated[int, typer.Option("--latency-ms", help="Milliseconds that each answer takes longer.")]

StrictVersion = Annotated[
    bool, typer.Option("--strict-version", help="Refuse calls for another API version than the one answered.")
]

WebhooksAnywhere = Annotated[
    bool, typer.Option("--webhooks-anywhere", help="Deliver webhooks to other machines too, not to this one only.")
]

AllowHost = Annotated[
    list[str] | None,
    typer.Option(
        "--allow-host",
        metavar="NAME",
        help="A name that it is called by, besides localhost and addresses; a container's, say. Repeatable.",
    ),
]

AllowReset = Annotated[
    bool,
    typer.Option("--allow-reset", help="Let POST /_local/reset empty an account: Stripe-Account's, or this one."),
]


@options.command(app, shared_names=("output", "verbose"))
def serve(
    context: Context,
    host: Host = "127.0.0.1",
    port: Port = 12111,
    latency_ms: LatencyMs = 0,
    rate_limit: RateLimit = None,
    fault: Fault = None,
    strict_version: StrictVersion = False,
    webhook_retries: WebhookRetries = "test",
    webhook_retry_scale: WebhookRetryScale = 1.0,
    webhook_timeout: WebhookTimeout = 20.0,
    webhook_chaos: WebhookChaos = None,
    webhooks_anywhere: WebhooksAnywhere = False,
    allow_host: AllowHost = None,
    allow_reset: AllowReset = False,
) -> None:
    """Serve the local Stripe to any Stripe client, the SDKs and Stripe's CLI among them.

    Its state is the same that --local uses: .billing/local.db in this directory. Any test key is accepted. POST
    /v1/accounts makes a further account; what is called with its id in Stripe-Account has a store of its own, so that
    suites of tests run side by side.

    HOW is one of 500, 409, 429, 401, 403, html, drop (the connection is cut), half (in the middle of the answer),
    timeout. WHEN is before (nothing happened) or after (the call took effect). N counts the matching calls
    from 1; * is every one.

    Events are sent, signed, to the webhook endpoints that are registered here (`billing webhook create --local`),
    those of commands with --local in this directory among them. Each says the API version of its endpoint, but the
    object inside keeps the one shape that the local Stripe has. --verbose tells of each delivery.

    \b
    Examples:  billing local serve
               billing local serve --webhook-retry-scale 0.001 --webhook-chaos duplicate,reorder,delay=2
               STRIPE_API_BASE=http://127.0.0.1:12111 STRIPE_API_KEY=sk_test_x billing catalog plan
               stripe products list --api-base http://127.0.0.1:12111 --api-key sk_test_local0000000
    """
    from stripe_billing_cli.local_stripe.server import LocalServer

    faults = _faults(fault or ())
    webhooks = _delivery(webhook_retries, webhook_retry_scale, webhook_timeout, webhook_chaos, webhooks_anywhere)

    with translated_errors():
        server = LocalServer(
            path=LOCAL_DATABASE,
            host=host,
            port=port,
            latency_ms=latency_ms,
            limits=_limits(rate_limit),
            faults=faults,
            strict_version=strict_version,
            delivery_settings=webhooks,
            log=context.printer.note if context.verbose else None,
            allowed_hosts=frozenset(name.lower() for name in allow_host or ()),
            resets=allow_reset,
        )
        gc.set_threshold(OBJECTS_UNTIL_COLLECTED)
        server.run(lambda url: _print_address(context, url))


def _print_address(context: Context, url: str) -> None:
    if context.printer.for_people:
        context.printer.line(f"Local Stripe on {url}  (Ctrl-C stops it)")
    else:
        context.printer.result({"url": url}, ids=[url])
    sys.stdout.flush()


def _faults(texts: Sequence[str]) -> Faults:
    from stripe_billing_cli.local_stripe.core import faults

    try:
        return faults.Faults([faults.Fault.parse(text) for text in texts])
    except ValueError as error:
        raise UsageError(f"--fault: {error}", "billing local serve --help has examples") from None


def _limits(text: str | None) -> LocalRateLimit | None:
    from stripe_billing_cli.local_stripe.core.limits import RateLimit as LocalRateLimit

    if text is None:
        return None
    match = re.fullmatch("([0-9]{1,9})(?:/([0-9]{0,9}))?", text)
    if match is None or int(match[1]) < 1:
        raise UsageError(f"--rate-limit is not a number, or two: {text}", "100/25, for example")
    return LocalRateLimit(int(match[1]), int(match[2] or match[1]))


def _delivery(retries: str, scale: float, timeout: float, chaos: str | None, anywhere: bool) -> DeliverySettings:
    from stripe_billing_cli.local_stripe.core.webhooks.chaos import Chaos
    from stripe_billing_cli.local_stripe.core.webhooks.retries import SCHEDULES, scaled_pauses
    from stripe_billing_cli.local_stripe.core.webhooks.sender import DeliverySettings

    if retries not in SCHEDULES:
        raise UsageError(f"--webhook-retries cannot be {retries}", "it is test or live")
    if not 0 <= scale < float("inf") or not 0 < timeout < float("inf"):
        message = "--webhook-retry-scale and --webhook-timeout are positive numbers"
        raise UsageError(message, "0.001 makes seconds of hours")
    try:
        deviations = Chaos.parse(chaos) if chaos is not None else Chaos()
    except ValueError as error:
        raise UsageError(f"--webhook-chaos: {error}", "say duplicate,reorder,delay=2, for example") from None
    return DeliverySettings(scaled_pauses(SCHEDULES[retries], scale), deviations, timeout, anywhere)
