"""The documented test cards (https://docs.stripe.com/testing), with the ids and numbers that stand for them.

Each name is a payment method (`pm_card_visa`) and a token (`tok_visa`): Stripe documents most of them as both. Where
two cards have one number, the number means the first. The countries are the documented ones, else those in the number
(3220 and `tok_visa_…` are recorded).
"""

from __future__ import annotations

from collections.abc import Iterator

from stripe_billing_cli.local_stripe.billing.payments.cards import (
    BLOCKED,
    DECLINED,
    EXPIRED,
    LOST,
    NO_FUNDS,
    PROCESSING,
    STOLEN,
    TOO_OFTEN,
    WRONG_CVC,
    Card,
)


def _split_names(names: str) -> tuple[str, ...]:
    return tuple(names.split())


BY_BRAND = (
    Card(("visa",), "4242424242424242"),
    # Of an older edition of the document, and still in tests that run against Stripe (Tryton's).
    Card((), "4012888888881881"),
    Card(("visa_debit",), "4000056655665556", funding="debit"),
    Card(("mastercard",), "5555555555554444", "mastercard"),
    Card((), "2223003122003222", "mastercard"),
    Card(("mastercard_debit",), "5200828282828210", "mastercard", "debit"),
    Card(("mastercard_prepaid",), "5105105105105100", "mastercard", "prepaid"),
    # Recorded: pm_card_amex is 8431 and pm_card_discover 9424, the second number of each in the document.
    Card(("amex",), "371449635398431", "amex"),
    Card(("amex_threeDSecureNotSupported",), "378282246310005", "amex", supports_3ds=False),
    Card(("discover",), "6011000990139424", "discover"),
    Card((), "6011111111111117", "discover"),
    Card((), "6011981111111113", "discover", "debit"),
    Card(("diners",), "3056930009020004", "diners"),
    Card((), "36227206271667", "diners"),
    Card((), "6555900000604105", "discover", country="KR"),
    Card(("jcb",), "3566002020360505", "jcb", country="JP"),
    Card((), "3530111333300000", "jcb", country="JP"),
    Card(("unionpay",), "6200000000000005", "unionpay", country="CN"),
    Card((), "6200000000000047", "unionpay", "debit", country="CN"),
    Card((), "6205500000000000004", "unionpay", country="CN"),
    Card(("credit_disableEnterpriseCardFeatures",), "4000008400000076"),
    Card(("visa_cartesBancaires",), "4000002500001001", country="FR", networks=("cartes_bancaires", "visa")),
    Card(
        ("mastercard_cartesBancaires",),
        "5555552500001001",
        "mastercard",
        country="FR",
        networks=("cartes_bancaires", "mastercard"),
    ),
    Card(
        ("visa_debit_eftposAuCoBranded",),
        "4000050360000001",
        funding="debit",
        country="AU",
        networks=("eftpos_au", "visa"),
    ),
    Card(
        ("mastercard_debit_eftposAuCoBranded",),
        "5555050360000080",
        "mastercard",
        "debit",
        "AU",
        ("eftpos_au", "mastercard"),
    ),
    Card(_split_names("debit_visaFsaProductCode debit_visaHsaProductCode"), "4000051230000072", funding="debit"),
    Card(("mastercard_debit_mastercardFsaProductCode",), "5200828282828897", "mastercard", "debit"),
)

