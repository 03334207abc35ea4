"""Transports whose calls fail at a chosen moment, and an apply over them."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import stripe

from stripe_billing_cli.catalog import snapshot
from stripe_billing_cli.catalog.executor import Outcome, carry_out
from stripe_billing_cli.catalog.file.load import Source, load_catalog
from stripe_billing_cli.catalog.kinds import KINDS, Registry
from stripe_billing_cli.catalog.plan import KeepSecret
from stripe_billing_cli.catalog.planner import make_plan
from stripe_billing_cli.local_stripe.transport import LocalTransport
from stripe_billing_cli.stripe_api import client
from stripe_billing_cli.stripe_api.errors import StripeCallError
from stripe_billing_cli.stripe_api.pacing import UNLIMITED, Pacer
from tests.contract import ContractTransport
from tests.soak import Soak


class Killed(BaseException):
    """The process is gone: no code of ours sees this, and no call is made after it."""


@dataclass
class Trouble:
    """What happens to the call number `at` (from 1) and, where it is `lasting`, to all that follow."""

    kind: str
    at: int
    after: bool
    lasting: bool = False


class TroubledTransport(stripe.HTTPClient):
    """A transport whose calls come to grief as `trouble` says; counts the writes and reads that were asked of it."""

    name = "troubled"

    def __init__(self, inner: stripe.HTTPClient, trouble: Trouble | None = None) -> None:
        super().__init__()
        self._inner = inner
        self._trouble = trouble
        self._lock = threading.Lock()
        self.calls = 0

    def request(self, method: str, url: str, headers: Any, post_data: Any = None, **_: Any) -> Any:
        with self._lock:
            self.calls += 1
            number = self.calls
        trouble = self._trouble
        if trouble is None or number < trouble.at or (number > trouble.at and not trouble.lasting):
            return self._inner.request(method, url, headers, post_data)
        answer = None
        if trouble.after and number == trouble.at:
            answer = self._inner.request(method, url, headers, post_data)
        return self._come_to_grief(trouble.kind, answer)

    def _come_to_grief(self, kind: str, answer: Any) -> Any:
        match kind:
            case "kill":
                raise Killed
            case "timeout":
                raise stripe.APIConnectionError("timed out", should_retry=True)  # type: ignore[no-untyped-call]
            case "half":
                return '{"id": "pr', 200, {}
            case "500":
                return '{"error": {"type": "api_error", "message": "An error occurred"}}', 500, {}
            case "409":
                error = '{"error": {"type": "invalid_request_error", "code": "lock_timeout", "message": "busy"}}'
                return error, 409, {}
            case "429":
                return '{"error": {"type": "invalid_request_error", "code": "rate_limit", "message": "slow"}}', 429, {}
            case _:
                raise AssertionError(kind)

    def close(self) -> None:
        pass


class RememberedFailure(stripe.HTTPClient):
    """Stripe remembers a failure of a call that had begun, and repeats it under the same key for a day: of the first
    `keys` that come. `path` is how the address of the call ends."""

    name = "remembered-failure"

    def __init__(self, inner: stripe.HTTPClient, path: str, keys: int = 1) -> None:
        super().__init__()
        self._inner = inner
        self._path = path
        self._keys = keys
        self._failed: set[str] = set()

    def request(self, method: str, url: str, headers: Any, post_data: Any = None, **_: Any) -> Any:
        if not (method == "post" and url.endswith(self._path)):
            return self._inner.request(method, url, headers, post_data)
        key = headers["Idempotency-Key"]
        if key in self._failed or len(self._failed) < self._keys:
            headers_of_replay = {"Idempotent-Replayed": "true"} if key in self._failed else {}
            self._failed.add(key)
            return '{"error": {"type": "api_error", "message": "An error occurred"}}', 500, headers_of_replay
        return self._inner.request(method, url, headers, post_data)

    def close(self) -> None:
        pass


NO_PATIENCE = client.Patience(retries=0, first_pause=0, longest_pause=0, rate_limited_for=0, key_in_use_for=0)
PATIENCE = client.Patience(retries=2, first_pause=0, longest_pause=0)


def connected(transport: stripe.HTTPClient, patience: client.Patience = NO_PATIENCE) -> client.StripeApi:
    pacer = Pacer(UNLIMITED, sleep=lambda seconds: None)
    return client.client_over(
        transport,
        key=client.LOCAL_KEY,
        base=client.STRIPE_API_BASE,
        pacer=pacer,
        trace=lambda call: None,
        patience=patience,
    )


def apply(text: str, api: client.StripeApi, kinds: Registry = KINDS, keep_secret: KeepSecret | None = None) -> Outcome:
    catalog = load_catalog(Source("catalog.yaml", text), kinds)
    plan = make_plan(catalog, snapshot.read(api, catalog, whole=True), prune=True)
    return carry_out(api, plan, keep_secret=keep_secret)


CUT_OFF = 3
"""So many calls are tried outside of a soak."""


def cut_off_at_calls(
    folder: Path, soak: Soak, catalog_text: str, *, after: bool, start: str | None = None
) -> Iterator[Path]:
    """Yield the store of an apply of `catalog_text` without trouble, then those of applies that were cut off and run again.

    Cut off at some of its calls (in a soak at each), before or `after` their effect. Each begins where `start` was
    applied.
    """

    def begun(name: str) -> Path:
        path = folder / f"{name}.db"
        if start:
            assert apply(start, connected(LocalTransport(path))).complete
        return path

    end = begun("end")
    counter = TroubledTransport(LocalTransport(end))
    assert apply(catalog_text, connected(counter)).complete
    yield end
    for at in soak.part(range(1, counter.calls + 1), CUT_OFF):
        path = begun(str(at))
        transport = TroubledTransport(LocalTransport(path), Trouble("kill", at, after, lasting=True))
        with pytest.raises(Killed):
            apply(catalog_text, connected(transport))

        assert apply(catalog_text, connected(ContractTransport(LocalTransport(path)))).complete, f"call {at}"
        yield path


def check_cut_off(
    folder: Path, soak: Soak, catalog_text: str, state: Callable[[Path], Any], *, after: bool, start: str | None
) -> None:
    """Check that an apply that was cut off at any call and run again comes to the state of one without trouble."""
    end, *repairs = cut_off_at_calls(folder, soak, catalog_text, after=after, start=start)
    assert repairs
    for path in repairs:
        assert state(path) == state(end), path.name


def run_once(run: Callable[[], object]) -> None:
    """Run what may end in any of the ways in which a run ends."""
    with suppress(Killed, StripeCallError):
        run()
