"""One index of events in the order in which they come, in place of one by age and one by customer.

In an index by customer each event goes to a page of its own, and pages are what receiving an event costs; to look
through the entries of one index for a customer takes a tenth of a second in a million.
"""

from __future__ import annotations

from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.drop_index("events_by_customer", "events")
    op.drop_index("events_by_age", "events")
    op.create_index("events_by_age", "events", ["created", "received_at", "seq", "customer", "type"])
