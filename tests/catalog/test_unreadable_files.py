"""Files that are no catalog, are hostile, or hold anything anywhere: problems rather than crashes."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stripe_billing_cli.catalog.file.load import read_source
from stripe_billing_cli.catalog.file.problems import CatalogErrors
from tests.catalog.loading import PRODUCT, load, price, problems
from tests.conftest import Billing

BOMB = "a: &a [x,x,x,x,x,x,x,x,x,x]\n" + "".join(
    f"{chr(98 + n)}: &{chr(98 + n)} [{','.join([f'*{chr(97 + n)}'] * 10)}]\n" for n in range(12)
)


DEEP = "a: " + "[" * 100_000


WIDE = "a: [" + "x," * 500_000 + "]"


@pytest.mark.parametrize("hostile", [BOMB, DEEP, WIDE, "{" * 50_000, "- " * 50_000, "&a " * 10, "? " * 20_000])
def test_hostile_files_are_refused_quickly(hostile: str) -> None:
    start = time.process_time()

    assert problems(hostile)

    assert time.process_time() - start < 20


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet="ab:{}[],&*<>|!%@`\"'#- \n\t\x00é0159._~?\\", max_size=120))
def test_any_text_is_a_catalog_or_has_problems(text: str) -> None:
    try:
        load(text)
    except CatalogErrors as errors:
        assert errors.problems


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_a_catalog_with_anything_in_any_place_is_one_or_has_problems(data: st.DataObject) -> None:
    text = (Path(__file__).parent.parent / "catalogs" / "saas.yaml").read_text(encoding="utf-8")
    start = data.draw(st.integers(0, len(text)))
    length = data.draw(st.integers(0, 30))
    scraps = ["", "no", "012", "null", "[]", "{}", "- x", "*a", "1.5", ": ", "-1", '"', "\n", "inf", "true", "!!set"]
    mutation = text[:start] + data.draw(st.sampled_from(scraps)) + text[start + length :]

    try:
        load(mutation)
    except CatalogErrors as errors:
        assert all(problem.hint for problem in errors.problems)


class TestFiles:
    def test_a_missing_file(self, billing: Billing) -> None:
        ran = billing("catalog", "validate")

        assert ran.code == 2
        assert (
            ran.err
            == "catalog.yaml: there is no such file\n    name another with --file; `billing init` writes one to begin with\n"
        )

    @pytest.mark.parametrize(
        ("content", "message"),
        [
            (b"", "bad.yaml: the file is empty"),
            (b"# only a comment\n", "bad.yaml: the file is empty"),
            (b"version: 1\ncatalog: \xff\n", "bad.yaml:2:10: the file is not UTF-8: byte 0xff"),
            (b"\x00\x01\x02", "bad.yaml:1:1: a character that YAML does not allow"),
            (b"x" * 50_000_000, "bad.yaml: the file is larger than 20 MB"),
            (b"\xff\xfev\x00e\x00", "the file is not UTF-8"),
            (b"version: 1\n  catalog: x\n", "bad.yaml:2:"),
        ],
    )
    def test_a_file_that_is_no_catalog(self, billing: Billing, content: bytes, message: str) -> None:
        (billing.directory / "bad.yaml").write_bytes(content)

        for command in ("validate", "plan", "apply"):
            where = [] if command == "validate" else ["--local"]
            ran = billing("catalog", command, "-f", "bad.yaml", *where)
            assert ran.code == 2
            assert message in ran.err
            assert len(ran.err) < 1000

    def test_a_directory(self, billing: Billing) -> None:
        (billing.directory / "plans").mkdir()

        ran = billing("catalog", "validate", "-f", "plans")

        assert ran.code == 2
        assert "plans: this is a directory, not a file" in ran.err
        assert "plans/catalog.yaml" in ran.err

    def test_a_byte_order_mark_and_windows_line_ends_are_fine(self, billing: Billing) -> None:
        (billing.directory / "dos.yaml").write_bytes(b"\xef\xbb\xbf" + PRODUCT.replace("\n", "\r\n").encode())

        assert billing.ok("catalog", "validate", "-f", "dos.yaml").out == "dos.yaml is valid: 1 product, 0 prices.\n"

    def test_validate_as_json(self, billing: Billing) -> None:
        billing.write(price("unit_amount: 1"))

        ran = billing.ok("catalog", "validate", "--output", "json")

        assert ran.json == {"valid": True, "catalog": "shop", "products": 1, "prices": 1, "notes": []}

    def test_problems_as_json_are_one_error(self, billing: Billing) -> None:
        billing.write(price("unit_amonut: 1"))

        ran = billing("catalog", "validate", "--output", "json")

        assert ran.out == ""
        assert ran.error["kind"] == "catalog"
        assert ran.error["exit_code"] == 2
        assert "catalog.yaml:8:17: unknown key unit_amonut" in ran.error["message"]
        assert ran.error["errors"] == [
            {
                "object": "price pro.monthly",
                "reason": "unknown key unit_amonut",
                "file": "catalog.yaml",
                "line": 8,
                "column": 17,
                "hint": "did you mean unit_amount?",
            }
        ]

    def test_validate_warns(self, billing: Billing) -> None:
        billing.write(price("unit_amount: 100000000"))

        ran = billing.ok("catalog", "validate", "--output", "json")

        assert "Warning: catalog.yaml:8: pro.monthly: unit_amount: 100000000 has more than 8 digits" in ran.err
        assert [(note["level"], note["key"]) for note in ran.json["notes"]] == [("warning", "pro.monthly")]


def test_reading_a_catalog_that_may_not_be_read(tmp_path: Path) -> None:
    path = tmp_path / "loop.yaml"
    path.symlink_to(path)

    with pytest.raises(CatalogErrors, match="cannot be read"):
        read_source(str(path))
