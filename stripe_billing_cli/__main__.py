"""The command `billing`."""

from __future__ import annotations

import os
import signal
import sys

INTERRUPTED, TERMINATED = 130, 143


def main() -> None:
    try:
        from stripe_billing_cli.cli.interrupts import raise_terminated

        signal.signal(signal.SIGTERM, raise_terminated)
        from stripe_billing_cli.cli.app import run

        code = run(sys.argv[1:])
    except KeyboardInterrupt as interruption:  # before there was anything to stop
        sys.stderr.write("\nInterrupted.\n")
        code = INTERRUPTED if type(interruption) is KeyboardInterrupt else TERMINATED
    if code in (INTERRUPTED, TERMINATED):
        sys.stderr.flush()
        os._exit(code)  # a call that still waits for its answer would keep the interpreter waiting
    sys.exit(code)


if __name__ == "__main__":
    main()
