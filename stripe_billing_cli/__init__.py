"""Subscriptions on Stripe from the command line."""

try:  # setuptools-scm writes it where this is built or installed; asking importlib.metadata takes time at each start
    from stripe_billing_cli._version import __version__ as __version__  # type: ignore[import-not-found, unused-ignore]
except ModuleNotFoundError:
    __version__ = "0.0.0"
