# Each target sets up what it needs.  PYTHON chooses the interpreter (3.10 or newer), VENV the environment.
PYTHON ?= python3
VENV ?= .venv
PARITY_VENV ?= .venv-parity
STANDALONE_VENV ?= .venv-standalone
SITE_VENV ?= .venv-site
TORCH ?= torch==2.13.0
JOBS ?= auto
ifeq ($(OS),Windows_NT)
BIN := $(VENV)/Scripts
else
BIN := $(VENV)/bin
endif
STANDALONE_BIN := $(STANDALONE_VENV)/$(notdir $(BIN))
SITE_BIN := $(SITE_VENV)/$(notdir $(BIN))
PIP_QUIET := --quiet --disable-pip-version-check

.PHONY: demo test smoke quick lint types office parity fonts pictures gallery verification bench mutations readers fuzz docs site standalone dist clean

demo: $(VENV)/user.stamp  ## install xlbp, make a workbook, recalculate and compare it
	$(BIN)/xlbp generate mazur --force
	$(BIN)/xlbp verify output/mazur.xlsx

test: $(VENV)/dev.stamp office lint types  ## everything: lint, types, all tests with all engines
	$(BIN)/python -m pytest -n $(JOBS) --dist loadgroup

smoke: $(VENV)/dev.stamp  ## twenty seconds: symbols, templates, both entries of the mathematics, the golden files
	$(BIN)/python -m pytest tests/symbols tests/template tests/test_architecture.py tests/test_double_entry.py tests/test_golden.py -n $(JOBS) --dist loadgroup -m "not slow and not office" --few

quick: $(VENV)/dev.stamp  ## the tests that need no office program and little time, with a few of the templates
	$(BIN)/python -m pytest -n $(JOBS) --dist loadgroup -m "not slow and not office" --few

lint: $(VENV)/dev.stamp
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(VENV)/dev.stamp  ## as each system has it: a module or a signal of one is missing on another
	$(BIN)/mypy --platform linux
	$(BIN)/mypy --platform darwin
	$(BIN)/mypy --platform win32

office:  ## LibreOffice, Gnumeric, poppler and fonts from Debian's packages where there are any, and what is tested with on Node
	sh tools/office.sh

parity: $(PARITY_VENV)/parity.stamp  ## the same networks and formulas in PyTorch, and exported scripts run
	KERAS_BACKEND=torch $(PARITY_VENV)/bin/python -m pytest parity -n $(JOBS) -W ignore

fonts: $(VENV)/dev.stamp office  ## xlbp/xlsx/font_widths.json: how wide each character is, measured in the fonts
	$(BIN)/python tools/font_widths.py

pictures: $(VENV)/dev.stamp office  ## the pictures of the README and docs/gallery.md, rendered by LibreOffice
	$(BIN)/python -m pip install $(PIP_QUIET) "pillow>=10"
	$(BIN)/python -m tools.pictures

gallery: $(VENV)/dev.stamp office  ## every sheet of every template in every language, in output/gallery, to look at
	$(BIN)/python -m pip install $(PIP_QUIET) "pillow>=10"
	$(BIN)/python tools/gallery.py

verification: $(VENV)/dev.stamp office  ## docs/verification.md: all templates, all engines, measured here
	$(BIN)/python tools/verification.py

bench: $(VENV)/dev.stamp office  ## docs/benchmark.md and .svg, measured here; BENCH=--quick or BENCH=--full
	$(BIN)/python -m pip install $(PIP_QUIET) -e ".[bench]"
	$(BIN)/python -m tools.bench $(BENCH)

mutations: $(VENV)/dev.stamp office  ## docs/mutations.md: faults planted in every formula cell, and whether they are found
	$(BIN)/python tools/mutations.py

readers: $(VENV)/dev.stamp office  ## every template in every language: valid, and the same values in every program
	$(BIN)/python tools/readers.py

fuzz: $(VENV)/dev.stamp office  ## ten thousand spoiled books through the reader
	$(BIN)/python tools/fuzz.py

docs: $(VENV)/dev.stamp  ## docs/cli.md, the reference of the commands, from --help; docs/api.md and docs/notebook.ipynb, of Python
	$(BIN)/python tools/reference.py
	$(BIN)/python -m tools.api_reference
	$(BIN)/python -m tools.notebook

site: $(SITE_VENV)/site.stamp  ## build/site, a static folder: all lessons in each language, and docs/; SITE=--few for a few
	$(SITE_BIN)/python -m tools.site $(SITE)

standalone: $(STANDALONE_VENV)/standalone.stamp  ## the program with a Python of its own, for who has none: made, tried and packed in dist
	$(STANDALONE_BIN)/python -m tools.standalone.build

dist: $(VENV)/dev.stamp  ## wheel and source archive
	$(BIN)/python -m pip install $(PIP_QUIET) build
	$(BIN)/python -m build

$(BIN)/python:
	@sh tools/environment.sh $(PYTHON) $(VENV)

$(VENV)/user.stamp: $(BIN)/python pyproject.toml
	$(BIN)/python -m pip install $(PIP_QUIET) -e .
	touch $@

$(VENV)/dev.stamp: $(BIN)/python pyproject.toml
	$(BIN)/python -m pip install $(PIP_QUIET) -e ".[dev]"
	touch $@

$(STANDALONE_VENV)/standalone.stamp: pyproject.toml
	@sh tools/environment.sh $(PYTHON) $(STANDALONE_VENV)
	$(STANDALONE_BIN)/python -m pip install $(PIP_QUIET) "pyinstaller>=6.10" -e ".[studio]"
	touch $@

$(SITE_VENV)/site.stamp: pyproject.toml Makefile
	@sh tools/environment.sh $(PYTHON) $(SITE_VENV)
	$(SITE_BIN)/python -m pip install $(PIP_QUIET) "sphinx>=8.1" "myst-parser>=4" "furo>=2024.8.6" "pillow>=10" -e ".[page]"
	touch $@

$(PARITY_VENV)/parity.stamp: pyproject.toml Makefile
	@sh tools/environment.sh $(PYTHON) $(PARITY_VENV)
	$(PARITY_VENV)/bin/python -m pip install $(PIP_QUIET) $(TORCH) "keras>=3.9" h5py onnx safetensors tomlkit pytest pytest-xdist -e .
	touch $@

clean:
	rm -rf $(VENV) $(PARITY_VENV) $(STANDALONE_VENV) $(SITE_VENV) .node dist build .pytest_cache .mypy_cache .ruff_cache .hypothesis
