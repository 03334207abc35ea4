"""What a resource is handed for a call, and how it declares the calls that it answers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from stripe_billing_cli.local_stripe.core.parameters import ObjectParam, Params
from stripe_billing_cli.local_stripe.core.store import Object, Store


@dataclass(frozen=True)
class Call:
    """A call whose parameters are in order. `id` is the one in the path, "" where there is none, and
    `second_id` the one after it: of what belongs to the first.

    `now` is in Unix seconds: the test clock's, once the call turns to an object that lives by one; `real_now` is the
    time of everything else, events among them. What happens by itself, as time passes, has no `request_id`. Runs
    inside a transaction of `store`.
    """

    store: Store
    params: Params
    id: str
    now: int
    account: Object
    request_id: str | None
    idempotency_key: str | None
    real_now: int
    second_id: str = ""


def accept(params: Params) -> None:
    """No rules about parameters in combination."""


@dataclass(frozen=True)
class Route:
    """`path` has `{id}` where an id stands; `act` returns one object, or a list if `lists`.

    `check` holds the rules about parameters in combination, which Stripe applies before it executes;
    `act` raises what only the state can tell. `kind` is what is answered.
    """

    method: str
    path: str
    kind: str
    form: ObjectParam
    act: Callable[[Call], Object]
    check: Callable[[Params], None] = accept
    lists: bool = False
