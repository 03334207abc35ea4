"""The resources of Stripe's API reference: each declares by its `API` what it answers, and imports others by facade."""
