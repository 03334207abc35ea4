"""`billing sub pause` and its end."""

from __future__ import annotations

import pytest

from tests.cli.sub.conftest import FIRST_OF_APRIL, Life


class TestKeepingTheService:
    @pytest.mark.parametrize(
        ("invoices", "behavior"),
        [("void", "void"), ("keep-draft", "keep_as_draft"), ("uncollectible", "mark_uncollectible")],
    )
    def test_gives_the_invoices_another_fate(self, invoices: str, behavior: str, life: Life) -> None:
        record = life.json("sub", "pause", life.id, "--keep-service", "--invoices", invoices, "--yes")

        assert (record["result"], record["pause_collection"]["behavior"]) == ("paused", behavior)
        assert life.held["status"] == "active"
        life.advance(FIRST_OF_APRIL + 2 * 3600)
        fate = {"void": "void", "keep_as_draft": "draft", "mark_uncollectible": "uncollectible"}[behavior]
        assert life.invoices()[-1] == (fate, 1500)

    def test_may_end_by_itself(self, life: Life) -> None:
        record = life.json("sub", "pause", life.id, "--keep-service", "--until", "2026-03-20", "--yes")

        life.advance(record["pause_collection"]["resumes_at"])
        assert life.held["pause_collection"] is None

    def test_again_is_a_success(self, life: Life) -> None:
        life.ok("sub", "pause", life.id, "--keep-service", "--yes")

        assert life.json("sub", "pause", life.id, "--keep-service")["result"] == "unchanged"

    def test_is_undone_by_resume(self, life: Life) -> None:
        life.ok("sub", "pause", life.id, "--keep-service", "--yes")

        assert life.json("sub", "resume", life.id)["taken_back"] == ["collection"]
        life.advance(FIRST_OF_APRIL + 2 * 3600)
        assert life.invoices()[-1] == ("paid", 1500)

    def test_is_what_the_fate_of_invoices_is_for(self, life: Life) -> None:
        assert life("sub", "pause", life.id, "--invoices", "void", "--yes").code == 2


def test_a_scheduled_subscription_keeps_its_service(life: Life) -> None:
    life.ok("sub", "change", life.id, "--price", "team", "--at", "period-end", "--yes")

    ran = life("sub", "pause", life.id, "--output", "json")

    assert (ran.code, ran.error["kind"]) == (1, "refused")
    assert "--keep-service" in ran.error["hint"]
