# Bookmobile circulation. `make help` lists what can be asked for.
# One Makefile, not recursive; every flavour has a build folder of its own:
#   make                  build/           plain, assertions and failure ticks on
#   make NDEBUG=1         build/release/   what `make install` installs
#   make SANITIZE=1       build/asan/      address and undefined-behaviour sanitizers (SANITIZE=thread: build/tsan/)
#   make COVERAGE=1       build/coverage/
#   make FUZZ=1           build/fuzz/      clang, libFuzzer
#   make CC=clang         build/clang/

PREFIX ?= /usr/local
DESTDIR ?=
SHELL := /bin/bash
.DELETE_ON_ERROR:
MAKEFLAGS += --no-builtin-rules
ifndef V
.SILENT: # make V=1 shows every command
endif

ifeq ($(origin CC),default)
CC := gcc
endif

# --- flavour ------------------------------------------------------------------------------------
FLAVOUR :=
OPT := -O2 -g
HARDEN := -D_FORTIFY_SOURCE=2 -fstack-protector-strong -fstack-clash-protection -fcf-protection=full \
          -fno-strict-overflow -fno-strict-aliasing
ifeq ($(CC),clang)
FLAVOUR := clang
else
HARDEN += -ftrivial-auto-var-init=zero # clang 14 wants a second switch with it
endif
ifdef NDEBUG
FLAVOUR := release
OPT := -O2 -g -DNDEBUG
endif
ifdef SANITIZE
HARDEN := -fno-omit-frame-pointer
ifeq ($(SANITIZE),thread)
FLAVOUR := tsan
SAN := -fsanitize=thread
else
FLAVOUR := asan
SAN := -fsanitize=address,undefined -fno-sanitize-recover=all
endif
OPT := -O1 -g
endif
ifdef COVERAGE
FLAVOUR := coverage
HARDEN :=
OPT := -O0 -g --coverage
endif
ifdef FUZZ
CC := clang
FLAVOUR := fuzz
HARDEN := -fno-omit-frame-pointer
SAN := -fsanitize=address,undefined,fuzzer-no-link -fno-sanitize-recover=all
OPT := -O1 -g
endif
B ?= build$(if $(FLAVOUR),/$(FLAVOUR))

WARN := -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wstrict-prototypes -Wmissing-prototypes -Wvla -Wformat=2 \
        -Wundef -Wcast-qual -Wwrite-strings -Wswitch-enum -Wdouble-promotion -Wnull-dereference -Werror
PACKAGES := sqlite3 libcurl zlib libgps libmicrohttpd jansson libsodium yaz
PKG_CFLAGS := $(shell pkg-config --cflags $(PACKAGES) 2>/dev/null)
CFLAGS := -std=c17 -D_GNU_SOURCE $(OPT) $(WARN) $(HARDEN) $(SAN) -fno-common -fPIE -I. -I$(B)/gen $(PKG_CFLAGS)
LDFLAGS := -pie -Wl,-z,relro,-z,now $(SAN) $(if $(COVERAGE),--coverage)

LIBS_COMMON := -lsqlite3 -ljansson -lsodium -lmicrohttpd -lz
LIBS_SYNC := -lcurl
LIBS_BRANCH := $(shell pkg-config --libs yaz 2>/dev/null) -lcsv
LIBS_MOBILE := -lgps -lm
LIBS_ALL := $(LIBS_SYNC) $(LIBS_BRANCH) $(LIBS_MOBILE) $(LIBS_COMMON) -lpthread -lm

