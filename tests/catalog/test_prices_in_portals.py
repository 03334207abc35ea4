"""Prices that are replaced while customer portal configurations offer them, which the file names or not."""

from __future__ import annotations

from typing import Any

import pytest

from stripe_billing_cli.catalog.plan_request import PlanRequest, plan_catalog
from stripe_billing_cli.local_stripe.core.faults import Fault, Faults
from stripe_billing_cli.local_stripe.faulty_transport import FaultyTransport
from tests.catalog.loading import load
from tests.catalog.portals import CATALOG, HEAD, PATH, PRODUCTS, REPLACED, calls_of, configurations, offered
from tests.conftest import Account, Billing

HIGHER = (HEAD + PRODUCTS).replace("unit_amount: 1500,", "unit_amount: 2000,")
"""The catalog without its portal, after a price was raised."""


@pytest.mark.parametrize("is_named", [True, False], ids=["named in the file", "left as it is"])
def test_a_replaced_price_is_moved_before_it_is_archived(billing: Billing, account: Account, is_named: bool) -> None:
    billing.apply(CATALOG)
    [configuration] = configurations(account)
    old = account.price("pro.monthly")["id"]
    less = REPLACED[: REPLACED.index("          - {product: pro")].replace("        products:\n", "")

    billing.write(REPLACED if is_named else less)
    output = billing.ok("catalog", "plan", "--local").out
    assert f"products: pro ({old}, yearly), team (monthly) → pro (monthly, yearly), team (monthly)" in output
    calls = calls_of(billing, "catalog", "apply", "--local")

    move_call, archive_call = f"POST {PATH}/{configuration['id']}", f"POST /v1/prices/{old}"
    assert calls.index("POST /v1/prices") < calls.index(move_call) < calls.index(archive_call)
    assert offered(account)["pro"] == {account.price("pro.monthly")["id"], account.price("pro.yearly")["id"]}
    assert billing.plan()["changes"] == []


def awaited_by_writing(configuration: str, text: str, account: Account) -> set[str]:
    """Return the paths that are written before a configuration, in a plan of a catalog."""
    plan = plan_catalog(account.api, PlanRequest(load(text)))
    [update] = [operation for operation in plan.operations() if operation.path == f"{PATH}/{configuration}"]
    return {operation.path for operation in update.needs}


def test_a_revived_price_is_active_before_it_is_offered(billing: Billing, account: Account) -> None:
    offers = CATALOG[CATALOG.index("          - {product: pro") :]
    text = CATALOG.replace(offers, "          - pro\n          - team\n")
    billing.apply(text)
    [configuration], first = configurations(account), account.price("pro.monthly")["id"]
    billing.apply(text.replace("unit_amount: 1500,", "unit_amount: 2000,"))

    assert f"/v1/prices/{first}" in awaited_by_writing(configuration["id"], text, account)


