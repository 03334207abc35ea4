"""How Sphinx builds these pages (`make docs`); nothing of it is needed to run `billing`."""

from stripe_billing_cli import __version__

project = "billing"
release = version = __version__
extensions = ["myst_parser"]
source_suffix = {".md": "markdown"}
myst_heading_anchors = 3
html_theme = "alabaster"
html_theme_options = {
    "description": "Run subscriptions on Stripe from the command line",
    "fixed_sidebar": True,
    "page_width": "64rem",
}
html_title = f"billing {version}"
html_copy_source = False
suppress_warnings = ["misc.highlighting_failure"]  # apostrophes in what commands print are no quotes of a shell
