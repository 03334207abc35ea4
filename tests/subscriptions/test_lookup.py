"""A name that leads nowhere is explained: wrong kind, wrong mode, not there, deleted, archived, or one of several."""

from __future__ import annotations

import pytest
import responses
import stripe

from stripe_billing_cli.stripe_api import client, lookup
from tests.conftest import Billing
from tests.faults import meanwhile
from tests.subscriptions.conftest import Shop

LIVE_ID = "sub_1MowQVLkdIwHu7ixeRlqHVzs"


class NoCalls(stripe.HTTPClient):
    name = "none"

    def request(self, method: str, url: str, *_: object, **__: object) -> object:  # type: ignore[override]
        raise AssertionError(f"{method} {url} was called")


@pytest.fixture
def offline() -> client.StripeApi:
    return client.StripeApi(stripe.StripeClient("sk_test_x", http_client=NoCalls()), livemode=False)


class TestWrongKind:
    @pytest.mark.parametrize(
        ("name", "said"),
        [
            ("price_1MoBy5LkdIwHu7ixZhnattbh", "is the id of a price, and a subscription is needed"),
            ("sub_sched_1MoBy5LkdIwHu7ixZ", "is the id of a subscription schedule, and a subscription is needed"),
            ("in_1MoBy5LkdIwHu7ixZ", "is the id of an invoice"),
            ("ada", "'ada' is no name of a subscription"),
            ("", "'' is no name of a subscription"),
            ("sub_1/../../customers", "is the id of a subscription, and"),
        ],
    )
    def test_of_a_subscription_is_known_without_a_call(self, offline: client.StripeApi, name: str, said: str) -> None:
        with pytest.raises(lookup.WrongKindError) as refused:
            lookup.find_subscription(offline, name)
        assert said in str(refused.value)

    @pytest.mark.parametrize("name", ["sub_1MoBy5LkdIwHu7ixZ", "price_1MoBy5LkdIwHu7ixZ", "acct_1", "a b", ""])
    def test_of_a_customer_is_known_without_a_call(self, offline: client.StripeApi, name: str) -> None:
        with pytest.raises(lookup.WrongKindError):
            lookup.find_customer(offline, name)

    @pytest.mark.parametrize("name", ["sub_1MoBy5LkdIwHu7ixZ", "prod_NjpI7DbZx6AlWQ", "cus_NffrFeUfNV2Hib"])
    def test_of_a_price_is_known_without_a_call(self, offline: client.StripeApi, name: str) -> None:
        with pytest.raises(lookup.WrongKindError):
            lookup.find_price(offline, name)

    def test_a_key_pasted_by_mistake_is_not_repeated(self, offline: client.StripeApi) -> None:
        for find in (lookup.find_subscription, lookup.find_customer, lookup.find_price):
            with pytest.raises(lookup.WrongKindError) as refused:
                find(offline, "sk_live_51AbCdEfGhIjKlMnOp")
            assert "is the id of an API key" in str(refused.value)
            assert "51AbCdEfGhIj" not in str(refused.value)


class TestWrongMode:
    @pytest.mark.parametrize(("key", "other"), [("sk_live_x", "test"), ("sk_test_x", "live")])
    def test_an_id_of_the_other_mode_is_said_to_be_that(self, key: str, other: str) -> None:
        mine = "live" if other == "test" else "test"
        message = (
            f"No such subscription: '{LIVE_ID}'; a similar object exists in {other} mode, "
            f"but a {mine} mode key was used to make this request."
        )
        error = {"type": "invalid_request_error", "code": "resource_missing", "param": "id", "message": message}
        with responses.RequestsMock() as stripe_itself:
            stripe_itself.get(
                f"https://api.stripe.com/v1/subscriptions/{LIVE_ID}",
                json={"error": error},
                status=404,
                headers={"Request-Id": "req_1"},
            )
            with pytest.raises(lookup.WrongModeError) as refused:
                lookup.find_subscription(client.connect(key), LIVE_ID)
        assert f"is of {other} mode, and the key is a {mine} key" in str(refused.value)
        assert refused.value.request_id == "req_1"


