"""Operations on subscriptions: what each does is decided apart from asking Stripe for it."""
