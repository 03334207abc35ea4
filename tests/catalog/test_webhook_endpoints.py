"""Webhook endpoints in the catalog: their secrets are stored before they count, whatever is cut off."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest

from stripe_billing_cli.catalog.executor import UnkeptSecretError
from stripe_billing_cli.catalog.plan import NewSecret
from stripe_billing_cli.local_stripe.transport import LocalTransport
from tests.conftest import Account, Billing
from tests.contract import ContractTransport
from tests.troubled import Killed, Trouble, TroubledTransport, apply, connected

HEAD = "version: 1\ncatalog: keymap\n"
CATALOG = f"""\
{HEAD}webhook_endpoints:
  billing:
    url: https://shop.example/webhook
    enabled_events: [invoice.paid, customer.subscription.deleted]
    api_version: 2026-08-26.dahlia
    description: What decides on access
    metadata: {{team: growth}}
"""
OLD, NEW = "2026-08-26.dahlia", "2026-10-28.endive"
DAY = 24 * 60 * 60


def endpoints(account: Account) -> list[Any]:
    """Return all endpoints, newest first."""
    return account.api.page("/v1/webhook_endpoints", {})[0]


def secrets(billing: Billing, name: str = "webhook.secret") -> list[str]:
    return (billing.directory / name).read_text().splitlines()


def apply_catalog(billing: Billing, text: str, *options: str) -> Any:
    billing.write(text)
    return billing.ok("catalog", "apply", "--local", "--secret-file", "webhook.secret", *options)


def test_an_endpoint_is_made_and_its_secret_goes_to_a_private_file_and_nowhere_else(
    billing: Billing, account: Account
) -> None:
    ran = apply_catalog(billing, CATALOG)

    [endpoint] = endpoints(account)
    assert (endpoint["url"], endpoint["api_version"], endpoint["status"]) == (
        "https://shop.example/webhook",
        OLD,
        "enabled",
    )
    assert endpoint["enabled_events"] == ["customer.subscription.deleted", "invoice.paid"]
    assert endpoint["metadata"]["team"] == "growth"
    assert "billing_secret" not in endpoint["metadata"]
    [secret] = secrets(billing)
    assert secret.startswith("whsec_")
    assert secret not in ran.out + ran.err
    assert (billing.directory / "webhook.secret").stat().st_mode & 0o777 == 0o600
    assert f"The secret of billing ({endpoint['id']}) is in webhook.secret." in ran.err
    assert billing.plan()["changes"] == []


def test_without_a_place_for_the_secret_nothing_is_written(billing: Billing, account: Account) -> None:
    billing.write(f"{CATALOG}products: {{pro: {{name: Pro}}}}\n")

    ran = billing("catalog", "apply", "--local")

    assert ran.code == 2
    assert "webhook_endpoint billing: Stripe shows the secret of a new one once" in ran.err
    assert "--secret-file FILE" in ran.err
    assert (endpoints(account), account.products()) == ([], {})


def test_a_file_that_cannot_be_written_is_found_before_the_first_write(billing: Billing, account: Account) -> None:
    billing.write(CATALOG)

    ran = billing("catalog", "apply", "--local", "--secret-file", "no/such/directory")

    assert ran.code == 1
    assert "secrets cannot be stored in no/such/directory: no such file or directory" in ran.err
    assert endpoints(account) == []


def test_a_program_is_refused_as_well(tmp_path: Path) -> None:
    api = connected(LocalTransport(tmp_path / "local.db"))

    with pytest.raises(UnkeptSecretError):
        apply(CATALOG, api)

    assert api.page("/v1/webhook_endpoints", {})[0] == []


def test_the_secret_is_shown_only_when_asked_for(billing: Billing) -> None:
    billing.write(CATALOG)

    assert billing("catalog", "apply", "--local", "--output", "json", "--secret-file", "-").code == 2
    assert ": whsec_" in billing.ok("catalog", "apply", "--local", "--secret-file", "-").out


def test_secrets_are_added_to_what_the_file_has_and_others_may_not_read_it_any_more(billing: Billing) -> None:
    path = billing.write("whsec_of_another_endpoint", "webhook.secret")
    path.chmod(0o644)

    apply_catalog(billing, CATALOG + CATALOG.partition("endpoints:\n")[2].replace("billing:", "copy:"))

    first, *others = secrets(billing)
    assert first == "whsec_of_another_endpoint"
    assert len(set(others)) == 2
    assert path.stat().st_mode & 0o777 == 0o600


def test_no_secret_file_is_needed_where_none_is_new(billing: Billing, account: Account) -> None:
    apply_catalog(billing, CATALOG)
    [before] = endpoints(account)

    billing.apply(
        CATALOG.replace("shop.example", "www.shop.example")
        .replace("invoice.paid", "invoice.payment_failed")
        .replace("What decides", "That which decides")
        .replace("team: growth", "owner: ops")
    )

    [after] = endpoints(account)
    assert after["id"] == before["id"]
    assert after["url"] == "https://www.shop.example/webhook"
    assert after["enabled_events"] == ["customer.subscription.deleted", "invoice.payment_failed"]
    assert after["description"] == "That which decides on access"
    assert (after["metadata"].get("team"), after["metadata"]["owner"]) == (None, "ops")
    assert billing.plan()["changes"] == []


def test_events_are_named_by_patterns_too_and_a_plan_shows_what_comes_and_goes(billing: Billing) -> None:
    apply_catalog(billing, CATALOG)
    billing.write(CATALOG.replace("[invoice.paid, ", "['invoice.paym*', "))

    output = billing.ok("catalog", "plan", "--local").out

    assert "enabled_events: invoice.paid and 1 as before → invoice.payment_action_required" in output
    assert "description" not in output
    apply_catalog(billing, CATALOG.replace("[invoice.paid, customer.subscription.deleted]", "['*']"))
    assert billing.plan()["changes"] == []


def test_what_is_disabled_in_the_file_is_disabled_at_once(billing: Billing, account: Account) -> None:
    text = f"{CATALOG}    disabled: true\n"
    apply_catalog(billing, text)

    assert [one["status"] for one in endpoints(account)] == ["disabled"]
    assert billing.plan()["changes"] == []
    billing.apply(CATALOG)
    assert [one["status"] for one in endpoints(account)] == ["enabled"]


def test_another_api_version_makes_a_second_endpoint_and_disables_the_old_one(
    billing: Billing, account: Account
) -> None:
    apply_catalog(billing, CATALOG)
    [first] = endpoints(account)
    billing.write(CATALOG.replace(OLD, NEW))

    output = billing.ok("catalog", "plan", "--local").out
    assert f"± webhook_endpoint billing  {first['id']}" in output
    assert "api_version cannot change on a webhook_endpoint" in output
    assert billing("catalog", "apply", "--local").code == 2
    assert endpoints(account) == [first]
    apply_catalog(billing, CATALOG.replace(OLD, NEW))

    second, first_endpoint = endpoints(account)
    assert (second["api_version"], second["status"]) == (NEW, "enabled")
    assert (first_endpoint["id"], first_endpoint["status"]) == (first["id"], "disabled")
    assert len(set(secrets(billing))) == 2
    assert billing.plan()["changes"] == []


def test_an_earlier_api_version_takes_the_earlier_endpoint_back(billing: Billing, account: Account) -> None:
    apply_catalog(billing, CATALOG)
    apply_catalog(billing, CATALOG.replace(OLD, NEW))

    billing.apply(CATALOG)

    assert [(one["api_version"], one["status"]) for one in endpoints(account)] == [(NEW, "disabled"), (OLD, "enabled")]
    assert billing.plan()["changes"] == []


def test_a_version_that_the_file_does_not_name_stays(billing: Billing) -> None:
    apply_catalog(billing, CATALOG)

    assert billing.plan(CATALOG.replace(f"    api_version: {OLD}\n", ""))["changes"] == []


def test_an_endpoint_that_is_gone_from_the_file_is_disabled_only_by_prune(billing: Billing, account: Account) -> None:
    apply_catalog(billing, CATALOG)
    billing.apply(HEAD)
    assert [one["status"] for one in endpoints(account)] == ["enabled"]

    plan = billing.plan(HEAD, "--prune")
    assert [(change["action"], change["fields"]) for change in plan["changes"]] == [
        ("disable", {"disabled": {"from": False, "to": True}})
    ]
    assert plan["summary"]["disable"] == 1
    billing.apply(HEAD, "--prune")

    assert [one["status"] for one in endpoints(account)] == ["disabled"]
    assert billing.plan(HEAD, "--prune")["changes"] == []


def test_an_endpoint_is_adopted_by_its_id_and_keeps_it_over_a_new_version(billing: Billing, account: Account) -> None:
    endpoint = account.post("/v1/webhook_endpoints", url="https://shop.example/webhook", enabled_events=["*"])
    billing.write(CATALOG)
    assert f"give this webhook_endpoint `id: {endpoint['id']}`" in billing.ok("catalog", "plan", "--local").err
    text = CATALOG.replace("    url:", f"    id: {endpoint['id']}\n    url:").replace(f"    api_version: {OLD}\n", "")

    billing.apply(text)

    assert [one["id"] for one in endpoints(account)] == [endpoint["id"]]
    assert billing.plan()["changes"] == []
    again = f"{text}    api_version: {NEW}\n"
    apply_catalog(billing, again)
    assert [one["status"] for one in endpoints(account)] == ["enabled", "disabled"]
    assert billing.plan(again)["changes"] == []


def test_a_secret_that_is_being_rolled_is_left_alone(billing: Billing, account: Account) -> None:
    apply_catalog(billing, CATALOG)
    [old] = endpoints(account)
    account.post(
        "/v1/webhook_endpoints",
        url=old["url"],
        enabled_events=old["enabled_events"],
        metadata={**old["metadata"], "billing_secret": "unconfirmed", "billing_rolls": old["id"]},
    )

    plan = billing.plan(CATALOG, "--prune")

    assert (plan["changes"], plan["unmanaged"]) == ([], [])


def forget_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a day go by, after which Stripe has forgotten every idempotency key."""
    later = time.time() + DAY + 60
    monkeypatch.setitem(LocalTransport.__init__.__kwdefaults__, "clock", lambda: later)


