"""`import --merge`: what an account has and a file lacks is added to the file, and nothing else in it changes."""

from __future__ import annotations

import pytest

from stripe_billing_cli.catalog.file.insert import Addition, InsertError, with_additions
from tests.conftest import Account, Billing

FILE = """\
# The catalog of Keymap
version: 1
catalog: keymap
currency: usd

products:
  # the one that sells
  pro:
    name: Pro   # for one person
    default_price: monthly
    prices:
      monthly: {unit_amount: 1500, recurring: month}   # $15

  team: {name: Team, prices: {monthly: {unit_amount: 900, recurring: month}}}  # seats
# the end
"""


def test_what_the_file_lacks_is_added_and_all_else_stays(billing: Billing, account: Account) -> None:
    billing.apply(FILE)
    price = account.post("/v1/prices", product="pro", currency="usd", unit_amount=15000, recurring={"interval": "year"})
    seat = account.post("/v1/prices", product="team", currency="eur", unit_amount=800, lookup_key="team_eur")
    account.post("/v1/products", id="extra", name="Extra")
    coupon = account.post("/v1/coupons", id="launch20", percent_off=20)

    billing.ok("catalog", "import", "--local", "--merge", "--yes")

    text = (billing.directory / "catalog.yaml").read_text(encoding="utf-8")
    assert (
        text
        == FILE.replace(
            "   # $15\n",
            f"   # $15\n      yearly: {{id: {price['id']}, lookup_key: null, unit_amount: 15000, recurring: year}}\n",
        ).replace(
            "recurring: month}}}  # seats\n",
            f"recurring: month}}, eur: {{id: {seat['id']}, lookup_key: team_eur, currency: eur, unit_amount: 800}}}}}}"
            "  # seats\n  extra:\n    id: extra\n    name: Extra\n",
        )
        + f"\ncoupons:\n  launch20: {{id: {coupon['id']}, percent_off: 20}}\n"
    )
    assert billing.plan()["changes"] == []
    assert "Nothing to add" in billing.ok("catalog", "import", "--local", "--merge").out


def test_it_shows_what_it_would_add_and_asks(billing: Billing, account: Account) -> None:
    billing.apply(FILE)
    account.post("/v1/products", id="extra", name="Extra")

    preview = billing.ok("catalog", "import", "--local", "--merge", "--preview")
    ran = billing("catalog", "import", "--local", "--merge")

    assert "+  extra:\n+    id: extra\n+    name: Extra\n" in preview.out
    assert ran.code == 2
    assert "Write this to catalog.yaml?" in ran.err
    assert (billing.directory / "catalog.yaml").read_text(encoding="utf-8") == FILE


def test_one_kind_is_merged_into_a_file_that_has_others(billing: Billing, account: Account) -> None:
    billing.apply(FILE)
    account.post("/v1/products", id="extra", name="Extra")
    account.post("/v1/coupons", id="launch20", percent_off=20)

    ran = billing.ok("catalog", "import", "--local", "--merge", "--yes", "--kind", "coupon", "--output", "json")

    assert ran.json["written"] == {"coupon": 1}


@pytest.mark.parametrize("option", [["--overwrite"], ["--catalog", "other"], ["-f", "-"]])
def test_merging_excludes_what_would_replace_the_file(billing: Billing, option: list[str]) -> None:
    billing.write(FILE)

    assert billing("catalog", "import", "--local", "--merge", *option).code == 2


