"""An apply of a catalog with every kind, cut off at any call: the next run arrives at the same place."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from stripe_billing_cli.catalog.file.load import Source, load_catalog
from stripe_billing_cli.catalog.kinds import KINDS
from stripe_billing_cli.catalog.plan import NewSecret
from stripe_billing_cli.catalog.snapshot import read
from stripe_billing_cli.local_stripe.transport import LocalTransport
from stripe_billing_cli.stripe_api.client import StripeApi
from tests.contract import ContractTransport
from tests.soak import Soak
from tests.troubled import Killed, Trouble, TroubledTransport, apply, connected

BEFORE = """\
version: 1
catalog: keymap
currency: usd
features:
  sso: {name: Single sign-on}
  audit: {name: Audit log}
meters:
  calls: {display_name: Calls, event_name: calls, default_aggregation: sum}
products:
  pro:
    name: Pro
    features: [sso]
    default_price: monthly
    prices:
      monthly: {unit_amount: 1500, recurring: month}
      yearly: {unit_amount: 15000, recurring: year}
      calls: {unit_amount: 2, recurring: {interval: month, usage_type: metered, meter: calls}}
  going:
    name: Going
    prices:
      once: {unit_amount: 100}
coupons:
  launch: {name: Launch, percent_off: 20, applies_to: [pro]}
promotion_codes:
  LAUNCH: {coupon: launch, max_redemptions: 10}
  GOING: {coupon: launch}
tax_rates:
  vat: {display_name: VAT, percentage: 19, inclusive: true}
  going: {display_name: Levy, percentage: 1, inclusive: false}
shipping_rates:
  post: {display_name: Post, fixed_amount: {amount: 500}}
  going: {display_name: Courier, fixed_amount: {amount: 900}}
portal_configurations:
  main:
    features:
      invoice_history: {enabled: true}
      subscription_update:
        {enabled: true, default_allowed_updates: [price], products: {pro: [monthly, yearly], going: []}}
  going: {features: {invoice_history: {enabled: true}}}
payment_links:
  pro: {line_items: [pro.monthly]}
  going: {line_items: [going.once]}
