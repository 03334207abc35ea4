"""Webhook endpoints: where Stripe sends events (https://docs.stripe.com/api/webhook_endpoints).

Stripe shows an endpoint's secret once, when it is made. One is made as `unconfirmed`, its secret is stored, and then it
is confirmed; an endpoint that is found unconfirmed is asked for again under the key it was made with, or made anew.
Its API version never changes (`stripe/params/_webhook_endpoint_update_params.py`): another version takes a second
endpoint, and the old one is disabled once the new one's secret is stored.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Annotated, Any, cast

from pydantic import Field

from stripe_billing_cli.catalog.account_reader import Objects, objects_of
from stripe_billing_cli.catalog.entries import Entry, FieldValue
from stripe_billing_cli.catalog.kinds.forms import Form, Plain, plain_text
from stripe_billing_cli.catalog.kinds.head import CatalogHead
from stripe_billing_cli.catalog.kinds.importing import ImportFile, readable_key
from stripe_billing_cli.catalog.kinds.model import FileModel, Metadata, PatternText, Text, Url
from stripe_billing_cli.catalog.kinds.rules import Report, check_metadata, check_url
from stripe_billing_cli.catalog.kinds.standard import StandardKind
from stripe_billing_cli.catalog.match import Match, Matcher, match_by_stamp
from stripe_billing_cli.catalog.ownership import RESERVED, stamp_of
from stripe_billing_cli.catalog.plan import Change, CreateWithSecret, Delete, Operation
from stripe_billing_cli.catalog.plan_builder import PlanBuilder
from stripe_billing_cli.catalog.suggestions import nearest
from stripe_billing_cli.stripe_api.objects.various import WebhookEndpoint as StripeWebhookEndpoint
from stripe_billing_cli.webhook_endpoints.endpoint import MARKS, PATH, ROLLS, SECRET, UNCONFIRMED, EndpointError
from stripe_billing_cli.webhook_endpoints.event_types import expand, known_versions

SHOWN_EVENTS = 4
DATE = len("2026-10-28")


class EventTypes(Form[list[str]]):
    """The events that are sent: names and patterns of the file, of which Stripe takes names only."""

    def value(self, file_value: list[str]) -> list[str]:
        try:
            return list(expand(file_value))
        except EndpointError:  # reported by the kind, at its place in the list
            return sorted(file_value)

    def read(self, stripe_value: list[str]) -> list[str]:
        return sorted(stripe_value)


class DisabledForm(Form[bool]):
    """The form of `disabled`: whether no event is sent, which Stripe answers as a status."""

    def existing_value(self, answer: StripeWebhookEndpoint, name: str) -> bool:
        return not _is_enabled(answer)


class ApiVersion(Form[str | None]):
    """The version of the events; a file that names none wants that which the endpoint has."""

    def fill_from(self, value: str | None, current: str | None) -> str | None:
        return current if value is None else value


Version = Annotated[
    str,
    Field(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}(\.[a-z]+)?$"),
    PatternText("a version of Stripe's API", "2026-10-28.endive (https://docs.stripe.com/api/versioning)"),
]


class WebhookEndpoint(FileModel):
    id: Text | None = None
    """Adopts this existing endpoint (we_…)."""
    url: Annotated[Url, Plain(in_place=True)]
    """Where events are sent."""
    enabled_events: Annotated[list[Text], EventTypes(in_place=True)]
    """The events that are sent, by name or pattern: [invoice.paid, customer.subscription.*], or ['*'] for all."""
    api_version: Annotated[Version | None, ApiVersion()] = None
    """The version of the events: 2026-10-28.endive. Without it a new endpoint has the account's default."""
    description: Annotated[Text | None, Plain(in_place=True)] = None
    """What it is for."""
    disabled: Annotated[bool, DisabledForm(in_place=True)] = False
    """true: nothing is sent."""
    metadata: Metadata
    """Your own keys and values."""


