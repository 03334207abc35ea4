"""Values as users write them on the command line."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given as property_of
from hypothesis import strategies as st

from stripe_billing_cli.cli import parsing
from stripe_billing_cli.errors import BillingError
from stripe_billing_cli.stripe_api.money import AmountError, parse_amount


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("2026-12-24", 1_798_070_400),
        ("2026-12-24T18:30", 1_798_137_000),
        ("2026-12-24T18:30Z", 1_798_137_000),
        ("2026-12-24T19:30+01:00", 1_798_137_000),
        ("2026-12-24 18:30:00", 1_798_137_000),
        ("1798070400", 1_798_070_400),
    ],
)
def test_moments(text: str, seconds: int) -> None:
    assert parsing.moment("--at", text) == seconds


@property_of(st.datetimes(min_value=datetime(2000, 1, 1), max_value=datetime(2100, 1, 1), timezones=st.just(UTC)))
def test_a_moment_is_read_as_it_is_written(when: datetime) -> None:
    assert parsing.moment("--at", when.isoformat()) == int(when.timestamp())


@pytest.mark.parametrize("text", ["tomorrow", "", "24.12.2026", "2026-13-01", "12", "-5", "²" * 10, "1795973700000"])
def test_what_is_no_moment(text: str) -> None:
    with pytest.raises(BillingError, match="--at is no date"):
        parsing.moment("--at", text)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("90", 90), ("90s", 90), ("10m", 600), ("12h", 43200), ("35d", 3_024_000), ("2w", 1_209_600), ("1 D", 86400)],
)
def test_spans(text: str, seconds: int) -> None:
    assert parsing.span("--timeout", text) == seconds


@pytest.mark.parametrize("text", ["", "soon", "1.5h", "-1m", "1y", "m"])
def test_what_is_no_span(text: str) -> None:
    with pytest.raises(BillingError, match="--timeout is no span of time"):
        parsing.span("--timeout", text)


@pytest.mark.parametrize("text", ["90", " 5 ", "0"])
def test_an_age_without_a_unit_is_refused(text: str) -> None:
    with pytest.raises(BillingError, match="has no unit"):
        parsing.age("--older-than", text)


KEYS = st.text(min_size=1).filter(lambda key: "=" not in key)


@property_of(st.dictionaries(KEYS, st.text()))
def test_metadata_comes_as_it_was_given(pairs: dict[str, str]) -> None:
    assert parsing.metadata("--metadata", [f"{key}={value}" for key, value in pairs.items()]) == pairs


def test_a_comma_is_shown_as_the_point_that_is_meant() -> None:
    with pytest.raises(AmountError) as refused:
        parse_amount("10,50", "eur")
    assert refused.value.hint == "write 10.50"
