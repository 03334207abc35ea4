"""The signing secrets that `billing webhook` keeps and `billing listen` reads: `.billing/webhook-secrets/`.

One file an endpoint, named by its id, private to the user, so that two runs never write the same file. Stripe shows
a secret once, when the endpoint is made (https://docs.stripe.com/api/webhook_endpoints/object): what is lost here can
only be had anew, with `billing webhook roll-secret`.
"""

from __future__ import annotations

import json
import os
import re
import tempfile
from dataclasses import asdict, dataclass, field
from pathlib import Path

from stripe_billing_cli.errors import BillingError, system_reason
from stripe_billing_cli.private_files import make_private_directory, take_from_others

SECRETS = Path(".billing/webhook-secrets")
ENDPOINT_ID = re.compile(r"we_[A-Za-z0-9_]+")


class SecretsError(BillingError):
    """A kept secret cannot be read. `hint` says what to do."""

    def __init__(self, message: str, hint: str) -> None:
        super().__init__("system", message, hint)


@dataclass(frozen=True)
class KeptSecret:
    endpoint: str
    url: str
    secret: str = field(repr=False)


def stored_secrets(path: Path = SECRETS) -> list[str]:
    """Return all secrets kept in the directory `path`; none where there is no such directory.

    While a secret is being rolled both the old and the new one are here. A receiver that meets a signature of none of
    the secrets it knows reads them again: it may just have been rolled. Raises `SecretsError`.
    """
    return [kept_secret.secret for kept_secret in kept_secrets(path)]


def kept_secrets(path: Path = SECRETS) -> list[KeptSecret]:
    """Return the secrets as `stored_secrets` does, with the endpoints that the secrets belong to."""
    try:
        files = sorted(file for file in path.iterdir() if ENDPOINT_ID.fullmatch(file.name))
    except FileNotFoundError:
        return []
    except OSError as error:
        raise _unreadable(path, error.strerror or str(error)) from error
    return [secret for file in files if (secret := _read(file)) is not None]


def check_writable(path: Path = SECRETS) -> None:
    """Make the directory where there is none. Raises `SecretsError` where no secret could be written down in it."""
    try:
        make_private_directory(path)
        with tempfile.TemporaryFile(dir=path):
            pass
    except OSError as error:
        raise SecretsError(
            f"no secret can be kept in {path}: {system_reason(error)}; nothing was done",
            "make it writable for yourself, or run billing in another directory",
        ) from error


def keep(endpoint: str, url: str, secret: str, path: Path = SECRETS) -> Path:
    """Write a secret down: whole or not at all, and on the disk when this returns. Raises `OSError`."""
    make_private_directory(path)
    text = json.dumps(asdict(KeptSecret(endpoint, url, secret)))
    descriptor, temporary_path = tempfile.mkstemp(prefix=".new-", dir=path)  # 0600 from the beginning
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text + "\n")
            file.flush()
            os.fsync(file.fileno())
        Path(temporary_path).replace(path / endpoint)
    except BaseException:
        Path(temporary_path).unlink(missing_ok=True)
        raise
    _sync_directory(path)
    return path / endpoint


def forget(endpoint: str, path: Path = SECRETS) -> None:
    """Delete the secret of an endpoint that is gone."""
    (path / endpoint).unlink(missing_ok=True)


def _read(file: Path) -> KeptSecret | None:
    """Return a kept secret; None for a file that went away meanwhile."""
    try:
        take_from_others(file)
        fields = json.loads(file.read_text(encoding="utf-8"))
        return KeptSecret(str(fields["endpoint"]), str(fields["url"]), str(fields["secret"]))
    except FileNotFoundError:
        return None
    except OSError as error:
        raise _unreadable(file, error.strerror or str(error)) from error
    except (ValueError, KeyError, TypeError):
        raise _unreadable(file, "it is not what billing wrote there") from None


def _unreadable(file: Path, reason: str) -> SecretsError:
    return SecretsError(
        f"the webhook secret in {file} cannot be read: {reason}",
        f"make it readable, or move it away and run `billing webhook roll-secret {file.name} --store-secret`",
    )


def _sync_directory(path: Path) -> None:
    """Have a rename written to the disk, where directories can be opened."""
    try:
        descriptor = os.open(path, os.O_RDONLY)
    except PermissionError:
        return
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
