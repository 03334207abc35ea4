"""docs/output.md as tests read it: the fields of each record, and commands whose output is held against them."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import jsonschema

from tests.conftest import Billing

DOCUMENT = Path(__file__).parent.parent.parent / "docs" / "output.md"
ROW = re.compile(r"\| `(\w+)` \| ([\w ]+?) \|")
PLAIN = {"string": str, "integer": int, "boolean": bool, "object": dict}


@dataclass
class Section:
    """A record or a command: its own fields with their types, and the record whose fields it includes."""

    fields: dict[str, str] = field(default_factory=dict)
    includes: str | None = None


def sections(text: str) -> dict[str, Section]:
    found: dict[str, Section] = {}
    for part in re.split(r"^##+ ", text, flags=re.MULTILINE)[1:]:
        name, _, body = part.partition("\n")
        included = re.search(r"^Includes (\w+)\.", body, re.MULTILINE)
        found[name.strip()] = Section(dict(ROW.findall(body)), included[1] if included else None)
    return found


@dataclass
class Document:
    sections: Mapping[str, Section]
    schema: Mapping[str, Any] = field(default_factory=dict)
    seen: set[str] = field(default_factory=set)

    def fields(self, name: str) -> dict[str, str]:
        section = self.sections[name]
        self.seen.add(name)
        return {**(self.fields(section.includes) if section.includes else {}), **section.fields}

    def validate(self, printed: Any, name: str) -> None:
        """Raises ValidationError where an object is not as the JSON Schema says that is made from the document."""
        schema = {**self.schema, "$ref": f"#/$defs/{name}"}
        jsonschema.Draft202012Validator(schema).validate(printed)

    def check(self, printed: Any, name: str, where: str = "") -> None:
        """Raises AssertionError where an object is not as its section says."""
        where = where or name
        fields = self.fields(name)
        assert set(printed) == set(fields), f"{where}: not as documented: {set(printed) ^ set(fields)}"
        for one, kind in fields.items():
            self._check_value(printed[one], kind, f"{where}.{one}")

    def _check_value(self, value: Any, kind: str, where: str) -> None:
        plain = kind.removesuffix(" or null")
        if value is None:
            assert plain != kind, f"{where}: null, and not documented to be"
        elif plain.startswith("list of "):
            assert isinstance(value, list), where
            for number, inner in enumerate(value):
                self._check_value(inner, plain.removeprefix("list of "), f"{where}[{number}]")
        elif plain == "map":
            assert all(isinstance(inner, str) for inner in value.values()), where
        elif plain == "counts":
            assert all(type(inner) is int for inner in value.values()), where
        elif plain in PLAIN:
            assert type(value) is PLAIN[plain], f"{where}: {value!r} is no {plain}"
        else:
            self.check(value, plain, where)


def load_document(directory: Path) -> Document:
    """Return docs/output.md, with the JSON Schema that is made from it in a directory."""
    made = directory / "output.schema.json"
    script = DOCUMENT.parents[1] / "scripts" / "output_schema.py"
    subprocess.run([sys.executable, script, made], check=True)
    return Document(sections(DOCUMENT.read_text(encoding="utf-8")), json.loads(made.read_text(encoding="utf-8")))


class Session:
    """Commands run one after the other, each held against the document."""

    def __init__(self, billing: Billing, document: Document) -> None:
        self._billing = billing
        self._document = document

    def __call__(self, *argv: str, code: int = 0) -> Any:
        """Run `billing GROUP COMMAND …`; what it printed, for a list its first line."""
        ran = self._billing(*argv, "--local", "--output", "json", "--yes")
        assert ran.code == code, f"{argv}: exit {ran.code}\n{ran.err}"
        name = f"billing {argv[0]} {argv[1]}"
        if argv[1] in ("list", "watch", "reconcile"):
            lines = [json.loads(line) for line in ran.out.splitlines()]
            assert lines, argv
            for line in lines:
                self._document.check(line, name)
                self._document.validate(line, name)
            return lines[0]
        self._document.check(ran.json, name)
        self._document.validate(ran.json, name)
        return ran.json

    def preview(self, *argv: str) -> None:
        """Preview what the command would do, and check that as a preview of money."""
        shown = self._billing.ok(*argv, "--preview", "--local", "--output", "json").json
        self._document.check(shown, "preview")
        self._document.validate(shown, "preview")
