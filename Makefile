# Every target prints what it does and where its result is. `make help` lists them.
SHELL := /bin/sh
.DEFAULT_GOAL := help
.PHONY: help install build run test lint clean

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

install: ## npm packages, as package-lock.json pins them
	@.ci/install

build: install ## compile app/ to dist/
	@node_modules/.bin/tsc -p tsconfig.json && .ci/copy-assets app dist
	@echo 'built: dist/cli.js'

PORT ?= 8080
DATA_DIR ?= ./var/demo
run: build ## the whole gateway on http://127.0.0.1:8080 with a simulated modem (PORT=, DATA_DIR=)
	@exec node dist/cli.js run --demo --port '$(PORT)' --data-dir '$(DATA_DIR)'

lint: install ## format, style, types, unused code
	@node_modules/.bin/biome check --error-on-warnings .
	@node_modules/.bin/tsc -p test/tsconfig.json
	@node_modules/.bin/oxlint --type-aware --deny-warnings app test
	@echo 'lint: clean'

build/js: install
	@node_modules/.bin/tsc -p test/tsconfig.json && .ci/copy-assets app build/js/app && .ci/copy-assets test build/js/test
.PHONY: build/js

test: lint build build/js ## install, lint, type-check, every test that needs only Node and a C++ compiler
	@.ci/run-tests test

docs: build ## write docs/configuration.md anew from the schema
	@node dist/cli.js config reference >docs/configuration.md
	@echo 'written: docs/configuration.md'
.PHONY: docs

test-peers: build/js ## unmodified gammu, gnokii, smstools and Kannel through the simulated modem (Debian packages)
	@.ci/peers-installed
	@.ci/run-tests peers
.PHONY: test-peers

test-overlays: build/js ## the appliance's files: places, reasons, units, scripts (Debian packages)
	@.ci/overlay-tools-installed
	@node --enable-source-maps --test $(foreach name,overlays overlay-units health settings provision-script migrate-script initramfs checkdata salvage datadirs boots no-network,build/js/test/image/$(name).test.js)
.PHONY: test-overlays

clean: ## remove all that was built (node_modules stays)
	rm -rf dist build var

lint-unused: install ## files, exports and packages that nothing uses
	@node_modules/.bin/knip --no-progress
.PHONY: lint-unused

test-crash: build build/js ## crash and power-cut rounds (needs a C compiler and strace)
	@command -v strace >/dev/null || { echo 'make test-crash needs strace: apt-get install strace' >&2; exit 1; }
	@CRASH_ROUNDS=$${CRASH_ROUNDS:-240} .ci/run-tests crash

bench: build build/js ## accepting beside others, sending, size and memory (BENCH=drain: one section); reports: build/bench/
	@node --enable-source-maps build/js/test/bench/main-bench.js
.PHONY: test-crash bench

test-full: build ## all suites at full length, Node 22 and 24, benchmarks (STEPS='crash bench'); logs: docs/evidence/full/
	@.ci/test-full $(STEPS)
.PHONY: test-full

BOARD ?= bananapi
BASE ?= debian
image: build ## the SD-card image, under build/image/ (BOARD=bananapi|bananapipro|bananapim2ultra|bananapim2berry; as root)
	@image/build '$(BOARD)' '$(BASE)'

test-image: test-image-contents test-image-start ## that image, its boot loader, an SMS and power cuts in QEMU (as root; POWER_CUTS=3, GUEST_CONSOLE=FILE)

test-image-contents: build build/js ## the part of test-image that starts no Linux: contents, choice of slots (as root)
	@image/steps/host-tools test
	@image/build bananapi debian raw
	@node --enable-source-maps --test --test-concurrency=1 $(foreach name,static beside slots volatile-disk,build/js/test/image/$(name).test.js)

test-image-start: build build/js ## the part of test-image that starts Linux (as root)
	@image/steps/host-tools test
	@image/build bananapi debian raw
	@node --enable-source-maps --test build/js/test/image/boot.test.js

test-release: build/js ## what is made to be flashed, the .img.xz and what lies beside it (as root)
	@$(MAKE) --no-print-directory image BOARD=bananapi
	@node --enable-source-maps --test $(foreach name,compress beside release,build/js/test/image/$(name).test.js)

test-power: build build/js ## many power cuts in QEMU, and the control without syncing that must lose (as root; POWER_CUTS=20)
	@image/steps/host-tools test
	@image/build bananapi debian raw
	@POWER_CUTS=$${POWER_CUTS:-20} node --enable-source-maps --test --test-concurrency=1 $(foreach name,boot power-control,build/js/test/image/$(name).test.js)

