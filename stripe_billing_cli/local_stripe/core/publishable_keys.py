"""The calls that a publishable key may make: what Stripe.js does with it, and no more (https://docs.stripe.com/keys).

It makes tokens and payment methods, and reads and confirms one payment intent or setup intent whose `client_secret` it
has. Of such an intent it sees "only a subset of properties" (https://docs.stripe.com/api/payment_intents/retrieve).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from stripe_billing_cli.local_stripe.core import authentication
from stripe_billing_cli.local_stripe.core.errors import invalid, missing_param
from stripe_billing_cli.local_stripe.core.expansion import ExpandTree
from stripe_billing_cli.local_stripe.core.forms import Raw
from stripe_billing_cli.local_stripe.core.requests import Route
from stripe_billing_cli.local_stripe.core.store import Object, Store

CREATE_PATHS = frozenset({"/v1/payment_methods", "/v1/tokens"})
SECRET = "client_secret"
SHARED_FIELDS = (
    "id object automatic_payment_methods cancellation_reason client_secret created description livemode next_action "
    "payment_method payment_method_configuration_details payment_method_types status"
)
VISIBLE = {
    "payment_intent": frozenset(
        f"{SHARED_FIELDS} amount amount_details canceled_at capture_method confirmation_method currency "
        "last_payment_error processing receipt_email setup_future_usage shipping source".split()
    ),
    "setup_intent": frozenset(f"{SHARED_FIELDS} last_setup_error usage".split()),
}
"""The fields of an intent that a publishable key sees, by kind."""
NOUNS = {"payment_intent": "PaymentIntent", "setup_intent": "SetupIntent"}


@dataclass(frozen=True)
class Access:
    """The access of a call to an intent: the secret that it named, if any, and whether its key is publishable."""

    secret: str | None
    publishable: bool

    def check(self, store: Store, route: Route, id: str) -> None:
        """Raise where the secret is not the intent's. An intent that does not exist is the route's to refuse."""
        if self.secret is None:
            return
        intent = store.get(route.kind, id)
        if intent is not None and intent[SECRET] != self.secret:
            raise invalid(
                f"The client_secret provided does not match the client_secret associated with the {NOUNS[route.kind]}.",
                SECRET,
                f"{route.kind}_invalid_parameter",
            )

    def visible(self, answer: Object) -> Object:
        """Return what the key may see of an answer."""
        visible_names = VISIBLE.get(answer["object"])
        if not self.publishable or visible_names is None:
            return answer
        visible_fields = {name: value for name, value in answer.items() if name in visible_names}
        if "amount_details" in visible_fields:
            visible_fields["amount_details"] = {"tip": visible_fields["amount_details"]["tip"]}
        return visible_fields


def access(key: str, route: Route, fields: dict[str, Raw]) -> tuple[Access, dict[str, Raw]]:
    """Return the access of a call and its other parameters. Raises for what a publishable key may not do."""
    publishable = authentication.is_publishable(key)
    if not _takes_secret(route):
        if publishable and (route.method != "POST" or route.path not in CREATE_PATHS):
            raise authentication.secret_key_required()
        return Access(None, publishable), fields
    secret = fields.get(SECRET)
    if publishable and not secret:
        raise missing_param(SECRET)
    if secret is not None and not isinstance(secret, str):
        raise invalid("Invalid string", SECRET)
    params = {name: value for name, value in fields.items() if name != SECRET}
    if publishable and "off_session" in params:
        raise authentication.secret_key_required()
    return Access(secret, publishable), params


def check_expansion(access: Access, tree: ExpandTree) -> None:
    """Raise where a publishable key would look beyond the payment method of its intent."""
    if access.publishable and (set(tree) - {"payment_method"} or any(tree.values())):
        raise authentication.secret_key_required()


def _takes_secret(route: Route) -> bool:
    parts: Mapping[str, Any] = {"GET": ("{id}",), "POST": ("{id}", "confirm")}
    resource, *rest = route.path.removeprefix("/v1/").split("/")
    return resource in ("payment_intents", "setup_intents") and tuple(rest) == parts.get(route.method)
