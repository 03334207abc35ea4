"""The origins that may call a local Stripe over HTTP, and the hosts that it calls: this machine, unless settings say
otherwise.

A web page that somebody has open could otherwise read it, by a name of its own that leads to this machine (DNS
rebinding), or write to it, by a form.
"""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Collection, Mapping
from urllib.parse import urlsplit

from stripe_billing_cli.local_stripe.core.errors import ApiError


def check_caller(headers: Mapping[str, str], own_names: Collection[str]) -> None:
    """Raise `ApiError` where a request is for another name than this server's, or comes from another site's page.

    `own_names` are names besides `localhost` and addresses.
    """
    host = headers.get("host")
    if host and not _is_own(_host_of(f"//{host}"), own_names):
        raise ApiError(
            403,
            f"The local Stripe is not served as {host}. To serve it by that name: "
            f"billing local serve --allow-host {_host_of(f'//{host}')}",
        )
    origin = headers.get("origin")
    if origin and origin != "null" and not _is_own(_host_of(origin), own_names):
        raise ApiError(403, f"The local Stripe takes no calls from pages of {origin}.")


def _host_of(url: str) -> str:
    try:
        return (urlsplit(url).hostname or "").lower()
    except ValueError:
        return ""


def _is_own(host: str, own_names: Collection[str]) -> bool:
    """Return whether a host is surely this server: an address cannot be made to lead elsewhere, and a name can."""
    return host == "localhost" or host.endswith(".localhost") or host in own_names or _address(host) is not None


def _address(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None


def is_on_this_machine(url: str) -> bool:
    """Return whether all that a URL's host leads to is this machine's loopback."""
    host = _host_of(url)
    if host == "localhost" or host.endswith(".localhost"):
        return True
    if (address := _address(host)) is not None:
        return address.is_loopback
    try:
        addresses = {ipaddress.ip_address(str(entry[4][0])) for entry in socket.getaddrinfo(host, None)}
    except (OSError, ValueError):
        return False
    return bool(addresses) and all(address.is_loopback for address in addresses)
