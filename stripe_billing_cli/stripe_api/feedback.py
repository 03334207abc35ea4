"""Why a customer says that they cancel, in Stripe's words. A module of its own: help names them, and imports little."""

from __future__ import annotations

from typing import Literal

Feedback = Literal[
    "customer_service",
    "low_quality",
    "missing_features",
    "other",
    "switched_service",
    "too_complex",
    "too_expensive",
    "unused",
]
"""`cancellation_details.feedback` (`stripe/params/_subscription_cancel_params.py`), and the reasons that a customer
portal asks for."""
