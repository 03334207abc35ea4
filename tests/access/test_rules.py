"""The table of rules: its defaults, and what a settings file may say."""

from __future__ import annotations

from pathlib import Path

import pytest

from stripe_billing_cli.access.rules import DEFAULTS, FORMER_RULES, RULES, InvalidRulesError, read_rules

DAY = 86_400
ROOT = Path(__file__).parent.parent.parent


def test_without_a_file_there_are_the_defaults(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)

    assert {status: str(rule) for status, rule in read_rules().by_status.items()} == {
        "active": "grant",
        "trialing": "grant",
        "past_due": "1w",
        "unpaid": "deny",
        "paused": "deny",
        "incomplete": "deny",
        "incomplete_expired": "deny",
        "canceled": "deny",
        "collection_paused": "grant",
        "disputed": "grant",
    }


def test_a_file_changes_what_it_names(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    RULES.write_text("past_due: 12h\npaused: grant\nunpaid: 2w\n", encoding="utf-8")

    rules = read_rules()

    assert rules.rule_for("past_due").grace == 12 * 3600
    assert rules.rule_for("unpaid").grace == 14 * DAY
    assert rules.rule_for("paused").granted
    assert rules.rule_for("active") == DEFAULTS["active"]


def test_an_empty_file_changes_nothing(tmp_path: Path) -> None:
    file = tmp_path / "rules.yaml"
    file.write_text("# nothing yet\n", encoding="utf-8")

    assert read_rules(file).by_status == DEFAULTS


def test_a_status_that_is_not_known_gives_no_access() -> None:
    assert not read_rules().rule_for("frozen").granted


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        ("pastdue: 7d", "there is no status pastdue", "did you mean past_due?"),
        ("zzz: grant", "there is no status zzz", "it is one of active"),
        ("past_due: 7", "past_due is 7", "grace period like 12h"),
        ("past_due: seven days", "past_due is 'seven days'", "grace period"),
        ("active: 7d", "active is '7d'", "grant or deny"),
        ("active: yes", "active is True", "grant or deny"),
        ("disputed: 7d", "disputed is '7d'", "grant or deny"),
        ("[active]", "is no table", "a line for each status"),
        ("active: [", "rules.yaml:1:10 is not YAML", "a line for each status"),
    ],
)
def test_a_file_that_makes_no_sense_is_told(tmp_path: Path, text: str, message: str, hint: str) -> None:
    file = tmp_path / "rules.yaml"
    file.write_text(text, encoding="utf-8")

    with pytest.raises(InvalidRulesError) as raised:
        read_rules(file)

    assert message in raised.value.message
    assert hint in raised.value.hint


def test_a_file_that_is_named_must_be_there(tmp_path: Path) -> None:
    with pytest.raises(InvalidRulesError, match="there is no"):
        read_rules(tmp_path / "nothing.yaml")


def test_the_page_of_access_shows_the_defaults(tmp_path: Path) -> None:
    shown = (
        (ROOT / "docs" / "access.md")
        .read_text(encoding="utf-8")
        .split("These are the defaults:\n\n```text\n")[1]
        .split("```")[0]
    )
    file = tmp_path / "rules.yaml"
    file.write_text(shown, encoding="utf-8")

    assert read_rules(file).by_status == DEFAULTS
    assert len(shown.splitlines()) == len(DEFAULTS)


def test_rules_are_read_where_they_were_before_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    FORMER_RULES.parent.mkdir()
    FORMER_RULES.write_text("paused: grant\n", encoding="utf-8")
    former = read_rules()
    RULES.write_text("paused: deny\n", encoding="utf-8")

    assert former.rule_for("paused").granted
    with pytest.raises(InvalidRulesError, match=r"there are rules in access.yaml and in .billing/access.yaml"):
        read_rules()
