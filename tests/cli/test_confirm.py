"""A yes is asked for where money moves and in live mode; without a terminal, --yes must give it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import responses

from stripe_billing_cli.cli import confirm as confirmation
from stripe_billing_cli.cli.context import Context
from stripe_billing_cli.cli.errors import report
from stripe_billing_cli.errors import BillingError

LIVE = "sk_live_x"
TEST = "sk_test_x"


@pytest.fixture
def stripe_itself() -> Iterator[responses.RequestsMock]:
    """Stripe as far as the account's name goes."""
    account = {"id": "acct_1", "object": "account", "settings": {"dashboard": {"display_name": "KeyMap Ltd"}}}
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        mock.get("https://api.stripe.com/v1/account", json=account)
        yield mock


@pytest.fixture(autouse=True)
def _nobody_to_ask(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Context, "interactive", False)


def on_a_terminal(monkeypatch: pytest.MonkeyPatch, *, answer: bool) -> list[str]:
    """Somebody who gives this answer; the questions asked."""
    asked: list[str] = []

    def confirm(text: str, **_: object) -> bool:
        asked.append(text)
        return answer

    monkeypatch.setattr(Context, "interactive", True)
    monkeypatch.setattr("typer.confirm", confirm)
    return asked


def test_in_test_mode_what_moves_no_money_is_not_asked() -> None:
    confirmation.confirm(Context(api_key=TEST), "Create it?")


@pytest.mark.parametrize("key", [TEST, LIVE])
def test_without_a_terminal_it_is_refused_and_yes_is_named(key: str, stripe_itself: responses.RequestsMock) -> None:
    with pytest.raises(BillingError) as refused:
        confirmation.confirm(Context(api_key=key), "Charge $15.00?", in_any_mode=True)

    message = refused.value
    assert (message.kind, message.exit_code) == ("confirmation", 2)
    assert "Charge $15.00?" in message.message
    assert "--yes" in (message.hint or "")


def test_yes_answers(stripe_itself: responses.RequestsMock) -> None:
    confirmation.confirm(Context(api_key=TEST, yes=True), "Charge $15.00?", in_any_mode=True)
    confirmation.confirm(Context(api_key=LIVE, yes=True), "Charge $15.00?", in_any_mode=True)


def test_live_mode_asks_for_any_change_and_names_the_account(
    stripe_itself: responses.RequestsMock, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = on_a_terminal(monkeypatch, answer=True)

    confirmation.confirm(Context(api_key=LIVE), "Create it?")

    assert asked == ["Create it?"]
    assert "LIVE MODE: account KeyMap Ltd" in capsys.readouterr().err


def test_live_mode_is_named_even_where_yes_was_said(
    stripe_itself: responses.RequestsMock, capsys: pytest.CaptureFixture[str]
) -> None:
    confirmation.confirm(Context(api_key=LIVE, yes=True), "Create it?", will=["A customer is created."])

    streams = capsys.readouterr()
    assert streams.err == "A customer is created.\nLIVE MODE: account KeyMap Ltd\n"
    assert streams.out == ""


def test_a_no_changes_nothing_and_is_a_failure_that_the_user_knows(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    on_a_terminal(monkeypatch, answer=False)

    with pytest.raises(BillingError) as refused:
        confirmation.confirm(Context(api_key=TEST), "Cancel?", in_any_mode=True, when_refused="it goes on")

    assert (refused.value.message, refused.value.exit_code) == ("it goes on", 1)
    assert report(refused.value, output="table", verbose=False) == 1
    assert capsys.readouterr().err == "It goes on.\n"
