"""A plan, and what became of it, for people and as JSON."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from stripe_billing_cli.catalog.diff import FieldChange, plain
from stripe_billing_cli.catalog.executor import Outcome, Result
from stripe_billing_cli.catalog.plan import Change, Plan
from stripe_billing_cli.cli.output import Line
from stripe_billing_cli.cli.stripe_errors import told_failure
from stripe_billing_cli.stripe_api.money import format_amount

SYMBOLS = {"create": "+", "update": "~", "replace": "±", "archive": "-"}
COLOURS = {"create": "green", "update": "yellow", "replace": "magenta", "archive": "red"}
VERBS = {"create": "to create", "update": "to update", "replace": "to replace", "archive": "to archive"}
SHOWN_UNMANAGED = 20
SHOWN_FAILED = 5
QUIET = {"currency", "name", "metadata.billing_metadata"}
"""Fields of a new object that its first line says already, or that nobody reviews."""


def as_json(plan: Plan, outcome: Outcome | None = None) -> dict[str, Any]:
    """The documented shape; with an outcome, each change also has its `status` and `error`."""
    results: tuple[Result | None, ...] = outcome.results if outcome else (None,) * len(plan.changes)
    return {
        "catalog": plan.catalog,
        "account": plan.account,
        "livemode": plan.livemode,
        "changes": [_change_json(change, result) for change, result in zip(plan.changes, results, strict=True)],
        "unmanaged": [{"kind": left.kind, "id": left.id} for left in plan.unmanaged],
        "summary": plan.summary(),
    }


def ids(plan: Plan, outcome: Outcome | None = None) -> Iterator[str]:
    """The ids of the objects that change, as far as they are known."""
    results: tuple[Result | None, ...] = outcome.results if outcome else (None,) * len(plan.changes)
    for change, result in zip(plan.changes, results, strict=True):
        known = result.id if result else change.id
        if known:
            yield known


def _change_json(change: Change, result: Result | None) -> dict[str, Any]:
    told: dict[str, Any] = {
        "action": change.action,
        "kind": change.kind,
        "key": change.key,
        "id": result.id if result else change.id,
        "fields": dict(_field_json(name, field) for name, field in change.fields.items()),
        "reason": change.reason,
    }
    if result:
        error = told_failure(result.error).as_json()["error"] if result.error else None
        told |= {"status": result.status, "error": error}
    return told


def _field_json(name: str, field: FieldChange) -> tuple[str, dict[str, Any]]:
    """Whole amounts are ints under `unit_amount`; any other amount makes it `unit_amount_decimal`, in strings."""
    before, after = field.before, field.after
    if name == "unit_amount" and not all(_whole(amount) for amount in (before, after)):
        return "unit_amount_decimal", {"from": _decimal(before), "to": _decimal(after)}
    return name, {"from": plain(before), "to": plain(after)}


def _whole(amount: Decimal | None) -> bool:
    return amount is None or amount == amount.to_integral_value()


def _decimal(amount: Decimal | None) -> str | None:
    return None if amount is None else format(amount.normalize(), "f")


def lines(plan: Plan, source: str) -> Iterator[Line]:
    """The plan as a person reads it before saying yes."""
    if not plan.changes:
        yield Line(f"No changes. Stripe holds {source} as it is ({plan.unchanged} unchanged).", {"bold": True})
    for change in plan.changes:
        yield from change_lines(change)
    yield from _unmanaged_lines(plan)
    if plan.changes:
        yield Line("", {})
        yield Line(summary(plan), {"bold": True})


def summary(plan: Plan) -> str:
    counts = plan.summary()
    parts = [f"{counts[action]} {verb}" for action, verb in VERBS.items() if counts[action]]
    return f"Plan: {', '.join(parts)}, {counts['unchanged']} unchanged."


def change_lines(change: Change) -> Iterator[Line]:
    """One change: its object, its fields old → new, and why."""
    colour = {"fg": COLOURS[change.action]}
    shown_id = f"  {change.id}" if change.id and change.id != change.key else ""
    title = _title(change)
    described = f"  {title}" if title else ""
    yield Line(f"{SYMBOLS[change.action]} {change.kind:<8} {change.key}{shown_id}{described}", colour)
    for name, field in change.fields.items():
        if change.action == "archive" or (change.action == "create" and _told_already(change, name, field)):
            continue
        shown = _shown(name, field.after, change)
        old = "" if change.action == "create" else f"{_shown(name, field.before, change)} → "
        yield Line(f"    {name}: {old}{shown}", {})
    if change.action in ("replace", "archive") or (
        change.action == "update" and change.reason != "differs from the file"
    ):
        yield Line(f"    ({change.reason})", {"dim": True})


TOLD_BY_TITLE = {"unit_amount", "recurring", "billing_scheme", "tiers_mode"}


def _told_already(change: Change, name: str, field: FieldChange) -> bool:
    """Whether the first line of a new object tells this field, or nobody reviews it."""
    if name in QUIET or (change.kind == "price" and name in TOLD_BY_TITLE):
        return True
    return name == "lookup_key" and field.after == change.key


def _title(change: Change) -> str:
    if change.action != "create":
        return ""
    if change.kind == "product":
        return _plain_text(change.fields["name"].after)
    recurring = change.fields.get("recurring")
    per = f" / {period(recurring.after)}" if recurring else ", once"
    return f"{_amount_of(change)}{per}"


def _amount_of(change: Change) -> str:
    currency = change.currency or ""
    if amount := change.fields.get("unit_amount"):
        return format_amount(amount.after, currency)
    if mode := change.fields.get("tiers_mode"):
        return f"{mode.after} tiers in {currency}"
    return f"an amount in {currency}"


def period(recurring: Mapping[str, Any]) -> str:
    """`month`, `3 months`; and how it is metered, where it is."""
    count, interval = recurring["interval_count"], recurring["interval"]
    every = interval if count == 1 else f"{count} {interval}s"
    trial = recurring.get("trial_period_days")
    metered = f", metered by {recurring['meter']}" if recurring.get("meter") else ""
    return f"{every}{metered}{f', {trial} days of trial with sub create --trial-from-price' if trial else ''}"


def _shown(name: str, value: Any, change: Change) -> str:
    currency = change.currency or ""
    if value is None or value == [] or value == {}:
        return "none"
    match name:
        case "unit_amount":
            return format_amount(value, currency)
        case "recurring":
            return period(value)
        case "tiers":
            return _tiers(value, currency)
        case "currency_options":
            return ", ".join(_option(option, code) for code, option in value.items())
        case "custom_unit_amount":
            return _custom(value, currency)
        case "transform_quantity":
            return f"per {value['divide_by']:,}, rounded {value['round']}"
        case "package_dimensions":
            return " × ".join(f"{side} {plain(size)}" for side, size in value.items())
        case _:
            return _plain_text(value)


def _plain_text(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(map(str, value))
    if isinstance(value, Mapping):
        return ", ".join(f"{key} {inner}" for key, inner in value.items() if inner is not None)
    return str(value).replace("\n", "\\n")


def _tiers(tiers: list[Mapping[str, Any]], currency: str) -> str:
    told, first = [], 1
    for tier in tiers:
        until = "∞" if tier["up_to"] is None else f"{tier['up_to']:,}"
        parts = [f"{format_amount(tier['flat_amount'], currency)} flat"] if tier["flat_amount"] else []
        if tier["unit_amount"] or not parts:
            parts.append(f"{format_amount(tier['unit_amount'], currency)} each")
        told.append(f"{first:,}–{until}: {' + '.join(parts)}")
        first = (tier["up_to"] or 0) + 1
    return "; ".join(told)


def _option(option: Mapping[str, Any], currency: str) -> str:
    if option["unit_amount"] is not None:
        return f"{currency} {format_amount(option['unit_amount'], currency)}"
    if option["tiers"]:
        return f"{currency} {_tiers(option['tiers'], currency)}"
    return f"{currency} {_custom(option['custom_unit_amount'] or {}, currency)}"


def _custom(custom: Mapping[str, Any], currency: str) -> str:
    named = [
        f"{name} {format_amount(Decimal(amount), currency)}" for name, amount in custom.items() if amount is not None
    ]
    return f"the customer chooses ({', '.join(named)})" if named else "the customer chooses"


def _unmanaged_lines(plan: Plan) -> Iterator[Line]:
    if not plan.unmanaged:
        return
    yield Line("", {})
    more = "" if plan.complete else ", of what was read of this large account"
    yield Line(f"In the account and not in the file{more}; left alone:", {"dim": True})
    for left in plan.unmanaged[:SHOWN_UNMANAGED]:
        ours = "  (this catalog's: --prune archives it)" if left.stamped else ""
        name = f"  {_plain_text(left.name)}" if left.name else ""
        yield Line(f"    {left.kind:<8} {left.id}{name}{ours}", {"dim": True})
    rest = len(plan.unmanaged) - SHOWN_UNMANAGED
    if rest > 0:
        yield Line(f"    … and {rest:,} more (all in --output json)", {"dim": True})


def outcome_lines(plan: Plan, outcome: Outcome) -> Iterator[Line]:
    """What became of the plan: the failures and what they held up, then the counts."""
    yield from _failures(plan, outcome)
    yield from _skipped(plan, outcome)
    done, failed, skipped = (outcome.count(status) for status in ("done", "failed", "skipped"))
    begun = sum(result.begun and result.status == "skipped" for result in outcome.results)
    if outcome.complete:
        yield Line(f"Done: {done:,} change{'s' if done != 1 else ''} applied.", {"bold": True})
        return
    what = "Interrupted" if outcome.interrupted else "Not all done"
    counts = f"{done:,} done, {f'{begun:,} begun, ' if begun else ''}{failed:,} failed, {skipped - begun:,} skipped"
    yield Line(f"{what}: {counts}.", {"bold": True})
    yield Line("Run the same command again: it does what is missing, and nothing twice.", {})


def _failures(plan: Plan, outcome: Outcome) -> Iterator[Line]:
    """Each failure once, with all that it befell."""
    befell: dict[tuple[str, str | None], list[tuple[str, str | None]]] = {}
    for change, result in zip(plan.changes, outcome.results, strict=True):
        if result.status == "failed" and result.error:
            told = told_failure(result.error)
            befell.setdefault((told.message, told.hint), []).append((f"{change.kind} {change.key}", told.request_id))
    for (message, hint), objects in befell.items():
        yield Line(f"failed   {_some([name for name, _ in objects])}: {message}", {"fg": "red"})
        if hint:
            yield Line(f"         → {hint}", {})
        requests = [request for _, request in objects if request]
        if requests:
            yield Line(f"         Stripe's request: {_some(requests)}", {})


def _skipped(plan: Plan, outcome: Outcome) -> Iterator[Line]:
    why: dict[tuple[str, str], list[str]] = {}
    for change, result in zip(plan.changes, outcome.results, strict=True):
        if result.status == "skipped":
            reason = "it needs what failed" if result.error else "not reached"
            told = ("begun   ", f"the rest of it was left: {reason}") if result.begun else ("skipped ", reason)
            why.setdefault(told, []).append(f"{change.kind} {change.key}")
    for (word, reason), names in why.items():
        yield Line(f"{word} {_some(names)}: {reason}", {"fg": "yellow"})


def _some(names: list[str]) -> str:
    shown = ", ".join(names[:SHOWN_FAILED])
    rest = len(names) - SHOWN_FAILED
    return f"{shown} and {rest:,} more" if rest > 0 else shown
