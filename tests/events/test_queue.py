"""Which deliveries may be claimed: the first of each customer's queue, whatever waits behind it, and at what cost."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from stripe_billing_cli.events.event import Event
from stripe_billing_cli.events.store import Access, Filter, Store, open_store
from stripe_billing_cli.events.store.turn import End
from stripe_billing_cli.events.store.work import Delivery
from tests.stores import Clock

Make = Callable[..., Event]
HANDLER = "exec"


def to_handler(event: Event) -> tuple[str]:
    return (HANDLER,)


def claimed(store: Store, limit: int = 100) -> list[str]:
    return [delivery.event for delivery in store.work.claim("w", [HANDLER], limit=limit)]


def test_ends_and_claims_are_one_transaction(store: Store, make_event: Make) -> None:
    store.events.record([make_event(), make_event(), make_event(customer="cus_2")], to_handler)
    first, other = store.work.claim("w", [HANDLER], limit=9)

    ends = [
        End(first.seq, first.attempts, "done", outcome="provisioned"),
        End(other.seq, other.attempts + 1, "done"),  # of another claim than the one that runs
    ]
    turned = store.work.turn("w", ends, [HANDLER], limit=9, lease_seconds=60)

    assert turned.ended == {first.seq}
    assert [(delivery.event, event and event.payload) for delivery, event in turned.claims] == [
        ("evt_2", '{"id": "evt_2"}')
    ]


def test_a_long_queue_of_one_customer_hides_no_other_customer(store: Store, make_event: Make) -> None:
    store.events.record([make_event() for _ in range(500)] + [make_event(customer="cus_2")], to_handler)

    assert claimed(store, limit=2) == ["evt_1"]  # what waits behind it fills the look at what is due
    assert claimed(store, limit=2) == ["evt_501"]


def test_an_earlier_event_that_comes_late_is_done_before_what_waits(store: Store, make_event: Make) -> None:
    store.events.record([make_event(created=1_700_000_010), make_event(created=1_700_000_020)], to_handler)
    [running] = store.work.claim("w", [HANDLER], limit=9)
    assert claimed(store) == []
    store.events.record([make_event(created=1_700_000_005)], to_handler)

    store.work.finish(running)

    [late] = store.work.claim("w", [HANDLER], limit=9)
    assert late.event == "evt_3"
    store.work.finish(late)
    assert claimed(store) == ["evt_2"]


def test_what_is_no_text_of_a_database_costs_no_other_delivery(store: Store, make_event: Make) -> None:
    store.events.record([make_event(), make_event(customer="cus_2")], to_handler)
    ends = [
        End(one.seq, one.attempts, "done", outcome=outcome)
        for one, outcome in zip(store.work.claim("w", [HANDLER], limit=9), ["a\0b\udc80", "c"], strict=True)
    ]

    store.work.turn("w", ends, [HANDLER], limit=0, lease_seconds=60)

    outcomes = [one.outcome for deliveries in store.work.for_events(["evt_1", "evt_2"]).values() for one in deliveries]
    assert outcomes == ["ab?", "c"]


def test_crashes_of_a_delivery_are_followed_by_growing_pauses(store: Store, make_event: Make, clock: Clock) -> None:
    """So that what ends its listener each time leaves it time for others in between."""
    store.events.record([make_event()], to_handler)

    pauses = []
    for _ in range(6):
        [delivery] = store.work.claim("crashing", [HANDLER])
        store.work.release_dead("crashing")
        due = store.work.next_due([HANDLER])
        assert due is not None
        pauses.append((delivery.attempts, due - clock.now))
        clock.now = max(clock.now, due)

    assert pauses == [(1, 0), (2, 0), (3, 2), (4, 4), (5, 8), (6, 16)]


OPERATIONS = st.lists(
    st.one_of(
        st.tuples(st.just("record"), st.integers(0, 3), st.integers(0, 6)),
        st.tuples(st.just("claim"), st.integers(1, 3), st.just(0)),
        st.tuples(st.sampled_from(["done", "dead", "failed", "give back", "retry"]), st.integers(0, 9), st.just(0)),
        st.tuples(st.just("later"), st.just(0), st.just(0)),
    ),
    max_size=40,
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(operations=OPERATIONS)
def test_the_first_of_each_free_queue_is_claimed_and_nothing_else(
    tmp_path_factory: pytest.TempPathFactory, made_file: str, operations: list[tuple[str, int, int]]
) -> None:
    """Against a model that knows no marks and no indexes."""
    clock = Clock()
    with open_store(_copy(tmp_path_factory, made_file), clock=clock) as store:
        numbers = itertools.count(1)
        running: dict[str, Delivery] = {}
        for name, first, second in operations:
            if name == "record":
                number = next(numbers)
                event = Event(f"evt_{number}", "x", 1_700_000_000 + second, False, "{}", customer=f"cus_{first}")
                store.events.record([event], to_handler)
            elif name == "claim":
                expected = _first_of_free_queues(_all(store), clock.now)
                found = store.work.claim("w", [HANDLER], limit=first)
                assert [one.event for one in found] == expected[:first]
                running |= {one.event: one for one in found}
            elif name == "later":
                clock.now += 3
            elif name == "retry":
                store.work.retry(f"evt_{first}")
            elif name == "give back":
                store.work.release("w")
                running.clear()
            elif running:
                one = running.pop(sorted(running)[first % len(running)])
                if name == "done":
                    assert store.work.finish(one)
                elif name == "dead":
                    assert store.work.mark_dead(one, "no")
                else:
                    assert store.work.retry_later(one, "not yet", seconds=2)
        store.work.release("w")
        clock.now += 3
        assert claimed(store) == _first_of_free_queues(_all(store, before_claim=True), clock.now)


def _copy(factory: pytest.TempPathFactory, made_file: object) -> str:
    import shutil

    return str(shutil.copy(str(made_file), factory.mktemp("model") / "events.db"))


def _all(store: Store, *, before_claim: bool = False) -> list[Delivery]:
    """Return all deliveries; where they were just claimed, as they were before."""
    ids = [stored.event.id for page in store.events.pages() for stored in page]
    found = [one for deliveries in store.work.for_events(ids).values() for one in deliveries]
    if not before_claim:
        return found
    return [Delivery(**{**_fields(one), "status": "pending"}) if one.status == "running" else one for one in found]


def _fields(delivery: Delivery) -> dict[str, object]:
    return {name: getattr(delivery, name) for name in delivery.__dataclass_fields__}


def _first_of_free_queues(deliveries: list[Delivery], now: float) -> list[str]:
    unfinished = [one for one in deliveries if one.status in ("pending", "failed", "running")]
    first = {}
    for one in sorted(unfinished, key=lambda one: (one.status != "running", one.created, one.seq)):
        first.setdefault(one.customer_queue, one)
    due = [one for one in first.values() if one.status != "running" and one.due <= now]
    return [one.event for one in sorted(due, key=lambda one: (one.due, one.seq))]


BY_INDEX = r"(?! USING (COVERING )?INDEX (deliveries_(?!by_event)|events_by_age))"
GROWING = re.compile(rf"\bSCAN (events|deliveries|access)\b{BY_INDEX}|\bSEARCH (events|deliveries|access)$", re.M)
"""In SQLite's plans: a table looked through from its beginning, or by an index that has all that is finished."""
GROWING_POSTGRES = re.compile(r"Seq Scan on (events|deliveries|access)\b")


