"""The discounts of a subscription: how long they last, and what they take off invoices that are yet to come.

Amounts are ints in the currency's smallest unit, times Unix seconds.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from stripe_billing_cli.stripe_api.client import StripeApi
from stripe_billing_cli.stripe_api.errors import NotFoundError, PermissionMissingError
from stripe_billing_cli.stripe_api.objects.catalog import Coupon, Discount, PromotionCode, TaxRate
from stripe_billing_cli.stripe_api.objects.invoices import Invoice, InvoiceLine, Tax
from stripe_billing_cli.stripe_api.objects.subscriptions import Subscription
from stripe_billing_cli.stripe_api.references import id_of, require_expanded, whole
from stripe_billing_cli.subscriptions import renewals

FOR_EVER = 1 << 62


@dataclass(frozen=True)
class Term:
    """The term until which a discount counts; `once`: for one invoice only. `is_amount`: it is an amount for each
    invoice, else so many `percent` of each line, where that is known."""

    until: int = FOR_EVER
    once: bool = False
    is_amount: bool = False
    percent: Decimal | None = None


@dataclass(frozen=True)
class Discounts:
    """The discounts of a subscription by their ids; `new` is one that a change brings, whose id is another in each
    preview. `rates` are those of the taxes, by their ids."""

    terms: Mapping[str, Term] = field(default_factory=dict)
    new: Term = Term()
    rates: Mapping[str, Decimal] = field(default_factory=dict)

    def term(self, id: str) -> Term:
        return self.terms.get(id, self.new)

    def find_lasting(self, invoice: Invoice, until: int, *, once: bool = False) -> set[str]:
        """Return the ids of the discounts of `invoice` that one made at `until` has too; `once`: those for one invoice
        only are among them."""
        terms = {id: self.term(id) for id in ids_of(invoice["lines"]["data"])}
        return {id for id, term in terms.items() if (once or not term.once) and term.until > until}

    def is_in_doubt(self, invoice: Invoice, next_invoice: Invoice) -> bool:
        """Return whether a discount for one invoice takes nothing off `invoice`, which is made at once, and something
        off the one that follows. No document says whether the first uses it up."""
        ids = {id for id, amount in _sum_discounts(invoice["lines"]["data"]).items() if amount and self.term(id).once}
        next_ids = {
            id for id, amount in _sum_discounts(next_invoice["lines"]["data"]).items() if amount and self.term(id).once
        }
        return bool(next_ids) and not ids

    def amount(self, lines: Iterable[InvoiceLine], invoice: Invoice, lasting_ids: Collection[str]) -> int:
        """Return the total of lines of `invoice` on an invoice of their own, taxes on top, with the discounts that
        last: each takes its part of what the ones before it leave."""
        lines = list(lines)
        rests = [line["amount"] for line in lines]
        of_all = _sum_discounts(invoice["lines"]["data"])
        for id in dict.fromkeys(id for line in lines for id, _ in _discounts(line) if id in lasting_ids):
            for at, share in enumerate(self._shares(id, lines, rests, of_all[id])):
                rests[at] -= share
        return sum(net + self._taxes(line, net) for line, net in zip(lines, rests, strict=True))

    def _shares(self, id: str, lines: Sequence[InvoiceLine], rests: Sequence[int], of_all: int) -> list[int]:
        """Return the shares of a discount in each line, of which so much is left; off all of its invoice, it takes
        `of_all`."""
        term = self.term(id)
        bases = [rest if _covers(line, id) else 0 for line, rest in zip(lines, rests, strict=True)]
        if term.is_amount:
            return _spread(min(of_all, sum(bases)), bases)
        if term.percent is None:
            return [dict(_discounts(line)).get(id, 0) for line in lines]
        return [_round(rest * term.percent / 100) for rest in bases]

    def _taxes(self, line: InvoiceLine, net: int) -> int:
        """Return the taxes on top of a line of which so much is left; those that are included are taken out first."""
        before = line["amount"] - sum(amount for _, amount in _discounts(line))
        all_taxes = line["taxes"] or ()
        if net == before:
            return sum(tax["amount"] for tax in all_taxes if tax["tax_behavior"] == "exclusive")
        rates = [self._rate(tax, before) for tax in all_taxes]
        is_included = [tax["tax_behavior"] == "inclusive" for tax in all_taxes]
        inclusive_rate = sum(rate for rate, inclusive in zip(rates, is_included, strict=True) if inclusive)
        base = net - sum(
            _round(net * rate / (1 + inclusive_rate))
            for rate, inclusive in zip(rates, is_included, strict=True)
            if inclusive
        )
        return sum(_round(base * rate) for rate, inclusive in zip(rates, is_included, strict=True) if not inclusive)

    def _rate(self, tax: Tax, before: int) -> Decimal:
        """Return the rate of a tax of a line that came to so much before; about, where a key may not read it."""
        details = tax["tax_rate_details"]
        rate = None if details is None else self.rates.get(details["tax_rate"])
        return Decimal(tax["amount"]) / (before or 1) if rate is None else rate


def load(
    api: StripeApi,
    subscription: Subscription,
    invoice: Invoice,
    discount_params: Sequence[Mapping[str, Any]] | None,
    at: int,
) -> Discounts:
    """Return the discounts of a subscription, if `invoice` has any; with `discount_params`, parameters, one of those
    takes their place at `at`. Raises `StripeCallError`."""
    if not discount_params and not ids_of(invoice["lines"]["data"]):
        return Discounts()
    rates = _rates(api, invoice)
    if discount_params:
        return Discounts(new=term_of_coupon(coupon_of(api, discount_params[0]), at), rates=rates)
    expand = {"expand": ["discounts.source.coupon"]}
    discounts = api.get(f"/v1/subscriptions/{subscription['id']}", expand, kind=Subscription)["discounts"]
    return Discounts({one["id"]: _term(one) for one in map(require_expanded, discounts)}, rates=rates)


def _rates(api: StripeApi, invoice: Invoice) -> dict[str, Decimal]:
    """Return the rates of an invoice's taxes by the ids of tax rates, as far as the key may read them."""
    details = [tax["tax_rate_details"] for line in invoice["lines"]["data"] for tax in line["taxes"] or ()]
    rates = {}
    for id in dict.fromkeys(one["tax_rate"] for one in details if one is not None):
        with suppress(PermissionMissingError, NotFoundError):
            rate = api.get(f"/v1/tax_rates/{id}", kind=TaxRate)
            percent = rate["percentage"] if rate["effective_percentage"] is None else rate["effective_percentage"]
            rates[id] = Decimal(str(percent)) / 100
    return rates


