"""Files that are written whole or not at all, on disks that are full and in places that take no file."""

from __future__ import annotations

import io
import os
import stat
from pathlib import Path

import pytest

from stripe_billing_cli import whole_files
from stripe_billing_cli.whole_files import write_whole


@pytest.fixture
def disk_is_full(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(descriptor: int, *_: object, **__: object) -> io.TextIOWrapper:
        os.close(descriptor)
        return Path("/dev/full").open("w", encoding="utf-8")  # type: ignore[return-value]

    monkeypatch.setattr(whole_files.os, "fdopen", full)


@pytest.mark.parametrize("before", [None, "the old one"])
def test_on_a_full_disk_there_is_the_old_one_or_none(before: str | None, tmp_path: Path, disk_is_full: None) -> None:
    path = tmp_path / "catalog.yaml"
    if before is not None:
        path.write_text(before)

    with pytest.raises(OSError, match=r"No space left on device: '.*catalog\.yaml'"):
        write_whole(path, "the new one")

    assert {file.name: file.read_text() for file in tmp_path.iterdir()} == (
        {} if before is None else {"catalog.yaml": before}
    )


def test_a_file_keeps_its_permissions_and_the_link_to_it(tmp_path: Path) -> None:
    path, link = tmp_path / "kept.plan", tmp_path / "link.plan"
    path.write_text("the old one")
    path.chmod(0o640)
    link.symlink_to(path)

    write_whole(link, "the new one", mode=0o600)

    assert link.is_symlink()
    assert (path.read_text(), stat.S_IMODE(path.stat().st_mode)) == ("the new one", 0o640)


def test_a_new_file_is_as_open_as_asked_for(tmp_path: Path) -> None:
    write_whole(tmp_path / "secret.plan", "new", mode=0o600)

    assert stat.S_IMODE((tmp_path / "secret.plan").stat().st_mode) == 0o600


def test_what_is_no_file_is_written_to(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reading = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    try:
        write_whole(pipe, "new")
        assert os.read(reading, 100) == b"new"
    finally:
        os.close(reading)

    assert stat.S_ISFIFO(pipe.stat().st_mode)
    write_whole(Path("/dev/null"), "new")
    assert not Path("/dev/null").is_file()


def test_a_file_that_is_mounted_by_itself_is_written_in_its_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As containers have files of their host: another cannot be put in such a file's place."""

    def busy(self: Path, target: Path) -> Path:
        raise OSError(16, "Device or resource busy")

    monkeypatch.setattr(Path, "replace", busy)
    path = tmp_path / "catalog.yaml"
    path.write_text("the old one")

    write_whole(path, "the new one")

    assert {file.name: file.read_text() for file in tmp_path.iterdir()} == {"catalog.yaml": "the new one"}
