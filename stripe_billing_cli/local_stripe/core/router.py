"""From a call to its answer: authentication, route, parameters, idempotency, the resource, expansion."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from stripe_billing_cli.local_stripe.core import (
    accounts,
    answers,
    authentication,
    documented,
    events,
    expansion,
    forms,
    idempotency,
    identifiers,
    older_parameters,
    parameter_reading,
    parameters,
    publishable_keys,
    route_matching,
    scheduler,
)
from stripe_billing_cli.local_stripe.core.account_files import store_of
from stripe_billing_cli.local_stripe.core.connected_accounts import ConnectedAccounts
from stripe_billing_cli.local_stripe.core.errors import ApiError, invalid, invalid_version, not_here
from stripe_billing_cli.local_stripe.core.messages import API_VERSION, Answer, Request
from stripe_billing_cli.local_stripe.core.requests import Call, Route, ServedApi
from stripe_billing_cli.local_stripe.core.route_matching import RouteMatch
from stripe_billing_cli.local_stripe.core.store import Object, Platform, Store, as_json

VERSION = re.compile(r"20\d\d-\d\d-\d\d(\.[a-z_]+)?(; *\w+=v\d+)*")

OF_ACCOUNT = ("stripe-account", "stripe-context")
"""The headers that name the account for which a call is made."""
FORM_TYPES = ("", "application/x-www-form-urlencoded")


@dataclass(frozen=True)
class PreparedCall:
    """A call that may be executed."""

    params: parameters.Params
    tree: expansion.ExpandTree
    access: publishable_keys.Access


def api_failure(request_id: str) -> ApiError:
    """Return Stripe's 500, which asks not to be called again: the same key would bring back the same answer."""
    return ApiError(
        500,
        "An unknown error occurred. If you have any questions, we can help at https://support.stripe.com/. "
        f"Please include the request ID {request_id}.",
        type="api_error",
        headers={"Stripe-Should-Retry": "false"},
    )


