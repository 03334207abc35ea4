"""Promotion codes: what customers type to redeem a coupon (https://docs.stripe.com/api/promotion_codes).

Whether a code is active, its metadata and its minimum amounts in further currencies change
(`stripe/params/_promotion_code_modify_params.py`); anything else takes a new code, which counts its redemptions from
zero. A code is unique among active ones, whatever the case, so the old one is ended before the new one is made. What
Stripe ended by itself (expired, used up, of a coupon that is not valid) stays ended until the file says otherwise.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from stripe_billing_cli.catalog.account_reader import AccountReader, ReadResult, by_id, calls_for, is_full, objects_of
from stripe_billing_cli.catalog.diff import FieldChange
from stripe_billing_cli.catalog.entries import AnyEntry, Entry, Fields, Reference
from stripe_billing_cli.catalog.kinds.base import EntriesByKind
from stripe_billing_cli.catalog.kinds.coupon import coupon_id, coupon_values
from stripe_billing_cli.catalog.kinds.head import CatalogHead, default_currency
from stripe_billing_cli.catalog.kinds.importing import ImportFile, ImportScope
from stripe_billing_cli.catalog.kinds.model import moment_text
from stripe_billing_cli.catalog.kinds.promotion_code.model import (
    CouponForm,
    PromotionCode,
    check_restrictions,
    code_values,
)
from stripe_billing_cli.catalog.kinds.rules import Path, Report, check_metadata
from stripe_billing_cli.catalog.kinds.standard import StandardKind, list_names
from stripe_billing_cli.catalog.match import Match, Matcher, match_by_stamp
from stripe_billing_cli.catalog.ownership import stamp_of
from stripe_billing_cli.catalog.plan import Change, Create, Operation
from stripe_billing_cli.catalog.plan_builder import ARCHIVAL, PlanBuilder
from stripe_billing_cli.stripe_api.client import StripeApi
from stripe_billing_cli.stripe_api.objects.catalog import Coupon as StripeCoupon
from stripe_billing_cli.stripe_api.objects.catalog import PromotionCode as StripePromotionCode
from stripe_billing_cli.stripe_api.references import id_of

CODE = re.compile("[a-zA-Z0-9_-]{1,500}")
"""Stripe's pattern, as its refusal says it (recorded 2026-08-26.dahlia); the length is the OpenAPI document's."""
MOST_CODES = 100
"""So many codes of a coupon are worth a file."""
SINGLE, MANY = "codes of single customers", f"codes of coupons with more than {MOST_CODES}"
RESTRICTED_CURRENCIES = "restrictions.currency_options"
"""What Stripe answers only where it is asked for (`x-expandableFields` of its OpenAPI document)."""


class PromotionCodeKind(StandardKind[PromotionCode, StripePromotionCode]):
    name = "promotion_code"
    section = "promotion_codes"
    section_text = "Promotion codes by key; the key is the code that customers type, unless `code` says otherwise."
    dependencies = ("coupon",)
    model = PromotionCode
    object_type = StripePromotionCode
    path = "/v1/promotion_codes"
    example = "such as {coupon: launch20}"
    named_by = "code"
    title_fields = frozenset({"coupon"})

    # ---- The file

    def check(self, key: str, content: PromotionCode, head: CatalogHead | None, report: Report) -> None:
        if (content.coupon is None) == (content.promotion is None):
            report((), "a promotion code stands for one coupon", "say `coupon: KEY`, or the long form, and not both")
        if not CODE.fullmatch(content.code or key):
            path: Path = ("code",) if content.code else ()
            report(path, f"{content.code or key} cannot be a code", "letters, digits, - and _ only")
        if content.restrictions:
            check_restrictions(content.restrictions, head, report)
        check_metadata(content.metadata, report)

    def complete(self, key: str, content: PromotionCode, head: CatalogHead | None) -> PromotionCode:
        restrictions = content.restrictions
        if restrictions and restrictions.minimum_amount is not None:
            currency = restrictions.minimum_amount_currency or default_currency(head)
            restrictions = restrictions.model_copy(update={"minimum_amount_currency": currency})
        return content.model_copy(update={"code": content.code or key, "restrictions": restrictions})

    def names(self, entry: Entry[PromotionCode]) -> Iterator[tuple[str, str, Path]]:
        yield from super().names(entry)
        content = entry.content
        if content.active:
            customer_text = f" for {content.customer}" if content.customer else ""
            yield "code", f"{str(content.code).lower()}{customer_text}", ("code",)

    def refers_to(self, entry: Entry[PromotionCode]) -> Iterator[tuple[str, str, Path]]:
        if entry.content.coupon:
            yield "coupon", entry.content.coupon, ("coupon",)
        elif entry.content.promotion:
            yield "coupon", entry.content.promotion.coupon, ("promotion", "coupon")

    def check_references(
        self, entry: Entry[PromotionCode], entries: Mapping[Reference, AnyEntry], report: Report
    ) -> None:
        """Report what goes beyond the coupon's (`stripe/params/_promotion_code_create_params.py`)."""
        coupon = next((entries.get(Reference(kind, key)) for kind, key, _ in self.refers_to(entry)), None)
        if coupon is None:
            return
        own_fields, coupon_fields = code_values(entry.fields), coupon_values(coupon.fields)
        for name, limit, value, coupon_value in (
            ("max_redemptions", "max_redemptions", own_fields["max_redemptions"], coupon_fields["max_redemptions"]),
            ("expires_at", "redeem_by", own_fields["expires_at"], coupon_fields["redeem_by"]),
        ):
            if value is not None and coupon_value is not None and value > coupon_value:
                report((name,), f"{name} goes beyond {limit} of coupon {coupon.key}", "no more than the coupon's")

    def resolve(self, entry: Entry[PromotionCode], entries: Mapping[Reference, AnyEntry]) -> Fields:
        """Return the fields with the coupon by its id."""
        coupon = entries.get(Reference("coupon", code_values(entry.fields)["coupon"]))
        return {**entry.fields, "coupon": coupon_id(coupon)} if coupon else dict(entry.fields)

    # ---- The account

    def read(
        self, reader: AccountReader, entries_by_kind: EntriesByKind, whole: bool
    ) -> ReadResult[StripePromotionCode]:
        """Read as many codes as a list of about the file's length shows, then the others by code and coupon.

        An account may have many thousands of codes, each of one customer.
        """
        entries = entries_by_kind[self.name]
        if not (whole or entries):
            return ReadResult()
        budget = calls_for(len(entries)) + 2
        expansion = {"expand": [f"data.{RESTRICTED_CURRENCIES}"]}
        objects: dict[str, StripePromotionCode] = {}
        for number, page in enumerate(reader.pages(self.object_type, self.path, expansion), 1):
            objects |= by_id(page)
            if is_full(page) and number >= budget and not whole:
                break
        else:
            return ReadResult(objects)
        codes = [code_values(entry.fields) for entry in entries]
        filters: list[dict[str, Any]] = [{"code": code} for code in sorted({one["code"] for one in codes})]
        account_coupons = reader.objects("coupon", StripeCoupon)
        coupons = sorted({one["coupon"] for one in codes} & account_coupons.keys())
        filters += [{"coupon": coupon, "active": True} for coupon in coupons]
        for page in reader.each(
            lambda params: reader.page(self.object_type, self.path, {**expansion, **params})[0], filters
        ):
            objects |= by_id(page)
        adopted_ids = {entry.adopted_id for entry in entries if entry.adopted_id} - objects.keys()
        expanded_one = {"expand": [RESTRICTED_CURRENCIES]}
        adopted_codes = reader.each(
            lambda one: reader.one(self.object_type, f"{self.path}/{one}", expanded_one), sorted(adopted_ids)
        )
        return ReadResult(objects | by_id(one for one in adopted_codes if one), complete=False)

    def read_all(self, reader: AccountReader, scope: ImportScope) -> Iterable[StripePromotionCode]:
        return reader.all(self.object_type, self.path, {"expand": [f"data.{RESTRICTED_CURRENCIES}"]})

    def reasons_left_out(self, objects: Mapping[str, StripePromotionCode]) -> Mapping[str, str]:
        """Leave out what a program issues rather than a person: codes of single customers, and many of a coupon."""
        stamped_ids = {object_id for object_id, promotion_code in objects.items() if stamp_of(promotion_code)}
        counts = Counter(CouponForm().existing_value(promotion_code, "coupon") for promotion_code in objects.values())
        return {
            object_id: SINGLE if promotion_code["customer"] else MANY
            for object_id, promotion_code in objects.items()
            if object_id not in stamped_ids
            and (
                promotion_code["customer"] or counts[CouponForm().existing_value(promotion_code, "coupon")] > MOST_CODES
            )
        }

    def object_references(self, promotion_code: StripePromotionCode) -> Iterator[tuple[str, str]]:
        coupon = CouponForm().existing_value(promotion_code, "coupon")
        if coupon:
            yield "coupon", coupon

    def key_text(self, promotion_code: StripePromotionCode, file: ImportFile) -> str:
        return promotion_code["code"]

    def file_fields(self, promotion_code: StripePromotionCode, file: ImportFile) -> Fields:
        fields = self.existing_fields(promotion_code)
        return {**fields, "coupon": file.key_of("coupon", str(fields["coupon"]))}

    def file_defaults(self, key: str, file: ImportFile) -> Mapping[str, Any]:
        return {"code": key}

    def points_at(self, promotion_code: StripePromotionCode) -> tuple[str, ...]:
        coupon = CouponForm().existing_value(promotion_code, "coupon")
        return (*((coupon,) if coupon else ()), place_of(promotion_code["code"]))

    # ---- Matching

    def match(self, matcher: Matcher[StripePromotionCode], entry: Entry[PromotionCode]) -> Match[StripePromotionCode]:
        """Match by the stamp; a code that this catalog made under a key that is gone goes on under the new key."""
        match = match_by_stamp(matcher, entry)
        holder = next((one for one in matcher.objects.values() if _takes_code(one, entry)), None)
        if holder is None or not entry.content.active or holder["id"] in [one["id"] for one in match.list_known()]:
            return match
        stamp = stamp_of(holder)
        is_ours = stamp is not None and stamp.catalog == matcher.catalog
        if stamp and is_ours and stamp.key in matcher.keys:
            return Match(match.current, match.earlier, name_holder=holder)
        if is_ours and match.current is None:
            return Match(holder)
        way_out = "end it first, or choose another code here"
        if stamp is None:
            way_out = f"to adopt it, give this entry `id: {holder['id']}`; to keep them apart, choose another code"
        matcher.refuse(
            entry,
            f"promotion code {entry.key}: the account has an active code {holder['code']} ({holder['id']}) that "
            f"{matcher.owner(holder)}",
            way_out,
        )
        return match

    # ---- Planning

    def plan(
        self, entry: Entry[PromotionCode], match: Match[StripePromotionCode], builder: PlanBuilder
    ) -> Change | None:
        """Plan an entry; what Stripe ended by itself, or would at once, is a note."""
        current = match.current
        fields = self.changes(entry, current, builder.catalog) if current else {}
        explanation = None
        if current is None or self.find_fixed(fields):
            explanation = _impossible(entry, builder)
        elif entry.content.active and not self.is_active(current):
            explanation = _explain_end(current, builder)
        if explanation is None:
            return super().plan(entry, match, builder)
        builder.note(f"{entry.key}: {explanation}.", entry)
        possible_changes = {
            name: field for name, field in fields.items() if name != "active" and not self.find_fixed({name: field})
        }
        if current is None or not possible_changes:
            return None
        if self.lacks_mark_only(entry, current, possible_changes) and not builder.adopt:
            builder.missing_marks[entry.reference] = possible_changes
            return None
        return self.plan_update(entry, match, current, possible_changes, "differs from the file", builder)

    def plan_replacement(
        self,
        entry: Entry[PromotionCode],
        match: Match[StripePromotionCode],
        current: StripePromotionCode,
        fields: Mapping[str, FieldChange],
        fixed_names: list[str],
        builder: PlanBuilder,
    ) -> Change:
        """Plan the end of the current code, and then a new one, as two of one name cannot be active."""
        redemptions = f"{_describe_redemptions(current)}, and the new code counts from zero"
        change = builder.change(
            "replace",
            self,
            entry.key,
            stripe_object=current,
            entry=entry,
            fields=fields,
            reason=f"{list_names(fixed_names)} cannot change on a promotion code; {redemptions}",
        )
        if self.is_active(current):
            change.question = f"promotion code {entry.key} is ended and made anew: {redemptions}"
            change.operations.append(self.make_retirement(current))
        create = self.add_create(change, entry, match, builder)
        create.needs = tuple(change.operations[:-1])
        return change

    def review(
        self,
        entry: Entry[PromotionCode],
        match: Match[StripePromotionCode],
        fields: Mapping[str, FieldChange],
        builder: PlanBuilder,
    ) -> None:
        """Warn of a code that anybody may use for ever, unless its coupon ends."""
        code = entry.content
        if "code" not in fields or code.customer or code.max_redemptions or code.expires_at:
            return
        coupon = next((builder.entries.get(Reference(kind, key)) for kind, key, _ in self.refers_to(entry)), None)
        if coupon and (coupon.fields["max_redemptions"] or coupon.fields["redeem_by"]):
            return
        message = f"{entry.key}: a promotion without limit or end; max_redemptions or expires_at gives it one"
        builder.note(message, entry, warning=True)

    def note_unclearable(
        self, entry: Entry[PromotionCode], promotion_code: StripePromotionCode, builder: PlanBuilder
    ) -> None:
        super().note_unclearable(entry, promotion_code, builder)
        options = code_values(self.existing_fields(promotion_code))["restrictions"]["currency_options"]
        for code in sorted(options.keys() - code_values(entry.fields)["restrictions"]["currency_options"].keys()):
            builder.note(f"{entry.key}: its minimum in {code} stays: Stripe can change it but not take it away.", entry)

    # ---- Operations

    def add_create(
        self, change: Change, entry: Entry[PromotionCode], match: Match[StripePromotionCode], builder: PlanBuilder
    ) -> Operation:
        create = super().add_create(change, entry, match, builder)
        create.after_freed += (place_of(code_values(entry.fields)["code"]),)
        return create

    def freed_by(self, promotion_code: StripePromotionCode, fields: Mapping[str, FieldChange]) -> tuple[str, ...]:
        return (place_of(promotion_code["code"]),) if fields.get("active") == ARCHIVAL else ()

    def awaited_by(self, promotion_code: StripePromotionCode, fields: Mapping[str, FieldChange]) -> tuple[str, ...]:
        return (place_of(promotion_code["code"]),) if "active" in fields and fields["active"] != ARCHIVAL else ()

    def update_params(
        self, fields: Mapping[str, FieldChange], match: Match[StripePromotionCode], promotion_code: StripePromotionCode
    ) -> Sequence[Mapping[str, Any]]:
        [params] = super().update_params(fields, match, promotion_code)
        if "restrictions" not in params:
            return [params]
        return [{**params, "restrictions": {"currency_options": params["restrictions"]["currency_options"]}}]

    def find_created(
        self, api: StripeApi, create: Create[StripePromotionCode], params: Mapping[str, Any]
    ) -> StripePromotionCode | None:
        newest, _ = api.page(self.path, {"code": params["code"]}, kind=StripePromotionCode)
        for promotion_code in newest:
            if promotion_code["id"] not in create.state and stamp_of(promotion_code) == stamp_of(params):
                return promotion_code
        return None

    # ---- Showing

    def title(self, change: Change) -> str:
        code = change.fields["code"].after
        code_text = "" if code == change.key else f"code {code}, "
        return f"{code_text}coupon {change.fields['coupon'].after}"


