"""Accounts (https://docs.stripe.com/api/accounts/object)."""

from __future__ import annotations

from stripe_billing_cli.stripe_api.objects.common import StripeObject


class BusinessProfile(StripeObject):
    name: str | None = None


class Dashboard(StripeObject):
    display_name: str | None = None


class AccountSettings(StripeObject):
    dashboard: Dashboard


class Account(StripeObject):
    id: str
    business_profile: BusinessProfile | None = None
    email: str | None = None
    settings: AccountSettings | None = None
