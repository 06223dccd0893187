# Every target does its own set-up: it needs only make and Python 3.11 or newer.
# Written for GNU make 3.81 and later, so that it runs on a Mac as it comes. On Windows it needs the
# tools of a POSIX shell (Git Bash, WSL).

PYTHON ?=
# One more than the cores: tests that drive a browser or a build also wait
WORKERS ?= $(shell echo $$((1 + $$(getconf _NPROCESSORS_ONLN 2>/dev/null || echo 2))))
PORT   ?= 8000
TESTS  ?=
PAGE   ?=
LAB    ?=
BENCH  ?=
NAME   ?=
WHAT   ?=
SET    ?=
SITE   ?=
OLD    ?=
VERSION ?=
DIR    ?=
URL    ?=
ONLY   ?=
FRESH  ?=
ACCEPT ?=
POINTS ?= 20
FEWER  ?=
TABLE  ?=
SAMPLE ?=
SEED   ?=
AGAIN  ?=
ZONE   ?= Asia/Almaty

VENV := .venv
ifeq ($(OS),Windows_NT)
BIN := $(VENV)/Scripts
else
BIN := $(VENV)/bin
endif
# What there is: the environment, what the book needs, with JupyterLab, with the tests
MADE := $(VENV)/.made
BOOK := $(VENV)/.book
LAB_TOO := $(VENV)/.lab
TESTS_TOO := $(VENV)/.test
REFRESH_TOO := $(VENV)/.refresh
AUDIT_TOO := $(VENV)/.audit

# The settings are all in _config.yml; only the strictness is a flag.
BUILD := $(BIN)/jb build . -W -n --keep-going
# One kernel a file, so a file's cells must stay together; the order that the
# tests ask for (the long ones first) is kept. There are workers enough without threads in NumPy.
PYTEST := OPENBLAS_NUM_THREADS=1 $(BIN)/python -m pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder

.DEFAULT_GOAL := help
.PHONY: help book example pdf kit test unit lint types format lab serve figures references bench faults data new table refresh refresh-apply links release sbom verify audit lock clean compare moves kills mutants east loaded preview workflows

help: ## List these commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-13s %s\n", $$1, $$2 }' Makefile

book: $(BOOK) ## Build the book into _build/html
	@if [ -z "$$CI" ]; then $(BIN)/python -m openbook.tables renew; fi
	@$(BUILD)
	@echo "Open _build/html/index.html"

example: $(TESTS_TOO) ## Build and test examples/minimal, a book of two pages
	@cd examples/minimal && PATH="$(CURDIR)/$(BIN):$$PATH" && jb build . -W -n --keep-going && python -m pytest

pdf: $(TESTS_TOO) book ## Print the book into one PDF, _build/pdf/book.pdf (needs a Chromium)
	@$(BIN)/python -m openbook.pdf

serve: $(BOOK) ## Show the book on 127.0.0.1 and renew it, and the open page, when a file changes (PORT=8000)
	@$(BIN)/python -m openbook.serve $(PORT) $(BUILD)

lab: $(LAB_TOO) ## Open the chapters as notebooks in JupyterLab (LAB=--no-browser)
	JUPYTER_CONFIG_PATH="$(CURDIR)/.jupyter" $(BIN)/jupyter lab $(LAB)

data: $(BOOK) ## Check every table, and make data/datapackage.json of data/schema and rows (FEWER=brent: some may go)
	@$(BIN)/python -m openbook.tables renew $(if $(FEWER),--fewer "$(FEWER)")
	@$(BIN)/python -m openbook.tables check

new: $(BOOK) ## Ask for a new entry, and write it if it is valid (WHAT=source, row, table, claim or chapter)
	@$(BIN)/python -m caspian.claims.new $(WHAT) $(SET)

table: $(BOOK) ## Write a first data/schema/x.yml from data/x.csv, to be filled in by hand (NAME=x)
	@$(BIN)/python -m openbook.tables new $(NAME)

refresh: $(REFRESH_TOO) ## See what publishers have put out since (ONLY=brent,jodi FRESH=1 ACCEPT=brent)
	@$(BIN)/python -m caspian.refresh fetch --only "$(ONLY)" --accept "$(ACCEPT)" $(if $(FRESH),--fresh)

refresh-apply: $(REFRESH_TOO) ## Enter what `make refresh` found, with sources and lines of the changelog
	@$(BIN)/python -m caspian.refresh apply

links: $(REFRESH_TOO) ## Ask whether the addresses of the book still answer, and say which don't (SITE=https://…)
	@$(BIN)/python -m openbook.links $(SITE)

release: $(BOOK) ## Set version and date everywhere, without a tag (VERSION=0.3.0; none: say where they part)
	@$(BIN)/python -m caspian.release $(VERSION)
	@if [ -n "$(VERSION)" ]; then $(BIN)/python -m openbook.tables renew && $(MAKE) --no-print-directory sbom; fi

