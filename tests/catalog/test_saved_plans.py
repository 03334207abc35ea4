"""Saved plans: applied as they were shown, and refused once they are out of date or damaged."""

from __future__ import annotations

import json
import shutil

import pytest

from tests.catalog.catalogs import SEED
from tests.conftest import Account, Billing
from tests.faults import failing


class TestSavedPlans:
    def test_a_saved_plan_is_what_is_applied(self, billing: Billing, account: Account) -> None:
        billing.write(SEED)
        billing.ok("catalog", "plan", "--local", "--out", "keymap.plan")
        billing.write(SEED.replace("1500", "9900"))

        billing.ok("catalog", "apply", "--local", "--plan", "keymap.plan")

        assert account.price("pro.monthly")["unit_amount"] == 1500

    @pytest.mark.parametrize("change", ["name", "amount", "archived"])
    def test_a_plan_is_refused_when_stripe_has_changed_since(
        self, billing: Billing, account: Account, change: str
    ) -> None:
        billing.apply(SEED)
        billing.write(SEED.replace("15000", "16000"))
        billing.ok("catalog", "plan", "--local", "--out", "keymap.plan")
        match change:
            case "name":
                account.post("/v1/products/pro", name="Changed by hand")
            case "amount":
                billing.apply(SEED.replace("15000", "17000"))
            case "archived":
                account.post(f"/v1/prices/{account.price('pro.yearly')['id']}", active=False)
        before = account.prices(), account.products()

        ran = billing("catalog", "apply", "--local", "--plan", "keymap.plan")

        assert ran.code == 2
        assert "Stripe has changed since" in ran.err
        assert (account.prices(), account.products()) == before

    def test_a_plan_that_was_applied_is_out_of_date(self, billing: Billing) -> None:
        billing.write(SEED)
        billing.ok("catalog", "plan", "--local", "--out", "keymap.plan")
        billing.ok("catalog", "apply", "--local", "--plan", "keymap.plan")

        assert billing("catalog", "apply", "--local", "--plan", "keymap.plan").code == 2

    def test_a_plan_of_a_key_that_may_not_read_the_account_is_bound_to_it(
        self, billing: Billing, account: Account
    ) -> None:
        """Its changes alone would fit any account that has not got them yet."""
        account.post("/v1/products", id="handmade", name="Handmade")
        account.post("/v1/prices", product="handmade", currency="usd", unit_amount=1)
        billing.write(SEED)
        with failing(billing, "403 before * GET /v1/account"):
            billing.ok("catalog", "plan", "--local", "--out", "keymap.plan")
            (billing.directory / ".billing").rename(billing.directory / "first")
            elsewhere = billing("catalog", "apply", "--local", "--plan", "keymap.plan")
            shutil.rmtree(billing.directory / ".billing")
            (billing.directory / "first").rename(billing.directory / ".billing")
            here = billing("catalog", "apply", "--local", "--plan", "keymap.plan")

        assert elsewhere.code == 2
        assert (
            "this plan was made for another account: this one has none of the objects by which it is known"
            in elsewhere.err
        )
        assert here.code == 0

    def test_a_plan_that_nothing_would_bind_to_its_account_is_not_saved(self, billing: Billing) -> None:
        billing.write(SEED)

        with failing(billing, "403 before * GET /v1/account"):
            ran = billing("catalog", "plan", "--local", "--out", "keymap.plan")

        assert ran.code == 2
        assert "this plan cannot be saved: the key may not read the account's id" in ran.err
        assert not (billing.directory / "keymap.plan").exists()

    def test_a_saved_plan_is_for_its_owners_eyes(self, billing: Billing) -> None:
        billing.write(SEED)
        billing.ok("catalog", "plan", "--local", "--out", "keymap.plan")

        assert (billing.directory / "keymap.plan").stat().st_mode & 0o777 == 0o600

    def test_a_place_where_no_plan_can_be_saved_is_named(self, billing: Billing) -> None:
        billing.write(SEED)

        ran = billing("catalog", "plan", "--local", "--out", "nowhere/keymap.plan")

        assert ran.code == 1
        assert "the plan could not be saved in nowhere/keymap.plan: no such file or directory" in ran.err
        assert "Saved." not in ran.err

    @pytest.mark.parametrize("name", ["source", "catalog_text", "prune", "targets", "livemode", "fingerprint"])
    @pytest.mark.parametrize("value", [5, None, {}])
    def test_a_damaged_plan_is_refused(self, billing: Billing, name: str, value: object) -> None:
        billing.write(SEED)
        billing.ok("catalog", "plan", "--local", "--out", "keymap.plan")
        path = billing.directory / "keymap.plan"
        path.write_text(json.dumps({**json.loads(path.read_text(encoding="utf-8")), name: value}), encoding="utf-8")

        ran = billing("catalog", "apply", "--local", "--plan", "keymap.plan")

        assert ran.code == 2
        assert "keymap.plan is a damaged plan" in ran.err

    @pytest.mark.parametrize("content", ["", "{}", "[]", '{"format": "billing-plan-1"}', "\udcff"])
    def test_what_is_no_plan_is_refused(self, billing: Billing, content: str) -> None:
        (billing.directory / "bad.plan").write_bytes(content.encode("utf-8", "surrogateescape"))

        ran = billing("catalog", "apply", "--local", "--plan", "bad.plan")

        assert ran.code == 2
        assert "bad.plan" in ran.err

    def test_a_plan_excludes_what_would_contradict_it(self, billing: Billing) -> None:
        assert billing("catalog", "apply", "--local", "--plan", "x", "--prune").code == 2
