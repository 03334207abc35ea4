"""Errors: Stripe's refusals, which are answers, and trouble with the file underneath, which is not."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Mapping
from typing import Any

DOCUMENTED_CODES = "https://stripe.com/docs/error-codes/"
CODES_WITHOUT_PAGE = frozenset({"property_expansion_max_depth", "subscription_payment_intent_requires_action"})
"""Codes that Stripe gives without `doc_url` (recorded 2026-08-26.dahlia, the first by a probe of its test mode)."""
ESCAPED, ESCAPES = re.compile(r"[\\'\"<>&]"), {"<": r"\u003C", ">": r"\u003E", "&": r"\u0026"}
NOT_BARE = re.compile(r"^[\s'\"]|[\s'\"]$")
LONGEST_ID, SHOWN_OF_LONGER = 998, 490
"""How an id that there is not is written, as crvouga/mockingbird probed Stripe's test mode."""


class LocalStripeError(Exception):
    """The state of the local Stripe cannot be read or written. Nothing was deleted; `hint` says what to do."""

    def __init__(self, message: str, hint: str) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class ApiError(Exception):
    """An error answer of Stripe's. What is None is left out of the body (https://docs.stripe.com/api/errors).

    `objects`: further keys of the error, as the payment intent that it is about or `network_decline_code`. `is_logged`
    is false for the two refusals that come before Stripe's log and have no `request_log_url`.
    """

    def __init__(
        self,
        status: int,
        message: str,
        code: str | None = None,
        param: str | None = None,
        *,
        type: str = "invalid_request_error",
        decline_code: str | None = None,
        objects: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
        is_logged: bool = True,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.code = code
        self.param = param
        self.type = type
        self.decline_code = decline_code
        self.objects = objects or {}
        self.headers = headers or {}
        self.is_logged = is_logged
        self.keeps = False

    def keep_effects(self) -> ApiError:
        """Return this error, of a call whose effects stay all the same: a declined payment has been attempted."""
        self.keeps = True
        return self

    @property
    def refuses_parameters(self) -> bool:
        """Whether Stripe says this of a call before it begins: of a parameter, or of an object that it names."""
        if self.code is None or self.keeps:
            return False
        return self.code.startswith("parameter_") or (self.code == "resource_missing" and self.param is not None)

    def body(self, request_id: str) -> str:
        """Return the JSON of the answer, its keys in alphabetical order (recorded 2026-08-26.dahlia)."""
        has_page = self.code is not None and self.code not in CODES_WITHOUT_PAGE
        error: dict[str, Any] = {
            **self.objects,
            "code": self.code,
            "decline_code": self.decline_code,
            "doc_url": DOCUMENTED_CODES + str(self.code).replace("_", "-") if has_page else None,
            "message": self.message,
            "param": self.param,
            "request_log_url": f"https://dashboard.stripe.com/test/logs/{request_id}" if self.is_logged else None,
            "type": self.type,
        }
        return json.dumps({"error": {name: error[name] for name in sorted(error) if error[name] is not None}})


def invalid(message: str, param: str | None = None, code: str | None = None) -> ApiError:
    """Return a refusal, 400: Stripe will not do this."""
    return ApiError(400, message, code, param)


def missing_param(param: str) -> ApiError:
    return invalid(f"Missing required param: {param}.", param, "parameter_missing")


def unknown_params(names: list[str]) -> ApiError:
    """Return the refusal of unknown parameters: Stripe names all of them and puts the first into `param`."""
    noun = "parameter" if len(names) == 1 else "parameters"
    return invalid(f"Received unknown {noun}: {', '.join(names)}", names[0], "parameter_unknown")


def not_here(feature: str, param: str | None = None, reason: str = "") -> ApiError:
    """Return the refusal of something documented that the local Stripe lacks, by its name; `reason` says why."""
    return invalid(f"The local Stripe does not have {feature}{': ' if reason else ''}{reason}.", param)


def invalid_version(version: str) -> ApiError:
    """Return the refusal of a `Stripe-Version` that has not the form of Stripe's versions."""
    return ApiError(400, f"Invalid Stripe API version: {version}", is_logged=False)


def only_one_of(names: list[str], param: str | None = None) -> ApiError:
    return invalid(f"You may only specify one of these parameters: {', '.join(names)}.", param or names[0])


def check_only_one(params: Collection[str], *names: str, param: str | None = None) -> None:
    """Raise where a call has more than one of these parameters, of which Stripe takes one."""
    present = [name for name in names if name in params]
    if len(present) > 1:
        raise only_one_of(present, param)


def no_such(kind: str, id: str, param: str, status: int = 400) -> ApiError:
    """Return the refusal of a missing object, 404 for one that the path names, 400 for one that a parameter names."""
    hint = ". Make sure you use the exact id without extra whitespace or quotes" if NOT_BARE.search(id) else ""
    text = id if len(id) <= LONGEST_ID else f"{id[:SHOWN_OF_LONGER]}...(truncated)...{id[-SHOWN_OF_LONGER:]}"
    text = ESCAPED.sub(lambda match: ESCAPES.get(match[0], f"\\{match[0]}"), text)
    return ApiError(status, f"No such {kind}: '{text}'{hint}", "resource_missing", param)


def unrecognized_url(method: str, path: str) -> ApiError:
    """Return the refusal of an unknown path; Stripe says of one that ends in a slash that its id was empty."""
    hint = ""
    if path.endswith("/"):
        hint = (
            "If you are trying to list objects, remove the trailing slash. If you are trying to retrieve an object, "
            "make sure you passed a valid (non-empty) identifier in your code. "
        )
    return ApiError(
        404,
        f"Unrecognized request URL ({method.upper()}: {path}). {hint}Please see https://stripe.com/docs "
        "or we can help at https://support.stripe.com/.",
        is_logged=False,
    )
