"""`billing init`: from an empty directory to a catalog that applies."""

from __future__ import annotations

import re

import pytest
import yaml

from tests.conftest import Billing
from tests.subscriptions.conftest import Shop


def test_what_it_writes_applies_as_it_is(billing: Billing) -> None:
    ran = billing.ok("init", "--name", "keymap")

    assert "billing catalog apply --local" in ran.out
    billing.ok("catalog", "validate")
    billing.ok("catalog", "apply", "--local")
    assert billing.ok("catalog", "plan", "--local", "--output", "json").json["summary"]["unchanged"] == 2


def test_what_is_commented_out_is_valid_too(billing: Billing) -> None:
    billing.ok("init", "--currency", "eur", "--name", "shop")
    path = billing.directory / "catalog.yaml"
    text = path.read_text(encoding="utf-8")
    path.write_text(re.sub(r"^  # ", "  ", text, flags=re.M), encoding="utf-8")

    assert "2 products, 3 prices" in billing.ok("catalog", "validate").out
    assert yaml.safe_load(path.read_text(encoding="utf-8"))["currency"] == "eur"


@pytest.mark.parametrize(("there", "then"), [(None, ".billing/\n"), ("*.pyc", "*.pyc\n.billing/\n")])
def test_git_does_not_take_in_what_is_kept_here(billing: Billing, there: str | None, then: str) -> None:
    path = billing.directory / ".gitignore"
    if there is not None:
        path.write_text(there, encoding="utf-8")

    assert billing.ok("init", "--output", "json").json["gitignore"] is True
    assert path.read_text(encoding="utf-8") == then
    (billing.directory / "catalog.yaml").unlink()
    assert billing.ok("init", "--output", "json").json["gitignore"] is False
    assert path.read_text(encoding="utf-8") == then


def test_from_an_account_it_describes_what_is_there(billing: Billing, shop: Shop) -> None:
    made = shop.price(lookup_key="pro.monthly", unit_amount=1900)["id"]

    ran = billing.ok("init", "--local", "--from-account", "--name", "keymap")

    assert made in (billing.directory / "catalog.yaml").read_text(encoding="utf-8")
    assert "billing --local catalog plan  " in ran.out
    assert billing.ok("catalog", "validate").out.startswith("catalog.yaml is valid")
    assert not billing.ok("catalog", "plan", "--local", "--output", "json").json["summary"]["create"]
    assert "unmarked" in billing.plan()["summary"]
    marking = next(line for line in ran.out.splitlines() if "mark what the file describes" in line)
    billing.ok(*marking.partition("  mark")[0].split()[1:])
    assert "unmarked" not in billing.plan()["summary"]


def test_from_an_account_it_takes_the_name_of_the_catalog_there_and_says_what_it_left_out(billing: Billing) -> None:
    billing.write("version: 1\ncatalog: keymap\nproducts: {pro: {name: Pro}}\n")
    billing.ok("catalog", "apply", "--local")

    ran = billing.ok("init", "--local", "--from-account", "-f", "there.yaml")
    other = billing.ok("init", "--local", "--from-account", "--name", "another", "-f", "other.yaml")

    assert ran.out.startswith("there.yaml has catalog keymap: 1 product.\n")
    assert "left out" in other.out
    assert "catalog another: nothing" in other.out


def test_its_commands_can_be_pasted_whatever_the_file_is_called(billing: Billing) -> None:
    (billing.directory / "my shop").mkdir()

    ran = billing.ok("init", "-f", "my shop/a.yaml", "--output", "json")

    assert "billing catalog plan --local -f 'my shop/a.yaml'" in ran.json["next"]
    assert "billing catalog schema > 'my shop/catalog.schema.json'" in ran.json["next"]


def test_a_file_that_is_there_is_left_as_it_is(billing: Billing) -> None:
    path = billing.write("mine")

    ran = billing("init")

    assert (ran.code, path.read_text(encoding="utf-8")) == (1, "mine")
    assert "billing catalog validate -f catalog.yaml" in ran.err


@pytest.mark.parametrize(
    "options",
    [
        ("--currency", "xxd"),
        ("--name", "My Shop"),
        ("--local", "--from-account", "--name", "My Shop"),
        ("--local", "--from-account", "--currency", "eur"),
    ],
)
def test_what_can_be_no_name_or_currency_is_refused_before_anything_is_written(
    billing: Billing, options: tuple[str, ...]
) -> None:
    assert billing("init", *options).code == 2
    assert not (billing.directory / "catalog.yaml").exists()
