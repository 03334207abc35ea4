"""Customers and subscriptions: what may be asked of them, decided apart from asking it of Stripe."""
