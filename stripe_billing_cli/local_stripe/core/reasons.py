"""Reasons why the local Stripe does not have a parameter of Stripe's, where more than one call says so."""

from __future__ import annotations

NO_ACCOUNTS = "it has no accounts that are customers"
NO_CONNECT = "its accounts do nothing for one another"
NO_OPTIONS = "its payments are of cards, without options"
NO_RENDERING = "it renders no invoices"
NO_TAX_IDS = "the account has no tax ids"
NO_TAX_CODES = "it computes taxes by tax rates, and not by tax codes"
NO_TAXES = "it computes no taxes"
NO_THRESHOLDS = "it has no billing thresholds"
