"""Bank accounts in tests, debited by SEPA: one that pays, and one without money."""

from __future__ import annotations

from tests.local_stripe.conftest import Local

GOOD, EMPTY = "DE89370400440532013000", "DE62370400440532013001"


def account(local: Local, iban: str) -> str:
    holder = {"name": "Jenny Rosen", "email": "jenny@example.com"}
    method = local.post("/v1/payment_methods", type="sepa_debit", sepa_debit={"iban": iban}, billing_details=holder)
    return str(method["id"])
