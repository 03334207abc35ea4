"""Nodes → plain values, and the place of each by its path.

Scalars are read as YAML 1.2 reads them: true and false, whole numbers, decimals (exactly, as `Decimal`), null, text.
What YAML 1.1, and with it many tools, reads as something else is a problem until it is quoted.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from stripe_billing_cli.catalog.entries import NOWHERE, Location, place_text
from stripe_billing_cli.catalog.file.yaml_tree import Mapping, Node, Scalar, Sequence
from stripe_billing_cli.catalog.kinds import Path

Nullable = frozenset[tuple[str, ...]]
Report = Callable[[Location, str, str], None]

WHOLE = re.compile(r"[-+]?(0|[1-9][0-9]*)$")
DECIMAL = re.compile(r"[-+]?(0|[1-9][0-9]*)\.[0-9]+$")
NULLS = {"", "~", "null", "Null", "NULL"}
TRUTHS = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
BOOLEANS_OF_1_1 = {"y", "n", "yes", "no", "on", "off"}
NUMBERS_OF_1_1 = re.compile(
    r"""[-+]?(
        0[0-7_]+ | 0[0-9]+ | 0b[01_]+ | 0x[0-9a-fA-F_]+ | 0o[0-7]+   # octal, leading zeros, binary, hexadecimal
        | [0-9][0-9]*(_[0-9]+)+(\.[0-9_]*)? | [0-9]+_                # 1_000
        | [0-9][0-9_]*(:[0-5]?[0-9])+(\.[0-9_]*)?                    # 1:30, read as 90
        | ([0-9][0-9_]*)?\.?[0-9_]*[eE][-+]?[0-9]+                   # 1e3
        | [0-9]+\. | \.[0-9]+ | \.(inf|Inf|INF)                      # 5.  .5  .inf
    )$ | \.(nan|NaN|NAN)$""",
    re.VERBOSE,
)
MOST_DIGITS = 60


@dataclass
class Places:
    """The places of a file: of each path its key, and its value."""

    keys: dict[Path, Location] = field(default_factory=dict)
    values: dict[Path, Location] = field(default_factory=dict)

    def value(self, path: Path) -> Location:
        """Return the place of a value, or of the nearest thing around it."""
        return self._nearest(self.values, path)

    def key(self, path: Path) -> Location:
        return self._nearest(self.keys, path)

    @staticmethod
    def _nearest(places: dict[Path, Location], path: Path) -> Location:
        while path and path not in places:
            path = path[:-1]
        return places.get(path, NOWHERE)


def values_of(tree: Node, report: Report, nullable: Nullable = frozenset()) -> tuple[Any, Places]:
    """Return the values of a tree. Problems go to `report`, and something harmless takes their place.

    `nullable` are the paths of the fields of which null is a value, with `*` for any key.
    """
    places = Places()
    return ValueReader(report, places, nullable).value(tree, ()), places


def _is_written(node: Node) -> bool:
    return isinstance(node, Scalar) and node.text != ""


class ValueReader:
    def __init__(self, report: Report, places: Places, nullable: Nullable) -> None:
        self._report = report
        self._places = places
        self._nullable = nullable

    def value(self, node: Node, path: Path) -> Any:
        self._places.values[path] = node.where
        match node:
            case Scalar():
                return node.text if not node.plain else self._plain(node)
            case Sequence():
                return [self.value(item, (*path, number)) for number, item in enumerate(node.items)]
            case Mapping():
                return self._mapping(node, path)
        raise AssertionError(node)

    def _mapping(self, node: Mapping, path: Path) -> dict[str, Any]:
        values: dict[str, Any] = {}
        first: dict[str, Location] = {}
        for key, value in node.entries:
            if key.text in first:
                place = place_text(first[key.text])
                self._report(key.where, f"{key.text} stands here twice: first in {place}", "remove one of the two")
                continue
            first[key.text] = key.where
            if key.plain and key.text.isdigit() and isinstance(value, Scalar) and not _is_written(value):
                self._report(
                    key.where,
                    f"{key.text} stands alone: a comma ends what is before it",
                    "write amounts as whole numbers of minor units (cents), without a comma: 1500",
                )
                continue
            self._check_key(key)
            self._enter(key, value, path, values)
        for key, value in node.merged_entries:
            if key.text not in first:
                self._enter(key, value, path, values)
        return values

    def _enter(self, key: Scalar, node: Node, path: Path, values: dict[str, Any]) -> None:
        """Add a key and its value. A null is no value: where a key may be left out, it is to be left out."""
        self._places.keys[(*path, key.text)] = key.where
        value = self.value(node, (*path, key.text))
        if value is None and not (_is_written(node) and self._is_nullable((*path, key.text))):
            self._report(key.where, f"{key.text} has no value", "give it one, or remove the key")
        else:
            values[key.text] = value

    def _is_nullable(self, path: Path) -> bool:
        return any(
            len(path) == len(pattern)
            and all(pattern_step in ("*", part) for pattern_step, part in zip(pattern, path, strict=True))
            for pattern in self._nullable
        )

    def _check_key(self, key: Scalar) -> None:
        text = key.text
        if not key.plain:
            return
        if text.lower() in BOOLEANS_OF_1_1 or text in TRUTHS or text in NULLS:
            self._report(
                key.where, f"the key {text or 'that is empty'} is not text to every YAML reader", f'write "{text}"'
            )
        elif WHOLE.match(text) or DECIMAL.match(text) or NUMBERS_OF_1_1.match(text):
            self._report(key.where, f"the key {text} is a number to YAML", f'write "{text}"')

    def _plain(self, node: Scalar) -> Any:
        text = node.text
        if text in NULLS:
            return None
        if text in TRUTHS:
            return TRUTHS[text]
        if WHOLE.match(text) or DECIMAL.match(text):
            return self._number(node)
        if text.lower() in BOOLEANS_OF_1_1:
            truth = "true" if text.lower() in ("y", "yes", "on") else "false"
            self._report(
                node.where, f"{text} is {truth} to many YAML readers, and text to others", f'write {truth}, or "{text}"'
            )
        elif NUMBERS_OF_1_1.match(text):
            endless = text.lower().endswith("inf")
            self._report(
                node.where,
                f"{text} is not the same number to every YAML reader",
                "write inf" if endless else f'write the number in plain digits, or "{text}"',
            )
        return text

    def _number(self, node: Scalar) -> int | Decimal:
        if len(node.text) > MOST_DIGITS:
            self._report(node.where, f"a number of {len(node.text)} digits", "no amount is that long")
            return 0
        return int(node.text) if WHOLE.match(node.text) else Decimal(node.text)