_COUNTRIES = (
    "us:4242424242424242 ar:4000000320000021 br:4000000760000002 ca:4000001240000000 cl:4000001520000001 "
    "co:4000001700000003 cr:4000001880000005 ec:4000002180000000 mx:4000004840008001 pa:4000005910000000 "
    "py:4000006000000066 pe:4000006040000068 uy:4000008580000003 "
    "at:4000000400000008 be:4000000560000004 bg:4000001000000000 by:4000001120000005 cy:4000001960000008 "
    "cz:4000002030000002 dk:4000002080000001 fi:4000002460000001 fr:4000002500000003 de:4000002760000016 "
    "gr:4000003000000030 hu:4000003480000005 ie:4000003720000005 it:4000003800000008 lv:4000004280000005 "
    "lt:4000004400000000 lu:4000004420000006 mt:4000004700000007 nl:4000005280000002 no:4000005780000007 "
    "pl:4000006160000005 pt:4000006200000007 ro:4000006420000001 sa:4000006820000007 si:4000007050000006 "
    "sk:4000007030000001 es:4000007240000007 se:4000007520000008 ch:4000007560000009 gb:4000008260000000 "
    "au:4000000360000006 cn:4000001560000002 hk:4000003440000004 in:4000003560000008 jp:4000003920000003 "
    "my:4000004580000002 nz:4000005540000008 sg:4000007020000003 tw:4000001580000008"
)


def _by_country() -> Iterator[Card]:
    for entry in _COUNTRIES.split():
        code, number = entry.split(":")
        yield Card((code,), number, country=code.upper())
    yield Card(("gb_debit",), "4000058260000005", funding="debit", country="GB")
    yield Card(("gb_mastercard",), "5555558265554449", "mastercard", country="GB")
    yield Card(("th_credit",), "4000007640000003", country="TH")
    yield Card(("th_debit",), "4000057640000008", funding="debit", country="TH")
    yield Card((), "4000004840000008", country="MX")
    yield Card((), "5062210000000009", "unknown", country="MX")


DECLINING_CARDS = (
    Card(_split_names("visa_chargeDeclined chargeDeclined"), "4000000000000002").as_declining(DECLINED),
    Card(
        _split_names("visa_chargeDeclinedInsufficientFunds chargeDeclinedInsufficientFunds"), "4000000000009995"
    ).as_declining(NO_FUNDS),
    # The document gives the token no number.
    Card(("visa_debit_chargeDeclinedInsufficientFunds",), "4000000000009995", funding="debit").as_declining(NO_FUNDS),
    Card(_split_names("visa_chargeDeclinedLostCard chargeDeclinedLostCard"), "4000000000009987").as_declining(LOST),
    Card(_split_names("visa_chargeDeclinedStolenCard chargeDeclinedStolenCard"), "4000000000009979").as_declining(
        STOLEN
    ),
    Card(_split_names("chargeDeclinedExpiredCard visa_chargeDeclinedExpiredCard"), "4000000000000069").as_declining(
        EXPIRED
    ),
    Card(
        _split_names("chargeDeclinedIncorrectCvc visa_chargeDeclinedIncorrectCvc"), "4000000000000127", cvc_check="fail"
    ).as_declining(WRONG_CVC),
    Card(
        _split_names("chargeDeclinedProcessingError visa_chargeDeclinedProcessingError"), "4000000000000119"
    ).as_declining(PROCESSING),
    Card(
        _split_names("visa_chargeDeclinedVelocityLimitExceeded chargeDeclinedVelocityLimitExceeded"), "4000000000006975"
    ).as_declining(TOO_OFTEN),
    Card(_split_names("chargeCustomerFail visa_chargeCustomerFail"), "4000000000000341", declines_payment=DECLINED),
    # The document gives these two tokens no number.
    Card(("visa_chargeCustomerFailLostCard",), "4000000000000341", declines_payment=LOST),
    Card(("visa_chargeCustomerFailStolenCard",), "4000000000000341", declines_payment=STOLEN),
)

