"""Tryton's own scenarios of its module for Stripe, unchanged, run by a Python that has both.

`python tryton_scenarios.py URL`: prints the name of each as it is run, and at the end, as JSON, what became of each.
"""

from __future__ import annotations

import json
import os
import sys
import unittest
import warnings

URL = sys.argv[1]
os.environ.update(
    DB_NAME=":memory:",
    TEST_NETWORK="1",
    STRIPE_SECRET_KEY="sk_test_51LocalLocalLocalLocalLocal00",
    STRIPE_PUBLISHABLE_KEY="pk_test_51LocalLocalLocalLocalLocal00",
)
warnings.simplefilter("ignore")

import stripe  # noqa: E402 the environment is read on the way

stripe.api_base = URL

from trytond.modules.account_payment_stripe.tests import test_scenario  # noqa: E402


class Outcome(unittest.TextTestResult):
    """A result that keeps what became of each scenario."""

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.by_name: dict[str, str] = {}

    def addSuccess(self, test: unittest.TestCase) -> None:
        super().addSuccess(test)
        self.by_name[test.id()] = "ok"

    def addFailure(self, test: unittest.TestCase, err: object) -> None:
        super().addFailure(test, err)  # type: ignore[arg-type]
        self.by_name[test.id()] = "failed"


scenarios = test_scenario.load_tests(unittest.TestLoader(), unittest.TestSuite(), None)
ended = unittest.TextTestRunner(stream=sys.stdout, verbosity=2, resultclass=Outcome).run(scenarios)
assert isinstance(ended, Outcome)
print(json.dumps(ended.by_name))
