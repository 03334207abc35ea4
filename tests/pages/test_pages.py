"""README.md and docs/: every transcript is what the commands print, every link leads somewhere.

`python -m tests.pages.transcripts [PAGE…]` writes the pages anew with what the commands print now.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from stripe_billing_cli.catalog.kinds import KINDS
from stripe_billing_cli.cli.groups import GROUPS
from tests.cli.help.command_tree import pages as help_pages
from tests.pages.preloaded import preloaded_billing
from tests.pages.transcripts import PAGES, ROOT, with_transcripts, without_ids, written_anew

README = ROOT / "README.md"
FOR_DEVELOPERS = ("ARCHITECTURE.md", "CONTRIBUTING.md")
FILE = re.compile(r"`([a-z_]+/[a-z_/]+\.(?:py|json|sh|md))`")
YAML = re.compile(r"```yaml\n(# yaml-language-server.*?)```\n", re.S)
LINK = re.compile(r"(?<!\!)\[[^\]\n]*(?:\n[^\]\n]*)?\]\(([^)\s]+)\)")
COMMAND = re.compile(r"^(?:\$ )?billing ((?:[a-z-]+ ?)+)", re.M)


@pytest.fixture(scope="module")
def programs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    with preloaded_billing(tmp_path_factory.mktemp("preloaded")) as path:
        yield path


@pytest.mark.parametrize("page", with_transcripts(PAGES), ids=lambda page: page.name)
def test_a_page_shows_what_the_commands_print(page: Path, programs: Path) -> None:
    text = page.read_text(encoding="utf-8")

    assert without_ids(written_anew(text, programs)) == without_ids(text)


def test_the_catalog_that_is_shown_is_the_projects() -> None:
    shown = [text for page in PAGES for text in YAML.findall(page.read_text(encoding="utf-8"))]

    assert shown == [(ROOT / "catalog.yaml").read_text(encoding="utf-8")]


def test_the_page_of_the_catalog_names_every_section() -> None:
    text = (ROOT / "docs" / "catalog.md").read_text(encoding="utf-8")

    assert [kind.section for kind in KINDS if f"{kind.section}:" not in text] == []


@pytest.mark.parametrize("page", FOR_DEVELOPERS)
def test_files_that_developers_are_led_to_are_there(page: str) -> None:
    """By the end of their path: `kinds/base.py` is one of the catalog's."""
    folders = ("docs", "scripts", "stripe_billing_cli", "tests")
    files = {path.as_posix() for folder in folders for path in (ROOT / folder).rglob("*.*")}
    named = set(FILE.findall((ROOT / page).read_text(encoding="utf-8")))

    assert named
    assert {name for name in named if not any(file.endswith(f"/{name}") for file in files)} == set()


def test_the_readme_is_short_and_names_every_group() -> None:
    text = README.read_text(encoding="utf-8")

    assert len(text.splitlines()) <= 200
    for name in GROUPS:
        assert re.search(rf"^\| `billing {name}` \|", text, re.M), name


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    for link in LINK.findall(page.read_text(encoding="utf-8")):
        if link.startswith(("http://", "https://")):
            continue
        name, _, anchor = link.partition("#")
        target = (page.parent / name).resolve() if name else page
        assert target.exists(), link
        if anchor:
            assert anchor in anchors(target), link


def anchors(page: Path) -> set[str]:
    """The anchors that GitHub and MyST make of headings."""
    headings = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.M)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_commands_that_pages_name_exist(page: Path) -> None:
    known = set(help_pages())
    for block in re.findall(r"```(?:sh|console)\n(.*?)```", page.read_text(encoding="utf-8"), re.S):
        for words in COMMAND.findall(block):
            named = f"billing {words}".split()
            assert any(" ".join(named[:length]) in known for length in (2, 3)), words


def test_every_page_is_reached_from_the_readme_or_the_index() -> None:
    index = (ROOT / "docs" / "index.md").read_text(encoding="utf-8")
    for page in (ROOT / "docs").glob("*.md"):
        assert page.name == "index.md" or page.stem in index, page.name
