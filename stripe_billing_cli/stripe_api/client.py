"""The only connection to Stripe: parameters go in as dicts, answers come out as dicts, trouble as `StripeCallError`.

Answers come out completed and checked (`completion.py`): what `objects/` declares can be read, absent or not. A call
that names the `kind` of its answer, `api.get(path, kind=Invoice)`, is refused an answer of another, and mypy knows what
can be read of it; one that does not is for objects of whatever kind.
Underneath is the SDK's own client (authentication, encoding, retries with one idempotency key). What it
leaves to its user is done here: pacing, 429s, truncated answers, and a line for each call (`--verbose`).
"""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, TypeVar, overload
from urllib.parse import urlsplit

import stripe

from stripe_billing_cli.local_stripe.core.errors import LocalStripeError
from stripe_billing_cli.stripe_api import errors
from stripe_billing_cli.stripe_api.address import STRIPE_API_BASE
from stripe_billing_cli.stripe_api.completion import completed, names_of
from stripe_billing_cli.stripe_api.error_translation import billing_error, is_replayed
from stripe_billing_cli.stripe_api.expansion import check_expanded
from stripe_billing_cli.stripe_api.objects.account import Account
from stripe_billing_cli.stripe_api.objects.common import Kind
from stripe_billing_cli.stripe_api.pacing import LIVE, TEST, UNLIMITED, Pacer, RateLimits, operation_of
from stripe_billing_cli.stripe_api.whole_lists import fill_items

PAGE = 100
"""The most objects that a list gives at once (https://docs.stripe.com/api/pagination)."""

Params = Mapping[str, Any]
Object = Any
"""An object of Stripe's of whatever kind, or one as it came: of this mypy sees nothing."""
Body = TypeVar("Body")


@dataclass(frozen=True)
class ApiCall:
    """A call of the API, as `--verbose` prints it: no parameters, no secrets."""

    method: str
    path: str
    status: int | None
    request_id: str | None
    milliseconds: int


@dataclass(frozen=True)
class Patience:
    """The time for which trouble is sat out before it is reported.

    Retries of a lost or failed call, seconds of 429s, and seconds that another run's call under the same idempotency
    key may take, each time: its answer is ours as well.
    """

    retries: int = 3
    first_pause: float = 0.5
    longest_pause: float = 5.0
    rate_limited_for: float = 90.0
    key_in_use_for: float = 10.0

    def pause(self, attempt: int) -> float:
        """Return the seconds before attempt number `attempt` (from 1): doubling, with jitter."""
        longest: float = min(self.first_pause * 2.0 ** (attempt - 1), self.longest_pause)
        return longest * random.uniform(0.5, 1)


@dataclass(frozen=True)
class Answer(Generic[Body]):
    """An answer of Stripe's. `replayed`: Stripe remembered the idempotency key and repeated an earlier answer; it may
    be out of date."""

    body: Body
    request_id: str | None
    replayed: bool


class PacedTransport(stripe.HTTPClient):
    """The SDK's transport with pacing, patience with 429s and a trace around it. Shared by threads."""

    name = "paced"

    def __init__(
        self,
        inner: stripe.HTTPClient,
        pacer: Pacer,
        patience: Patience,
        trace: Callable[[ApiCall], None],
    ) -> None:
        super().__init__()
        self._inner = inner
        self._pacer = pacer
        self._patience = patience
        self._trace = trace

    def _sleep_time_seconds(self, num_retries: int) -> float:
        return self._patience.pause(num_retries)

    def request(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str] | None,
        post_data: Any = None,
        **_: Any,
    ) -> tuple[Any, int, Mapping[str, str]]:
        path = urlsplit(url).path
        operation = operation_of(method, path)
        waited, attempt = 0.0, 0
        in_use_until = time.monotonic() + self._patience.key_in_use_for
        while True:
            self._pacer.wait(operation)
            body, status, answer_headers = self._once(method, url, path, headers, post_data)
            if _key_in_use(status, body) and time.monotonic() < in_use_until:
                attempt += 1
                time.sleep(min(max(self._patience.pause(attempt), 0.01), 1.0))
                continue
            if status != 429 or waited >= self._patience.rate_limited_for:
                if status != 429:
                    self._pacer.accepted(operation)
                return body, status, answer_headers
            attempt += 1
            reason = answer_headers.get("Stripe-Rate-Limited-Reason", "")
            self._pacer.refused(operation, everything=reason.startswith("global"))
            pause = self._patience.pause(attempt)
            self._pacer.pause(pause)
            waited += max(pause, 0.01)

    def _once(
        self, method: str, url: str, path: str, headers: Mapping[str, str] | None, post_data: Any
    ) -> tuple[Any, int, Mapping[str, str]]:
        started = time.monotonic()
        status, request_id = None, None
        try:
            body, status, answer_headers = self._inner.request(method, url, headers, post_data)
            request_id = answer_headers.get("Request-Id")
        except stripe.APIConnectionError as error:
            error.should_retry = error.should_retry or _cut_off(error)
            raise
        finally:
            self._trace(ApiCall(method.upper(), path, status, request_id, round((time.monotonic() - started) * 1000)))
        _complete_json(body, status)
        return body, status, answer_headers

    def close(self) -> None:
        self._inner.close()  # type: ignore[no-untyped-call]  # the SDK does not type it


