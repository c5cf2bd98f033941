#!/usr/bin/env bash
# Makes .venv with the locked packages; by uv where it is there, else by pip. No root.
set -euo pipefail
cd "$(dirname "$0")/.."

for python in python3.11 python3.12 python3; do
  version=$("$python" -c 'import sys; print("%d%d" % sys.version_info[:2])' 2>/dev/null || true)
  [ "$version" = 311 ] || [ "$version" = 312 ] && break
  version=
done
if [ -z "$version" ]; then
  echo "No Python 3.11 or 3.12 found. Cure: apt install python3 python3-venv (Debian 12), then make again." >&2
  exit 69
fi
lock=requirements/dev-py$version.txt

if ! .venv/bin/python -c '' 2>/dev/null; then
  echo "making .venv with $python"
  "$python" -m venv .venv || { echo "Cure: apt install python3-venv" >&2; exit 69; }
fi
echo "installing $(grep -c == "$lock") locked packages"
if command -v uv >/dev/null; then
  UV_PYTHON_DOWNLOADS=never uv pip install -q --python .venv/bin/python --require-hashes -r "$lock"
  uv pip install -q --python .venv/bin/python --no-deps --no-build-isolation -e .
else
  .venv/bin/python -m pip install -q --disable-pip-version-check --require-hashes -r "$lock"
  .venv/bin/python -m pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e .
fi
