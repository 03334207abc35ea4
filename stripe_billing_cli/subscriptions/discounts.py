"""The discounts of a subscription: how long they last, and what they take off invoices that are yet to come.

Amounts are ints in the currency's smallest unit, times Unix seconds.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from stripe_billing_cli.stripe_api.client import Object, StripeApi
from stripe_billing_cli.stripe_api.references import id_of
from stripe_billing_cli.subscriptions import renewals

FOR_EVER = 1 << 62


@dataclass(frozen=True)
class Term:
    """The term until which a discount counts; `once`: for one invoice only. `is_amount`: it is an amount for each
    invoice, else a part of each line."""

    until: int = FOR_EVER
    once: bool = False
    is_amount: bool = False


@dataclass(frozen=True)
class Discounts:
    """The discounts of a subscription by their ids; `new` is one that a change brings, whose id is another in each
    preview."""

    terms: Mapping[str, Term] = field(default_factory=dict)
    new: Term = Term()

    def term(self, id: str) -> Term:
        return self.terms.get(id, self.new)

    def lasting(self, invoice: Object, until: int, *, once: bool = False) -> set[str]:
        """Return the ids of the discounts of `invoice` that one made at `until` has too; `once`: those for one invoice
        only are among them."""
        terms = {id: self.term(id) for id in ids_of(invoice["lines"]["data"])}
        return {id for id, term in terms.items() if (once or not term.once) and term.until > until}

    def is_in_doubt(self, invoice: Object, following: Object) -> bool:
        """Return whether a discount for one invoice takes nothing off `invoice`, which is made at once, and something
        off the one that follows. No document says whether the first uses it up."""
        used = {id for id, amount in _taken(invoice["lines"]["data"]).items() if amount and self.term(id).once}
        left = {id for id, amount in _taken(following["lines"]["data"]).items() if amount and self.term(id).once}
        return bool(left) and not used

    def amount(self, lines: Iterable[Object], invoice: Object, lasting: Collection[str]) -> int:
        """Return what lines of `invoice` come to on an invoice of their own, taxes on top, with the discounts that
        last."""
        lines = list(lines)
        total = sum(int(line["amount"]) + _taxes(line) for line in lines)
        taken, of_all = _taken(lines), _taken(invoice["lines"]["data"])
        for id in lasting:
            if self.term(id).is_amount:
                amount = sum(int(line["amount"]) for line in lines if id in ids_of([line]))
                total -= min(of_all.get(id, 0), amount)
            else:
                total -= taken.get(id, 0)
        return total


def load(
    api: StripeApi, subscription: Object, invoice: Object, wanted: Sequence[Mapping[str, Any]] | None, at: int
) -> Discounts:
    """Return the discounts of a subscription, if `invoice` has any; with `wanted`, parameters, one of those takes their
    place at `at`. Raises `StripeCallError`."""
    if wanted:
        return Discounts(new=term_of_coupon(coupon_of(api, wanted[0]), at))
    if not ids_of(invoice["lines"]["data"]):
        return Discounts()
    expand = {"expand": ["discounts.source.coupon"]}
    discounts = api.get(f"/v1/subscriptions/{subscription['id']}", expand)["discounts"]
    return Discounts({one["id"]: _term(one) for one in discounts})


def coupon_of(api: StripeApi, wanted: Mapping[str, Any]) -> Object:
    """Return the coupon of a discount that is written as a parameter. Raises `StripeCallError`."""
    if "coupon" in wanted:
        return api.get(f"/v1/coupons/{wanted['coupon']}")
    code = api.get(f"/v1/promotion_codes/{wanted['promotion_code']}", {"expand": ["promotion.coupon"]})
    coupon: Object = code["promotion"]["coupon"]
    return coupon


def term_of_coupon(coupon: Object, at: int) -> Term:
    """Return how long a discount by this coupon lasts that begins at `at`."""
    until = FOR_EVER
    if coupon["duration"] == "repeating":
        until = renewals.boundary(at, "month", coupon["duration_in_months"])
    return Term(until, coupon["duration"] == "once", coupon["amount_off"] is not None)


def _term(discount: Object) -> Term:
    coupon = discount["source"]["coupon"]
    if not isinstance(coupon, Mapping):
        return Term()
    end = discount["end"]
    repeating = coupon["duration"] == "repeating" and end is not None
    return Term(int(end) if repeating else FOR_EVER, coupon["duration"] == "once", coupon["amount_off"] is not None)


def ids_of(lines: Iterable[Object]) -> set[str]:
    """Return the ids of the discounts that take something off lines."""
    return {id for line in lines for id, _ in _discounts(line)}


def _discounts(line: Object) -> Iterator[tuple[str, int]]:
    for one in line["discount_amounts"] or ():
        yield str(id_of(one["discount"])), int(one["amount"])


def _taken(lines: Iterable[Object]) -> dict[str, int]:
    taken: dict[str, int] = {}
    for line in lines:
        for id, amount in _discounts(line):
            taken[id] = taken.get(id, 0) + amount
    return taken


def _taxes(line: Object) -> int:
    return sum(int(one["amount"]) for one in line["taxes"] or () if one["tax_behavior"] == "exclusive")
