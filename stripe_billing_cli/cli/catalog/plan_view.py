"""A plan, and what became of it, for people and as JSON."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from stripe_billing_cli.catalog.diff import plain
from stripe_billing_cli.catalog.entries import location_json
from stripe_billing_cli.catalog.executor import Outcome, Result
from stripe_billing_cli.catalog.kinds import plain_text
from stripe_billing_cli.catalog.plan import Change, Note, Plan
from stripe_billing_cli.cli.context import Context
from stripe_billing_cli.cli.error_json import error_json
from stripe_billing_cli.cli.output import YELLOW, Line
from stripe_billing_cli.stripe_api.lookup import list_names

SYMBOLS = {
    "create": "+",
    "update": "~",
    "replace": "±",
    "archive": "-",
    "delete": "-",
    "attach": "+",
    "detach": "-",
    "disable": "-",
}
COLOURS = {"+": "green", "~": "yellow", "±": "magenta", "-": "red"}
SHOWN_UNMANAGED = 20
SHOWN_FAILED = 5


def as_json(plan: Plan, outcome: Outcome | None = None) -> dict[str, Any]:
    """Return a plan as documented; with an outcome, each change also has its `status` and `error`."""
    results: tuple[Result | None, ...] = outcome.results if outcome else (None,) * len(plan.changes)
    changes = zip(plan.changes, results, strict=True)
    return {
        "catalog": plan.catalog,
        "account": plan.account,
        "livemode": plan.livemode,
        "changes": [_change_json(change, result, plan.source) for change, result in changes],
        "unmanaged": [{"kind": one.kind, "id": one.id} for one in plan.unmanaged],
        "notes": [note_json(note, plan.source) for note in plan.notes],
        "summary": plan.summary(),
    }


def note_json(note: Note, source: str) -> dict[str, Any]:
    return {
        "level": "warning" if note.warning else "note",
        "kind": note.kind,
        "key": note.key,
        "message": note.message,
        "location": location_json(source, note.where),
    }


def show_notes(context: Context, notes: Iterable[Note], source: str) -> None:
    """Print notes to stderr, a line each; what has a place in the file begins with it."""
    for note in notes:
        place = f"{note.where.file or source}:{note.where.line}: " if note.where.line else ""
        context.printer.note(f"{'Warning' if note.warning else 'Note'}: {place}{note.message}", fg="yellow")


def ids(plan: Plan, outcome: Outcome | None = None) -> Iterator[str]:
    """Yield the ids of the objects that change, as far as they are known."""
    results: tuple[Result | None, ...] = outcome.results if outcome else (None,) * len(plan.changes)
    for change, result in zip(plan.changes, results, strict=True):
        object_id = result.id if result else change.id
        if object_id:
            yield object_id


def _change_json(change: Change, result: Result | None, source: str) -> dict[str, Any]:
    record: dict[str, Any] = {
        "action": change.action,
        "kind": change.kind.name,
        "key": change.key,
        "id": result.id if result else change.id,
        "fields": dict(change.kind.json_field(name, field) for name, field in change.fields.items()),
        "reason": change.reason,
        "moves": [{"field": move.field, "value": move.value, "from": move.from_id} for move in change.moves],
        "location": location_json(source, change.entry.where) if change.entry else None,
    }
    if result:
        error = error_json(result.error)["error"] if result.error else None
        is_partial = result.has_begun and result.status != "done"
        record |= {"status": result.status, "begun": is_partial, "error": error, "url": result.address or None}
    return record


def lines(plan: Plan, source: str) -> Iterator[Line]:
    """Yield a plan as a person reads it before saying yes."""
    if not plan.changes and stays_different(plan):
        yield Line(f"No changes to make ({plan.unchanged} unchanged); the notes say what stays.", {"bold": True})
    elif not plan.changes:
        yield Line(f"No changes. Stripe holds {source} as it is ({plan.unchanged} unchanged).", {"bold": True})
    if plan.unmarked:
        count_text = f"{plan.unmarked} adopted by id" + (" bears" if plan.unmarked == 1 else " bear")
        yield Line(f"{count_text} no mark of this catalog yet: billing catalog apply --adopt sets it.", {"dim": True})
    width = max((len(change.kind.name) for change in plan.changes), default=0)
    for change in plan.changes:
        yield from change_lines(change, width)
    yield from _unmanaged_lines(plan)
    if plan.changes:
        yield Line("", {})
        yield Line(summary(plan), {"bold": True})


def stays_different(plan: Plan) -> bool:
    """Return whether something stays different from the file, of which the notes tell."""
    return any(not note.warning for note in plan.notes)


def summary(plan: Plan) -> str:
    counts = plan.summary()
    parts = [f"{counts[action]} to {action}" for action in SYMBOLS if counts.get(action)]
    return f"Plan: {', '.join(parts)}, {counts['unchanged']} unchanged."


def change_lines(change: Change, width: int = 0) -> Iterator[Line]:
    """Yield the lines of one change: its object, its fields old → new, and the reason. `width`: of the longest name of
    a kind."""
    symbol = SYMBOLS[change.action]
    shown_id = f"  {change.id}" if change.id and change.id != change.key else ""
    is_new = symbol == "+"
    title = change.kind.title(change) if is_new else ""
    title_text = f"  {title}" if title else ""
    yield Line(
        f"{symbol} {change.kind.name:<{max(width, 8)}} {change.key}{shown_id}{title_text}", {"fg": COLOURS[symbol]}
    )
    for name, field in change.fields.items():
        if symbol == "-" or (is_new and change.kind.is_in_title(change, name)):
            continue
        new = change.kind.show(change, name, field.after)
        if is_new:
            yield Line(f"    {name}: {new}", {})
            continue
        old = change.kind.show(change, name, field.before)
        if old == new:  # what differs is none of what is shown
            old, new = (plain_text(plain(value)) for value in (field.before, field.after))
        yield Line(f"    {name}: {old} → {new}", {})
    for move in change.moves:
        if move.from_id == change.id:
            continue
        yield Line(f"    {move.field} {move.value} moves here from {move.from_id}", {})
    if symbol in "±-" or (change.action == "update" and change.reason != "differs from the file"):
        yield Line(f"    ({change.reason})", {"dim": True})


def _unmanaged_lines(plan: Plan) -> Iterator[Line]:
    if not plan.unmanaged:
        return
    yield Line("", {})
    more = "" if plan.complete else ", of what was read of this large account"
    yield Line(f"In the account and not in the file{more}; left alone:", {"dim": True})
    first = plan.unmanaged[:SHOWN_UNMANAGED]
    width = max(8, *(len(one.kind) for one in first))
    for one in first:
        retirement_text = f"  (this catalog's: {one.prune_option} {one.retirement}s it)" if one.retirement else ""
        name = f"  {plain_text(one.name)}" if one.name else ""
        yield Line(f"    {one.kind:<{width}} {one.id}{name}{retirement_text}", {"dim": True})
    rest = len(plan.unmanaged) - SHOWN_UNMANAGED
    if rest > 0:
        yield Line(f"    … and {rest:,} more (all in --output json)", {"dim": True})


def outcome_lines(plan: Plan, outcome: Outcome) -> Iterator[Line]:
    """Yield the outcome of a plan: the failures and what they stopped, then the counts."""
    yield from _failures(plan, outcome)
    yield from _list_skipped(plan, outcome)
    for change, result in zip(plan.changes, outcome.results, strict=True):
        if result.address:
            yield Line(f"{_change_name(change)} is at {result.address}", {})
    done_count, failed_count, skipped_count = (outcome.count(status) for status in ("done", "failed", "skipped"))
    begun_count = sum(result.has_begun and result.status == "skipped" for result in outcome.results)
    if outcome.complete:
        stays = " The notes say what stays." if stays_different(plan) else ""
        yield Line(f"Done: {done_count:,} change{'s' if done_count != 1 else ''} applied.{stays}", {"bold": True})
        return
    headline = "Interrupted" if outcome.interrupted else "Not all done"
    begun_text = f"{begun_count:,} begun, " if begun_count else ""
    counts = f"{done_count:,} done, {begun_text}{failed_count:,} failed, {skipped_count - begun_count:,} skipped"
    yield Line(f"{headline}: {counts}.", {"bold": True})
    yield Line("Run the same command again: it does what is missing, and nothing twice.", {})


def _failures(plan: Plan, outcome: Outcome) -> Iterator[Line]:
    """Yield each failure once, with all changes that it befell."""
    befell: dict[tuple[str, str | None], list[tuple[str, str | None]]] = {}
    for change, result in zip(plan.changes, outcome.results, strict=True):
        if result.status == "failed" and result.error:
            error = result.error
            befell.setdefault((error.message, error.hint), []).append((_change_name(change), error.request_id))
    for (message, hint), objects in befell.items():
        yield Line(f"failed   {list_names([name for name, _ in objects], SHOWN_FAILED)}: {message}", {"fg": "red"})
        if hint:
            yield Line(f"         → {hint}", {})
        requests = [request for _, request in objects if request]
        if requests:
            yield Line(f"         Stripe's request: {list_names(requests, SHOWN_FAILED)}", {})


def _list_skipped(plan: Plan, outcome: Outcome) -> Iterator[Line]:
    names_by_reason: dict[tuple[str, str], list[str]] = {}
    for change, result in zip(plan.changes, outcome.results, strict=True):
        if result.status == "skipped":
            reason = "it needs what failed" if result.error else "not reached"
            heading = ("begun   ", f"the rest of it was left: {reason}") if result.has_begun else ("skipped ", reason)
            names_by_reason.setdefault(heading, []).append(_change_name(change))
    for (word, reason), names in names_by_reason.items():
        yield Line(f"{word} {list_names(names, SHOWN_FAILED)}: {reason}", YELLOW)


def _change_name(change: Change) -> str:
    return f"{change.kind.name} {change.key}"
