"""PDF files: that a reader finds everything in them, and that no text in them is anything but text."""

from __future__ import annotations

import re

import pytest

from stripe_billing_cli.local_stripe.core import pdf


def shown(file: str) -> list[str]:
    """Return the lines that a reader shows."""
    strings = re.findall(r"^\((.*)\) '$", file, re.M)
    return [re.sub(r"\\([0-7]{3})", lambda octal: chr(int(octal[1], 8)), string) for string in strings]


@pytest.mark.parametrize("lines", [[], ["one", None, "two"], ["line"] * 200], ids=["empty", "short", "long"])
def test_every_object_is_where_the_table_says(lines: list[str | None]) -> None:
    file = pdf.document("Title", lines)
    assert file.isascii()
    begin = int(file.split("startxref\n")[1].split("\n")[0])
    assert file[begin:].startswith("xref\n")
    entries = re.findall(r"^(\d{10}) 00000 n $", file[begin:], re.M)
    for number, place in enumerate(entries, start=1):
        assert file[int(place) :].startswith(f"{number} 0 obj\n")
    assert f"/Size {len(entries) + 1} " in file
    named = {int(number) for number in re.findall(r"(\d+) 0 R", file)}
    assert named == set(range(1, len(entries) + 1))
    for length, content in re.findall(r"<< /Length (\d+) >>\nstream\n(.*?)\nendstream", file, re.S):
        assert int(length) == len(content)
    assert shown(file) == ["Title", "", *(line for line in lines if line is not None)]
    assert file.count("/Type /Page ") == len(shown(file)) // (pdf.LINES + 1) + 1


def test_text_is_only_text() -> None:
    written = ") ' ET endstream\nendobj (\\051 \x00\x1b]0;x\x07 é € 猫"
    assert shown(pdf.document(written, []))[:2] == [") ' ET endstream", "endobj (\\051   ]0;x  \xe9 \x80 ?"]
    file = pdf.document("Title", [written])
    assert (file.count("endstream"), file.count("endobj")) == (2, 7)


def test_an_amount_stands_at_the_end_of_its_line() -> None:
    assert pdf.row("Pro", "$15.00") == f"Pro{' ' * 71}$15.00"
    *above, last = pdf.row("word " * 30, "$15.00").split("\n")
    assert [len(line) <= pdf.COLUMNS for line in above] == [True, True]
    assert (len(last), last.endswith(" $15.00")) == (pdf.COLUMNS, True)
