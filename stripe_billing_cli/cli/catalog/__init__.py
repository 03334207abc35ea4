"""`billing catalog`: each command in a file of its own, registered on import in the order of the help."""

from stripe_billing_cli.cli.catalog import validate, show, schema, plan, apply, import_, diff, copy  # isort: skip
from stripe_billing_cli.cli.catalog.app import app

__all__ = ["app", "apply", "copy", "diff", "import_", "plan", "schema", "show", "validate"]
