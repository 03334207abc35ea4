"""Prices whose terms change: replaced, revived, and the same again in a second run."""

from __future__ import annotations

from tests.catalog.catalogs import SEED
from tests.conftest import Account, Billing


def test_a_changed_amount_replaces_the_price_and_keeps_its_lookup_key(billing: Billing, account: Account) -> None:
    billing.apply(SEED)
    old = account.price("pro.monthly")

    billing.apply(SEED.replace("1500,", "2000,"))

    new = account.price("pro.monthly")
    assert new["id"] != old["id"]
    assert (new["unit_amount"], new["active"]) == (2000, True)
    assert account.products()["pro"]["default_price"] == new["id"]
    [old_price] = [price for price in account.prices() if price["id"] == old["id"]]
    assert (old_price["active"], old_price["lookup_key"]) == (False, None)
    assert billing.plan()["changes"] == []


def test_a_price_that_goes_back_to_earlier_terms_is_revived_rather_than_made_again(
    billing: Billing, account: Account
) -> None:
    billing.apply(SEED)
    first = account.price("pro.monthly")
    billing.apply(SEED.replace("1500,", "2000,"))

    billing.apply(SEED)

    assert account.price("pro.monthly")["id"] == first["id"]
    assert account.price("pro.monthly")["active"]
    assert len(account.prices()) == 3
    assert account.products()["pro"]["default_price"] == first["id"]
    assert billing.plan()["changes"] == []


def test_an_archived_price_whose_amount_changed_as_well_is_replaced(billing: Billing, account: Account) -> None:
    billing.apply(SEED)
    yearly = account.price("pro.yearly")["id"]
    account.post(f"/v1/prices/{yearly}", active=False)

    billing.apply(SEED.replace("15000", "16000"))

    assert account.price("pro.yearly")["id"] != yearly
    assert billing.plan()["changes"] == []


def test_a_replacement_that_is_archived_and_has_no_lookup_key_is_left_alone(billing: Billing, account: Account) -> None:
    """The price that it replaced keeps its lookup key, which the file wants for none."""
    billing.apply(SEED)
    text = SEED.replace("{unit_amount: 15000,", "{active: false, lookup_key: null, unit_amount: 16000,")

    billing.apply(text)

    assert text != SEED
    assert billing.plan()["changes"] == []
    yearly = account.price("pro.yearly")["id"]
    billing.apply(SEED)
    assert account.price("pro.yearly")["id"] == yearly
    assert billing.plan()["changes"] == []
