"""A catalog file → `Catalog`, or all that is wrong with it."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from stripe_billing_cli.catalog.entries import Location
from stripe_billing_cli.catalog.file.problems import CatalogErrors, Problem
from stripe_billing_cli.errors import system_reason

if TYPE_CHECKING:
    from stripe_billing_cli.catalog.contents import Catalog
    from stripe_billing_cli.catalog.kinds import Registry

LARGEST = 20_000_000
"""Bytes. 10,000 prices take about 1 MB, and half as much again where each is adopted by its id."""


@dataclass(frozen=True)
class Source:
    """The text of a catalog and the name of its file, for messages."""

    name: str
    text: str


def read_source(path: str) -> Source:
    """Read a file, or standard input for `-`. Raises `CatalogErrors`."""
    name = "standard input" if path == "-" else path
    content = sys.stdin.buffer.read(LARGEST + 1) if path == "-" else _content(Path(path))
    if len(content) > LARGEST:
        raise _wrong(
            name, "the file is larger than 20 MB", "a catalog of 10,000 prices takes 1 MB; is this the right file?"
        )
    try:
        return Source(name, content.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        column = error.start - (content.rfind(b"\n", 0, error.start) + 1) + 1
        message = f"the file is not UTF-8: byte {content[error.start]:#04x}"
        raise _wrong(name, message, "save it as UTF-8", Location(line, column)) from None


def _content(path: Path) -> bytes:
    name = str(path)
    try:
        with path.open("rb") as file:
            return file.read(LARGEST + 1)
    except FileNotFoundError:
        raise _wrong(name, "there is no such file", MISSING_HINT) from None
    except IsADirectoryError:
        raise _wrong(name, "this is a directory, not a file", f"did you mean {path / 'catalog.yaml'}?") from None
    except OSError as error:
        raise _wrong(name, f"the file cannot be read: {system_reason(error)}", "check its permissions") from None


MISSING_HINT = "name another with --file; `billing init` writes one to begin with"


def load_catalog(
    source: Source, kinds: Registry | None = None, environment: Mapping[str, str] | None = None
) -> Catalog:
    """Return the catalog of a file. Raises `CatalogErrors` with every problem of the file.

    `kinds` are those that the file may have, all there are unless given. `environment` has the values of variables
    that the file declares; the process's unless given.
    """
    from stripe_billing_cli.catalog.file.assembly import assemble
    from stripe_billing_cli.catalog.file.check import check
    from stripe_billing_cli.catalog.kinds import KINDS

    kinds = kinds or KINDS
    sections = frozenset(kind.section for kind in kinds.within(None))
    tree = assemble(
        source.name,
        source.text,
        lambda path: read_source(path).text,
        sections,
        os.environ if environment is None else environment,
    )
    return check(tree, source.name, kinds)


def _wrong(name: str, message: str, hint: str, where: Location | None = None) -> CatalogErrors:
    return CatalogErrors([Problem(name, where or Location(0, 0), message, hint)])
