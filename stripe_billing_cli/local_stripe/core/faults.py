"""Trouble on order: the Nth call fails, before or after it took effect, in one of the ways calls fail."""

from __future__ import annotations

import re
import threading
from collections.abc import Sequence
from dataclasses import dataclass

from stripe_billing_cli.local_stripe.core import authentication, idempotency, identifiers, limits
from stripe_billing_cli.local_stripe.core.errors import ApiError
from stripe_billing_cli.local_stripe.core.messages import API_VERSION, Answer, Request, operation_of

LOST_ANSWERS = ("drop", "half", "timeout")
"""No whole answer arrives."""
FALSE_ANSWERS = ("500", "409", "429", "401", "403", "html")
"""Another answer arrives than the call's own."""
HOWS = (*FALSE_ANSWERS, *LOST_ANSWERS, "crash")
METHODS = ("GET", "POST", "DELETE")

GRAMMAR = re.compile(r"(?P<how>\w+) (?P<when>\w+) (?P<nth>\*|every|\d+)(?: x(?P<count>\d+))?(?: (?P<operation>.+))?")

PROXY_PAGE = """<!DOCTYPE html>
<html><head><title>Sign in to the network</title></head>
<body><h1>Sign in</h1><p>This network asks you to sign in before you can reach the internet.</p></body></html>
"""


@dataclass(frozen=True)
class Fault:
    """The call number `nth` among those that match, from 1, and `count - 1` after it; None is every one.

    `operation`: `POST /v1/prices`, `POST /v1/prices/{id}`, a path with an id, a path alone, or a method alone.
    "after": the call took effect, and Stripe's memory for idempotency keys has its answer; of a 500 after the
    effect, it has the 500, as Stripe's has.
    """

    nth: int | None = 1
    when: str = "before"
    how: str = "500"
    operation: str | None = None
    count: int = 1

    def __post_init__(self) -> None:
        if self.how not in HOWS:
            raise ValueError(f"{self.how!r} is not a way to fail; there are {', '.join(HOWS)}")
        if self.when not in ("before", "after"):
            raise ValueError(f"{self.when!r} should be before or after")
        if self.nth is not None and self.nth < 1:
            raise ValueError("calls are counted from 1")
        if self.operation is not None and not re.fullmatch(r"(\w+ )?/\S+|\w+", self.operation):
            raise ValueError(f"{self.operation!r} is not an operation like 'POST /v1/prices'")
        if self.operation is not None and _method(self.operation) not in (None, *METHODS):
            raise ValueError(f"{self.operation!r} does not begin with {', '.join(METHODS)} or a path")

    @classmethod
    def parse(cls, text: str) -> Fault:
        """Return the fault of `HOW WHEN N [xCOUNT] [OPERATION]`, N being a number or `*`: `drop before 2 POST
        /v1/prices`.

        Raises ValueError with a message for people.
        """
        match = GRAMMAR.fullmatch(" ".join(text.split()))
        if match is None:
            raise ValueError(f"{text!r} is not of the form 'HOW before|after N [xCOUNT] [OPERATION]'")
        return cls(
            nth=int(match["nth"]) if match["nth"].isdigit() else None,
            when=match["when"],
            how=match["how"],
            operation=match["operation"],
            count=int(match["count"] or 1),
        )

    def matches(self, method: str, path: str) -> bool:
        if self.operation is None:
            return True
        own_method = _method(self.operation)
        own_path = self.operation[len(own_method or "") :].strip()
        template = operation_of(method, path).partition(" ")[2]
        if own_method not in (None, method.upper()):
            return False
        return not own_path or re.sub(r":\w+", "{id}", own_path) in (path, template)

    def strikes(self, number: int) -> bool:
        """Return whether the matching call of this number is to fail."""
        return self.nth is None or self.nth <= number < self.nth + self.count


def _method(operation: str) -> str | None:
    first = operation.split(" ")[0]
    return None if first.startswith("/") else first.upper()


class Faults:
    """The faults that were ordered, with their counters. May be shared by threads."""

    def __init__(self, faults: Sequence[Fault] = ()) -> None:
        self._faults = list(faults)
        self._counts = [0] * len(faults)
        self._lock = threading.Lock()

    def order(self, fault: Fault) -> None:
        """Let a fault count calls from now on."""
        with self._lock:
            self._faults.append(fault)
            self._counts.append(0)

    def next(self, method: str, path: str) -> Fault | None:
        """Count a call, and return the fault that it is to suffer; None for none."""
        with self._lock:
            first_fault = None
            for index, fault in enumerate(self._faults):
                if not fault.matches(method, path):
                    continue
                self._counts[index] += 1
                if first_fault is None and fault.strikes(self._counts[index]):
                    first_fault = fault
            return first_fault


def false_answer(how: str, request: Request, account: str) -> Answer:
    """Return the answer that comes instead; `how` is one of `FALSE_ANSWERS`."""
    if how == "html":
        return Answer(200, PROXY_PAGE, {"Content-Type": "text/html; charset=utf-8"})
    request_id = identifiers.request_id()
    error = _error(how, request, account, request_id)
    headers = {
        "Content-Type": "application/json",
        "Request-Id": request_id,
        "Stripe-Version": API_VERSION,
        **error.headers,
    }
    return Answer(error.status, error.body(request_id), headers)


def _error(how: str, request: Request, account: str, request_id: str) -> ApiError:
    key = authentication.key_of(request.headers) if how in ("401", "403") else ""
    match how:
        case "401":
            return authentication.expired_error(key)
        case "403":
            return authentication.forbidden_error(key, account, operation_of(request.method, request.path))
        case "409":
            return idempotency.key_in_use(request.headers.get("idempotency-key", request_id))
        case "429":
            return limits.too_many_requests(limits.GLOBAL)
    return ApiError(
        500,
        "Sorry! There was an error while talking to one of our backends. Support has been notified.",
        type="api_error",
    )


def first_half(body: str) -> str:
    """Return what arrives of an answer that breaks off."""
    return body[: len(body) // 2]
