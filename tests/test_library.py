"""docs/library.md: its programs run one after the other, and print what it says."""

from __future__ import annotations

import contextlib
import io
import re
import shutil
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[1]
EXAMPLE = re.compile(r"^```python\n(.*?)^```\n\n```text\n(.*?)^```$", re.M | re.S)


def test_the_examples_print_what_the_page_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = (ROOT / "docs" / "library.md").read_text(encoding="utf-8")
    examples = EXAMPLE.findall(text)
    shutil.copy(ROOT / "catalog.yaml", tmp_path)
    monkeypatch.chdir(tmp_path)
    names: dict[str, Any] = {}

    for program, expected in examples:
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            exec(compile(program, "docs/library.md", "exec"), names)
        assert printed.getvalue() == expected

    assert len(examples) == text.count("```python")
