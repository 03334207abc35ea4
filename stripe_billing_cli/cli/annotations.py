"""Annotations at file and line, as GitHub's workflow commands.

https://docs.github.com/actions/reference/workflows-and-actions/workflow-commands
"""

from __future__ import annotations

from collections.abc import Iterator

from stripe_billing_cli.catalog.entries import NOWHERE, Location
from stripe_billing_cli.cli.foreign_text import visible
from stripe_billing_cli.errors import BillingError


def error_annotations(error: BillingError) -> Iterator[str]:
    """Yield a workflow command for each mistake of a file, or for what failed."""
    for mistake in error.mistakes:
        place = mistake.location
        where = Location(place.line or 0, place.column or 0)
        yield workflow_command("error", f"{mistake.reason}\n{mistake.hint}", place.file, where, mistake.object)
    if not error.mistakes:
        yield workflow_command("error", f"{error.message}\n{error.hint or ''}".strip(), "")


def workflow_command(level: str, message: str, file: str, where: Location = NOWHERE, title: str | None = None) -> str:
    """Return the command that annotates a place of a file, or the whole step."""
    properties = {"title": title}
    if where != NOWHERE and file:
        properties = {"file": where.file or file, "line": str(where.line), "col": str(where.column), "title": title}
    fields = ",".join(f"{name}={_property(value)}" for name, value in properties.items() if value)
    return f"::{level}{f' {fields}' if fields else ''}::{_data(visible(message))}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