def _cut_off(error: BaseException) -> bool:
    """Return whether the connection broke inside the answer: the SDK does not retry that, though its key makes it
    safe."""
    return type(error.__cause__).__name__ in {"ChunkedEncodingError", "ContentDecodingError"}


def _key_in_use(status: int, body: Any) -> bool:
    """Return whether another call under the same idempotency key is under way (https://docs.stripe.com/error-codes)."""
    text = body.decode("utf-8", "replace") if isinstance(body, bytes) else body
    return status == 409 and "idempotency_key_in_use" in text


def _complete_json(body: Any, status: int) -> None:
    """Stop answers that are not whole JSON objects before the SDK quotes them, page and all, in an error."""
    text = body.decode("utf-8", "replace") if isinstance(body, bytes) else body
    text = text.strip()
    if text.startswith("{"):
        if not text.endswith("}"):
            raise _no_answer("The answer broke off in the middle.")
    elif status < 500:
        raise errors.NotStripeError(f"What answered (HTTP {status}) is not Stripe: it sent no JSON.")
    else:
        raise _no_answer(f"HTTP {status} without Stripe's JSON.")


def _no_answer(message: str) -> stripe.APIConnectionError:
    return stripe.APIConnectionError(message, should_retry=True)  # type: ignore[no-untyped-call]  # nor this


class StripeApi:
    """The calls on one account in one mode. Thread-safe."""

    def __init__(self, client: stripe.StripeClient, *, livemode: bool, base: str = STRIPE_API_BASE) -> None:
        self._client = client
        self._base = base
        self.livemode = livemode
        self._account: Account | None = None
        self._account_lock = threading.Lock()

    def account(self) -> Account:
        """Return the account that the key belongs to; read once."""
        with self._account_lock:
            if self._account is None:
                self._account = self.get("/v1/account", kind=Account)
            return self._account

    @overload
    def get(self, path: str, params: Params | None = None) -> Object: ...

    @overload
    def get(self, path: str, params: Params | None = None, *, kind: type[Kind]) -> Kind: ...

    def get(self, path: str, params: Params | None = None, *, kind: Any = None) -> Any:
        return self._call("get", path, params, None, expected=names_of(kind)).body

    @overload
    def post(self, path: str, params: Params, idempotency_key: str | None = None) -> Answer[Object]: ...

    @overload
    def post(
        self, path: str, params: Params, idempotency_key: str | None = None, *, kind: type[Kind]
    ) -> Answer[Kind]: ...

    def post(self, path: str, params: Params, idempotency_key: str | None = None, *, kind: Any = None) -> Answer[Any]:
        """Send a write. Without a key the SDK makes one up, which covers the retries of this one call."""
        return self._call("post", path, params, idempotency_key, expected=names_of(kind))

    @overload
    def delete(self, path: str, params: Params | None = None) -> Object: ...

    @overload
    def delete(self, path: str, params: Params | None = None, *, kind: type[Kind]) -> Kind: ...

    def delete(self, path: str, params: Params | None = None, *, kind: Any = None) -> Any:
        """Delete an object; Stripe takes no idempotency key here, and answers a repeated call that there is nothing
        left (404)."""
        return self._call("delete", path, params, None, expected=names_of(kind)).body

    @overload
    def page(self, path: str, params: Params) -> tuple[list[Object], bool]: ...

    @overload
    def page(self, path: str, params: Params, *, kind: type[Kind]) -> tuple[list[Kind], bool]: ...

    def page(self, path: str, params: Params, *, kind: Any = None) -> tuple[list[Any], bool]:
        """Return one page of a list, newest first, and whether there are more."""
        wanted = {"limit": PAGE, **params}
        answer = self._call("get", path, wanted, None, expected=("list",), listed=names_of(kind)).body
        return answer["data"], answer["has_more"]

    @overload
    def pages(self, path: str, params: Params) -> Iterator[list[Object]]: ...

    @overload
    def pages(self, path: str, params: Params, *, kind: type[Kind]) -> Iterator[list[Kind]]: ...

    def pages(self, path: str, params: Params, *, kind: Any = None) -> Iterator[list[Any]]:
        """Yield a list to its end, a page of up to 100 at a time."""
        cursor: dict[str, str] = {}
        while True:
            objects, more = self.page(path, {**params, **cursor}, kind=kind)
            yield objects
            if not more or not objects:
                return
            cursor = {"starting_after": objects[-1]["id"]}

    def _call(
        self,
        method: str,
        path: str,
        params: Params | None,
        idempotency_key: str | None,
        *,
        expected: Collection[str] = (),
        listed: Collection[str] = (),
    ) -> Answer[Any]:
        options = {"idempotency_key": idempotency_key} if idempotency_key else {}
        try:
            response = self._client.raw_request(method, path, **dict(params or {}), **options)
        except stripe.StripeError as error:
            raise billing_error(error, self._base) from error
        except LocalStripeError as error:
            raise errors.LocalStripeFileError(error.message, error.hint) from error
        check_expanded(response.data, params or {}, response.request_id)
        body = completed(response.data, response.request_id, expected=expected, listed=listed)
        fill_items(body, params or {}, self.pages)
        return Answer(
            body=body,
            request_id=response.request_id,
            replayed=is_replayed(response.headers),
        )