# --- rooms --------------------------------------------------------------------------------------
SRC_COMMON := $(wildcard common/*.c)
SRC_SYNC := $(filter-out sync/main.c,$(wildcard sync/*.c))
SRC_MOBILE := $(filter-out mobile/main.c,$(wildcard mobile/*.c))
HEADERS := $(wildcard common/*.h sync/*.h mobile/*.h tests/*.h tests/*/*.h)
SRC_UNIT := $(wildcard tests/unit/test_*.c)
SRC_TOOLS := $(wildcard tests/tools/*.c)
SRC_SIM := $(wildcard tests/sim/*.c)
SRC_FUZZ := $(wildcard tests/fuzz/fuzz_*.c)
SQL := $(sort $(wildcard schema/*.sql))
# A folder counts too: its time changes when a file comes or goes.
page = $(1) $(sort $(filter-out %.c %.md,$(wildcard $(1)/*.*)))
obj = $(patsubst %.c,$(B)/obj/%.o,$(1))

BIN := $(B)/bin
PROGRAMS := $(BIN)/branch $(BIN)/bookmobile
UNIT_TESTS := $(patsubst tests/unit/%.c,$(B)/test/%,$(SRC_UNIT))
TOOLS := $(patsubst tests/tools/%.c,$(B)/tool/%,$(SRC_TOOLS)) $(B)/tool/sim
FUZZERS := $(patsubst tests/fuzz/%.c,$(B)/fuzz/%,$(SRC_FUZZ))

.PHONY: all help deps check check-run quick unit bench demo soak mutants browser browser-deps shots install clean tools fuzz fuzzers
all: $(PROGRAMS)

help:
	@echo 'make            build build/bin/branch and build/bin/bookmobile'
	@echo 'make demo       a whole day on real parts; DATA=folder runs it on other data'
	@echo 'make check      everything that must hold; ends with "N passed, N failed"'
	@echo 'make quick      unit and property tests alone'
	@echo 'make browser    the pages in a real browser, every size and every key; TESTS="queue kills" runs these'
	@echo 'make shots      a picture of every screen, light and dark, in three sizes, in build/shots'
	@echo 'make fuzz       build the fuzz targets with libFuzzer: build/fuzz/fuzz/NAME tests/fuzz/corpus/NAME'
	@echo 'make bench      figures, each beside the floor measured in the same run'
	@echo 'make mutants    breaks the rule of each named case in a copy, and expects its test to fail; CASES="21 22"'
	@echo 'make deps       install the Debian packages needed (demo and check call it when some are missing)'
	@echo 'make install    to PREFIX (default /usr/local), DESTDIR honoured'
	@echo 'flavours: NDEBUG=1 SANITIZE=1 SANITIZE=thread COVERAGE=1 FUZZ=1 CC=clang'

# --- SQL: statements named in schema/, embedded at build -----------------------------------------
$(B)/gen/embed: schema/embed.c
	@mkdir -p $(@D)
	$(CC) -std=c17 -D_GNU_SOURCE -O1 -Wall -Wextra -Werror $< -o $@
$(B)/gen/sql.h: $(B)/gen/embed $(SQL)
	$< header $(SQL) > $@
$(B)/gen/sql.c: $(B)/gen/embed $(SQL)
	$< source $(SQL) > $@
# ISO C promises 4,095 characters a string; gcc and clang take what they get.
$(B)/obj/gen/sql.o: $(B)/gen/sql.c $(B)/gen/sql.h
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) -Wno-overlength-strings -c $< -o $@

# --- pages: files of the browser, embedded at build -------------------------------------------------
$(B)/gen/ui_embed: common/ui/embed.c
	@mkdir -p $(@D)
	$(CC) -std=c17 -D_GNU_SOURCE -O1 -Wall -Wextra -Werror $< -o $@ -lz
$(B)/gen/ui_common.c: $(B)/gen/ui_embed $(call page,common/ui)
	$< assets_common $(filter-out $< common/ui,$^) > $@
$(B)/gen/ui_mobile.c: $(B)/gen/ui_embed $(call page,mobile/ui)
	$< assets_mobile $(filter-out $< mobile/ui,$^) > $@
# The branch's map: Leaflet as Debian has it, asked for only when a map is looked at.
$(B)/gen/leaflet.js: /usr/share/javascript/leaflet/leaflet.esm.min.js
$(B)/gen/leaflet.css: /usr/share/javascript/leaflet/leaflet.css
$(B)/gen/leaflet.js $(B)/gen/leaflet.css:
	@mkdir -p $(@D)
	sed '/sourceMappingURL=/d' $< > $@
$(B)/gen/ui_sync.c: $(B)/gen/ui_embed $(call page,sync/ui) $(B)/gen/leaflet.js $(B)/gen/leaflet.css
	$< assets_sync $(filter-out $< sync/ui,$^) > $@
$(B)/obj/gen/ui_%.o: $(B)/gen/ui_%.c common/asset.h
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) -c $< -o $@

# --- objects and libraries ------------------------------------------------------------------------
$(B)/obj/%.o: %.c | $(B)/gen/sql.h
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) -MMD -MP -c $< -o $@

$(B)/lib/common.a: $(call obj,$(SRC_COMMON)) $(B)/obj/gen/sql.o $(B)/obj/gen/ui_common.o
$(B)/lib/sync.a: $(call obj,$(SRC_SYNC)) $(B)/obj/gen/ui_sync.o
$(B)/lib/mobile.a: $(call obj,$(SRC_MOBILE)) $(B)/obj/gen/ui_mobile.o
$(B)/lib/%.a:
	@mkdir -p $(@D)
	@rm -f $@
	ar rcs $@ $^

LIBS_OWN := $(B)/lib/mobile.a $(B)/lib/sync.a $(B)/lib/common.a
$(BIN)/branch: $(B)/obj/sync/main.o $(B)/lib/sync.a $(B)/lib/common.a
	@mkdir -p $(@D)
	$(CC) $(LDFLAGS) $^ -o $@ $(LIBS_SYNC) $(LIBS_BRANCH) $(LIBS_COMMON) -lpthread -lm
$(BIN)/bookmobile: $(B)/obj/mobile/main.o $(LIBS_OWN)
	@mkdir -p $(@D)
	$(CC) $(LDFLAGS) $^ -o $@ $(LIBS_MOBILE) $(LIBS_SYNC) $(LIBS_COMMON) -lpthread

$(B)/test/%: $(B)/obj/tests/unit/%.o $(LIBS_OWN)
	@mkdir -p $(@D)
	$(CC) $(LDFLAGS) $^ -o $@ -lcmocka $(LIBS_ALL)
$(B)/tool/%: $(B)/obj/tests/tools/%.o $(LIBS_OWN)
	@mkdir -p $(@D)
	$(CC) $(LDFLAGS) $^ -o $@ $(LIBS_ALL)
$(B)/tool/sim: $(call obj,$(SRC_SIM)) $(LIBS_OWN)
	@mkdir -p $(@D)
	$(CC) $(LDFLAGS) $^ -o $@ $(LIBS_ALL)
tools: $(TOOLS)
# With FUZZ=1 libFuzzer brings its own main; else driver.c replays a corpus.
$(B)/fuzz/%: $(B)/obj/tests/fuzz/%.o $(if $(FUZZ),,$(B)/obj/tests/fuzz/driver.o) $(LIBS_OWN)
	@mkdir -p $(@D)
	$(CC) $(LDFLAGS) $(if $(FUZZ),-fsanitize=fuzzer) $^ -o $@ $(LIBS_ALL)
fuzzers: $(FUZZERS)

-include $(patsubst %.o,%.d,$(call obj,$(SRC_COMMON) $(SRC_SYNC) $(SRC_MOBILE) $(SRC_UNIT) $(SRC_TOOLS) $(SRC_SIM) $(SRC_FUZZ) tests/fuzz/driver.c sync/main.c mobile/main.c))
.PRECIOUS: $(B)/obj/%.o $(B)/lib/%.a $(B)/gen/ui_%.c

# --- what people ask for ----------------------------------------------------------------------------
# The parts that need the packages are made by a second make: this one has read pkg-config before they were there.
DEPS_BUILD := gcc libc6-dev pkg-config libsqlite3-dev libcurl4-openssl-dev zlib1g-dev libjs-leaflet libgps-dev libmicrohttpd-dev \
              libjansson-dev libsodium-dev libyaz-dev libcsv-dev
DEPS_RUN := gpsd openssl tzdata
DEPS_CHECK := libcmocka-dev yaz clang python3 git

deps:
	@tests/deps.sh $(DEPS_BUILD) $(DEPS_RUN) $(DEPS_CHECK)
	@tests/browser/deps.sh

demo:
	@tests/deps.sh $(DEPS_BUILD) $(DEPS_RUN)
	@$(MAKE) --no-print-directory all tools
	@tests/demo/run.sh $(B) $(DATA)

quick:
	@tests/deps.sh $(DEPS_BUILD) $(DEPS_RUN) $(DEPS_CHECK)
	@$(MAKE) --no-print-directory -j2 all tools unit
	@tests/run.sh $(B) quick

check:
	@tests/deps.sh $(DEPS_BUILD) $(DEPS_RUN) $(DEPS_CHECK)
	-@tests/browser/deps.sh # what cannot be had fails the browser tests alone, not the others
	@$(MAKE) --no-print-directory -j2 all tools unit
	@$(MAKE) --no-print-directory -j2 CC=clang all tools unit
	@$(MAKE) --no-print-directory -j2 SANITIZE=1 all tools unit fuzzers
	@$(MAKE) --no-print-directory check-run

check-run:
	@CC='$(CC)' LINT_FLAGS='$(CFLAGS)' tests/run.sh $(B) check

# The pages in a real browser, on real programs. BROWSER=full: every size, every kind of input.
browser-deps:
	@tests/deps.sh $(DEPS_BUILD) $(DEPS_RUN)
	@tests/browser/deps.sh
	@$(MAKE) --no-print-directory -j2 all tools

browser: browser-deps
	@BROWSER=full tests/run.sh $(B) browser $(TESTS)

shots: browser-deps
	@BM_BIN_DIR=$(BIN) BM_TOOL_DIR=$(B)/tool node tests/browser/shots.mjs build/shots $(TESTS)

unit: $(UNIT_TESTS)

fuzz:
	@tests/deps.sh $(DEPS_BUILD) $(DEPS_CHECK)
	@$(MAKE) --no-print-directory -j2 FUZZ=1 fuzzers

bench:
	@tests/deps.sh $(DEPS_BUILD) $(DEPS_RUN)
	-@tests/browser/deps.sh
	@$(MAKE) --no-print-directory NDEBUG=1 build/release/bin/bookmobile build/release/tool/bench
	@build/release/tool/bench

soak:
	@tests/deps.sh $(DEPS_BUILD) $(DEPS_RUN) $(DEPS_CHECK)
	@tests/browser/deps.sh
	@$(MAKE) --no-print-directory all tools unit
	@tests/soak.sh $(B) $(or $(N),1)

mutants:
	@tests/deps.sh $(DEPS_BUILD) $(DEPS_CHECK)
	@tests/mutants/run.sh $(CASES)

install:
	@$(MAKE) --no-print-directory NDEBUG=1 all
	install -d $(DESTDIR)$(PREFIX)/bin $(DESTDIR)$(PREFIX)/share/man/man1
	install -m 755 build/release/bin/branch build/release/bin/bookmobile $(DESTDIR)$(PREFIX)/bin
	build/release/bin/branch help --man > $(DESTDIR)$(PREFIX)/share/man/man1/branch.1
	build/release/bin/bookmobile help --man > $(DESTDIR)$(PREFIX)/share/man/man1/bookmobile.1

clean:
	rm -rf build
