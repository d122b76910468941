# SPDX-License-Identifier: GPL-2.0
#
# make help lists what there is. No target but setup installs anything: the
# others say which packages are missing, and the command that installs them.

SHELL := /bin/bash
export KSPL_VERSION KSPL_NEWER

# The tools, by their own Makefiles.
TOOLS := $(patsubst %/Makefile,%,$(wildcard tools/*/Makefile))

all: tools

help:
	@echo 'make setup            install what is needed (Debian 12, 13); FOR=demo: only for make demo;'
	@echo '                      FOR="tools kspl-build test lint deb system release": only for these'
	@echo 'make                  build the tools'
	@echo 'make install          install the tools; DESTDIR=, prefix=/usr/local'
	@echo 'make demo             a fix goes into Debian'\''s unmodified kernel, and out (in QEMU)'
	@echo 'make demo-series      the same on a kernel with the series, which it builds'
	@echo 'make demo-release     an unmodified Debian kernel goes to the next release'
	@echo 'make test             host tests, then kselftests in a VM; T=PATTERN: only those'
	@echo 'make test-all         all that is tested, for hours: see CONTRIBUTING.md'
	@echo 'make test-system      the documented commands, crashes, power cuts, Secure Boot, dpkg'
	@echo '                      on stock Debian systems in VMs; T=MACHINE: only that'
	@echo 'make bench            measure; build/bench.json'
	@echo 'make corpus FROM=V1 TO=V2   what differs between two versions, as updates'
	@echo 'make match-stock      matches Debian kernels with what their source compiles to'
	@echo 'make check-here      does the running kernel match what its source compiles to? (changes none of it)'
	@echo 'make torture N=1000   update programs made by chance, compare with the patched ones; SEED=1'
	@echo 'make fuzz             fuzz the readers of objects and updates; FUZZ_SECONDS=60'
	@echo 'make kernel           build the test kernel; FLAVOUR=series|debug|fp|plain'
	@echo 'make apply KDIR=TREE  put the series into a kernel tree'
	@echo 'make series           the series as mails, build/series/'
	@echo 'make check-series     git am of these gives what make apply gives; what is in the'
	@echo '                      tree builds there'
	@echo 'make lint             checkpatch, sparse, W=1, kernel-doc, shellcheck'
	@echo 'make screenshot       Documentation/page.png, with Chromium'
	@echo 'make deb              Debian packages: the stock-kernel module, and the tools'
	@echo
	@echo 'KSPL_VERSION=, KSPL_NEWER=   Debian kernel versions to work with (scripts/debian-versions)'
	@echo 'KSPL_SUITE=trixie            the Debian whose packages they are, if not this machine'\''s'

setup:
	@scripts/setup $(FOR)

# What a target needs is there, or it says what is not.
need-%:
	@scripts/setup --check $*

tools: $(TOOLS:%=build-%)
$(TOOLS:%=build-%): build-%: need-tools
	@$(MAKE) --no-print-directory -C $*

install: tools
	@scripts/install-tools

FLAVOUR ?= series
kernel: need-kernel
	@vm/build-kernel $(FLAVOUR)

apply:
	@[ '$(KDIR)' ] || { echo 'usage: make apply KDIR=KERNEL_TREE' >&2; exit 2; }
	@scripts/apply '$(KDIR)'

series: need-kernel
	@scripts/make-series

check-series: need-kernel
	@scripts/check-series

lint: need-lint
	@scripts/lint

test: need-test tools
	@tests/run.sh $(T)

test-all: need-test need-lint need-system tools
	@tests/all.sh

test-system: need-system tools
	@tests/system/run.sh $(T)

demo demo-stock: need-demo tools
	@demo/demo.sh

demo-series: need-kernel tools
	@demo/demo-series.sh

demo-release: need-release tools
	@demo/demo-release.sh

match-stock: need-test tools
	@tests/match/stock

bench: need-test tools
	@tests/bench/run.sh

check-here: need-test tools
	@scripts/check-here $(OBJECTS)

corpus: need-test tools
	@tests/corpus/run.sh '$(FROM)' '$(TO)'

N ?= 1000
SEED ?= 1
torture: need-test tools
	@tests/torture/run '$(N)' '$(SEED)'

fuzz: need-test
	@$(MAKE) --no-print-directory -C tests/fuzz run $(if $(FUZZ_SECONDS),FUZZ_SECONDS=$(FUZZ_SECONDS))

# Chromium is needed for this alone: setup does not install it.
screenshot: need-test tools
	@scripts/make-screenshot

deb: need-deb
	@dkms/build-deb
	@scripts/build-tools-deb

clean:
	@for d in $(TOOLS); do $(MAKE) --no-print-directory -C $$d clean || exit 1; done
	rm -rf build

.PHONY: all help setup tools $(TOOLS:%=build-%) install kernel apply series check-series lint \
	test test-all test-system demo demo-stock demo-series demo-release match-stock bench \
	check-here corpus torture fuzz screenshot deb clean
