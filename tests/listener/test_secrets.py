"""Webhook secrets are kept private, whole, and one file an endpoint."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from stripe_billing_cli.listener.secrets import SecretsError, forget, keep, kept_secrets, stored_secrets

URL = "https://shop.example/webhook"


@pytest.fixture
def place(tmp_path: Path) -> Path:
    return tmp_path / ".billing" / "webhook-secrets"


def test_where_nothing_is_kept_there_are_no_secrets(place: Path) -> None:
    assert stored_secrets(place) == []


def test_each_endpoints_secret_is_kept_until_it_is_forgotten(place: Path) -> None:
    keep("we_1", URL, "whsec_one", place)
    keep("we_2", URL, "whsec_two", place)
    assert stored_secrets(place) == ["whsec_one", "whsec_two"]

    keep("we_1", URL, "whsec_three", place)
    forget("we_2", place)
    forget("we_2", place)

    assert [(kept.endpoint, kept.url, kept.secret) for kept in kept_secrets(place)] == [("we_1", URL, "whsec_three")]


def test_nobody_else_can_read_them(place: Path) -> None:
    before = os.umask(0)
    try:
        file = keep("we_1", URL, "whsec_one", place)
    finally:
        os.umask(before)

    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(place.stat().st_mode) == 0o700
    assert [entry.name for entry in place.iterdir()] == ["we_1"]


def test_a_secret_is_not_shown_by_accident(place: Path) -> None:
    keep("we_1", URL, "whsec_one", place)

    assert "whsec_one" not in repr(kept_secrets(place))


@pytest.mark.parametrize("text", ["", "{}", "[]", "whsec_one"])
def test_a_damaged_file_is_told_with_a_way_out_and_without_its_text(place: Path, text: str) -> None:
    keep("we_1", URL, "whsec_one", place).write_text(text, encoding="utf-8")

    with pytest.raises(SecretsError) as raised:
        stored_secrets(place)

    assert "we_1" in str(raised.value)
    assert "roll-secret we_1" in raised.value.hint
    assert "whsec" not in str(raised.value)


def test_a_half_written_file_is_not_taken_for_a_secret(place: Path) -> None:
    keep("we_1", URL, "whsec_one", place)
    (place / ".new-abc").write_text('{"endp', encoding="utf-8")

    assert stored_secrets(place) == ["whsec_one"]
