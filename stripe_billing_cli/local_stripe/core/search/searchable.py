"""A resource that can be searched, by its declaration; and how far search lags behind.

With a lag, an object is found as it was so many seconds ago, which the account's events tell. What lives by a test
clock is left out, as it is in lists of everything.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from stripe_billing_cli.local_stripe.core import accounts
from stripe_billing_cli.local_stripe.core.documented_form import form
from stripe_billing_cli.local_stripe.core.errors import invalid
from stripe_billing_cli.local_stripe.core.forms import Raw
from stripe_billing_cli.local_stripe.core.lists import DEFAULT_LIMIT
from stripe_billing_cli.local_stripe.core.parameters import Integer, ParamType
from stripe_billing_cli.local_stripe.core.requests import Call, Route
from stripe_billing_cli.local_stripe.core.search import fields, query
from stripe_billing_cli.local_stripe.core.search.fields import SearchField
from stripe_billing_cli.local_stripe.core.search.query import Clause, Query
from stripe_billing_cli.local_stripe.core.store import Condition, Object

COUNT = "total_count"
METADATA = SearchField()
LONGEST_PAGE, MOST_RESULTS = 1000, 100
NUMBERS = "http://stripe.com/docs/search#query-fields-for-"


@dataclass(frozen=True)
class Limit(ParamType):
    """The size of a page: refused where a list's is brought into its bounds (crvouga/mockingbird's probe)."""

    def read(self, raw: Raw, name: str) -> int:
        limit = Integer(1).read(raw, name)
        if limit > MOST_RESULTS:
            message = f"This value must be less than or equal to {MOST_RESULTS} (it currently is '{limit}')."
            raise invalid(message, name, "parameter_invalid_integer")
        return limit


@dataclass(frozen=True)
class Searchable:
    """A list that can be searched: `path` is the address of the resource's list; `fields` are what queries may name
    beside metadata."""

    kind: str
    path: str
    fields: Mapping[str, SearchField]

    @property
    def route(self) -> Route:
        """Return the route of the call that searches."""
        address = f"{self.path}/search"
        params = form(f"GET {address}", {"limit": Limit()})
        return Route("GET", address, self.kind, params, self.search, lists=True, beside=(COUNT,))

    def search(self, call: Call) -> Object:
        """Return the page that `call` asks for, newest first."""
        search_query = query.parse(call.params["query"])
        for clause in search_query.clauses:
            fields.check(clause, self._field(clause).kind)
        results = [object for object in self._candidates(call, search_query) if self._fits(search_query, object)]
        start = _start(results, call.params.get("page"))
        limit = call.params.get("limit", DEFAULT_LIMIT)
        page = results[start : start + limit]
        has_more = start + limit < len(results)
        count = {COUNT: len(results)} if COUNT in call.params.get("expand", ()) else {}
        return {
            "object": "search_result",
            "data": [call.store.get(self.kind, object["id"]) or object for object in page],
            "has_more": has_more,
            "next_page": _cursor(page[-1]) if has_more else None,
            **count,
            "url": f"{self.path}/search",
        }

    def _field(self, clause: Clause) -> SearchField:
        """Return the field that a clause names. Raises Stripe's refusal of one that cannot be searched."""
        if clause.field == "metadata" and clause.key is not None:
            return METADATA
        field = self.fields.get(clause.field)
        if field is None or clause.key is not None:
            plural = self.path.rpartition("/")[2]
            raise invalid(
                f"Field `{clause.field}` is an unsupported search field for resource `{plural}`. "
                f"See {NUMBERS}{plural.replace('_', '-')} for a list of supported fields.",
                "query",
            )
        return field

    def _fits(self, search_query: Query, object: Object) -> bool:
        results = (self._is_true(clause, object) for clause in search_query.clauses)
        return any(results) if search_query.any else all(results)

    def _is_true(self, clause: Clause, object: Object) -> bool:
        field = self._field(clause)
        if clause.key is not None:
            value = (object.get("metadata") or {}).get(clause.key)
        else:
            value = field.value(object, clause.field)
        return fields.matches(clause, field.kind, value)

    def _candidates(self, call: Call, search_query: Query) -> Iterator[Object]:
        """Yield the objects among which are all that fit, as they were when search last looked."""
        lag = int(accounts.dashboard(call.store).get("search_lag", 0))
        conditions = [] if lag else [*self._letter_conditions(search_query)]
        conditions.append(Condition("json_extract(body, '$.test_clock') IS NULL"))
        conditions.append(Condition("json_extract(body, '$.deleted') IS NULL"))
        objects = call.store.select(self.kind, conditions, newest_first=True, limit=-1)
        yield from _earlier(call, self.kind, objects, call.real_now - lag) if lag else objects

    def _letter_conditions(self, search_query: Query) -> Iterator[Condition]:
        """Yield a condition for each clause whose letters the text of an object must have to fit."""
        for clause in () if search_query.any else search_query.clauses:
            field = self._field(clause)
            if clause.negated or clause.value is None or field.read or field.kind is fields.Kind.NUMERIC:
                continue
            letters = max(re.findall(r"[a-zA-Z0-9]+", clause.value), key=len, default="")
            if clause.operator in (":", "~") and letters:
                yield Condition("body LIKE ?", (f"%{letters}%",))


def _earlier(call: Call, kind: str, objects: list[Object], until: int) -> Iterator[Object]:
    """Yield the objects as they were at a moment, without those that were made since."""
    newer_events = call.store.select("event", [Condition("created > ?", (until,))], newest_first=True, limit=-1)
    changes: dict[str, list[Object]] = {}
    for event in newer_events:
        if event["data"]["object"]["object"] == kind:
            changes.setdefault(event["data"]["object"]["id"], []).append(event)
    for object in objects:
        before: Object | None = object
        for event in changes.get(object["id"], ()):
            if event["type"].endswith(".created"):
                before = None
            elif before is not None:
                before = _undo(before, event["data"].get("previous_attributes") or {})
        if before is not None:
            yield before


def _undo(after: Object, previous: Mapping[str, Any]) -> Object:
    before = dict(after)
    for name, value in previous.items():
        current = after.get(name)
        before[name] = _undo(current, value) if isinstance(current, dict) and isinstance(value, dict) else value
    return before


def _cursor(last: Object) -> str:
    return base64.urlsafe_b64encode(last["id"].encode()).decode()


def _start(objects: list[Object], page: str | None) -> int:
    """Return where a page begins: after the object that its cursor names."""
    if page is None:
        return 0
    try:
        id = base64.urlsafe_b64decode(page).decode()
    except (binascii.Error, ValueError):
        id = ""
    places = [place for place, object in enumerate(objects) if object["id"] == id]
    if not places:
        text = page if len(page) <= LONGEST_PAGE else f"{page[:100]}...{page[-100:]}"
        raise invalid(f"{text} is an invalid page.", page)
    return places[0] + 1
