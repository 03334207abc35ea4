"""The installed `billing`, run as a process from a fresh directory."""

from __future__ import annotations

import os
import pty
import re
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

BILLING = Path(sys.executable).with_name("billing")
ROOT = Path(__file__).parent.parent.parent
OPERATIONS = ROOT / "docs" / "operations.md"


SLOW = re.compile(r"^Waiting for Stripe for \d+ seconds …\n", re.M)


def own_words(stderr: str) -> str:
    """Return what a command said, but for what it says on a machine that does much else."""
    return SLOW.sub("", stderr)


@dataclass(frozen=True)
class Shell:
    """A directory and an environment in which `billing` is typed."""

    directory: Path
    environment: Mapping[str, str]

    def __call__(
        self, *argv: str, code: int = 0, stdin: str = "", environment: Mapping[str, str] | None = None
    ) -> subprocess.CompletedProcess[str]:
        """Run in a pipe; the exit code must be `code`."""
        ran = subprocess.run(
            [BILLING, *argv],
            cwd=self.directory,
            env={**self.environment, **(environment or {})},
            input=stdin,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert ran.returncode == code, f"exit {ran.returncode}, not {code}\n{ran.stdout}\n{ran.stderr}"
        assert "Traceback" not in ran.stderr
        return ran

    def interrupted(
        self, when: str, *argv: str, environment: Mapping[str, str], how: signal.Signals = signal.SIGINT
    ) -> subprocess.CompletedProcess[str]:
        """Run with --verbose in a pipe, with a Ctrl-C once stderr has a line with `when`; it must end with 130.

        With a SIGTERM, as `how` says, with 143.
        """
        process = subprocess.Popen(
            [BILLING, *argv, "--verbose"],
            cwd=self.directory,
            env={**self.environment, **environment},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert process.stderr is not None
        before = ""
        while when not in before:
            line = process.stderr.readline()
            assert line, f"it ended before {when}:\n{before}"
            before += line
        process.send_signal(how)
        out, err = process.communicate(timeout=20)
        assert process.returncode == 128 + how, f"exit {process.returncode}\n{out}\n{before}{err}"
        assert "Traceback" not in err
        return subprocess.CompletedProcess(process.args, process.returncode, out, before + err)

    def on_terminal(
        self,
        *argv: str,
        answers: Mapping[str, bytes] | None = None,
        environment: Mapping[str, str] | None = None,
        timeout: float = 60,
        program: Sequence[Path | str] = (BILLING,),
    ) -> tuple[int, str]:
        """Run on a pseudo-terminal, answering each prompt in `answers` once; exit code and all that was shown.

        A Ctrl-C is pressed again where nothing comes of it for 15 seconds, as a user does: one that comes between
        Python's last look for signals and its read of the terminal is noticed only with the next key.
        """
        child, terminal = pty.fork()
        if child == 0:  # pragma: no cover  # the child process
            os.chdir(self.directory)
            os.execve(
                program[0], [*map(str, program), *argv], {**self.environment, "TERM": "xterm", **(environment or {})}
            )
        screen, keys_by_prompt, keys, quiet = "", dict(answers or {}), b"", 0
        deadline = time.monotonic() + timeout
        while True:
            assert time.monotonic() < deadline, f"no end in {timeout} s; shown so far:\n{screen}"
            ready, _, _ = select.select([terminal], [], [], 0.2)
            if not ready:
                quiet += 1
                if keys == b"\x03" and quiet % 75 == 0:
                    os.write(terminal, keys)
                continue
            quiet = 0
            try:
                chunk = os.read(terminal, 65536)
            except OSError:
                break
            if not chunk:
                break
            screen += chunk.decode("utf-8", "replace")
            for prompt in [prompt for prompt in keys_by_prompt if prompt in screen]:
                keys = keys_by_prompt.pop(prompt)
                os.write(terminal, keys)
        _, status = os.waitpid(child, 0)
        os.close(terminal)
        return os.waitstatus_to_exitcode(status), screen.replace("\r\n", "\n")

    @contextmanager
    def serving(self, *options: str) -> Iterator[Mapping[str, str]]:
        """`billing local serve` in this directory; the environment that leads other commands to it."""
        server = subprocess.Popen(
            [BILLING, "local", "serve", "--port", "0", "--output", "id", *options],
            cwd=self.directory,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert server.stdout is not None
        assert server.stderr is not None
        try:
            url = server.stdout.readline().strip()
            assert url.startswith("http://"), server.stderr.read()
            yield {"STRIPE_API_BASE": url, "STRIPE_API_KEY": "sk_test_end_to_end"}
        finally:
            server.terminate()
            server.wait(timeout=20)
            server.stdout.close()
            server.stderr.close()


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    return fresh_shell(tmp_path)


def fresh_shell(home: Path) -> Shell:
    """Return a shell in an empty directory of this home."""
    directory = home / "fresh"
    directory.mkdir()
    variables = {
        name: value for name, value in os.environ.items() if name in ("PATH", "LANG", "LC_ALL", "SSL_CERT_FILE")
    }
    environment = {**variables, "HOME": str(home), "PATH": f"{BILLING.parent}:{os.environ['PATH']}", "PYTHONUTF8": "1"}
    return Shell(directory, environment)
