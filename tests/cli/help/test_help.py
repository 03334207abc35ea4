"""The help of every command, as it is drawn at 80 and 200 columns, and the rules that all of it keeps.

`python -m tests.cli.help.test_help` writes the files in `shown/` anew: look at the difference.
"""

from __future__ import annotations

import io
import subprocess
import sys
from pathlib import Path

import pytest

from stripe_billing_cli.cli.help.page import HelpPage
from stripe_billing_cli.cli.help.screen import draw
from stripe_billing_cli.cli.help.topics import TOPICS
from tests.cli.help.command_tree import pages
from tests.conftest import Billing

WIDTHS = (80, 200)
SHOWN = Path(__file__).parent / "shown"
PAGES = pages()
EVERYTHING = {**PAGES, **{page.name: page for page in TOPICS.values()}}


def snapshots() -> dict[Path, str]:
    """The help of each group and its commands, a file for each width."""
    texts: dict[Path, str] = {}
    for name, page in EVERYTHING.items():
        group = name.split()[1] if " " in name else "billing"
        for width in WIDTHS:
            path = SHOWN / str(width) / f"{group}.txt"
            texts[path] = texts.get(path, "") + f"$ {name} --help\n{draw(page, width, bold=False)}\n\n"
    return texts


SNAPSHOTS = snapshots()


@pytest.mark.parametrize("path", sorted(SNAPSHOTS), ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_help_is_as_it_was_last_looked_at(path: Path) -> None:
    """Look at the difference; if it is meant: python -m tests.cli.help.test_help."""
    assert path.read_text(encoding="utf-8") == SNAPSHOTS[path]


def test_no_help_is_kept_of_a_command_that_is_gone() -> None:
    assert set(SHOWN.rglob("*.txt")) == set(SNAPSHOTS)


@pytest.mark.parametrize("name", EVERYTHING)
@pytest.mark.parametrize("width", WIDTHS)
def test_no_line_is_wider_than_the_screen_or_ends_in_a_blank(name: str, width: int) -> None:
    for line in draw(EVERYTHING[name], width, bold=False).splitlines():
        assert len(line) <= min(width, 100), line
        assert line == line.rstrip(), line


@pytest.mark.parametrize("name", EVERYTHING)
def test_lists_are_made_of_whole_sentences(name: str) -> None:
    for section in EVERYTHING[name].sections:
        for entry in section.entries:
            assert entry.text, entry.term
            assert entry.text.endswith((".", "]", ")")), f"{entry.term}: {entry.text}"
            assert "..." not in entry.text, entry.term


@pytest.mark.parametrize("name", PAGES)
def test_a_commands_own_options_come_before_the_shared_ones(name: str) -> None:
    headings = [section.heading for section in PAGES[name].sections]

    order = ["Commands", "Arguments", "Options", "Shared options, before or after the command", "Examples"]
    assert headings == [heading for heading in order if heading in headings]
    assert "Options" in headings


def test_every_example_can_be_pasted_into_a_shell() -> None:
    examples = [line for page in PAGES.values() for section in page.sections for line in section.examples]

    read = subprocess.run(["bash", "-n"], input="\n".join(examples), capture_output=True, text=True, check=False)

    assert (read.returncode, read.stderr) == (0, "")


def test_every_command_shows_examples_of_itself() -> None:
    for name, page in PAGES.items():
        if not is_group(page) and name not in ("billing catalog schema", "billing local path"):
            examples = [line for section in page.sections for line in section.examples]
            assert any(name in line for line in examples), name


def is_group(page: HelpPage) -> bool:
    return page.sections[0].heading == "Commands"


def test_headings_are_bold_on_a_terminal_only(billing: Billing, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "\033" not in billing("catalog", "--help").out
    terminal = io.StringIO()
    terminal.isatty = lambda: True  # type: ignore[method-assign]
    monkeypatch.setattr(sys, "stdout", terminal)
    monkeypatch.setenv("TERM", "xterm")
    assert billing("catalog", "--help").code == 0
    assert "\033[1mCommands:\033[0m" in terminal.getvalue()


@pytest.mark.parametrize(
    ("asked", "same"),
    [
        (("help",), ("--help",)),
        (("help", "catalog"), ("catalog", "--help")),
        (("help", "sub", "change"), ("sub", "change", "-h")),
        (("help", "listen"), ("listen", "--help")),
    ],
)
def test_help_is_a_command_too(billing: Billing, asked: tuple[str, ...], same: tuple[str, ...]) -> None:
    assert billing.ok(*asked).out == billing.ok(*same).out


@pytest.mark.parametrize("topic", TOPICS)
def test_help_has_topics(billing: Billing, topic: str) -> None:
    assert TOPICS[topic].summary in " ".join(billing.ok("help", topic).out.split())
    assert topic in billing.ok("--help").out


@pytest.mark.parametrize(("asked", "topic"), [(("sub", "change"), "billing sub change"), (("keys",), "keys")])
def test_help_is_a_record_that_no_terminal_changes(
    billing: Billing, monkeypatch: pytest.MonkeyPatch, asked: tuple[str, ...], topic: str
) -> None:
    monkeypatch.setenv("COLUMNS", "50")

    printed = billing.ok("help", *asked, "--output", "json").json

    page = EVERYTHING[topic if len(asked) > 1 else f"billing help {topic}"]
    assert printed == {"topic": topic, "summary": page.summary, "text": draw(page, 80, bold=False)}
    assert billing.ok("help", *asked, "--output", "id").out == f"{topic}\n"


def test_help_for_what_does_not_exist_is_a_record_too(billing: Billing) -> None:
    assert billing("help", "wombat", "--output", "json").error["hint"] == "`billing help` lists what there is"


@pytest.mark.parametrize(
    ("asked", "answer"),
    [
        (("help", "subscription"), "did you mean `billing help sub`?"),
        (("help", "sub", "chang"), "did you mean `billing help sub change`?"),
        (("help", "keyss"), "did you mean `billing help keys`?"),
        (("help", "keys", "sub"), "keys is a topic, and sub is no part of it"),
        (("help", "wombat"), "`billing help` lists what there is"),
        (("help", "sub", "wombat"), "`billing help sub` lists what there is"),
        (("help", "listen", "wombat"), "billing listen has no command wombat"),
    ],
)
def test_help_for_what_does_not_exist_says_so(billing: Billing, asked: tuple[str, ...], answer: str) -> None:
    ran = billing(*asked)

    assert (ran.code, ran.out) == (2, "")
    assert answer in ran.err


def test_no_help_loads_what_talks_to_stripe() -> None:
    """It would take half of a second."""
    program = """
import sys
from tests.cli.help.command_tree import pages
pages()
print([name for name in ("stripe", "requests", "sqlalchemy", "rich", "starlette") if name in sys.modules])
"""
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert ran.stdout.strip() == "[]"


@pytest.mark.parametrize("page", ["output.md", "scripts.md"])
def test_pages_say_of_exit_codes_what_the_help_says(page: str) -> None:
    [section] = TOPICS["exit-codes"].sections
    rows = "".join(f"| {entry.term} | {entry.text} |\n" for entry in section.entries)

    docs = Path(__file__).parents[3] / "docs"
    assert f"| exit code | |\n|---|---|\n{rows}\n" in (docs / page).read_text(encoding="utf-8")


def main() -> None:
    for path in SHOWN.rglob("*.txt"):
        path.unlink()
    for path, text in SNAPSHOTS.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
