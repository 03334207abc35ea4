"""The table of docs/local-stripe.md: what other people's programs do at the local Stripe, as tests/strangers has it.

python -m tests.strangers.clients   writes it into the page

Versions are those that are locked; what works and what does not are the lists that the tests hold each client to.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from tests.strangers.programs import BILLING_E2E, DJANGO, OLD_PYTHON, SOURCES, TRYTON, version
from tests.strangers.sdks import SDKS
from tests.strangers.triggers import MOMENTS_LATER, NOT_TRIGGERED, OTHER_EVENT, OVERRIDDEN, WITHOUT_EVENT

ROOT = SOURCES.parents[1]
PAGE, REQUIREMENTS = ROOT / "docs/local-stripe.md", ROOT / "requirements/base.txt"
BEGIN, END = "<!-- clients: python -m tests.strangers.clients -->\n", "<!-- end of clients -->\n"


@dataclass(frozen=True)
class Row:
    """A client in the table."""

    client: str
    version: str
    works: str
    does_not: str

    def __str__(self) -> str:
        return f"| {self.client} | {self.version} | {self.works} | {self.does_not} |"


def triggers() -> str:
    """Return the table of the events that `stripe trigger` does not make, by the reason."""
    refusals = {
        why: ", ".join(f"`{name}*`" if name.endswith(".") else f"`{name}`" for name in events.split())
        for why, events in NOT_TRIGGERED.items()
    }
    silent = {
        f"carried out, without the event: {why}": ", ".join(
            f"`{event}`" for event in WITHOUT_EVENT if WITHOUT_EVENT[event] == why
        )
        for why in WITHOUT_EVENT.values()
    }
    by_options: dict[str, list[str]] = {}
    for event, options in OVERRIDDEN.items():
        by_options.setdefault(options, []).append(f"`{event}`")
    own_rows = {f"made by the options `{options}`": ", ".join(events) for options, events in by_options.items()}
    later = {"two seconds after the CLI has gone": ", ".join(f"`{event}`" for event in MOMENTS_LATER)}
    others = {f"it is `{other}` that comes of it, as at Stripe": f"`{event}`" for event, other in OTHER_EVENT.items()}
    lines = [f"| {events} | {why} |\n" for why, events in {**refusals, **silent, **own_rows, **later, **others}.items()]
    return "| not of `stripe trigger` | why |\n| --- | --- |\n" + "".join(lines)


def locked(package: str) -> str:
    """Return the version of a Python package that requirements/base.txt locks."""
    [locked_version] = re.findall(rf"^{package}==(\S+)", REQUIREMENTS.read_text(encoding="utf-8"), re.M)
    return str(locked_version)


def flows() -> list[str]:
    """Return the flows that stripe-node goes through, by their names in guides.cjs."""
    return re.findall(r"^  async '([^']+)'\(\)", (SOURCES / "node/guides.cjs").read_text(encoding="utf-8"), re.M)


def rows() -> list[Row]:
    return [*_of_stripe(), *_of_others(), *_of_languages()]


def _of_stripe() -> list[Row]:
    """Return the rows of Stripe's CLI, and of its libraries whose flows the tests of every run go through."""
    return [
        Row(
            "[Stripe's CLI](https://docs.stripe.com/stripe-cli)",
            version("node", "@stripe/cli-linux-x64"),
            "`get`, `post`, `delete`, commands of resources, `fixtures`, `trigger` of every other event",
            "`listen` and `logs tail`: they listen to Stripe's servers; `trigger` of what is listed below",
        ),
        Row("stripe-node", version("node", "stripe"), "; ".join(flows()), "v2"),
        Row(
            "stripe-python",
            locked("stripe"),
            "subscriptions paid for in the browser, changes of price, pages, refusals, webhooks; all that `billing` does",
            "v2",
        ),
        Row(
            "stripe-python",
            OLD_PYTHON[0].partition("==")[2],
            "customers, products, prices, webhooks",
            "what had another form before the API version 2025-03-31.basil: invoices, subscriptions' periods",
        ),
    ]


def _of_others() -> list[Row]:
    """Return the rows of what others have written."""
    return [
        Row(
            "dj-stripe",
            DJANGO[0].partition("==")[2],
            "`djstripe_sync_models` of all models of billing; every event as a webhook",
            "listing `TaxId` and `ActiveEntitlement`: it sends what Stripe refuses, too; models of Connect, Issuing, v2",
        ),
        Row(
            "billing-e2e",
            BILLING_E2E[0].partition("==")[2],
            "the scenarios it comes with, on test clocks: renewals, failed ones, a plan changed, cancellation, sign-up",
            "",
        ),
        Row(
            "Tryton, `account_payment_stripe`",
            TRYTON[0].partition("==")[2],
            "its own scenarios, unchanged: payments by token, customer and intent, captures, refunds, disputes",
            "",
        ),
        Row(
            "@supabase/stripe-sync-engine",
            version("node", "@supabase/stripe-sync-engine"),
            "all 17 backfills; every event that it knows as a webhook",
            "`runMigrations` of its ES module, which looks for `__dirname`: `require` it",
        ),
        Row(
            "@better-auth/stripe",
            f"{version('shop', '@better-auth/stripe')} with stripe-node {version('shop', 'stripe')}",
            "sign-up, the button, Checkout, its webhooks, the active subscription",
            "",
        ),
        Row(
            "Stripe's Terraform provider",
            "0.3.0-beta1",
            "what its acceptance cases send",
            "billing alerts, credit grants, payment method configurations, tax registrations, v2",
        ),
    ]


def _of_languages() -> list[Row]:
    """Return the rows of Stripe's libraries whose toolchains are not everywhere."""
    return [
        *(Row(sdk.name, sdk.version, "; ".join(sdk.flows), "v2") for sdk in SDKS if sdk.version),
        *(
            Row(
                sdk.name,
                "",
                "",
                f"not tried yet: `make soak` goes through the flows of stripe-go where {' and '.join(sdk.toolchain.split())} are installed",
            )
            for sdk in SDKS
            if not sdk.version
        ),
    ]


def table() -> str:
    head = "| client | version | works | does not, and why |\n| --- | --- | --- | --- |\n"
    return head + "".join(f"{row}\n" for row in rows()) + f"\n{triggers()}"


def written(page: str) -> str:
    """Return the page with the table in its place."""
    begin, end = page.index(BEGIN) + len(BEGIN), page.index(END)
    return f"{page[:begin]}\n{table()}\n{page[end:]}"


if __name__ == "__main__":
    path = Path(PAGE)
    path.write_text(written(path.read_text(encoding="utf-8")), encoding="utf-8")