sbom: $(AUDIT_TOO) ## Write what the book is made of, with licences, for a release (CycloneDX)
	@$(BIN)/python -m openbook.supply

verify: $(BOOK) ## Check a copy of the site against its sums (DIR=_build/html or URL=https://…; both: URL against DIR)
	@$(BIN)/python -m openbook.verify $(if $(URL),"$(URL)" $(if $(DIR),"$(DIR)"),"$(or $(DIR),_build/html)")

audit: $(AUDIT_TOO) ## Ask which locked packages have known holes (needs a network)
	@for name in requirements requirements-lab requirements-run requirements-test; do \
	  echo "$$name.txt"; \
	  $(BIN)/pip-audit --strict --disable-pip --require-hashes --progress-spinner off -r $$name.txt || told=1; \
	done; exit $${told:-0}

lint: $(TESTS_TOO) ## Check style and spelling of package, tests and the chapters' cells
	@$(BIN)/python tests/lint.py
	@$(BIN)/codespell

format: $(TESTS_TOO) ## Mend the style where a tool can
	@$(BIN)/python tests/lint.py --fix

types: $(TESTS_TOO) ## Check the types of the package
	@$(BIN)/mypy

unit: $(TESTS_TOO) ## Run the tests that need neither the built book nor a browser
	$(PYTEST) tests -m "not site and not slow and not browser" $(TESTS)

test: lint types ## Run every test: style, types, the book, its cells, its pages (TESTS='-m "not slow"' to choose)
	@$(BUILD)
	$(PYTEST) $(TESTS)

kit: $(TESTS_TOO) ## Run chapters from the built site alone, in a new environment (PAGE=energy for one)
	$(BIN)/python -m openbook.testing.rerun $(PAGE)

moves: $(TESTS_TOO) ## Move each assumption alone to both ends of its range; it takes minutes
	OPENBOOK_MOVES=1 $(subst loadfile,load,$(PYTEST)) tests/test_rerun.py -k assumption

mutants: $(TESTS_TOO) ## Slip into rules and models, one slip at a time, and see whether a test does (ONLY=models/chain SAMPLE=200 SEED=7 AGAIN=1)
	@$(BIN)/python tests/mutation --only "$(ONLY)" --sample $(or $(SAMPLE),0) --seed "$(or $(SEED),1)" $(if $(AGAIN),--again)

east: $(TESTS_TOO) ## Build and test as a reader east of Baku would (ZONE=Asia/Vladivostok), the long tests left out
	@TZ=$(ZONE) $(BUILD)
	TZ=$(ZONE) $(PYTEST) -m "not slow"

loaded: $(TESTS_TOO) ## Run the quick tests on one core that is busy with something else (needs taskset)
	@command -v taskset >/dev/null || { echo 'taskset is not here: it is part of util-linux' >&2; exit 1; }
	@taskset -c 0 sh -c 'while :; do :; done' & busy=$$!; trap 'kill $$busy' EXIT INT TERM; \
	taskset -c 0 $(MAKE) --no-print-directory unit WORKERS=1

kills: $(TESTS_TOO) book ## Cut builds of the book off at POINTS=20 points, and see that the next is right; it takes an hour
	OPENBOOK_KILLS=$(POINTS) $(BIN)/python -m pytest -s tests/test_interrupts.py -k real_book

compare: $(TESTS_TOO) ## Set what an edit changes beside the published figures and verdicts (PAGE=energy for one)
	@$(BIN)/python -m openbook.testing.changes $(if $(PAGE),--page $(PAGE))

preview: $(TESTS_TOO) ## List pages and figures that differ from an older build (OLD=../before/_build/html)
	@if [ -z "$(OLD)" ]; then echo 'Name the older site: make preview OLD=folder' >&2; exit 1; fi
	@$(BIN)/python -m openbook.testing.preview "$(OLD)"

workflows: $(TESTS_TOO) ## Check .github for holes and slips: zizmor, and actionlint where it is installed
	@$(BIN)/zizmor --offline --no-progress .github
	@if command -v actionlint >/dev/null; then actionlint; \
	else echo 'actionlint is not installed here, so it was not asked'; fi

references: $(TESTS_TOO) book ## Take tests/reference, figures and the README's facts from the built book (PAGE=energy for one)
	$(BIN)/python -m openbook.testing.renew $(if $(PAGE),--page $(PAGE))
	@$(BIN)/python tests/findings.py

figures: $(TESTS_TOO) ## Draw figures/*.svg again from the references
	$(BIN)/python -m openbook.testing.renew figures

faults: $(BOOK) ## Spoil every table in every way and count what the rules catch; it takes minutes (TABLE=brent)
	@$(BIN)/python -m openbook.testing.faults $(TABLE)

