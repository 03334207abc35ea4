"""The only connection to Stripe: parameters go in as dicts, answers come out as dicts, trouble as `StripeCallError`.

Answers come out completed and checked (`completion.py`): what `objects/` declares can be read, absent or not. A call
that names the `kind` of its answer, `api.get(path, kind=Invoice)`, is refused an answer of another, and mypy knows what
can be read of it; of the answer of one that does not nothing can be read.
Underneath is the SDK's own client (authentication, encoding, retries with one idempotency key). It is imported with the
first connection: what only names these types, as checking a catalog does, starts without it.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Generic, TypeVar, overload

from stripe_billing_cli.local_stripe.core.errors import LocalStripeError
from stripe_billing_cli.stripe_api import errors
from stripe_billing_cli.stripe_api.address import STRIPE_API_BASE
from stripe_billing_cli.stripe_api.calls import ApiCall as ApiCall
from stripe_billing_cli.stripe_api.calls import Patience as Patience
from stripe_billing_cli.stripe_api.completion import complete, names_of
from stripe_billing_cli.stripe_api.expansion import check_expanded
from stripe_billing_cli.stripe_api.objects.account import Account
from stripe_billing_cli.stripe_api.objects.common import Kind
from stripe_billing_cli.stripe_api.pacing import LIVE, TEST, UNLIMITED, Pacer, RateLimits
from stripe_billing_cli.stripe_api.whole_lists import fill_items

if TYPE_CHECKING:
    import stripe

PAGE = 100
"""The most objects that a list gives at once (https://docs.stripe.com/api/pagination)."""

Params = Mapping[str, Any]
Body = TypeVar("Body")


@dataclass(frozen=True)
class Answer(Generic[Body]):
    """An answer of Stripe's. `is_replay`: Stripe remembered the idempotency key and repeated an earlier answer; it may
    be out of date."""

    body: Body
    request_id: str | None
    is_replay: bool


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
    def get(self, path: str, params: Params | None = None) -> object: ...

    @overload
    def get(self, path: str, params: Params | None = None, *, kind: type[Kind]) -> Kind: ...

    def get(self, path: str, params: Params | None = None, *, kind: Any = None) -> Any:
        return self._call("get", path, params, None, kinds=names_of(kind)).body

    @overload
    def post(self, path: str, params: Params, idempotency_key: str | None = None) -> Answer[object]: ...

    @overload
    def post(
        self, path: str, params: Params, idempotency_key: str | None = None, *, kind: type[Kind]
    ) -> Answer[Kind]: ...

    def post(self, path: str, params: Params, idempotency_key: str | None = None, *, kind: Any = None) -> Answer[Any]:
        """Send a write. Without a key the SDK makes one up, which covers the retries of this one call."""
        return self._call("post", path, params, idempotency_key, kinds=names_of(kind))

    @overload
    def delete(self, path: str, params: Params | None = None) -> object: ...

    @overload
    def delete(self, path: str, params: Params | None = None, *, kind: type[Kind]) -> Kind: ...

    def delete(self, path: str, params: Params | None = None, *, kind: Any = None) -> Any:
        """Delete an object; Stripe takes no idempotency key here, and answers a repeated call that there is nothing
        left (404)."""
        return self._call("delete", path, params, None, kinds=names_of(kind)).body

    @overload
    def page(self, path: str, params: Params) -> tuple[list[object], bool]: ...

    @overload
    def page(self, path: str, params: Params, *, kind: type[Kind]) -> tuple[list[Kind], bool]: ...

    def page(self, path: str, params: Params, *, kind: Any = None) -> tuple[list[Any], bool]:
        """Return one page of a list, newest first, and whether there are more."""
        list_params = {"limit": PAGE, **params}
        answer = self._call("get", path, list_params, None, kinds=("list",), element_kinds=names_of(kind)).body
        return answer["data"], answer["has_more"]

    @overload
    def pages(self, path: str, params: Params) -> Iterator[list[object]]: ...

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
        kinds: Collection[str] = (),
        element_kinds: Collection[str] = (),
    ) -> Answer[Any]:
        import stripe

        from stripe_billing_cli.stripe_api.error_translation import billing_error, is_replayed

        options = {"idempotency_key": idempotency_key} if idempotency_key else {}
        try:
            response = self._client.raw_request(method, path, **dict(params or {}), **options)
        except stripe.StripeError as error:
            raise billing_error(error, self._base) from error
        except LocalStripeError as error:
            raise errors.LocalStripeFileError(error.message, error.hint) from error
        check_expanded(response.data, params or {}, response.request_id)
        body = complete(response.data, response.request_id, kinds=kinds, element_kinds=element_kinds)
        fill_items(body, params or {}, self.pages)
        return Answer(
            body=body,
            request_id=response.request_id,
            is_replay=is_replayed(response.headers),
        )


def limits_for(*, livemode: bool, base: str, rate_limit: int | None = None) -> RateLimits:
    """Return the calls that a key may make in a second; `rate_limit` is the account's own, where Stripe has set
    another.

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
    import stripe

    livemode = "_live_" in key
    transport: stripe.HTTPClient = stripe.RequestsClient(timeout=(10, 80))
    stripe.ca_bundle_path = trusted_certificates(stripe.ca_bundle_path)
    pacer = Pacer(limits_for(livemode=livemode, base=base, rate_limit=rate_limit))
    return client_over(transport, key=key, base=base, pacer=pacer, trace=trace, patience=patience or Patience())


def trusted_certificates(usual: str) -> str:
    """Return the file of certificates that the environment names for this machine, whose proxy may open TLS.

    The SDK takes its own list, whatever these variables of requests and OpenSSL say.
    """
    paths = [os.environ.get(name) for name in ("REQUESTS_CA_BUNDLE", "SSL_CERT_FILE")]
    return next((path for path in paths if path and Path(path).exists()), usual)


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
    import stripe

    from stripe_billing_cli.stripe_api.paced_transport import PacedTransport

    stripe.enable_telemetry = False
    client = stripe.StripeClient(
        key,
        http_client=PacedTransport(transport, pacer, patience, trace),
        base_addresses={"api": base},
        max_network_retries=patience.retries,
    )
    return StripeApi(client, livemode="_live_" in key, base=base)
