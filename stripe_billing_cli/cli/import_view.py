"""Texts about an account's import, for `billing catalog import` and `billing init --from-account`."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from stripe_billing_cli.catalog.importer.request import Import

STDOUT = "-"
SHOWN_NOT_WRITTEN = 20


@contextmanager
def reading_progress() -> Iterator[Callable[[int], None]]:
    """Show on a terminal how many objects have been read."""
    if not sys.stderr.isatty():
        yield lambda count: None
        return
    from rich.console import Console
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = SpinnerColumn(), TextColumn("Reading: {task.completed:,.0f} objects"), TimeElapsedColumn()
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("objects", total=None)
        yield lambda count: progress.advance(task, count)


def tell_import(account_import: Import, file: str, tell: Callable[..., None], *, into_file: bool = False) -> None:
    """Tell people what was written, and what of the account was not."""
    counts = account_import.counts()
    counts_text = ", ".join(
        _count_text(counts[one.name], one.name) for one in account_import.registry if one.name in counts
    )
    tell(_summary(account_import, file, counts_text or "nothing", into_file=into_file))
    for reason, count in account_import.left_out.items():
        tell(f"  left out  {reason}: {count:,}", dim=True)
    for section in account_import.unread:
        tell(f"  not read  {section}: this key may not read them", fg="yellow")
    for one in account_import.not_written[:SHOWN_NOT_WRITTEN]:
        tell(f"  not written  {one.kind} {one.id}{f' ({one.label})' if one.label else ''}: {one.reason}", fg="yellow")
    rest = len(account_import.not_written) - SHOWN_NOT_WRITTEN
    if rest > 0:
        tell(f"  … and {rest:,} more (all in --output json)", fg="yellow")


def _summary(account_import: Import, file: str, counts_text: str, *, into_file: bool) -> str:
    if into_file:
        return f"Added to {file}: {counts_text}." if account_import.counts() else f"Nothing to add: {file} has it all."
    return f"{'Standard output' if file == STDOUT else file} has catalog {account_import.catalog}: {counts_text}."


def _count_text(count: int, name: str) -> str:
    return f"{count:,} {name.replace('_', ' ')}{'' if count == 1 else 's'}"