bench-startup: build/js ## from the start of the kernel to HTTP 200, of one or two images in QEMU (BEFORE=FILE.img; STARTS=5)
	@node --enable-source-maps build/js/test/image/main-startup.js $(BEFORE) build/image/pisang-*-$(BOARD).img
.PHONY: image test-image test-image-contents test-image-start test-release test-power bench-startup

test-capacity: build build/js ## 252, 1,000 and 10,000 callers at once in QEMU, with the appliance's limits and without (as root)
	@image/steps/host-tools test
	@image/build bananapi debian raw
	@node --enable-source-maps --test build/js/test/image/capacity.test.js
.PHONY: test-capacity

export SIGN_KEY SIGN_CERT SIGN_CA
bundle: build ## a signed update of that image, under build/image/ (SIGN_KEY=FILE outside the clone; as root)
	@image/bundle '$(BOARD)' '$(BASE)'

test-bundle: build/js ## bundles that are taken and bundles that are refused, with the image's RAUC (mmdebstrap; as root)
	@node --enable-source-maps --test --test-timeout=120000 build/js/test/image/bundle.test.js
.PHONY: bundle test-bundle

test-update: build build/js ## good, broken, unbootable and refused updates of a box in QEMU (an hour; as root; GUEST_CONSOLE=FILE)
	@image/steps/host-tools test
	@image/build bananapi debian raw
	@node --enable-source-maps --test --test-concurrency=1 $(foreach name,roll-back update-cycle,build/js/test/image/$(name).test.js)
.PHONY: test-update

test-bad-days: build build/js ## a first start cut again and again; no SIM, no modem, wrong clock, broken or full card, in QEMU (as root)
	@image/steps/host-tools test
	@image/build bananapi debian raw
	@node --enable-source-maps --test --test-concurrency=1 $(foreach name,first-start bad-days,build/js/test/image/$(name).test.js)
.PHONY: test-bad-days

test-provisioned: build build/js ## settings of the card over several starts, HTTPS, a factory reset, in QEMU (as root)
	@image/steps/host-tools test
	@image/build bananapi debian raw
	@node --enable-source-maps --test build/js/test/image/provisioned.test.js
.PHONY: test-provisioned

OTHER_BOARDS = bananapipro bananapim2ultra bananapim2berry
test-boards: build/js ## the three other boards' images from the same root tree: checks, boot loader, a start of the one that QEMU has (as root)
	@image/steps/host-tools test
	@for board in $(OTHER_BOARDS); do $(MAKE) --no-print-directory image BOARD=$$board || exit 1; done
	@for board in $(OTHER_BOARDS); do echo "== $$board"; \
	  PISANG_BOARD=$$board node --enable-source-maps --test --test-concurrency=1 \
	    $(foreach name,static beside release slots,build/js/test/image/$(name).test.js) || exit 1; done
	@echo '== bananapim2ultra, started in QEMU from its SPL on'
	@PISANG_BOARD=bananapim2ultra node --enable-source-maps --test --test-concurrency=1 $(foreach name,board hung-update,build/js/test/image/$(name).test.js)
.PHONY: test-boards

ARMBIAN = build/armbian-shaped.img.xz
test-armbian: build/js ## an image from an Armbian-shaped base made here: checks, refusals, a start in QEMU (as root)
	@image/steps/host-tools test
	@$(MAKE) --no-print-directory image BOARD=bananapim2ultra
	@test/image/armbian-shaped "$$(cat build/image/.root-tree)" \
	  "$$(cat build/image/.firmware)/uboot/Bananapi_M2_Ultra/u-boot-sunxi-with-spl.bin" $(ARMBIAN)
	@$(MAKE) --no-print-directory image BOARD=bananapim2ultra BASE=$(ARMBIAN)
	@PISANG_BOARD=bananapim2ultra PISANG_BASE=-armbian POWER_CUTS=1 node --enable-source-maps --test --test-concurrency=1 \
	  $(foreach name,armbian-refused armbian static beside release slots boot,build/js/test/image/$(name).test.js)
.PHONY: test-armbian

test-identity: build/js ## two clones of this commit give the same image; IDENTITY=whole: root tree and module anew (as root)
	@image/steps/host-tools test
	@node --enable-source-maps --test build/js/test/image/identity.test.js
.PHONY: test-identity
