#!/usr/bin/env bash
# The slow proofs, cheapest first. Each part says whether it ran; a part that failed fails the whole.
set -uo pipefail
cd "$(dirname "$0")/.."
failed=0

part() { # name, command...
  local name=$1; shift
  local began=$SECONDS
  echo "proof: $name ..."
  if "$@"; then
    echo "proof: $name: ran, passed ($((SECONDS - began)) s)"
  elif [ $? = 75 ]; then
    echo "proof: $name: not run (see above)"
  else
    echo "proof: $name: ran, FAILED ($((SECONDS - began)) s)"
    failed=1
  fi
}

part "five times the examples: pages that are kept, what is posted, what is drawn" env EXAMPLES=5 .venv/bin/pytest tests/frontstage/test_what_is_kept.py tests/frontstage/test_what_comes_in.py tests/drawing/test_layout.py
part "a thousand wrong tries by strangers, passkeys in Chromium" .venv/bin/pytest -m proof tests/identity/test_lockout.py tests/identity/test_passkeys_in_a_browser.py
part "front ends sign people in: every promise of the pages" .venv/bin/pytest -m proof tests/identity/test_headless_promises.py
part "T16: whatever is posted at a form" .venv/bin/pytest -m proof -s tests/frontstage/test_forms_under_fuzz.py
part "the audit on PostgreSQL: chains side by side, guards" .venv/bin/pytest -m proof tests/store/test_audit_on_postgresql.py
part "approving by colleagues: on PostgreSQL, and killed before a decision is kept" .venv/bin/pytest -m proof tests/approving
part "services that nobody wrote: three over HTTP" .venv/bin/pytest -m proof tests/generated
part "T14: out within a second in two processes, on SQLite and PostgreSQL" .venv/bin/pytest -m proof tests/identity/test_out_everywhere.py
part "faults of the network before every rehearsed system" .venv/bin/pytest -m proof tests/faults -n 4 --dist worksteal  # they mostly wait
part "rehearsed systems: down, slow, rubbish, filters ignored" .venv/bin/pytest -m proof tests/rehearsed -n 4 --dist worksteal  # they mostly wait
part "T6: access broken in 90 ways, each is seen" .venv/bin/python -m tools.mutate_access
part "T6: 100,000 guesses of one customer, nothing of others" .venv/bin/balie prove blueprints/lindeman --guesses 100000
part "schemathesis: install" tests/proving/api/install.sh
part "whatever schemathesis makes of our OpenAPI: no fault of ours" .venv/bin/pytest -m proof -s tests/proving/api
part "a certified OpenID Provider: install" tests/identity/providers/real/install.sh
part "T13, T14: sign in and out at a certified OpenID Provider, also in Chromium" .venv/bin/pytest -m proof tests/identity/providers
part "README walked in a browser" .venv/bin/pytest -m proof tests/walk
part "real Tryton: install and load" tests/backoffices/tryton/install.sh
part "real Tryton: the walk, T1, T3, T4, T11, T12, what is entered arrives once" .venv/bin/pytest -m proof -s tests/backoffices/tryton
part "killed at every place and fifty times at random, an hour without the ERP: nothing lost, nothing twice" .venv/bin/pytest -m proof -s tests/carrying -k "not dbos and not DBOS"
exit $failed