def coupon_of(api: StripeApi, discount_params: Mapping[str, Any]) -> Coupon | None:
    """Return the coupon of a discount that is written as a parameter; None where it was deleted. Raises
    `StripeCallError`."""
    if "coupon" in discount_params:
        return api.get(f"/v1/coupons/{discount_params['coupon']}", kind=Coupon)
    code = api.get(
        f"/v1/promotion_codes/{discount_params['promotion_code']}", {"expand": ["promotion.coupon"]}, kind=PromotionCode
    )
    return require_expanded(code["promotion"]["coupon"])


def term_of_coupon(coupon: Coupon | None, at: int) -> Term:
    """Return how long a discount by this coupon lasts that begins at `at`."""
    if coupon is None:
        return Term()
    until = FOR_EVER
    if coupon["duration"] == "repeating" and coupon["duration_in_months"] is not None:
        until = renewals.boundary(at, "month", coupon["duration_in_months"])
    return Term(until, coupon["duration"] == "once", coupon["amount_off"] is not None, _percent(coupon))


def _term(discount: Discount) -> Term:
    coupon = whole(discount["source"]["coupon"])
    if coupon is None:
        return Term()
    end = discount["end"]
    until = FOR_EVER if coupon["duration"] != "repeating" or end is None else end
    return Term(until, coupon["duration"] == "once", coupon["amount_off"] is not None, _percent(coupon))


def ids_of(lines: Iterable[InvoiceLine]) -> set[str]:
    """Return the ids of the discounts that take something off lines."""
    return {id for line in lines for id, _ in _discounts(line)}


def _discounts(line: InvoiceLine) -> Iterator[tuple[str, int]]:
    for discount_amount in line["discount_amounts"] or ():
        yield id_of(discount_amount["discount"]), discount_amount["amount"]


def _covers(line: InvoiceLine, id: str) -> bool:
    """Return whether a discount is for a line: it takes something off it, or would where the others left something."""
    amounts = dict(_discounts(line))
    return id in amounts and (amounts[id] > 0 or sum(amounts.values()) == line["amount"])


def _sum_discounts(lines: Iterable[InvoiceLine]) -> dict[str, int]:
    sums: dict[str, int] = {}
    for line in lines:
        for id, amount in _discounts(line):
            sums[id] = sums.get(id, 0) + amount
    return sums


def _percent(coupon: Coupon) -> Decimal | None:
    return None if coupon["percent_off"] is None else Decimal(str(coupon["percent_off"]))


def _round(amount: Decimal) -> int:
    return int(amount.quantize(Decimal(1), ROUND_HALF_UP))


def _spread(amount: int, bases: Sequence[int]) -> list[int]:
    """Return `amount` in proportion to `bases`, as Stripe shares an amount off among lines: what is left by rounding
    goes to the largest (https://docs.stripe.com/billing/subscriptions/prorations#credit-prorations)."""
    total = sum(bases)
    shares = [amount * part // total if total else 0 for part in bases]
    for at in sorted(range(len(bases)), key=lambda at: -bases[at])[: amount - sum(shares)]:
        shares[at] += 1
    return shares
