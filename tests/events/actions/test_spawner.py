"""The process that starts commands: they end with it, and with the listener, whatever ends those."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from stripe_billing_cli.events.actions.spawner import NotEndedError, Spawner, SpawnError

ENVIRONMENT = {"PATH": os.environ["PATH"]}
ALONE = f"'{sys.executable}' -I -S -c 'import os, time; os.setpgid(0, 0); os.fork(); time.sleep(600)'"
"""In a group of processes of its own, as `timeout` starts what it watches."""
GRANDCHILDREN = {"in its group": "(sleep 600 & sleep 600) & sleep 600", "in other groups": f"{ALONE} & {ALONE}; true"}
"""What a command does that, with all that it starts, has a file open."""
LISTENER = """
import sys
from stripe_billing_cli.events.actions.spawner import Spawner
Spawner().run(sys.argv[1], {"PATH": sys.argv[2]}, b"", 600)
"""


@pytest.fixture
def spawner() -> Iterator[Spawner]:
    spawner = Spawner()
    yield spawner
    spawner.close()


@contextmanager
def pipe_at(path: Path) -> Iterator[int]:
    """The reading end of a named pipe, ready when somebody has opened the other end and all have closed it."""
    os.mkfifo(path)
    reading = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    try:
        yield reading
    finally:
        os.close(reading)


def wait_for_opening(pipe: int, path: Path) -> None:
    """Until the command writes: before that, nobody's closing it could be told from nobody's having opened it."""
    assert select.select([pipe], [], [], 20)[0]
    assert os.read(pipe, 6) == b"begun\n"


def closed(pipe: int) -> bool:
    return bool(select.select([pipe], [], [], 20)[0]) and os.read(pipe, 1) == b""


@pytest.fixture(params=GRANDCHILDREN)
def command(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A command that writes to the pipe `alive`, and has it open with all that it starts."""
    return f"echo begun > {tmp_path}/alive; exec 9> {tmp_path}/alive; {GRANDCHILDREN[request.param]}"


def test_many_at_once_each_have_their_own_exit_code(spawner: Spawner) -> None:
    codes: dict[int, int] = {}

    def run(number: int) -> None:
        codes[number] = spawner.run(f"exit {number}", ENVIRONMENT, b"", 60).code

    threads = [threading.Thread(target=run, args=(number,)) for number in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert codes == {number: number for number in range(20)}


def test_a_listener_that_is_killed_leaves_nothing_running(command: str, tmp_path: Path) -> None:
    path = tmp_path / "alive"
    with pipe_at(path) as pipe:
        writer = os.open(path, os.O_WRONLY)  # so that the first closing is not taken for the end
        listener = subprocess.Popen([sys.executable, "-c", LISTENER, command, ENVIRONMENT["PATH"]])
        wait_for_opening(pipe, path)
        os.close(writer)
        listener.kill()
        listener.wait()

        assert closed(pipe)


@pytest.mark.parametrize("left", ["sleep 600", ALONE])
def test_a_command_that_has_ended_leaves_nothing_running_after_its_listener(left: str, tmp_path: Path) -> None:
    path = tmp_path / "alive"
    with pipe_at(path) as pipe:
        writer = os.open(path, os.O_WRONLY)
        background = f"exec 9> {path}; {left} & echo begun > {path}"
        program = LISTENER + "import time; time.sleep(600)"
        listener = subprocess.Popen([sys.executable, "-c", program, background, ENVIRONMENT["PATH"]])
        wait_for_opening(pipe, path)
        os.close(writer)
        assert select.select([pipe], [], [], 0.3)[0] == [], "the program in the background runs on"
        listener.kill()
        listener.wait()

        assert closed(pipe)


def test_a_spawner_that_is_killed_takes_its_commands_along_and_another_follows(
    spawner: Spawner, command: str, tmp_path: Path
) -> None:
    path = tmp_path / "alive"
    errors: list[SpawnError] = []

    def run() -> None:
        try:
            spawner.run(command, ENVIRONMENT, b"", 600)
        except SpawnError as error:
            errors.append(error)

    with pipe_at(path) as pipe:
        writer = os.open(path, os.O_WRONLY)
        thread = threading.Thread(target=run)
        thread.start()
        wait_for_opening(pipe, path)
        os.close(writer)
        spawner.run("true", ENVIRONMENT, b"", 60)  # by the time it has ended, the first one's process is known
        os.kill(spawner.start(), signal.SIGKILL)
        thread.join(20)

        assert [str(error) for error in errors] == ["cut off: the process that starts commands has ended"]
        assert closed(pipe)
    assert spawner.run("exit 3", ENVIRONMENT, b"", 60).code == 3


def test_what_does_not_end_in_time_is_killed_with_what_it_started(
    spawner: Spawner, command: str, tmp_path: Path
) -> None:
    path = tmp_path / "alive"
    with pipe_at(path) as pipe:
        writer = os.open(path, os.O_WRONLY)
        with pytest.raises(NotEndedError):
            spawner.run(command, ENVIRONMENT, b"", 1)
        os.close(writer)

        wait_for_opening(pipe, path)
        assert closed(pipe)


def test_a_command_that_is_too_long_for_the_system_is_told(spawner: Spawner) -> None:
    with pytest.raises(SpawnError, match="could not be started: Argument list too long"):
        spawner.run("true " + "x" * 4_000_000, ENVIRONMENT, b"", 60)
    assert spawner.run("true", ENVIRONMENT, b"", 60).code == 0


def test_nothing_of_one_command_comes_to_the_next(spawner: Spawner) -> None:
    long = spawner.run("cat; cat >&2; echo said >&2", ENVIRONMENT, b"a long text\n" * 1000, 60)
    short = spawner.run("cat", ENVIRONMENT, b"short", 60)

    assert (long.output[-12:], long.errors) == (b"a long text\n", b"said\n")
    assert (short.output, short.errors) == (b"short", b"")


def test_files_that_something_in_the_background_may_use_are_not_used_again(spawner: Spawner) -> None:
    spawner.run("(sleep 0.2; echo late; echo late >&2) & true", ENVIRONMENT, b"first", 60)

    assert spawner.run("sleep 0.5; cat", ENVIRONMENT, b"second", 60).output == b"second"


def test_what_made_itself_a_daemon_lives_on(tmp_path: Path) -> None:
    path = tmp_path / "alive"
    with pipe_at(path) as pipe:
        writer = os.open(path, os.O_WRONLY)
        daemon = f"'{sys.executable}' -I -S -c 'import os, time; os.setsid(); time.sleep(600)'"
        spawner = Spawner()
        spawner.run(
            f"exec 9> {path}; {daemon} & echo $! > {tmp_path}/daemon; echo begun > {path}", ENVIRONMENT, b"", 60
        )
        wait_for_opening(pipe, path)
        os.close(writer)
        process = int((tmp_path / "daemon").read_text())
        while os.getsid(process) != process:
            threading.Event().wait(0.01)
        spawner.close()

        assert select.select([pipe], [], [], 0.3)[0] == []
        os.kill(process, signal.SIGKILL)
        assert closed(pipe)
