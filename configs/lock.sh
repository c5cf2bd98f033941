#!/usr/bin/env bash
# Resolves requirements/*.txt from pyproject.toml: exact versions and hashes, no addresses.
set -euo pipefail
cd "$(dirname "$0")/.."
for version in 3.11 3.12; do
  for kind in run dev; do
    extra=(); [ $kind = dev ] && extra=(--extra dev --extra otel --extra semantic)
    .venv/bin/uv pip compile -q --upgrade --generate-hashes --no-emit-index-url --no-header --no-annotate \
      --python-version $version "${extra[@]}" pyproject.toml -o requirements/$kind-py${version/./}.txt
  done
done
