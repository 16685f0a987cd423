# make            build build/heddle            make check    install what tests need, run them all
# make demo       the main job on real input    make bench    figures beside SQLMesh's
# make asan       unit tests under ASan + UBSan make tsan     those with threads under TSan
# make unit       unit tests only               make lint     floors, names, sizes, documents, format
# make fuzz       an hour of damaged SQL and macros [FUZZ_SECONDS=…]
# make format     rewrite to .clang-format      make install PREFIX=/usr/local [DESTDIR=]
# make chart      package both Helm charts       make image      the container image (deploy/README.md)
# make artifact   the executor that tcloud installs, for x86_64 and aarch64: BUILD/artifact/executors_bin.pex

PREFIX  ?= /usr/local
BUILD   ?= build
CC      ?= gcc
CACHE   := $(or $(HEDDLE_CACHE),$(or $(XDG_CACHE_HOME),$(HOME)/.cache)/heddle)
DEPS    := $(CACHE)/deps
VERSION := $(shell sed -n '1s/^\#\# \([0-9.]*\).*/\1/p' CHANGES.md 2>/dev/null)

LIBRARIES := glib-2.0 jansson libfyaml libmicrohttpd gnutls libcurl openssl sqlite3 libpq
WARNINGS  := -Wall -Wextra -Werror -Wmissing-prototypes -Wstrict-prototypes -Wvla \
             -Wwrite-strings -Wpointer-arith -Wformat=2 -fno-common
OPTIMISE  ?= -O2 -g
SANITIZE  ?=
CPPFLAGS  += -Isrc -isystem $(DEPS)/include -D_POSIX_C_SOURCE=200809L -D_DEFAULT_SOURCE \
             -DHEDDLE_VERSION='"$(or $(VERSION),0.0.0)"'
CFLAGS    += -std=c11 $(OPTIMISE) $(HARDER) $(WARNINGS) $(SANITIZE) -pthread \
             -fstack-protector-strong -fPIE
ifeq ($(SANITIZE),)
CPPFLAGS  += -D_FORTIFY_SOURCE=2
endif
TOGETHER  := -fno-lto
LDFLAGS   += $(TOGETHER) -pie -Wl,-z,relro,-z,now -Wl,--as-needed $(SANITIZE) -pthread

# Asked only when something is compiled, so that `make bootstrap` works on a machine without them.
library_cflags = $(eval library_cflags := $$(shell pkg-config --cflags $(LIBRARIES) | sed 's/-I/-isystem /g'))$(library_cflags)
library_libs   = $(eval library_libs := $$(shell pkg-config --libs $(LIBRARIES)))$(library_libs)

