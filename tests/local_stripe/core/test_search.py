"""Search in Stripe's query language (https://docs.stripe.com/search)."""

from __future__ import annotations

from typing import Any

import pytest

from stripe_billing_cli.local_stripe.core.search import query
from tests.local_stripe.conftest import Clock, Local
from tests.local_stripe.life import Life, price, set_in_dashboard


def found(local: Local, resource: str, text: str, **params: Any) -> list[str]:
    return [one["id"] for one in local.get(f"/v1/{resource}/search", query=text, **params)["data"]]


def customer(local: Local, **params: Any) -> str:
    return str(local.post("/v1/customers", **params)["id"])


class TestClauses:
    @pytest.fixture
    def people(self, local: Local) -> dict[str, str]:
        return {
            "ada": customer(
                local, email="Ada@Example.com", name="Ada King Lovelace", metadata={"plan": "gold", "n": "1"}
            ),
            "eve": customer(local, email="eve@example.org", name="Eve", phone="123"),
        }

    @pytest.mark.parametrize(
        ("text", "names"),
        [
            ('email:"ada@example.com"', ["ada"]),
            ("email:'ADA@EXAMPLE.COM'", ["ada"]),
            ('email:"ada"', []),
            ('email~"example"', ["eve", "ada"]),
            ('name:"king lovelace"', ["ada"]),
            ('name:"ada lovelace"', []),
            ('-email:"eve@example.org"', ["ada"]),
            ("phone:null", ["ada"]),
            ("-phone:null", ["eve"]),
            ('metadata["plan"]:"gold"', ["ada"]),
            ("metadata['plan']:'gol'", []),
            ('-metadata["plan"]:null', ["ada"]),
            ('name:"eve" email:"eve@example.org"', ["eve"]),
            ('name:"eve" AND email:"ada@example.com"', []),
            ('name:"eve" or name:"ada"', ["eve", "ada"]),
            ("created>0", ["eve", "ada"]),
            ("created<1000", []),
            ('created>="1" AND -name:"eve"', ["ada"]),
            ("email: 'ada@example.com'", ["ada"]),
            ("-metadata['plan']: null AND created > 1", ["ada"]),
        ],
    )
    def test_it_finds_what_is_so(self, local: Local, people: dict[str, str], text: str, names: list[str]) -> None:
        assert found(local, "customers", text) == [people[name] for name in names]

    @pytest.mark.parametrize(
        ("text", "message"),
        [
            ("ada", "We were unable to parse your search query. Try using the format"),
            ("email:ada lovelace", "We were unable to parse your search query."),
            ('(name:"a")', "We were unable to parse your search query."),
            ('name:"a" AND name:"b" OR name:"c"', "You can't combine AND and OR in the same query."),
            (" ".join(['name:"a"'] * 11), "You can combine up to 10 query clauses in a search."),
            ('size:"1"', "Field `size` is an unsupported search field for resource `customers`."),
            ('name["a"]:"b"', "Field `name` is an unsupported search field"),
            ('metadata:"gold"', "Field `metadata` is an unsupported search field"),
            ('email>"a"', "Operator `>` is not supported for field `email`."),
            ('metadata["plan"]~"gold"', "Operator `~` is not supported for field `metadata`."),
            ('created:"soon"', "Field `created` takes a number"),
            ('name~"ab"', "Substring matches need at least 3 characters."),
        ],
    )
    def test_it_refuses_what_is_no_query(self, local: Local, text: str, message: str) -> None:
        """The first and the seventh in the words that stripe-ruby-mock's tests had from Stripe."""
        refusal = local.refused("GET", "/v1/customers/search", query=text)
        assert refusal.param == "query"
        assert refusal.message.startswith((message, f"{query.NOT_PARSED} {message}"))

    def test_quotes_are_escaped(self) -> None:
        [clause] = query.parse(r'name:"the \"story\" \\ ended"').clauses
        assert clause.value == r'the "story" \ ended'

    def test_a_query_is_needed(self, local: Local) -> None:
        assert local.refused("GET", "/v1/customers/search").message == "Missing required param: query."


