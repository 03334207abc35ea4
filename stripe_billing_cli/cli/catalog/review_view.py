"""A plan for its reviewers on GitHub: as a comment in Markdown, and as annotations at file and line.

GitHub shows ten errors, ten warnings and ten notices of a step. A comment has 65,536 characters at most.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from stripe_billing_cli.catalog.entries import NOWHERE
from stripe_billing_cli.catalog.kinds import plain_text
from stripe_billing_cli.catalog.plan import Change, Plan
from stripe_billing_cli.cli.annotations import workflow_command
from stripe_billing_cli.cli.catalog.plan_view import SYMBOLS, change_lines, stays_different, summary
from stripe_billing_cli.cli.foreign_text import visible

LONGEST_COMMENT = 60_000
MOST_NOTICES = 9
"""One less than GitHub shows: the last one is the summary."""
SPECIAL = re.compile(r"([\\`*_{}\[\]<>|#~@])")


def markdown(plan: Plan) -> Iterator[str]:
    """Yield the lines of a comment on a pull request."""
    mode = "**live mode**" if plan.livemode else "test mode"
    yield f"### Catalog {_text(plan.catalog)}: {_headline(plan)}"
    yield ""
    yield f"Account {_text(plan.account or 'of unknown id')}, {mode}."
    for note in plan.notes:
        yield ""
        yield "> [!WARNING]" if note.warning else "> [!NOTE]"
        yield f"> {_text(note.message)}"
    yield from _changes_table(plan)
    yield from _unmanaged_list(plan)


def _headline(plan: Plan) -> str:
    if plan.changes:
        return summary(plan).removeprefix("Plan: ").rstrip(".")
    return "nothing that can be changed" if stays_different(plan) else "no changes"


def _changes_table(plan: Plan) -> Iterator[str]:
    if not plan.changes:
        return
    yield ""
    yield "| | | |"
    yield "|---|---|---|"
    length = 0
    for number, change in enumerate(plan.changes):
        first, *rest = [line.text.strip() for line in change_lines(change)]
        cell = "<br>".join(_text(line) for line in (_title(change, first), *rest) if line)
        row = f"| `{SYMBOLS[change.action]}` {change.action} | {change.kind.name} {_text(change.key)} | {cell} |"
        length += len(row)
        if length > LONGEST_COMMENT:
            yield f"| | and {len(plan.changes) - number:,} more | |"
            return
        yield row


def _title(change: Change, first: str) -> str:
    """Return what the first line of a change says besides its object: the id, and what a new one is."""
    start = f"{SYMBOLS[change.action]} {change.kind.name:<8} {change.key}"
    return first.removeprefix(start).strip()


def _unmanaged_list(plan: Plan) -> Iterator[str]:
    if not plan.unmanaged:
        return
    yield ""
    yield f"<details><summary>{len(plan.unmanaged):,} in the account and not in the file, left alone</summary>"
    yield ""
    for one in plan.unmanaged[:20]:
        yield f"- {one.kind} {_text(one.id)}{f' {_text(plain_text(one.name))}' if one.name else ''}"
    if len(plan.unmanaged) > 20:
        yield f"- and {len(plan.unmanaged) - 20:,} more"
    yield ""
    yield "</details>"


def _text(text: str) -> str:
    """Return a text that Markdown shows as it is: names in Stripe are anybody's, and `@name` would call somebody."""
    markdown_text = SPECIAL.sub(r"\\\1", visible(text).replace("\n", " "))
    return markdown_text.replace(r"\<", "&lt;").replace(r"\>", "&gt;").replace(r"\@", "@\u2060")


def plan_annotations(plan: Plan) -> Iterator[str]:
    """Yield a workflow command for each warning, note and change, and one for the plan as a whole.

    The titles say the mode: a line is often annotated for both.
    """
    mode = "live mode" if plan.livemode else "test mode"
    for note in plan.notes:
        yield workflow_command("warning" if note.warning else "notice", note.message, plan.source, note.where, mode)
    for change in plan.changes[:MOST_NOTICES]:
        where = change.entry.where if change.entry else NOWHERE
        text = "; ".join(line.text.strip() for line in change_lines(change))
        yield workflow_command(
            "notice", text, plan.source, where, f"{change.action} {change.kind.name} {change.key} in {mode}"
        )
    total = summary(plan) if plan.changes else f"{_headline(plan)}: {plan.source}"
    yield workflow_command("notice", total, plan.source, title=mode)