def place_of(code: str) -> str:
    """Return the name under which operations free, and wait for, a code, whatever its case."""
    return f"promotion code {code.lower()}"


def _takes_code(promotion_code: StripePromotionCode, entry: Entry[PromotionCode]) -> bool:
    """Return whether an object has the code of an entry so that no other active one can.

    A code is unique among the active ones of each customer (`stripe/_promotion_code.py`), and one for all is each's.
    """
    customer = id_of(promotion_code["customer"])
    return (
        promotion_code["active"]
        and promotion_code["code"].lower() == code_values(entry.fields)["code"].lower()
        and (customer is None or entry.content.customer in (None, customer))
    )


def _impossible(entry: Entry[PromotionCode], builder: PlanBuilder) -> str | None:
    """Return why a code that the file wants cannot be made now, in words."""
    until, coupon = code_values(entry.fields)["expires_at"], _coupons(builder).get(code_values(entry.fields)["coupon"])
    if until is not None and until <= builder.now:
        return f"the file has it expire at {moment_text(until)}, which is past: it is not made"
    if coupon and not coupon["valid"]:
        return f"its coupon {coupon['id']} is not valid any more: it is not made"
    if not any(Reference(kind, key) in builder.ids for kind, key, _ in PromotionCodeKind().refers_to(entry)):
        return f"its coupon {code_values(entry.fields)['coupon']} is not in Stripe: it is not made"
    return None


