"""The sender of what is due to webhook endpoints, signed, until it is stopped."""

from __future__ import annotations

import hashlib
import hmac
import queue
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

from stripe_billing_cli.local_stripe.core import page_addresses
from stripe_billing_cli.local_stripe.core.account_files import accounts_folder
from stripe_billing_cli.local_stripe.core.connected_accounts import ConnectedAccounts
from stripe_billing_cli.local_stripe.core.errors import ApiError, LocalStripeError
from stripe_billing_cli.local_stripe.core.origins import is_on_this_machine
from stripe_billing_cli.local_stripe.core.store import Store
from stripe_billing_cli.local_stripe.core.webhooks import deliveries, retries
from stripe_billing_cli.local_stripe.core.webhooks.chaos import Chaos
from stripe_billing_cli.local_stripe.core.webhooks.deliveries import Delivery

USER_AGENT = "Stripe/1.0 (+https://stripe.com/docs/webhooks)"
SENDERS = 16
MOST_TO_ONE_ENDPOINT = 8
"""So that an endpoint that does not answer leaves room for the others."""
LEASE_MARGIN = 10.0
LOOK_AGAIN = 0.05
"""Seconds after which a row of another process is seen at the latest; one in the store of a connected account is seen
once time passes there, which is every second."""


@dataclass(frozen=True)
class DeliverySettings:
    """The way in which deliveries are made. `pauses` and `timeout` in seconds."""

    pauses: tuple[float, ...] = retries.TEST
    chaos: Chaos = field(default_factory=Chaos)
    timeout: float = 20.0
    anywhere: bool = False
    """Whether endpoints on other machines are called."""


def signature(secret: str, body: bytes, timestamp: int) -> str:
    """Return the header `Stripe-Signature` (https://docs.stripe.com/webhooks#verify-manually).

    As in Stripe's test mode there is a `v0` as well, which is to be ignored.
    """
    payload = f"{timestamp}.".encode() + body
    return f"t={timestamp},v1={_hmac(secret, payload)},v0={_hmac('', payload)}"


def _hmac(secret: str, payload: bytes) -> str:
    return hmac.new(secret.encode(), payload, hashlib.sha256).hexdigest()


