"""What is said of each part of the local Stripe without importing it is what it has, and what is not called is not
imported."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from stripe_billing_cli.local_stripe.api import API, PARTS
from stripe_billing_cli.local_stripe.core import documented
from stripe_billing_cli.local_stripe.core.parts import Part


@pytest.mark.parametrize("part", PARTS, ids=lambda part: part.module.rsplit(".", 1)[1])
def test_a_part_is_what_is_said_of_it(part: Part) -> None:
    routes = part.api.routes

    assert [route.path for route in routes if route not in list(API.routes_at(route.path))] == []
    assert [path for path in part.paths if not any(_under(route.path, path) for route in routes)] == []
    assert part.jobs == tuple(part.api.jobs)
    assert part.effects == tuple(effect.__name__ for effect in part.api.listeners)


def _under(route: str, path: str) -> bool:
    return route == path or route.startswith(f"{path}/")


def test_no_two_effects_have_one_name() -> None:
    effects = list(API.whole().listeners)

    assert len({effect.__name__ for effect in effects}) == len(effects)


def test_what_the_parts_answer_needs_no_expansions_of_their_own() -> None:
    declared = API.whole().expansions

    assert {kind for kind, fields in declared.items() if fields.keys() - documented.expandable(kind).keys()} == set()


IMPORTED = """
import sys
from pathlib import Path
from stripe_billing_cli.local_stripe.transport import LocalTransport

transport = LocalTransport(Path(sys.argv[1]))
headers = {"Authorization": "Bearer sk_test_parts"}
body, status, _ = transport.request("post", "https://api.stripe.com/v1/products", headers, "name=Cup")
assert status == 200, body
print(*(name.split(".")[3] for name in sys.modules if name.startswith("stripe_billing_cli.local_stripe.resources.")))
"""


def test_a_resource_that_is_not_called_is_not_imported(tmp_path: Path) -> None:
    ran = subprocess.run(
        [sys.executable, "-c", IMPORTED, f"{tmp_path}/store.db"], capture_output=True, text=True, check=True
    )

    assert set(ran.stdout.split()) & {"products", "subscriptions", "invoices"} == {"products"}
