"""The types of payment methods, beside cards: what each is made of, and what Stripe shows of it.

Types and parameters after the SDK's `_payment_method_create_params.py`, fields after its `_payment_method.py`. Recorded
of 2026-08-26.dahlia: `klarna` with no hash at all is shown with an empty one.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from stripe_billing_cli.local_stripe.core.errors import ApiError, invalid
from stripe_billing_cli.local_stripe.core.parameters import (
    Choice,
    Field,
    Integer,
    ObjectParam,
    Text,
    optional,
    required_fields,
    unsupported_fields,
)
from stripe_billing_cli.local_stripe.core.store import Object

TEST_BANK = "STRIPE TEST BANK"
NAMES = (
    "acss_debit affirm afterpay_clearpay alipay alma amazon_pay au_becs_debit bacs_debit bancontact billie bizum blik "
    "boleto card cashapp crypto custom customer_balance eps fpx giropay grabpay ideal kakao_pay klarna konbini kr_card "
    "link mb_way mobilepay multibanco naver_pay nz_bank_account oxxo p24 pay_by_bank payco paynow paypal paypay payto "
    "pix promptpay revolut_pay samsung_pay satispay scalapay sepa_debit sequra sofort sunbit swish twint upi "
    "us_bank_account wechat_pay zip"
)
EPS = (
    "arzte_und_apotheker_bank austrian_anadi_bank_ag bank_austria bankhaus_carl_spangler "
    "bankhaus_schelhammer_und_schattera_ag bawag_psk_ag bks_bank_ag brull_kallmus_bank_ag btv_vier_lander_bank "
    "capital_bank_grawe_gruppe_ag deutsche_bank_ag dolomitenbank easybank_ag erste_bank_und_sparkassen "
    "hypo_alpeadriabank_international_ag hypo_bank_burgenland_aktiengesellschaft "
    "hypo_noe_lb_fur_niederosterreich_u_wien hypo_oberosterreich_salzburg_steiermark hypo_tirol_bank_ag "
    "hypo_vorarlberg_bank_ag marchfelder_bank oberbank_ag raiffeisen_bankengruppe_osterreich schoellerbank_ag "
    "sparda_bank_wien volksbank_gruppe volkskreditbank_ag vr_bank_braunau"
)
FPX = (
    "affin_bank agrobank alliance_bank ambank bank_islam bank_muamalat bank_of_china bank_rakyat bnp_paribas bsn cimb "
    "citibank deutsche_bank hong_leong_bank hsbc kfh maybank2e maybank2u mbsb_bank ocbc pb_enterprise public_bank rhb "
    "standard_chartered uob"
)
IDEAL_BICS = {
    "abn_amro": "ABNANL2A", "adyen": "ADYBNL2A", "asn_bank": "ASNBNL21", "bunq": "BUNQNL2A", "buut": "BUUTNL2A",
    "finom": "FNOMNL22", "handelsbanken": "HANDNL2A", "ing": "INGBNL2A", "knab": "KNABNL2H", "mollie": "MLLENL2A",
    "moneyou": "MOYONL21", "n26": "NTSBDEB1", "nn": "NNBANL2G", "rabobank": "RABONL2U", "regiobank": "RBRBNL21",
    "revolut": "REVOLT21", "sns_bank": "SNSBNL2A", "triodos_bank": "TRIONL2U", "van_lanschot": "FVLBNL22",
    "yoursafe": "BITSNL2A",
}  # fmt: skip
P24 = (
    "alior_bank bank_millennium bank_nowy_bfg_sa bank_pekao_sa banki_spbdzielcze blik bnp_paribas boz citi_handlowy "
    "credit_agricole envelobank etransfer_pocztowy24 getin_bank ideabank ing inteligo mbank_mtransfer nest_przelew "
    "noble_pay pbac_z_ipko plus_bank santander_przelew24 tmobile_usbugi_bankowe toyota_bank velobank volkswagen_bank"
)


@dataclass(frozen=True)
class MethodType:
    """A type of payment methods. `fields`: what its hash takes. `show`: what Stripe shows for them. `saved`: it can be
    attached to a customer."""

    fields: Mapping[str, Field]
    show: Callable[[Mapping[str, Any]], Object]
    saved: bool = False

    @property
    def needs_hash(self) -> bool:
        return any(field.required for field in self.fields.values())


def _as_sent(*nulls: str) -> Callable[[Mapping[str, Any]], Object]:
    """Return what was given, and null for what Stripe learns only when the customer pays."""
    return lambda params: {**dict.fromkeys(nulls), **params}


def _ideal(params: Mapping[str, Any]) -> Object:
    bank = params.get("bank")
    return {"bank": bank, "bic": IDEAL_BICS[bank] if bank else None}


def _fingerprint(*parts: str) -> str:
    return hashlib.sha256(" ".join(parts).encode()).hexdigest()[:16]


def _acss(params: Mapping[str, Any]) -> Object:
    number = params["account_number"]
    return {
        "bank_name": TEST_BANK,
        "fingerprint": _fingerprint(params["institution_number"], params["transit_number"], number),
        "institution_number": params["institution_number"],
        "last4": number[-4:],
        "transit_number": params["transit_number"],
    }


def _sorted_account(sort: str) -> Callable[[Mapping[str, Any]], Object]:
    """Return the details of debits that name a bank by a sort code and an account by its number."""

    def show(params: Mapping[str, Any]) -> Object:
        code, number = params.get(sort), params.get("account_number")
        is_complete = code is not None and number is not None
        return {
            sort: code,
            "fingerprint": _fingerprint(str(code), str(number)) if is_complete else None,
            "last4": number[-4:] if number else None,
        }

    return show


def _nz_account(params: Mapping[str, Any]) -> Object:
    return {
        "account_holder_name": params.get("account_holder_name"),
        "bank_code": params["bank_code"],
        "bank_name": TEST_BANK,
        "branch_code": params["branch_code"],
        "last4": params["account_number"][-4:],
        "suffix": params["suffix"],
    }


def _payto(params: Mapping[str, Any]) -> Object:
    number = params.get("account_number")
    return {
        "bsb_number": params.get("bsb_number"),
        "last4": number[-4:] if number else None,
        "pay_id": params.get("pay_id"),
    }


BANK_CODES = {"AT": (4, 9), "BE": (4, 7), "CH": (4, 9), "DE": (4, 12), "FR": (4, 9), "IT": (5, 10)}
"""Where the bank stands in an IBAN (the IBAN registry, ISO 13616); elsewhere in the first four characters."""
BRANCH_CODES = {"FR": (9, 14), "IT": (10, 15), "ES": (8, 12), "IE": (8, 14), "GB": (8, 14)}


def _sepa(params: Mapping[str, Any]) -> Object:
    iban = re.sub(r"\s", "", params["iban"]).upper()
    if not _is_iban(iban):
        raise invalid(f"Invalid IBAN: {params['iban']}", "sepa_debit[iban]", "invalid_bank_account_iban")
    country = iban[:2]
    bank, branch = BANK_CODES.get(country, (4, 8)), BRANCH_CODES.get(country, (0, 0))
    return {
        "bank_code": iban[slice(*bank)],
        "branch_code": iban[slice(*branch)],
        "country": country,
        "fingerprint": _fingerprint(iban),
        "generated_from": {"charge": None, "setup_attempt": None},
        "last4": iban[-4:],
    }


def _is_iban(iban: str) -> bool:
    """Return whether the check digits are right (ISO 13616): letters count as 10 to 35, the rest of a division by 97 is
    1."""
    if not re.fullmatch("[A-Z]{2}[0-9]{2}[A-Z0-9]{10,30}", iban):
        return False
    return int("".join(str(int(character, 36)) for character in iban[4:] + iban[:4])) % 97 == 1


def _us_account(params: Mapping[str, Any]) -> Object:
    number = params.get("account_number")
    return {
        "account_holder_type": params.get("account_holder_type"),
        "account_type": params.get("account_type", "checking"),
        "bank_name": TEST_BANK,
        "financial_connections_account": params.get("financial_connections_account"),
        "fingerprint": _fingerprint(params.get("routing_number", ""), number or ""),
        "last4": number[-4:] if number else None,
        "networks": {"preferred": "ach", "supported": ["ach"]},
        "routing_number": params.get("routing_number"),
        "status_details": {},
    }


def _bank(names: str) -> dict[str, Field]:
    return optional(bank=Choice(tuple(names.split())))


PLAIN = MethodType({}, _as_sent())
HOLDER = Choice(("company", "individual"))
DATE = ObjectParam(required_fields(day=Integer(), month=Integer(), year=Integer()))
OWN: Mapping[str, MethodType] = {
    "acss_debit": MethodType(
        required_fields(account_number=Text(), institution_number=Text(), transit_number=Text()), _acss
    ),
    "au_becs_debit": MethodType(
        required_fields(account_number=Text(), bsb_number=Text()), _sorted_account("bsb_number"), saved=True
    ),
    "bacs_debit": MethodType(optional(account_number=Text(), sort_code=Text()), _sorted_account("sort_code")),
    "bizum": MethodType({}, _as_sent("buyer_id")),
    "blik": MethodType({}, _as_sent("buyer_id")),
    "boleto": MethodType(required_fields(tax_id=Text()), _as_sent(), saved=True),
    "cashapp": MethodType({}, _as_sent("buyer_id", "cashtag")),
    "eps": MethodType(_bank(EPS), _as_sent("bank")),
    "fpx": MethodType(
        {**required_fields(bank=Choice(tuple(FPX.split()))), **optional(account_holder_type=HOLDER)}, _as_sent()
    ),
    "ideal": MethodType(_bank(" ".join(IDEAL_BICS)), _ideal),
    "klarna": MethodType(optional(dob=DATE), _as_sent()),
    "kr_card": MethodType({}, _as_sent("brand", "last4")),
    "link": MethodType({}, _as_sent("email"), saved=True),
    "naver_pay": MethodType(
        optional(funding=Choice(("card", "points"))), lambda params: {"buyer_id": None, "funding": "card", **params}
    ),
    "nz_bank_account": MethodType(
        {
            **required_fields(account_number=Text(), bank_code=Text(), branch_code=Text(), suffix=Text()),
            **optional(account_holder_name=Text(), reference=Text()),
        },
        _nz_account,
        saved=True,
    ),
    "p24": MethodType(_bank(P24), _as_sent("bank")),
    "paypal": MethodType({}, _as_sent("country", "payer_email", "payer_id")),
    "payto": MethodType(optional(account_number=Text(), bsb_number=Text(), pay_id=Text()), _payto),
    "sepa_debit": MethodType(required_fields(iban=Text()), _sepa, saved=True),
    "sofort": MethodType(required_fields(country=Choice(("AT", "BE", "DE", "ES", "IT", "NL"))), _as_sent()),
    "upi": MethodType(unsupported_fields("it has no mandates", "mandate_options"), _as_sent("vpa")),
    "us_bank_account": MethodType(
        optional(
            account_holder_type=HOLDER,
            account_number=Text(),
            account_type=Choice(("checking", "savings")),
            routing_number=Text(),
        )
        | unsupported_fields("it has no Financial Connections", "financial_connections_account"),
        _us_account,
    ),
}
UNSUPPORTED_TYPES = ("card", "custom")
"""Cards stand in a place of their own; custom payment methods are made in the Dashboard."""
TYPES = {name: OWN.get(name, PLAIN) for name in NAMES.split() if name not in UNSUPPORTED_TYPES}
OFFERED_TYPES = frozenset({"card", *TYPES})
"""The types that intents of payments may be made for, whether or not the local Stripe can charge them."""
FOR_ONE_PAYMENT = frozenset(
    (
        "affirm afterpay_clearpay alma billie crypto customer_balance eps fpx giropay grabpay konbini mobilepay "
        "multibanco oxxo p24 pay_by_bank paynow promptpay satispay scalapay sequra sunbit swish wechat_pay zip"
    ).split()
)
"""The types of which nothing is kept for later (https://docs.stripe.com/payments/payment-methods/payment-method-support)."""


def unknown_error(type: str, param: str, intent: str) -> ApiError:
    """Return the refusal of a type that Stripe does not know; `intent` is the kind of object it was named for."""
    return invalid(
        f'The payment method type "{type}" is invalid. Please ensure the provided type is activated in your dashboard '
        "(https://dashboard.stripe.com/account/payments/settings) and your account is enabled for any preview features "
        "that you are trying to use. See https://stripe.com/docs/payments/payment-methods/integration-options for "
        "supported payment method, currency, and country combinations.",
        param,
        f"{intent}_invalid_parameter",
    )
