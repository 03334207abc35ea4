"""`billing sub resume` after a cancellation on a date, which had cut the period short, and twice at once."""

from __future__ import annotations

import pytest

from tests.cli.sub.conftest import FIRST_OF_APRIL, Life
from tests.faults import meanwhile

FIRST_OF_MAY = FIRST_OF_APRIL + 30 * 86400
REST = 581
"""12 of March's 31 days of $15.00, from the 20th on."""


def test_what_is_paid_for_is_not_charged_again(life: Life) -> None:
    life.ok("sub", "cancel", life.id, "--at", "2026-03-20", "--yes")

    record = life.json("sub", "resume", life.id)

    assert (record["taken_back"], record["cost"]) == (["cancellation"], None)
    assert life.subscription["items"]["data"][0]["current_period_end"] == FIRST_OF_APRIL
    life.advance(FIRST_OF_APRIL + 2 * 3600)
    assert life.invoices() == [("paid", 1500), ("paid", 1500)]


def test_what_was_credited_is_charged_after_a_yes(life: Life) -> None:
    life.ok("sub", "cancel", life.id, "--at", "2026-03-20", "--prorate", "--yes")

    refused = life("sub", "resume", life.id)
    assert (refused.code, life.subscription["cancel_at"] is None) == (2, False)
    assert "charged     $5.81  Remaining time on Pro after 20 Mar 2026" in refused.err
    assert "This is settled with the next invoice." in refused.err

    assert life.json("sub", "resume", life.id, "--yes")["cost"]["charged"] == REST
    life.advance(FIRST_OF_APRIL + 2 * 3600)
    assert life.invoices() == [("paid", 1500), ("paid", 1500)]


def test_the_rest_of_a_period_that_was_billed_in_part_is_charged(life: Life) -> None:
    life.ok("sub", "cancel", life.id, "--at", "2026-04-20", "--yes")
    life.advance(FIRST_OF_APRIL + 2 * 3600)
    part = life.invoices()[-1][1]
    assert part < 1500

    record = life.json("sub", "resume", life.id, "--yes")

    assert record["cost"]["charged"] == 1500 - part
    life.advance(FIRST_OF_MAY + 2 * 3600)
    assert [total for _, total in life.invoices()] == [1500, part, 1500 + 1500 - part]


def test_an_upgrade_that_was_paid_is_not_charged_again(life: Life) -> None:
    life.ok("sub", "change", life.id, "--price", "team", "--yes")
    life.ok("sub", "cancel", life.id, "--at", "2026-03-20", "--yes")

    life.ok("sub", "resume", life.id)

    life.advance(FIRST_OF_APRIL + 2 * 3600)
    assert life.invoices()[-1] == ("paid", 5000)


AT_THE_PREVIEW, AT_THE_RESUMPTION = "POST /v1/invoices/{id}", "POST /v1/subscriptions/{id}/resume"


@pytest.mark.parametrize("operation", [AT_THE_PREVIEW, AT_THE_RESUMPTION])
class TestAnotherRunComesBetween:
    def test_and_resumes(self, life: Life, operation: str) -> None:
        life.ok("sub", "pause", life.id, "--yes")

        with meanwhile(life.billing, operation, 1, lambda: _resume(life)):
            record = life.json("sub", "resume", life.id, "--yes")

        at_the_preview = operation == AT_THE_PREVIEW
        assert record["result"] == ("unchanged" if at_the_preview else "resumed")
        assert record["subscription"]["status"] == "active"
        assert len(life.invoices()) == 2

    def test_and_ends_the_subscription(self, life: Life, operation: str) -> None:
        life.ok("sub", "pause", life.id, "--yes")

        with meanwhile(life.billing, operation, 1, lambda: life.shop.api.delete(f"/v1/subscriptions/{life.id}")):
            ran = life("sub", "resume", life.id, "--yes", "--output", "json")

        assert (ran.code, ran.error["kind"]) == (1, "refused")
        assert "sub create --customer" in ran.error["hint"]


def test_what_another_run_began_is_not_begun_again(life: Life) -> None:
    life.ok("sub", "pause", life.id, "--yes")
    life.use_card("pm_card_chargeCustomerFail")

    with meanwhile(life.billing, "GET /v1/subscriptions/{id}", 2, lambda: _resume(life)):
        ran = life("sub", "resume", life.id, "--yes", "--output", "json")

    assert (ran.code, ran.json["result"]) == (4, "payment_needed")
    assert [status for status, _ in life.invoices()] == ["paid", "open"]


def _resume(life: Life) -> None:
    life.shop.post(f"/v1/subscriptions/{life.id}/resume", payment_behavior="resume_on_payment_success")
