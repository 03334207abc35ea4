"""Dates carry their zone, and are shown in the one that is asked for."""

from __future__ import annotations

import re

import pytest

from stripe_billing_cli.cli import formatting, time_zone
from tests.conftest import Billing
from tests.subscriptions.conftest import Shop

EVENING = 1_800_657_000
"""22 Jan 2027, 22:30 in UTC; 23:30 in Berlin, and the morning after in Tokyo."""
DATE = re.compile(r"\d{1,2} [A-Z][a-z]{2} 2\d{3}( \d\d:\d\d)?(?P<zone> [A-Z]{3,4}| [+-]\d\d)?")


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("UTC", "22 Jan 2027 22:30 UTC"),
        ("utc", "22 Jan 2027 22:30 UTC"),
        ("Europe/Berlin", "22 Jan 2027 23:30 CET"),
        ("Asia/Tokyo", "23 Jan 2027 07:30 JST"),
        ("America/Sao_Paulo", "22 Jan 2027 19:30 -03"),
    ],
)
def test_a_moment_is_shown_in_a_zone(name: str, shown: str) -> None:
    with time_zone.shown_in(name, "--time-zone"):
        assert formatting.moment(EVENING) == shown
        day, zone = shown.rsplit(" ", 2)[0], shown.rsplit(" ", 1)[1]
        assert formatting.date(EVENING) == f"{day} {zone}"
    assert formatting.moment(EVENING) == "22 Jan 2027 22:30 UTC"


def test_the_option_beats_the_environment_and_that_beats_billing_toml(
    billing: Billing, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.customer()
    list_ = ("customer", "list", "--local")

    def zone(*argv: str) -> str:
        found = DATE.search(billing.ok(*argv).out)
        assert found
        return (found["zone"] or "").strip()

    assert zone(*list_) == "UTC"
    billing.write('time_zone = "Asia/Tokyo"', "billing.toml")
    assert zone(*list_) == "JST"
    assert "time_zone Asia/Tokyo, from billing.toml" in billing("doctor", "--local").out
    monkeypatch.setenv("BILLING_TIME_ZONE", "Asia/Kolkata")
    assert zone(*list_) == "IST"
    assert zone("--time-zone", "Africa/Lagos", *list_) == "WAT"
    assert zone("--time-zone", "Africa/Lagos", *list_, "--time-zone", "utc") == "UTC"
    assert zone(*list_, "--time-zone", "local")


@pytest.mark.parametrize("name", ["Berlin", "Europe", "../UTC", "/etc/passwd", "a" * 300])
def test_a_zone_that_does_not_exist_is_refused(billing: Billing, name: str) -> None:
    refused = billing("customer", "list", "--local", "--time-zone", name)

    assert refused.code == 2
    assert "--time-zone names no time zone" in refused.err and "Europe/Berlin" in refused.err


def test_every_date_of_a_screen_has_its_zone(billing: Billing, shop: Shop) -> None:
    price, made = shop.price(), shop.with_card()["id"]
    created = billing.ok("sub", "create", "--local", "--customer", made, "--price", price["id"], "-y")
    shown = created.err + created.out
    for argv in (("sub", "list"), ("invoice", "list"), ("customer", "show", made)):
        shown += billing.ok(*argv, "--local", "--time-zone", "Asia/Tokyo").out

    dates = list(DATE.finditer(shown))
    assert len(dates) > 5
    assert [match[0] for match in dates if match["zone"] is None] == []
