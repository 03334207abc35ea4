"""Checkout sessions in tests: made, and paid as by the form of their page."""

from __future__ import annotations

from typing import Any

from tests.local_stripe.conftest import Local, Reply, encoded

PATH = "/v1/checkout/sessions"
DONE = "https://example.com/thanks?session={CHECKOUT_SESSION_ID}"
VISA = "pm_card_visa"


def selling(local: Local, *prices: str, mode: str = "payment", **params: Any) -> Any:
    """Return a new session that sells one of each price."""
    items = [{"price": price, "quantity": 1} for price in prices]
    return local.post(PATH, **{"mode": mode, "success_url": DONE, "line_items": items, **params})


def pay(local: Local, session: Any, **fields: Any) -> Reply:
    """Return the answer to what a customer sends at the session's page; what is None is left out."""
    form = {"email": "jenny@example.com", "payment_method": VISA, **fields}
    form = {name: value for name, value in form.items() if value is not None}
    return local.send("post", f"/local/checkout/sessions/{session['id']}/pay", encoded(form))


def paid(local: Local, session: Any, *, expand: tuple[str, ...] = (), **fields: Any) -> Any:
    """Return the session, complete, after its customer has paid."""
    reply = pay(local, session, **fields)
    assert reply.status == 200, reply.text
    after = local.get(f"{PATH}/{session['id']}", expand=list(expand))
    assert after["status"] == "complete"
    return after


def waiting_intent(local: Local, session: Any) -> str:
    """Return the id of the intent by which a session waits for 3-D Secure."""
    [intent] = local.send("get", f"/local/checkout/sessions/{session['id']}/intents").json["data"]
    return str(intent["id"])


def types(local: Local, since: int = 0) -> list[str]:
    """Return the types of the events, but for the first ones, oldest first."""
    return [event["type"] for event in reversed(local.events())][since:]
