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
    display_name = account["settings"]["dashboard"]["display_name"] if account["settings"] else None
    business = account["business_profile"]["name"] if account["business_profile"] else None
    return display_name or business or account["email"] or account["id"]