class TestConfigurationsThatTheFileDoesNotName:
    """A configuration made by hand, or of another catalog, offers prices of a file that names none."""

    @pytest.fixture
    def by_hand(self, billing: Billing, account: Account) -> Any:
        """The catalog applied without its portal, and a configuration made by hand that offers its prices."""
        billing.apply(HEAD + PRODUCTS)
        prices = [account.price(key)["id"] for key in ("pro.monthly", "pro.yearly")]
        offers = {"enabled": True, "default_allowed_updates": ["price"]}
        update = {**offers, "products": [{"product": "pro", "prices": prices}]}
        return account.post(PATH, features={"subscription_update": update})

    def test_a_replaced_price_is_moved_in_it(self, billing: Billing, account: Account, by_hand: Any) -> None:
        old = account.price("pro.monthly")["id"]
        billing.write(HIGHER)

        output = billing.ok("catalog", "plan", "--local").out
        assert f"~ portal_configuration {by_hand['id']}\n" in output
        assert f"products: pro ({old}, yearly) → pro (monthly, yearly)" in output
        assert "left alone" not in output
        calls = calls_of(billing, "catalog", "apply", "--local")

        move_call, archive_call = f"POST {PATH}/{by_hand['id']}", f"POST /v1/prices/{old}"
        assert calls.index("POST /v1/prices") < calls.index(move_call) < calls.index(archive_call)
        assert offered(account)["pro"] == {account.price("pro.monthly")["id"], account.price("pro.yearly")["id"]}
        assert configurations(account)[0]["metadata"] == {}
        assert billing.plan()["changes"] == []

    def test_a_revived_price_is_active_before_it_is_offered_in_it(
        self, billing: Billing, account: Account, by_hand: Any
    ) -> None:
        first = account.price("pro.monthly")["id"]
        billing.apply(HIGHER)

        assert f"/v1/prices/{first}" in awaited_by_writing(by_hand["id"], HEAD + PRODUCTS, account)
        billing.apply(HEAD + PRODUCTS)
        assert offered(account)["pro"] == {first, account.price("pro.yearly")["id"]}

    def test_a_price_whose_successor_it_offers_already_leaves_it(
        self, billing: Billing, account: Account, by_hand: Any
    ) -> None:
        old = account.price("pro.monthly")
        params = {name: old[name] for name in ("product", "currency", "lookup_key", "metadata")}
        new = account.post(
            "/v1/prices", **params, unit_amount=15, recurring={"interval": "day"}, transfer_lookup_key=True
        )
        both = [{"product": "pro", "prices": [old["id"], new["id"]]}]
        account.post(f"{PATH}/{by_hand['id']}", features={"subscription_update": {"products": both}})

        billing.apply((HEAD + PRODUCTS).replace("1500, recurring: month", "15, recurring: day"))

        [one] = configurations(account)
        assert one["features"]["subscription_update"]["products"][0]["prices"] == [new["id"]]

    def test_what_a_cut_off_left_is_moved_by_the_next_run(
        self, billing: Billing, account: Account, by_hand: Any
    ) -> None:
        old = account.price("pro.monthly")
        params = {name: old[name] for name in ("product", "currency", "lookup_key", "metadata")}
        account.post(
            "/v1/prices", **params, unit_amount=2000, recurring={"interval": "month"}, transfer_lookup_key=True
        )
        billing.apply(HIGHER)

        assert offered(account)["pro"] == {account.price("pro.monthly")["id"], account.price("pro.yearly")["id"]}
        assert not account.api.get(f"/v1/prices/{old['id']}")["active"]

    def test_that_of_another_catalog_is_left_to_it(self, billing: Billing, account: Account, by_hand: Any) -> None:
        account.post(f"{PATH}/{by_hand['id']}", metadata={"billing_catalog": "other", "billing_key": "main"})
        billing.write(HIGHER)

        plan = billing.plan()

        assert [change["kind"] for change in plan["changes"]] == ["price"]
        [note] = [note["message"] for note in plan["notes"] if "portal_configuration" in note["message"]]
        assert "of catalog other offers" in note

    def test_that_the_key_may_not_read_it_is_a_warning(self, billing: Billing, account: Account, by_hand: Any) -> None:
        faults = [Fault.parse(f"403 before * GET {PATH}")]
        billing.wrap.append(lambda inner: FaultyTransport(inner, Faults(faults)))  # type: ignore[arg-type]

        plan = billing.plan(HIGHER)

        assert [change["kind"] for change in plan["changes"]] == ["price"]
        [note] = [note for note in plan["notes"] if "portal_configuration" in note["message"]]
        assert (note["level"], "this key may not read them" in note["message"]) == ("warning", True)

    def test_a_plan_that_replaces_nothing_does_not_ask_for_it(self, billing: Billing, by_hand: Any) -> None:
        billing.write((HEAD + PRODUCTS).replace("name: Team", "name: Teams"))

        assert PATH not in billing.ok("catalog", "plan", "--local", "--verbose").err


def test_a_price_that_alone_is_targeted_is_moved_too(billing: Billing, account: Account) -> None:
    billing.apply(CATALOG)
    old = account.price("pro.monthly")["id"]
    billing.write(REPLACED.replace("headline: Keymap", "headline: Other"))

    calls = calls_of(billing, "catalog", "apply", "--local", "--target", "pro")

    assert old not in offered(account)["pro"]
    assert calls[-1] == f"POST /v1/prices/{old}"
    assert [one["business_profile"]["headline"] for one in configurations(account)] == ["Keymap"]
