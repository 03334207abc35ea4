"""A new subscription: what is ordered, what Stripe holds, and the one call that comes of the two.

Always `default_incomplete`: nothing is charged until the customer confirms the first payment, and a card that pays
becomes the subscription's own (https://docs.stripe.com/billing/subscriptions/overview#subscription-payment-behavior).
A subscription that sends invoices is active at once, whatever becomes of them; there the behaviour says nothing
(`payment_behavior` in `stripe/params/_subscription_create_params.py`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from stripe_billing_cli.stripe_api.client import Object, StripeApi
from stripe_billing_cli.subscriptions import once, references
from stripe_billing_cli.subscriptions.once import Intent
from stripe_billing_cli.subscriptions.references import Ambiguous, NotFound, has_ended, listed
from stripe_billing_cli.subscriptions.refusals import Refused

PATH = "/v1/subscriptions"
LISTED = ("latest_invoice.confirmation_secret", "pending_setup_intent")
"""What the confirmation of a first payment is read from (`confirmation.py`)."""
EXPAND = (*LISTED, "items.data.price.currency_options")
"""And what the items cost in the subscription's currency, which a list is too deep for."""
RUNNING = ("active", "trialing", "past_due")


@dataclass(frozen=True)
class Line:
    """A price by id or lookup key, and how many of it; None is Stripe's default, and right for metered prices."""

    price: str
    quantity: int | None = None


@dataclass(frozen=True)
class Order:
    """What the user asks for. `anchor` in Unix seconds; `days_until_due` makes Stripe send invoices."""

    customer: str
    lines: Sequence[Line]
    trial_days: int | None = None
    coupon: str | None = None
    promotion_code: str | None = None
    description: str | None = None
    automatic_tax: bool = False
    days_until_due: int | None = None
    anchor: int | None = None
    metadata: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Situation:
    """What Stripe holds of what is ordered: prices in the order's order, all the customer's subscriptions."""

    customer: Object
    prices: Sequence[Object]
    subscriptions: Sequence[Object]
    promotion_code: str | None = None

    def going_on(self) -> list[Object]:
        """The customer's subscriptions that have not ended and are to all of these prices."""
        wanted = {price["id"] for price in self.prices}
        return [one for one in self.subscriptions if not has_ended(one) and wanted <= prices_of(one)]


def prices_of(subscription: Object) -> set[str]:
    return {item["price"]["id"] for item in subscription["items"]["data"]}


def look(api: StripeApi, order: Order) -> Situation:
    """Read what is ordered, side by side. Raises `ReferenceRefused`, `StripeFailure`."""
    references.check_customer_name(order.customer)
    for line in order.lines:
        references.check_price_name(line.price)
    with ThreadPoolExecutor(8) as pool:
        customer = pool.submit(_customer_with_subscriptions, api, order.customer)
        prices = [pool.submit(references.find_price, api, line.price) for line in order.lines]
        person, subscriptions = customer.result()
        found = [price.result() for price in prices]
    for line, price in zip(order.lines, found, strict=True):
        if price["recurring"] is None:
            raise Refused(f"the price {line.price} is charged once, and a subscription needs a recurring one")
    code = _promotion_code(api, order.promotion_code, person["id"]) if order.promotion_code else None
    return Situation(person, found, subscriptions, code)


def _customer_with_subscriptions(api: StripeApi, name: str) -> tuple[Object, list[Object]]:
    customer = references.find_customer(api, name)
    return customer, references.subscriptions_of(api, customer["id"])


def _promotion_code(api: StripeApi, code: str, customer: str) -> str:
    """The id of the active promotion code with this text that the customer may use."""
    if code.startswith("promo_"):
        return code
    found, _ = api.page("/v1/promotion_codes", {"code": code, "active": True})
    usable = [one["id"] for one in found if one["customer"] in (None, customer)]
    if not usable:
        raise NotFound(f"there is no active promotion code {code}", "check its spelling, and whether it has expired")
    return str(usable[0])


def params(order: Order, situation: Situation) -> dict[str, Any]:
    """The parameters of the create."""
    wanted: dict[str, Any] = {
        "customer": situation.customer["id"],
        "items": [_item(line, price) for line, price in zip(order.lines, situation.prices, strict=True)],
        "payment_settings": {"save_default_payment_method": "on_subscription"},
        "expand": list(EXPAND),
    }
    if order.days_until_due is None:
        wanted["payment_behavior"] = "default_incomplete"
    else:
        wanted |= {"collection_method": "send_invoice", "days_until_due": order.days_until_due}
    discounts = [{"coupon": order.coupon}] if order.coupon else []
    if situation.promotion_code:
        discounts.append({"promotion_code": situation.promotion_code})
    optional = {
        "trial_period_days": order.trial_days,
        "discounts": discounts or None,
        "description": order.description,
        "automatic_tax": {"enabled": True} if order.automatic_tax else None,
        "billing_cycle_anchor": order.anchor,
        "metadata": dict(order.metadata) or None,
    }
    return wanted | {name: value for name, value in optional.items() if value is not None}


def _item(line: Line, price: Object) -> dict[str, Any]:
    item: dict[str, Any] = {"price": price["id"]}
    return item if line.quantity is None else {**item, "quantity": line.quantity}


def intent_of(order: Order, situation: Situation, given_key: str | None) -> Intent:
    return Intent(PATH, params(order, situation), given_key)


def made_before(api: StripeApi, intent: Intent, situation: Situation) -> Object | None:
    """The subscription that an unfinished run of this order made, or a run with the same key. Raises `OtherIntent`."""
    candidates = situation.subscriptions
    if intent.given_key is None:
        candidates = [one for one in candidates if not has_ended(one)]
    made = once.made_before(intent, candidates)
    return made and read(api, made["id"])


def standing(api: StripeApi, situation: Situation) -> Object | None:
    """The customer's subscription to these prices that runs or can still be paid, for `--if-not-exists`.

    One that runs goes before one that waits. Raises `Ambiguous` where there are several.
    """
    going_on = situation.going_on()
    candidates = [one for one in going_on if one["status"] in RUNNING] or going_on
    if len(candidates) > 1:
        told = listed([f"{one['id']} ({one['status']})" for one in candidates])
        raise Ambiguous(
            f"{situation.customer['id']} has {len(candidates)} subscriptions to this already: {told}",
            "none was created; go on with one of them by its id",
        )
    return read(api, candidates[0]["id"]) if candidates else None


def create(api: StripeApi, intent: Intent, situation: Situation) -> Object:
    """Create it, once. Raises `StripeFailure`."""
    customer = situation.customer["id"]
    return once.create(
        api,
        intent,
        (one["id"] for one in situation.subscriptions),
        read=lambda: references.subscriptions_of(api, customer, expand=LISTED),
        holds=lambda one: not has_ended(one),
    )


def read(api: StripeApi, id: str) -> Object:
    return api.get(f"{PATH}/{id}", {"expand": list(EXPAND)})
