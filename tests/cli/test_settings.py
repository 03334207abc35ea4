"""Which Stripe is meant: flags, the environment, the Stripe CLI's profiles."""

from __future__ import annotations

from pathlib import Path

import pytest

from stripe_billing_cli.cli.settings import choose_connection
from stripe_billing_cli.errors import SettingsError

PROFILES = """\
color = "auto"

[default]
test_mode_api_key = "sk_test_of_default"
live_mode_api_key = "rk_live_of_default"

[shop]
test_mode_api_key = "rk_test_of_shop"
live_mode_api_key = "*********4242"
"""


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    directory = tmp_path / "config" / "stripe"
    directory.mkdir(parents=True)
    (directory / "config.toml").write_text(PROFILES, encoding="utf-8")
    return {"XDG_CONFIG_HOME": str(tmp_path / "config"), "HOME": str(tmp_path)}


def connection(environment: dict[str, str], **flags: object) -> object:
    asked = {"local": False, "api_key": None, "profile": None, "live": False, **flags}
    return choose_connection(**asked, environment=environment)  # type: ignore[arg-type]


def refusal(environment: dict[str, str], **flags: object) -> SettingsError:
    with pytest.raises(SettingsError) as caught:
        connection(environment, **flags)
    return caught.value


def test_a_flag_beats_the_environment(environment: dict[str, str]) -> None:
    environment["STRIPE_API_KEY"] = "sk_test_of_environment"

    assert connection(environment).key == "sk_test_of_environment"  # type: ignore[attr-defined]
    assert connection(environment, api_key="sk_test_of_flag").key == "sk_test_of_flag"  # type: ignore[attr-defined]
    assert connection(environment, profile="shop").key == "rk_test_of_shop"  # type: ignore[attr-defined]
    assert connection(environment, local=True).local  # type: ignore[attr-defined]


def test_a_profile_gives_its_test_key_and_with_live_its_live_key(environment: dict[str, str]) -> None:
    assert connection(environment, profile="default").key == "sk_test_of_default"  # type: ignore[attr-defined]
    live = connection(environment, profile="default", live=True)
    assert (live.key, live.livemode, live.restricted) == ("rk_live_of_default", True, True)  # type: ignore[attr-defined]


def test_a_profile_is_found_under_the_small_letters_that_the_stripe_cli_writes(environment: dict[str, str]) -> None:
    assert connection(environment, profile="Shop").key == "rk_test_of_shop"  # type: ignore[attr-defined]


def test_without_a_key_the_error_names_the_three_ways_on(environment: dict[str, str]) -> None:
    error = refusal(environment)

    assert str(error) == "no Stripe API key"
    for way in ("--local", "STRIPE_API_KEY", "--profile"):
        assert way in error.hint


@pytest.mark.parametrize("empty", ["", " \n"])
def test_an_empty_key_is_told_from_none(environment: dict[str, str], empty: str) -> None:
    """As GitHub gives a job a secret that it does not have."""
    error = refusal({**environment, "STRIPE_API_KEY": empty})

    assert str(error) == "no Stripe API key: STRIPE_API_KEY is set, and empty"
    assert "secret" in error.hint
    assert connection({**environment, "STRIPE_API_KEY": empty}, profile="shop").key == "rk_test_of_shop"  # type: ignore[attr-defined]


def test_a_key_in_a_dot_env_file_is_not_read(
    environment: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".env").write_text("STRIPE_API_KEY=sk_test_of_file\n", encoding="utf-8")

    assert str(refusal(environment)) == "no Stripe API key"


@pytest.mark.parametrize(
    ("flags", "message"),
    [
        ({"local": True, "api_key": "sk_test_x"}, "--local and --api-key exclude each other"),
        ({"local": True, "live": True}, "--local and --live exclude each other"),
        ({"api_key": "pk_test_x"}, "--api-key holds no secret key of Stripe's but a publishable one"),
        ({"api_key": "whsec_x"}, "but a webhook secret"),
        ({"api_key": "hunter2"}, "--api-key holds no secret key of Stripe's"),
        ({"api_key": "sk_test_x", "live": True}, "--live was given, and --api-key holds a test key"),
        ({"profile": "nobody"}, "has no profile nobody"),
        ({"profile": "shop", "live": True}, "profile shop has no live key"),
    ],
)
def test_contradictions_are_refused(environment: dict[str, str], flags: dict[str, object], message: str) -> None:
    assert message in str(refusal(environment, **flags))


def test_a_refused_key_is_not_repeated(environment: dict[str, str]) -> None:
    error = refusal(environment, api_key="secret-of-another-service")

    assert "secret-of-another-service" not in f"{error} {error.hint}"


@pytest.mark.parametrize("content", [None, "not [toml", "\udcff"])
def test_profiles_that_cannot_be_read_are_told(
    environment: dict[str, str], tmp_path: Path, content: str | None
) -> None:
    path = tmp_path / "config" / "stripe" / "config.toml"
    path.unlink()
    if content is not None:
        path.write_bytes(content.encode("utf-8", "surrogateescape"))

    error = refusal(environment, profile="default")

    assert "config.toml" in str(error)
    assert error.hint


class TestApiBase:
    def test_a_test_key_may_go_to_another_server(self, environment: dict[str, str]) -> None:
        environment["STRIPE_API_BASE"] = "http://127.0.0.1:12111/"

        assert connection(environment, api_key="sk_test_x").base == "http://127.0.0.1:12111"  # type: ignore[attr-defined]

    @pytest.mark.parametrize(
        "base", ["http://127.0.0.1:1", "https://api.stripe.com.evil.example", "http://api.stripe.com"]
    )
    def test_a_live_key_goes_to_stripe_only(self, environment: dict[str, str], base: str) -> None:
        environment["STRIPE_API_BASE"] = base

        assert "a live key goes to https://api.stripe.com only" in str(refusal(environment, api_key="sk_live_x"))
        environment["STRIPE_API_BASE"] = "https://api.stripe.com/"
        assert connection(environment, api_key="sk_live_x").livemode  # type: ignore[attr-defined]

    @pytest.mark.parametrize("base", ["localhost:12111", "ftp://x", "http://"])
    def test_what_is_no_address_is_refused(self, environment: dict[str, str], base: str) -> None:
        environment["STRIPE_API_BASE"] = base

        assert "STRIPE_API_BASE is no address" in str(refusal(environment, api_key="sk_test_x"))


@pytest.mark.parametrize("value", ["0", "-1", "many", "1.5"])
def test_a_rate_limit_that_is_no_number_is_refused(environment: dict[str, str], value: str) -> None:
    environment["BILLING_RATE_LIMIT"] = value

    assert "BILLING_RATE_LIMIT" in str(refusal(environment, api_key="sk_test_x"))


def test_a_key_is_in_no_printed_form_of_the_door(environment: dict[str, str]) -> None:
    assert "sk_test_hidden" not in repr(connection(environment, api_key="sk_test_hidden"))