def _coupons(builder: PlanBuilder) -> Mapping[str, StripeCoupon]:
    return objects_of(builder.objects, "coupon", StripeCoupon)


def _explain_end(current: StripePromotionCode, builder: PlanBuilder) -> str | None:
    """Return how Stripe ended a code by itself, in words; None where somebody did."""
    coupon_named = CouponForm().existing_value(current, "coupon")
    coupon = _coupons(builder).get(str(coupon_named))
    consequence = "a code that ended is not issued again by itself"
    if coupon is None or not coupon["valid"]:
        return f"its coupon {coupon_named or ''} is not valid any more; {consequence}"
    if current["expires_at"] is not None and current["expires_at"] <= builder.now:
        return f"it expired at {moment_text(current['expires_at'])}; {consequence}"
    if _count_left(current) == 0:
        return f"it is used up ({_describe_redemptions(current)}); {consequence}"
    return None


def _count_left(promotion_code: StripePromotionCode) -> int | None:
    limit = promotion_code["max_redemptions"]
    return None if limit is None else max(0, limit - promotion_code["times_redeemed"])


def _describe_redemptions(promotion_code: StripePromotionCode) -> str:
    """Return how often a code was redeemed and what is left, in words."""
    times, remainder = promotion_code["times_redeemed"], _count_left(promotion_code)
    if remainder is None:
        return f"{times:,} redeemed, without a limit"
    return f"{times:,} of {promotion_code['max_redemptions']:,} redeemed, {remainder:,} left"
