"""The discounts of a subscription: how long they last, and what they take off invoices that are yet to come.

Amounts are ints in the currency's smallest unit, times Unix seconds.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from stripe_billing_cli.stripe_api.client import StripeApi
from stripe_billing_cli.stripe_api.objects.catalog import Coupon, Discount, PromotionCode
from stripe_billing_cli.stripe_api.objects.invoices import Invoice, InvoiceLine
from stripe_billing_cli.stripe_api.objects.subscriptions import Subscription
from stripe_billing_cli.stripe_api.references import expanded, id_of, whole
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

    def lasting(self, invoice: Invoice, until: int, *, once: bool = False) -> set[str]:
        """Return the ids of the discounts of `invoice` that one made at `until` has too; `once`: those for one invoice
        only are among them."""
        terms = {id: self.term(id) for id in ids_of(invoice["lines"]["data"])}
        return {id for id, term in terms.items() if (once or not term.once) and term.until > until}

    def is_in_doubt(self, invoice: Invoice, following: Invoice) -> bool:
        """Return whether a discount for one invoice takes nothing off `invoice`, which is made at once, and something
        off the one that follows. No document says whether the first uses it up."""
        used = {id for id, amount in _taken(invoice["lines"]["data"]).items() if amount and self.term(id).once}
        left = {id for id, amount in _taken(following["lines"]["data"]).items() if amount and self.term(id).once}
        return bool(left) and not used

    def amount(self, lines: Iterable[InvoiceLine], invoice: Invoice, lasting: Collection[str]) -> int:
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
    api: StripeApi, subscription: Subscription, invoice: Invoice, wanted: Sequence[Mapping[str, Any]] | None, at: int
) -> Discounts:
    """Return the discounts of a subscription, if `invoice` has any; with `wanted`, parameters, one of those takes their
    place at `at`. Raises `StripeCallError`."""
    if wanted:
        return Discounts(new=term_of_coupon(coupon_of(api, wanted[0]), at))
    if not ids_of(invoice["lines"]["data"]):
        return Discounts()
    expand = {"expand": ["discounts.source.coupon"]}
    discounts = api.get(f"/v1/subscriptions/{subscription['id']}", expand, kind=Subscription)["discounts"]
    return Discounts({one["id"]: _term(one) for one in map(expanded, discounts)})


def coupon_of(api: StripeApi, wanted: Mapping[str, Any]) -> Coupon | None:
    """Return the coupon of a discount that is written as a parameter; None where it was deleted. Raises
    `StripeCallError`."""
    if "coupon" in wanted:
        return api.get(f"/v1/coupons/{wanted['coupon']}", kind=Coupon)
    code = api.get(
        f"/v1/promotion_codes/{wanted['promotion_code']}", {"expand": ["promotion.coupon"]}, kind=PromotionCode
    )
    return expanded(code["promotion"]["coupon"])


def term_of_coupon(coupon: Coupon | None, at: int) -> Term:
    """Return how long a discount by this coupon lasts that begins at `at`."""
    if coupon is None:
        return Term()
    until = FOR_EVER
    if coupon["duration"] == "repeating" and coupon["duration_in_months"] is not None:
        until = renewals.boundary(at, "month", coupon["duration_in_months"])
    return Term(until, coupon["duration"] == "once", coupon["amount_off"] is not None)


def _term(discount: Discount) -> Term:
    coupon = whole(discount["source"]["coupon"])
    if coupon is None:
        return Term()
    end = discount["end"]
    until = FOR_EVER if coupon["duration"] != "repeating" or end is None else end
    return Term(until, coupon["duration"] == "once", coupon["amount_off"] is not None)


def ids_of(lines: Iterable[InvoiceLine]) -> set[str]:
    """Return the ids of the discounts that take something off lines."""
    return {id for line in lines for id, _ in _discounts(line)}


def _discounts(line: InvoiceLine) -> Iterator[tuple[str, int]]:
    for one in line["discount_amounts"] or ():
        yield str(id_of(one["discount"])), int(one["amount"])


def _taken(lines: Iterable[InvoiceLine]) -> dict[str, int]:
    taken: dict[str, int] = {}
    for line in lines:
        for id, amount in _discounts(line):
            taken[id] = taken.get(id, 0) + amount
    return taken


def _taxes(line: InvoiceLine) -> int:
    return sum(int(one["amount"]) for one in line["taxes"] or () if one["tax_behavior"] == "exclusive")
