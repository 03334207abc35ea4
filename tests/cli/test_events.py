"""`billing events`, and the command line of `billing listen`."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from stripe_billing_cli.events.event import parse
from stripe_billing_cli.events.missing_handlers import remember_called
from stripe_billing_cli.events.store import Store, handler_queues, open_store
from tests.conftest import Billing
from tests.event_bodies import event_body

HOUR = 3600


@pytest.fixture(autouse=True)
def _clean_environment_of_webhooks(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("BILLING_STORE", "STRIPE_WEBHOOK_SECRET", "BILLING_ACCESS_TOKEN"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def store(billing: Billing) -> Iterator[Store]:
    """Three events: one handled, one that failed, one that is dead."""
    now = int(time.time())
    changed = {"object": {"id": "sub_1", "object": "subscription", "customer": "cus_1", "status": "active"}}
    bodies = [
        event_body("evt_1", created=now - 3 * HOUR, type="invoice.paid"),
        event_body("evt_2", created=now - 2 * HOUR, type="invoice.payment_failed"),
        event_body("evt_3", created=now, data={**changed, "previous_attributes": {"status": "incomplete", "items": 1}}),
    ]
    with open_store(str(billing.directory / ".billing" / "events.db")) as opened:
        for body in bodies:
            opened.events.record([parse(body)], lambda event: ["exec"])
            [delivery] = opened.work.claim("w", ["exec"])
            match delivery.event:
                case "evt_1":
                    opened.work.finish(delivery, "provisioned")
                case "evt_2":
                    opened.work.mark_dead(delivery, "exit code 1")
                case _:
                    opened.work.retry_later(delivery, "exit code 2", seconds=HOUR)
        yield opened


def ids(billing: Billing, *options: str) -> list[str]:
    return billing.ok("events", "list", "--output", "id", *options).out.split()


class TestList:
    @pytest.mark.parametrize(
        ("options", "found"),
        [
            ([], ["evt_3", "evt_2", "evt_1"]),
            (["--limit", "2"], ["evt_3", "evt_2"]),
            (["--all"], ["evt_3", "evt_2", "evt_1"]),
            (["--limit", "0"], ["evt_3", "evt_2", "evt_1"]),
            (["--type", "invoice.*"], ["evt_2", "evt_1"]),
            (["--failed"], ["evt_3", "evt_2"]),
            (["--since", "150m"], ["evt_3", "evt_2"]),
            (["--until", "150m"], ["evt_1"]),
            (["--customer", "cus_2"], []),
        ],
    )
    def test_filters(self, billing: Billing, store: Store, options: list[str], found: list[str]) -> None:
        assert ids(billing, *options) == found

    @pytest.mark.parametrize(("limit", "there_are_more"), [("2", True), ("3", False), ("0", False)])
    def test_it_says_when_there_are_more(
        self, billing: Billing, store: Store, limit: str, there_are_more: bool
    ) -> None:
        ran = billing.ok("events", "list", "--limit", limit, "--output", "json")

        assert ("--all lists all" in ran.err) is there_are_more

    def test_as_a_table_and_as_json_lines(self, billing: Billing, store: Store) -> None:
        table = billing.ok("events", "list").out.splitlines()
        lines = billing.ok("events", "list", "--output", "json").out.splitlines()

        assert [line.split()[-1] for line in table] == ["ID", "evt_3", "evt_2", "evt_1"]
        assert "dead" in table[2]
        assert [json.loads(line)["deliveries"][0]["status"] for line in lines] == ["failed", "dead", "done"]
        assert all("payload" not in json.loads(line) for line in lines)

    def test_an_empty_store(self, billing: Billing) -> None:
        open_store().close()
        assert billing.ok("events", "list").err == "No events.\n"

    @pytest.mark.parametrize(
        "command", [("list",), ("show", "evt_1"), ("retry", "evt_1"), ("purge", "--older-than", "1d", "--yes")]
    )
    def test_no_store(self, billing: Billing, command: tuple[str, ...]) -> None:
        ran = billing("events", *command)

        assert ran.code == 1
        assert "there is no store at .billing/events.db" in ran.err
        assert not (billing.directory / ".billing" / "events.db").exists()

    def test_a_check_for_a_monitor(self, billing: Billing, store: Store) -> None:
        assert billing("events", "list", "--failed", "--check").code == 3
        assert billing("events", "list", "--failed", "--customer", "cus_none", "--check").code == 0

    @pytest.mark.parametrize("command", ["list", "retry --failed"])
    @pytest.mark.parametrize(
        ("options", "hint"),
        [
            (["--customer", "ada@example.com"], "billing customer list --email ada@example.com --output id prints it"),
            (["--customer", "sub_1MowQVLkdIwHu7ixeRlqHVzs"], "→ give cus_…\n"),
        ],
    )
    def test_what_is_no_customers_id_is_refused(
        self, billing: Billing, store: Store, command: str, options: list[str], hint: str
    ) -> None:
        ran = billing("events", *command.split(), *options)

        assert ran.code == 2
        assert hint in ran.err

    def test_a_time_that_ends_before_it_begins_is_refused(self, billing: Billing, store: Store) -> None:
        for command in (["list"], ["backfill", "--local"]):
            ran = billing("events", *command, "--since", "2d", "--until", "3d")

            assert ran.code == 2
            assert "--until is not after --since" in ran.err

    @pytest.mark.parametrize("options", [["--since", "someday"], ["--limit", "-1"], ["--store", "mysql://x/y"]])
    def test_what_cannot_be_meant(self, billing: Billing, options: list[str]) -> None:
        assert billing("events", "list", *options).code in (1, 2)


class TestDoctor:
    def test_what_was_given_up_and_who_waits(self, billing: Billing, store: Store) -> None:
        ran = billing("doctor", "--local", "--output", "json")
        found = [one for one in ran.json["findings"] if one["check"] == "events"]

        assert ran.code == 1
        assert [(one["ok"], one["warning"], one["found"]) for one in found] == [
            (False, False, "given up: 1 of exec"),
            (True, True, "failing for cus_1 (exec: exit code 2)"),
        ]


class TestShow:
    def test_one_on_the_screen(self, billing: Billing, store: Store) -> None:
        shown = billing.ok("events", "show", "evt_3").out

        assert "customer.subscription.updated  evt_3" in shown
        assert "status: incomplete → active, items" in shown
        assert "exec      failed, again at" in shown
        assert '      "status": "active"' in [line.rstrip(",") for line in shown.splitlines()]

    def test_its_payload_as_json(self, billing: Billing, store: Store) -> None:
        shown = billing.ok("events", "show", "evt_1", "--output", "json").json

        assert shown["payload"]["data"]["object"]["id"] == "sub_1"
        assert shown["deliveries"][0]["outcome"] == "provisioned"

    def test_one_that_is_not_there(self, billing: Billing, store: Store) -> None:
        ran = billing("events", "show", "evt_none", "--output", "json")
        assert (ran.code, ran.error["kind"]) == (1, "not_found")


class TestRetry:
    def test_all_that_failed(self, billing: Billing, store: Store) -> None:
        retried = billing.ok("events", "retry", "--failed", "--output", "id").out.split()

        assert retried == ["evt_3", "evt_2"]
        assert store.work.counts() == {("exec", "pending"): 2}

    def test_one_that_succeeded(self, billing: Billing, store: Store) -> None:
        assert "evt_1  invoice.paid  exec" in billing.ok("events", "retry", "evt_1", "--handler", "exec").out
        assert [one.event for one in store.work.claim("w", ["exec"])] == ["evt_1"]

    @pytest.mark.parametrize(
        "options", [[], ["evt_1", "--failed"], ["evt_1", "--type", "x"], ["evt_1", "--handler", "no"]]
    )
    def test_what_cannot_be_meant(self, billing: Billing, store: Store, options: list[str]) -> None:
        assert billing("events", "retry", *options).code == 2
        assert store.work.counts() == {("exec", "dead"): 1, ("exec", "failed"): 1}


class TestPurge:
    def test_it_takes_what_is_done_with(self, billing: Billing, store: Store) -> None:
        assert billing.ok("events", "purge", "--older-than", "1h", "--yes").out == "2 payloads forgotten.\n"
        assert "The payload was purged." in billing.ok("events", "show", "evt_1").out
        assert "provisioned" not in billing.ok("events", "show", "evt_1").out

    def test_an_age_without_a_unit_is_refused(self, billing: Billing, store: Store) -> None:
        ran = billing("events", "purge", "--older-than", "90", "--yes")

        assert ran.code == 2
        assert "--older-than 90 has no unit" in ran.err and "write 90d for days" in ran.err
        assert store.events.purge(2**40) == 2

    def test_it_needs_a_yes(self, billing: Billing, store: Store) -> None:
        assert billing("events", "purge", "--older-than", "1h").code == 2
        assert store.events.purge(2**40) == 2


class TestListen:
    """What ends before it listens; the rest is in tests/listener/test_listen.py."""

    @pytest.mark.parametrize(
        ("options", "words"),
        [
            ([], "no signing secret"),
            (["--secret", "sk_test_abcdefghijkl"], "it starts with whsec_"),
            (["--source", "poll", "--path", "/healthz"], "cannot be posted to /healthz"),
            (["--source", "poll", "--events", "invoice.*"], "give one of these too"),
            (["--source", "poll", "--forward-to", "ftp://x"], "cannot be forwarded"),
            (["--source", "poll", "--retention", "long"], "no span of time"),
            (["--source", "poll", "--rules", "none.yaml"], "there is no none.yaml"),
            (["--source", "carrier-pigeon"], "carrier-pigeon"),
        ],
    )
    def test_what_cannot_be_meant(self, billing: Billing, options: list[str], words: str) -> None:
        ran = billing("listen", "--local", *options)

        assert ran.code == 2
        assert words in ran.err
        assert "sk_test_abcdefghijkl" not in ran.err

    def test_a_port_that_is_taken(self, billing: Billing) -> None:
        import socket

        with socket.create_server(("127.0.0.1", 0)) as taken:
            ran = billing("listen", "--local", "--source", "poll", "--port", str(taken.getsockname()[1]))

        assert ran.code == 1
        assert "choose another with --port" in ran.err

    def test_a_store_that_cannot_be_had(self, billing: Billing, tmp_path: Path) -> None:
        ran = billing("listen", "--local", "--source", "poll", "--store", "postgresql://u:geheim@127.0.0.1:9/d")

        assert ran.code == 1
        assert "postgresql://u:***@127.0.0.1:9/d does not answer" in ran.err
        assert "geheim" not in ran.err


class TestHandlersThatNobodyCalls:
    """Of `exec-old` one event waits, one failed, one is dead and one is done; a listener with `exec-new` was started."""

    @pytest.fixture
    def stranded_work(self, billing: Billing) -> Iterator[Store]:
        with open_store(str(billing.directory / ".billing" / "events.db")) as opened:
            for name in ("done", "dead", "failed", "waiting"):
                about = {"object": {"id": f"in_{name}", "object": "invoice", "customer": f"cus_{name}"}}
                body = event_body(f"evt_{name}", type="invoice.paid", data=about)
                opened.events.record([parse(body)], lambda event: ["exec-old", "access"])
            for delivery in opened.work.claim("w", ["exec-old"], limit=4):
                match delivery.event:
                    case "evt_done":
                        opened.work.finish(delivery, "provisioned")
                    case "evt_dead":
                        opened.work.mark_dead(delivery, "exit code 127")
                    case "evt_failed":
                        opened.work.retry_later(delivery, "exit code 127", seconds=HOUR)
                    case _:
                        opened.work.release("w")
            remember_called(opened, ["access", "exec-new"])
            yield opened

    @staticmethod
    def statuses(store: Store, handler: str) -> dict[str, str]:
        stored = [one for page in store.events.pages() for one in page]
        return {
            one.event.id.removeprefix("evt_"): delivery.status
            for one in stored
            for delivery in one.deliveries
            if delivery.handler == handler
        }

    def test_are_listed_with_what_waits(self, billing: Billing, stranded_work: Store) -> None:
        lines = billing.ok("events", "handlers", "--output", "json").out.splitlines()

        assert [json.loads(line) for line in lines] == [
            {"id": "access", "called": True, "pending": 4, "running": 0, "failed": 0, "dead": 0},
            {"id": "exec-new", "called": True, "pending": 0, "running": 0, "failed": 0, "dead": 0},
            {"id": "exec-old", "called": False, "pending": 1, "running": 0, "failed": 1, "dead": 1},
        ]

    def test_count_as_failing(self, billing: Billing, stranded_work: Store) -> None:
        stranded_work.work.retry("evt_failed")
        stranded_work.work.retry("evt_dead")
        listed = billing("events", "list", "--failed", "--check")

        assert listed.code == 3
        assert "3 deliveries wait for exec-old, which the listener started last does not call" in listed.err
        assert sorted(ids(billing, "--failed")) == ["evt_dead", "evt_failed", "evt_waiting"]
        assert "✗ events       3 deliveries wait for exec-old" in billing("doctor", "--local").out

    def test_a_retry_that_nobody_will_make_says_so(self, billing: Billing, stranded_work: Store) -> None:
        retried = billing.ok("events", "retry", "--failed").err

        assert "2 calls of handlers to be made again" in retried
        assert "billing events move exec-old --to HANDLER" in retried

    def test_what_waits_is_moved_to_another_handler(self, billing: Billing, stranded_work: Store) -> None:
        moved = billing.ok("events", "move", "exec-old", "--to", "exec-new", "--yes", "--output", "json").json

        assert moved == {"handler": "exec-old", "to": "exec-new", "moved": 3, "already": 0, "running": 0}
        assert self.statuses(stranded_work, "exec-new") == dict.fromkeys(("dead", "failed", "waiting"), "pending")
        assert self.statuses(stranded_work, "exec-old") == {"done": "done"}
        claimed = stranded_work.work.claim("w", ["exec-new"], limit=9)
        assert [(one.attempts, one.error) for one in claimed] == [(1, "moved from exec-old")] * 3

    def test_what_the_other_handler_had_is_not_given_to_it_again(self, billing: Billing, stranded_work: Store) -> None:
        event = stranded_work.events.load(["evt_dead"])["evt_dead"]
        with stranded_work.transaction() as connection:
            stranded_work.work.add([(event, "exec-new")], connection)
        [delivery] = stranded_work.work.claim("w", ["exec-new"])
        stranded_work.work.finish(delivery, "provisioned")
        moved = billing.ok("events", "move", "exec-old", "--to", "exec-new", "--yes").out

        assert moved == "2 deliveries moved to exec-new; exec-new had 1 already.\n"
        assert self.statuses(stranded_work, "exec-new") == {"dead": "done", "failed": "pending", "waiting": "pending"}
        assert self.statuses(stranded_work, "exec-old") == {"done": "done", "dead": "dropped"}

    def test_what_waits_is_dropped(self, billing: Billing, stranded_work: Store) -> None:
        asked = billing("events", "drop", "exec-old")
        dropped = billing.ok("events", "drop", "exec-old", "--yes").out

        assert asked.code == 2
        assert "Drop 3 deliveries of exec-old, waiting or given up (3 invoice.paid)?" in asked.err
        assert dropped == "3 deliveries to exec-old dropped.\n"
        assert billing("events", "list", "--failed", "--check").code == 0
        assert billing.ok("events", "drop", "exec-old").out == "0 deliveries to exec-old dropped.\n"
        stranded_work.queues.drop("access")
        assert billing.ok("events", "purge", "--older-than", "0s", "--yes").out == "4 payloads forgotten.\n"

    def test_what_runs_is_left_alone(self, billing: Billing, stranded_work: Store) -> None:
        assert [one.event for one in stranded_work.work.claim("w", ["exec-old"], limit=9)] == ["evt_waiting"]
        dropped = billing.ok("events", "drop", "exec-old", "--yes", "--output", "json").json

        assert dropped == {"handler": "exec-old", "dropped": 2, "running": 1}
        assert self.statuses(stranded_work, "exec-old")["waiting"] == "running"

    def test_a_large_number_in_parts(
        self, billing: Billing, stranded_work: Store, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(handler_queues, "PART", 1)

        assert stranded_work.queues.move("exec-old", "exec-new").moved == 3

    @pytest.mark.parametrize(
        ("argv", "said"),
        [
            (("move", "exec-old", "--to", "exec-newer"), "it calls exec-new"),
            (("move", "exec-old", "--to", "access"), "it calls exec-new"),
            (("move", "exec-old", "--to", "exec-old"), "it calls exec-new"),
        ],
    )
    def test_a_target_that_nobody_calls(
        self, billing: Billing, stranded_work: Store, argv: tuple[str, ...], said: str
    ) -> None:
        ran = billing("events", *argv, "--yes")

        assert (ran.code, said in ran.err) == (2, True), ran.err

    def test_nothing_waits(self, billing: Billing, stranded_work: Store) -> None:
        dropped = billing.ok("events", "drop", "exec-older")

        assert dropped.err == "Nothing waits for exec-older. There are: access, exec-new, exec-old.\n"
        billing.ok("events", "move", "exec-old", "--to", "exec-new", "--yes")
        assert "Nothing waits" in billing.ok("events", "move", "exec-old", "--to", "exec-new").err
