"""A server between `billing` and `billing local serve` that says its answers in another legal way.

    python -m tests.end_to_end.answer_proxy without-nulls http://127.0.0.1:12111

prints its URL, and passes on what is sent there until it is stopped.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

from tests.answer_modes import MODES, rewritten

HOP_BY_HOP = frozenset({"connection", "content-length", "date", "keep-alive", "server", "transfer-encoding"})


def proxy(mode: str, base: str) -> ThreadingHTTPServer:
    """Return a server, yet to be started, for the server at `base`."""
    rewrite, where = MODES[mode], urlsplit(base).netloc

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _pass_on(self) -> None:
            sent = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            server = HTTPConnection(where, timeout=60)
            headers = {name: value for name, value in self.headers.items() if name.lower() not in HOP_BY_HOP}
            server.request(self.command, self.path, sent or None, headers)
            answer = server.getresponse()
            body = answer.read()
            server.close()
            if answer.status < 400:
                body = rewritten(body, self.path, rewrite).encode()
            self.send_response(answer.status)
            for name, value in answer.getheaders():
                if name.lower() not in HOP_BY_HOP:
                    self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST = do_DELETE = _pass_on

        def log_message(self, format: str, *arguments: object) -> None:
            """Say nothing."""

    return ThreadingHTTPServer(("127.0.0.1", 0), Handler)


def url_of(server: ThreadingHTTPServer) -> str:
    return f"http://127.0.0.1:{server.server_port}"


@contextmanager
def proxied(mode: str, base: str) -> Iterator[str]:
    """Run a proxy for the server at `base`; its URL."""
    with proxy(mode, base) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield url_of(server)
        server.shutdown()


if __name__ == "__main__":
    with proxy(sys.argv[1], sys.argv[2]) as running:
        print(url_of(running), flush=True)
        running.serve_forever()
