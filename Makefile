# Everything a newcomer needs: `make demo` and `make test`. The environment lives in .venv of the checkout.
PY := .venv/bin/python
PYTEST := .venv/bin/pytest
OUT := out

.DEFAULT_GOAL := help
.PHONY: help demo test check run asterisk console screenshots soak eval redaction repeats corpus train-cues lock clean setup parts lint

help: ## list the targets
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 12

setup: .venv/.ready

.venv/.ready: requirements/dev-py311.txt requirements/dev-py312.txt pyproject.toml configs/setup.sh
	@bash configs/setup.sh
	@touch $@

demo: setup ## place real SIP calls on loopback, check them, leave what happened in out/
	$(PY) -m bridge demo --mode all --out $(OUT)/demo

test: setup parts ## everything: lint, types, unit, flow, real SIP, real Asterisk
	$(MAKE) --no-print-directory lint
	$(PYTEST) tests

check: setup parts lint ## the quick half: lint, types, architecture, unit and flow tests
	$(PYTEST) tests -m "not wire and not asterisk and not soak" -q

parts: setup
	@bash configs/test_parts.sh

lint: setup
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/mypy

run: setup ## run the bridge with configs/bridge.yaml
	.venv/bin/handoff run --config configs/bridge.yaml

asterisk: setup ## run a real Asterisk 22 on loopback with configs/asterisk, until Ctrl-C
	$(PY) -m bridge.peers.asterisk

console: setup ## a bridge with a caller who keeps calling: open the page and press Accept
	$(PY) -m bridge.demo.live --out $(OUT)/console

screenshots: setup parts ## the pictures of docs/console.md, by the tests that look at every state
	HANDOFF_SCREENSHOTS=docs/console $(PYTEST) tests/console/test_states.py

soak: setup parts ## minutes: 200 random walks on real pjsua2, people who talk on for a minute without main
	$(PYTEST) tests -m soak --timeout 1800

eval: setup ## score the commands on the frozen lines of tests/data/eval: make eval [EVAL="--missed --data DIR"]
	$(PY) -m bridge eval $(EVAL)

redaction: setup ## score the redaction on lines with marked personal data: make redaction FILE=pii.jsonl
	$(PY) -m bridge.bench.redaction $(or $(FILE),tests/data/redaction/dev.jsonl)

repeats: setup ## score what is heard of callers who must say things again: make repeats [REPEATS="--missed --noise 0.12"]
	$(PY) -m bridge.evaluation.repeats tests/data/eval/repeats/test.jsonl tests/data/eval/repeats/test_asr.jsonl $(REPEATS)

corpus: setup ## build the telephone speech that `handoff bench asr` and `latency` are measured on, into .cache/corpus
	@bash configs/corpus_parts.sh
	.venv/bin/handoff bench corpus

train-cues: setup ## make the weights of the second opinion from bridge/cues/training
	$(PY) -m bridge.cues.train

lock: setup ## resolve the dependencies again
	@bash configs/lock.sh

clean: ## remove what was made, but not .venv and .cache
	rm -rf $(OUT) .pytest_cache .mypy_cache .ruff_cache .hypothesis
