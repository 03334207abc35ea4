"""The delivery that actions are tested with."""

from stripe_billing_cli.events.store import Delivery

DELIVERY = Delivery(1, "evt_1", "exec", "cus_1", 1, "running", 3, 0.0, "w", None, None, None, None)
