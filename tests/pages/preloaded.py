"""A `billing` that is loaded once: each command is a fork of one process, so that a page of commands runs in seconds.

`python -m tests.pages.preloaded SOCKET` is that process. The `billing` put on the PATH hands it the command line, the
directory, the environment and its three streams, and exits as the fork does.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

CLIENT = """\
#!/bin/sh
'''exec' '{python}' -IS "$0" "$@"  # the path of Python may have spaces, which a line with #! cannot quote
' '''
import array, json, os, signal, socket, sys
server = socket.socket(socket.AF_UNIX)
server.connect({path!r})
signal.signal(signal.SIGTERM, lambda *_: server.shutdown(socket.SHUT_WR))  # the command ends, then this one
asked = json.dumps([sys.argv[1:], os.getcwd(), dict(os.environ)]).encode()
server.sendmsg([len(asked).to_bytes(4, "big")], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", [0, 1, 2]))])
server.sendall(asked)
sys.exit(int(server.recv(8) or b"1"))
"""


@contextmanager
def preloaded_billing(directory: Path) -> Iterator[Path]:
    """Yield a directory for the PATH whose `billing` is a fork of one process that has loaded everything."""
    path = directory / "billing.socket"
    program = directory / "bin" / "billing"
    program.parent.mkdir()
    program.write_text(CLIENT.format(python=sys.executable, path=str(path)), encoding="utf-8")
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    root = Path(__file__).parents[2]  # where the module is found, whatever directory a test before left behind
    server = subprocess.Popen([sys.executable, "-m", __name__, str(path)], stdin=subprocess.DEVNULL, cwd=root)
    try:
        while not path.exists():
            assert server.poll() is None
            time.sleep(0.01)
        yield program.parent
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(timeout=20)


def serve(path: str) -> None:
    load_everything()
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(f"{path}.new")
    listener.listen(64)
    Path(f"{path}.new").rename(path)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    while True:
        client, _ = listener.accept()
        if os.fork() == 0:
            listener.close()
            answer(client)
        client.close()


def load_everything() -> None:
    import stripe_billing_cli.catalog.executor
    import stripe_billing_cli.catalog.plan_request
    import stripe_billing_cli.local_stripe.server
    import stripe_billing_cli.stripe_api.client
    import stripe_billing_cli.subscriptions.overview  # noqa: F401
    from tests.cli.help.command_tree import pages

    pages()


def answer(client: socket.socket) -> None:
    """Run one command in this process, which is a fork of its own, and end."""
    from stripe_billing_cli.cli.app import run

    size, streams, _, _ = socket.recv_fds(client, 4, 3)
    asked = b""
    while len(asked) < int.from_bytes(size, "big"):
        asked += client.recv(1 << 20)
    argv, directory, environment = json.loads(asked)
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
        os.close(stream)
    os.chdir(directory)
    os.environ.clear()
    os.environ.update(environment)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    pid = os.fork()  # the client may go away, and what serves goes on
    if pid == 0:
        code = run(argv)
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)
    threading.Thread(target=end_with_client, args=(client, pid), daemon=True).start()
    _, status = os.waitpid(pid, 0)
    with suppress(OSError):  # a client that was killed asks for no exit code
        client.sendall(str(os.waitstatus_to_exitcode(status)).encode())
    os._exit(0)


def end_with_client(client: socket.socket, pid: int) -> None:
    """End the command when the client says no more: it was killed, as its shell believes the command to be."""
    if not client.recv(1):
        with suppress(ProcessLookupError):  # it has ended by itself
            os.kill(pid, signal.SIGTERM)


if __name__ == "__main__":
    serve(sys.argv[1])
