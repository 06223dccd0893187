# Every target does its own set-up: it needs only make and Python 3.11 or newer.
# Written for GNU make 3.81 and later, so that it runs on a Mac as it comes.

PYTHON ?=
JOBS   ?= 2
PORT   ?= 8000
TESTS  ?=
LAB    ?=

VENV  := .venv
STAMP := $(VENV)/.stamp
ifeq ($(OS),Windows_NT)
BIN := $(VENV)/Scripts
else
BIN := $(VENV)/bin
endif

# The settings are all in _config.yml; only the strictness is a flag.
BUILD := $(BIN)/jb build . -W -n --keep-going
# One kernel a file, so a file's cells must stay together; the order that the
# tests ask for (the long ones first) is kept.
PYTEST := $(BIN)/python -m pytest -n $(JOBS) --dist loadfile --no-loadscope-reorder
WATCHED := chapters data caspian index.md _config.yml _toc.yml

.DEFAULT_GOAL := help
.PHONY: help book test lab serve figures references bench data lock clean

help: ## List these commands
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-11s %s\n", $$1, $$2 }' Makefile

book: $(STAMP) ## Build the book into _build/html
	@if [ -z "$$CI" ]; then $(BIN)/python -m caspian.tables renew; fi
	$(BUILD)
	@echo "Open _build/html/index.html"

test: $(STAMP) ## Build the book and run every test (TESTS='-m "not slow"' to choose)
	$(BUILD)
	$(PYTEST) $(TESTS)

lab: $(STAMP) ## Open the chapters as notebooks in JupyterLab (LAB=--no-browser)
	JUPYTER_CONFIG_PATH="$(CURDIR)/.jupyter" $(BIN)/jupyter lab $(LAB)

serve: $(STAMP) ## Show the book on 127.0.0.1 and rebuild it when a file changes (PORT=8000)
	@$(BIN)/python -m http.server --bind 127.0.0.1 --directory _build/html $(PORT) & server=$$!; \
	trap 'kill $$server 2>/dev/null' EXIT; trap 'exit 0' INT TERM; \
	$(BIN)/watchfiles --filter default '$(MAKE) --no-print-directory book' $(WATCHED)

figures: $(STAMP) ## Draw figures/*.svg again from the references
	$(BIN)/python tests/renew.py figures

references: book ## Run the chapters and renew tests/reference, figures and the README's facts
	$(BIN)/python tests/renew.py

bench: $(STAMP) ## Time a clean build, an unchanged one and a one-chapter edit
	$(BIN)/python tests/bench.py

data: $(STAMP) ## Check every table, and note the sha256 of those that changed
	$(BIN)/python -m caspian.tables renew
	$(BIN)/python -m caspian.tables check

lock: $(STAMP) ## Renew requirements.txt from requirements.in
	$(BIN)/uv pip compile --universal --generate-hashes --python-version 3.11 \
	  --no-emit-index-url --custom-compile-command "make lock" -q --upgrade \
	  requirements.in -o requirements.txt

clean: ## Remove what was built, but not the environment
	rm -rf _build caspian.egg-info
	find . -path ./$(VENV) -prune -o -name __pycache__ -type d -exec rm -rf {} +

$(STAMP): requirements.txt pyproject.toml
	@found=; \
	for python in "$(PYTHON)" python3.14 python3.13 python3.12 python3.11 python3 python; do \
	  if [ -n "$$python" ] && "$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	    >/dev/null 2>&1; then found="$$python"; break; fi; \
	done; \
	if [ -z "$$found" ]; then \
	  echo 'This book needs Python 3.11 or newer. Install it, or name it: make PYTHON=/path/to/python3' >&2; \
	  exit 1; \
	fi; \
	if ! $(BIN)/python -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then \
	  echo "Making $(VENV) with `"$$found" --version`"; \
	  "$$found" -m venv --clear $(VENV) || { \
	    echo 'Python could not make an environment (on Debian and Ubuntu: apt install python3-venv).' >&2; \
	    exit 1; }; \
	fi
	@echo 'Installing requirements.txt into $(VENV)'
	@$(BIN)/python -m pip install --disable-pip-version-check -q --require-hashes -r requirements.txt
	@$(BIN)/python -m pip install --disable-pip-version-check -q --no-deps --no-build-isolation -e .
	@touch $(STAMP)
