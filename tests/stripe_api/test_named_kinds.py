"""Calls whose answer is used name its kind, so that mypy sees what is read of it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import stripe_billing_cli

ROOT = Path(stripe_billing_cli.__file__).parent
CONNECTIONS = ("api", "_api", "stripe")
"""What a connection to Stripe is called."""
CALLS = ("get", "post", "delete", "page", "pages")
CALL = re.compile(rf"\b({'|'.join(CONNECTIONS)})\.({'|'.join(CALLS)})\(")
OTHERS = ("local_stripe/", "stripe_api/client.py")
"""The client itself, and what calls no Stripe."""


def places_without_kind(source: str) -> Iterator[int]:
    """Yield the line of each call of Stripe's API whose answer is used and whose kind is not named."""
    if not CALL.search(source):
        return
    tree = ast.parse(source)
    unused = {node.value for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute) or node in unused:
            continue
        receiver = node.func.value
        name = receiver.id if isinstance(receiver, ast.Name) else getattr(receiver, "attr", None)
        if name in CONNECTIONS and node.func.attr in CALLS and "kind" not in [one.arg for one in node.keywords]:
            yield node.lineno


def test_calls_whose_answer_is_used_name_its_kind() -> None:
    files = (path.relative_to(ROOT).as_posix() for path in sorted(ROOT.rglob("*.py")))
    found = [
        f"{file}:{line}"
        for file in files
        if not file.startswith(OTHERS)
        for line in places_without_kind((ROOT / file).read_text(encoding="utf-8"))
    ]

    assert found == []


def test_the_check_sees_a_call_without_kind() -> None:
    source = """from stripe_billing_cli.stripe_api.client import StripeApi
api.delete("/v1/customers/cus_1")
known = api.get("/v1/customers/cus_1", kind=Customer)
read = [one for page in self._api.pages("/v1/customers", {}) for one in page]
name = {"api": 1}.get("api")
"""
    assert list(places_without_kind(source)) == [4]
