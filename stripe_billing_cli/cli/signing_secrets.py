"""The signing secrets that events are verified with: of the command line, of files, of the environment."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from stripe_billing_cli.cli.secret_files import read_secret
from stripe_billing_cli.errors import UsageError

if TYPE_CHECKING:
    from stripe_billing_cli.listener.known_secrets import KnownSecrets

PREFIX = "whsec_"
SHORTEST = 16
"""Characters that a signing secret has after its prefix: what is shorter might be guessed."""


def signing_secrets(options: Sequence[str] | None, files: Sequence[str]) -> KnownSecrets:
    """Return the secrets that are given, and those kept beside them. Raises `BillingError` where there are none."""
    import time

    from stripe_billing_cli.listener.known_secrets import KnownSecrets
    from stripe_billing_cli.listener.secrets import stored_secrets

    secrets = [
        _check_secret(option, one)
        for option, text in _secret_texts(options, files)
        for one in re.split(r"[,\s]+", text)
        if one
    ]
    known_secrets = KnownSecrets(secrets, stored_secrets, time.time)
    if not known_secrets.all:
        raise UsageError(
            "there is no signing secret to verify events with",
            "three ways on: `billing webhook create --url … --store-secret`; --secret-file or STRIPE_WEBHOOK_SECRET; "
            "--source poll, which needs none",
        )
    return known_secrets


def _secret_texts(options: Sequence[str] | None, files: Sequence[str]) -> list[tuple[str, str]]:
    """Return the texts that have secrets, each with the option or variable that it is from."""
    if not options and not files:
        return [("STRIPE_WEBHOOK_SECRET", os.environ.get("STRIPE_WEBHOOK_SECRET", ""))]
    texts = [("--secret", text) for text in options or ()]
    return texts + [("--secret-file", read_secret("--secret-file", file)) for file in files]


def _check_secret(option: str, secret: str) -> str:
    """Return the secret, if nobody guesses it."""
    if not secret.startswith(PREFIX):
        raise UsageError(f"{option} holds no signing secret of a webhook endpoint", "it starts with whsec_")
    if len(secret) < len(PREFIX) + SHORTEST:
        raise UsageError(
            f"{option} holds a signing secret that is too short to be one",
            f"Stripe's have 32 characters and more after whsec_; at least {SHORTEST} are asked for",
        )
    return secret