def limits_for(*, livemode: bool, base: str, rate_limit: int | None = None) -> RateLimits:
    """Return what a key may do in a second; `rate_limit` is the account's own, where Stripe has set another.

    A server that is not Stripe is taken at Stripe's limits for live mode; its 429s correct us.
    """
    limits = LIVE if livemode or base != STRIPE_API_BASE else TEST
    return RateLimits(float(rate_limit), limits.per_operation) if rate_limit else limits


def connect(
    key: str,
    *,
    base: str = STRIPE_API_BASE,
    rate_limit: int | None = None,
    trace: Callable[[ApiCall], None] = lambda call: None,
    patience: Patience | None = None,
) -> StripeApi:
    """Return a connection to Stripe over HTTP."""
    livemode = "_live_" in key
    transport: stripe.HTTPClient = stripe.RequestsClient(timeout=(10, 80))
    pacer = Pacer(limits_for(livemode=livemode, base=base, rate_limit=rate_limit))
    return client_over(transport, key=key, base=base, pacer=pacer, trace=trace, patience=patience or Patience())


API_VERSION = stripe.api_version or ""
"""The version that the SDK speaks and this program expects."""
LOCAL_KEY = "sk_test_local_stripe"


def connect_locally(
    path: Path,
    *,
    trace: Callable[[ApiCall], None] = lambda call: None,
    patience: Patience | None = None,
) -> StripeApi:
    """Return the local Stripe, in process, with its state in the file `path`."""
    from stripe_billing_cli.local_stripe.transport import LocalTransport

    try:
        transport = LocalTransport(path)
    except LocalStripeError as error:
        raise errors.LocalStripeFileError(error.message, error.hint) from error
    return client_over(
        transport,
        key=LOCAL_KEY,
        base=STRIPE_API_BASE,
        pacer=Pacer(UNLIMITED),
        trace=trace,
        patience=patience or Patience(),
    )


def client_over(
    transport: stripe.HTTPClient,
    *,
    key: str,
    base: str,
    pacer: Pacer,
    trace: Callable[[ApiCall], None],
    patience: Patience,
) -> StripeApi:
    """Return a client of Stripe over any transport of the SDK's."""
    stripe.enable_telemetry = False
    client = stripe.StripeClient(
        key,
        http_client=PacedTransport(transport, pacer, patience, trace),
        base_addresses={"api": base},
        max_network_retries=patience.retries,
    )
    return StripeApi(client, livemode="_live_" in key, base=base)
