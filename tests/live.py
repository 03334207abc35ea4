"""The local Stripe as if it were live mode."""

from __future__ import annotations

from typing import Any

import stripe

LIVE_KEY = "sk_live_0000000000000000"


class Posing(stripe.HTTPClient):
    """The local Stripe under a live key."""

    name = "posing"

    def __init__(self, inner: stripe.HTTPClient) -> None:
        super().__init__()
        self._inner = inner

    def request(self, method: str, url: str, headers: Any, post_data: Any = None, **_: Any) -> Any:
        return self._inner.request(method, url, {**headers, "Authorization": "Bearer sk_test_local"}, post_data)

    def close(self) -> None:
        self._inner.close()  # type: ignore[no-untyped-call]
