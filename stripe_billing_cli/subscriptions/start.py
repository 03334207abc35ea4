"""A new subscription: what is ordered, what Stripe holds, and the one call that comes of the two.

Always `default_incomplete`: nothing is charged until the customer confirms the first payment, and a card that pays
becomes the subscription's own (https://docs.stripe.com/billing/subscriptions/overview#subscription-payment-behavior).
A subscription that sends invoices is active at once, whatever becomes of them; there the behaviour says nothing
(`payment_behavior` in `stripe/params/_subscription_create_params.py`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from typing import Any

from stripe_billing_cli.errors import BillingError, OperationError
from stripe_billing_cli.promotion_codes import name_errors, selection
from stripe_billing_cli.promotion_codes.coverage import coverage_remarks
from stripe_billing_cli.stripe_api import create_once, lookup, repeats
from stripe_billing_cli.stripe_api.client import StripeApi
from stripe_billing_cli.stripe_api.create_once import CreateRequest
from stripe_billing_cli.stripe_api.errors import InvalidRequestError
from stripe_billing_cli.stripe_api.lookup import AmbiguousError, has_ended, list_names
from stripe_billing_cli.stripe_api.objects.catalog import Price
from stripe_billing_cli.stripe_api.objects.customers import Customer
from stripe_billing_cli.stripe_api.objects.subscriptions import Subscription
from stripe_billing_cli.stripe_api.references import id_of

PATH = "/v1/subscriptions"
LISTED = ("latest_invoice.confirmation_secret", "pending_setup_intent")
"""What the confirmation of a first payment is read from (`confirmation.py`)."""
EXPAND = (*LISTED, "items.data.price.currency_options")
"""What a single subscription is asked for besides: the items' prices in its currency, for which a list is too deep."""
OTHER_CURRENCY = "You cannot combine currencies on a single customer."
RUNNING = ("active", "trialing", "past_due")


@dataclass(frozen=True)
class Line:
    """A price by id or lookup key, and how many of it; None is Stripe's default, and right for metered prices."""

    price: str
    quantity: int | None = None


def line_of(text: str) -> Line:
    """Return the line of `PRICE` or `PRICE:QUANTITY`, where what follows the last colon is a number."""
    name, colon, number = text.rpartition(":")
    return Line(name, int(number)) if colon and name and number.isdecimal() else Line(text)


@dataclass(frozen=True)
class Order:
    """An order of a new subscription. `anchor` in Unix seconds; `days_until_due` makes Stripe send invoices.

    `once` is billed with the first invoice only. `trial_from_price`: as many days as the price says. `again`: one more,
    though the same with something billed once was created within a day. `if_not_exists`: none beside one that goes on.
    """

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
    once: Sequence[Line] = ()
    currency: str | None = None
    trial_from_price: bool = False
    again: bool = False
    if_not_exists: bool = False
    idempotency_key: str | None = None


@dataclass(frozen=True)
class Situation:
    """The state of Stripe that an order meets: prices in the order's order, all the customer's subscriptions.

    `trial_days` are those that the subscription gets; `remarks` say what follows from the order and may be overlooked.
    """

    customer: Customer
    prices: Sequence[Price]
    subscriptions: Sequence[Subscription]
    promotion_code: str | None = None
    once: Sequence[Price] = ()
    trial_days: int | None = None
    remarks: tuple[str, ...] = ()

    def unused_trials(self) -> list[Price]:
        """Return the prices with trial days of their own, which Stripe does not use by itself."""
        return [price for price in self.prices if trial_of(price) not in (None, self.trial_days)]

    def earlier_trials(self) -> list[Subscription]:
        """Return the subscriptions with which the customer had a trial of one of these products before."""
        products = {id_of(price["product"]) for price in self.prices}
        return [
            subscription
            for subscription in self.subscriptions
            if subscription["trial_end"] and products & _products_of(subscription)
        ]

    def going_on(self) -> list[Subscription]:
        """Return the customer's subscriptions that have not ended and are to all of these prices."""
        price_ids = {price["id"] for price in self.prices}
        return [
            subscription
            for subscription in self.subscriptions
            if not has_ended(subscription) and price_ids <= prices_of(subscription)
        ]


def trial_of(price: Price) -> int | None:
    """Return the trial days of a price: a default that the caller of Stripe has to ask for
    (`trial_from_plan` in `stripe/params/_subscription_create_params.py`)."""
    days: int | None = price["recurring"] and price["recurring"]["trial_period_days"]
    return days


def _products_of(subscription: Subscription) -> set[str | None]:
    return {id_of(item["price"]["product"]) for item in subscription["items"]["data"]}


