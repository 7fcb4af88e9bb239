# What users and CI run. Every target sets up what it needs: .venv with the packages of
# requirements.lock, and the tools of the machine.

PYTHON ?= python3
BIN := .venv/bin
PLATFORMS := ft78ne mt7004 ecp5_demo
WORKERS ?= 2
C_FOLDERS := sw/* sw/*/* board/sim tests/sw
C_SOURCES = $(wildcard $(foreach ending,c h cpp,$(C_FOLDERS:%=%/*.$(ending))))

.DEFAULT_GOAL := help
.PHONY: help run test test-fast verilog lib examples lint format bench docs fpga nightly signoff
.PHONY: signoff-quick bitstream accuracy clean lock environment tools

help:  ## what there is to make
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 12

run: environment  ## real data through the RTL: a table, pictures in out/ (first 4 min)
	$(BIN)/scegrad demo

test: environment tools  ## every test, in both simulators (20 min; 0.8 GB in build/)
	@tools/require.sh --optional riscv64-unknown-elf-gcc arm-none-eabi-gcc
	@tools/require.sh --optional chromium
	$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal

test-fast: environment tools  ## the tests that need no large simulator (some minutes)
	$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal -m "not whole"

verilog: environment  ## the Verilog of every platform, in out/verilog/ (a minute)
	$(foreach platform,$(PLATFORMS),\
	    $(BIN)/scegrad verilog --platform $(platform) -o out/verilog &&) true

lib: environment tools  ## the C library of every platform, in out/lib/ (first 2 min)
	$(BIN)/scegrad lib -o out/lib

examples: lib  ## the C programs of sw/examples on it, against exact results
	$(BIN)/scegrad examples out/lib

lint: environment  ## style, format, types, and that generated files are up to date
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/clang-format --dry-run --Werror $(C_SOURCES)
	$(BIN)/python tools/tidy.py
	$(BIN)/mypy
	$(BIN)/scegrad generate --check
	$(BIN)/scegrad tables --check

format: environment  ## put the code into the format that lint asks for
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	$(BIN)/clang-format -i $(C_SOURCES)

bench: environment  ## cycles, share of the bound, pictures, for the README (minutes)
	$(BIN)/scegrad bench -o docs/bench
	$(BIN)/scegrad bench --litedram -o docs/bench
	$(BIN)/scegrad generate bench

docs: environment  ## these pages as a site with search, in out/docs/ (seconds)
	$(BIN)/python -m sphinx --fail-on-warning --keep-going --fresh-env --write-all --quiet \
	    docs out/docs
	@echo "open out/docs/index.html in a browser, or: $(BIN)/python -m http.server -d out/docs"

fpga: environment  ## size and clock of every unit on an ECP5 (an hour or so)
	$(BIN)/scegrad fpga -o docs/fpga.json
	$(BIN)/scegrad fpga --modules docs/modules.json
	$(BIN)/scegrad generate fpga modules

nightly: environment tools  ## netlists against the RTL, 10^5 random jobs a platform (2 hours)
	$(BIN)/scegrad netlist lane 3000000
	$(BIN)/scegrad netlist top 10
	mkdir -p out
	$(BIN)/scegrad soak --jobs 100000 -o out/soak.json

signoff: environment tools  ## proofs, mutants, soak: a page in out/signoff/ (hours; resumes)
	status=0; $(BIN)/scegrad signoff -o out/signoff --summary docs/signoff.json || status=$$?; \
	    $(BIN)/scegrad generate signoff && exit $$status

signoff-quick: environment tools  ## the sign-off's cases of minutes, and the page
	$(BIN)/scegrad signoff --quick -o out/signoff

bitstream: environment  ## the bitstream of the board ULX3S, in out/bitstream/ (10 min)
	$(BIN)/scegrad bitstream -o out/bitstream

accuracy: environment  ## page and pictures of the sweeps kept in docs/accuracy/
	$(BIN)/scegrad generate pictures accuracy

clean:  ## remove what was built
	rm -rf build out .pytest_cache .mypy_cache .ruff_cache .hypothesis

lock:  ## renew requirements.lock from pyproject.toml: newest in its ranges
	"$(PYTHON)" -m venv build/lock
	build/lock/bin/python -m pip install --quiet uv
	build/lock/bin/uv pip compile --quiet --upgrade --universal --python-version 3.11 \
	    --extra dev --no-annotate --custom-compile-command "make lock" \
	    pyproject.toml -o requirements.lock

environment:  ## the packages, in .venv: what the other targets do first (2 min)
	@tools/require.sh g++ make perl
	@"$(PYTHON)" tools/environment.py

tools:
	@tools/require.sh g++ make perl iverilog