webhook_endpoints:
  billing: {url: https://keymap.example/hook, enabled_events: ['*'], api_version: 2026-08-26.dahlia}
  going: {url: https://keymap.example/old, enabled_events: ['*']}
""".replace(", going: []", "")
AFTER = """\
version: 1
catalog: keymap
currency: usd
features:
  sso: {name: SSO}
  roles: {name: Roles}
meters:
  calls: {display_name: API calls, event_name: calls, default_aggregation: sum}
products:
  pro:
    name: Pro
    description: For everybody
    features: [roles]
    default_price: monthly
    prices:
      monthly: {unit_amount: 2000, recurring: month}
      yearly: {unit_amount: 15000, recurring: year, nickname: Annual}
      calls: {unit_amount: 3, recurring: {interval: month, usage_type: metered, meter: calls}}
  team:
    name: Team
    features: [sso, roles]
    prices:
      seat: {unit_amount: 900, recurring: month}
coupons:
  launch: {name: Launch!, percent_off: 20, applies_to: [pro]}
  later: {percent_off: 10, duration: forever}
promotion_codes:
  LAUNCH: {coupon: later, max_redemptions: 20}
  LATER: {coupon: later}
tax_rates:
  vat: {display_name: VAT, percentage: 20, inclusive: true}
  sales: {display_name: Sales tax, percentage: 8.875, inclusive: false}
shipping_rates:
  post: {display_name: Post, fixed_amount: {amount: 600, currency_options: {eur: {amount: 550}}}}
  free: {display_name: Free, fixed_amount: {amount: 0}}
portal_configurations:
  main:
    name: Self-service
    features:
      invoice_history: {enabled: true}
      subscription_update:
        {enabled: true, default_allowed_updates: [price], products: {pro: [monthly, yearly], team: [seat]}}
payment_links:
  pro: {line_items: [pro.monthly], allow_promotion_codes: true}
  team: {line_items: [team.seat]}
webhook_endpoints:
  billing: {url: https://keymap.example/hook, enabled_events: ['*'], api_version: 2026-10-28.endive}
  more: {url: https://keymap.example/more, enabled_events: [invoice.paid]}
"""
GENERATED = re.compile(r"[a-z]+_(test_[0-9a-z]+|(?=[A-Za-z0-9]*[A-Z])[A-Za-z0-9]{14,})$")
"""An id that nobody chose."""
IGNORED = {"created", "updated", "url", "status_transitions", "secret"}
PART = 4
"""So many calls are tried outside of a soak."""


def keep(new: NewSecret) -> None:
    assert new.secret.startswith("whsec_")


def state(api: StripeApi) -> list[str]:
    """All that the account holds of the kinds, with keys for ids, and without times and addresses."""
    objects = read(api, load_catalog(Source("catalog.yaml", AFTER)), whole=True).objects
    objects_found = [one for of_kind in objects.values() for one in of_kind.values()]
    names = {one["id"]: _name(one) for one in objects_found}
    return sorted(json.dumps(_without_ids(one, names), sort_keys=True, default=str) for one in objects_found)


def _name(one: Any) -> str:
    stamp = (one.get("metadata") or {}).get("billing_key")
    return " ".join(str(part) for part in (one["object"], stamp, one.get("unit_amount"), one.get("lookup_key")) if part)


def _without_ids(value: Any, names: dict[str, str]) -> Any:
    if isinstance(value, dict):
        return {name: _without_ids(inner, names) for name, inner in value.items() if name not in IGNORED}
    if isinstance(value, list):
        return sorted((_without_ids(inner, names) for inner in value), key=repr)  # by what has no order of its own
    return names.get(value, "…" if GENERATED.match(value) else value) if isinstance(value, str) else value


def begun(path: Path) -> None:
    assert apply(BEFORE, connected(LocalTransport(path)), keep_secret=keep).complete


@pytest.fixture(scope="module")
def end(tmp_path_factory: pytest.TempPathFactory) -> tuple[list[str], int]:
    """What an uninterrupted run comes to, and the number of calls that it takes."""
    path = tmp_path_factory.mktemp("end") / "local.db"
    begun(path)
    transport = TroubledTransport(LocalTransport(path))
    assert apply(AFTER, connected(transport), keep_secret=keep).complete
    assert not apply(AFTER, connected(LocalTransport(path)), keep_secret=keep).results
    return state(connected(LocalTransport(path))), transport.calls


def test_the_catalogs_have_every_kind() -> None:
    for text in (BEFORE, AFTER):
        entries = load_catalog(Source("catalog.yaml", text)).by_kind
        assert {kind.name for kind in KINDS if not entries[kind.name]} == set()


@pytest.mark.soak
@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_a_run_cut_off_at_any_call_is_completed_by_the_next(
    end: tuple[list[str], int], tmp_path: Path, soak: Soak, after: bool
) -> None:
    whole_state, calls = end
    assert calls > 40, "the catalog must exercise all that kinds write"
    for at in soak.part(range(1, calls + 1), PART):
        path = tmp_path / f"{at}.db"
        begun(path)
        transport = TroubledTransport(LocalTransport(path), Trouble("kill", at, after, lasting=True))
        with pytest.raises(Killed):
            apply(AFTER, connected(transport), keep_secret=keep)

        api = connected(ContractTransport(LocalTransport(path)))
        assert apply(AFTER, api, keep_secret=keep).complete, f"call {at}"

        assert not apply(AFTER, api, keep_secret=keep).results, f"call {at}"
        end_state = state(api)
        assert [one for one in end_state if one not in whole_state] == [], f"call {at}"
        assert end_state == whole_state, f"call {at}"