def cut_off(billing: Billing, text: str, at: int, *, after: bool) -> None:
    billing.write(text)
    billing.wrap.append(lambda inner: TroubledTransport(inner, Trouble("kill", at, after, lasting=True)))
    with pytest.raises(Killed):
        billing("catalog", "apply", "--local", "--secret-file", "webhook.secret")
    billing.wrap.clear()


def cut_off_after_creation(billing: Billing, account: Account) -> Any:
    """Cut an apply off when the endpoint is made and its secret is not stored; the endpoint."""
    at = 0
    while not endpoints(account):
        at += 1
        cut_off(billing, CATALOG, at, after=True)
    [orphan] = endpoints(account)
    return orphan


def test_a_retry_within_a_day_gets_the_secret_again(billing: Billing, account: Account) -> None:
    orphan = cut_off_after_creation(billing, account)
    assert secrets(billing) == []
    assert orphan["metadata"]["billing_secret"] == "unconfirmed"

    output = billing.ok("catalog", "plan", "--local").err
    assert f"{orphan['id']} was made by a run that was cut off before it had stored the secret" in output
    apply_catalog(billing, CATALOG)

    assert [one["id"] for one in endpoints(account)] == [orphan["id"]]
    [secret] = secrets(billing)
    assert secret.startswith("whsec_")
    assert billing.plan()["changes"] == []


