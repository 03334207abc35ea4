"""Who may use what, since when, until when and why: a function of what is held, the rules and the time."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stripe_billing_cli.access.customer_state import CustomerState, ItemState, SubscriptionState
from stripe_billing_cli.access.decide import decide, gives_access
from stripe_billing_cli.access.rules import DEFAULTS, DENY, GRANT, Rule, Rules
from stripe_billing_cli.events.store import Access

NOW = 1_800_000_000
DAY = 86_400
START = NOW - 40 * DAY


def subscription_state(status: str = "active", **fields: object) -> SubscriptionState:
    values = {
        "id": "sub_1",
        "began": None,
        "ends": None,
        "collection_paused": False,
        "items": (ItemState("pro", START),),
    }
    return SubscriptionState(status=status, **{**values, **fields})  # type: ignore[arg-type]


def access(
    *subscriptions: SubscriptionState, features: tuple[str, ...] = (), rules: Rules | None = None, now: int = NOW
) -> list[Access]:
    return decide(CustomerState("cus_1", subscriptions, features), rules or Rules(), now)


def only(*subscriptions: SubscriptionState, **options: object) -> Access:
    [row] = access(*subscriptions, **options)  # type: ignore[arg-type]
    return row


def test_a_customer_who_holds_nothing_has_no_rows() -> None:
    assert access() == []


def test_an_active_subscription_gives_its_products() -> None:
    both = subscription_state(items=(ItemState("pro", START), ItemState("addon", START + DAY)))

    assert access(both) == [
        Access("cus_1", "product", "addon", True, START + DAY, None, "active", "sub_1"),
        Access("cus_1", "product", "pro", True, START, None, "active", "sub_1"),
    ]


@pytest.mark.parametrize(
    ("status", "granted"),
    [
        ("active", True),
        ("trialing", True),
        ("incomplete", False),
        ("incomplete_expired", False),
        ("unpaid", False),
        ("paused", False),
        ("canceled", False),
        ("something_new", False),
    ],
)
def test_each_status_by_default(status: str, granted: bool) -> None:
    row = only(subscription_state(status, began=NOW - DAY))

    assert (row.granted, row.reason) == (granted, status)
    assert row.since == (START if granted else NOW - DAY)


def test_past_due_has_a_grace_period_from_when_the_invoice_fell_due() -> None:
    row = only(subscription_state("past_due", began=NOW - 3 * DAY))
    over = only(subscription_state("past_due", began=NOW - 7 * DAY))

    assert (row.granted, row.until, row.reason) == (True, NOW + 4 * DAY, "past_due, in its grace period")
    assert (over.granted, over.since, over.reason) == (False, NOW, "past_due, its grace period is over")


@pytest.mark.parametrize("status", ["active", "trialing", "past_due"])
def test_a_disputed_payment_denies_where_the_rules_say_so(status: str) -> None:
    disputed = subscription_state(status, disputed_at=NOW - DAY)
    strict = only(disputed, rules=Rules({**DEFAULTS, "disputed": DENY}))

    assert (strict.granted, strict.since, strict.reason) == (False, NOW - DAY, "a payment is disputed")
    assert only(disputed).granted


def test_a_subscription_that_ended_says_so_whatever_was_disputed() -> None:
    row = only(
        subscription_state("canceled", began=NOW, disputed_at=NOW - DAY), rules=Rules({**DEFAULTS, "disputed": DENY})
    )

    assert (row.granted, row.since, row.reason) == (False, NOW, "canceled")


def test_past_due_with_nothing_open_owes_nothing() -> None:
    row = only(subscription_state("past_due", began=None))

    assert (row.granted, row.until, row.reason) == (True, None, "past_due")


def test_access_ends_when_the_subscription_is_to_be_canceled_whether_or_not_it_was() -> None:
    going = subscription_state(ends=NOW + DAY)

    assert (only(going).granted, only(going).until) == (True, NOW + DAY)
    gone = only(going, now=NOW + DAY)
    assert (gone.granted, gone.since, gone.reason) == (False, NOW + DAY, "its end is reached")


def test_of_a_grace_period_and_an_end_the_earlier_counts() -> None:
    assert only(subscription_state("past_due", began=NOW, ends=NOW + DAY)).until == NOW + DAY
    assert only(subscription_state("past_due", began=NOW - 6 * DAY - 1, ends=NOW + 30 * DAY)).until == NOW + DAY - 1


def test_a_paused_collection_is_a_rule_of_its_own() -> None:
    paused = subscription_state(collection_paused=True)

    assert only(paused).granted
    refused = only(paused, rules=Rules({**DEFAULTS, "collection_paused": DENY}))
    assert (refused.granted, refused.reason) == (False, "collection is paused")


def test_the_rules_decide() -> None:
    rules = Rules({**DEFAULTS, "paused": GRANT, "active": DENY, "unpaid": Rule(True, 2 * DAY)})

    assert only(subscription_state("paused", began=NOW), rules=rules).granted
    assert not only(subscription_state("active"), rules=rules).granted
    assert only(subscription_state("unpaid", began=NOW - DAY), rules=rules).until == NOW + DAY


def test_of_several_subscriptions_to_a_product_the_longest_counts() -> None:
    ending = subscription_state(id="sub_1", ends=NOW + DAY)
    going_on = subscription_state(id="sub_2", items=(ItemState("pro", NOW - DAY),))
    gone = subscription_state("canceled", id="sub_3", began=NOW - 2 * DAY)

    row = only(gone, ending, going_on)

    assert (row.subscription, row.until) == ("sub_2", None)
    assert row.since == START, "it was there before, by the one that is ending"
    assert only(gone, ending).subscription == "sub_1"
    assert only(gone, subscription_state("canceled", id="sub_4", began=NOW - DAY)).subscription == "sub_4"


def test_a_customer_on_a_test_clock_lives_by_it() -> None:
    holding = CustomerState("cus_1", (subscription_state(ends=NOW + DAY),), (), clock=NOW + 2 * DAY)

    assert not decide(holding, Rules(), NOW)[0].granted


class TestFeatures:
    def test_an_active_entitlement_goes_with_a_subscription(self) -> None:
        [feature, product] = access(subscription_state(ends=NOW + DAY), features=("sso",))

        assert feature == Access("cus_1", "feature", "sso", True, START, NOW + DAY, "an active entitlement")
        assert product.kind == "product"

    def test_it_lasts_as_long_as_any_subscription(self) -> None:
        other = subscription_state(id="sub_2", items=(ItemState("team", NOW),))

        assert access(subscription_state(ends=NOW + DAY), other, features=("sso",))[0].until is None

    def test_where_no_subscription_gives_access_it_is_refused_for_the_same_reason(self) -> None:
        [feature, product] = access(subscription_state("past_due", began=NOW - 30 * DAY), features=("sso",))

        assert (feature.granted, feature.reason) == (False, product.reason)

    def test_without_any_subscription_it_is_refused(self) -> None:
        [feature] = access(features=("sso",))

        assert (feature.granted, feature.reason) == (False, "no subscription gives access")


def test_what_was_decided_earlier_ends_when_its_time_has_come() -> None:
    row = only(subscription_state(ends=NOW + DAY))

    assert gives_access(row, NOW)
    assert not gives_access(row, NOW + DAY)
    assert gives_access(replace(row, until=None), NOW + 10**9)


SUBSCRIPTIONS = st.lists(
    st.builds(
        SubscriptionState,
        id=st.sampled_from(["sub_1", "sub_2", "sub_3", "sub_4"]),
        status=st.sampled_from(sorted(DEFAULTS)),
        began=st.none() | st.integers(NOW - 30 * DAY, NOW),
        ends=st.none() | st.integers(NOW - 5 * DAY, NOW + 5 * DAY),
        collection_paused=st.booleans(),
        items=st.lists(st.builds(ItemState, st.sampled_from("abc"), st.integers(START, NOW)), max_size=2).map(tuple),
    ),
    max_size=4,
    unique_by=lambda one: one.id,
)


@given(SUBSCRIPTIONS, st.randoms())
def test_the_order_of_what_is_held_does_not_matter(subscriptions: list[SubscriptionState], random: object) -> None:
    shuffled = list(subscriptions)
    random.shuffle(shuffled)  # type: ignore[attr-defined]

    assert access(*shuffled, features=("a", "b")) == access(*subscriptions, features=("b", "a"))


@given(SUBSCRIPTIONS, st.integers(0, 40 * DAY))
def test_as_time_passes_rows_end_exactly_at_their_until(subscriptions: list[SubscriptionState], later: int) -> None:
    """What is decided now and read later is what would be decided later."""
    now = {row.key: row for row in access(*subscriptions)}
    then = {row.key: row for row in access(*subscriptions, now=NOW + later)}

    assert now.keys() == then.keys()
    for key, row in now.items():
        assert gives_access(row, NOW + later) == then[key].granted
        assert row.until is None or not row.granted or row.until > NOW
