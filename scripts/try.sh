#!/bin/sh
# What `make try` shows: the catalog of this directory planned and applied to a local Stripe in a scratch directory.
set -eu
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cp catalog.yaml "$scratch"
cd "$scratch"

show() {
    printf '\n$ %s\n' "$*"
    "$@"
}

show billing catalog plan --local
show billing catalog apply --local
show billing catalog apply --local
sed -i.bak 's/unit_amount: 1500 /unit_amount: 2000 /' catalog.yaml
printf '\n# The monthly price goes from $15 to $20 in the file:\n'
show billing catalog apply --local
show billing catalog plan --local --check
printf '\nThat was a local Stripe: no account, no network. With a test key it is the same on Stripe:\n'
printf '    export STRIPE_API_KEY=sk_test_…\n    .venv/bin/billing catalog plan\n'
