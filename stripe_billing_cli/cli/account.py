"""The name of the account, as commands print it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from stripe_billing_cli.stripe_api.client import StripeApi


def account_name(api: StripeApi) -> str:
    """Return the name that the dashboard shows, or the business's, or the id."""
    from stripe_billing_cli.stripe_api.errors import PermissionMissingError, UnsupportedCallError

    try:
        account = api.account()
    except PermissionMissingError:
        return "of unknown name: this restricted key may not read it"
    except UnsupportedCallError:
        return "of unknown name: this server does not say it"
    dashboard = (account.get("settings") or {}).get("dashboard") or {}
    business = account.get("business_profile") or {}
    return str(dashboard.get("display_name") or business.get("name") or account.get("email") or account["id"])
