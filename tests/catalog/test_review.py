"""A plan in review: what a pull request shows of it."""

from __future__ import annotations

import pytest

from tests.catalog.catalogs import SEED
from tests.conftest import Account, Billing


def test_a_comment_shows_each_change_and_calls_nobody(billing: Billing, account: Account) -> None:
    billing.apply(SEED)
    old = account.price("pro.monthly")["id"]
    billing.write(SEED.replace("1500,", "1600,").replace("name: Pro", 'name: "P|o @all <img> ::x"'))

    ran = billing.ok("catalog", "plan", "--local", "--output", "markdown")

    text = old.replace("_", "\\_")
    assert ran.out.splitlines()[0] == "### Catalog keymap: 1 to update, 1 to replace, 1 unchanged"
    assert "test mode." in ran.out
    assert "| `~` update | product pro | name: Pro → P\\|o @\u2060all &lt;img&gt; ::x |" in ran.out
    assert f"| `±` replace | price pro.monthly | {text}<br>unit\\_amount: $15.00 → $16.00<br>" in ran.out


def test_a_comment_about_nothing_says_so(billing: Billing) -> None:
    billing.apply(SEED)

    assert billing.ok("catalog", "plan", "--local", "--output", "markdown").out.startswith(
        "### Catalog keymap: no changes\n"
    )


def test_a_comment_is_no_longer_than_github_takes(billing: Billing) -> None:
    many = "".join(f"      p{number}: {{unit_amount: 1, nickname: {'x' * 150}}}\n" for number in range(500))
    billing.write(SEED + many)

    ran = billing.ok("catalog", "plan", "--local", "--output", "markdown")

    assert len(ran.out) < 65_536
    assert " more | |" in ran.out


def test_annotations_stand_at_the_lines_of_the_file(billing: Billing, account: Account) -> None:
    billing.apply(SEED)
    billing.write(SEED.replace("1500,", "1600,").replace("name: Pro", 'name: "100%\\n::error::all"'))

    lines = billing.ok("catalog", "plan", "--local", "--output", "github").out.splitlines()

    assert len(lines) == 3
    assert lines[0].startswith(
        "::notice file=catalog.yaml,line=5,col=3,title=update product pro in test mode::~ product  pro; name: "
    )
    assert lines[0].endswith("Pro → 100%25\\n::error::all")
    assert lines[1].startswith(
        "::notice file=catalog.yaml,line=9,col=7,title=replace price pro.monthly in test mode::± price"
    )
    assert lines[2] == "::notice title=test mode::Plan: 1 to update, 1 to replace, 1 unchanged."


def test_a_warning_is_an_annotation(billing: Billing) -> None:
    billing.write(SEED.replace("1500,", "150000000,"))

    [warning] = [
        line
        for line in billing.ok("catalog", "plan", "--local", "--output", "github").out.splitlines()
        if line.startswith("::warning ")
    ]

    assert warning.startswith(
        "::warning file=catalog.yaml,line=9,col=30,title=test mode::pro.monthly: unit_amount: 150000000 has more"
    )


def test_mistakes_and_conflicts_are_annotations(billing: Billing, account: Account) -> None:
    billing.write(SEED.replace("1500,", "1.5,"))
    ran = billing("catalog", "plan", "--local", "--output", "github")
    assert ran.code == 2
    assert ran.out.startswith("::error file=catalog.yaml,line=9,col=30,title=price pro.monthly::unit_amount: an amount")

    account.post("/v1/products", id="pro", name="By hand")
    billing.write(SEED)
    ran = billing("catalog", "plan", "--local", "--output", "github")
    assert ran.code == 2
    assert ran.out.startswith("::error file=catalog.yaml,line=5,col=3,title=product pro::")


@pytest.mark.parametrize("output", ["markdown", "github"])
@pytest.mark.parametrize(
    "argv", [("catalog", "apply"), ("catalog", "validate"), ("customer", "list"), ("doctor",), ("local", "path")]
)
def test_other_commands_have_no_such_output(billing: Billing, output: str, argv: tuple[str, ...]) -> None:
    billing.write(SEED)

    assert billing(*argv, "--output", output).code == 2
    assert billing("--output", output, *argv).code == 2
    assert not (billing.directory / ".billing").exists()


def test_json_says_which_lookup_key_moves_from_which_price(billing: Billing, account: Account) -> None:
    billing.apply(SEED)
    monthly, yearly = account.price("pro.monthly")["id"], account.price("pro.yearly")["id"]

    [replacement] = billing.plan(SEED.replace("1500,", "1600,"))["changes"]
    assert replacement["moves"] == [{"field": "lookup_key", "value": "pro.monthly", "from": monthly}]

    swap = SEED.replace("monthly:", "monthly: &m").replace("recurring: year}", "recurring: year, lookup_key: pro.m}")
    changes = {change["key"]: change for change in billing.plan(swap.replace("&m ", ""))["changes"]}
    assert changes["pro.yearly"]["moves"] == []
    takeover = SEED.replace("recurring: month}", "recurring: month, lookup_key: pro.yearly}").replace(
        "recurring: year}", "recurring: year, lookup_key: pro.annual}"
    )
    changes = {change["key"]: change for change in billing.plan(takeover)["changes"]}
    assert changes["pro.monthly"]["moves"] == [{"field": "lookup_key", "value": "pro.yearly", "from": yearly}]