# Modules from the top floor down: the order in which static libraries are linked.
MODULES := $(shell awk '/^[a-z]/ && $$1 != "main" {print $$2, $$1}' tools/floors | sort -rn | cut -d' ' -f2)
MODULES := $(foreach m,$(MODULES),$(if $(wildcard src/$(m)/*.c),$(m)))
module_sources = $(wildcard src/$(1)/*.c src/$(1)/*/*.c)
objects        = $(patsubst src/%.c,$(BUILD)/obj/%.o,$(1))
LIBS    := $(foreach m,$(MODULES),$(BUILD)/lib/$(m).a)
OBJECTS := $(foreach m,$(MODULES),$(call objects,$(call module_sources,$(m)))) $(if $(wildcard src/main.c),$(BUILD)/obj/main.o)

.PHONY: all bootstrap chart image artifact unit unit-threaded planted http check fuzz fuzz-slice demo bench asan tsan lint format install clean compile
.SECONDARY:
all: $(BUILD)/heddle

bootstrap:
	tools/bootstrap build

$(BUILD)/heddle: $(BUILD)/obj/main.o $(LIBS)
	$(CC) $(LDFLAGS) -o $@ $(BUILD)/obj/main.o -Wl,--start-group $(LIBS) -Wl,--end-group $(library_libs) -ldl -lm

# To read SQL is what most of a command's time is spent on: two modules are optimised together when
# what people run is linked from them. Tests link the same objects as they are, which is quicker.
ifneq ($(filter -O2,$(OPTIMISE)),)
is_gcc := $(findstring gcc,$(CC))
$(BUILD)/obj/sql/%.o $(BUILD)/obj/base/%.o: HARDER := -O3 $(if $(is_gcc),-flto -ffat-lto-objects)
$(BUILD)/heddle $(BUILD)/bench/sql: TOGETHER := $(if $(is_gcc),-O3 -flto=auto,-fno-lto)
endif

# Objects that know the version are compiled again when that changes.
versioned := $(call objects,$(shell grep -l HEDDLE_VERSION $(call module_sources,*) src/main.c))
$(versioned): $(BUILD)/obj/version
$(BUILD)/obj/version: FORCE
	@mkdir -p $(@D)
	@echo '$(VERSION)' | cmp -s - $@ || echo '$(VERSION)' >$@
.PHONY: FORCE
FORCE:

$(BUILD)/obj/%.o: src/%.c | $(DEPS)/include/adbc.h
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(library_cflags) $(CFLAGS) -MMD -MP -c -o $@ $<

$(DEPS)/include/adbc.h:
	tools/bootstrap build

define module_library
$(BUILD)/lib/$(1).a: $(call objects,$(call module_sources,$(1)))
	@mkdir -p $$(@D)
	@rm -f $$@
	$(AR) rcs $$@ $$^
endef
$(foreach m,$(MODULES),$(eval $(call module_library,$(m))))

# Everything compiled, nothing linked: what a change to one module must leave true for the others.
compile: $(OBJECTS)

# Tests of modules with tables are run on SQLite, and again with their state on PostgreSQL.
STATEFUL    := $(addprefix $(BUILD)/unit/,db/engine db/processes queue/% state/% auth/% control/%)
on_postgres  = $(addprefix postgres:,$(filter-out %/neighbours,$(filter $(STATEFUL),$(1))))

# Unit tests: tests/unit/MODULE/NAME.c holds functions `void test_…(void **state)`; tools/test-main
# finds them with nm, so nothing is registered by hand. A test links its module and lower floors.
UNIT_SOURCES := $(wildcard tests/unit/*/*.c)
UNIT_TESTS   := $(patsubst tests/unit/%.c,$(BUILD)/unit/%,$(UNIT_SOURCES))
floor_of      = $(shell awk '$$1 == "$(1)" {print $$2}' tools/floors)
libs_below    = $(foreach m,$(shell awk -v m=$(1) 'NR == FNR {if ($$1 == m) top = $$2; next} /^[a-z]/ && ($$1 == m || $$2 < top) {print $$1}' tools/floors tools/floors),$(filter $(BUILD)/lib/$(m).a,$(LIBS)))

$(BUILD)/unit/%.o: tests/unit/%.c
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) -Itests/unit $(library_cflags) $(CFLAGS) -Wno-missing-prototypes -MMD -MP -c -o $@ $<

define unit_module
$(patsubst tests/unit/%.c,$(BUILD)/unit/%,$(wildcard tests/unit/$(1)/*.c)): $(BUILD)/unit/%: $(BUILD)/unit/%.o $(call libs_below,$(1)) tools/test-main
	tools/test-main $$< > $$@.main.c
	$(CC) $(CPPFLAGS) $$(library_cflags) $(CFLAGS) $(LDFLAGS) -o $$@ $$@.main.c $$< -Wl,--start-group $(call libs_below,$(1)) -Wl,--end-group $$(library_libs) -lcmocka -ldl -lm
test-$(1): $(patsubst tests/unit/%.c,$(BUILD)/unit/%,$(wildcard tests/unit/$(1)/*.c))
	tools/run-unit $$^ $$(call on_postgres,$$^)
.PHONY: test-$(1)
endef
$(foreach m,$(sort $(notdir $(patsubst %/,%,$(dir $(UNIT_SOURCES))))),$(eval $(call unit_module,$(m))))

unit: $(UNIT_TESTS)
	tools/run-unit $^ $(call on_postgres,$^)

# The modules with threads, for ThreadSanitizer.
THREADED := base http db auth queue control executor cli local
unit-threaded: $(foreach m,$(THREADED),$(filter $(BUILD)/unit/$(m)/%,$(UNIT_TESTS)))
	tools/run-unit $^ $(call on_postgres,$^)

# Faults planted for the sanitizers; tools/check-sanitizers builds and runs them.
PLANTED := $(patsubst tests/planted/%.c,$(BUILD)/planted/%,$(wildcard tests/planted/*.c))
planted: $(PLANTED)
$(BUILD)/planted/%.o: tests/planted/%.c
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(CFLAGS) -Wno-missing-prototypes -c -o $@ $<
$(PLANTED): %: %.o tools/test-main
	tools/test-main $< > $@.main.c
	$(CC) $(CPPFLAGS) $(CFLAGS) $(LDFLAGS) -o $@ $@.main.c $< -lcmocka

# The control plane linked without the modules it must never reach, and a client of the standard
# library that follows docs/protocol.md.
HTTP_LIBS := $(patsubst %,$(BUILD)/lib/%.a,control state schedule queue auth wire calendar http db base)
$(BUILD)/http/server: tests/http/server.c $(HTTP_LIBS)
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(library_cflags) $(CFLAGS) $(LDFLAGS) -o $@ $< -Wl,--start-group $(HTTP_LIBS) -Wl,--end-group $(library_libs) -lm

http: $(BUILD)/http/server
	tests/http/protocol.py $<

# Fuzz targets: tests/fuzz/TARGET.c with the main() of tests/fuzz/standalone.c, or libFuzzer's.
FUZZERS   := $(filter-out standalone libfuzzer,$(notdir $(basename $(wildcard tests/fuzz/*.c))))
FUZZ_MAIN ?= standalone
FUZZ_LIBS := $(patsubst %,$(BUILD)/lib/%.a,macro sql calendar base)
$(BUILD)/fuzz/%: tests/fuzz/%.c tests/fuzz/$(FUZZ_MAIN).c $(wildcard tests/fuzz/*.h) $(FUZZ_LIBS)
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(library_cflags) $(CFLAGS) $(LDFLAGS) $(FUZZ_LDFLAGS) -o $@ $< tests/fuzz/$(FUZZ_MAIN).c -Wl,--start-group $(FUZZ_LIBS) -Wl,--end-group $(library_libs) -lm

fuzz-slice: $(FUZZERS:%=$(BUILD)/fuzz/%)
	tests/fuzz/slice $(BUILD)/fuzz

fuzz:
	tests/fuzz/run $(or $(FUZZ_SECONDS),3600)

check:
	tools/bootstrap test
	tools/check

demo:
	tools/bootstrap demo
	$(MAKE) --no-print-directory -j$$(nproc) all
	tools/demo

# A program of figures links a module and the floors below: tests/bench/MODULE.c.
$(BUILD)/bench/sql: tests/bench/sql.c $(call libs_below,sql)
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(library_cflags) $(CFLAGS) $(LDFLAGS) -o $@ $< -Wl,--start-group $(call libs_below,sql) -Wl,--end-group $(library_libs) -lm

bench:
	tools/bootstrap test
	$(MAKE) --no-print-directory -j$$(nproc) all $(BUILD)/bench/sql
	tools/bench

image:
	deploy/image/build

# Those of another architecture than this machine's are cross-built; TREES="NAME=FOLDER" takes what
# deploy/image/collect has laid out elsewhere.
ARCHITECTURES ?= x86_64 aarch64
artifact: all
	VERSION=$(VERSION) deploy/artifact/build $(BUILD) $(ARCHITECTURES) $(TREES)

asan:
	$(MAKE) --no-print-directory BUILD=build/asan OPTIMISE='-O1 -g -fno-omit-frame-pointer' \
	    SANITIZE='-fsanitize=address,undefined -fno-sanitize-recover=undefined' $(or $(GOAL),unit)

tsan:
	$(MAKE) --no-print-directory BUILD=build/tsan OPTIMISE='-O1 -g' SANITIZE='-fsanitize=thread' \
	    $(or $(GOAL),unit-threaded)

lint: compile
	tools/lint $(BUILD)

format:
	git ls-files '*.c' '*.h' | xargs clang-format -i

# Both charts as packages in $(BUILD)/charts. HELM is any Helm from 3.8 on.
HELM ?= helm
chart:
	@mkdir -p $(BUILD)/charts
	$(HELM) package charts/hybrid-executors charts/heddle --destination $(BUILD)/charts \
	    --version $(VERSION) --app-version $(VERSION)

install: all
	install -D -m 755 $(BUILD)/heddle $(DESTDIR)$(PREFIX)/bin/heddle
	install -D -m 644 -t $(DESTDIR)$(PREFIX)/lib/heddle $(DEPS)/lib/*.so

clean:
	rm -rf build

-include $(OBJECTS:.o=.d) $(UNIT_TESTS:=.d)
