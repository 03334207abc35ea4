"""Rules that hold for every catalog: a plan after apply is empty, whatever was there before and wherever it broke."""

from __future__ import annotations

import contextlib
import tempfile
from pathlib import Path
from typing import Any

import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from stripe_billing_cli.catalog import snapshot
from stripe_billing_cli.catalog.file.load import Source, load_catalog
from stripe_billing_cli.catalog.plan import Plan
from stripe_billing_cli.catalog.planner import make_plan
from stripe_billing_cli.local_stripe.transport import LocalTransport
from stripe_billing_cli.stripe_api.errors import StripeCallError
from tests.contract import ContractTransport
from tests.troubled import Killed, Trouble, TroubledTransport, apply, connected

KEYS = ["a", "b", "c"]
texts = st.sampled_from(["One", "Two & two", "Drei Äpfel", "四"])
amounts = st.integers(0, 99_999_999)
exact = st.decimals(min_value=0, max_value=1000, places=12).map(
    lambda amount: {"unit_amount_decimal": format(amount, "f")}
)
plain_amount = amounts.map(lambda amount: {"unit_amount": amount})
intervals = st.sampled_from(["day", "week", "month", "year", {"interval": "month", "interval_count": 3}])
metadata = st.dictionaries(st.sampled_from(["owner", "team"]), texts, max_size=2)


def optional(**fields: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({}, optional=fields)


@st.composite
def tiers(draw: st.DrawFn) -> list[dict[str, Any]]:
    bounds = sorted(draw(st.sets(st.integers(1, 10_000), max_size=3)))
    tier = st.one_of(plain_amount, exact, amounts.map(lambda amount: {"flat_amount": amount}))
    return [{"up_to": bound, **draw(tier)} for bound in [*bounds, "inf"]]


@st.composite
def prices(draw: st.DrawFn) -> dict[str, Any]:
    shape = draw(st.sampled_from(["flat", "tiered", "packages", "custom"]))
    price: dict[str, Any] = draw(
        optional(
            active=st.booleans(),
            nickname=texts,
            metadata=metadata,
            tax_behavior=st.sampled_from(["exclusive", "inclusive", "unspecified"]),
        )
    )
    match shape:
        case "flat":
            price |= draw(st.one_of(plain_amount, exact))
            options = st.dictionaries(st.sampled_from(["eur", "gbp", "jpy"]), plain_amount, max_size=3)
            price |= draw(optional(recurring=intervals, currency_options=options))
        case "tiered":
            mode = draw(st.sampled_from(["graduated", "volume"]))
            price |= {
                "billing_scheme": "tiered",
                "tiers_mode": mode,
                "tiers": draw(tiers()),
                "recurring": draw(intervals),
            }
        case "packages":
            package = {"divide_by": draw(st.integers(1, 1000)), "round": draw(st.sampled_from(["up", "down"]))}
            price |= {"unit_amount": draw(amounts), "transform_quantity": package, "recurring": draw(intervals)}
        case "custom":
            price |= {"custom_unit_amount": {"enabled": True, "minimum": draw(st.integers(50, 500))}}
    return price


@st.composite
def products(draw: st.DrawFn) -> dict[str, Any]:
    product: dict[str, Any] = {
        "name": draw(texts),
        "statement_descriptor": "SHOP",
        **draw(
            optional(
                active=st.booleans(),
                description=texts,
                images=st.lists(st.just("https://example.com/a.png"), max_size=2),
                marketing_features=st.lists(texts, max_size=3),
                metadata=metadata,
                shippable=st.booleans(),
                unit_label=st.sampled_from(["seat", "box"]),
                url=st.just("https://example.com"),
                package_dimensions=st.just({"height": 1, "length": 2.5, "weight": 3, "width": 4.25}),
            )
        ),
        "prices": draw(st.dictionaries(st.sampled_from(KEYS), prices(), max_size=3)),
    }
    offered = sorted(key for key, price in product["prices"].items() if price.get("active", True))
    if offered and draw(st.booleans()):
        product["default_price"] = draw(st.sampled_from(offered))
    return product


@st.composite
def catalogs(draw: st.DrawFn) -> str:
    content = {
        "version": 1,
        "catalog": "any",
        "currency": "usd",
        "products": draw(st.dictionaries(st.sampled_from(KEYS), products(), max_size=3)),
    }
    return yaml.safe_dump(content, sort_keys=False, allow_unicode=True)


def plan_of(text: str, path: Path) -> Plan:
    catalog = load_catalog(Source("catalog.yaml", text))
    api = connected(ContractTransport(LocalTransport(path)))
    return make_plan(catalog, snapshot.read(api, catalog, whole=True), prune=True)


many = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)


@many
@given(st.lists(catalogs(), min_size=1, max_size=4))
def test_the_plan_after_an_apply_is_empty_whatever_was_applied_before(texts: list[str]) -> None:
    with tempfile.TemporaryDirectory() as scratch:
        path = Path(scratch) / "local.db"
        for text in texts:
            outcome = apply(text, connected(ContractTransport(LocalTransport(path))))
            assert outcome.complete, outcome
            assert plan_of(text, path).changes == ()


@many
@given(catalogs(), catalogs(), st.integers(1, 30), st.booleans(), st.sampled_from(["kill", "timeout", "500", "429"]))
def test_an_apply_broken_anywhere_is_completed_by_the_next(
    before: str, text: str, at: int, after: bool, kind: str
) -> None:
    with tempfile.TemporaryDirectory() as scratch:
        path = Path(scratch) / "local.db"
        apply(before, connected(LocalTransport(path)))
        troubled = TroubledTransport(LocalTransport(path), Trouble(kind, at, after, lasting=True))
        with contextlib.suppress(Killed, StripeCallError):
            apply(text, connected(troubled))

        assert apply(text, connected(LocalTransport(path))).complete

        assert plan_of(text, path).changes == ()
        held = [price for page in connected(LocalTransport(path)).pages("/v1/prices", {}) for price in page]
        keys = [price["metadata"]["billing_key"] for price in held if price["active"]]
        assert len(keys) == len(set(keys)), "no price was made twice"