@pytest.mark.parametrize(
    ("before", "path", "entries", "after"),
    {
        "no section": ("a: 1\n", ("s",), {"k": {"x": 1}}, "a: 1\n\ns:\n  k: {x: 1}\n"),
        "no line end": ("a: 1", ("s",), {"k": {"x": 1}}, "a: 1\n\ns:\n  k: {x: 1}\n"),
        "indented": (
            "s:\n    a:\n        x: 1\nt: 2\n",
            ("s",),
            {"k": {"x": 1}},
            "s:\n    a:\n        x: 1\n    k: {x: 1}\nt: 2\n",
        ),
        "text in lines": (
            "s:\n  a:\n    x: |-\n      one\n      two\n\n# t\nt: 1\n",
            ("s",),
            {"k": {"x": 1}},
            "s:\n  a:\n    x: |-\n      one\n      two\n  k: {x: 1}\n\n# t\nt: 1\n",
        ),
        "empty": ("s: {}\n", ("s",), {"k": {"x": 1}}, "s: {k: {x: 1}}\n"),
        "a list": ("s: {a: {f: [x]}}\n", ("s", "a", "f"), ["u", "v"], "s: {a: {f: [x, u, v]}}\n"),
        "a list in lines": (
            "s:\n  a:\n    f:\n    - x\n    g: 1\n",
            ("s", "a", "f"),
            ["u"],
            "s:\n  a:\n    f:\n    - x\n    - u\n    g: 1\n",
        ),
        "no list": ("s:\n  a:\n    x: 1\n", ("s", "a", "f"), ["u"], "s:\n  a:\n    x: 1\n    f: [u]\n"),
        "an alias before": (
            "s:\n  a: &a {x: 1}\n  b: *a\nt: 1\n",
            ("s",),
            {"k": {"x": 1}},
            "s:\n  a: &a {x: 1}\n  b: *a\n  k: {x: 1}\nt: 1\n",
        ),
        "quotes": (
            's:\n  "a b": {x: 1}\n',
            ("s", "a b", "p"),
            {"no": {"x": 1}},
            's:\n  "a b": {x: 1, p: {"no": {x: 1}}}\n',
        ),
    }.values(),
)
def test_entries_come_where_a_section_ends(before: str, path: tuple[str, ...], entries: object, after: str) -> None:
    assert with_additions(before, [Addition(path, entries)]) == after  # type: ignore[arg-type]


@pytest.mark.parametrize("end", ["", "\r\n"])
def test_lines_that_are_added_end_as_those_of_the_file(end: str) -> None:
    text = "s:\r\n  a: {x: 1}\r\n\r\nt:\r\n  b: 1" + end

    merged_text = with_additions(text, [Addition(("s",), {"k": {"x": 1}}), Addition(("u",), {"m": {"x": 1}})])

    assert merged_text == "s:\r\n  a: {x: 1}\r\n  k: {x: 1}\r\n\r\nt:\r\n  b: 1\r\n\r\nu:\r\n  m: {x: 1}\r\n"


@pytest.mark.parametrize(
    "text", ["s: {b: {x: 1}}\n", "x: &x {a: {b: 1}}\ns: *x\n", "x: &x {p: {b: 1}}\ns:\n  a:\n    <<: *x\n"]
)
def test_what_stands_elsewhere_is_not_added_to(text: str) -> None:
    with pytest.raises(InsertError, match="nothing can be added"):
        with_additions(text, [Addition(("s", "a", "p"), {"k": {"x": 1}})])


def test_what_the_file_adopted_and_replaced_since_is_not_offered_again(billing: Billing, account: Account) -> None:
    """The old payment link stays on sale until it is retired, and so does what it sells."""
    month = {"interval": "month"}
    product = account.post("/v1/products", name="Pro")["id"]
    price = account.post("/v1/prices", product=product, currency="usd", unit_amount=1500, recurring=month)["id"]
    account.post("/v1/payment_links", line_items=[{"price": price, "quantity": 1}])
    billing.ok("catalog", "import", "--local", "--catalog", "keymap")
    file = billing.directory / "catalog.yaml"
    text = file.read_text(encoding="utf-8").replace("unit_amount: 1500", "unit_amount: 1900")
    file.write_text(text, encoding="utf-8")
    billing.ok("catalog", "apply", "--local", "--yes")

    billing.ok("catalog", "import", "--local", "--merge", "--yes")

    assert file.read_text(encoding="utf-8") == text


def test_new_sections_stand_apart_each_by_one_empty_line() -> None:
    additions = [Addition((name,), {"k": {"x": 1}}, False) for name in ("s", "t", "u")]

    text = with_additions("a: 1\nr:\n  b: 1\n", [Addition(("r",), {"c": 2}, False), *additions])

    sections = "".join(f"\n{name}:\n  k: {{x: 1}}\n" for name in "stu")
    assert text == f"a: 1\nr:\n  b: 1\n  c: 2\n{sections}"
