"""Billing: money and time, for whichever resource asks. Nothing here answers a call of its own.

From the ground: `periods`, `pricing`, `catalog/`, `payments/`, `discounts/`, `invoicing/` (collection, too),
`metering/`, `entitlements/`, `subscriptions/`, `schedules/`, `scheduled_jobs`. What a lower one brings about in a
higher one is announced as an effect (`core/effects.py`), to which the higher one listens.
"""
