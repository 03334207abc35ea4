"""What to do about each kind of trouble with Stripe."""

from __future__ import annotations

from stripe_billing_cli.catalog.match import ConflictError
from stripe_billing_cli.catalog.planner import UnknownTargetError
from stripe_billing_cli.catalog.saved_plan import SavedPlanError
from stripe_billing_cli.cli.errors import FAILED, NOT_REACHED, WRONG, Told
from stripe_billing_cli.stripe_api import errors

HINTS: dict[type[errors.StripeFailure], str] = {
    errors.KeyRefused: "check it at https://dashboard.stripe.com/apikeys; `billing doctor` says where it comes from",
    errors.PermissionMissing: "give the restricted key this permission at https://dashboard.stripe.com/apikeys",
    errors.RateLimited: "something else uses up this account's requests; run it again later",
    errors.NoConnection: "check the network, then run it again: what was done stays done",
    errors.ServerTrouble: "see https://status.stripe.com, then run it again: what was done stays done",
    errors.NotStripe: "a proxy or a sign-in page may stand between; check HTTPS_PROXY and STRIPE_API_BASE",
    errors.IncompleteAnswerError: "see that STRIPE_API_BASE is a server that speaks Stripe's API as it is now; "
    "`billing doctor` says which version is expected",
    errors.IdempotencyConflict: "another run may be busy with the same object; run it again in a minute",
    errors.UnsupportedCallError: "only Stripe has all of Stripe's calls; `billing doctor` says where they are sent",
}


def explain_stripe(error: BaseException) -> Told | None:
    """The words for a failure of Stripe's or of a plan; None for any other exception."""
    if isinstance(error, errors.StripeFailure):
        return told_failure(error)
    if isinstance(error, ConflictError):
        lines = [f"{conflict}\n    {conflict.hint}" for conflict in error.conflicts]
        return Told("conflict", "\n".join(lines), exit_code=WRONG)
    if isinstance(error, UnknownTargetError | SavedPlanError):
        return Told("usage", str(error), error.hint, exit_code=WRONG)
    return None


def _missing(message: str) -> str | None:
    """What to do about `resource_missing`, which is also what Stripe says of a customer without a card."""
    if message.startswith("This customer has no attached payment source"):
        return "give the customer a card: billing customer update CUSTOMER --payment-method pm_…"
    if message.startswith("No such PaymentMethod"):
        return "billing card list CUSTOMER shows the cards that a customer has"
    if message.startswith("No such "):
        return "check the id, and that the key is of the same account and mode"
    return None


def told_failure(failure: errors.StripeFailure) -> Told:
    """A failed call: Stripe's message, and the way on."""
    hint: str | None = HINTS.get(type(failure))
    message = failure.message
    match failure:
        case errors.LocalStripeTrouble():
            hint = failure.hint
        case errors.KeyRefused() if failure.code == "api_key_expired":
            hint = "make a new key at https://dashboard.stripe.com/apikeys, or `stripe login` again for a profile's"
        case errors.NoConnection():
            message = f"Stripe could not be reached: {message}"
        case errors.PaymentFailed():
            hint = "the invoice stays open: pay it with another card"
        case errors.ObjectMissing():
            hint = _missing(message)
        case errors.RequestRefused() if failure.code == "customer_tax_location_invalid":
            hint = "give the customer an address: billing customer update CUSTOMER --address-country US …"
    exit_code = NOT_REACHED if isinstance(failure, errors.PaymentFailed) else FAILED
    return Told(failure.kind, message, hint, param=failure.param, request_id=failure.request_id, exit_code=exit_code)
