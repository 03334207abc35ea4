"""Accounts (https://docs.stripe.com/api/accounts/object)."""

from stripe_billing_cli.stripe_api.objects.common import StripeObject


class BusinessProfile(StripeObject):
    name: str | None


class Dashboard(StripeObject):
    display_name: str | None


class AccountSettings(StripeObject):
    dashboard: Dashboard


class Account(StripeObject):
    id: str
    business_profile: BusinessProfile | None
    email: str | None
    settings: AccountSettings | None
