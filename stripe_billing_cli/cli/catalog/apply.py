"""`billing catalog`: validate, schema, plan, apply."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from stripe_billing_cli.cli import doors
from stripe_billing_cli.cli.context import Context
from stripe_billing_cli.errors import FAILED, INTERRUPTED, PENDING, WRONG, BillingError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stripe_billing_cli.catalog.contents import Catalog
    from stripe_billing_cli.catalog.executor import Outcome
    from stripe_billing_cli.catalog.plan import Operation, Plan
    from stripe_billing_cli.catalog.saved_plan import SavedPlan
    from stripe_billing_cli.stripe_api.client import StripeApi

app = typer.Typer(
    help="The product catalog as a reviewed file: plan it, apply it, as often as you like.",
    no_args_is_help=True,
    **doors.PLAIN,
)

File = Annotated[str, typer.Option("--file", "-f", metavar="FILE", help="The catalog; - reads it from standard input.")]
Prune = Annotated[
    bool,
    typer.Option("--prune", help="Archive what carries this catalog's stamp and is no longer in the file."),
]
Target = Annotated[
    list[str] | None,
    typer.Option("--target", metavar="KEY", help="Only this product, or this price (product.price); repeatable."),
]
DEFAULT_FILE = "catalog.yaml"


@doors.command(app, shared=doors.NO_STRIPE)
def validate(context: Context, file: File = DEFAULT_FILE) -> None:
    """Check the file, without asking Stripe.

    Every rule of Stripe's that can be known beforehand is checked, and all errors are told at once, each with
    file, line and column.

    \b
    Example:  billing catalog validate -f plans.yaml
    """
    catalog = _load(file)
    counts = catalog.counts()
    if context.printer.for_people:
        named = ", ".join(_counted(count, kind) for kind, count in counts.items())
        context.printer.line(f"{catalog.source} is valid: {named}.")
    else:
        keys = (root.key for root in catalog.roots)
        context.printer.result({"valid": True, "catalog": catalog.name, **counts}, ids=keys)


@doors.command(app, shared=("verbose",))
def schema(context: Context) -> None:
    """Print the JSON Schema of catalog files, for editors.

    Put this line at the top of a catalog, and editors with a YAML language server complete and check it:

    \b
    # yaml-language-server: $schema=./catalog.schema.json

    \b
    Example:  billing catalog schema > catalog.schema.json
    """
    import json

    from stripe_billing_cli.catalog.file.schema import catalog_schema

    print(json.dumps(catalog_schema(), indent=2, ensure_ascii=False))


@doors.command(app)
def plan(
    context: Context,
    file: File = DEFAULT_FILE,
    check: Annotated[bool, typer.Option("--check", help="Exit with 3 if changes are pending.")] = False,
    out: Annotated[Path | None, typer.Option("--out", metavar="FILE", help="Save the plan, for apply --plan.")] = None,
    prune: Prune = False,
    target: Target = None,
) -> int | None:
    """Show what apply would change in Stripe. Writes nothing there.

    \b
    + create   ~ update   ± replace (a price that must become a new price)   - archive

    \b
    Examples:  billing catalog plan --local
               billing catalog plan --check                (in CI: exit code 3 if changes are pending)
               billing catalog plan --out keymap.plan      (then: billing catalog apply --plan keymap.plan)
    """
    asked = _asked(file, prune, target)
    decided = _decide(context, asked)
    _show_plan(context, asked, decided)
    if context.printer.for_people is False:
        from stripe_billing_cli.cli.catalog import plan_view

        context.printer.result(plan_view.as_json(decided), ids=plan_view.ids(decided))
    if out:
        try:
            _save(out, asked, decided)
        except OSError as error:
            reason = (error.strerror or str(error)).lower()
            message = f"the plan could not be saved in {out}: {reason}"
            raise BillingError("system", message, "name another place with --out FILE") from error
        context.printer.note(f"Saved. Apply exactly this with: billing catalog apply --plan {out}")
    return PENDING if check and decided.changes else None


@doors.command(app)
def apply(
    context: Context,
    file: Annotated[
        str | None,
        typer.Option(
            "--file",
            "-f",
            metavar="FILE",
            help="The catalog (default: catalog.yaml); - reads standard input.",
        ),
    ] = None,
    plan_file: Annotated[
        Path | None,
        typer.Option("--plan", metavar="FILE", help="Do exactly this saved plan, or refuse if Stripe has changed."),
    ] = None,
    prune: Prune = False,
    target: Target = None,
) -> int | None:
    """Make Stripe hold what the file says. Safe to repeat, and to run again after any failure.

    In live mode it shows the account and asks first; without a terminal it needs --live --yes.

    \b
    Examples:  billing catalog apply --local
               billing catalog apply --plan keymap.plan
               billing catalog apply --live --yes          (in CI, with a live key)
    """
    saved = None
    if plan_file:
        if file or prune or target:
            raise BillingError(
                "usage", "--plan excludes --file, --prune and --target: the plan says it all", None, WRONG
            )
        saved, asked = _saved(plan_file)
    else:
        asked = _asked(file or DEFAULT_FILE, prune, target)
    decided = _decide(context, asked)
    if saved:
        saved.check(decided)
    _show_plan(context, asked, decided)
    if decided.changes and decided.livemode:
        _confirm_live(context, decided)
    outcome = _carry_out(context, decided)
    _show_outcome(context, decided, outcome)
    if outcome.interrupted:
        return INTERRUPTED
    return None if outcome.complete else FAILED


class Asked:
    """What a plan is asked of: a catalog, and how much of it."""

    def __init__(self, catalog: Catalog, text: str, prune: bool, targets: tuple[str, ...]) -> None:
        self.catalog = catalog
        self.text = text
        self.prune = prune
        self.targets = targets


def _load(file: str) -> Catalog:
    from stripe_billing_cli.catalog.file.load import load_catalog, read_source

    return load_catalog(read_source(file))


def _asked(file: str, prune: bool, target: list[str] | None) -> Asked:
    from stripe_billing_cli.catalog.file.load import load_catalog, read_source

    if prune and target:
        raise BillingError("usage", "--prune and --target exclude each other", "prune in a run of its own", WRONG)
    source = read_source(file)
    return Asked(load_catalog(source), source.text, prune, tuple(target or ()))


def _saved(path: Path) -> tuple[SavedPlan, Asked]:
    from stripe_billing_cli.catalog import saved_plan
    from stripe_billing_cli.catalog.file.load import Source, load_catalog

    saved = saved_plan.load(path)
    catalog = load_catalog(Source(saved.source, saved.catalog_text))
    return saved, Asked(catalog, saved.catalog_text, saved.prune, saved.targets)


def _save(path: Path, asked: Asked, decided: Plan) -> None:
    from stripe_billing_cli.catalog import saved_plan

    saved_plan.save(
        path,
        saved_plan.SavedPlan(
            source=asked.catalog.source,
            catalog_text=asked.text,
            prune=asked.prune,
            targets=asked.targets,
            account=decided.account,
            livemode=decided.livemode,
            fingerprint=saved_plan.fingerprint(decided),
        ),
    )


def _decide(context: Context, asked: Asked) -> Plan:
    """Read what Stripe holds and decide what must change."""
    from stripe_billing_cli.catalog import snapshot
    from stripe_billing_cli.catalog.planner import make_plan, with_usage

    api = context.stripe
    _check_account(api, asked.catalog)
    held = snapshot.read(api, asked.catalog, whole=asked.prune)
    decided = make_plan(asked.catalog, held, prune=asked.prune, targets=asked.targets)
    return with_usage(decided, api, asked.catalog)


def _check_account(api: StripeApi, catalog: Catalog) -> None:
    """Refuse any account but the one that the file names, before anything else is read."""
    if catalog.account is None:
        return
    actual = api.account()["id"]
    if actual != catalog.account:
        raise BillingError(
            "account",
            f"{catalog.source} is for account {catalog.account}, and the key is of {actual}",
            "use the key of the other account, or correct `account:` in the file",
            WRONG,
        )


def _show_plan(context: Context, asked: Asked, decided: Plan) -> None:
    from stripe_billing_cli.cli.catalog import plan_view

    if context.printer.for_people:
        for line in plan_view.lines(decided, asked.catalog.source):
            context.printer.line(line.text, **line.style)
    for note in decided.notes:
        context.printer.note(f"Note: {note}", fg="yellow")


def _confirm_live(context: Context, decided: Plan) -> None:
    from stripe_billing_cli.cli.account import account_name
    from stripe_billing_cli.cli.catalog.plan_view import summary

    name = account_name(context.stripe)
    context.printer.note(f"LIVE MODE: account {name} ({decided.account or 'unknown'}). {summary(decided)}", bold=True)
    if not context.interactive:
        if context.live and context.yes:
            return
        raise BillingError(
            "confirmation",
            f"this key is live (account {name}), and there is no terminal to ask on",
            "say --live --yes to mean it",
            WRONG,
        )
    if not context.yes and not typer.confirm("Apply this to the live account?", err=True):
        raise BillingError("confirmation", "nothing was changed", None, FAILED)


def _carry_out(context: Context, decided: Plan) -> Outcome:
    from stripe_billing_cli.catalog.executor import carry_out
    from stripe_billing_cli.cli.interrupts import asked_to_stop

    try:
        with asked_to_stop() as interrupt, _progress(sum(1 for _ in decided.operations())) as advance:
            return carry_out(context.stripe, decided, progress=advance, interrupt=interrupt)
    except KeyboardInterrupt:
        raise BillingError(
            "interrupted",
            "stopped at once; the calls in flight may or may not have taken effect",
            "run the same command again: it does what is missing, and nothing twice",
            INTERRUPTED,
        ) from None


def _progress(calls: int) -> Any:
    """A bar on a terminal, for what takes long enough to be watched; elsewhere nothing."""
    import sys

    if calls < 2 or not sys.stderr.isatty():
        return nullcontext(lambda call: None)
    return _bar(calls)


@contextmanager
def _bar(calls: int) -> Iterator[Callable[[Operation], None]]:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = TextColumn("Applying"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn()
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("calls", total=calls)
        yield lambda operation: progress.advance(task)


def _show_outcome(context: Context, decided: Plan, outcome: Outcome) -> None:
    from stripe_billing_cli.cli.catalog import plan_view

    if not context.printer.for_people:
        context.printer.result(plan_view.as_json(decided, outcome), ids=plan_view.ids(decided, outcome))
        return
    if decided.changes:
        for line in plan_view.outcome_lines(decided, outcome):
            context.printer.line(line.text, **line.style)


def _counted(count: int, kind: str) -> str:
    return f"{count} {kind.removesuffix('s') if count == 1 else kind}"
