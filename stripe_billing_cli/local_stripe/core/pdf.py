"""PDF files of plain text (ISO 32000-1): what a quote or an invoice says, on as many pages as it takes.

A file is of ASCII alone: what is not stands in it as an octal escape, and no text that is put in can be anything but
text. Letters that Western European computers do not have become question marks.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable, Sequence

MEDIA_TYPE = "application/pdf"
COLUMNS = 80
LINES = 58
MARGIN, FONT_SIZE, LEADING = 54, 10, 12
HEIGHT, WIDTH = 792, 612
"""A page of US letter, in points."""
CATALOG, PAGES, FONT, ABOUT, FIRST_PAGE = 1, 2, 3, 4, 5
"""The numbers of the objects of a file; each page has two, itself and what is on it."""


def document(title: str, lines: Iterable[str | None]) -> str:
    """Return a file with these lines below its title, None for no line; what is too long is broken."""
    text = [part for line in (title, "", *lines) if line is not None for part in _wrap(line)]
    pages = [text[at : at + LINES] for at in range(0, len(text), LINES)]
    return _file(_objects(title, pages))


def row(text: str, amount: str) -> str:
    """Return a line with an amount at its end."""
    *above, last = _wrap(text, COLUMNS - len(amount) - 2)
    return "\n".join([*above, f"{last.ljust(COLUMNS - len(amount))}{amount}"])


def _wrap(line: str, columns: int = COLUMNS) -> list[str]:
    parts = re.sub(r"[^\S\n]|[\x00-\x09\x0b-\x1f\x7f]", " ", line).split("\n")
    pieces_of_parts = (textwrap.wrap(part, columns, drop_whitespace=False, break_on_hyphens=False) for part in parts)
    return [piece for pieces in pieces_of_parts for piece in pieces or [""]]


def _objects(title: str, pages: Sequence[Sequence[str]]) -> list[str]:
    numbers = range(FIRST_PAGE, FIRST_PAGE + 2 * len(pages), 2)
    kids = " ".join(f"{number} 0 R" for number in numbers)
    objects = [
        f"<< /Type /Catalog /Pages {PAGES} 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} /MediaBox [0 0 {WIDTH} {HEIGHT}] >>",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Courier /Encoding /WinAnsiEncoding >>",
        f"<< /Title {_string(title)} >>",
    ]
    for number, page in zip(numbers, pages, strict=True):
        text = "\n".join(f"{_string(line)} '" for line in page)
        content = f"BT /F1 {FONT_SIZE} Tf {LEADING} TL {MARGIN} {HEIGHT - MARGIN} Td\n{text}\nET"
        resources = f"<< /Font << /F1 {FONT} 0 R >> >>"
        objects += [
            f"<< /Type /Page /Parent {PAGES} 0 R /Resources {resources} /Contents {number + 1} 0 R >>",
            f"<< /Length {len(content)} >>\nstream\n{content}\nendstream",
        ]
    return objects


def _string(text: str) -> str:
    """Return a text as a literal string of PDF (7.3.4.2)."""
    characters = (
        chr(byte) if 32 <= byte < 127 and byte not in b"()\\" else f"\\{byte:03o}"
        for byte in text.encode("cp1252", "replace")
    )
    return f"({''.join(characters)})"


def _file(objects: Sequence[str]) -> str:
    """Return a file of numbered objects, with the table that says where each of them begins (7.5.4)."""
    file, places = "%PDF-1.4\n", []
    for number, object in enumerate(objects, start=1):
        places.append(len(file))
        file += f"{number} 0 obj\n{object}\nendobj\n"
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    size = len(objects) + 1
    trailer = f"trailer\n<< /Size {size} /Root {CATALOG} 0 R /Info {ABOUT} 0 R >>\nstartxref\n{len(file)}\n%%EOF\n"
    return f"{file}xref\n0 {size}\n0000000000 65535 f \n{table}{trailer}"