class WebhookEndpointKind(StandardKind[WebhookEndpoint, StripeWebhookEndpoint]):
    name = "webhook_endpoint"
    section = "webhook_endpoints"
    section_text = "Webhook endpoints by key: where Stripe sends events. New ones take --secret-file."
    model = WebhookEndpoint
    object_type = StripeWebhookEndpoint
    path = PATH
    example = "such as {url: https://shop.example/webhook, enabled_events: [invoice.paid]}"
    named_by = "url"
    retirement = "disable"
    retirement_params = {"disabled": True}
    own_metadata = RESERVED | MARKS

    # ---- The file

    def check(self, key: str, content: WebhookEndpoint, head: CatalogHead | None, report: Report) -> None:
        check_url(("url",), content.url, report)
        if not content.enabled_events:
            report(("enabled_events",), "no events", "name those that are sent, or ['*'] for all")
        for number, event in enumerate(content.enabled_events):
            try:
                expand([event])
            except EndpointError as error:
                report(("enabled_events", number), error.message, error.hint or "")
        version, versions = content.api_version, known_versions()
        if version and version[:DATE] <= versions[-1][:DATE] and version not in versions:
            report(("api_version",), f"Stripe's API has no version {version}", nearest(version, list(versions)))
        for mark in sorted(MARKS & content.metadata.keys()):
            report(("metadata", mark), f"{mark} is billing's own mark", "choose another key", at_key=True)
        check_metadata(content.metadata, report)

    # ---- The account

    def reason_left_out(self, endpoint: StripeWebhookEndpoint) -> str | None:
        return None if _is_confirmed(endpoint) else "endpoints of runs that were cut off"

    def is_on_offer(self, endpoint: StripeWebhookEndpoint, objects: Objects) -> bool:
        return self.is_unmanaged(endpoint, objects, ())

    def key_text(self, endpoint: StripeWebhookEndpoint, file: ImportFile) -> str:
        return readable_key(endpoint["url"].partition("://")[2])

    def is_active(self, endpoint: StripeWebhookEndpoint) -> bool:
        return _is_enabled(endpoint)

    def is_unmanaged(self, endpoint: StripeWebhookEndpoint, objects: Objects, named_ids: Collection[str]) -> bool:
        """Leave out the second endpoint of `billing webhook roll-secret` while it is at work."""
        return self.is_active(endpoint) and not _takes_over(
            endpoint, objects_of(objects, self.name, StripeWebhookEndpoint)
        )

    def match(
        self, matcher: Matcher[StripeWebhookEndpoint], entry: Entry[WebhookEndpoint]
    ) -> Match[StripeWebhookEndpoint]:
        """Match an entry; endpoints of its own that were never confirmed are among the earlier ones."""
        candidates = [one for one in matcher.candidates(entry) if not _takes_over(one, matcher.objects)]
        match = match_by_stamp(matcher, entry, counts=lambda one: one in candidates and _is_confirmed(one))
        return Match(match.current, (*match.earlier, *(one for one in candidates if not _is_confirmed(one))))

    # ---- Planning

    def has_same_terms(self, entry: Entry[WebhookEndpoint], endpoint: StripeWebhookEndpoint) -> bool:
        return _is_confirmed(endpoint) and super().has_same_terms(entry, endpoint)

    def plan_new(
        self, entry: Entry[WebhookEndpoint], match: Match[StripeWebhookEndpoint], builder: PlanBuilder
    ) -> Change | None:
        for other in objects_of(builder.objects, self.name, StripeWebhookEndpoint).values():
            if other["url"] == entry.fields["url"] and _is_enabled(other) and stamp_of(other) is None:
                builder.note(
                    f"{entry.key}: {other['id']} is sent events to the same URL, and no catalog owns it: those of "
                    f"both would come twice. To adopt it, give this webhook_endpoint `id: {other['id']}`.",
                    entry,
                    warning=True,
                )
        return super().plan_new(entry, match, builder)

    def plan_supersession(
        self,
        entry: Entry[WebhookEndpoint],
        current: StripeWebhookEndpoint | None,
        old: StripeWebhookEndpoint,
        builder: PlanBuilder,
    ) -> None:
        """Disable the endpoints that another one has replaced; delete abandoned ones, unless a create does."""
        if _is_confirmed(old):
            super().plan_supersession(entry, current, old, builder)
        elif builder.ids.get(entry.reference) is not None:
            change = builder.change(
                "delete",
                self,
                entry.key,
                stripe_object=old,
                entry=entry,
                fields={},
                reason="a run was cut off before it had stored its secret",
            )
            change.operations.append(Delete(path=f"{self.path}/{old['id']}", after=(entry.reference,)))

    # ---- Operations

    def create_params(
        self, entry: Entry[WebhookEndpoint], match: Match[StripeWebhookEndpoint], catalog: str
    ) -> dict[str, Any]:
        params = super().create_params(entry, match, catalog)
        params.pop("disabled", None)
        return {**params, "metadata": {**params["metadata"], SECRET: UNCONFIRMED}}

    def add_create(
        self, change: Change, entry: Entry[WebhookEndpoint], match: Match[StripeWebhookEndpoint], builder: PlanBuilder
    ) -> Operation:
        objects = match.list_known()
        abandoned_ids = tuple(sorted(one["id"] for one in objects if not _is_confirmed(one)))
        create = CreateWithSecret(
            path=self.path,
            object_type=self.object_type,
            params=self.create_params(entry, match, builder.catalog),
            makes=entry.reference,
            state=tuple(sorted(one["id"] for one in objects if _is_confirmed(one))),
            find=self.find_created,
            key=entry.key,
            confirm={"metadata": {SECRET: ""}} | ({"disabled": True} if entry.fields["disabled"] else {}),
            abandoned_ids=abandoned_ids,
        )
        if abandoned_ids:
            builder.note(
                f"{entry.key}: {', '.join(abandoned_ids)} was made by a run that was cut off before it had stored the "
                "secret. Within 24 hours Stripe says it again; after that the endpoint is deleted and made anew.",
                entry,
            )
        change.operations.append(create)
        builder.ids[entry.reference] = None
        return create

    # ---- Showing

    def show(self, change: Change, name: str, value: FieldValue) -> str:
        if name != "enabled_events":
            return super().show(change, name, value)
        events, field_change = _event_names(value), change.fields[name]
        stays = {*_event_names(field_change.before)} & {*_event_names(field_change.after)}
        return _events(events) if not stays else _events([event for event in events if event not in stays], len(stays))


def _event_names(value: FieldValue) -> list[str]:
    return cast(list[str], value or [])


def _events(events: Sequence[str], unchanged_count: int = 0) -> str:
    """Return a few names, and the number of the others; of those that stay, the number alone."""
    hidden_count = len(events) - SHOWN_EVENTS
    parts = [", ".join(events[:SHOWN_EVENTS])] if events else []
    parts += [f"{hidden_count} more"] * (hidden_count > 0) + [f"{unchanged_count} as before"] * (unchanged_count > 0)
    return " and ".join(parts) if parts else plain_text([])


def _is_enabled(endpoint: StripeWebhookEndpoint) -> bool:
    return endpoint["status"] == "enabled"


def _is_confirmed(endpoint: StripeWebhookEndpoint) -> bool:
    return (endpoint["metadata"] or {}).get(SECRET) != UNCONFIRMED


def _takes_over(endpoint: StripeWebhookEndpoint, objects: Mapping[str, StripeWebhookEndpoint]) -> bool:
    """Return whether an endpoint is the second of a `billing webhook roll-secret` whose first is still there."""
    return (endpoint["metadata"] or {}).get(ROLLS) in objects