def test_no_statement_looks_through_a_table_that_grows(store: Store, make_event: Make, where_kind: str) -> None:
    store.events.record([make_event(customer=f"cus_{number}") for number in range(3)], to_handler)
    with statements(store) as collected:
        _everything_hot(store, make_event)

    assert len(collected) > 15
    for statement, parameters in collected:
        plan = _plan(store, statement, parameters)
        pattern = GROWING if where_kind == "sqlite" else GROWING_POSTGRES
        assert not pattern.search(plan), f"{statement}\n{plan}"


def test_a_customers_events_and_access_are_found_by_an_index(store: Store, make_event: Make, where_kind: str) -> None:
    store.events.record([make_event(customer=f"cus_{number % 100}") for number in range(1000)], to_handler)
    for number in range(300):
        customer = f"cus_{number}"
        store.access.replace(customer, [Access(customer, "product", "pro", True, 1, None, "active")])
    if where_kind == "postgresql":  # whose plans follow what the tables hold
        with store._database.engine.connect() as connection:
            connection.exec_driver_sql("ANALYZE")
    position = store.events.page(limit=1)[0].position
    with statements(store) as collected:
        store.events.page(Filter(customer="cus_1"))
        store.events.page(Filter(customer="cus_1", type="invoice.*", since=1_600_000_000), after=position)
    plans = [_plan(store, statement, values) for statement, values in collected if "events.created" in statement]
    assert len(plans) == 2
    assert all("events_by_customer" in plan for plan in plans), plans

    with statements(store) as collected:
        store.access.for_customer("cus_1")
    [plan] = [_plan(store, *one) for one in collected]
    assert re.search(r"(access_pkey|sqlite_autoindex_access_1)\b.*customer", plan, re.S), plan


