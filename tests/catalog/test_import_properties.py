"""Rules that hold for every account: the file that import writes of it plans to no changes, and is always the same."""

from __future__ import annotations

import tempfile
from decimal import Decimal
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from stripe_billing_cli.catalog import snapshot
from stripe_billing_cli.catalog.file.load import Source, load_catalog
from stripe_billing_cli.catalog.file.values import values_of
from stripe_billing_cli.catalog.file.write import file_text
from stripe_billing_cli.catalog.file.yaml_tree import read_tree
from stripe_billing_cli.catalog.importer.request import ImportRequest, import_catalog
from stripe_billing_cli.catalog.ownership import RESERVED
from stripe_billing_cli.catalog.planner import make_plan
from stripe_billing_cli.local_stripe.transport import LocalTransport
from stripe_billing_cli.stripe_api.client import StripeApi
from tests.catalog.random_catalogs import full_catalogs
from tests.contract import ContractTransport
from tests.troubled import apply, connected

many = settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)
scalars = st.one_of(
    st.text(st.characters(exclude_categories=["Cs"]), min_size=1),
    st.sampled_from(
        ["no", "012", "y", "1:30", "a: b", "a #b", "it's", "- x", "null", "~", "<<", "=", "a\nb", "a\n\nb\n"]
    ),
    st.integers(),
    st.booleans(),
    st.decimals(allow_nan=False, allow_infinity=False, places=3),
)
values = st.dictionaries(
    st.text(min_size=1),
    st.recursive(
        scalars,
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(min_size=1), inner, max_size=3),
        max_leaves=6,
    ),
    min_size=1,
    max_size=4,
)


def imported(api: StripeApi, **options: Any) -> str:
    result = import_catalog(api, ImportRequest(**options))
    assert not result.not_written
    return result.text


def changes(text: str, api: StripeApi) -> tuple[Any, ...]:
    catalog = load_catalog(Source("imported.yaml", text))
    return make_plan(catalog, snapshot.read(api, catalog)).changes


def without_marks(api: StripeApi) -> None:
    """Take the catalog's marks off everything, as if it had been made by hand."""
    for path in ("/v1/products", "/v1/prices", "/v1/coupons", "/v1/entitlements/features"):
        for page in api.pages(path, {}):
            for stripe_object in page:
                api.post(f"{path}/{stripe_object['id']}", {"metadata": dict.fromkeys(RESERVED, "")})


@many
@given(full_catalogs())
def test_what_was_applied_comes_back_and_changes_nothing(text: str) -> None:
    with tempfile.TemporaryDirectory() as scratch:
        api = connected(ContractTransport(LocalTransport(Path(scratch) / "local.db")))
        assert apply(text, api).complete

        back = imported(api, catalog="any")

        assert changes(back, api) == ()
        assert imported(api, catalog="any") == back


@many
@given(full_catalogs(), st.booleans())
def test_an_account_without_marks_comes_and_changes_nothing(text: str, with_archived: bool) -> None:
    with tempfile.TemporaryDirectory() as scratch:
        api = connected(ContractTransport(LocalTransport(Path(scratch) / "local.db")))
        assert apply(text, api).complete
        without_marks(api)

        result = imported(api, catalog="mine", archived=with_archived)

        assert changes(result, api) == ()
        assert imported(api, catalog="mine", archived=with_archived) == result
        assert apply(result, api).complete
        assert changes(result, api) == ()


@settings(max_examples=100, deadline=None)
@given(values)
def test_what_is_written_is_read_as_the_same_values(file_values: dict[str, Any]) -> None:
    problems: list[Any] = []
    tree = read_tree(file_text(file_values, frozenset()))
    assert tree

    values_read, _ = values_of(tree, lambda *problem: problems.append(problem))

    assert not problems
    assert exact(values_read) == exact(file_values)


def exact(value: Any) -> Any:
    """Return values with all numbers as `Decimal`."""
    if isinstance(value, dict):
        return {key: exact(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [exact(inner) for inner in value]
    return Decimal(value) if isinstance(value, int) and not isinstance(value, bool) else value
