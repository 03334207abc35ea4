"""`billing customer create`: what Stripe holds afterwards, and that nothing is made twice."""

from __future__ import annotations

import re
from typing import Any

import pytest

from stripe_billing_cli.local_stripe.core.store import Store
from tests.conftest import Billing, Ran
from tests.faults import crash_at_every_call, failing
from tests.subscriptions.conftest import Shop

ADA = ("customer", "create", "--local", "--email", "ada@example.com")


def customers(shop: Shop) -> list[Any]:
    return [one for page in shop.api.pages("/v1/customers", {}) for one in page]


def test_every_option_arrives(billing: Billing, shop: Shop) -> None:
    said = billing.ok(
        *ADA,
        *("--name", "Ada Lovelace", "--phone", "+44 20", "--description", "The first"),
        *("--address-line1", "12 St James's Square", "--address-line2", "Top", "--address-city", "London"),
        *("--address-state", "Greater London", "--address-postal-code", "SW1Y", "--address-country", "gb"),
        *("--metadata", "plan=gold", "--metadata", "note=a=b", "--tax-id", "gb_vat:GB123456789"),
    ).out

    [ada] = customers(shop)
    assert ada["id"] in said
    assert (ada["email"], ada["name"], ada["phone"]) == ("ada@example.com", "Ada Lovelace", "+44 20")
    assert ada["description"] == "The first"
    assert ada["address"] == {
        "line1": "12 St James's Square",
        "line2": "Top",
        "city": "London",
        "state": "Greater London",
        "postal_code": "SW1Y",
        "country": "GB",
    }
    assert ada["metadata"] == {"plan": "gold", "note": "a=b"}
    [tax_id] = shop.api.page(f"/v1/customers/{ada['id']}/tax_ids", {})[0]
    assert (tax_id["type"], tax_id["value"]) == ("gb_vat", "GB123456789")


def test_a_payment_method_is_attached_and_made_the_default(billing: Billing, shop: Shop) -> None:
    made = billing.ok(*ADA, "--payment-method", "pm_card_visa", "--output", "json").json

    [ada] = customers(shop)
    assert made["default_card"]["last4"] == "4242"
    assert ada["invoice_settings"]["default_payment_method"] == made["default_card"]["id"]
    assert "Visa ending in 4242" in billing.ok("customer", "show", "--local", ada["id"]).out


def test_a_card_that_cannot_be_saved_makes_no_customer(billing: Billing, shop: Shop) -> None:
    ran = billing(*ADA, "--payment-method", "pm_card_chargeDeclined")

    assert ran.code == 4
    assert "the card cannot be saved: Your card was declined." in ran.err
    assert "no customer was created" in ran.err
    assert customers(shop) == []


def test_on_a_test_clock(billing: Billing, shop: Shop) -> None:
    clock = shop.post("/v1/test_helpers/test_clocks", frozen_time=1_800_000_000)["id"]

    made = billing.ok(*ADA, "--test-clock", clock, "--output", "json").json

    assert (made["test_clock"], made["created"]) == (clock, 1_800_000_000)


def test_a_run_after_a_finished_one_makes_another(billing: Billing, shop: Shop) -> None:
    billing.ok(*ADA)
    billing.ok(*ADA)

    assert len(customers(shop)) == 2
    assert all(one["metadata"] == {} for one in customers(shop)), "the mark of the intent is gone"


def test_if_not_exists_gives_the_one_back(billing: Billing, shop: Shop) -> None:
    first = billing.ok(*ADA, "--if-not-exists", "--output", "id").out
    ran = billing.ok(*ADA, "--if-not-exists", "--output", "id", "--name", "Ada")

    assert ran.out == first
    assert "was there already" in ran.err
    assert len(customers(shop)) == 1


def test_if_not_exists_says_what_it_did_not_use(billing: Billing, shop: Shop) -> None:
    again = (*ADA, "--if-not-exists", "--name", "Ada", "--metadata", "plan=gold")
    made = billing.ok(*again, "--output", "id").out.strip()

    same = billing.ok(*again).err
    other = billing.ok(*again, "--name", "Eve", "--payment-method", "pm_card_visa").err

    assert "Note" not in same
    assert "it stays as it is. Given and not used: name, payment method;" in other
    assert f"customer update {made}" in other
    assert shop.api.get(f"/v1/customers/{made}")["name"] == "Ada"


def test_if_not_exists_finds_one_on_a_test_clock(billing: Billing, shop: Shop) -> None:
    clock = shop.post("/v1/test_helpers/test_clocks", frozen_time=1_800_000_000)["id"]
    existing = shop.customer(email="ada@example.com", test_clock=clock)

    assert billing.ok(*ADA, "--if-not-exists", "--output", "id").out.strip() == existing["id"]


def test_if_not_exists_refuses_to_guess_between_two(billing: Billing, shop: Shop) -> None:
    ids = {shop.customer(email="ada@example.com")["id"] for _ in range(2)}

    ran = billing(*ADA, "--if-not-exists", "--output", "json")

    assert (ran.code, ran.error["kind"]) == (1, "ambiguous")
    assert set(re.findall(r"cus_\w+", ran.error["message"])) == ids
    assert len(customers(shop)) == 2