def prices_of(subscription: Subscription) -> set[str]:
    return {item["price"]["id"] for item in subscription["items"]["data"]}


def load_situation(api: StripeApi, order: Order) -> Situation:
    """Read what is ordered, side by side. Raises `LookupFailedError`, `StripeCallError`."""
    lookup.check_customer_name(order.customer)
    for line in (*order.lines, *order.once):
        lookup.check_price_name(line.price)
    with ThreadPoolExecutor(8) as pool:
        customer = pool.submit(_customer_with_subscriptions, api, order.customer)
        prices = [pool.submit(lookup.find_price, api, line.price) for line in (*order.lines, *order.once)]
        person, subscriptions = customer.result()
        all_prices = [price.result() for price in prices]
    order_prices, once_prices = all_prices[: len(order.lines)], all_prices[len(order.lines) :]
    _check_prices(order, order_prices, once_prices)
    if order.coupon:
        name_errors.check_coupon(api, order.coupon)
    code = promotion_code_id(api, order.promotion_code, person["id"]) if order.promotion_code else None
    situation = Situation(person, order_prices, subscriptions, code, once_prices, _trial_days(order, order_prices))
    remarks = tuple(coverage_remarks(api, discounts_of(order, situation), all_prices))
    return replace(situation, remarks=remarks)


def _check_prices(order: Order, recurring: Sequence[Price], once_prices: Sequence[Price]) -> None:
    for line, price in zip(order.lines, recurring, strict=True):
        if price["recurring"] is None:
            raise OperationError(
                f"the price {line.price} is charged once, and a subscription needs a recurring one",
                f"--add-once {line.price} bills it with the first invoice",
            )
        if price["recurring"]["usage_type"] == "metered" and line.quantity is not None:
            raise OperationError(
                f"the price {line.price} is metered: its quantity is what is used", f"write --price {line.price}"
            )
    for line, price in zip(order.once, once_prices, strict=True):
        if price["recurring"] is not None:
            raise OperationError(
                f"the price {line.price} is charged again and again, and --add-once needs one that is charged once",
                f"--price {line.price} subscribes to it",
            )


def _trial_days(order: Order, prices: Sequence[Price]) -> int | None:
    """Return the days of the trial: as ordered, or as the prices say, which must agree."""
    if not order.trial_from_price:
        return order.trial_days
    days = {trial_of(price) for price in prices} - {None}
    if len(days) == 1:
        return days.pop()
    if not days:
        raise OperationError("none of the prices has trial days of its own", "say --trial-days, or leave out the trial")
    raise OperationError(
        f"the prices have trials of different lengths: {', '.join(map(str, sorted(days, key=str)))} days",
        "say --trial-days",
    )


def _customer_with_subscriptions(api: StripeApi, name: str) -> tuple[Customer, list[Subscription]]:
    customer = lookup.find_customer(api, name)
    return customer, lookup.subscriptions_of(api, customer["id"])


def promotion_code_id(api: StripeApi, code: str, customer: str) -> str:
    """Return the id of the active promotion code with this text that the customer may use."""
    if code.startswith(selection.ID):
        return code
    usable = selection.usable_code(selection.load_codes(api, code, active=True), customer)
    if usable is None:
        raise name_errors.no_promotion_code(api, code)
    return usable["id"]


def params(order: Order, situation: Situation) -> dict[str, Any]:
    """Return the parameters of the create."""
    create_params: dict[str, Any] = {
        "customer": situation.customer["id"],
        "items": items_of(order, situation),
        "payment_settings": {"save_default_payment_method": "on_subscription"},
        "expand": list(EXPAND),
    }
    if order.days_until_due is None:
        create_params["payment_behavior"] = "default_incomplete"
    else:
        create_params |= {"collection_method": "send_invoice", "days_until_due": order.days_until_due}
    optional = {
        "add_invoice_items": once_of(order, situation) or None,
        "currency": order.currency,
        "trial_period_days": situation.trial_days,
        "discounts": discounts_of(order, situation) or None,
        "description": order.description,
        "automatic_tax": {"enabled": True} if order.automatic_tax else None,
        "billing_cycle_anchor": order.anchor,
        "metadata": dict(order.metadata) or None,
    }
    return create_params | {name: value for name, value in optional.items() if value is not None}


def items_of(order: Order, situation: Situation) -> list[dict[str, Any]]:
    """Return the items of the subscription, as parameters."""
    return [_item(line, price) for line, price in zip(order.lines, situation.prices, strict=True)]


