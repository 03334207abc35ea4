"""The pages that Stripe hosts: invoices to be paid, cards to be set up, 3-D Secure, the customer portal."""
