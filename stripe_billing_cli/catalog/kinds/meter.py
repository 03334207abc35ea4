"""Meters: how usage adds up (https://docs.stripe.com/api/billing/meter).

An event name belongs to one meter for ever, and only a meter's display name changes
(`stripe/params/billing/_meter_modify_params.py`). A meter has no metadata, and so no stamp: it is recognised by its
event name, and deactivated only by an option of its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Annotated, Any, Literal

from pydantic import Field

from stripe_billing_cli.catalog.account_reader import AccountReader, ReadResult, by_id
from stripe_billing_cli.catalog.diff import FieldChange
from stripe_billing_cli.catalog.entries import Entry, Reference
from stripe_billing_cli.catalog.kinds.base import EntriesByKind
from stripe_billing_cli.catalog.kinds.forms import PartForm, Plain
from stripe_billing_cli.catalog.kinds.importing import ImportFile, ImportScope, readable_key
from stripe_billing_cli.catalog.kinds.model import FileModel, ShortForm, Text
from stripe_billing_cli.catalog.kinds.rules import Path
from stripe_billing_cli.catalog.kinds.standard import StandardKind, list_names
from stripe_billing_cli.catalog.match import Match, Matcher
from stripe_billing_cli.catalog.plan import Change, Create, Operation, Update
from stripe_billing_cli.catalog.plan_builder import PlanBuilder
from stripe_billing_cli.stripe_api.client import StripeApi
from stripe_billing_cli.stripe_api.objects.catalog import Meter as StripeMeter

Formula = Literal["sum", "count", "last"]
AGGREGATION = ShortForm("formula", {"enum": ["sum", "count", "last"], "description": "Short for {formula: …}."})


class DefaultAggregation(FileModel):
    formula: Formula
    """sum of the values, count of the events, or the last value."""


class AggregationForm(PartForm[Mapping[str, str]]):
    def show_part(self, value: Mapping[str, str], currency: str) -> str:
        return value["formula"]


class CustomerMapping(FileModel):
    event_payload_key: Annotated[str, Field(min_length=1, max_length=100)] = "stripe_customer_id"
    """The key of an event that has the customer's id."""
    type: Literal["by_id"] = "by_id"
    """How events name customers."""


class ValueSettings(FileModel):
    event_payload_key: Annotated[str, Field(min_length=1, max_length=100)] = "value"
    """The key of an event that has the value."""


class Meter(FileModel):
    id: Text | None = None
    """Adopts this existing meter (mtr_…)."""
    display_name: Annotated[str, Field(min_length=1, max_length=250), Plain(in_place=True)]
    """What it is called."""
    event_name: Annotated[str, Field(min_length=1, max_length=100)]
    """The name of the events that it adds up; it belongs to this meter for ever."""
    default_aggregation: Annotated[DefaultAggregation, AGGREGATION, AggregationForm(DefaultAggregation)]
    """How events add up: sum, count or last."""
    event_time_window: Literal["day", "hour"] | None = None
    """Adds events up by the day or the hour beforehand."""
    customer_mapping: CustomerMapping = CustomerMapping()
    """How an event says whose usage it is."""
    value_settings: ValueSettings = ValueSettings()
    """How an event says how much."""


class MeterKind(StandardKind[Meter, StripeMeter]):
    name = "meter"
    section = "meters"
    section_text = "Meters by key, by which metered prices name them."
    model = Meter
    object_type = StripeMeter
    path = "/v1/billing/meters"
    example = "such as {display_name: API calls, event_name: api_calls, default_aggregation: sum}"
    named_by = "display_name"
    unique_params = ("event_name",)
    retirement = "disable"
    prune_option = "--prune-meters"

    # ---- The file

    def names(self, entry: Entry[Meter]) -> Iterator[tuple[str, str, Path]]:
        yield "event name", entry.content.event_name, ("event_name",)
        yield from super().names(entry)

    # ---- The account

    def read(self, reader: AccountReader, entries_by_kind: EntriesByKind, whole: bool) -> ReadResult[StripeMeter]:
        if not (whole or entries_by_kind[self.name]):
            return ReadResult()
        lists = reader.each(
            lambda status: reader.all(self.object_type, self.path, {"status": status}), ("active", "inactive")
        )
        return ReadResult(by_id(meter for meters in lists for meter in meters))

    def read_all(self, reader: AccountReader, scope: ImportScope) -> Iterable[StripeMeter]:
        return self.read(reader, {}, whole=True).objects.values()

    def key_text(self, meter: StripeMeter, file: ImportFile) -> str:
        return readable_key(meter["event_name"])

    def adopted_id(self, key: str, meter: StripeMeter, file: ImportFile) -> str | None:
        """Return None: the event name finds the meter."""
        return None

    def is_active(self, meter: StripeMeter) -> bool:
        return meter["status"] == "active"

    def is_ours(self, meter: StripeMeter, catalog: str) -> bool:
        """Return True: a meter cannot say whose it is; the option to prune meters says it for all."""
        return True

    def match(self, matcher: Matcher[StripeMeter], entry: Entry[Meter]) -> Match[StripeMeter]:
        """Match by the event name; an inactive meter of that name is the one, as no other can have it."""
        same_name = [one for one in matcher.objects.values() if one["event_name"] == entry.content.event_name]
        current = matcher.objects.get(entry.adopted_id) if entry.adopted_id else matcher.newest(same_name)
        if current is None:
            if entry.adopted_id:
                matcher.refuse_missing(entry, entry.adopted_id)
            return Match()
        fixed_names = self.find_fixed(self.changes(entry, current, matcher.catalog))
        if fixed_names:
            matcher.refuse(
                entry,
                f"meter {entry.key}: {list_names(fixed_names)} cannot change on a meter, and "
                f"{current['event_name']} is {current['id']}'s for ever",
                f"give it another `event_name:`, such as {entry.content.event_name}_2, and make new prices for it",
            )
        return Match(current)

    # ---- Planning

    def plan(self, entry: Entry[Meter], match: Match[StripeMeter], builder: PlanBuilder) -> Change | None:
        current = match.current
        if current is None or self.is_active(current):
            return super().plan(entry, match, builder)
        fields = self.changes(entry, current, builder.catalog)
        change = builder.change(
            "update",
            self,
            entry.key,
            stripe_object=current,
            entry=entry,
            fields={"status": FieldChange("inactive", "active"), **fields},
            reason="it was deactivated in Stripe",
        )
        reactivation = Update(path=f"{self.path}/{current['id']}/reactivate", makes=entry.reference)
        change.operations.append(reactivation)
        if fields:
            update = self.add_updates(change, entry, match, current, fields, builder)
            update.needs += (reactivation,)
        return change

    def find_created(
        self, api: StripeApi, create: Create[StripeMeter], params: Mapping[str, Any]
    ) -> StripeMeter | None:
        for page in api.pages(self.path, {"status": "active"}, kind=StripeMeter):
            for meter in page:
                if meter["event_name"] == params["event_name"]:
                    return meter
        return None

    def retired_fields(self, meter: StripeMeter) -> dict[str, FieldChange]:
        return {"status": FieldChange("active", "inactive")}

    def make_retirement(
        self, meter: StripeMeter, *, needs: tuple[Operation, ...] = (), after: tuple[Reference, ...] = ()
    ) -> Operation:
        path = f"{self.path}/{meter['id']}/deactivate"
        return Update(path=path, after_freed=(meter["id"],), needs=needs, after=after)
