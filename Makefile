# SPDX-License-Identifier: GPL-2.0
#
# make help lists what there is.

SHELL := /bin/bash
export KSPL_VERSION KSPL_NEWER

# The tools, by their own Makefiles.
TOOLS := $(patsubst %/Makefile,%,$(wildcard tools/*/Makefile))

all: tools

help:
	@echo 'make setup            install what is needed (Debian 12)'
	@echo 'make                  build the tools'
	@echo 'make demo             two hot updates of a kernel in a VM, as a story'
	@echo 'make demo-stock       the same on an unmodified Debian kernel'
	@echo 'make demo-release     an unmodified Debian kernel goes to the next release'
	@echo 'make test             host tests, then kselftests in a VM; T=PATTERN: only those'
	@echo 'make test-system      the documented commands, crashes, power cuts, Secure Boot, dpkg'
	@echo '                      on stock Debian systems in VMs; T=MACHINE: only that'
	@echo 'make check-here       compare the running kernel with its source, reading only'
	@echo 'make bench            measure; build/bench.json'
	@echo 'make corpus FROM=V1 TO=V2   what differs between two versions, as updates'
	@echo 'make match-stock      matches Debian kernels with what their source compiles to'
	@echo 'make torture N=1000   update programs made by chance, compare with the patched ones; SEED=1'
	@echo 'make fuzz             fuzz the readers of objects and updates; FUZZ_SECONDS=60'
	@echo 'make kernel           build the test kernel; FLAVOUR=series|debug|fp|plain'
	@echo 'make apply KDIR=TREE  put the series into a kernel tree'
	@echo 'make series           the series as mails, build/series/'
	@echo 'make check-series     git am of these gives what make apply gives'
	@echo 'make lint             checkpatch, sparse, W=1, kernel-doc, shellcheck'
	@echo 'make deb              Debian packages: the stock-kernel module, and the tools'
	@echo
	@echo 'KSPL_VERSION=, KSPL_NEWER=   Debian kernel versions to work with (scripts/debian-versions)'

setup:
	@scripts/setup

tools: $(TOOLS:%=build-%)
$(TOOLS:%=build-%): build-%:
	@$(MAKE) --no-print-directory -C $*

FLAVOUR ?= series
kernel: setup
	@vm/build-kernel $(FLAVOUR)

apply:
	@[ '$(KDIR)' ] || { echo 'usage: make apply KDIR=KERNEL_TREE' >&2; exit 2; }
	@scripts/apply '$(KDIR)'

series:
	@scripts/make-series

check-series: setup
	@scripts/check-series

lint: setup
	@scripts/lint

test: setup tools
	@tests/run.sh $(T)

test-system: setup tools
	@tests/system/run.sh $(T)

# Each of these is a script of its own; what is not there yet says so.
run = [ -x $(1) ] || { echo 'make $@: $(1) is not written yet' >&2; exit 2; }; $(1) $(2)

demo: setup tools
	@$(call run,demo/demo.sh)

demo-stock: setup tools
	@$(call run,demo/demo-stock.sh)

demo-release: setup tools
	@$(call run,demo/demo-release.sh)

match-stock: setup tools
	@tests/match/stock

bench: setup tools
	@$(call run,tests/bench/run.sh)

check-here: setup tools
	@scripts/check-here $(OBJECTS)

corpus: setup tools
	@$(call run,tests/corpus/run.sh,'$(FROM)' '$(TO)')

N ?= 1000
SEED ?= 1
torture: setup tools
	@tests/torture/run '$(N)' '$(SEED)'

fuzz: setup
	@$(MAKE) --no-print-directory -C tests/fuzz run $(if $(FUZZ_SECONDS),FUZZ_SECONDS=$(FUZZ_SECONDS))

deb: setup
	@$(call run,dkms/build-deb)
	@$(call run,scripts/build-tools-deb)

clean:
	@for d in $(TOOLS); do $(MAKE) --no-print-directory -C $$d clean || exit 1; done
	rm -rf build

.PHONY: all help setup tools $(TOOLS:%=build-%) kernel apply series check-series lint \
	test test-system demo demo-stock demo-release match-stock check-here bench corpus torture fuzz deb clean
