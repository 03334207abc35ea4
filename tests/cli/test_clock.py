"""`billing clock`."""

from __future__ import annotations

import pytest

from tests.cli.sub.conftest import FIRST_OF_APRIL, FIRST_OF_MARCH, TEN_DAYS_LATER, Life, life
from tests.conftest import Billing

__all__ = ["life"]
DAY = 86400


class TestAdvance:
    @pytest.mark.parametrize(
        ("to", "target"),
        [
            ("12h", TEN_DAYS_LATER + DAY // 2),
            ("35d", TEN_DAYS_LATER + 35 * DAY),
            ("2w", TEN_DAYS_LATER + 14 * DAY),
            ("2026-03-20", FIRST_OF_MARCH + 19 * DAY),
            ("2026-03-20T12:00Z", FIRST_OF_MARCH + 19 * DAY + DAY // 2),
            ("period-end", FIRST_OF_APRIL + 2 * 3600),
        ],
    )
    def test_moves_the_clock(self, to: str, target: int, life: Life) -> None:
        record = life.json("clock", "advance", "life", to)

        assert (record["frozen_time"], record["status"]) == (target, "ready")
        assert life.shop.api.get(f"/v1/test_helpers/test_clocks/{life.clock}")["frozen_time"] == target

    def test_to_the_periods_end_charges_the_renewal(self, life: Life) -> None:
        life.ok("clock", "advance", life.clock, "period-end")

        assert life.invoices() == [("paid", 1500), ("paid", 1500)]
        life.ok("clock", "advance", life.clock, "period-end")
        assert len(life.invoices()) == 3

    def test_goes_further_than_stripe_does_at_once(self, life: Life) -> None:
        life.ok("clock", "advance", "life", "2027-03-01T02:00Z")

        assert life.invoices() == [("paid", 1500)] * 13

    def test_to_a_time_that_has_passed_is_a_success(self, life: Life) -> None:
        assert "already. Nothing to do." in life.ok("clock", "advance", "life", "2026-03-05").out

    @pytest.mark.parametrize("to", ["soon", "35", "35x"])
    def test_needs_a_time(self, to: str, life: Life) -> None:
        ran = life("clock", "advance", "life", to, "--output", "json")

        assert (ran.code, ran.error["kind"]) == (2, "usage")

    def test_to_the_periods_end_needs_a_period(self, billing: Billing) -> None:
        billing.ok("clock", "create", "--name", "bare", "--local")

        ran = billing("clock", "advance", "bare", "period-end", "--local", "--output", "json")

        assert (ran.code, ran.error["kind"]) == (1, "refused")


class TestNames:
    def test_of_no_clock(self, life: Life) -> None:
        ran = life("clock", "advance", "death", "1d", "--output", "json")

        assert (ran.code, ran.error["kind"]) == (1, "not_found")

    def test_a_span_without_a_unit_is_no_time(self, life: Life) -> None:
        ran = life("clock", "advance", "life", "10")

        assert ran.code == 2
        assert "write 12h, 35d, 2w, period-end, 2026-12-24" in ran.err

    def test_of_two_clocks(self, life: Life) -> None:
        made = life.ok("clock", "create", "--name", "life")
        assert f"Note: {life.clock} is called life already" in made.err

        ran = life("clock", "advance", "life", "1d", "--output", "json")

        assert (ran.code, ran.error["kind"]) == (1, "ambiguous")

    def test_that_is_the_id_of_something_else(self, life: Life) -> None:
        ran = life("clock", "delete", life.id, "--output", "json")

        assert (ran.code, ran.error["kind"]) == (2, "wrong_kind")


def test_create_shows_the_time_it_was_given(billing: Billing) -> None:
    ran = billing.ok("clock", "create", "--name", "life", "--at", "2026-01-31", "--local")

    assert "life: it is 31 Jan 2026 00:00 UTC." in ran.out


def test_a_customer_is_put_on_a_clock_by_its_name(life: Life) -> None:
    made = life.json("customer", "create", "--email", "bob@example.com", "--test-clock", "life")

    assert made["test_clock"] == life.clock
    assert life.ok("customer", "list", "--test-clock", "life", "--output", "id").out.split()[0] == made["id"]
    assert life.ok("sub", "list", "--test-clock", "life", "--output", "id").out.split() == [life.id]


def test_list_shows_each(life: Life) -> None:
    life.ok("clock", "create", "--name", "other")

    names = [line.split()[1] for line in life.ok("clock", "list").out.splitlines()]

    assert names == ["NAME", "other", "life"]


def test_delete_takes_the_customers_along(life: Life) -> None:
    assert life("clock", "delete", "life").code == 2
    life.ok("clock", "delete", "life", "--yes")

    assert life.shop.api.get(f"/v1/customers/{life.customer}")["deleted"]


@pytest.mark.parametrize("argv", [("create",), ("advance", "life", "1d"), ("list",), ("delete", "life")])
def test_a_live_key_is_refused_before_any_call(argv: tuple[str, ...], billing: Billing) -> None:
    def unreachable(transport: object) -> object:
        raise AssertionError("a call was about to be made")

    billing.wrap.append(unreachable)  # type: ignore[arg-type]

    ran = billing("clock", *argv, "--api-key", "sk_live_0000000000000000", "--output", "json")

    assert (ran.code, ran.error["kind"]) == (2, "wrong_mode")
