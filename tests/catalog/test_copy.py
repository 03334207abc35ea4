"""The same file in a second account: what differs there, and made there what it says."""

from __future__ import annotations

from pathlib import Path

import pytest

from stripe_billing_cli.cli.catalog.other import other_context
from stripe_billing_cli.cli.context import Context
from stripe_billing_cli.errors import BillingError
from stripe_billing_cli.stripe_api.client import StripeApi, connect_locally
from tests.conftest import Account, Billing

OTHER = "file:there/.billing/local.db"


@pytest.fixture
def adopting_file(billing: Billing, account: Account) -> str:
    """A file with the ids of what was made by hand here; its text."""
    product = account.post("/v1/products", name="Pro")
    price = account.post(
        "/v1/prices", product=product["id"], currency="usd", unit_amount=1500, recurring={"interval": "month"}
    )
    account.post(f"/v1/products/{product['id']}", default_price=price["id"])
    account.post("/v1/coupons", id="jMT0WJUD", name="Launch", percent_off=20, applies_to={"products": [product["id"]]})
    billing.ok("catalog", "import", "--local", "--catalog", "keymap")
    (billing.directory / "there" / ".billing").mkdir(parents=True)
    return (billing.directory / "catalog.yaml").read_text(encoding="utf-8")


def other(billing: Billing) -> StripeApi:
    return connect_locally(billing.directory / "there" / ".billing" / "local.db")


def test_a_copy_makes_there_what_the_file_adopts_here(billing: Billing, adopting_file: str) -> None:
    ran = billing.ok("catalog", "copy", "--to", OTHER, "--output", "json")

    assert [(change["action"], change["key"], change["status"]) for change in ran.json["changes"]] == [
        ("create", "pro", "done"),
        ("create", "pro.monthly", "done"),
        ("create", "launch", "done"),
    ]
    product = other(billing).get("/v1/products/pro")
    assert product["default_price"]
    assert billing.ok("catalog", "copy", "--to", OTHER).out.startswith("No changes.")
    assert billing.ok("catalog", "diff", "--against", OTHER, "--check").out.startswith("No changes.")
    assert billing.plan()["changes"] == []


def test_the_same_file_is_applied_in_both(
    billing: Billing, adopting_file: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    billing.ok("catalog", "copy", "--to", OTHER)
    text = adopting_file.replace("unit_amount: 1500", "unit_amount: 1900")
    billing.apply(text)
    assert billing("catalog", "diff", "--against", OTHER, "--check").code == 3

    monkeypatch.chdir(billing.directory / "there")
    billing.ok("catalog", "apply", "--local", "-f", str(billing.directory / "catalog.yaml"))

    ran = billing.ok("catalog", "plan", "--local", "--check", "-f", str(billing.directory / "catalog.yaml"))
    assert ran.out.startswith("No changes.")


def test_a_difference_is_shown_and_nothing_is_written(billing: Billing, adopting_file: str) -> None:
    second_run = billing("catalog", "diff", "--against", OTHER, "--check")
    assert second_run.code == 2
    assert f"--against {OTHER}: there is no such file" in second_run.err
    assert not (billing.directory / "there" / ".billing" / "local.db").exists()
    assert other(billing).page("/v1/products", {}) == ([], False)

    ran = billing("catalog", "diff", "--against", OTHER, "--check")

    assert ran.code == 3
    assert "+ price    pro.monthly  $15.00 / month" in ran.out
    assert other(billing).page("/v1/products", {}) == ([], False)


@pytest.mark.parametrize("name", ["prod", "profile:", "file:", "live:x"])
def test_what_is_no_stripe_is_refused(billing: Billing, adopting_file: str, name: str) -> None:
    ran = billing("catalog", "diff", "--against", name)

    assert ran.code == 2
    assert "one of: test, live, profile:NAME, file:PATH" in ran.err


def test_an_accounts_id_is_no_name_and_the_way_is_its_key(billing: Billing, adopting_file: str) -> None:
    ran = billing("catalog", "copy", "--to", "acct_1OtherAccount")

    assert ran.code == 2
    assert "name it by its key" in ran.err


class TestKeys:
    """`test` and `live` are modes, whose key is found as other commands find theirs."""

    @pytest.fixture(autouse=True)
    def home(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """A profile of the Stripe CLI for both modes, one for test mode only, and no key in the environment."""
        monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
        monkeypatch.delenv("STRIPE_API_KEY", raising=False)
        (tmp_path / "stripe").mkdir()
        text = "[default]\ntest_mode_api_key = 'sk_test_d'\nlive_mode_api_key = 'rk_live_d'\n"
        (tmp_path / "stripe" / "config.toml").write_text(f"{text}[shop]\ntest_mode_api_key = 'sk_test_s'\n")

    def key(self, name: str, **settings: str | bool) -> str | None:
        return other_context(Context(**settings), "--to", name).connection.key  # type: ignore[arg-type]

    def test_of_a_profile(self) -> None:
        assert (self.key("test"), self.key("live"), self.key("profile:shop")) == ("sk_test_d", "rk_live_d", "sk_test_s")
        assert self.key("test", profile="shop") == "sk_test_s"
        with pytest.raises(BillingError, match="profile shop has no live key"):
            self.key("live", profile="shop")

    def test_of_the_environment_where_it_is_of_that_mode(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("STRIPE_API_KEY", "rk_live_e")

        assert (self.key("live"), self.key("test")) == ("rk_live_e", "sk_test_d")

    def test_of_an_option(self, tmp_path: Path) -> None:
        (tmp_path / "key").write_text("rk_live_f\n", encoding="utf-8")

        assert self.key("live", api_key="rk_live_o") == "rk_live_o"
        assert self.key("live", api_key_file=str(tmp_path / "key")) == "rk_live_f"
        with pytest.raises(BillingError, match="--to live was given, and --api-key holds a test key"):
            self.key("live", api_key="sk_test_o")

    def test_without_one_says_where_it_looked(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        (tmp_path / "stripe" / "config.toml").unlink()
        monkeypatch.setenv("STRIPE_API_KEY", "sk_test_e")

        with pytest.raises(BillingError) as failure:
            self.key("live")

        assert "no live key for --to live: STRIPE_API_KEY holds a test key, and there is no" in failure.value.message
        assert "STRIPE_API_KEY" in (failure.value.hint or "")

    def test_two_modes_exclude_each_other(self) -> None:
        with pytest.raises(BillingError, match="--to test and --live exclude each other"):
            self.key("test", live=True)


def test_a_file_is_a_path() -> None:
    assert other_context(Context(), "--to", "file:a:b/local.db").database == Path("a:b/local.db")
