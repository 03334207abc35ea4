"""`make bench`: every figure that the project claims, measured against something run at the same time.

python -m benchmarks             all
python -m benchmarks startup     one of them by its name below
"""

from __future__ import annotations

import sys

from benchmarks import (
    catalog,
    diff,
    every_kind,
    foreign,
    fresh_account,
    full_store,
    handling,
    imports,
    large_account,
    pages,
    reading,
    receiving,
    startup,
)

BENCHMARKS = {
    "startup": startup.run,
    "diff": diff.run,
    "foreign": foreign.run,
    "imports": imports.run,
    "every_kind": every_kind.run,
    "large_account": large_account.run,
    "reading": reading.run,
    "pages": pages.run,
    "catalog": catalog.run,
    "receiving": receiving.run,
    "handling": handling.run,
    "full_store": full_store.run,
    "fresh_account": fresh_account.run,
}


def main() -> int:
    names = sys.argv[1:] or list(BENCHMARKS)
    unknown_names = [name for name in names if name not in BENCHMARKS]
    if unknown_names:
        print(f"no benchmark {unknown_names[0]}; there are: {', '.join(BENCHMARKS)}", file=sys.stderr)
        return 2
    results = [result for name in names for result in BENCHMARKS[name]()]
    misses = [result for result in results if not result.met]
    print(f"\n{len(results) - len(misses)} of {len(results)} limits kept")
    return 1 if misses else 0


if __name__ == "__main__":
    sys.exit(main())