def test_cut_off_at_any_call_and_run_again_there_is_one(billing: Billing, shop: Shop) -> None:
    emails = (f"ada{number}@example.com" for number in range(20))
    email = ""

    def first() -> Ran:
        nonlocal email
        email = next(emails)
        return run()

    def run() -> Ran:
        return billing("customer", "create", "--local", "--email", email, "--payment-method", "pm_card_visa")

    places = []
    for place in crash_at_every_call(billing, first):
        places.append(place)
        assert run().code == 0
        made = [one for one in customers(shop) if one["email"] == email]
        finished = place == "after call 4"
        assert len(made) == (2 if finished else 1), place
    assert places[-1] == "after call 4", "two reads, the create, and the mark's removal"


def test_created_and_deleted_again_and_again_it_is_made_each_time(billing: Billing, shop: Shop) -> None:
    for _ in range(6):
        made = billing.ok(*ADA, "--output", "id").out.strip()
        assert [one["id"] for one in customers(shop)] == [made]
        shop.api.delete(f"/v1/customers/{made}")


@pytest.mark.parametrize("how", ["500 after 1", "drop after 1", "half after 1", "timeout before 1", "409 before 1"])
def test_a_create_that_is_lost_is_found_again(billing: Billing, shop: Shop, how: str) -> None:
    with failing(billing, f"{how} POST /v1/customers"):
        billing.ok(*ADA)

    assert len(customers(shop)) == 1


@pytest.mark.parametrize("who", [("--name", "Bob"), ("--email", "bob@example.com")])
def test_one_idempotency_key_makes_one_customer_after_stripe_has_forgotten_it(
    billing: Billing, shop: Shop, who: tuple[str, str]
) -> None:
    create = ("customer", "create", "--local", *who, "--idempotency-key", 'bob "7"', "--output", "id")
    first = billing.ok(*create).out
    shop.post(f"/v1/customers/{first.strip()}", email="robert@example.com")
    store = Store(billing.directory / ".billing" / "local.db")
    with store.writing():
        store.execute("DELETE FROM idempotency")
    store.close()

    assert billing.ok(*create).out == first


def test_one_idempotency_key_makes_one_customer(billing: Billing, shop: Shop) -> None:
    key = ("--idempotency-key", "signup-17")
    first = billing.ok(*ADA, *key, "--output", "id").out
    assert billing.ok(*ADA, *key, "--output", "id").out == first
    assert len(customers(shop)) == 1

    other = billing(*ADA, *key, "--name", "Somebody else", "--output", "json")
    assert (other.code, other.error["kind"]) == (2, "idempotency")
    assert first.strip() in other.error["message"]


def test_without_an_email_each_run_makes_one_unless_a_key_is_given(billing: Billing, shop: Shop) -> None:
    for _ in range(2):
        billing.ok("customer", "create", "--local", "--name", "Ada")
    assert len(customers(shop)) == 2

    for _ in range(2):
        billing.ok("customer", "create", "--local", "--name", "Bob", "--idempotency-key", "bob")
    assert len(customers(shop)) == 3


@pytest.mark.parametrize(
    "wrong",
    [
        ("--metadata", "gold"),
        ("--metadata", "=gold"),
        ("--metadata", "a=1", "--metadata", "a=2"),
        ("--tax-id", "DE123456789"),
        ("--address-country", "Germany"),
        ("--idempotency-key", ""),
    ],
)
def test_a_wrong_option_is_told_before_any_call(billing: Billing, wrong: tuple[str, ...]) -> None:
    ran = billing(*ADA, *wrong, "--verbose")

    assert ran.code == 2
    assert wrong[0] in ran.err
    assert "/v1/" not in ran.err


def test_if_not_exists_needs_an_email(billing: Billing) -> None:
    assert billing("customer", "create", "--local", "--if-not-exists").code == 2


class TestDuplicates:
    def test_who_has_the_email_already_is_named(self, billing: Billing, shop: Shop) -> None:
        first = shop.customer(email="ada@example.com")["id"]
        ran = billing.ok(*ADA)

        assert f"Note: {first} (ada@example.com) has this email already." in ran.err
        assert len(customers(shop)) == 2

    def test_in_other_capitals_too(self, billing: Billing, shop: Shop) -> None:
        first = shop.customer(email="ada@example.com")["id"]
        ran = billing.ok("customer", "create", "--local", "--email", "Ada@Example.com")

        assert f"Note: {first} (ada@example.com) has this email already, in other capitals." in ran.err

    def test_in_capitals_that_only_search_knows(self, billing: Billing, shop: Shop) -> None:
        """https://docs.stripe.com/search: exact matches whatever the case; a hint at most, since it lags behind."""
        first = shop.customer(email="Ada@Example.com")["id"]
        said = f"Note: {first} (Ada@Example.com) has this email already, in other capitals."
        assert said in billing.ok(*ADA).err
        billing.ok("local", "settings", "--search-lag", "1m")
        assert "Note" not in billing.ok(*ADA[:-1], "eve@example.com").err
        second = shop.customer(email="Eve@Example.com")["id"]
        assert second not in billing.ok(*ADA[:-1], "EVE@EXAMPLE.COM").err

    def test_if_not_exists_finds_it_in_lower_case(self, billing: Billing, shop: Shop) -> None:
        first = shop.customer(email="ada@example.com")["id"]
        ran = billing.ok(
            "customer", "create", "--local", "--email", "Ada@Example.com", "--if-not-exists", "--output", "id"
        )

        assert ran.out.split() == [first]
        assert len(customers(shop)) == 1

    def test_the_first_one_makes_no_note(self, billing: Billing) -> None:
        assert "Note" not in billing.ok(*ADA).err
