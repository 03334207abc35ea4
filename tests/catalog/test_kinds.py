"""A kind is one class: this one, of tax rates, is in no other file, and is planned, applied, shown and pruned."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, ClassVar

import jsonschema
import pytest
import yaml

from stripe_billing_cli.catalog import snapshot
from stripe_billing_cli.catalog.diff import FieldChange
from stripe_billing_cli.catalog.entries import Entry
from stripe_billing_cli.catalog.executor import carry_out
from stripe_billing_cli.catalog.file.load import Source, load_catalog
from stripe_billing_cli.catalog.file.problems import CatalogErrors
from stripe_billing_cli.catalog.file.schema import catalog_schema
from stripe_billing_cli.catalog.importer.request import ImportRequest, import_catalog
from stripe_billing_cli.catalog.kinds import KINDS, Registry
from stripe_billing_cli.catalog.kinds.forms import Plain
from stripe_billing_cli.catalog.kinds.head import CatalogHead
from stripe_billing_cli.catalog.kinds.model import Exact, FileModel, Metadata, Text
from stripe_billing_cli.catalog.kinds.rules import Report
from stripe_billing_cli.catalog.kinds.standard import StandardKind
from stripe_billing_cli.catalog.match import Match, Matcher
from stripe_billing_cli.catalog.plan import Plan
from stripe_billing_cli.catalog.planner import make_plan
from stripe_billing_cli.cli.catalog import plan_view
from stripe_billing_cli.local_stripe.transport import LocalTransport
from stripe_billing_cli.stripe_api.client import StripeApi
from stripe_billing_cli.stripe_api.objects.catalog import Coupon, Meter
from stripe_billing_cli.stripe_api.objects.common import StripeObject
from stripe_billing_cli.stripe_api.objects.registry import OBJECTS
from tests.contract import ContractTransport
from tests.troubled import Killed, Trouble, TroubledTransport, connected


class Levy(FileModel):
    active: Annotated[bool, Plain(in_place=True)] = True
    """false archives the rate."""
    display_name: Annotated[Text, Plain(in_place=True)]
    """What customers see."""
    inclusive: Annotated[bool, Plain(is_required=True)] = False
    """Whether the tax is in the price."""
    percentage: Exact
    """Of the price."""
    jurisdiction: Annotated[Text | None, Plain(in_place=True, unset=False)] = None
    """Whose tax it is."""
    metadata: Metadata
    """Your own keys and values."""


class TaxRateObject(StripeObject):
    """What is read of Stripe's answers."""

    id: str
    active: bool
    created: int
    display_name: str
    inclusive: bool
    metadata: dict[str, str]
    percentage: float
    jurisdiction: str | None


class LevyKind(StandardKind[Levy, TaxRateObject]):
    name = "levy"
    section = "levies"
    section_text = "Tax rates by key."
    model = Levy
    object_type = TaxRateObject
    path = "/v1/tax_rates"
    example = "such as {display_name: VAT, percentage: 19}"
    named_by = "display_name"

    def check(self, key: str, content: Levy, head: CatalogHead | None, report: Report) -> None:
        if content.percentage > 100:
            report(("percentage",), f"{content.percentage} percent", "at most 100")


class Rebate(FileModel):
    name: Annotated[Text, Plain(in_place=True)]
    """What customers see."""
    percent_off: Exact
    """Of the amount."""
    metadata: Metadata
    """Your own keys and values."""


class RebateKind(StandardKind[Rebate, Coupon]):
    name = "rebate"
    section = "rebates"
    section_text = "Coupons by key."
    model = Rebate
    object_type = Coupon
    path = "/v1/coupons"
    example = "such as {name: Launch, percent_off: 20}"
    retirement = "delete"


class Aggregation(FileModel):
    formula: Text
    """The formula."""


class Gauge(FileModel):
    display_name: Annotated[Text, Plain(in_place=True)]
    """What people call it."""
    event_name: Text
    """The events that it adds up."""
    default_aggregation: Aggregation
    """How they add up."""


class GaugeKind(StandardKind[Gauge, Meter]):
    """A kind of objects that have no metadata, and so bear no stamp: the name of their events finds them."""

    name = "gauge"
    section = "gauges"
    section_text = "Meters by key."
    model = Gauge
    object_type = Meter
    path = "/v1/billing/meters"
    example = "such as {display_name: Calls, event_name: calls, default_aggregation: {formula: sum}}"
    named_by = "display_name"
    retirement = "disable"
    retirement_params: ClassVar[Mapping[str, Any]] = {"disabled": True}

    def is_active(self, meter: Meter) -> bool:
        return meter["status"] == "active"

    def match(self, matcher: Matcher[Meter], entry: Entry[Gauge]) -> Match[Meter]:
        return Match(matcher.index("event_name").get(entry.content.event_name))