RISKY_CARDS = (
    Card(
        _split_names("radarBlock chargeDeclinedFraudulent visa_chargeDeclinedFraudulent"),
        "4100000000000019",
        declines_payment=BLOCKED,
        risk_level="highest",
    ),
    Card(("riskLevelHighest",), "4000000000004954", risk_level="highest"),
    Card(("riskLevelElevated",), "4000000000009235", risk_level="elevated"),
    Card(("cvcCheckFail",), "4000000000000101", cvc_check="fail"),
    Card(("avsZipFail",), "4000000000000036", postal_code_check="fail"),
    Card(("cvcCheckFailElevatedRisk",), "4000058400307872", cvc_check="fail", risk_level="elevated"),
    Card(("avsZipFailElevatedRisk",), "4000058400306072", postal_code_check="fail", risk_level="elevated"),
    Card(("avsLine1Fail",), "4000000000000028", line1_check="fail"),
    Card(("avsFail",), "4000000000000010", postal_code_check="fail", line1_check="fail"),
    Card(("avsUnchecked",), "4000000000000044", postal_code_check="unavailable", line1_check="unavailable"),
    Card((), "4000000000001208"),
    Card((), "4000000000003725"),
)

DISPUTED_CARDS = (
    Card(_split_names("createDispute visa_createDispute"), "4000000000000259", dispute="fraudulent"),
    Card(
        _split_names("createDisputeProductNotReceived visa_createDisputeProductNotReceived"),
        "4000000000002685",
        dispute="product_not_received",
    ),
    Card(_split_names("createDisputeInquiry visa_createDisputeInquiry"), "4000000000001976", dispute="inquiry"),
    Card(("createIssuerFraudRecord",), "4000000000005423", dispute="warning"),
    Card(("createMultipleDisputes",), "4000000404000079", country="AT", dispute="multiple"),
    Card(("createCe3EligibleDispute",), "4000000404000038", country="AT", dispute="compelling_evidence_3"),
    Card(("createComplianceDispute",), "4000008400000779", dispute="compliance"),
)

REFUNDS_AND_BALANCE = (
    Card(("pendingRefund",), "4000000000007726", refund="pending"),
    Card(("refundFail",), "4000000000005126", refund="fails"),
    Card(("bypassPending",), "4000000000000077", available=True),
    Card(("bypassPendingInternational",), "4000003720000278", country="IE", available=True),
)

AUTHENTICATED_CARDS = (
    Card(("authenticationRequiredOnSetup",), "4000002500003155", country="FR", authentication="until_set_up"),
    Card(("authenticationRequired",), "4000002760003184", country="DE", authentication="always"),
    Card(("authenticationRequiredSetupForOffSession",), "4000003800000446", country="IT", authentication="on_session"),
    Card(
        ("authenticationRequiredChargeDeclinedInsufficientFunds",),
        "4000008260003178",
        country="GB",
        authentication="until_set_up",
        declines_payment=NO_FUNDS,
    ),
    Card(
        _split_names("threeDSecure2Required threeDSecureRequired"),
        "4000000000003220",
        country="IE",
        authentication="always",
    ),
    Card(
        ("threeDSecureRequiredChargeDeclined",), "4000008400001629", authentication="always", declines_payment=DECLINED
    ),
    # The look-up of 3-D Secure fails, and with it the payment: nobody is asked.
    Card(("threeDSecureRequiredProcessingError",), "4000008400001280").as_declining(DECLINED),
    Card(("threeDSecureOptional",), "4000000000003055", authentication="optional"),
    Card(("threeDSecureOptionalProcessingError",), "4000000000003097"),
    Card((), "4000582600000094", country="GB", authentication="always"),
    Card((), "4000582600000045", country="GB", authentication="always"),
    Card((), "4000582600000102", country="GB", authentication="always"),
    Card((), "4000582600000110", country="GB", authentication="always"),
)

PAGE_CARDS = (*BY_BRAND, *AUTHENTICATED_CARDS, *DECLINING_CARDS, *RISKY_CARDS, *DISPUTED_CARDS, *REFUNDS_AND_BALANCE)
"""The cards that the hosted pages offer."""
CARDS = (*PAGE_CARDS, *_by_country())
BY_ID = {f"pm_card_{name}": card for card in CARDS for name in card.names}
BY_TOKEN = {f"tok_{name}": card for card in CARDS for name in card.names}
BY_NUMBER = {card.number: card for card in reversed(CARDS)}
BY_KEY = {**BY_NUMBER, **BY_ID}
"""By what a stored payment method or token names its card: `Card.id`."""
