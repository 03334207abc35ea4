"""Accounts that hold a catalog already, or 20,000 prices of somebody else's, without the hours of making them."""

from __future__ import annotations

import tempfile
from pathlib import Path

from stripe_billing_cli.catalog import snapshot
from stripe_billing_cli.catalog.contents import Catalog
from stripe_billing_cli.catalog.executor import carry_out
from stripe_billing_cli.catalog.planner import make_plan
from stripe_billing_cli.catalog.snapshot import Snapshot
from stripe_billing_cli.stripe_api.client import connect_locally


def held_by(catalog: Catalog) -> Snapshot:
    """The snapshot of a local Stripe to which the catalog was applied."""
    with tempfile.TemporaryDirectory() as scratch:
        api = connect_locally(Path(scratch) / "local.db")
        assert carry_out(api, make_plan(catalog, snapshot.read(api, catalog))).complete
        return snapshot.read(api, catalog, whole=True)