def test_after_a_day_the_orphan_is_deleted_and_made_anew(
    billing: Billing, account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    orphan = cut_off_after_creation(billing, account)

    forget_keys(monkeypatch)
    apply_catalog(billing, CATALOG)

    [endpoint] = endpoints(account)
    assert endpoint["id"] != orphan["id"]
    assert len(secrets(billing)) == 1
    assert billing.plan()["changes"] == []


def test_an_orphan_makes_room_where_the_account_has_none(
    billing: Billing, account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    cut_off_after_creation(billing, account)
    for number in range(15):
        account.post("/v1/webhook_endpoints", url=f"https://{number}.example", enabled_events=["*"])

    forget_keys(monkeypatch)
    apply_catalog(billing, CATALOG)

    assert len(endpoints(account)) == 16
    assert billing.plan()["changes"] == []


def test_an_orphan_that_is_not_wanted_any_more_is_deleted(billing: Billing, account: Account) -> None:
    apply_catalog(billing, CATALOG)
    [first] = endpoints(account)
    orphan = account.post(
        "/v1/webhook_endpoints",
        url=first["url"],
        enabled_events=first["enabled_events"],
        metadata={**first["metadata"], "billing_secret": "unconfirmed"},
    )

    plan = billing.plan()
    assert [(change["action"], change["id"]) for change in plan["changes"]] == [("delete", orphan["id"])]
    billing.apply(CATALOG)

    assert endpoints(account) == [first]
    assert billing.plan()["changes"] == []


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("start", [None, CATALOG], ids=["new", "new version"])
def test_an_apply_cut_off_at_any_call_is_completed_by_the_next(tmp_path: Path, after: bool, start: str | None) -> None:
    text = CATALOG.replace(OLD, NEW)
    for at in range(1, 30):
        path = tmp_path / f"{at}.db"
        secrets: dict[str, str] = {}

        def keep(new: NewSecret) -> None:
            secrets[new.id] = new.secret  # noqa: B023

        if start:
            assert apply(start, connected(LocalTransport(path)), keep_secret=keep).complete
        transport = TroubledTransport(LocalTransport(path), Trouble("kill", at, after, lasting=True))
        try:
            apply(text, connected(transport), keep_secret=keep)
        except Killed:
            pass
        else:
            assert at > 5, "the last call is beyond the apply"
            return

        api = connected(ContractTransport(LocalTransport(path)))
        assert apply(text, api, keep_secret=keep).complete, f"call {at}"

        endpoint, *others = api.page("/v1/webhook_endpoints", {})[0]
        assert (endpoint["status"], endpoint["api_version"]) == ("enabled", NEW), f"call {at}"
        assert secrets[endpoint["id"]].startswith("whsec_"), f"call {at}"
        assert [one["status"] for one in others] == (["disabled"] if start else []), f"call {at}"
        assert not list(apply(text, api, keep_secret=keep).results), f"call {at}"
    raise AssertionError("an apply of more than 30 calls")


@pytest.mark.parametrize(
    ("mistake", "message"),
    [
        ("{url: https://a.example}", "enabled_events is missing"),
        ("{url: https://a.example, enabled_events: []}", "no events"),
        ("{url: https://a.example, enabled_events: [invoice.pait]}", "there is no event invoice.pait"),
        ("{url: a.example, enabled_events: ['*']}", "a.example is no URL"),
        ("{url: https://a.example, enabled_events: ['*'], api_version: latest}", "a version of Stripe's API"),
        (
            "{url: https://a.example, enabled_events: ['*'], api_version: 2026-08-25.dahlia}",
            "Stripe's API has no version 2026-08-25.dahlia",
        ),
        ("{url: https://a.example, enabled_events: ['*'], connect: true}", "unknown key connect"),
        ("{url: https://a.example, enabled_events: ['*'], metadata: {billing_secret: x}}", "billing's own mark"),
    ],
)
def test_mistakes_are_errors_with_their_place(billing: Billing, mistake: str, message: str) -> None:
    billing.write(f"{HEAD}webhook_endpoints:\n  hook: {mistake}\n")

    ran = billing("catalog", "validate")

    assert ran.code == 2
    assert "catalog.yaml:4:" in ran.err
    assert message in ran.err


def test_an_entry_is_renamed_without_a_new_endpoint(billing: Billing, account: Account) -> None:
    apply_catalog(billing, CATALOG)
    [before] = endpoints(account)
    text = CATALOG.replace("  billing:", "  hook:").replace(
        "catalog: keymap", "catalog: keymap\nmoved: {billing: hook}"
    )

    billing.apply(text)

    [after] = endpoints(account)
    assert (after["id"], after["metadata"]["billing_key"]) == (before["id"], "hook")
    assert billing.plan(text.replace("moved: {billing: hook}\n", ""))["changes"] == []
