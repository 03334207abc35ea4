"""Write the command reference (Markdown) and the man pages (roff) from the text of `--help` itself.

    python scripts/reference.py docs/commands.md build/man

Both are readers of the pages that the screen draws (`stripe_billing_cli/cli/help/page.py`).
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from stripe_billing_cli import __version__
from stripe_billing_cli.cli.app import root_command
from stripe_billing_cli.cli.help.page import HelpPage, Section, page_of
from stripe_billing_cli.cli.help.topics import TOPICS


def all_pages() -> list[HelpPage]:
    """Return the pages of all commands and topics, in the order of the help."""
    root = root_command()
    ctx = root.context_class(root, info_name="billing", obj={}, **root.context_settings)
    return [page_of(root, ctx), *_below(root, ctx), *TOPICS.values()]


def _below(group: Any, ctx: Any) -> Iterator[HelpPage]:
    for name in group.list_commands(ctx):
        command = group.get_command(ctx, name)
        inner = command.context_class(command, info_name=name, parent=ctx, **command.context_settings)
        yield page_of(command, inner)
        if hasattr(command, "list_commands"):
            yield from _below(command, inner)


def markdown(pages: Iterable[HelpPage]) -> str:
    """Return the reference of all commands as one page."""
    parts = ["# Commands\n", "Made from `billing help`; `man billing` and `man billing-sub-create` say the same.\n"]
    for page in pages:
        parts.append(f"## {page.name}\n")
        if page.usage:
            parts.append(f"```text\n{page.usage}\n```\n")
        parts += [
            f"```text\n{one.text}\n```\n" if one.literal else f"{_marked_down(one.text)}\n" for one in page.paragraphs
        ]
        parts += [_section_markdown(section) for section in page.sections]
    return "\n".join(parts)


def _section_markdown(section: Section) -> str:
    lines = [f"**{section.heading}**\n"]
    if section.examples:
        lines.append("```sh\n" + "\n".join(section.examples) + "\n```\n")
    if section.entries:
        lines += ["| | |", "|---|---|"]
        lines += [f"| `{_in_cell(one.term)}` | {_in_cell(_marked_down(one.text))} |" for one in section.entries]
        lines.append("")
    return "\n".join(lines)


def _marked_down(text: str) -> str:
    return re.sub(r"([*_<\[\]])", r"\\\1", text) if "`" not in text else text.replace("<", "\\<")


def _in_cell(text: str) -> str:
    return text.replace("|", "\\|")


def roff(page: HelpPage) -> str:
    """Return a man page (`man 7 man`)."""
    name = page.name.replace(" ", "-")
    lines = [
        f'.TH "{name.upper()}" "1" "" "billing {__version__}" "billing"',
        ".SH NAME",
        f"{name} \\- {_escaped(page.summary)}",
    ]
    if page.usage:
        lines += [".SH SYNOPSIS", f".B {_escaped(page.usage)}"]
    lines.append(".SH DESCRIPTION")
    for paragraph in page.paragraphs:
        text = _escaped(paragraph.text)
        lines += [".PP", *([".nf", text, ".fi"] if paragraph.literal else [text])]
    for section in page.sections:
        lines.append(f'.SH "{section.heading.upper()}"')
        for example in section.examples:
            lines += [".PP", ".nf", _escaped(example), ".fi"]
        for entry in section.entries:
            lines += [".TP", f".B {_escaped(entry.term)}", _escaped(entry.text)]
    return "\n".join(lines) + "\n"


def _escaped(text: str) -> str:
    """Return a text in which nothing is roff's: backslashes, hyphens, and a dot or quote that begins a line."""
    escaped = text.replace("\\", "\\e").replace("-", "\\-")
    return "\n".join(f"\\&{line}" if line.startswith((".", "'")) else line for line in escaped.splitlines())


def main(reference: Path, man: Path) -> None:
    pages = all_pages()
    reference.write_text(markdown(pages), encoding="utf-8")
    folder = man / "man1"
    folder.mkdir(parents=True, exist_ok=True)
    for page in pages:
        (folder / f"{page.name.replace(' ', '-')}.1").write_text(roff(page), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