def once_of(order: Order, situation: Situation) -> list[dict[str, Any]]:
    """Return the items that are billed with the first invoice only, as parameters."""
    return [_item(line, price) for line, price in zip(order.once, situation.once, strict=True)]


def discounts_of(order: Order, situation: Situation) -> list[dict[str, Any]]:
    """Return the discounts that are ordered, as parameters."""
    discounts = [{"coupon": order.coupon}] if order.coupon else []
    if situation.promotion_code:
        discounts.append({"promotion_code": situation.promotion_code})
    return discounts


def _item(line: Line, price: Price) -> dict[str, Any]:
    item: dict[str, Any] = {"price": price["id"]}
    return item if line.quantity is None else {**item, "quantity": line.quantity}


def build_create_request(order: Order, situation: Situation, given_key: str | None) -> CreateRequest:
    return CreateRequest(PATH, params(order, situation), given_key, again=order.again)


def made_before(
    api: StripeApi, order: Order, create_request: CreateRequest, situation: Situation
) -> Subscription | None:
    """Return the subscription that an unfinished run of this order made, or a run with the same key.

    Raises `OtherRequestError`. Of an order with something that is billed once, one that was finished within a day too.
    """
    candidates = situation.subscriptions
    if create_request.given_key is None:
        candidates = [candidate for candidate in candidates if not has_ended(candidate)]
    if order.once and create_request.given_key is None:
        now = repeats.current_times(api, situation.customer["id"])
        subscription = repeats.made_within_a_day(create_request, candidates, now)
    else:
        subscription = create_once.made_before(create_request, candidates)
    return subscription and read(api, subscription["id"])


def clear_marker(api: StripeApi, order: Order, create_request: CreateRequest, subscription: Subscription) -> None:
    """Clear the marker of a subscription that the user knows of by now: the same command means another one from now on,
    or from tomorrow on. Raises `StripeCallError`."""
    if order.once and create_request.given_key is None:
        repeats.finish(api, create_request, subscription)
    else:
        create_once.clear_marker(api, create_request, subscription)


def existing_subscription(api: StripeApi, situation: Situation) -> Subscription | None:
    """Return the customer's subscription to these prices that runs or can still be paid, for `--if-not-exists`.

    One that runs goes before one that waits. Raises `AmbiguousError` where there are several.
    """
    going_on = situation.going_on()
    candidates = [one for one in going_on if one["status"] in RUNNING] or going_on
    if len(candidates) > 1:
        names = list_names([f"{candidate['id']} ({candidate['status']})" for candidate in candidates])
        raise AmbiguousError(
            f"{situation.customer['id']} has {len(candidates)} subscriptions to this already: {names}",
            "none was created; go on with one of them by its id",
        )
    return read(api, candidates[0]["id"]) if candidates else None


def create(api: StripeApi, create_request: CreateRequest, situation: Situation) -> Subscription:
    """Create the subscription, once. Raises `StripeCallError`; `OperationError` where the customer is billed in another
    currency."""
    customer = situation.customer["id"]
    try:
        return create_once.create(
            api,
            create_request,
            (subscription["id"] for subscription in situation.subscriptions),
            kind=Subscription,
            read=lambda: lookup.subscriptions_of(api, customer, expand=LISTED),
            holds=lambda one: not has_ended(one),
        )
    except InvalidRequestError as error:
        raise explain_refusal(error, situation, create_request.params.get("currency")) from error


def explain_refusal(error: InvalidRequestError, situation: Situation, currency: str | None) -> BillingError:
    """Return Stripe's refusal of an order in `currency`, or in that of its prices; where the customer is billed in
    another one, as an error that says why, with the ways on."""
    if not error.message.startswith(OTHER_CURRENCY):
        return error
    return _currency_conflict(situation, currency or situation.prices[0]["currency"], error.message)


def _currency_conflict(situation: Situation, currency: str, message: str) -> OperationError:
    other_subscriptions = [
        subscription
        for subscription in situation.subscriptions
        if not has_ended(subscription) and subscription["currency"] != currency
    ]
    if not other_subscriptions:
        return OperationError(message, "use another customer, or end what is in that currency first")
    one = other_subscriptions[0]
    return OperationError(
        f"Stripe bills a customer in one currency: {situation.customer['id']} has {one['id']} ({one['status']}) in "
        f"{one['currency'].upper()}, and this is ordered in {currency.upper()}",
        f"give the price an amount in {one['currency']} (`currency_options` in the catalog), cancel {one['id']} first, "
        "or use another customer",
    )


def read(api: StripeApi, id: str) -> Subscription:
    return api.get(f"{PATH}/{id}", {"expand": list(EXPAND)}, kind=Subscription)
