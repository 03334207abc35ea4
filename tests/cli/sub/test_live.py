"""With a live key: the saved card is charged, and only after a yes. The local Stripe poses as live mode."""

from __future__ import annotations

import pytest

from stripe_billing_cli.local_stripe.transport import LocalTransport
from tests.cli.sub.conftest import FIRST_OF_APRIL, Life
from tests.conftest import Ran
from tests.live import LIVE_KEY, Posing


@pytest.fixture
def live(life: Life) -> Life:
    """A renewal failed, and the customer has another card since."""
    life.use_card("pm_card_chargeCustomerFail")
    life.advance(FIRST_OF_APRIL + 2 * 3600)
    life.use_card("pm_card_mastercard")
    database = life.billing.directory / ".billing" / "local.db"
    life.billing.wrap.append(lambda real: Posing(LocalTransport(database)))
    return life


def run(live: Life, *argv: str) -> Ran:
    return live.billing("sub", *argv, "--api-key", LIVE_KEY)


def test_pay_says_what_is_charged_and_needs_a_yes(live: Life) -> None:
    ran = run(live, "pay", live.id)

    assert ran.code == 2
    assert "charges $15.00 from Mastercard ending in 4444" in ran.err
    assert "LIVE MODE: account Local Stripe" in ran.err
    assert live.invoices()[-1] == ("open", 1500)


def test_pay_charges_the_saved_card(live: Life) -> None:
    ran = run(live, "pay", live.id, "--yes")

    assert ran.code == 0, ran.err
    assert live.invoices()[-1] == ("paid", 1500)
    assert live.subscription["status"] == "active"


def test_pay_tells_why_the_card_was_declined(live: Life) -> None:
    live.use_card("pm_card_chargeCustomerFail")

    ran = run(live, "pay", live.id, "--yes", "--output", "json")

    assert ran.code == 4
    assert ran.json["payment_error"]["decline_code"] == "generic_decline"
    assert ran.error["hint"] == f"the customer can pay on {ran.json['confirmation_url']}"


def test_pay_sends_the_customer_to_the_page_for_3d_secure(live: Life) -> None:
    live.use_card("pm_card_authenticationRequired")

    ran = run(live, "pay", live.id, "--yes", "--output", "json")

    assert ran.code == 4
    assert ran.json["payment_error"]["code"] == "authentication_required"
    assert "/test_in_" in ran.json["confirmation_url"]


def test_pay_takes_no_test_card(live: Life) -> None:
    ran = run(live, "pay", live.id, "--payment-method", "pm_card_visa", "--yes", "--output", "json")

    assert (ran.code, ran.error["kind"]) == (1, "refused")


@pytest.mark.parametrize(
    "argv",
    [
        ("change", "--price", "team"),
        ("change", "--price", "team", "--at", "period-end"),
        ("cancel",),
        ("cancel", "--now"),
        ("pause", "--keep-service"),
    ],
)
def test_nothing_changes_without_a_yes(argv: tuple[str, ...], live: Life) -> None:
    before = live.subscription

    ran = run(live, argv[0], live.id, *argv[1:])

    assert ran.code == 2
    assert "LIVE MODE: account Local Stripe" in ran.err
    assert live.subscription == before


def test_resume_needs_a_yes_too(live: Life) -> None:
    assert run(live, "cancel", live.id, "--yes").code == 0

    assert run(live, "resume", live.id).code == 2
    assert live.subscription["cancel_at"] is not None
