#!/bin/sh
# What must work wherever `billing` is installed: sh scripts/smoke.sh VENV/bin, which prints its version. Nothing of
# this machine's is seen: no variable, no home, no checkout.
set -eu
bin=$(cd "$1" && pwd)
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cd "$scratch"
mkdir home
fresh() { env -i PATH="$bin:/usr/bin:/bin" HOME="$scratch/home" LANG=C.UTF-8 "$@"; }
quietly() { fresh "$@" >said 2>&1 || { echo "$* failed:"; cat said; exit 1; }; }

cat >modules.py <<'END'
import importlib, pathlib, pkgutil
import stripe_billing_cli
assert (pathlib.Path(stripe_billing_cli.__file__).parent / "py.typed").exists()
for module in pkgutil.walk_packages(stripe_billing_cli.__path__, "stripe_billing_cli."):
    # __main__ and Alembic's env run when they are imported, and testing is for users of pytest.
    if module.name.rpartition(".")[2] not in ("__main__", "env", "testing"):
        importlib.import_module(module.name)
END
quietly python modules.py
quietly billing help exit-codes
quietly billing catalog apply --help
quietly billing init --name smoke
quietly billing catalog apply --local
quietly billing customer create --local --email ada@example.com --payment-method pm_card_visa
quietly billing sub create --local --customer ada@example.com --price starter.monthly
quietly billing sub pay --local ada@example.com
quietly billing sub cancel --local ada@example.com --yes
fresh billing sub list --local --output json >subscriptions.json
quietly grep -q '"status": "active"' subscriptions.json
quietly billing events backfill --local
quietly billing access reconcile --local
quietly billing events list
fresh billing --version