class Router:
    """A router of all calls on one store. May be shared by threads. `clock` gives Unix seconds.

    `strict_version`: a call that asks for another version than the one answered is refused. The account of
    this store is its own, or one that is connected to that of its platform. `stores_ahead`: the stores of connected
    accounts are opened and closed by `do_piece`, between calls.
    """

    def __init__(
        self,
        store: Store,
        clock: Callable[[], float],
        api: ServedApi,
        *,
        strict_version: bool = False,
        stores_ahead: bool = False,
    ) -> None:
        self.store = store
        self._api = api
        self._strict_version = strict_version
        self._clock = clock
        self._keys = idempotency.KeysInUse()
        self.connected_accounts = ConnectedAccounts(store, self._router_of_connected, ahead=stores_ahead)
        store.account_id = self.connected_accounts.account_id
        self._due_in_closed: dict[str, int] = {}
        """When the next job is due in stores of connected accounts that are closed."""

    def _router_of_connected(self, path: Path, account: str) -> Router:
        store = Store(path, Platform(self.store, account))
        return Router(store, self._clock, self._api, strict_version=self._strict_version)

    def reset(self, account: str | None = None) -> str:
        """Empty the store of a connected account, or of the own one, from which no account is disconnected; return
        which account."""
        own = self._own_id
        if account in (None, own):
            with self.store.reading():
                all_accounts = self.store.select("account", [], newest_first=False, limit=1_000_000)
            self.store.empty(but=own)
            self.store.insert_many("account", [other for other in all_accounts if other["id"] != own])
            return own
        assert account is not None
        accounts.find_connected(self.store, account)
        self.connected_accounts.forget(account)
        return account

    def close(self) -> None:
        self.connected_accounts.close()
        self.store.close()

    def answer(self, request: Request, *, fails: bool = False, account: Object | None = None) -> Answer:
        """Carry out a call. Raises only `LocalStripeError`.

        `fails`: the call takes effect and is answered with a 500, which the idempotency key remembers. `account`:
        this store's, where it is at hand.
        """
        other = self._connected_account(request)
        if other is not None:
            with self.connected_accounts.open(other["id"]) as router:
                answer = router.answer(_of_own_account(request), fails=fails, account=other)
            return replace(answer, headers={**answer.headers, "Stripe-Account": other["id"]})
        request_id = identifiers.request_id()
        headers = {
            "Content-Type": "application/json",
            "Request-Id": request_id,
            "Stripe-Version": API_VERSION,
            **_warning(request.headers.get("stripe-version")),
        }
        try:
            key = idempotency.checked_key(request.headers.get("idempotency-key"))
            status, body, extra = self._answer_request(request, request_id, key, fails, account)
        except ApiError as error:
            status, body, extra = error.status, error.body(request_id), dict(error.headers)
        return Answer(status, body, {**headers, **extra})

    def account(self) -> Object:
        """Return the account of this store."""
        platform = self.store.platform
        if platform is None:
            return accounts.ensure(self.store, int(self._clock()))
        return accounts.find_connected(platform.store, platform.account)

    @cached_property
    def _own_id(self) -> str:
        """Return the id of the account of this store, which is its own as long as the file is."""
        return str(self.account()["id"])

    def _connected_account(self, request: Request) -> Object | None:
        """Return the account for which a call is made with the key of the platform, if there is such a one."""
        if self.store.platform is not None:
            return None
        for name in OF_ACCOUNT:
            other = request.headers.get(name)
            if other and other != self._own_id:
                with self.store.reading_once():
                    return self.store.get("account", other)
        return None

    def do_piece(self) -> None:
        """Do a piece of what calls left to be done after their answers."""
        self.connected_accounts.do_piece()

    def let_time_pass(self) -> None:
        """Bring about what is due, without a call: what a server does while nobody calls it."""
        self._let_time_pass(int(self._clock()), None)
        for account in self.connected_accounts.idle():
            with suppress(ApiError), self.connected_accounts.open(account) as router:  # one that is deleted meanwhile
                router.let_time_pass()
        self._let_time_pass_in_closed()

    def _let_time_pass_in_closed(self) -> None:
        """Open the stores of those connected accounts in which something is due, and bring that about."""
        for account in self.connected_accounts.take_closed():
            due = scheduler.first_due_in(store_of(self.store.path, account))
            if due is not None:
                self._due_in_closed[account] = due
        for account in [account for account, due in self._due_in_closed.items() if due <= self._clock()]:
            del self._due_in_closed[account]
            with suppress(ApiError), self.connected_accounts.open(account) as router:
                router.let_time_pass()

    def _answer_request(
        self, request: Request, request_id: str, key: str | None, fails: bool, account: Object | None
    ) -> tuple[int, str, dict[str, str]]:
        api_key = authentication.key_of(request.headers)
        self._check_headers(request)
        match = route_matching.match(self._api, request.method.upper(), request.path)
        now = int(self._clock())
        if match.route.method == "GET":
            self._let_time_pass(now, request_id)
            prepared_call = _prepare(self._api, match.route, self._fields(request), api_key)
            account = account or self.account()
            with self.store.reading():
                file = match.route.file
                extra = {"Content-Type": file.media_type} if file else {}
                return 200, self._execute(match, prepared_call, now, account, request_id, None), extra
        if match.route.method == "DELETE":
            key = None
        before = self._account_of(match)
        with self._keys.claim(key):
            response = self._write(match, request, request_id, key, now, fails, api_key, account)
        if match.route.kind == "account" and response[0] == 200:
            self._after_accounts_changed(match, before, now, request_id)
        return response

    def _account_of(self, match: RouteMatch) -> Object | None:
        """Return the account that a call is about to change."""
        if match.route.kind != "account" or not match.ids:
            return None
        with self.store.reading_once():
            return self.store.get("account", match.ids[0])

    def _after_accounts_changed(self, match: RouteMatch, before: Object | None, now: int, request_id: str) -> None:
        if match.route.method == "DELETE":
            self.connected_accounts.forget(match.ids[0])
        elif before is None:
            self.connected_accounts.open_next(now)
        else:
            with self.connected_accounts.open(before["id"]) as router:
                router._announce_change(before, now, request_id)

    def _announce_change(self, before: Object, now: int, request_id: str) -> None:
        """Record in the account's own store, once the platform's is written, that the account has changed."""
        account = self.account()
        with self._writing_at(now, request_id):
            if events.differ(before, account):
                call = Call(self.store, {}, "", now, account, request_id, None, now, self._api)
                events.record(call, "account.updated", account, before)

    def _let_time_pass(self, now: int, request_id: str | None) -> None:
        """Let what was due since the last call happen before this one, as if it had happened at its time."""
        with self.store.reading_once():
            due = scheduler.due_clocks(self.store, now)
        if due:
            account = self.account()
            with self.store.writing():
                call = Call(self.store, {}, "", now, account, request_id, None, now, self._api)
                for clock in due:
                    scheduler.catch_up(call, clock, now)

    @contextmanager
    def _writing_at(self, now: int, request_id: str) -> Iterator[None]:
        """Begin to write, after what was due: nearly always nothing is, which is seen in the same transaction."""
        with self.store.writing():
            if not scheduler.due_clocks(self.store, now):
                yield
                return
        self._let_time_pass(now, request_id)
        with self.store.writing():
            yield

    def _check_headers(self, request: Request) -> None:
        for name in OF_ACCOUNT:
            other = request.headers.get(name)
            if other and other != self._own_id:
                raise accounts.not_reachable(other)
        version = request.headers.get("stripe-version")
        if version and not VERSION.fullmatch(version):
            raise invalid_version(version)
        if version and self._strict_version and version != API_VERSION:
            raise not_here(f"the API version {version}", reason=f"it answers as {API_VERSION} does")

    def _fields(self, request: Request) -> dict[str, forms.Raw]:
        """Return the parameters as they were sent, in the query and in the body, in today's words."""
        kind = request.headers.get("content-type", "").split(";")[0].strip().lower()
        if request.body and kind not in FORM_TYPES:
            raise invalid(
                "Invalid request (check that your POST content type is application/x-www-form-urlencoded). If you have "
                "any questions, we can help at https://support.stripe.com/."
            )
        fields = forms.decode(request.query, request.body)
        version, method = request.headers.get("stripe-version"), request.method.upper()
        return older_parameters.in_today_s_words(method, request.path, version, fields, self._interval_of)

    def _interval_of(self, price: str) -> older_parameters.Interval | None:
        """Return how often a price is billed; None where it is not there, or billed once."""
        with self.store.reading():
            price_object = self.store.get("price", price)
        recurring = price_object and price_object["recurring"]
        return (recurring["interval"], recurring["interval_count"]) if recurring else None

    def _write(
        self,
        match: RouteMatch,
        request: Request,
        request_id: str,
        key: str | None,
        now: int,
        fails: bool,
        api_key: str,
        account: Object | None,
    ) -> tuple[int, str, dict[str, str]]:
        account = account or self.account()
        fields = self._fields(request)
        fingerprint = idempotency.fingerprint(request.method.upper(), fields) if key else ""
        named_key = key or (idempotency.make_up_key() if match.route.method == "POST" else None)
        with self._writing_at(now, request_id):
            if key and (first := idempotency.recall(self.store, key, request.path, fingerprint, now)):
                return first.status, first.body, idempotency.make_replay_headers(key, first)
            last_job = scheduler.last(self.store, scheduler.SOON)
            status, body, extra, has_begun = 200, "", dict[str, str](), False
            try:
                with self.store.attempt():
                    prepared_call = _prepare(self._api, match.route, fields, api_key)
                    has_begun = True
                    try:
                        body = self._execute(match, prepared_call, now, account, request_id, named_key)
                    except ApiError as error:
                        if not error.keeps:
                            raise
                        status, body, extra = error.status, error.body(request_id), dict(error.headers)
                    if fails:
                        failure = api_failure(request_id)
                        status, body, extra = failure.status, failure.body(request_id), dict(failure.headers)
            except ApiError as error:
                status, body, extra = error.status, error.body(request_id), dict(error.headers)
                has_begun = has_begun and not error.refuses_parameters
            if last_job:
                scheduler.finish(Call(self.store, {}, "", now, account, request_id, None, now, self._api), last_job)
            if key and has_begun:
                answer = idempotency.StoredAnswer(request_id, status, body)
                idempotency.remember(self.store, key, request.path, fingerprint, now, answer)
            if named_key:
                extra |= idempotency.make_headers(named_key, request_id, is_remembered=has_begun)
            return status, body, extra

    def _execute(
        self,
        match: RouteMatch,
        prepared_call: PreparedCall,
        now: int,
        account: Object,
        request_id: str,
        key: str | None,
    ) -> str:
        route = match.route
        id, second_id = (*match.ids, "", "")[:2]
        call = Call(self.store, prepared_call.params, id, now, account, request_id, key, now, self._api, second_id)
        prepared_call.access.check(self.store, route, id)
        result = route.act(call)
        if route.file is not None:
            return route.file.write(call, result)
        if route.lists:
            inner = prepared_call.tree.get("data", expansion.NONE)
            answer_objects = [
                answers.as_answered(self.store, _kind(route, object), object, inner) for object in result["data"]
            ]
            return _text({**result, "data": answer_objects})
        kind = _kind(route, result)
        if kind == result["object"] and result.get("id") in self.store.last_shown and not prepared_call.tree:
            answer = answers.as_recorded(self.store, kind, result).answer
        else:
            answer = answers.as_answered(self.store, kind, result, prepared_call.tree)
        return _text(prepared_call.access.visible(answer))


