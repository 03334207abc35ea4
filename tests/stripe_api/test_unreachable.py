"""What a machine that cannot reach Stripe is told: which part of the way is broken, and what to look at."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import requests
import stripe

from stripe_billing_cli.stripe_api.address import STRIPE_API_BASE
from stripe_billing_cli.stripe_api.client import connect
from stripe_billing_cli.stripe_api.error_translation import billing_error

PROXIES = {
    "http://127.0.0.1:9": "the proxy refused the connection, or there is no way to it",
    "http://proxy.invalid:3128": "the name of the proxy could not be resolved",
    "http://": "the address of the proxy is no URL",
    "socks5://127.0.0.1:9": "a SOCKS proxy needs a package that is not installed: pip install pysocks",
}


def unreachable(cause: BaseException) -> tuple[str, str | None]:
    """Return what is said, and the way on, where the SDK gave up for this cause."""
    error = stripe.APIConnectionError("Unexpected error communicating with Stripe.")
    error.__cause__ = cause
    failure = billing_error(error, STRIPE_API_BASE)
    return failure.message, failure.hint


def call_through(proxy: str) -> requests.RequestException:
    with pytest.raises(requests.RequestException) as raised:
        requests.get(STRIPE_API_BASE, proxies={"https": proxy}, timeout=60)
    return raised.value


@pytest.mark.parametrize("proxy", PROXIES)
def test_a_proxy_that_points_nowhere(proxy: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*_: object, **__: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    if "invalid" in proxy:
        monkeypatch.setattr(socket, "getaddrinfo", unknown)

    message, hint = unreachable(call_through(proxy))

    assert message == f"Stripe could not be reached: {PROXIES[proxy]}"
    assert hint == "check the proxy that HTTPS_PROXY or ALL_PROXY names; NO_PROXY excepts addresses from it"


def test_a_proxy_that_asks_for_a_password() -> None:
    with answering(b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n") as port:
        message, _ = unreachable(call_through(f"http://user:secret@127.0.0.1:{port}"))

    assert message == (
        "Stripe could not be reached: the proxy refused the connection: 407 Proxy Authentication Required"
    )


@contextmanager
def answering(answer: bytes) -> Iterator[int]:
    """A server that answers one connection."""
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            connection, _ = listening.accept()
            with connection:
                connection.recv(65536)
                connection.sendall(answer)

        thread = threading.Thread(target=serve)
        thread.start()
        yield listening.getsockname()[1]
        thread.join(60)


def test_a_clock_that_is_off() -> None:
    """As OpenSSL says it of a certificate; a fresh one is not valid yet on a clock that is hours behind."""
    cause = ssl.SSLCertVerificationError(1, "certificate verify failed")
    cause.verify_message = "certificate is not yet valid"

    message, hint = unreachable(requests.exceptions.SSLError(cause))

    assert message.endswith("the server's certificate could not be verified: certificate is not yet valid")
    assert hint is not None
    assert "check this machine's clock" in hint


@pytest.mark.parametrize("name", ["REQUESTS_CA_BUNDLE", "SSL_CERT_FILE"])
def test_certificates_of_this_machine_are_trusted(name: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    usual, asked = stripe.ca_bundle_path, []
    monkeypatch.setattr(stripe, "ca_bundle_path", usual)

    def request(*_: object, **options: Any) -> requests.Response:
        asked.append(options["verify"])
        answer = requests.Response()
        answer.status_code, answer._content = 200, b'{"id": "acct_1", "object": "account"}'
        return answer

    monkeypatch.setattr(requests.Session, "request", request)
    for other in ("REQUESTS_CA_BUNDLE", "SSL_CERT_FILE"):
        monkeypatch.setenv(other, str(tmp_path / "not-there.pem"))
    connect("sk_test_" + "x" * 24).get("/v1/account")
    monkeypatch.setenv(name, str(tmp_path))
    connect("sk_test_" + "x" * 24).get("/v1/account")

    assert asked == [usual, str(tmp_path)]
