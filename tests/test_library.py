"""docs/library.md: its programs run one after the other, and print what it says."""

from __future__ import annotations

import contextlib
import importlib
import inspect
import io
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.cli.help.command_tree import commands

ROOT = Path(__file__).parents[1]
CALL = re.compile(r"^\| `billing (\w+) (.+?)` \| (.+?) \| (.*?) ?\|$", re.M)
NOT_OF_STRIPE = {"events", "local"}
"""Groups whose commands do not work on an account: the store of events, and the local Stripe by itself."""
OF_STORE = {"access list", "access show", "catalog schema"}
EXAMPLE = re.compile(r"^```python\n(.*?)^```\n\n```text\n(.*?)^```$", re.M | re.S)


def test_the_examples_print_what_the_page_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = (ROOT / "docs" / "library.md").read_text(encoding="utf-8")
    examples = EXAMPLE.findall(text)
    shutil.copy(ROOT / "catalog.yaml", tmp_path)
    monkeypatch.chdir(tmp_path)
    names: dict[str, Any] = {}

    for program, expected in examples:
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            exec(compile(program, "docs/library.md", "exec"), names)
        assert printed.getvalue() == expected

    assert len(examples) == text.count("```python")


def documented_calls() -> Iterator[tuple[list[str], list[str], list[str]]]:
    """Yield each row of the page's table: its commands, the dotted names of its calls, and what these take."""
    text = (ROOT / "docs" / "library.md").read_text(encoding="utf-8")
    for group, names, calls, takes in CALL.findall(text):
        named = [f"{group} {name.strip('`, ')}" for name in re.split("`, `", names)]
        dotted: list[str] = []
        for call in re.findall("`([a-z_.]+)`", calls):
            dotted.append(call if "." in call else f"{dotted[-1].rpartition('.')[0]}.{call}")
        yield named, dotted, re.findall("`([A-Za-z_]+)`", takes)


def test_every_command_on_an_account_has_its_call_in_the_table() -> None:
    paths = [ctx.command_path.removeprefix("billing ") for one, ctx in commands() if not hasattr(one, "list_commands")]
    wanted = {path for path in paths if " " in path and path.split()[0] not in NOT_OF_STRIPE} - OF_STORE

    assert {command for named, _, _ in documented_calls() for command in named} == wanted


@pytest.mark.parametrize(("calls", "takes"), [row[1:] for row in documented_calls()], ids=str)
def test_a_call_of_the_table_is_there_and_takes_that(calls: list[str], takes: list[str]) -> None:
    parameters: set[str] = set()
    for call in calls:
        module, _, name = call.rpartition(".")
        function = getattr(importlib.import_module(f"stripe_billing_cli.{module}"), name)
        parameters |= {word for one in inspect.signature(function).parameters.values() for word in _words(one)}

    assert set(takes) <= parameters


PLANS = sorted(
    {call for _, calls, _ in documented_calls() for call in calls if call.rpartition(".")[2].startswith("plan_")}
)


@pytest.mark.parametrize("call", [one for one in PLANS if not one.endswith("plan_catalog")])
def test_what_a_plan_comes_to_is_a_record_as_the_command_prints_it(call: str) -> None:
    name, _, function = call.rpartition(".")
    module = importlib.import_module(f"stripe_billing_cli.{name}")
    plan = getattr(module, str(inspect.signature(getattr(module, function)).return_annotation).partition(" | ")[0])

    result = getattr(module, str(inspect.signature(plan.apply).return_annotation))

    assert callable(plan.apply)
    assert str(inspect.signature(result.record).return_annotation) == "dict[str, Any]" or hasattr(plan, "record")


def _words(parameter: inspect.Parameter) -> set[str]:
    return {parameter.name, *re.findall(r"\w+", str(parameter.annotation))}
