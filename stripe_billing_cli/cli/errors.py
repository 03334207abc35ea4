"""Any exception → a `BillingError` → what the user reads, and the exit code."""

from __future__ import annotations

import errno
import re
import sys
import traceback
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

import typer
from typer.exceptions import TyperException

from stripe_billing_cli.cli.error_json import error_json, without_secrets_in
from stripe_billing_cli.cli.interrupts import exit_code
from stripe_billing_cli.cli.pasted_commands import led_to_account
from stripe_billing_cli.errors import FAILED, BillingError, system_reason


def report(error: BaseException, *, output: str, verbose: bool, as_json_line: bool = False, way: str = "") -> int:
    """Print what happened and what to do next to stderr, and return the exit code.

    `as_json_line`: for a command that logs lines of JSON. `way` are the options by which
    commands that a message names lead to the same account.
    """
    from stripe_billing_cli.cli.output import flush, null_stream

    billing_error = explain(error)
    billing_error.hint = billing_error.hint and led_to_account(billing_error.hint, way)
    with suppress(OSError):  # what the output lacks matters less than this
        flush()
    try:
        _tell(error, billing_error, output=output, verbose=verbose, as_json_line=as_json_line)
        sys.stderr.flush()
    except OSError:  # there is no way to say it, but for the exit code
        sys.stderr = null_stream()
    with suppress(OSError):
        flush()
    return billing_error.exit_code


def _tell(error: BaseException, billing_error: BillingError, *, output: str, verbose: bool, as_json_line: bool) -> None:
    from stripe_billing_cli.cli.output import json_text

    if verbose and not _is_expected(error):
        sys.stderr.write(without_secrets_in("".join(traceback.format_exception(error))))
    if as_json_line:
        _log(billing_error)
    elif output == "json":
        sys.stderr.write(f"{json_text(error_json(billing_error))}\n")
    else:
        if output == "github":
            with suppress(OSError):
                _annotate(billing_error)
        _print(billing_error)


def _is_expected(error: BaseException) -> bool:
    """Return whether a command found the error itself, so that a traceback would say nothing."""
    if isinstance(error, BillingError):
        return type(error) is BillingError or error.__cause__ is None
    return isinstance(error, TyperException | typer.Abort | KeyboardInterrupt)


def explain(error: BaseException) -> BillingError:
    """Return the error that an exception is to the user; what nobody foresaw is a mistake in billing."""
    match error:
        case BillingError():
            return error
        case TyperException():
            return _usage_error(error)
        case KeyboardInterrupt() | typer.Abort():
            return BillingError("interrupted", "interrupted", exit_code=exit_code(error))
        case BrokenPipeError():
            return BillingError("output", "what read this output went away")
        case FileNotFoundError() if error.filename is None:
            return BillingError("system", "the current directory is not there any more", "run it in one that is")
        case OSError() if error.filename is None and error.errno in UNWRITTEN:
            message = f"the output could not be written: {system_reason(error)}"
            return BillingError("output", message, "make room for it, and run it again: what was done stays done")
        case OSError():
            subject = f"{error.filename} cannot be used" if error.filename else "the system refused"
            hint = (
                "check that it is there, and its permissions"
                if error.filename
                else "free what it needs, and run it again"
            )
            if error.errno in UNWRITTEN:
                hint = "make room on the disk, and run it again"
            return BillingError("system", f"{subject}: {system_reason(error)}", hint)
    return BillingError(
        "bug",
        f"this is a mistake in billing: {type(error).__name__}: {error}",
        "run it again with --verbose and report what it prints",
    )


UNWRITTEN = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO}
"""What the system says where something can be opened, and not be written."""


def _plain(message: str) -> str:
    """Return what Typer says of a value in plain words: it hands on those of the library that checks values."""
    for pattern, plain in IN_PLAIN_WORDS.items():
        message = re.sub(pattern, plain, message)
    return message


IN_PLAIN_WORDS: Mapping[str, str | Callable[[re.Match[str]], str]] = {
    r"\bValue error, ('[^']*' is not one of) (.*)": lambda match: f"{match[1]} {match[2].replace(chr(39), '')}",
    r"\bValue error, ": "",
    r"\bInput should be greater than or equal to\b": "it is at least",
    r"\bInput should be less than or equal to\b": "it is at most",
    r"\bInput should be a valid integer, unable to parse string as an integer\b": "it is a whole number",
    r"\bGot unexpected extra argument\(s\) \((.*)\)": r"there are more arguments than it takes: \1",
    r"\bInput should be a valid number, unable to parse string as a number\b": "it is a number",
}


def _usage_error(error: Any) -> BillingError:
    """Return a mistake in the command line that Typer found, with the way to what was meant."""
    from stripe_billing_cli.cli.help.near_misses import option_meant

    ctx = getattr(error, "ctx", None)
    if ctx is None:
        return BillingError("usage", _message(error), "`billing --help` says what it takes", error.exit_code)
    lists = f"`{ctx.command_path} --help` says what it takes"
    option = getattr(error, "option_name", None)
    if option is None or not hasattr(error, "possibilities"):
        return BillingError("usage", _message(error), lists, error.exit_code)
    options = [name for param in ctx.command.get_params(ctx) for name in param.opts if name.startswith("--")]
    suggestion = option_meant(option, options, ctx.command_path)
    return BillingError(
        "usage",
        f"{ctx.command_path} has no option {option}",
        f"did you mean `{suggestion}`? {lists}" if suggestion else lists,
        error.exit_code,
    )


def _message(error: Any) -> str:
    message = _plain(error.format_message().rstrip("."))
    return message[:1].lower() + message[1:]


def _annotate(error: BillingError) -> None:
    from stripe_billing_cli.cli.annotations import error_annotations

    for line in error_annotations(error):
        sys.stdout.write(without_secrets_in(line) + "\n")


def _log(error: BillingError) -> None:
    from stripe_billing_cli.cli.log import LogEntry, LogLevel

    level = LogLevel.info if error.kind == "interrupted" else LogLevel.error
    about = error_json(error)["error"]
    message, hint = about.pop("message"), about.pop("hint")
    sys.stderr.write(LogEntry(level, message, hint, about).as_json() + "\n")


def _print(error: BillingError) -> None:
    from stripe_billing_cli.cli.foreign_text import visible
    from stripe_billing_cli.cli.output import is_coloured

    if error.kind == "interrupted" and not error.hint:
        sys.stderr.write("\nInterrupted.\n")
        return
    if error.kind == "confirmation" and error.exit_code == FAILED:  # the user said no, and knows
        sys.stderr.write(f"{error.message[:1].upper()}{error.message[1:]}.\n")
        return
    label = typer.style("Error", fg="red", bold=True) if is_coloured(sys.stderr) else "Error"
    message = visible(without_secrets_in(error.message))
    sys.stderr.write(f"{message}\n" if "\n" in message else f"{label}: {message}\n")
    if error.request_id:
        reason = f"Stripe's reason: {error.reason}, in its request" if error.reason else "Stripe's request:"
        sys.stderr.write(f"  {reason} {error.request_id}\n")
    if error.hint and not error.mistakes:  # each mistake has its own below it
        sys.stderr.write(f"  → {visible(without_secrets_in(error.hint))}\n")