def test_pages_follow_one_another(local: Local) -> None:
    made = [customer(local, name="Ada") for _ in range(5)][::-1]
    seen: list[str] = []
    page: dict[str, Any] = {}
    while True:
        answer = local.get("/v1/customers/search", query='name:"ada"', limit=2, expand=["total_count"], **page)
        assert (answer["object"], answer["url"]) == ("search_result", "/v1/customers/search")
        assert answer["total_count"] == 5
        seen += [one["id"] for one in answer["data"]]
        if not answer["has_more"]:
            break
        page = {"page": answer["next_page"]}
    assert (seen, answer["next_page"]) == (made, None)
    assert "total_count" not in local.get("/v1/customers/search", query='name:"ada"')
    assert local.refused("GET", "/v1/customers/search", query='name:"ada"', page="nonsense").param == "nonsense"


def test_everything_that_stripe_searches_is_searched(local: Local) -> None:
    owner = local.post("/v1/customers", payment_method="pm_card_visa")["id"]
    method = local.get(f"/v1/customers/{owner}/payment_methods")["data"][0]["id"]
    local.post(f"/v1/customers/{owner}", invoice_settings={"default_payment_method": method})
    monthly = price(local, 3000, lookup_key="pro.monthly")
    items = [{"price": monthly}]
    subscription_id = local.post("/v1/subscriptions", customer=owner, items=items, metadata={"order": "7"})["id"]
    invoice = local.get("/v1/invoices", customer=owner)["data"][0]
    charge = local.get("/v1/charges", customer=owner)["data"][0]
    intent, product = charge["payment_intent"], local.get(f"/v1/prices/{monthly}")["product"]
    assert found(local, "subscriptions", "status:'active' AND metadata['order']:'7'") == [subscription_id]
    assert found(local, "subscriptions", "canceled_at:null") == [subscription_id]
    assert found(local, "invoices", f"total>2999 subscription:'{subscription_id}' status:'paid'") == [invoice["id"]]
    assert found(local, "invoices", f"number:'{invoice['number']}'") == [invoice["id"]]
    assert found(local, "payment_intents", "amount:3000 -currency:'eur'") == [intent]
    assert found(local, "charges", "payment_method_details.card.last4:4242 disputed:'false'") == [charge["id"]]
    assert found(local, "charges", "refunded:null") == [charge["id"]]
    local.post("/v1/refunds", charge=charge["id"], amount=100)
    assert found(local, "charges", f"refunded:'false' customer:'{owner}'") == [charge["id"]]
    assert found(local, "prices", f"lookup_key:'pro.monthly' active:'true' product:'{product}'") == [monthly]
    assert found(local, "products", "active:'true' description:null") == [product]


def test_objects_are_expanded_as_in_lists(local: Local) -> None:
    monthly = price(local, 3000)
    answer = local.get("/v1/prices/search", query="type:'recurring'", expand=["data.product"])
    assert [(one["id"], one["product"]["object"]) for one in answer["data"]] == [(monthly, "product")]


def test_what_lives_by_a_test_clock_is_left_out(local: Local) -> None:
    life = Life.begin(local, "2026-04-01")
    life.subscribe(price(local, 3000))
    assert found(local, "customers", "created>0") == []
    assert found(local, "subscriptions", "created>0") == []


def test_search_lags_behind_as_much_as_is_set(local: Local, clock: Clock) -> None:
    """https://docs.stripe.com/search#data-freshness: "searchable in under 1 minute"."""
    set_in_dashboard(local, search_lag=60)
    made = customer(local, name="Ada", metadata={"plan": "gold"})
    assert found(local, "customers", "name:'ada'") == []
    clock.now += 61
    assert found(local, "customers", "name:'ada'") == [made]
    local.post(f"/v1/customers/{made}", name="Eve", metadata={"plan": "free"})
    assert found(local, "customers", "name:'ada' metadata['plan']:'gold'") == [made]
    assert found(local, "customers", "name:'eve'") == []
    clock.now += 61
    assert found(local, "customers", "name:'eve' metadata['plan']:'free'") == [made]
