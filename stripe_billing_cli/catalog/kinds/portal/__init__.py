"""Customer portal configurations: their fields in the file (`model.py`), and all else of the kind (`kind.py`)."""

from stripe_billing_cli.catalog.kinds.portal.kind import PortalConfigurationKind

__all__ = ["PortalConfigurationKind"]