class TestCustomers:
    def test_by_id_and_by_email(self, shop: Shop) -> None:
        ada = shop.customer(email="ada@example.com")
        assert lookup.find_customer(shop.api, ada["id"])["id"] == ada["id"]
        assert lookup.find_customer(shop.api, "ada@example.com")["id"] == ada["id"]

    def test_by_email_on_a_test_clock(self, shop: Shop) -> None:
        shop.post("/v1/test_helpers/test_clocks", frozen_time=1_800_000_000)
        clock = shop.post("/v1/test_helpers/test_clocks", frozen_time=1_800_000_000)
        ada = shop.customer(email="ada@example.com", test_clock=clock["id"])
        assert lookup.find_customer(shop.api, "ada@example.com")["id"] == ada["id"]

    def test_two_with_one_email_are_both_named(self, shop: Shop) -> None:
        ids = [shop.customer(email="ada@example.com")["id"] for _ in range(2)]
        with pytest.raises(lookup.AmbiguousError) as refused:
            lookup.find_customer(shop.api, "ada@example.com")
        assert all(id in str(refused.value) for id in ids)

    def test_one_that_was_deleted_is_said_to_be(self, shop: Shop) -> None:
        ada = shop.customer()
        shop.api.delete(f"/v1/customers/{ada['id']}")
        with pytest.raises(lookup.DeletedError):
            lookup.find_customer(shop.api, ada["id"])

    def test_one_that_never_was(self, shop: Shop) -> None:
        with pytest.raises(lookup.NoMatchError, match="there is no customer cus_None"):
            lookup.find_customer(shop.api, "cus_None")
        with pytest.raises(lookup.NoMatchError, match=r"no customer has the email bob@example\.com$"):
            lookup.find_customer(shop.api, "bob@example.com")

    def test_an_email_is_asked_for_in_lower_case_too(self, shop: Shop) -> None:
        ada = shop.customer(email="ada@example.com")
        assert lookup.find_customer(shop.api, "Ada@Example.com")["id"] == ada["id"]

    def test_two_that_differ_in_capitals_are_both_named(self, shop: Shop) -> None:
        emails = ("ada@example.com", "Ada@example.com")
        ids = {email: shop.customer(email=email)["id"] for email in emails}
        with pytest.raises(lookup.AmbiguousError) as refused:
            lookup.find_customer(shop.api, "Ada@example.com")
        assert f"{ids['ada@example.com']} (ada@example.com)" in str(refused.value)
        assert ids["Ada@example.com"] in str(refused.value)
        assert lookup.find_customer(shop.api, "ada@example.com")["id"] == ids["ada@example.com"]

    def test_what_only_the_search_finds_is_a_hint(self, shop: Shop) -> None:
        ada = shop.account.answered(f"/v1/customers/{shop.customer(email='Ada@example.com')['id']}")
        nothing = {"object": "list", "data": [], "has_more": False, "url": "/v1/customers"}
        other = {**ada, "id": "cus_2", "email": "x@example.com"}
        found = {"object": "search_result", "data": [ada, other], "has_more": False, "next_page": None, "url": "/v1"}
        with responses.RequestsMock() as mock:
            mock.get("https://api.stripe.com/v1/customers", json=nothing)
            mock.get("https://api.stripe.com/v1/customers/search", json=found)
            with pytest.raises(lookup.NoMatchError) as refused:
                lookup.find_customer(client.connect("sk_live_x"), "ada@example.com")
        assert (
            str(refused.value) == f"no customer has the email ada@example.com; there is {ada['id']} (Ada@example.com)"
        )


