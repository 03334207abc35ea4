"""A project with dj-stripe, in one file, run by a Python that has both: copies each model, then takes webhooks.

python django_project.py URL KEY MODEL…   prints JSON: how many of each model, and what came of each event
"""

import io
import json
import re
import sys

import django
from django.conf import settings

URL, KEY, *MODELS = sys.argv[1:]
settings.configure(
    SECRET_KEY="none",
    USE_TZ=True,
    INSTALLED_APPS=["django.contrib.auth", "django.contrib.contenttypes", "djstripe"],
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": "django.sqlite3"}},
    DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
    MIGRATION_MODULES={"djstripe": None},  # tables as the models are: running its migrations takes a minute
    DJSTRIPE_FOREIGN_KEY_TO_FIELD="id",
    STRIPE_API_HOST=URL,
    STRIPE_TEST_SECRET_KEY=KEY,
    STRIPE_LIVE_MODE=False,
)
django.setup()

import stripe  # noqa: E402 Django must be set up first
from django.core.management import call_command  # noqa: E402
from djstripe import models  # noqa: E402

stripe.api_base, stripe.api_key = URL, KEY
call_command("migrate", run_syncdb=True, verbosity=0)
said = io.StringIO()
call_command("djstripe_sync_models", *MODELS, stdout=said, stderr=said)
failures = re.findall(r"(?:Failed syncing|Error syncing|Error listing) .*", said.getvalue())
events = {}
for event in stripe.Event.list(limit=100).auto_paging_iter():
    try:
        models.Event.process(data=event.to_dict())
        events.setdefault(event.type, "ok")
    except Exception as error:  # whatever a handler raises is an outcome  # noqa: BLE001
        events[event.type] = f"{type(error).__name__}: {error}"
rows = {name: getattr(models, name).objects.count() for name in MODELS}
print(json.dumps({"failures": failures, "events": events, "rows": rows}))
