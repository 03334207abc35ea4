"""The groups and commands of `billing` itself, each imported when it is named."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Group:
    """A group or command of the root: the module that holds its `app`, and its line in the help."""

    module: str
    help: str


GROUPS = {
    "init": Group("stripe_billing_cli.cli.init", "Begin here: a commented catalog.yaml, and what to run next."),
    "catalog": Group("stripe_billing_cli.cli.catalog", "The product catalog as a reviewed file: plan it, apply it."),
    "customer": Group("stripe_billing_cli.cli.customer", "Customers: create, find, change, and send to the portal."),
    "sub": Group("stripe_billing_cli.cli.sub", "Subscriptions: start one, look at it, change it, end it."),
    "invoice": Group("stripe_billing_cli.cli.invoice", "Invoices: what is open, what became of it; pay, send, void."),
    "refund": Group("stripe_billing_cli.cli.refund", "Refunds: give back what was paid, in whole or in part."),
    "card": Group("stripe_billing_cli.cli.card", "Customers' cards: which expire or fail, which is charged."),
    "code": Group("stripe_billing_cli.cli.code", "Promotion codes: whether one would be taken, for how much off."),
    "clock": Group("stripe_billing_cli.cli.clock", "Test clocks: let a subscription live a year in a minute."),
    "listen": Group("stripe_billing_cli.cli.listen", "Receive events, each once; keep access right; run handlers."),
    "events": Group("stripe_billing_cli.cli.events", "The events received: find, show, retry, move, fetch, purge."),
    "webhook": Group("stripe_billing_cli.cli.webhook", "Stripe's webhook endpoints: register one, roll its secret."),
    "access": Group("stripe_billing_cli.cli.access", "Who may use what, and why."),
    "doctor": Group("stripe_billing_cli.cli.doctor", "Say what this machine sees of Stripe, and what is wrong."),
    "local": Group("stripe_billing_cli.cli.local", "The local Stripe: serve it over HTTP, reset it, find it."),
    "completion": Group("stripe_billing_cli.cli.completion.command", "Let a shell complete commands, options, values."),
    "help": Group(
        "stripe_billing_cli.cli.help.command", "Help: of a command, or on exit-codes, environment, keys, settings."
    ),
}


def functions_of(group: str) -> Mapping[str, Callable[..., Any]]:
    """Return the functions of a group's commands, by name; of a command that is no group, its own by its own name."""
    return {
        info.name or info.callback.__name__.strip("_").replace("_", "-"): info.callback
        for info in importlib.import_module(GROUPS[group].module).app.registered_commands
    }