WITH_LEVIES = Registry(kind for kind in KINDS if kind.path != LevyKind.path).with_kind(LevyKind())
WITH_GAUGES = Registry([]).with_kind(GaugeKind())
HEAD = "version: 1\ncatalog: keymap\ncurrency: usd\n"
LEVIES = """\
levies:
  vat: {display_name: VAT, percentage: 19, jurisdiction: DE}
  reduced: {display_name: Reduced VAT, percentage: "7.0", metadata: {books: "yes"}}
"""
CATALOG = HEAD + LEVIES


@pytest.fixture
def api(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> StripeApi:
    monkeypatch.setitem(OBJECTS, "tax_rate", TaxRateObject)  # type: ignore[arg-type]  # a dict behind a Mapping
    return connected(ContractTransport(LocalTransport(tmp_path / "local.db")))


def plan(api: StripeApi, text: str, *, prune: bool = False, kinds: Registry = WITH_LEVIES) -> Plan:
    catalog = load_catalog(Source("catalog.yaml", text), kinds)
    return make_plan(catalog, snapshot.read(api, catalog, whole=prune), prune=prune)


def apply(api: StripeApi, text: str, *, prune: bool = False) -> Plan:
    the_plan = plan(api, text, prune=prune)
    assert carry_out(api, the_plan).complete
    assert plan(api, text, prune=prune).changes == ()
    return the_plan


def rates(api: StripeApi) -> dict[str, list[Any]]:
    """Return the active rates by name, newest first."""
    by_name: dict[str, list[Any]] = {}
    for page in api.pages("/v1/tax_rates", {"active": True}):
        for rate in page:
            by_name.setdefault(rate["display_name"], []).append(rate)
    return by_name


def shown(the_plan: Plan) -> str:
    return "\n".join(line.text for line in plan_view.lines(the_plan, "catalog.yaml"))


def test_entries_are_created_and_a_second_plan_is_empty(api: StripeApi) -> None:
    the_plan = apply(api, CATALOG)

    assert "+ levy     vat  VAT\n    inclusive: no\n    percentage: 19\n    jurisdiction: DE\n" in shown(the_plan)
    assert [rate["percentage"] for rate in rates(api)["VAT"]] == [19]
    assert rates(api)["Reduced VAT"][0]["metadata"]["books"] == "yes"


def test_what_may_change_changes_in_place(api: StripeApi) -> None:
    apply(api, CATALOG)
    [before] = rates(api)["VAT"]

    the_plan = apply(api, CATALOG.replace("display_name: VAT", "display_name: MwSt"))

    assert "display_name: VAT → MwSt" in shown(the_plan)
    assert [rate["id"] for rate in rates(api)["MwSt"]] == [before["id"]]


def test_what_may_not_change_makes_a_new_object_and_archives_the_old_and_comes_back(api: StripeApi) -> None:
    apply(api, CATALOG)
    [before] = rates(api)["VAT"]

    the_plan = apply(api, CATALOG.replace("19", "20"))

    assert [change.action for change in the_plan.changes] == ["replace"]
    assert "percentage cannot change on a levy" in shown(the_plan)
    [after] = rates(api)["VAT"]
    assert (after["percentage"], after["id"] != before["id"]) == (20, True)
    apply(api, CATALOG)
    assert [rate["id"] for rate in rates(api)["VAT"]] == [before["id"]], "it is revived, not made again"


def test_what_cannot_be_cleared_stays_and_is_noted(api: StripeApi) -> None:
    apply(api, CATALOG)

    [note] = plan(api, CATALOG.replace(", jurisdiction: DE", "")).notes

    assert note.message.startswith("vat: jurisdiction stays 'DE'")
    assert (note.kind, note.key, note.warning) == ("levy", "vat", False)


def test_an_entry_that_is_gone_is_archived_only_when_asked(api: StripeApi) -> None:
    apply(api, CATALOG)
    less = CATALOG[: CATALOG.index("  reduced")]

    assert "levy     txr_" in shown(plan(api, less))
    assert "--prune archives it" in shown(plan(api, less))
    apply(api, less, prune=True)

    assert set(rates(api)) == {"VAT"}
    apply(api, HEAD, prune=True)
    assert rates(api) == {}


def test_a_kind_that_says_that_it_is_deleted_is_pruned(api: StripeApi) -> None:
    """Coupons have no `active`."""
    kinds = Registry(kind for kind in KINDS if kind.name not in ("coupon", "promotion_code")).with_kind(RebateKind())
    text = f"{HEAD}rebates:\n  launch: {{name: Launch, percent_off: 20}}\n"
    assert carry_out(api, plan(api, text, kinds=kinds)).complete
    assert plan(api, text, kinds=kinds).changes == ()

    the_plan = plan(api, HEAD, prune=True, kinds=kinds)

    assert [(change.action, change.key, change.fields) for change in the_plan.changes] == [("delete", "launch", {})]
    assert carry_out(api, the_plan).complete
    assert api.page("/v1/coupons", {})[0] == []


def test_what_the_account_holds_is_imported(api: StripeApi) -> None:
    apply(api, CATALOG)

    result = import_catalog(api, ImportRequest("keymap", registry=WITH_LEVIES))

    assert set(result.text.splitlines()) == {
        "version: 1",
        "catalog: keymap",
        "",
        "levies:",
        "  vat: {display_name: VAT, percentage: 19, jurisdiction: DE}",
        "  reduced:",
        "    display_name: Reduced VAT",
        "    percentage: 7",
        '    metadata: {books: "yes"}',
    }
    assert plan(api, result.text).changes == ()


def test_kinds_of_which_the_file_has_no_entry_are_not_read(api: StripeApi) -> None:
    apply(api, CATALOG)

    assert plan(api, HEAD).unmanaged == ()


@pytest.mark.parametrize("after", [False, True])
def test_an_apply_cut_off_at_any_call_is_completed_by_the_next(api: StripeApi, tmp_path: Path, after: bool) -> None:
    for at in range(1, 12):
        directory = tmp_path / str(at)
        directory.mkdir()
        path = directory / "local.db"
        apply(connected(LocalTransport(path)), CATALOG)
        text = CATALOG.replace("19", "20").replace("7.0", "5")
        cut_off = connected(TroubledTransport(LocalTransport(path), Trouble("kill", at, after, lasting=True)))
        with_killed(lambda: carry_out(cut_off, plan(cut_off, text)))  # noqa: B023

        again = connected(LocalTransport(path))
        apply(again, text)
        assert {name: len(objects) for name, objects in rates(again).items()} == {"VAT": 1, "Reduced VAT": 1}


def test_a_kind_of_objects_without_metadata_is_planned_by_what_finds_them(api: StripeApi) -> None:
    calls = "gauges: {calls: {display_name: Calls, event_name: calls, default_aggregation: {formula: sum}}}\n"
    assert carry_out(api, plan(api, HEAD + calls, kinds=WITH_GAUGES)).complete
    assert plan(api, HEAD + calls, kinds=WITH_GAUGES).changes == ()

    the_plan = plan(api, HEAD + calls.replace("Calls", "API calls"), kinds=WITH_GAUGES)

    assert [(change.action, change.reason) for change in the_plan.changes] == [("update", "differs from the file")]
    assert plan(api, HEAD, prune=True, kinds=WITH_GAUGES).changes == ()
    assert GaugeKind().retired_fields(Meter(id="mtr_1")) == {"disabled": FieldChange(False, True)}  # type: ignore[typeddict-item]


def with_killed(run: Callable[[], object]) -> None:
    try:
        run()
    except Killed:
        return


@pytest.mark.parametrize(
    ("mistake", "message"),
    [
        ("levies: {vat: 19}", "levy vat has no keys and values"),
        ("levies: {vat: {percentage: 19}}", "display_name is missing"),
        ("levies: {vat: {display_name: VAT, percentage: 190}}", "190 percent"),
        ("levies: {vat: {display_name: VAT, precentage: 19}}", "unknown key precentage"),
        ("levys: {}", "unknown key levys"),
    ],
)
def test_mistakes_are_errors_with_their_place(mistake: str, message: str) -> None:
    with pytest.raises(CatalogErrors) as caught:
        load_catalog(Source("catalog.yaml", f"{HEAD}{mistake}\n"), WITH_LEVIES)

    assert str(caught.value).startswith("catalog.yaml:4:")
    assert message in str(caught.value)


def test_the_schema_has_the_kind() -> None:
    schema = catalog_schema(WITH_LEVIES)

    jsonschema.validate(yaml.safe_load(CATALOG), schema)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(yaml.safe_load(CATALOG.replace("percentage", "share")), schema)
    assert "levies" not in catalog_schema()["properties"]


def test_amounts_are_compared_exactly(api: StripeApi) -> None:
    apply(api, CATALOG.replace("19", '"19.00"'))

    assert plan(api, CATALOG.replace("19", '"19.0"')).changes == ()
    assert load_catalog(Source("catalog.yaml", CATALOG), WITH_LEVIES).by_kind["levy"][0].fields[
        "percentage"
    ] == Decimal(19)
