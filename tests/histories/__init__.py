"""Random histories of subscriptions, driven by the commands on a test clock, and what must be true of all of them."""
