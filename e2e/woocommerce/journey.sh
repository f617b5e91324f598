#!/usr/bin/env bash
# Tests in a store that is up: journey.sh DIRECTORY ADDRESS [FILE.py…] [pytest's arguments]. Without a file it runs all of them. Builds the
# server where CARTWRIGHT_E2E_PROGRAM names none. Needs chromium and python3 with venv.
set -euo pipefail
export CARTWRIGHT_STORE_DIRECTORY=$1 CARTWRIGHT_STORE_ADDRESS=$2; shift 2
cd "$(dirname "$0")/../.."
venv=target/e2e-venv
if ! cmp -s e2e/requirements.txt "$venv/requirements.txt"; then
  rm -rf "$venv"
  python3 -m venv "$venv"
  "$venv/bin/pip" install --quiet --disable-pip-version-check --requirement e2e/requirements.txt
  cp e2e/requirements.txt "$venv/requirements.txt"
fi
[ -n "${CARTWRIGHT_E2E_PROGRAM:-}" ] || cargo build --quiet --package cartwright
files=()
while [[ ${1:-} == *.py ]]; do files+=("e2e/woocommerce/$1"); shift; done
# The last of them takes the plugin away.
[ ${#files[@]} -gt 0 ] || files=(e2e/woocommerce/{shoppers,people,journey}.py)
exec "$venv/bin/python" -m pytest --rootdir e2e -c e2e/pytest.ini -rs -v "${files[@]}" "$@"
