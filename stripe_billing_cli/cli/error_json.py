"""The JSON of an error, as `--output json` prints it."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from stripe_billing_cli.errors import BillingError, Mistake


def error_json(error: BillingError) -> dict[str, Any]:
    """Return the record of an error that `--output json` prints (docs/output.md), without keys, secrets and passwords.

    They may have been pasted where something else belongs.
    """
    return {
        "error": {
            "kind": error.kind,
            "message": without_secrets_in(error.message),
            "reason": error.reason,
            "object": error.object and without_secrets_in(error.object),
            "errors": [_mistake_json(mistake) for mistake in error.mistakes],
            "location": error.location and _without_secrets_in(asdict(error.location)),
            "hint": error.hint and without_secrets_in(error.hint),
            "param": error.param,
            "request_id": error.request_id,
            "exit_code": error.exit_code,
        }
    }


def _mistake_json(mistake: Mistake) -> dict[str, Any]:
    record = {"object": mistake.object, "reason": mistake.reason, **asdict(mistake.location), "hint": mistake.hint}
    return _without_secrets_in(record)


def without_secrets_in(text: str) -> str:
    """Return a text without the keys, secrets and passwords in it."""
    from stripe_billing_cli.stripe_api.errors import without_secrets

    return without_secrets(text)


def _without_secrets_in(fields: dict[str, Any]) -> dict[str, Any]:
    return {name: without_secrets_in(value) if isinstance(value, str) else value for name, value in fields.items()}
