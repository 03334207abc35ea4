"""Refusals of Checkout sessions: parameters that do not go with its mode, its interface or each other.

From the texts of `stripe/params/checkout/_session_create_params.py`; in Stripe's words where users report them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

from stripe_billing_cli.local_stripe.billing.payments import bank_transfers, cash_balances
from stripe_billing_cli.local_stripe.core import amounts
from stripe_billing_cli.local_stripe.core.errors import check_only_one, invalid, missing_param, only_one_of
from stripe_billing_cli.local_stripe.core.parameters import Params
from stripe_billing_cli.local_stripe.core.store import Object

DAY = 24 * 60 * 60
SALE_PARAMS = (
    "after_expiration allow_promotion_codes automatic_tax discounts invoice_creation line_items optional_items "
    "payment_intent_data payment_method_collection saved_payment_method_options shipping_address_collection "
    "shipping_options submit_type subscription_data tax_id_collection"
)
WRONG = {
    "payment": "payment_method_collection setup_intent_data subscription_data".split(),
    "setup": SALE_PARAMS.split(),
    "subscription": (
        "customer_creation invoice_creation payment_intent_data setup_intent_data shipping_options"
    ).split(),
}
"""What goes with another mode."""
PAGE = "hosted_page"
"""The interface that leads to `success_url`; the others are a part of a page of the seller's, and have `return_url`
(https://docs.stripe.com/checkout/form/quickstart)."""
NOT_WITHIN: Mapping[str, Sequence[str]] = {
    "elements": (
        "after_expiration branding_settings cancel_url custom_fields custom_text optional_items origin_context "
        "submit_type success_url"
    ).split(),
    "embedded_page": ("cancel_url", "success_url"),
    "form": ("cancel_url", "optional_items", "success_url"),
}
"""The parameters that do not go with an interface. Stripe names all of them at once
(https://github.com/laravel/cashier-stripe/pull/1815)."""

UPDATED_WITHIN: Mapping[str, Sequence[str]] = {
    "collected_information": ("embedded_page", "elements"),
    "line_items": ("elements", "form"),
    "payment_intent_data": ("elements",),
}
"""The interfaces with which a parameter of an update goes (`stripe/params/checkout/_session_update_params.py`; of line
items https://docs.stripe.com/payments/checkout/dynamically-update-line-items)."""


BEGINNINGS = ("billing_cycle_anchor", "billing_cycle_anchor_config", "trial_end", "trial_period_days")
"""What says when the first whole period of a new subscription begins, of which Checkout takes one."""


def check_new(params: Params) -> None:
    mode = params["mode"]
    for name in WRONG[mode]:
        value = params.get(name)
        if name in params and not (isinstance(value, dict) and value.get("enabled") is False):
            raise invalid(f"You can not pass `{name}` in `{mode}` mode.", name)
    if mode == "setup" and "currency" not in params and not _names_types(params):
        raise missing_param("currency")
    if mode != "setup" and not params.get("line_items"):
        raise invalid(f"The `line_items` parameter is required in {mode} mode.", "line_items", "parameter_missing")
    _check_interface(params)
    _check_customer(params)
    _check_payment(params)
    check_only_one(params, "allow_promotion_codes", "discounts")
    _check_trial(params.get("subscription_data", {}))
    _check_custom_fields(params)


def check_update(session: Object, params: Params) -> None:
    """Raise for an update of what goes with another mode, or with another interface. The words are not recorded."""
    for name in ("line_items", "payment_intent_data", "shipping_options"):
        if name in params and name in WRONG[session["mode"]]:
            raise invalid(f"You can not pass `{name}` in `{session['mode']}` mode.", name)
    for name, interfaces in UPDATED_WITHIN.items():
        if name in params and session["ui_mode"] not in interfaces:
            within = " or ".join(f"`{interface}`" for interface in interfaces)
            raise invalid(f"You can only update `{name}` when `ui_mode` is {within}.", name)


def _names_types(params: Params) -> bool:
    return bool(params.get("payment_method_types") or params.get("allowed_payment_method_types"))


def _check_interface(params: Params) -> None:
    interface = params.get("ui_mode", PAGE)
    if interface == PAGE:
        if "success_url" not in params:
            raise missing_param("success_url")
        for name in ("return_url", "redirect_on_completion", "permissions"):
            if name in params:
                raise invalid(f"You can not pass `{name}` when `ui_mode` is `{interface}`.", name)
        return
    if wrong := [name for name in NOT_WITHIN[interface] if name in params]:
        message = f"The following parameters are not supported with `ui_mode: {interface}`: {', '.join(wrong)}."
        raise invalid(message, wrong[0])
    never = params.get("redirect_on_completion") == "never"
    if never and "return_url" in params:
        # https://github.com/laravel/cashier-stripe/issues/1629; Stripe's words are not known.
        raise invalid("You can not pass `return_url` when `redirect_on_completion` is `never`.", "return_url")
    if "return_url" not in params and not never:
        raise missing_param("return_url")


def _check_customer(params: Params) -> None:
    if "customer" in params and params.keys() & {"customer_email", "customer_creation"}:
        raise only_one_of(["customer", "customer_email"])
    if "customer_update" in params and "customer" not in params:
        raise invalid("`customer_update` can only be used with `customer`.", "customer_update")
    update = params.get("customer_update", {})
    if "customer" in params and params.get("tax_id_collection", {}).get("enabled") and update.get("name") != "auto":
        raise invalid(
            "Tax ID collection requires updating business name on the customer. To enable tax ID collection for an "
            "existing customer, please set `customer_update[name]` to `auto`.",
            "tax_id_collection",
        )


def _check_payment(params: Params) -> None:
    given_names = [name for name in ("allowed_payment_method_types", "payment_method_types") if params.get(name)]
    if len(given_names) > 1:
        raise only_one_of(given_names)
    for name in given_names:
        if bank_transfers.METHOD in params[name] and params["mode"] != "payment":
            # The words are not recorded.
            raise invalid(
                f"The payment method `{bank_transfers.METHOD}` cannot be used in `{params['mode']}` mode.", name
            )
    if "card" in params.get("excluded_payment_method_types", ()):
        raise invalid("The local Stripe does not have a Checkout that excludes cards.", "excluded_payment_method_types")
    card = params.get("payment_method_options", {}).get("card") or {}
    if "restrictions" in card and params.get("ui_mode") == "elements":
        # "You can't set this parameter if `ui_mode` is `elements`" (`_session_create_params.py`); the words are not
        # recorded.
        name = "payment_method_options[card][restrictions]"
        raise invalid(f"You can not pass `{name}` when `ui_mode` is `elements`.", name)


def _check_trial(data: Params) -> None:
    """Raise where a subscription would begin its billing in two ways: unlike one that is made without Checkout, it has
    no anchor beside a trial (https://docs.stripe.com/payments/checkout/billing-cycle,
    https://docs.stripe.com/changelog/dahlia/2026-06-24/checkout-sessions-billing-cycle-anchor-config). The words are
    those of https://github.com/stripe/stripe-dotnet/issues/2689."""
    if present := [name for name in BEGINNINGS if name in data]:
        check_only_one(data, *BEGINNINGS, param=f"subscription_data[{present[0]}]")


def check_times(params: Params, now: int) -> None:
    """Raise for a trial that ends too soon: "Has to be at least 48 hours in the future"."""
    ends = params.get("subscription_data", {}).get("trial_end")
    if ends is not None and ends < now + 2 * DAY:
        raise invalid("The `trial_end` date has to be at least 2 days in the future.", "subscription_data[trial_end]")


def _check_custom_fields(params: Params) -> None:
    fields = params.get("custom_fields", ())
    for at, field in enumerate(fields):
        kind = field["type"]
        if kind == "dropdown" and "dropdown" not in field:
            raise missing_param(f"custom_fields[{at}][dropdown]")
        for other in ("dropdown", "numeric", "text"):
            if other != kind and other in field:
                raise invalid(
                    f"You can not pass `{other}` for a custom field of the type `{kind}`.",
                    f"custom_fields[{at}][{other}]",
                )
        if not field["key"].isalnum():
            raise invalid("The key of a custom field must be alphanumeric.", f"custom_fields[{at}][key]")
    keys = [field["key"] for field in fields]
    if len(set(keys)) < len(keys):
        raise invalid("The keys of custom fields must be unique.", "custom_fields")


def check_total(session: Object) -> None:
    """Raise for a total that Stripe does not charge, and for a currency that bank accounts are not in."""
    amount, currency = session["amount_total"], session["currency"]
    if "sepa_debit" in session["payment_method_types"] and currency != "eur":
        raise invalid(
            f"Invalid currency: {currency}. The payment method `sepa_debit` only supports the following currencies: "
            "`eur`."
        )
    _check_transfer(session)
    smallest = amounts.smallest_charge(currency)
    if 0 < amount < smallest and session["mode"] == "payment":
        least = amounts.format_amount(Decimal(smallest), currency)
        raise invalid(
            f"The Checkout Session's total amount due must add up to at least {least} {currency}",
            code="amount_too_small",
        )
    if amount > amounts.largest(currency):
        most = amounts.format_amount(Decimal(amounts.largest(currency)), currency)
        raise invalid(
            f"The Checkout Session's total amount due must be no more than {most} {currency}", code="amount_too_large"
        )


def _check_transfer(session: Object) -> None:
    """Raise for a bank transfer that is not in the session's currency, or that is to be captured by hand."""
    if bank_transfers.METHOD not in session["payment_method_types"]:
        return
    param = f"payment_method_options[{bank_transfers.METHOD}]"
    options = session["payment_method_options"].get(bank_transfers.METHOD) or {}
    cash_balances.check_currency(session["currency"])
    bank_transfers.check_options(options, session["currency"], param)
    if session["_payment_intent_data"].get("capture_method") == "manual":
        message = "Payments with customer_balance are not captured by hand."
        raise invalid(message, "payment_intent_data[capture_method]")


def check_location(customer: Object | None, params: Params) -> None:
    """Raise where automatic tax has no address to go by, nor will be told one."""
    update = params.get("customer_update", {})
    address = (customer or {}).get("address") or {}
    if customer is None or address.get("country") or "auto" in (update.get("address"), update.get("shipping")):
        return
    raise invalid(
        "Automatic tax calculation in Checkout requires a valid address on the Customer. Add a valid address to the "
        "Customer or set either `customer_update[address]` to 'auto' or `customer_update[shipping]` to 'auto' to save "
        "the address entered in Checkout to the Customer.",
        code="customer_tax_location_invalid",
    )
