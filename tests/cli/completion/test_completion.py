"""What is offered at the tab key, and that nobody waits for Stripe there."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from stripe_billing_cli.catalog.kinds import KINDS
from stripe_billing_cli.cli.completion import cache
from stripe_billing_cli.cli.completion.cache import LookupKeys
from stripe_billing_cli.cli.completion.values import event_types
from tests.conftest import Billing
from tests.subscriptions.conftest import Shop


@pytest.fixture(autouse=True)
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


@pytest.fixture(autouse=True)
def begun_processes(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """The processes that were begun, which are not."""
    commands: list[list[str]] = []
    monkeypatch.setattr(
        cache, "subprocess", SimpleNamespace(DEVNULL=-3, Popen=lambda command, **_: commands.append(command))
    )
    return commands


def offered(billing: Billing, *words: str) -> list[str]:
    ran = billing.ok("__complete", "--shell", "fish", "--", *words)
    return [line.split("\t")[0] for line in ran.out.splitlines()[1:]]


def test_commands_are_offered_with_what_they_do(billing: Billing) -> None:
    ran = billing.ok("__complete", "--shell", "zsh", "--", "catalog", "pl")

    assert ran.out == "words\nplan:Show what apply would change in Stripe.\n"


def test_an_option_that_was_given_is_not_offered_again_but_a_repeatable_one_is(billing: Billing) -> None:
    assert "--price" not in offered(billing, "sub", "change", "ada", "--price", "pro.monthly", "--")
    assert "--add" in offered(billing, "sub", "change", "ada", "--add", "pro.monthly", "--")


def test_words_that_the_help_names_for_a_value_are_offered(billing: Billing) -> None:
    assert offered(billing, "local", "settings", "--after-retries", "") == ["canceled", "unpaid", "past_due"]
    assert offered(billing, "sub", "change", "ada", "--trial-end", "") == ["now"]


def test_what_is_said_of_an_option_is_its_whole_first_sentence(billing: Billing) -> None:
    ran = billing.ok("__complete", "--shell", "fish", "--", "customer", "update", "ada", "--address-line1")

    assert ran.out == "words\n--address-line1\tStreet, or P.O. box\n"


def test_what_is_hidden_is_not_offered(billing: Billing) -> None:
    assert not [word for word in offered(billing, "") if word.startswith("__")]


def test_lookup_keys_of_stripe_come_from_the_cache_and_a_process_renews_it(
    billing: Billing, shop: Shop, begun_processes: list[list[str]]
) -> None:
    shop.price(lookup_key="gold.monthly")
    words = ("--local", "sub", "change", "ada", "--price", "go")

    first = offered(billing, *words)
    [command] = begun_processes
    billing.ok(*command[3:])
    second = offered(billing, *words)

    assert (first, second) == ([], ["gold.monthly"])
    assert len(begun_processes) == 1, "it is fresh now"
    assert "--local" in command


def test_a_key_on_the_command_line_does_not_reach_a_process(billing: Billing, begun_processes: list[list[str]]) -> None:
    offered(billing, "--api-key", "sk_test_51Secret", "sub", "change", "ada", "--price", "go")

    assert begun_processes
    assert not [word for command in begun_processes for word in command if "Secret" in word]


def test_keys_of_the_catalog_need_no_cache(billing: Billing, tmp_path: Path, begun_processes: list[list[str]]) -> None:
    """As where the home directory may not be written to: no directory can be made in what is a file."""
    (tmp_path / "cache").write_text("")
    billing.write("version: 1\ncatalog: shop\nproducts:\n  pro: {name: Pro, prices: {monthly: {unit_amount: 1}}}\n")

    assert offered(billing, "--local", "sub", "change", "ada", "--price", "pr") == ["pro.monthly"]
    assert begun_processes == []


def test_each_stripe_has_a_cache_of_its_own(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    paths = [LookupKeys.for_options(local=False, profile=None, live=False).path]
    monkeypatch.setenv("STRIPE_API_KEY", "sk_test_1")
    paths.append(LookupKeys.for_options(local=False, profile=None, live=False).path)
    paths.append(LookupKeys.for_options(local=False, profile="shop", live=False).path)
    paths.append(LookupKeys.for_options(local=False, profile="shop", live=True).path)
    paths.append(LookupKeys.for_options(local=True, profile=None, live=False).path)
    monkeypatch.chdir(tmp_path.parent)
    paths.append(LookupKeys.for_options(local=True, profile=None, live=False).path)

    assert len(set(paths)) == len(paths)
    assert not [path for path in paths if "sk_test" in str(path)]


def test_a_broken_catalog_offers_nothing_and_says_nothing(billing: Billing) -> None:
    billing.write("products: [: {")

    ran = billing("__complete", "--shell", "fish", "--", "catalog", "plan", "--target", "")

    assert (ran.code, ran.out, ran.err) == (0, "words\n", "")


def test_discounts_of_the_catalog_are_offered_by_what_they_are_called_in_stripe(billing: Billing) -> None:
    billing.write(
        "coupons: {launch20: {percent_off: 20}, half: {id: HALF, percent_off: 50}}\n"
        "promotion_codes: {WELCOME: {coupon: launch20}, ada: {code: ADA10, coupon: half}}\n"
    )

    assert offered(billing, "sub", "create", "--coupon", "") == ["launch20", "HALF"]
    assert offered(billing, "sub", "change", "ada", "--promotion-code", "A") == ["ADA10"]
    assert offered(billing, "code", "check", "") == ["WELCOME", "ADA10"]
    assert offered(billing, "local", "settings", "--country", "") == []


def test_kinds_are_those_of_the_catalog(billing: Billing) -> None:
    assert set(offered(billing, "catalog", "import", "--kind", "")) == {kind.name for kind in KINDS}


def test_event_types_are_those_of_the_sdk() -> None:
    types = event_types()

    assert {"invoice.paid", "customer.subscription.updated", "invoice.*"} <= set(types)


def test_a_completion_loads_nothing_that_talks_to_stripe(tmp_path: Path) -> None:
    """That alone would take half of a second."""
    program = """
import sys
from stripe_billing_cli.cli.app import run
run(["__complete", "--shell", "fish", "--", "sub", "create", "--price", ""])
print([name for name in ("stripe", "requests", "sqlalchemy") if name in sys.modules])
"""
    ran = subprocess.run([sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True, check=True)

    assert ran.stdout.splitlines()[-1] == "[]"