def _text(answer: Object) -> str:
    """Return an answer as JSON in ASCII alone, in which nothing steers a terminal."""
    text = as_json(answer)
    return text if text.isascii() else json.dumps(answer)


def _warning(version: str | None) -> dict[str, str]:
    """Return the header that warns a caller whose version is not the one answered
    (https://www.rfc-editor.org/rfc/rfc7234#section-5.5)."""
    requested_version = version.split(";")[0] if version and VERSION.fullmatch(version) else API_VERSION
    if requested_version == API_VERSION:
        return {}
    return {"Warning": f'299 - "Answered as {API_VERSION}, and not as {requested_version}"'}


def _of_own_account(request: Request) -> Request:
    headers = {name: value for name, value in request.headers.items() if name not in OF_ACCOUNT}
    return replace(request, headers=headers)


def _prepare(api: ServedApi, route: Route, fields: dict[str, forms.Raw], api_key: str) -> PreparedCall:
    """Read a call, and raise what Stripe refuses before it executes: an idempotency key does not remember it."""
    access, fields = publishable_keys.access(api_key, route, fields)
    params = parameter_reading.read(route.form, fields, lambda: documented.operation(route.method, route.path))
    paths = [path for path in params.get("expand", ()) if path not in route.beside]
    tree = expansion.parse(route.kind, paths, api.expansions, of_list=route.lists)
    publishable_keys.check_expansion(access, tree)
    route.check(params)
    return PreparedCall(params, tree, access)


def _kind(route: Route, object: Object) -> str:
    """Return the kind of an object that a route answers; of several that it may answer, the object's own."""
    return str(object["object"]) if " " in route.kind else route.kind
