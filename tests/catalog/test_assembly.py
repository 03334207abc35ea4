"""Several files as one, and variables of the environment where the file declares them."""

from __future__ import annotations

import pytest

from stripe_billing_cli.catalog.contents import Catalog
from stripe_billing_cli.catalog.file.load import load_catalog, read_source
from stripe_billing_cli.catalog.file.problems import CatalogErrors
from tests.conftest import Account, Billing

MAIN = """\
version: 1
catalog: keymap
currency: usd
include: [prices/*.yaml, coupons.yaml]
products:
  pro: {name: Pro}
"""
FILES = {
    "prices/a.yaml": "products:\n  team:\n    name: Team\n    prices: {monthly: {unit_amount: 900, recurring: month}}\n",
    "prices/b.yaml": "x-any: thing\nfeatures:\n  sso: {name: Single sign-on}\n",
    "coupons.yaml": "coupons:\n  launch20: {percent_off: 20, applies_to: [team]}\n",
}


@pytest.fixture
def files(billing: Billing) -> Billing:
    (billing.directory / "prices").mkdir()
    billing.write(MAIN)
    for name, text in FILES.items():
        billing.write(text, name)
    return billing


def loaded(billing: Billing, **environment: str) -> Catalog:
    return load_catalog(read_source(str(billing.directory / "catalog.yaml")), environment=environment)


def mistakes_in(billing: Billing, **environment: str) -> list[str]:
    with pytest.raises(CatalogErrors) as caught:
        loaded(billing, **environment)
    return str(caught.value).replace(f"{billing.directory}/", "").splitlines()[::2]


def test_included_files_are_one_catalog(files: Billing, account: Account) -> None:
    files.ok("catalog", "apply", "--local")

    assert account.products().keys() == {"pro", "team"}
    assert account.api.get("/v1/coupons/launch20", {"expand": ["applies_to"]})["applies_to"]["products"] == ["team"]
    assert files.plan()["changes"] == []


def test_what_a_plan_says_of_an_included_file_names_it(files: Billing) -> None:
    plan = files.plan()

    places = {change["key"]: change["location"] for change in plan["changes"]}
    assert places["team.monthly"] == {"file": "prices/a.yaml", "line": 4, "column": 14}
    assert places["pro"]["file"] == "catalog.yaml"
    output = files.ok("catalog", "plan", "--local", "--output", "github").out
    assert "file=prices/a.yaml,line=4" in output


def test_nothing_is_merged_into_what_another_file_has(files: Billing, account: Account) -> None:
    files.ok("catalog", "apply", "--local")
    account.post("/v1/prices", product="team", currency="usd", unit_amount=1)

    ran = files("catalog", "import", "--local", "--merge", "--yes")

    assert ran.code == 2
    assert "nothing can be added to team" in ran.err
    assert (files.directory / "catalog.yaml").read_text(encoding="utf-8") == MAIN


def test_a_mistake_is_said_with_the_file_in_which_it_is(files: Billing) -> None:
    files.write("products:\n  pro: {name: Again}\n  other: {nane: Other}\n", "prices/a.yaml")
    files.write("coupons:\n  launch20: {percent_off: 20, applies_to: [nobody]}\n", "coupons.yaml")

    assert sorted(mistakes_in(files)) == [
        "coupons.yaml:2:44: this file has no product nobody",
        "prices/a.yaml:2:3: pro stands here twice: first in line 6",
        "prices/a.yaml:3:11: unknown key nane",
        "prices/a.yaml:3:3: name is missing",
    ]


@pytest.mark.parametrize(
    ("entry", "content", "message"),
    [
        ("more.yaml", "currency: eur\n", "more.yaml:1:1: an included file cannot have currency"),
        ("more.yaml", "include: catalog.yaml\n", "more.yaml:1:10: catalog.yaml is included already"),
        ("more.yaml", "a: [\n", "more.yaml:2:1: this is not YAML: did not find expected node content"),
        ("none.yaml", "", "catalog.yaml:4:11: there is no file none.yaml"),
        ("n*.yaml", "", "catalog.yaml:4:11: no file is called n*.yaml"),
        ("/etc/passwd", "", "catalog.yaml:4:11: include: expected paths of files beside this one"),
    ],
)
def test_what_cannot_be_included_is_said(files: Billing, entry: str, content: str, message: str) -> None:
    files.write(MAIN.replace("prices/*.yaml, coupons.yaml", entry))
    files.write(content, "more.yaml")

    assert message in " ".join(mistakes_in(files)).replace("while parsing a flow node, ", "")


def test_variables_that_the_file_declares_are_replaced(files: Billing) -> None:
    text = MAIN.replace("products:", "variables: {SHOP: shop.example, PRICE: null}\nproducts:")
    prices = "    prices:\n      once:\n        unit_amount: ${PRICE}\n"
    files.write(text.replace("{name: Pro}", "\n    name: Pro ${OTHER}\n    url: https://${SHOP}/pro\n" + prices))

    product = loaded(files, PRICE="1500", OTHER="x").by_kind["product"][0]

    assert product.fields["name"] == "Pro ${OTHER}", "only what is declared"
    assert product.fields["url"] == "https://shop.example/pro"
    assert product.children[0].fields["unit_amount"] == 1500
    assert loaded(files, PRICE="1", SHOP="b.example").by_kind["product"][0].fields["url"] == "https://b.example/pro"


@pytest.mark.parametrize(
    ("variables", "message"),
    [
        ("[SHOP]", "catalog.yaml:4:13: SHOP is not set"),
        ("{SHOP: null}", "catalog.yaml:4:13: SHOP is not set"),
        ("[a-b]", "catalog.yaml:4:13: variables: expected names of the environment's variables"),
    ],
)
def test_a_variable_without_a_value_is_a_mistake(billing: Billing, variables: str, message: str) -> None:
    billing.write(f"version: 1\ncatalog: a\ncurrency: usd\nvariables: {variables}\nproducts: {{p: {{name: x}}}}\n")

    assert message in mistakes_in(billing)
