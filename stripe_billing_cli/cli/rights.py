"""Rights of a key to read and write, and what each missing one would stop; found out without writing anything."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

from stripe_billing_cli.stripe_api.client import StripeApi
from stripe_billing_cli.stripe_api.errors import PermissionMissingError, StripeCallError, UnsupportedCallError
from stripe_billing_cli.stripe_api.objects.common import Page, StripeObject
from stripe_billing_cli.stripe_api.objects.events import ListedEvent
from stripe_billing_cli.stripe_api.threads import results_of, side_by_side

AT_ONCE = 8
NOWHERE = "billing_doctor_writes_nothing"
"""An id that no object has."""


@dataclass(frozen=True)
class Right:
    """A right of a restricted key: what it is called, the list that it reads, and what goes without it.

    `stops_writing` is None where nothing is written there.
    """

    name: str
    path: str
    stops_reading: str
    stops_writing: str | None


RIGHTS = (
    Right("account", "/v1/account", "`account:` in a catalog, and the account's name before live changes", None),
    Right("products", "/v1/products", "catalog plan", "catalog apply"),
    Right("prices", "/v1/prices", "catalog plan, sub create", "catalog apply"),
    Right("coupons", "/v1/coupons", "`coupons:` in a catalog", "catalog apply of coupons"),
    Right(
        "promotion codes",
        "/v1/promotion_codes",
        "code check, `promotion_codes:` in a catalog",
        "catalog apply of codes",
    ),
    Right("meters", "/v1/billing/meters", "`meters:` in a catalog", "catalog apply of meters"),
    Right(
        "entitlements",
        "/v1/entitlements/features",
        "`features:` in a catalog, access",
        "catalog apply of features",
    ),
    Right("tax rates", "/v1/tax_rates", "`tax_rates:` in a catalog", "catalog apply of tax rates"),
    Right("shipping rates", "/v1/shipping_rates", "`shipping_rates:` in a catalog", "catalog apply of them"),
    Right("payment links", "/v1/payment_links", "`payment_links:` in a catalog", "catalog apply of links"),
    Right(
        "customer portal",
        "/v1/billing_portal/configurations",
        "`portal_configurations:` in a catalog",
        "catalog apply of them, customer portal, the link of sub create for a card",
    ),
    Right(
        "webhook endpoints",
        "/v1/webhook_endpoints",
        "webhook list, `webhook_endpoints:` in a catalog",
        "webhook create | roll-secret | delete",
    ),
    Right("customers", "/v1/customers", "customer, sub", "customer create | update"),
    Right("subscriptions", "/v1/subscriptions", "sub, access", "sub create | change | cancel"),
    Right("invoices", "/v1/invoices", "invoice, sub show", "invoice pay | send | void | write-off"),
    Right("credit notes", "/v1/credit_notes", "invoice show, refunds of sub cancel", "invoice credit"),
    Right("payment methods", "/v1/payment_methods", "card, sub show", "card default | remove, customer create"),
    Right("payment intents", "/v1/payment_intents", "sub create, invoice show", "sub pay"),
    Right("setup intents", "/v1/setup_intents", "sub create of a trial", "sub pay of a trial"),
    Right("charges and refunds", "/v1/refunds", "refund, card list", "refund create, refunds of sub cancel"),
    Right("disputes", "/v1/disputes", "refund create, access with `disputed: deny`", None),
    Right("events", "/v1/events", "listen, events backfill", None),
)
RECEIVING = frozenset({"/v1/events", "/v1/subscriptions", "/v1/entitlements/features"})
"""What receiving events needs to read."""


@dataclass(frozen=True)
class Rights:
    """The rights of a key: for each right, why it may not be read or written (None: it may).

    `writes` has no right that nothing is written by; `pages` are the first objects of what may be read.
    """

    reads: Mapping[Right, StripeCallError | None]
    writes: Mapping[Right, StripeCallError | None]
    pages: Mapping[str, StripeObject]

    def trouble(self) -> StripeCallError | None:
        """Return the error of all calls: no network, a wrong key."""
        without_right = PermissionMissingError, UnsupportedCallError
        return next(
            (failure for failure in self.reads.values() if failure and not isinstance(failure, without_right)), None
        )


def ask_rights(api: StripeApi, *, with_writes: bool) -> Rights:
    """Read one object of each list and, with `with_writes`, update one that there is not: 403 where the right is
    missing.

    Stripe checks a key's rights before it looks for the object; so users report, and with exceptions. An object that
    is not found was not changed.
    """
    pages: dict[str, StripeObject] = {}

    def read(right: Right) -> StripeCallError | None:
        try:
            pages[right.path] = api.get(right.path, {} if right.name == "account" else {"limit": 1}, kind=StripeObject)
        except StripeCallError as failure:
            return failure
        return None

    def write(right: Right) -> StripeCallError | None:
        try:
            api.post(f"{right.path}/{NOWHERE}", {})
        except PermissionMissingError as failure:
            return failure
        except StripeCallError:
            return None
        return None

    rights_to_write = [right for right in RIGHTS if with_writes and right.stops_writing]
    with side_by_side(AT_ONCE) as pool:
        read_futures = [pool.submit(read, right) for right in RIGHTS]
        write_futures = [pool.submit(write, right) for right in rights_to_write]
        reads = dict(zip(RIGHTS, results_of(read_futures), strict=True))
        writes = dict(zip(rights_to_write, results_of(write_futures), strict=True))
    return Rights(reads, writes, pages)


def newest_event_version(rights: Rights) -> str | None:
    """Return the account's own API version: Stripe makes events in it (`api_version` of an event, in the SDK)."""
    page = cast(Page[ListedEvent] | None, rights.pages.get("/v1/events"))
    version = page["data"][0].get("api_version") if page and page["data"] else None
    return version if isinstance(version, str) else None
