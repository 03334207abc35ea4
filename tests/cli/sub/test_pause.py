"""`billing sub pause` and its end."""

from __future__ import annotations

import pytest

from tests.cli.sub.conftest import DAY, FIRST_OF_APRIL, TEN_DAYS_LATER, Life


class TestKeepingTheService:
    @pytest.mark.parametrize(
        ("invoices", "behavior"),
        [("void", "void"), ("keep-draft", "keep_as_draft"), ("uncollectible", "mark_uncollectible")],
    )
    def test_gives_the_invoices_another_fate(self, invoices: str, behavior: str, life: Life) -> None:
        record = life.json("sub", "pause", life.id, "--keep-service", "--invoices", invoices, "--yes")

        assert (record["result"], record["pause_collection"]["behavior"]) == ("paused", behavior)
        assert life.subscription["status"] == "active"
        life.advance(FIRST_OF_APRIL + 2 * 3600)
        fate = {"void": "void", "keep_as_draft": "draft", "mark_uncollectible": "uncollectible"}[behavior]
        assert life.invoices()[-1] == (fate, 1500)

    def test_may_end_by_itself(self, life: Life) -> None:
        record = life.json("sub", "pause", life.id, "--keep-service", "--until", "2026-03-20", "--yes")

        life.advance(record["pause_collection"]["resumes_at"])
        assert life.subscription["pause_collection"] is None

    def test_does_not_end_in_the_past_of_its_clock(self, life: Life) -> None:
        ran = life("sub", "pause", life.id, "--keep-service", "--until", "2026-02-01", "--yes", "--output", "json")

        assert (ran.code, ran.error["message"]) == (2, "--until lies in the past")
        assert life.subscription["pause_collection"] is None

    def test_again_is_a_success(self, life: Life) -> None:
        life.ok("sub", "pause", life.id, "--keep-service", "--yes")

        assert life.json("sub", "pause", life.id, "--keep-service")["result"] == "unchanged"

    def test_is_undone_by_resume(self, life: Life) -> None:
        life.ok("sub", "pause", life.id, "--keep-service", "--yes")

        assert life.json("sub", "resume", life.id)["taken_back"] == ["collection"]
        life.advance(FIRST_OF_APRIL + 2 * 3600)
        assert life.invoices()[-1] == ("paid", 1500)

    def test_may_be_followed_by_a_pause_of_the_service(self, life: Life) -> None:
        life.ok("sub", "pause", life.id, "--keep-service", "--yes")

        ran = life.ok("sub", "pause", life.id, "--yes")

        assert ran.out.startswith(f"{life.id} is paused.")
        assert life.json("sub", "resume", life.id, "--yes")["taken_back"] == ["collection", "pause"]

    def test_is_what_the_fate_of_invoices_is_for(self, life: Life) -> None:
        assert life("sub", "pause", life.id, "--invoices", "void", "--yes").code == 2


def test_a_scheduled_subscription_keeps_its_service(life: Life) -> None:
    life.ok("sub", "change", life.id, "--price", "team", "--at", "period-end", "--yes")

    ran = life("sub", "pause", life.id, "--output", "json")

    assert (ran.code, ran.error["kind"]) == (1, "refused")
    assert "--keep-service" in ran.error["hint"]
    take_back = ran.error["hint"].partition("billing --local ")[2]
    life.ok(*take_back.split(), "--yes")
    assert life.json("sub", "pause", life.id, "--yes")["result"] == "paused"


class TestTheService:
    def test_stops_and_goes_on_with_a_new_period(self, life: Life) -> None:
        ran = life.ok("sub", "pause", life.id, "--yes")
        assert "the customer loses access, and nothing is invoiced until it is resumed" in ran.err
        assert "credited   -$10.16  Unused time on Pro" in ran.err
        assert life.subscription["status"] == "paused"
        life.advance(TEN_DAYS_LATER + 40 * DAY)
        assert len(life.invoices()) == 1

        record = life.json("sub", "resume", life.id, "--yes")

        assert (record["result"], record["taken_back"]) == ("resumed", ["pause"])
        assert record["cost"]["due_now"] == 1500 - 1016
        assert life.subscription["status"] == "active"
        assert life.subscription["items"]["data"][0]["current_period_start"] == TEN_DAYS_LATER + 40 * DAY
        assert life.invoices()[-1] == ("paid", 1500 - 1016)

    def test_needs_a_yes_to_stop_and_to_go_on(self, life: Life) -> None:
        assert life("sub", "pause", life.id).code == 2
        life.ok("sub", "pause", life.id, "--yes")

        assert life("sub", "resume", life.id).code == 2
        assert life.subscription["status"] == "paused"

    def test_is_shown_with_its_money_beforehand(self, life: Life) -> None:
        ran = life.ok("sub", "pause", life.id, "--preview")
        assert "credited   -$10.16  Unused time on Pro" in ran.out
        assert life.subscription["status"] == "active"
        life.ok("sub", "pause", life.id, "--yes")

        ran = life.ok("sub", "resume", life.id, "--preview")

        assert "due now    $4.84 from Visa ending in 4242" in ran.out
        assert life.subscription["status"] == "paused"

    def test_stops_once(self, life: Life) -> None:
        life.ok("sub", "pause", life.id, "--yes")

        assert life.json("sub", "pause", life.id)["result"] == "unchanged"

    def test_goes_on_only_when_it_is_paid(self, life: Life) -> None:
        life.ok("sub", "pause", life.id, "--yes")
        life.advance(TEN_DAYS_LATER + 40 * DAY)
        life.use_card("pm_card_chargeCustomerFail")

        ran = life("sub", "resume", life.id, "--yes", "--output", "json")

        assert ran.code == 4
        assert (ran.json["result"], ran.json["payment_error"]["code"]) == ("payment_needed", "card_declined")
        assert life.subscription["status"] == "paused"
        again = life("sub", "resume", life.id, "--output", "json")
        assert (again.code, again.json["confirmation_url"]) == (4, ran.json["confirmation_url"])
        life.ok("sub", "pay", life.id, "--payment-method", "pm_card_visa")
        assert life.subscription["status"] == "active"
        assert life.invoices()[-1] == ("paid", 1500 - 1016), "what was unused before the pause is credited"

    def test_what_it_credited_comes_back_in_place_of_the_credit(self, life: Life) -> None:
        life.ok("sub", "pause", life.id, "--yes")
        waiting = {"customer": life.customer, "pending": True}
        [credit], _ = life.shop.api.page("/v1/invoiceitems", waiting)

        life.ok("sub", "cancel", life.id, "--now", "--refund", "prorated", "--yes")

        [refund], _ = life.shop.api.page("/v1/refunds", {})
        assert refund["amount"] == -credit["amount"]
        assert life.shop.api.page("/v1/invoiceitems", waiting)[0] == []

    def test_that_is_paused_may_end(self, life: Life) -> None:
        life.ok("sub", "pause", life.id, "--yes")

        life.ok("sub", "cancel", life.id, "--now", "--yes")

        assert life.subscription["status"] == "canceled"


@pytest.mark.parametrize("options", [(), ("--at", "period-end")])
def test_a_paused_subscription_ends_at_once_since_the_pause_ended_its_period(
    life: Life, options: tuple[str, ...]
) -> None:
    life.ok("sub", "pause", life.id, "--yes")

    ran = life.ok("sub", "cancel", life.id, *options, "--yes")

    assert life.subscription["status"] == "canceled"
    assert ran.out == f"{life.id} is canceled.\n"
    assert f"{life.id} ends now" in ran.err
