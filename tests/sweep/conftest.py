"""The account on which the sweep makes its calls."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.sweep.world import World, build


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with pytest.MonkeyPatch.context() as monkeypatch:
        new_world = build(World.at(tmp_path_factory.mktemp("sweep") / "local.db", monkeypatch))
        yield new_world
        new_world.store.close()
