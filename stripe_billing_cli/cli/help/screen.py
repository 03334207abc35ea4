"""A page of help as text for a terminal or a pipe: 80 columns, or as many as there are up to 100."""

from __future__ import annotations

import re
import shutil
import sys
import textwrap
from collections.abc import Iterable, Iterator

from stripe_billing_cli.cli.help.page import Entry, HelpPage, Section

WIDEST = 100
NARROWEST = 40
LONGEST_TERM = 24
"""Terms that are longer stand on a line of their own."""
BRACKETED = re.compile(r"\[[^\[\]]{1,24}\]")
"""A short default, which is not broken in the middle."""
NO_BREAK = "\N{NO-BREAK SPACE}"


def draw(page: HelpPage, width: int | None = None, *, bold: bool | None = None) -> str:
    """Return a page as text. `bold` headings are for a terminal: the default looks at stdout."""
    from stripe_billing_cli.cli.output import encodable, is_coloured

    columns = max(NARROWEST, min(width or shutil.get_terminal_size().columns, WIDEST))
    if bold is not None:
        return "\n".join(_lines(page, columns, bold))
    return encodable("\n".join(_lines(page, columns, is_coloured(sys.stdout))), sys.stdout)


def _lines(page: HelpPage, columns: int, bold: bool) -> Iterator[str]:
    if page.usage:
        yield from _wrap(page.usage, columns, _heading("Usage:", bold) + " ", len("Usage: "))
        yield ""
    for number, paragraph in enumerate(page.paragraphs):
        if number:
            yield ""
        if paragraph.literal:
            yield from (f"  {line}".rstrip() for line in paragraph.text.splitlines())
        else:
            yield from _indent(paragraph.text, columns)
    for section in page.sections:
        yield ""
        yield _heading(f"{section.heading}:", bold)
        yield from _section(section, columns)
    for note in page.notes:
        yield ""
        yield from (line for part in note.splitlines() for line in _indent(part, columns))


def _section(section: Section, columns: int) -> Iterator[str]:
    for example in section.examples:
        yield from example_lines(example, columns)
    width = max((len(entry.term) for entry in section.entries if len(entry.term) <= LONGEST_TERM), default=0)
    for entry in section.entries:
        yield from _entry(entry, width + 4, columns)


def _entry(entry: Entry, start: int, columns: int) -> Iterator[str]:
    text = BRACKETED.sub(lambda match: match[0].replace(" ", NO_BREAK), entry.text)
    lines = textwrap.wrap(text, columns - start, break_long_words=False, break_on_hyphens=False)
    if len(entry.term) + 4 > start or not lines:
        yield f"  {entry.term}"
    else:
        yield f"  {entry.term}".ljust(start) + lines.pop(0).replace(NO_BREAK, " ")
    yield from (" " * start + line.replace(NO_BREAK, " ") for line in lines)


def example_lines(example: str, columns: int) -> Iterator[str]:
    """Yield an example, continued with a backslash, as a shell reads it, where it is too long for the screen."""
    command, comment = _without_comment(example)
    if len(example) + 2 <= columns or not comment:
        command = example
    else:
        yield from _indent(comment, columns, "  # ")
    rest, indent = command, "  "
    while len(indent) + len(rest) > columns:
        end = _place_to_cut(rest, columns - len(indent) - 2)
        if end is None:
            break
        yield f"{indent}{rest[:end].rstrip()} \\"
        rest, indent = rest[end:].lstrip(), "      "
    yield indent + rest


def _without_comment(example: str) -> tuple[str, str]:
    """Return a command and the comment behind it, without its sign."""
    command, sign, comment = example.partition("  # ")
    return command.rstrip(), comment.strip() if sign else ""


def _place_to_cut(text: str, most: int) -> int | None:
    """Return the last blank before an option within `most` characters, or else the last blank; none within quotes."""
    places = [place for place in _blanks(text) if 0 < place <= most and not text[:place].isspace()]
    options = [place for place in places if text[place + 1 :].startswith(("--", "|", "&&", "||"))]
    return max(options or places, default=None)


def _blanks(text: str) -> Iterator[int]:
    quote = ""
    for place, character in enumerate(text):
        if quote:
            quote = "" if character == quote else quote
        elif character in "'\"":
            quote = character
        elif character == " ":
            yield place


def _indent(text: str, columns: int, before: str = "  ") -> Iterable[str]:
    return textwrap.wrap(
        text,
        columns,
        initial_indent=before,
        subsequent_indent=before,
        break_long_words=False,
        break_on_hyphens=False,
    )


def _wrap(text: str, columns: int, prefix: str, prefix_width: int) -> Iterator[str]:
    lines = textwrap.wrap(text, columns - prefix_width, break_long_words=False, break_on_hyphens=False)
    yield prefix + lines[0]
    yield from (" " * prefix_width + line for line in lines[1:])


def _heading(text: str, bold: bool) -> str:
    return f"\033[1m{text}\033[0m" if bold else text
