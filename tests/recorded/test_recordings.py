"""The local Stripe answers every recorded step as Stripe did."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.recorded.matching import Difference
from tests.recorded.playing import Account, StepResult, recordings
from tests.recorded.shapes import load

MOST_LISTED = 30
NEVER_LISTED = re.compile(
    r"^status$|^answer$|\.error\.(code|type)$|amount|total|balance|\.(due|fee|net|currency|status)$"
)
"""Paths of money, status and error code, about which no difference may stay."""

LISTED = load(Path(__file__).parent / "differences.yaml")
STEPS = [(recording.name, step.number) for recording in recordings().values() for step in recording.steps]

Results = Callable[[str], dict[int, StepResult]]


@pytest.fixture(scope="session")
def results(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Results]:
    """Return the results of a recording, which is played once, after what came before in its account."""
    accounts: dict[str, Account] = {}
    played: dict[str, dict[int, StepResult]] = {}

    def of_recording(name: str) -> dict[int, StepResult]:
        if name not in played:
            recording = recordings()[name]
            if recording.follows:
                of_recording(recording.follows)
                account = accounts[recording.follows]
            else:
                account = Account(tmp_path_factory.mktemp("recorded") / f"{name}.db")
            accounts[name] = account
            played[name] = {one.step.number: one for one in account.play(recording)}
        return played[name]

    yield of_recording
    for account in accounts.values():
        account.close()


def listed_paths(name: str, number: int) -> set[str]:
    """Return the paths at which a step may differ."""
    return {entry["path"] for entry in LISTED if entry["step"] == f"{name} {number}"}


@pytest.mark.parametrize(("name", "number"), STEPS, ids=[f"{name}-{number:03}" for name, number in STEPS])
def test_the_step_is_answered_as_recorded(results: Results, name: str, number: int) -> None:
    played = results(name)[number]
    stay = listed_paths(name, number)
    unexpected = [one for one in played.differences if one.path not in stay]
    assert not unexpected, _report(played, unexpected)
    gone = stay - {one.path for one in played.differences}
    assert not gone, f"{name} {number} no longer differs at {', '.join(sorted(gone))}: take it out of differences.yaml"


def test_the_listed_differences_are_few_and_about_small_things() -> None:
    assert len(LISTED) <= MOST_LISTED
    steps = {f"{name} {number}" for name, number in STEPS}
    for entry in LISTED:
        assert entry["reason"] and entry["step"] in steps, entry
        assert not NEVER_LISTED.search(entry["path"]), entry


def test_every_recorded_step_is_here() -> None:
    assert len(STEPS) == 709


def _report(played: StepResult, unexpected: list[Difference]) -> str:
    lines = [played.request, *(f"    {one}" for one in unexpected)]
    return "\n".join(lines)
