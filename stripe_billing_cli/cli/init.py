"""`billing init`: a catalog to start from, where there is none."""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer

from stripe_billing_cli.cli import options
from stripe_billing_cli.cli.context import Context
from stripe_billing_cli.cli.pasted_commands import led_to_account
from stripe_billing_cli.errors import OperationError, UsageError
from stripe_billing_cli.whole_files import write_whole

app = typer.Typer(**options.PLAIN)

STATE = ".billing/"
TEMPLATE = """\
# The products and prices of {name}, as Stripe is to have them.
#   billing catalog plan --local     what applying it would change, on a Stripe of this machine
#   billing catalog apply --local    change it
# Every field is Stripe's own: https://docs.stripe.com/api/products and https://docs.stripe.com/api/prices
version: 1
catalog: {name}  # the mark that everything of this file carries in Stripe; it stays
# account: acct_…  # refuse every account but this one
currency: {currency}

products:
  starter:  # the product's id in Stripe; it stays
    name: Starter
    description: For one person
    default_price: monthly
    prices:
      monthly:  # its lookup key is starter.monthly, by which programs find it
        {amount}
        recurring: month

  # team:
  #   name: Team
  #   unit_label: seat
  #   default_price: monthly
  #   prices:
  #     monthly:
  #       recurring: month
  #       billing_scheme: tiered
  #       tiers_mode: graduated
  #       tiers:
  #         - {{up_to: 5, flat_amount: 5000, unit_amount: 0}}  # the first five seats together
  #         - {{up_to: inf, unit_amount: 900}}                 # each further one
  #     setup:  # charged once: it has no `recurring`
  #       unit_amount: 25000
"""


@options.command(app, "init")
def init(
    context: Context,
    name: Annotated[
        str | None,
        typer.Option(
            "--name",
            metavar="NAME",
            help="The catalog's name (default: the directory's; with --from-account, the account's).",
        ),
    ] = None,
    currency: Annotated[
        str | None, typer.Option("--currency", metavar="CUR", help="The currency of its prices (default: usd).")
    ] = None,
    from_account: Annotated[
        bool, typer.Option("--from-account", help="Describe what is in the account: as `billing catalog import`.")
    ] = False,
    file: Annotated[str, typer.Option("--file", "-f", metavar="FILE", help="The file to write.")] = "catalog.yaml",
) -> None:
    """Write a commented catalog.yaml to start from, keep .billing/ out of git, and say what to run next.

    What is there already is left as it is: a file that exists is never overwritten.

    \b
    Examples:  billing init
               billing init --name keymap --currency eur
               billing init --from-account --profile default
    """
    path = Path(file)
    text = starting_catalog(name or _slug(Path.cwd().name) or "shop", currency or "usd")
    if from_account and currency:
        raise UsageError("--currency is for a catalog from nothing", "leave out --currency, or --from-account")
    if path.exists():
        quoted_path = shlex.quote(str(path))
        raise OperationError(
            f"{path} is there already, and is left as it is", f"billing catalog validate -f {quoted_path}"
        )
    if from_account:
        text = _describe_account(context, name, path)
    write_whole(path, text)
    is_ignored = _ignore_state(Path(".gitignore"))
    steps = _next_steps(path, context.way, from_account=from_account)
    if context.printer.for_people:
        _tell(context, path, is_ignored, steps)
    else:
        record = {"id": str(path), "file": str(path), "gitignore": is_ignored, "next": list(steps)}
        context.printer.result(record, ids=[str(path)])


def _next_steps(path: Path, way: str, *, from_account: bool) -> dict[str, str]:
    """Return the commands to run next, each with its purpose; `way` are the options that lead to the account."""
    schema = f"billing catalog schema > {shlex.quote(str(path.parent / 'catalog.schema.json'))}"
    plan, apply = (f"billing catalog {name}" for name in ("plan", "apply"))
    if from_account:
        return {
            led_to_account(f"{plan}{_file_option(path)}", way): "what has changed since: nothing, so far",
            led_to_account(f"{apply} --adopt{_file_option(path)}", way): "mark what the file describes as its own",
            schema: "for an editor that completes and checks",
        }
    return {
        f"{plan} --local{_file_option(path)}": "what it would make, on a Stripe of this machine",
        f"{apply} --local{_file_option(path)}": "make it there; no account is needed",
        "billing help sub create": "then: start a subscription",
        schema: "for an editor that completes and checks",
        "billing help keys": "with an account of Stripe's: where the key comes from",
    }


def starting_catalog(name: str, currency: str) -> str:
    """Return the text of a catalog to start from. Raises `UsageError` for what can be no name or currency."""
    from stripe_billing_cli.stripe_api.money import CURRENCIES

    if not re.fullmatch(r"[a-z0-9][a-z0-9_-]*", name):
        raise UsageError(f"a catalog cannot be named {name!r}", "small letters, digits, - and _: keymap")
    if currency.lower() not in CURRENCIES:
        raise UsageError(f"Stripe has no currency {currency}", "usd, for example")
    return TEMPLATE.format(name=name, currency=currency.lower(), amount=_amount(currency.lower()))


def _describe_account(context: Context, name: str | None, path: Path) -> str:
    """Return the catalog that describes the account as it is; says what of the account it has, and what it has not."""
    from stripe_billing_cli.catalog.importer.request import ImportRequest, import_catalog
    from stripe_billing_cli.cli.import_view import reading_progress, tell_import

    with reading_progress() as progress:
        account_import = import_catalog(context.stripe, ImportRequest(catalog=name), progress)
    tell_import(account_import, str(path), context.printer.line if context.printer.for_people else context.printer.note)
    return account_import.text


def _amount(currency: str) -> str:
    from stripe_billing_cli.stripe_api.money import format_amount

    example = format_amount(1500, currency)
    return f"unit_amount: 1500  # in the smallest unit of the currency: {example}"


def _slug(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")


def _file_option(path: Path) -> str:
    return "" if str(path) == "catalog.yaml" else f" -f {shlex.quote(str(path))}"


def _ignore_state(path: Path) -> bool:
    """Add what this program keeps here to a repository's `.gitignore`. Return whether that was needed."""
    lines = path.read_text(encoding="utf-8") if path.exists() else ""
    if STATE in lines.split() or STATE.rstrip("/") in lines.split():
        return False
    if lines and not lines.endswith("\n"):
        lines += "\n"
    write_whole(path, f"{lines}{STATE}\n")
    return True


def _tell(context: Context, path: Path, is_ignored: bool, steps: Mapping[str, str]) -> None:
    context.printer.line(f"Wrote {path}" + (f", and {STATE} into .gitignore." if is_ignored else "."))
    context.printer.line("Next:", bold=True)
    width = max(map(len, steps))
    for command, purpose in steps.items():
        context.printer.line(f"  {command:<{width}}  {purpose}")