class Sender:
    """The sender of one store's deliveries, and of those of connected accounts, with threads of its own.

    `clock` gives Unix seconds; pages are served at `url`.
    """

    def __init__(
        self,
        store: Store,
        settings: DeliverySettings,
        *,
        log: Callable[[str], None] | None = None,
        clock: Callable[[], float] = time.time,
        connected_accounts: ConnectedAccounts[Any] | None = None,
        url: str = page_addresses.BASE,
    ) -> None:
        self._store = store
        self._connected_accounts = connected_accounts
        self._url = url
        self._settings = settings
        self._log = log
        self._clock = clock
        self._busy: Counter[str] = Counter()
        self._lock = threading.Lock()
        self._wake = threading.Event()
        self._queue: queue.SimpleQueue[Delivery | None] = queue.SimpleQueue()
        self._threads: list[threading.Thread] = []
        self._is_stopping = False
        self._until = 0.0
        self._due: dict[str, float] = {}
        """When something is due in the stores of connected accounts, as far as they were looked at."""

    def run(self) -> None:
        """Send until `stop()`. Trouble with the file is logged, and tried again: a full disk is emptied some time."""
        was_reported = False
        self._note_what_is_left()
        while not self._is_stopping:
            self._wake.clear()
            try:
                for delivery in self._claim():
                    self._hand_over(delivery)
                was_reported = False
            except LocalStripeError as error:
                if self._log and not was_reported:
                    self._log(f"webhooks: {error.message}")
                was_reported = True
            self._wake.wait(LOOK_AGAIN)
        for _ in self._threads:
            self._queue.put(None)
        for thread in self._threads:
            thread.join(max(self._until - time.monotonic(), 0))

    def _note_what_is_left(self) -> None:
        """Note the connected accounts in whose stores an earlier server has left deliveries undone."""
        if self._connected_accounts is not None:
            files = accounts_folder(self._store.path).glob("*.db")
            self._due = {file.stem: deliveries.AT_ONCE for file in files if deliveries.are_left(file)}

    def stop(self, *, grace_seconds: float = 2.0) -> None:
        """End after what is being sent, or after this long: what is cut off then, the next sender sends again.

        May be called from another thread.
        """
        self._until = time.monotonic() + grace_seconds
        self._is_stopping = True
        self._wake.set()

    def _hand_over(self, delivery: Delivery) -> None:
        """Hand a delivery to a thread; threads are made as they are needed, and do not keep the program from ending."""
        self._queue.put(delivery)
        if len(self._threads) < min(self._busy.total(), SENDERS):
            thread = threading.Thread(target=self._send, name="webhook", daemon=True)
            self._threads.append(thread)
            thread.start()

    def _send(self) -> None:
        while (delivery := self._queue.get()) is not None:
            self._deliver(delivery)

    def deliver_due(self) -> int:
        """Send all that is due now, one after the other, and say how many: for tests."""
        count = 0
        while self._is_due():
            for delivery in self._claim(most=1):
                self._deliver(delivery)
                count += 1
        return count

    def _is_due(self) -> bool:
        """Return whether something is to be sent now."""
        for account in self._accounts():
            with suppress(ApiError), self._open_store(account) as store:
                due = deliveries.next_due(store)
                if due is not None and due <= self._clock():
                    return True
        return False

    def _accounts(self) -> list[str | None]:
        """Return the accounts whose stores are looked at: the own one, and those that are in use."""
        return [None, *(self._connected_accounts.idle() if self._connected_accounts else ())]

    def _claim(self, most: int = SENDERS) -> list[Delivery]:
        all_deliveries: list[Delivery] = []
        for account in self._accounts_with_news():
            with (
                suppress(ApiError),
                self._open_store(account, only_looking=True) as store,
            ):  # one that is deleted meanwhile
                due = deliveries.next_due(store)
                if account is not None and due is not None:
                    self._due[account] = due
                all_deliveries += self._claim_of(store, due, most - len(all_deliveries))
        return all_deliveries

    def _accounts_with_news(self) -> list[str | None]:
        """Return the accounts in whose stores something may be due: there are many more, and they take time."""
        if self._connected_accounts is None:
            return [None]
        now = self._clock()
        accounts = self._connected_accounts.take_used() | {account for account, due in self._due.items() if due <= now}
        for account in accounts:
            self._due.pop(account, None)
        return [None, *sorted(accounts)]

    @contextmanager
    def _open_store(self, account: str | None, *, only_looking: bool = False) -> Iterator[Store]:
        """Hand out the store of a connected account, or the sender's own."""
        if account is None or self._connected_accounts is None:
            yield self._store
        else:
            with self._connected_accounts.open(account, only_looking=only_looking) as router:
                yield router.store

    def _claim_of(self, store: Store, due: float | None, most: int) -> list[Delivery]:
        with self._lock:
            free = min(most, SENDERS - self._busy.total())
            full = [endpoint for endpoint, count in self._busy.items() if count >= MOST_TO_ONE_ENDPOINT]
        if due is None or due > self._clock() or free < 1:
            return []
        lease = self._settings.timeout + LEASE_MARGIN
        claims = deliveries.claim(store, self._clock(), lease, chaos=self._settings.chaos, full=full, most=free)
        with self._lock:
            self._busy.update(delivery.endpoint["id"] for delivery in claims)
        return claims

    def _deliver(self, delivery: Delivery) -> None:
        start = time.monotonic()
        try:
            outcome = self._post(delivery)
            with suppress(ApiError), self._open_store(delivery.account) as store:
                if outcome.isdigit() and 200 <= int(outcome) < 300:
                    deliveries.mark_delivered(store, delivery)
                else:
                    deliveries.mark_failed(store, delivery, self._clock(), self._settings.pauses)
        except LocalStripeError as error:
            outcome = error.message  # its lease runs out, and it is sent again
        finally:
            with self._lock:
                self._busy[delivery.endpoint["id"]] -= 1
                self._busy += Counter()
            self._wake.set()
        if self._log:
            took = round((time.monotonic() - start) * 1000)
            event = delivery.event
            self._log(f"webhook {event['type']} {event['id']} → {delivery.endpoint['url']} {outcome} {took} ms")

    def _post(self, delivery: Delivery) -> str:
        """Return the status that answered, or what went wrong."""
        import requests

        if not self._settings.anywhere and not is_on_this_machine(delivery.endpoint["url"]):
            return "not sent: it is on another machine (--webhooks-anywhere)"
        body = deliveries.payload(delivery, self._url)
        headers = {
            "Accept": "*/*; q=0.5, application/xml",
            "Cache-Control": "no-cache",
            "Content-Type": "application/json; charset=utf-8",
            "Stripe-Signature": signature(delivery.endpoint["secret"], body, int(self._clock())),
            "User-Agent": USER_AGENT,
        }
        with requests.Session() as session:
            session.trust_env = False  # what is on this machine is not reached by a proxy
            try:
                with session.post(
                    delivery.endpoint["url"],
                    data=body,
                    headers=headers,
                    timeout=self._settings.timeout,
                    allow_redirects=False,
                    stream=True,
                ) as answer:
                    return str(answer.status_code)
            except (requests.RequestException, ValueError) as error:
                return type(error).__name__
