"""Every failure that a user can meet is a `BillingError`; what else is raised is caught before, or is Stripe's
answer."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1] / "stripe_billing_cli"
CAUGHT_BEFORE = {
    "ApiError": "an answer of the local Stripe",
    "LocalStripeError": "the client makes a StripeCallError of it, and `billing local serve` an error",
    "SimulatedCrash": "a test's transport raises it in place of a process that dies: nothing of the program catches it",
    "TerminationInterrupt": "SIGTERM, as a KeyboardInterrupt: it says what Ctrl-C says, and exits with 143",
    "HandlerError": "a handler raises it to be called again; the worker keeps it with the delivery",
    "InvalidEventError": "the receiver answers 400",
    "SignatureError": "the receiver answers 400",
    "OverloadedError": "the receiver answers 503",
    "StaleReadError": "access is read and decided once more",
    "SpawnError": "the handler of --exec makes a HandlerError of it",
    "NotEndedError": "a command outlived its time: the handler makes a HandlerError of it",
    "NotExactError": "pydantic collects it with a file's other mistakes",
    "YamlSyntaxError": "a mistake in the file, reported with the others",
    "_FieldError": "becomes an IncompleteAnswerError that names object and request",
}


def exceptions() -> Iterator[tuple[str, list[str]]]:
    """Yield the exception classes that stand on one of Python's, each with its bases."""
    for path in ROOT.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ClassDef):
                bases = [ast.unparse(base) for base in node.bases]
                if any(issubclass(found, BaseException) for base in bases if (found := built_in(base))):
                    yield node.name, bases


def built_in(name: str) -> type | None:
    found = getattr(builtins, name, None)
    return found if isinstance(found, type) else None


def test_every_root_is_billing_error_or_never_reaches_a_user() -> None:
    assert {name for name, _ in exceptions()} == {"BillingError", *CAUGHT_BEFORE}


def test_errors_end_in_error() -> None:
    others = {name for name, _ in exceptions() if not name.endswith("Error")}
    assert others == {"SimulatedCrash", "TerminationInterrupt"}
