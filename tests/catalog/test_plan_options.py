"""The options of `plan` and `apply` that say how much of a catalog is planned."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

import pytest

from stripe_billing_cli.catalog.kinds import KINDS
from stripe_billing_cli.cli.catalog.plan_options import PlanOptions

OPTIONS = [field.name for field in fields(PlanOptions)]


@pytest.mark.parametrize("option", OPTIONS)
def test_each_option_but_count_says_what_a_saved_plan_has_settled(option: str) -> None:
    value: Any = ["pro"] if option == "target" else True

    assert replace(PlanOptions(), **{option: value}).is_default == (option == "count")


def test_each_option_by_which_a_kind_retires_objects_is_one() -> None:
    of_kinds = {option for kind in KINDS for option in (kind.prune_option, kind.retire_option) if option}

    assert of_kinds <= {f"--{name.replace('_', '-')}" for name in OPTIONS}
