"""Lookup of objects by what a user names them: an id, an email, a lookup key; and what is wrong with a name that leads
nowhere.

Each `find_…` reads from Stripe and gives the object, or raises a `LookupFailedError` that says which of these it is:
of the wrong kind (seen before any call), of the other mode, not there, deleted, archived, or one of several.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches
from typing import Any
from urllib.parse import quote

from stripe_billing_cli.errors import FAILED, WRONG, BillingError
from stripe_billing_cli.stripe_api.client import StripeApi
from stripe_billing_cli.stripe_api.completion import names_of
from stripe_billing_cli.stripe_api.errors import (
    InvalidRequestError,
    NotFoundError,
    PermissionMissingError,
    StripeCallError,
    UnsupportedCallError,
    without_secrets,
)
from stripe_billing_cli.stripe_api.ids import ID, kind_if_id, kind_of
from stripe_billing_cli.stripe_api.objects.catalog import Price
from stripe_billing_cli.stripe_api.objects.common import Kind, SearchResult
from stripe_billing_cli.stripe_api.objects.customers import Customer, CustomerEmail
from stripe_billing_cli.stripe_api.objects.invoices import InvoicedSubscription
from stripe_billing_cli.stripe_api.objects.payments import PaymentIntent
from stripe_billing_cli.stripe_api.objects.subscriptions import Subscription
from stripe_billing_cli.stripe_api.objects.various import TestClock
from stripe_billing_cli.stripe_api.references import name_of
from stripe_billing_cli.stripe_api.threads import results_of, side_by_side

INVOICE_NUMBER = re.compile(r"[A-Z0-9]+(?:-[A-Z0-9]+)*-[0-9]{4,}")
"""ABC12345-0001: the prefix of a customer or of the account, and a number of four digits or more."""
OTHER_MODE = re.compile(r"a similar object exists in (live|test) mode")
ENDED = frozenset({"canceled", "incomplete_expired"})
"""The statuses that a subscription never leaves (https://docs.stripe.com/billing/subscriptions/overview)."""
NOUNS: Mapping[Any, str] = {TestClock: "test clock", PaymentIntent: "payment"}
"""What messages call an object otherwise than Stripe's `object` says."""
LISTED = 10
"""So many candidates are listed where a name fits several."""
AT_ONCE = 8
AFTER_COLON = "after the colon of PRICE:QUANTITY comes a whole number"


class LookupFailedError(BillingError):
    """A name that does not lead to the one object that is meant."""

    kind = "reference"
    exit_code = FAILED

    def __init__(self, message: str, hint: str | None = None, *, request_id: str | None = None) -> None:
        super().__init__(self.kind, without_secrets(message), hint, self.exit_code, request_id=request_id)


class WrongKindError(LookupFailedError):
    """An id of another kind of object, or no id at all. Known without asking Stripe."""

    kind = "wrong_kind"
    exit_code = WRONG


class NoMatchError(LookupFailedError):
    kind = "not_found"


class WrongModeError(LookupFailedError):
    """A test id with a live key, or a live id with a test key."""

    kind = "wrong_mode"


class DeletedError(LookupFailedError):
    kind = "deleted"


class ArchivedError(LookupFailedError):
    kind = "archived"


class AmbiguousError(LookupFailedError):
    """The error of a name that fits several objects."""

    kind = "ambiguous"


def has_ended(subscription: Subscription | InvoicedSubscription) -> bool:
    return subscription["status"] in ENDED


def check_customer_name(name: str) -> None:
    """Refuse what can be no customer's id or email."""
    may_be_id = kind_of(name) in ("a customer", None) and ID.fullmatch(name)
    if name != name.strip() or not ("@" in name or may_be_id):
        raise _wrong_kind(name, "a customer", "cus_… or an email")


def check_price_name(name: str) -> None:
    """Refuse what can be no price's id or lookup key. An id has no colon, a lookup key may have one."""
    if kind_if_id(name) not in ("a price", None):
        raise _wrong_kind(name, "a price", "price_… or a lookup key")
    if kind_if_id(name) and not ID.fullmatch(name):
        raise WrongKindError(
            f"{name!r} is no price's id", AFTER_COLON if ":" in name else "give price_… or a lookup key"
        )


def check_id(name: str, kind: str, form: str) -> None:
    """Refuse what is no id of `kind` ("an invoice"), and say its `form`: `in_…`."""
    if kind_of(name) != kind or not ID.fullmatch(name):
        raise _wrong_kind(name, kind, form)


def invoice_id(api: StripeApi, name: str, form: str = "in_…") -> str:
    """Return the id of the invoice with this id or number. Raises `LookupFailedError`, `StripeCallError`.

    Stripe finds a number only by its search, which knows a new invoice after a minute
    (https://docs.stripe.com/search#data-freshness). A number is unique in an account, or for each customer.
    """
    if not INVOICE_NUMBER.fullmatch(name):
        customer = name if "@" in name or name.startswith("cus_") else "…"
        hint = f"{form}, or its number; billing invoice list --customer {customer} has them"
        check_id(name, "an invoice", hint)
        return name
    invoices = api.get("/v1/invoices/search", {"query": f'number:"{name}"', "limit": LISTED}, kind=SearchResult)["data"]
    if not invoices:
        hint = "the newest, and those on a test clock, go by their ids: billing invoice list --customer … has them"
        raise NoMatchError(f"no invoice has the number {name}", hint)
    if len(invoices) > 1:
        raise AmbiguousError(
            f"more than one invoice has the number {name}: {list_names([invoice['id'] for invoice in invoices])}",
            "name the one by its id",
        )
    return str(invoices[0]["id"])


def find_customer(api: StripeApi, name: str, *, expand: Sequence[str] = ()) -> Customer:
    """Return the customer with this id or email. Raises `LookupFailedError`, `StripeCallError`."""
    check_customer_name(name)
    if "@" in name:
        return _customer_with_email(api, name, expand)
    customer = retrieve(api, Customer, f"/v1/customers/{quote(name)}", name, expand=expand)
    if customer.get("deleted"):
        raise DeletedError(f"the customer {name} was deleted", "its subscriptions were canceled with it")
    return customer


def customers_with_email(api: StripeApi, email: str, *, expand: Sequence[str] = ()) -> list[Customer]:
    """Return all customers with exactly this email, newest first. Stripe compares letter by letter, capitals too.

    Stripe lists a test clock's customers only when asked for that clock's; so in test mode, where nobody else has
    the email, the clocks are asked one by one (https://docs.stripe.com/api/customers/list).
    """
    params = {"email": email, **_expansion(expand, "data.")}
    customers_found, _ = api.page("/v1/customers", params, kind=Customer)
    if customers_found or api.livemode:
        return customers_found
    clocks = _clocks(api)
    if not clocks:
        return []

    def on_clock(clock: str) -> list[Customer]:
        try:
            return api.page("/v1/customers", {**params, "test_clock": clock}, kind=Customer)[0]
        except NotFoundError:  # deleted since the clocks were listed, and its customers with it
            return []

    with side_by_side(AT_ONCE) as pool:
        pages = results_of([pool.submit(on_clock, clock) for clock in clocks])
    return [customer for page in pages for customer in page]


def _clocks(api: StripeApi) -> list[str]:
    """Return the ids of the account's test clocks; none where the key may not see them, or the server has none."""
    try:
        return [clock["id"] for page in api.pages("/v1/test_helpers/test_clocks", {}, kind=TestClock) for clock in page]
    except (PermissionMissingError, UnsupportedCallError):
        return []


def customers_by_email(api: StripeApi, email: str, *, expand: Sequence[str] = ()) -> list[Customer]:
    """Return all customers with this email as it is typed, and in lower case, as most are stored."""
    by_id: dict[str, Customer] = {}
    for form in dict.fromkeys([email, email.lower()]):
        by_id |= {one["id"]: one for one in customers_with_email(api, form, expand=expand)}
    return list(by_id.values())


def similar_customers(api: StripeApi, email: str) -> list[CustomerEmail]:
    """Return the customers with this email in whatever capitals, as far as Stripe's search knows: it lags behind, is
    not there for every account, and does not look on test clocks, so this is a hint at most
    (https://docs.stripe.com/search)."""
    escaped_email = email.replace("\\", "\\\\").replace('"', '\\"')
    try:
        params = {"query": f'email:"{escaped_email}"', "limit": LISTED}
        customers: list[CustomerEmail] = api.get("/v1/customers/search", params, kind=SearchResult)["data"]
    except StripeCallError:
        return []
    return [customer for customer in customers if (customer.get("email") or "").lower() == email.lower()]


def _customer_with_email(api: StripeApi, email: str, expand: Sequence[str]) -> Customer:
    customers = customers_by_email(api, email, expand=expand)
    if not customers:
        similar = [with_email(customer) for customer in similar_customers(api, email)]
        raise NoMatchError(
            f"no customer has the email {email}" + (f"; there is {list_names(similar)}" if similar else ""),
            "name it by its id" if similar else f"billing customer create --email {email}",
        )
    if len(customers) > 1:
        names = [with_email(customer) if customer["email"] != email else customer["id"] for customer in customers]
        raise AmbiguousError(
            f"{len(customers)} customers have the email {email}: {list_names(names)}", "name the one by its id"
        )
    return customers[0]


def with_email(customer: CustomerEmail) -> str:
    """Return a customer with its email: `cus_NffrFeUfNV2Hib (Ada@example.com)`."""
    return f"{customer['id']} ({customer['email']})"


def find_price(api: StripeApi, name: str, *, archived_too: bool = False, expand: Sequence[str] = ()) -> Price:
    """Return the price with this id or lookup key. Raises `LookupFailedError`, `StripeCallError`."""
    check_price_name(name)
    if kind_if_id(name) == "a price":
        price = retrieve(api, Price, f"/v1/prices/{quote(name)}", name, expand=expand)
    else:
        price = _price_with_lookup_key(api, name, expand)
    if not (price["active"] or archived_too):
        raise ArchivedError(
            f"the price {name} is archived: no subscription can be put on it any more", _instead(api, price)
        )
    return price


def _price_with_lookup_key(api: StripeApi, key: str, expand: Sequence[str]) -> Price:
    matches, _ = api.page("/v1/prices", {"lookup_keys": [key], **_expansion(expand, "data.")}, kind=Price)
    if matches:
        return matches[0]
    prices = _prices_of_product(api, key)
    if prices:
        raise NoMatchError(
            f"{key} is a product, and a price is needed: {list_names([name_of(price) for price in prices])}",
            "name one of its prices, by its lookup key or id",
        )
    lookup_keys = [
        str(price["lookup_key"]) for price in api.page("/v1/prices", {"active": True, "limit": 100}, kind=Price)[0]
    ]
    hint = AFTER_COLON if ":" in key else did_you_mean(key, lookup_keys)
    hint = hint or "`billing catalog plan` shows the keys of catalog.yaml"
    raise NoMatchError(f"no price has the lookup key {key}", hint)


def did_you_mean(name: str, names: Iterable[str]) -> str | None:
    """Return a hint at what is written most like a name that leads nowhere; None where nothing is."""
    similar_names = get_close_matches(name, list(names), n=1)
    return f"did you mean {similar_names[0]}?" if similar_names else None


def _prices_of_product(api: StripeApi, product: str) -> list[Price]:
    try:
        return api.page("/v1/prices", {"product": product, "active": True}, kind=Price)[0]
    except InvalidRequestError:
        return []


def _instead(api: StripeApi, price: Price) -> str | None:
    product = price["product"] if isinstance(price["product"], str) else price["product"]["id"]
    others = [name_of(other) for other in _prices_of_product(api, product)]
    return f"its product {product} has: {list_names(others)}" if others else None


def find_subscription(api: StripeApi, name: str, *, expand: Sequence[str] = ()) -> Subscription:
    """Return the subscription with this id, or the one of the customer with this id or email.

    Of several subscriptions of a customer, the only one that has not ended is meant; where all have ended, the only
    one there is. Raises `LookupFailedError`, `StripeCallError`.
    """
    kind = kind_of(name)
    if kind == "a subscription" and ID.fullmatch(name):
        return retrieve(api, Subscription, f"/v1/subscriptions/{quote(name)}", name, expand=expand)
    if kind != "a customer" and "@" not in name:
        raise _wrong_kind(name, "a subscription", "sub_…, or its customer's id or email")
    customer = find_customer(api, name)
    return _only_subscription(subscriptions_of(api, customer["id"], expand=expand), name)


def subscriptions_of(api: StripeApi, customer: str, *, expand: Sequence[str] = ()) -> list[Subscription]:
    """Return all subscriptions of a customer, ended ones too, newest first."""
    params = {"customer": customer, "status": "all", **_expansion(expand, "data.")}
    return [subscription for page in api.pages("/v1/subscriptions", params, kind=Subscription) for subscription in page]


def _only_subscription(subscriptions: list[Subscription], name: str) -> Subscription:
    if not subscriptions:
        raise NoMatchError(
            f"the customer {name} has no subscription", f"billing sub create --customer {name} --price …"
        )
    going_on = [subscription for subscription in subscriptions if not has_ended(subscription)]
    candidates = going_on or subscriptions
    if len(candidates) > 1:
        names = list_names([f"{subscription['id']} ({subscription['status']})" for subscription in candidates])
        raise AmbiguousError(
            f"the customer {name} has {len(candidates)} subscriptions: {names}", "name the one by its id"
        )
    return candidates[0]


def retrieve(api: StripeApi, kind: type[Kind], path: str, name: str, *, expand: Sequence[str] = ()) -> Kind:
    """Return one object by its id. Raises `NoMatchError`, `WrongModeError`, `StripeCallError`."""
    try:
        return api.get(path, _expansion(expand, ""), kind=kind)
    except NotFoundError as error:
        raise _explain_missing(error, NOUNS.get(kind) or names_of(kind)[0].replace("_", " "), name) from error


def _explain_missing(error: NotFoundError, kind: str, name: str) -> LookupFailedError:
    """Return the error for a missing object; Stripe's message for an id of the other mode names that mode
    (https://docs.stripe.com/error-codes)."""
    mode_match = OTHER_MODE.search(error.message)
    if mode_match:
        mode = mode_match[1]
        key = "test" if mode == "live" else "live"
        hint = "use the live key, or --profile NAME --live" if mode == "live" else "use a test key, or leave out --live"
        return WrongModeError(
            f"the {kind} {name} is of {mode} mode, and the key is a {key} key", hint, request_id=error.request_id
        )
    is_plain_text = kind == "customer" and kind_of(name) is None
    check = "a customer goes by an id, cus_…, or by an email, not by a name" if is_plain_text else "check the id"
    return NoMatchError(
        f"there is no {kind} {name} in this account and mode",
        f"{check}; `billing doctor` says which account and mode the key is of",
        request_id=error.request_id,
    )


def _wrong_kind(name: str, needed_kind: str, form: str) -> WrongKindError:
    if name != name.strip():
        return WrongKindError(f"{name!r} begins or ends with a blank", f"write {name.strip()}")
    kind = kind_of(name)
    if kind is None:
        return WrongKindError(f"{name!r} is no name of {needed_kind}", f"give {form}")
    return WrongKindError(f"{name} is the id of {kind}, and {needed_kind} is needed", f"give {form}")


def _expansion(fields: Iterable[str], prefix: str) -> dict[str, list[str]]:
    expand = [f"{prefix}{field}" for field in fields]
    return {"expand": expand} if expand else {}


def exists(api: StripeApi, path: str) -> bool:
    """Return whether Stripe has an object at this address. Raises `StripeCallError` where it does not say."""
    try:
        api.get(path)
    except NotFoundError:
        return False
    return True


def list_names(names: Sequence[str], most: int = LISTED) -> str:
    """Return names in a row: `a, b and 3 more`."""
    text = ", ".join(names[:most])
    rest = len(names) - most
    return f"{text} and {rest:,} more" if rest > 0 else text
