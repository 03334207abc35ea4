"""`billing webhook`: one endpoint for a URL, its secret in the right hands, rolls that end well wherever they are cut."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from stripe_billing_cli.listener.secrets import stored_secrets
from stripe_billing_cli.local_stripe.core.store import Store
from stripe_billing_cli.webhook_endpoints import event_types
from tests.conftest import Account, Billing
from tests.troubled import Killed, Trouble, TroubledTransport

URL = "https://shop.example/webhook"
OTHER = "https://shop.example/other"


def create(billing: Billing, *options: str, url: str = URL) -> Any:
    return billing.ok("webhook", "create", "--local", "--url", url, "--output", "json", *options).json


def listed_endpoints(account: Account) -> list[Any]:
    return [one for page in account.api.pages("/v1/webhook_endpoints", {}) for one in page]


def stored(billing: Billing) -> list[Any]:
    """Return the endpoints as the file has them, secrets and all: tests put other files in its place."""
    store = Store(billing.directory / ".billing" / "local.db")
    endpoints = store.dump("webhook_endpoint")
    store.close()
    return endpoints


def true_secrets(billing: Billing) -> dict[str, str]:
    """Return what Stripe signs with, by endpoint."""
    return {one["id"]: one["secret"] for one in stored(billing)}


class TestCreate:
    def test_it_is_pinned_to_the_version_that_is_expected_and_stamped(self, billing: Billing, account: Account) -> None:
        made = create(billing, "--description", "the shop")

        [endpoint] = listed_endpoints(account)
        assert (endpoint["id"], endpoint["url"], endpoint["status"]) == (made["id"], URL, "enabled")
        assert endpoint["api_version"] == "2026-10-28.endive"
        assert endpoint["description"] == "the shop"
        assert endpoint["metadata"] == {"billing_webhook": "yes"}
        assert made["result"] == "created"
        assert made["secret"] == true_secrets(billing)[made["id"]]

    def test_without_events_it_gets_what_decides_on_access(self, billing: Billing, account: Account) -> None:
        create(billing)

        types = listed_endpoints(account)[0]["enabled_events"]
        for name in (
            "customer.subscription.created",
            "customer.subscription.paused",
            "customer.deleted",
            "invoice.paid",
            "entitlements.active_entitlement_summary.updated",
        ):
            assert name in types
        assert "price.created" not in types

    def test_events_are_names_and_patterns(self, billing: Billing, account: Account) -> None:
        create(billing, "--events", "checkout.session.*, price.created", "--events", "price.deleted")

        assert listed_endpoints(account)[0]["enabled_events"] == [
            "checkout.session.async_payment_failed",
            "checkout.session.async_payment_succeeded",
            "checkout.session.completed",
            "checkout.session.expired",
            "price.created",
            "price.deleted",
        ]

    def test_a_star_is_all(self, billing: Billing, account: Account) -> None:
        create(billing, "--events", "*")

        assert listed_endpoints(account)[0]["enabled_events"] == ["*"]

    def test_an_event_that_there_is_not(self, billing: Billing, account: Account) -> None:
        ran = billing("webhook", "create", "--local", "--url", URL, "--events", "invoice.payed")

        assert ran.code == 2
        assert "there is no event invoice.payed" in ran.err
        assert "did you mean invoice.paid" in ran.err
        assert listed_endpoints(account) == []

    def test_the_same_url_again_says_what_is_there_and_shows_no_secret(
        self, billing: Billing, account: Account
    ) -> None:
        made = create(billing)

        again = create(billing)
        people = billing.ok("webhook", "create", "--local", "--url", URL)

        assert again == {**made, "secret": None, "result": "unchanged"}
        assert "It was there already" in people.out
        assert "whsec_" not in people.out + people.err
        assert f"billing --local webhook roll-secret {made['id']}" in people.err
        assert len(listed_endpoints(account)) == 1

    def test_other_events_bring_it_up_to_date(self, billing: Billing, account: Account) -> None:
        made = create(billing)
        account.post(f"/v1/webhook_endpoints/{made['id']}", disabled=True)

        again = create(billing, "--events", "*")

        assert (again["id"], again["result"], again["status"]) == (made["id"], "updated", "enabled")
        assert listed_endpoints(account)[0]["enabled_events"] == ["*"]

    def test_another_url_is_another_endpoint(self, billing: Billing, account: Account) -> None:
        create(billing)
        create(billing, url=OTHER)

        assert {one["url"] for one in listed_endpoints(account)} == {URL, OTHER}

    def test_somebody_elses_endpoint_is_not_touched(self, billing: Billing, account: Account) -> None:
        foreign = account.post("/v1/webhook_endpoints", url=URL, enabled_events=["price.created"])

        ran = billing("webhook", "create", "--local", "--url", URL)
        same = create(billing, "--events", "price.created")

        assert ran.code == 2
        assert f"billing --local webhook delete {foreign['id']}" in ran.err
        assert (same["id"], same["result"], same["managed"]) == (foreign["id"], "unchanged", False)
        assert listed_endpoints(account)[0]["metadata"] == {}

    def test_a_kept_secret_is_not_printed(self, billing: Billing) -> None:
        ran = billing.ok("webhook", "create", "--local", "--url", URL, "--store-secret", "--verbose")

        assert "whsec_" not in ran.out + ran.err
        assert ".billing/webhook-secrets/we_" in ran.out
        assert stored_secrets() == list(true_secrets(billing).values())

    def test_a_secret_that_can_not_be_kept_any_more_is_told(self, billing: Billing) -> None:
        made = create(billing)

        ran = billing("webhook", "create", "--local", "--url", URL, "--store-secret")

        assert ran.code == 4
        assert f"billing --local webhook roll-secret {made['id']} --store-secret" in ran.err
        assert stored_secrets() == []

    def test_made_deleted_and_made_again_within_a_day(self, billing: Billing, account: Account) -> None:
        first = create(billing)
        billing.ok("webhook", "delete", "--local", first["id"])

        second = create(billing)

        assert second["result"] == "created"
        assert [one["id"] for one in listed_endpoints(account)] == [second["id"]]
        assert second["id"] != first["id"]

    @pytest.mark.parametrize("options", [(), ("--store-secret",)])
    @pytest.mark.parametrize("after", [False, True])
    def test_killed_at_any_call_the_next_run_leaves_one_endpoint_whose_secret_is_known(
        self, billing: Billing, after: bool, options: tuple[str, ...]
    ) -> None:
        argv = ("webhook", "create", "--local", "--url", URL, "--output", "json", *options)
        for at in range(1, 20):
            killed, out = cut_off(billing, argv, Trouble("kill", at, after))
            if killed:
                out += billing.ok(*argv).out
            [endpoint] = stored(billing)
            assert endpoint["metadata"] == {"billing_webhook": "yes"}
            assert true_secrets(billing)[endpoint["id"]] in (stored_secrets() if options else out)
            assert bool(options) is ("whsec_" not in out)
            if not killed:
                return
            shutil.rmtree(billing.directory / ".billing")
        raise AssertionError("it never came to an end")

    def test_a_lost_answer_makes_no_second_endpoint(self, billing: Billing, account: Account) -> None:
        lost = Trouble("half", 2, after=True)
        billing.wrap.append(lambda inner: TroubledTransport(inner, lost))

        made = create(billing)

        assert [one["id"] for one in listed_endpoints(account)] == [made["id"]]
        assert made["secret"] == true_secrets(billing)[made["id"]]

    def test_the_limit_of_endpoints_is_stripes_to_tell(self, billing: Billing, account: Account) -> None:
        for number in range(16):
            account.post("/v1/webhook_endpoints", url=f"{OTHER}/{number}", enabled_events=["*"])

        ran = billing("webhook", "create", "--local", "--url", URL)
        assert ran.code == 1
        assert "You have reached the maximum of 16" in ran.err

        billing.ok("webhook", "delete", "--local", f"{OTHER}/3")
        create(billing)


def cut_off(billing: Billing, argv: tuple[str, ...], trouble: Trouble) -> tuple[bool, str]:
    """Return whether the command was killed, and what it had printed."""
    billing.wrap[:] = [lambda inner: TroubledTransport(inner, trouble)]
    try:
        return False, billing.ok(*argv).out
    except Killed:
        return True, billing.capsys.readouterr().out
    finally:
        billing.wrap[:] = []


class TestRoll:
    def test_stored_both_steps_are_done_in_one_go(self, billing: Billing, account: Account) -> None:
        old = create(billing, "--events", "invoice.paid", "--description", "the shop", "--store-secret")

        ran = billing.ok("webhook", "roll-secret", "--local", "--store-secret", "--output", "json")

        [new] = listed_endpoints(account)
        assert new["id"] != old["id"]
        assert (new["url"], new["description"], new["enabled_events"]) == (URL, "the shop", ["invoice.paid"])
        assert new["metadata"] == {"billing_webhook": "yes", "billing_replaced": old["id"]}
        assert (ran.json["id"], ran.json["replaces"], ran.json["result"]) == (new["id"], old["id"], "rolled")
        assert stored_secrets() == [true_secrets(billing)[new["id"]]]
        assert "whsec_" not in ran.out + ran.err

    def test_printed_the_old_one_stays_until_the_receiver_knows(self, billing: Billing, account: Account) -> None:
        old = create(billing)

        begun = billing.ok("webhook", "roll-secret", "--local", "--output", "json")

        assert begun.json["secret"] == true_secrets(billing)[begun.json["id"]]
        assert begun.json["secret"] != old["secret"]
        assert {one["id"] for one in listed_endpoints(account)} == {old["id"], begun.json["id"]}
        assert f"billing --local webhook roll-secret {old['id']} --finish" in begun.err

        again = billing.ok("webhook", "roll-secret", "--local")
        assert "whsec_" not in again.out + again.err
        assert len(listed_endpoints(account)) == 2

        ended = billing.ok("webhook", "roll-secret", "--local", old["id"], "--finish", "--output", "json").json
        assert (ended["id"], ended["result"], ended["rolls"]) == (begun.json["id"], "rolled", None)
        assert [one["id"] for one in listed_endpoints(account)] == [begun.json["id"]]

    @pytest.mark.parametrize("named_by", ["id", "url", "new"])
    def test_a_roll_is_found_by_either_end(self, billing: Billing, account: Account, named_by: str) -> None:
        old = create(billing)
        create(billing, url=OTHER)
        new = billing.ok("webhook", "roll-secret", "--local", old["id"], "--output", "json").json
        name = {"id": old["id"], "url": URL, "new": new["id"]}[named_by]

        billing.ok("webhook", "roll-secret", "--local", name, "--finish")

        assert {one["id"] for one in listed_endpoints(account) if one["url"] == URL} == {new["id"]}

    def test_it_brings_the_version_that_is_expected(self, billing: Billing, account: Account) -> None:
        old = account.post(
            "/v1/webhook_endpoints",
            url=URL,
            enabled_events=["*"],
            api_version="2025-03-31.basil",
            metadata={"team": "a"},
        )

        billing.ok("webhook", "roll-secret", "--local", old["id"], "--store-secret")

        [new] = listed_endpoints(account)
        assert new["api_version"] == "2026-10-28.endive"
        assert new["metadata"] == {"billing_webhook": "yes", "billing_replaced": old["id"], "team": "a"}

    def test_nothing_is_deleted_before_a_new_secret_was_made(self, billing: Billing, account: Account) -> None:
        old = create(billing)

        ran = billing("webhook", "roll-secret", "--local", "--finish")

        assert ran.code == 1
        assert f"no new secret has been made for {old['id']}" in ran.err
        assert [one["id"] for one in listed_endpoints(account)] == [old["id"]]

    def test_which_one_is_meant(self, billing: Billing) -> None:
        none = billing("webhook", "roll-secret", "--local")
        create(billing)
        create(billing, url=OTHER)
        several = billing("webhook", "roll-secret", "--local")
        unknown = billing("webhook", "roll-secret", "--local", "we_nothing")

        assert [none.code, several.code, unknown.code] == [2, 2, 2]
        assert "there is no endpoint made by billing" in none.err
        assert "2 endpoints are meant: we_" in several.err
        assert "there is no webhook endpoint we_nothing" in unknown.err

    def test_events_that_the_old_one_still_owes_are_told(self, billing: Billing, account: Account) -> None:
        create(billing, "--events", "*")
        account.post("/v1/products", name="Pro")

        ran = billing.ok("webhook", "roll-secret", "--local", "--store-secret")

        assert "1 earlier event had not been delivered everywhere" in ran.err

    @pytest.mark.parametrize("after", [False, True])
    @pytest.mark.parametrize("options", [("--store-secret",), ()])
    def test_killed_at_any_call_the_next_run_arrives_at_the_same_place(
        self, billing: Billing, after: bool, options: tuple[str, ...], tmp_path: Path
    ) -> None:
        old = create(billing, "--store-secret")
        state, started = billing.directory / ".billing", tmp_path / "started"
        shutil.copytree(state, started)
        argv = ("webhook", "roll-secret", "--local", old["id"], "--output", "json", *options)
        finishing = argv if options else (*argv, "--finish")
        for at in range(1, 30):
            shutil.rmtree(state)
            shutil.copytree(started, state)
            killed, out = cut_off(billing, argv, Trouble("kill", at, after))
            assert stored(billing), "at every moment there is an endpoint that receives"
            if killed:
                out += billing.ok(*argv).out
            if not options:
                finish_killed, _ = cut_off(billing, finishing, Trouble("kill", at, after))
                if finish_killed:
                    billing.ok(*finishing)
                killed = killed or finish_killed
            [endpoint] = stored(billing)
            assert endpoint["id"] != old["id"]
            assert endpoint["metadata"] == {"billing_webhook": "yes", "billing_replaced": old["id"]}
            assert true_secrets(billing)[endpoint["id"]] in (stored_secrets() if options else out)
            if not killed:
                return
        raise AssertionError("it never came to an end")


def test_where_no_secret_can_be_kept_no_endpoint_is_made(billing: Billing, account: Account) -> None:
    old = create(billing)
    (billing.directory / ".billing" / "webhook-secrets").write_text("no directory", encoding="utf-8")
    endpoints = listed_endpoints(account)

    for command in (("create", "--url", f"{URL}2"), ("roll-secret", old["id"])):
        ran = billing("webhook", *command, "--local", "--store-secret", "--yes")

        assert ran.code == 1
        assert "no secret can be kept in .billing/webhook-secrets: file exists; nothing was done" in ran.err
    assert listed_endpoints(account) == endpoints


class TestListAndDelete:
    def test_the_list_says_whose_they_are_and_whose_secret_is_kept(self, billing: Billing, account: Account) -> None:
        kept = create(billing, "--store-secret")
        account.post("/v1/webhook_endpoints", url=OTHER, enabled_events=["*"])

        listed = billing.ok("webhook", "list", "--local", "--output", "json").out
        rows = [json.loads(line) for line in listed.splitlines()]
        people = billing.ok("webhook", "list", "--local").out

        assert [(row["url"], row["managed"], row["secret_kept"]) for row in rows] == [
            (URL, True, True),
            (OTHER, False, False),
        ]
        assert kept["id"] in people
        assert "kept here" in people
        assert "whsec" not in people

    def test_none(self, billing: Billing) -> None:
        assert "No webhook endpoints." in billing.ok("webhook", "list", "--local").err

    def test_deleted_with_its_secret(self, billing: Billing, account: Account) -> None:
        made = create(billing, "--store-secret")

        ran = billing.ok("webhook", "delete", "--local", URL, "--output", "json")

        assert ran.json == {"id": made["id"], "url": URL, "deleted": True}
        assert listed_endpoints(account) == []
        assert stored_secrets() == []

    def test_an_endpoint_that_there_is_not(self, billing: Billing) -> None:
        ran = billing("webhook", "delete", "--local", "we_nothing", "--output", "json")

        assert ran.code == 1
        assert ran.error["kind"] == "not_found"

    def test_a_url_of_two_endpoints_is_ambiguous(self, billing: Billing, account: Account) -> None:
        for _ in range(2):
            account.post("/v1/webhook_endpoints", url=URL, enabled_events=["*"])

        ran = billing("webhook", "delete", "--local", URL)

        assert ran.code == 2
        assert "2 endpoints receive" in ran.err
        assert len(listed_endpoints(account)) == 2


def test_every_pattern_of_the_default_means_something() -> None:
    for pattern in event_types.ACTED_ON:
        assert event_types.expand([pattern])