@pytest.fixture
def where_kind(store: Store) -> str:
    return "postgresql" if store.shared else "sqlite"


def _everything_hot(store: Store, make_event: Make) -> None:
    first, second, third = store.work.claim("w", [HANDLER], limit=9)
    store.work.finish(first)
    store.work.mark_dead(second, "no")
    store.work.retry_later(third, "later", seconds=0)
    store.work.renew("w", [first.seq])
    store.work.release("w", but=[first.seq])
    store.work.release_expired()
    store.work.release_dead("w")
    store.work.workers()
    store.work.next_due([HANDLER])
    store.work.backlog()
    store.work.list_failing()
    store.work.retry(first.event)
    store.work.list_waiting(first)
    store.work.finish_waiting([first.seq], "with another")
    store.events.record([make_event(id=first.event), make_event()], to_handler)
    store.events.load([first.event])
    store.events.get(first.event)
    store.events.stored_ids([first.event])
    store.events.page()
    store.events.page(Filter(failed=True))
    store.events.newest()
    store.access.for_customer("cus_1")
    store.access.customers(after="cus_1")
    store.access.list_ending(until=2_000_000_000)
    store.access.next_end(after=1_000_000_000)
    store.access.replace("cus_1", [Access("cus_1", "product", "pro", True, 1, None, "active")])


@contextmanager
def statements(store: Store) -> Iterator[list[tuple[str, object]]]:
    """The statements that SQLAlchemy sends meanwhile, with their parameters."""
    collected: list[tuple[str, object]] = []

    def collect(connection: object, cursor: object, statement: str, parameters: object, *_: object) -> None:
        if statement.lstrip().startswith(("SELECT", "UPDATE", "DELETE", "WITH")):
            collected.append((statement, parameters))

    engine = store._database.engine
    sa.event.listen(engine, "before_cursor_execute", collect)
    try:
        yield collected
    finally:
        sa.event.remove(engine, "before_cursor_execute", collect)


def _plan(store: Store, statement: str, parameters: object) -> str:
    with store._database.engine.connect() as connection:
        if not store.shared:
            explain = "EXPLAIN QUERY PLAN "
        else:
            connection.exec_driver_sql(
                "SET enable_seqscan = off"
            )  # so that a table this small is looked up all the same
            explain = "EXPLAIN "
        rows = connection.exec_driver_sql(explain + statement, parameters)
        return "\n".join(str(row[-1]) for row in rows)
