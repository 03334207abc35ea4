"""The scenarios that billing-e2e comes with, unchanged, run by a Python that has it: `billing_e2e_runner.py URL KEY`.

The program itself has no way to say which Stripe it calls: its clients are told here.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import stripe
from billing_e2e.cli import main

URL, KEY = sys.argv[1:]
PRICES = {"monthly_price": 1500, "upgrade_price": 4900}
original = stripe.StripeClient.__init__


def at_url(self: stripe.StripeClient, *args: Any, **options: Any) -> None:
    original(self, *args, **{"base_addresses": {"api": URL}, **options})


stripe.StripeClient.__init__ = at_url  # type: ignore[method-assign]
v1 = stripe.StripeClient(KEY).v1
product = v1.products.create({"name": "Pro"}).id
lines = ["stripe: {key: " + KEY + "}", "vars:"]
for name, amount in PRICES.items():
    price = v1.prices.create(
        {"product": product, "currency": "usd", "unit_amount": amount, "recurring": {"interval": "month"}}
    )
    lines.append(f"  {name}: {price.id}")
Path("billing-e2e.yml").write_text("\n".join(lines) + "\n", encoding="utf-8")
try:
    main(["init"])
except SystemExit as ended:
    assert not ended.code
main(["run", "--junit", "report.xml"])
