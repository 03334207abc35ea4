"""A plan in a file: saved by `plan --out`, done by `apply --plan`, and refused where Stripe has changed since.

The file holds the catalog's text, what was asked of the plan, and a fingerprint of its calls. Applying decides anew
from the same text; another fingerprint means that Stripe holds something else now.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from stripe_billing_cli.catalog.diff import plain
from stripe_billing_cli.catalog.file.load import Source, load_catalog
from stripe_billing_cli.catalog.plan import Plan
from stripe_billing_cli.catalog.plan_request import PlanRequest
from stripe_billing_cli.errors import UsageError, system_reason
from stripe_billing_cli.stripe_api import lookup
from stripe_billing_cli.stripe_api.client import StripeApi
from stripe_billing_cli.whole_files import write_whole

FORMAT = "billing-plan-4"
FIELDS = {
    "source": str,
    "catalog_text": str,
    "prune": bool,
    "prune_options": list,
    "targets": list,
    "adopt": bool,
    "marks_of_account": list,
    "livemode": bool,
    "fingerprint": str,
}
"""What a file has beside its format and the account, which a restricted key may not know."""


class SavedPlanError(UsageError):
    """The file is no saved plan, or one that does not fit any more."""


@dataclass(frozen=True)
class SavedPlan:
    source: str
    """The name of the catalog file, for messages."""
    catalog_text: str
    prune: bool
    prune_options: tuple[str, ...]
    targets: tuple[str, ...]
    adopt: bool
    account: str | None
    marks_of_account: tuple[str, ...]
    livemode: bool
    fingerprint: str

    def request(self) -> PlanRequest:
        """Return the request for the plan, with the catalog as it was then."""
        catalog = load_catalog(Source(self.source, self.catalog_text))
        return PlanRequest(catalog, self.catalog_text, self.prune, self.prune_options, self.targets, adopt=self.adopt)

    def check(self, api: StripeApi, plan: Plan) -> None:
        """Raise `SavedPlanError` unless `plan`, decided just now, is the one that was saved, for the same account."""
        if not self._is_of_account(api, plan):
            raise SavedPlanError(self._difference(plan), "use the key that it was made with, or plan again")
        if fingerprint(plan) != self.fingerprint:
            raise SavedPlanError(
                "the plan is out of date: Stripe has changed since it was saved",
                "plan again, look at the difference, and apply that",
            )

    def _is_of_account(self, api: StripeApi, plan: Plan) -> bool:
        """Return whether the plan was made for this account: by its id, else by objects in it."""
        if plan.livemode != self.livemode:
            return False
        if plan.account and self.account:
            return plan.account == self.account
        return any(lookup.exists(api, mark) for mark in self.marks_of_account)

    def _difference(self, plan: Plan) -> str:
        """Return how the account of `plan`, decided just now, differs from that of the saved plan."""
        both_known = plan.account and self.account
        if plan.livemode == self.livemode and not both_known:
            return "this plan was made for another account: this one has none of the objects by which it is known"
        return (
            f"this plan was made for {_describe_account(self.account)} in {_mode(self.livemode)} mode, "
            f"and the key is of {_describe_account(plan.account)} in {_mode(plan.livemode)} mode"
        )


def _describe_account(account: str | None) -> str:
    return f"account {account}" if account else "an account whose id its key may not read"


def fingerprint(plan: Plan) -> str:
    """Return a digest of every write, with the state each was decided from, and of every field it changes."""
    operations = list(plan.operations())
    numbers = {operation: number for number, operation in enumerate(operations)}
    calls = [
        [
            type(operation).__name__,
            operation.path,
            repr(operation.params),
            sorted(numbers[need] for need in operation.needs),
            getattr(operation, "state", ()),
            getattr(operation, "abandoned_ids", ()),
        ]
        for operation in operations
    ]
    changes = [
        [
            change.action,
            change.kind.name,
            change.key,
            change.id,
            {name: [plain(field.before), plain(field.after)] for name, field in change.fields.items()},
        ]
        for change in plan.changes
    ]
    return hashlib.sha256(json.dumps([calls, changes], sort_keys=True).encode()).hexdigest()


def save(path: Path, request: PlanRequest, plan: Plan) -> None:
    """Write a plan; readable by the user alone, as catalogs may hold prices nobody knows yet.

    Raises `SavedPlanError` where nothing would tell at apply whether the account is the same.
    """
    if plan.account is None and not plan.marks_of_account:
        raise SavedPlanError(
            "this plan cannot be saved: the key may not read the account's id, and the account has nothing yet that "
            "tells it from another",
            "give the key the right to read the account, or apply without saving",
        )
    record = SavedPlan(
        source=request.catalog.source,
        catalog_text=request.text,
        prune=request.prune,
        prune_options=request.prune_options,
        targets=request.targets,
        adopt=request.adopt,
        account=plan.account,
        marks_of_account=plan.marks_of_account,
        livemode=plan.livemode,
        fingerprint=fingerprint(plan),
    )
    text = json.dumps({"format": FORMAT, **asdict(record)}, indent=2, ensure_ascii=False)
    write_whole(path, text + "\n", mode=0o600)


def load(path: Path) -> SavedPlan:
    """Return a saved plan. Raises `SavedPlanError`."""
    hint = "save one with `billing catalog plan --out FILE`"
    try:
        content: Any = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise SavedPlanError(f"there is no file {path}", hint) from None
    except (OSError, UnicodeDecodeError) as error:
        raise SavedPlanError(f"{path} cannot be read: {system_reason(error)}", hint) from None
    except json.JSONDecodeError:
        raise SavedPlanError(f"{path} is no saved plan", hint) from None
    if not isinstance(content, dict) or content.pop("format", None) != FORMAT:
        raise SavedPlanError(f"{path} is no plan that this version saved", hint)
    if {name: type(value) for name, value in content.items() if name != "account"} != FIELDS:
        raise SavedPlanError(f"{path} is a damaged plan", hint)
    return SavedPlan(
        **{
            **content,
            "account": content.get("account"),
            "prune_options": tuple(content["prune_options"]),
            "targets": tuple(content["targets"]),
            "marks_of_account": tuple(content["marks_of_account"]),
        }
    )


def _mode(livemode: bool) -> str:
    return "live" if livemode else "test"
