"""What Prometheus reads: each series from the start, in its text format."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from stripe_billing_cli import __version__
from stripe_billing_cli.events.event import Event
from stripe_billing_cli.events.store import Store
from stripe_billing_cli.listener.listener_metrics import ListenerMetrics
from stripe_billing_cli.listener.metrics import Histogram, family
from tests.listener.receiving import Running, request
from tests.listener_process import deliver, listening, product

Make = Callable[..., Event]
LINE = re.compile(r"(# (HELP|TYPE) [a-z_]+ .+|[a-z_]+(\{[a-z]+=\"[^\"]*\"(,[a-z]+=\"[^\"]*\")*\})? [0-9.e+-]+)")


def metrics(port: int) -> str:
    asked = Running(port, *[None] * 4).ask(request(b"", path="/metrics", method="GET"))  # type: ignore[arg-type]
    assert asked.status == 200
    return asked.text


def test_a_histogram_counts_what_is_at_most_as_long_as_each_bucket() -> None:
    histogram = Histogram("took_seconds", "How long it took.", "handler")
    histogram.begin("exec")
    for seconds in (0.001, 0.002, 0.2, 3600):
        histogram.observe(seconds, "exec")

    lines = dict(line.rsplit(" ", 1) for line in histogram.lines() if not line.startswith("#"))
    assert lines['took_seconds_bucket{handler="exec",le="0.001"}'] == "1"
    assert lines['took_seconds_bucket{handler="exec",le="0.0025"}'] == "2"
    assert lines['took_seconds_bucket{handler="exec",le="60.0"}'] == "3"
    assert lines['took_seconds_bucket{handler="exec",le="+Inf"}'] == "4"
    assert lines['took_seconds_count{handler="exec"}'] == "4"
    assert lines['took_seconds_sum{handler="exec"}'] == "3600.203000"


def test_counts_and_times_have_all_their_digits() -> None:
    lines = list(family("x", "X.", "gauge", {(): 1_795_723_310.25, (("a", "b"),): 12_345_678}))
    assert lines[2:] == ["x 1795723310.25", 'x{a="b"} 12345678']


def test_the_series_of_a_handler_of_before_falls_to_zero(store: Store, make_event: Make) -> None:
    metrics = ListenerMetrics(["access"])
    store.events.record([make_event()], lambda event: ["of-before"])
    assert 'billing_deliveries{handler="of-before",status="pending"} 1' in list(metrics.work_lines(store))

    store.work.finish(store.work.claim("w", ["of-before"])[0])
    assert 'billing_deliveries{handler="of-before",status="pending"} 0' in list(metrics.work_lines(store))


def test_a_delivery_that_waits_to_be_tried_again_has_an_age_though_it_is_not_due(
    store: Store, make_event: Make, clock: Any
) -> None:
    metrics = ListenerMetrics(["access"])

    def ages() -> list[str]:
        return [line for line in metrics.work_lines(store) if re.match(r"billing_oldest_\w+ ", line)]

    assert ages() == ["billing_oldest_due_seconds 0", "billing_oldest_open_delivery_age_seconds 0"]
    store.events.record([make_event(customer="cus_1"), make_event(customer="cus_1")], lambda event: ["access"])
    [first] = store.work.claim("w", ["access"])
    clock.now += 100
    store.work.retry_later(first, "no", seconds=3600)
    assert ages() == ["billing_oldest_due_seconds 0", "billing_oldest_open_delivery_age_seconds 100"]

    clock.now += 3600
    store.work.finish(store.work.claim("w", ["access"])[0])
    clock.now += 50
    assert ages() == ["billing_oldest_due_seconds 3750", "billing_oldest_open_delivery_age_seconds 3750"]


def test_a_store_that_is_away_is_told(directory: Path) -> None:
    with listening(directory) as (process, _, _):
        assert "\nbilling_store_up 1\n" in metrics(process.admin_port)
        (directory / ".billing/events.db").rename(directory / "away.db")
        assert "\nbilling_store_up 0\n" in metrics(process.admin_port)
        (directory / "away.db").rename(directory / ".billing/events.db")
        assert "\nbilling_store_up 1\n" in metrics(process.admin_port)


def test_nothing_has_happened_yet_and_each_series_is_there(directory: Path) -> None:
    with listening(directory, "--exec", "exit 1") as (process, lines, port):
        before = metrics(process.admin_port)
        assert deliver(port, product("prod_1")) == 200
        lines.get(timeout=20)
        after = metrics(process.admin_port)

    assert all(LINE.fullmatch(line) for line in before.splitlines()), before
    name = re.search(r'handler="(exec-[^"]+)"', before)
    assert name is not None
    for series in (
        f'billing_handled_total{{handler="{name[1]}",status="failed"}}',
        f'billing_deliveries{{handler="{name[1]}",status="dead"}}',
        'billing_events_recorded_total{source="webhook"}',
        "billing_store_errors_total",
        "billing_stripe_errors_total",
        "billing_webhook_too_old_total",
        "billing_oldest_due_seconds",
        "billing_oldest_open_delivery_age_seconds",
        'billing_webhook_requests_total{answer="503"}',
    ):
        assert f"{series} 0\n" in before, series
    assert f'billing_build_info{{version="{__version__}"}} 1\n' in before
    assert f'billing_handled_total{{handler="{name[1]}",status="failed"}} 1\n' in after
    assert f'billing_deliveries{{handler="{name[1]}",status="failed"}} 1\n' in after
    assert f'billing_handler_duration_seconds_count{{handler="{name[1]}"}} 1\n' in after
    assert set(re.findall(r"^[a-z_]+(?:{[^}]*})?", before, re.M)) <= set(
        re.findall(r"^[a-z_]+(?:{[^}]*})?", after, re.M)
    )


def test_metrics_and_access_are_asked_for_at_an_address_of_their_own(directory: Path) -> None:
    get = partial(request, b"", method="GET")
    with listening(directory, "--exec", "true", token="a" * 32) as (process, _, port):
        main, admin = (Running(one, *[None] * 4) for one in (port, process.admin_port))  # type: ignore[arg-type]
        asked = {
            path: (main.ask(get(path=path)), admin.ask(get(path=path))) for path in ("/healthz", "/readyz", "/metrics")
        }
        access = get(f"Authorization: Bearer {'a' * 32}", path="/access/cus_1")
        old, new = main.ask(access), admin.ask(access)
        said = process.stderr.readline()

    assert {path: tuple(one.status for one in answers) for path, answers in asked.items()} == {
        "/healthz": (200, 200),
        "/readyz": (200, 200),
        "/metrics": (404, 200),
    }
    assert (old.status, new.status) == (404, 404)  # nothing is known of this customer
    assert "which the next version does not answer" in said
