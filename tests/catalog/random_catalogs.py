"""Random catalogs, for rules that hold for every catalog."""

from __future__ import annotations

import time
from typing import Any

import yaml
from hypothesis import strategies as st

KEYS = ["a", "b", "c"]
texts = st.sampled_from(["One", "Two & two", "Drei Äpfel", "四"])
amounts = st.integers(0, 99_999_999)
exact = st.decimals(min_value=0, max_value=1000, places=12).map(
    lambda amount: {"unit_amount_decimal": format(amount, "f")}
)
plain_amount = amounts.map(lambda amount: {"unit_amount": amount})
intervals = st.sampled_from(["day", "week", "month", "year", {"interval": "month", "interval_count": 3}])
metadata = st.dictionaries(st.sampled_from(["owner", "team"]), texts, max_size=2)


def in_a_year() -> int:
    return int(time.time()) + 365 * 86400


def optional(**fields: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({}, optional=fields)


@st.composite
def tiers(draw: st.DrawFn) -> list[dict[str, Any]]:
    bounds = sorted(draw(st.sets(st.integers(1, 10_000), max_size=3)))
    tier = st.one_of(plain_amount, exact, amounts.map(lambda amount: {"flat_amount": amount}))
    return [{"up_to": last_unit, **draw(tier)} for last_unit in [*bounds, "inf"]]


@st.composite
def prices(draw: st.DrawFn) -> dict[str, Any]:
    shape = draw(st.sampled_from(["flat", "tiered", "packages", "custom"]))
    price: dict[str, Any] = draw(
        optional(
            active=st.booleans(),
            lookup_key=st.none(),
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
    active_keys = sorted(key for key, price in product["prices"].items() if price.get("active", True))
    if active_keys and draw(st.booleans()):
        product["default_price"] = draw(st.sampled_from(active_keys))
    return product


@st.composite
def coupons(draw: st.DrawFn) -> dict[str, Any]:
    off = st.one_of(
        st.integers(1, 100).map(lambda percent: {"percent_off": percent}),
        st.integers(1, 5000).map(lambda amount: {"amount_off": amount}),
        st.integers(1, 5000).map(lambda amount: {"amount_off": amount, "currency_options": {"eur": {"amount_off": 7}}}),
    )
    lasts = st.sampled_from([{}, {"duration": "forever"}, {"duration": "repeating", "duration_in_months": 3}])
    more = optional(name=texts, max_redemptions=st.integers(1, 9), metadata=metadata, redeem_by=st.builds(in_a_year))
    return {**draw(off), **draw(lasts), **draw(more)}


feature = st.fixed_dictionaries({"name": texts}, optional={"metadata": metadata})
meters = st.fixed_dictionaries(
    {"display_name": texts, "default_aggregation": st.sampled_from(["sum", "count", "last"])},
    optional={
        "event_time_window": st.sampled_from(["day", "hour"]),
        "value_settings": st.just({"event_payload_key": "tokens"}),
    },
)


@st.composite
def catalogs(draw: st.DrawFn) -> str:
    content = {
        "version": 1,
        "catalog": "any",
        "currency": "usd",
        "products": draw(st.dictionaries(st.sampled_from(KEYS), products(), max_size=3)),
    }
    return yaml.safe_dump(content, sort_keys=False, allow_unicode=True)


@st.composite
def full_catalogs(draw: st.DrawFn) -> str:
    """Catalogs of products, prices, features, meters and coupons that refer to each other."""
    content = yaml.safe_load(draw(catalogs()))
    entry_keys = st.sampled_from(["sso", "audit-log", "x"])
    content["features"] = draw(st.dictionaries(entry_keys, feature, max_size=3))
    for key, one in content["features"].items():
        if draw(st.booleans()):
            one["lookup_key"] = f"{key}.v1"
    content["meters"] = draw(st.dictionaries(entry_keys, meters, max_size=2))
    content["coupons"] = draw(
        st.dictionaries(st.sampled_from(["LAUNCH", "Half price", "Z4OV52SU"]), coupons(), max_size=3)
    )
    for key, meter in content["meters"].items():
        meter["event_name"] = f"event_{key}"
    for number, product in enumerate(content["products"].values()):
        product["features"] = (
            sorted(draw(st.sets(st.sampled_from(sorted(content["features"])), max_size=2)))
            if content["features"]
            else []
        )
        if content["meters"] and draw(st.booleans()):
            recurring = {"interval": "month", "usage_type": "metered", "meter": min(content["meters"])}
            product["prices"]["metered"] = {"unit_amount": 3, "recurring": recurring, "lookup_key": f"metered_{number}"}
    for coupon in content["coupons"].values():
        if content["products"] and draw(st.booleans()):
            coupon["applies_to"] = [draw(st.sampled_from(sorted(content["products"])))]
    return yaml.safe_dump(content, sort_keys=False, allow_unicode=True)
