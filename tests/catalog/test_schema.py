"""The JSON Schema that editors use."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from stripe_billing_cli.catalog.file.schema import catalog_schema
from tests.catalog.catalogs import EVERYTHING, SEED
from tests.conftest import Billing

ROOT = Path(__file__).parent.parent.parent
FILES = [ROOT / "catalog.yaml", *sorted((ROOT / "tests" / "catalogs").glob("*.yaml"))]


class EditorLoader(yaml.SafeLoader):
    """Reads what an editor sees: YAML 1.2 has no times, which are text to it."""


EditorLoader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def loaded(text: str) -> Any:
    return yaml.load(text, Loader=EditorLoader)


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_real_catalogs_fit_the_schema(file: Path) -> None:
    jsonschema.validate(loaded(file.read_text(encoding="utf-8")), catalog_schema())


@pytest.mark.parametrize("text", [SEED, EVERYTHING])
def test_what_the_loader_takes_fits_the_schema(text: str) -> None:
    jsonschema.validate(loaded(text), catalog_schema())


@pytest.mark.parametrize(
    "wrong",
    [
        SEED.replace("unit_amount", "unit_amonut"),
        SEED.replace("1500", "15.5"),
        SEED.replace("usd", "usf"),
        SEED.replace("recurring: month", "recurring: monthly"),
        SEED.replace("version: 1", "version: 2"),
        SEED.replace("    name: Pro\n", ""),
    ],
)
def test_mistakes_do_not_fit_the_schema(wrong: str) -> None:
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(loaded(wrong), catalog_schema())


def test_the_schema_beside_the_catalog_is_the_one_that_the_command_prints(billing: Billing) -> None:
    output = billing.ok("catalog", "schema").out

    assert (ROOT / "catalog.schema.json").read_text(encoding="utf-8") == output
    assert json.loads(output) == catalog_schema()
    first = (ROOT / "catalog.yaml").read_text(encoding="utf-8").splitlines()[0]
    assert first == "# yaml-language-server: $schema=./catalog.schema.json"


def test_every_key_is_described() -> None:
    schema = catalog_schema()

    jsonschema.Draft202012Validator.check_schema(schema)
    for kind in (schema, *schema["$defs"].values()):
        for name, field in kind["properties"].items():
            assert field.get("description"), name
