"""The command `billing`."""

from __future__ import annotations

import os
import sys

INTERRUPTED = 130


def main() -> None:
    try:
        from stripe_billing_cli.cli.app import run

        code = run(sys.argv[1:])
    except KeyboardInterrupt:  # before there was anything to stop
        sys.stderr.write("\nInterrupted.\n")
        code = INTERRUPTED
    if code == INTERRUPTED:
        sys.stderr.flush()
        os._exit(code)  # a call that still waits for its answer would keep the interpreter waiting
    sys.exit(code)


if __name__ == "__main__":
    main()