class TestPrices:
    def test_by_id_and_by_lookup_key(self, shop: Shop) -> None:
        price = shop.price(lookup_key="pro.monthly")
        assert lookup.find_price(shop.api, price["id"])["id"] == price["id"]
        assert lookup.find_price(shop.api, "pro.monthly")["id"] == price["id"]

    @pytest.mark.parametrize("key", ["in_house", "sub_scriptions.pro", "re_seller.monthly", "prod_monthly"])
    def test_a_lookup_key_may_begin_like_an_id(self, shop: Shop, key: str) -> None:
        price = shop.price(lookup_key=key)
        assert lookup.find_price(shop.api, key)["id"] == price["id"]

    def test_a_lookup_key_may_have_a_colon(self, shop: Shop) -> None:
        price = shop.price(lookup_key="team:pro")
        assert lookup.find_price(shop.api, "team:pro")["id"] == price["id"]

    @pytest.mark.parametrize(
        ("name", "error"),
        [
            ("price_1MoBy5LkdIwHu7ix:many", lookup.WrongKindError),
            ("price_1MoBy5LkdIwHu7ix:", lookup.WrongKindError),
            ("pro.monthly:2.5", lookup.NoMatchError),
            ("pro.monthly:", lookup.NoMatchError),
        ],
    )
    def test_a_quantity_that_is_no_number_is_said_to_be(self, shop: Shop, name: str, error: type[Exception]) -> None:
        shop.price(lookup_key="pro.monthly")
        with pytest.raises(error) as refused:
            lookup.find_price(shop.api, name)
        assert refused.value.hint == "after the colon of PRICE:QUANTITY comes a whole number"  # type: ignore[attr-defined]

    def test_an_archived_one_is_refused_and_the_others_of_its_product_are_named(self, shop: Shop) -> None:
        product = shop.product()
        old = shop.price(product)
        shop.price(product, lookup_key="pro.monthly")
        shop.post(f"/v1/prices/{old['id']}", active=False)
        with pytest.raises(lookup.ArchivedError) as refused:
            lookup.find_price(shop.api, old["id"])
        assert "pro.monthly" in (refused.value.hint or "")
        assert lookup.find_price(shop.api, old["id"], archived_too=True)["id"] == old["id"]

    def test_a_product_is_told_from_a_price_and_its_prices_are_named(self, shop: Shop) -> None:
        shop.post("/v1/products", id="keymap-pro", name="Pro")
        shop.price("keymap-pro", lookup_key="keymap-pro.monthly")
        with pytest.raises(lookup.NoMatchError, match=r"keymap-pro is a product.*: keymap-pro\.monthly"):
            lookup.find_price(shop.api, "keymap-pro")

    def test_one_that_never_was(self, shop: Shop) -> None:
        with pytest.raises(lookup.NoMatchError, match="no price has the lookup key pro"):
            lookup.find_price(shop.api, "pro")
        with pytest.raises(lookup.NoMatchError, match="there is no price price_None"):
            lookup.find_price(shop.api, "price_None")


class TestSubscriptions:
    def test_by_id_by_customer_and_by_email(self, shop: Shop) -> None:
        ada = shop.with_card(email="ada@example.com")
        made = shop.subscription(ada["id"], shop.price()["id"])
        for name in (made["id"], ada["id"], "ada@example.com"):
            assert lookup.find_subscription(shop.api, name)["id"] == made["id"]

    def test_what_is_to_be_expanded_is_expanded_whatever_the_name(self, shop: Shop) -> None:
        ada = shop.with_card(email="ada@example.com")
        made = shop.subscription(ada["id"], shop.price()["id"])
        for name in (made["id"], ada["id"], "ada@example.com"):
            found = lookup.find_subscription(shop.api, name, expand=["customer", "latest_invoice"])
            assert found["customer"]["email"] == "ada@example.com"
            assert found["latest_invoice"]["object"] == "invoice"

    def test_of_several_the_one_that_goes_on_is_meant(self, shop: Shop) -> None:
        ada = shop.with_card()
        price = shop.price()["id"]
        old = shop.subscription(ada["id"], price)
        shop.api.delete(f"/v1/subscriptions/{old['id']}")
        assert lookup.find_subscription(shop.api, ada["id"])["id"] == old["id"]
        new = shop.subscription(ada["id"], price)
        assert lookup.find_subscription(shop.api, ada["id"])["id"] == new["id"]

    def test_two_that_go_on_are_both_named(self, shop: Shop) -> None:
        ada = shop.with_card()
        price = shop.price()["id"]
        made = [shop.subscription(ada["id"], price)["id"] for _ in range(2)]
        with pytest.raises(lookup.AmbiguousError) as refused:
            lookup.find_subscription(shop.api, ada["id"])
        assert all(id in str(refused.value) for id in made)

    def test_none_at_all(self, shop: Shop) -> None:
        ada = shop.customer()
        with pytest.raises(lookup.NoMatchError, match="has no subscription"):
            lookup.find_subscription(shop.api, ada["id"])
        with pytest.raises(lookup.NoMatchError, match="there is no subscription sub_None"):
            lookup.find_subscription(shop.api, "sub_None")


def test_a_test_clock_that_is_deleted_meanwhile_hides_no_customer(billing: Billing, shop: Shop) -> None:
    clocks = [shop.post("/v1/test_helpers/test_clocks", frozen_time=1772323200)["id"] for _ in range(2)]
    customer = shop.customer(email="ada@example.com", test_clock=clocks[0])["id"]

    def delete_other() -> None:
        shop.api.delete(f"/v1/test_helpers/test_clocks/{clocks[1]}")

    with meanwhile(billing, "GET /v1/customers", 2, delete_other):
        assert billing.ok("customer", "show", "ada@example.com", "--local", "--output", "id").out.strip() == customer
