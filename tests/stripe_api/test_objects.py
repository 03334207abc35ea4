"""What the declared objects say may be absent is what Stripe's OpenAPI document says."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
import pytest

from stripe_billing_cli.stripe_api.completion import Fields, FieldShape, complete, fields_of
from stripe_billing_cli.stripe_api.objects.common import IdentifiedObject
from stripe_billing_cli.stripe_api.objects.invoices import InvoicedSubscription
from stripe_billing_cli.stripe_api.objects.registry import OBJECTS
from stripe_billing_cli.stripe_api.objects.subscriptions import PendingItem
from tests.documented_answers import REQUIRED
from tests.stripe_api.price import PRICE

EVENTS = {"event", "v2.core.event"}
"""Kept as they come."""
SEARCHES = {"search_result"}
"""The page of a search, which the document describes for each call apart."""
OTHERWISE = {
    # recorded: only where it is expanded
    "billing_portal.configuration.features.subscription_update": ("schedule_at_period_end",),
    # in the SDK of our version, and not in the document: stripe/billing_portal/_configuration.py, _payment_link.py
    "billing_portal.configuration.features.subscription_pause": ("enabled",),
    "billing_portal.configuration.features.subscription_pause.duration": ("type",),
    "billing_portal.configuration.features.subscription_pause.duration.interval_options[]": (
        "interval",
        "interval_count",
    ),
    "payment_link.payment_method_options.card.restrictions": ("brands_blocked",),
    "payment_link.subscription_data.invoice_settings.custom_fields[]": ("name", "value"),
}
"""What the document does not decide."""

NAMED = [fields_of(declared) for declared in (*OBJECTS.values(), IdentifiedObject, InvoicedSubscription, PendingItem)]
"""Of a subscription in an invoice, and of the items of a pending update, less is read than of others."""


def declared(path: str, fields: Fields) -> Iterator[tuple[str, str, bool]]:
    """Yield each declared field: where, its name, and whether it must be there. Objects in others are tested by their
    name."""
    for name, shape in fields:
        yield path, name, not (shape.nullable or shape.any_value)
        for step, inner in parts(shape):
            if inner not in NAMED:
                yield from declared(f"{path}.{name}{step}", inner)


def parts(shape: FieldShape) -> Iterator[tuple[str, Fields]]:
    if shape.fields is not None:
        yield "", shape.fields
    for step, inner in (("[]", shape.elements), ("{}", shape.values)):
        if inner is not None:
            yield from ((f"{step}{further}", fields) for further, fields in parts(inner))


@pytest.mark.parametrize("kind", sorted(set(OBJECTS) - EVENTS - SEARCHES))
def test_a_field_must_be_there_where_stripe_requires_it(kind: str) -> None:
    assert kind in REQUIRED, (
        "tests/documented_answers.json is without it: LEFT_OUT of scripts/documented_answers.py has it, or it is newer "
        "than the document that the script was run with"
    )
    wrong = [
        f"{path}.{name} {'need not be there' if must else 'is always there'}"
        for path, name, must in declared(kind, fields_of(OBJECTS[kind]))
        if must != (name in REQUIRED.get(path, ())) and name not in OTHERWISE.get(path, ())
    ]

    assert wrong == []


@pytest.mark.parametrize("kind", ["price"])
def test_what_was_completed_is_of_the_declared_type(kind: str) -> None:
    answer = complete({**PRICE}, None)

    assert msgspec.convert(answer, OBJECTS[kind]) == {name: answer[name] for name, _ in fields_of(OBJECTS[kind])}