bench: $(TESTS_TOO) ## Time builds (BENCH=--tests: the tests too; BENCH=--weights: pages beside a stock book's)
	$(BIN)/python -m openbook.testing.bench $(BENCH)

lock: $(TESTS_TOO) ## Renew the locks: requirements*.txt from requirements*.in
	@for name in requirements requirements-audit requirements-lab requirements-refresh requirements-run requirements-test; do \
	  echo "Locking $$name.txt"; \
	  $(BIN)/uv pip compile --universal --generate-hashes --python-version 3.11 \
	    --no-emit-index-url --custom-compile-command "make lock" -q --upgrade \
	    $$name.in -o $$name.txt || exit 1; \
	done
	@echo 'Asking which wheels these are'
	@$(BIN)/python -m openbook.testing.wheels

clean: ## Remove what was built, but not the environment
	rm -rf _build examples/*/_build build openbook/build *.egg-info openbook/*.egg-info
	find . -path ./$(VENV) -prune -o -name __pycache__ -type d -exec rm -rf {} +

# --- the environment
#
# uv installs in seconds what takes pip minutes. It is in the lock, so pip brings it by hash; where
# there is no uv for the machine, or it can't reach what pip can, pip installs everything. Both
# compile what they install: where Python may not keep what it compiles (PYTHONDONTWRITEBYTECODE,
# as in many containers), each kernel and each build would compile pandas and Sphinx anew.

SOUND := $(BIN)/python -c 'import sys, pip; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1
# An environment that was left half-made (a set-up broken off, a system without python3-venv), or
# whose Python is gone, is made anew: what it claims to hold is forgotten first.
$(shell $(SOUND) || rm -f $(MADE) $(BOOK) $(LAB_TOO) $(REFRESH_TOO) $(AUDIT_TOO) $(TESTS_TOO))

$(MADE):
	@for python in "$(PYTHON)" python3.14 python3.13 python3.12 python3.11 python3 python none; do \
	  if [ "$$python" = none ]; then \
	    echo 'This book needs Python 3.11 or newer. Install it, or name it: make PYTHON=/path/to/python3' >&2; \
	    exit 1; \
	  fi; \
	  if [ -n "$$python" ] && "$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	    >/dev/null 2>&1; then break; fi; \
	done; \
	echo "Making $(VENV) with `"$$python" --version`"; \
	{ "$$python" -m venv --clear $(VENV) && $(SOUND); } || { \
	  rm -rf $(VENV); \
	  echo 'Python could not make an environment. On Debian and Ubuntu: apt install python3-venv; then again.' >&2; \
	  exit 1; }
	@touch $@

define install
@if [ -x $(BIN)/uv ] && $(BIN)/uv pip install -q --python $(BIN)/python --require-hashes --compile-bytecode $(1); then :; \
else \
  echo 'uv could not: pip installs instead, which takes some minutes'; \
  $(BIN)/python -m pip install --disable-pip-version-check -q --require-hashes $(1) || { \
    echo 'Nothing could be installed. Is there a network, and may Python reach its package index?' >&2; \
    exit 1; }; \
fi
endef

$(BOOK): requirements.txt pyproject.toml openbook/pyproject.toml $(MADE)
	@[ -x $(BIN)/uv ] || { \
	  echo 'Installing uv, which installs the rest'; \
	  awk '/^uv==/ { on = 1 } on { print } on && !/\\$$/ { exit }' requirements-test.txt > $(VENV)/uv.txt; \
	  $(BIN)/python -m pip install --disable-pip-version-check -q --no-deps --require-hashes \
	    -r $(VENV)/uv.txt || true; }
	@echo 'Installing what the book needs: some 150 packages, 0.8 GB'
	$(call install,-r requirements.txt)
	@own='-q --no-deps --no-build-isolation -e ./openbook -e .'; \
	$(BIN)/uv pip install --python $(BIN)/python --reinstall $$own 2>/dev/null || \
	  $(BIN)/python -m pip install --disable-pip-version-check $$own
	@touch $@

$(LAB_TOO): requirements-lab.txt $(BOOK)
	@echo 'Installing JupyterLab: some 50 packages more, 0.2 GB'
	$(call install,-r requirements.txt -r requirements-lab.txt)
	@touch $@

$(REFRESH_TOO): requirements-refresh.txt $(BOOK)
	$(call install,-r requirements.txt -r requirements-refresh.txt)
	@touch $@

$(AUDIT_TOO): requirements-audit.txt $(BOOK)
	$(call install,-r requirements.txt -r requirements-audit.txt)
	@touch $@

$(TESTS_TOO): requirements-test.txt $(LAB_TOO)
	@echo 'Installing what the tests need: some 20 packages more, 0.2 GB'
	$(call install,-r requirements.txt -r requirements-lab.txt -r requirements-test.txt)
	@touch $@
