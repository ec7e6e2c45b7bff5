# SPDX-License-Identifier: Apache-2.0
# `make demo` and `make test` do everything on a bare Debian 12 with Swift 6.3; the other targets are their parts.

CONFIG ?= debug
BIN    := .build/$(CONFIG)
SOURCES := Package.swift Sources Plugins Tests Benchmarks SDK
# Where `make install` puts everything; DESTDIR stages it for a package.
PREFIX  ?= /usr/local
DESTDIR ?=

# What is needed, by job. `setup` installs what is missing and nothing else.
PACKAGES_BUILD := gcc libc6-dev libstdc++-12-dev pkg-config make git ca-certificates libfreeipmi-dev libgcrypt20-dev libcurl4-openssl-dev libxml2-dev \
                  libsqlite3-dev libsnmp-dev
PACKAGES_AGENT := busybox-static cpio zstd e2fsprogs
PACKAGES_DEMO  := qemu-system-x86 ovmf ipxe ipxe-qemu openipmi ipmitool iproute2 tcpdump debootstrap mtools dosfstools \
                  fdisk grub-pc-bin grub-efi-amd64-bin openssh-client python3 curl jq procps
PACKAGES_TEST  := abigail-tools freeipmi-tools python3-pyghmi isc-dhcp-client xz-utils bzip2 openssl python3-venv g++ cmake \
                  cargo binutils snmp snmpd qemu-system-mips debian-installer-12-netboot-mips64el ser2net socat iputils-ping

.PHONY: all setup build plugins sdk install agent demo demo-sim test bench bench-ipmi-sweep format check clean redfish-service-validator

all: build

setup:
	@sh Tools/setup.sh $(PACKAGES_BUILD) $(PACKAGES_AGENT) $(PACKAGES_DEMO) $(PACKAGES_TEST)

build: setup
	swift build -c $(CONFIG)
	@$(MAKE) --no-print-directory plugins

plugins:
	@sh Plugins/install-plugin.sh $(BIN)/libingot-ipmi.so Plugins/IPMI/plugin.json.in build/plugins
	@sh Plugins/install-plugin.sh $(BIN)/libingot-redfish.so Plugins/Redfish/plugin.json.in build/plugins
	@sh Plugins/install-plugin.sh $(BIN)/libingot-outlet.so Plugins/Outlet/plugin.json.in build/plugins
	@sh Plugins/install-plugin.sh $(BIN)/libingot-manual.so Plugins/Manual/plugin.json.in build/plugins
	@sh Plugins/install-plugin.sh $(BIN)/libingot-loongson.so Plugins/Loongson/plugin.json.in build/plugins
	@sh Plugins/install-plugin.sh $(BIN)/libingot-diskimage.so Plugins/Installers/DiskImage/plugin.json.in build/plugins

# What a driver author needs, below build/sdk: headers, ingot-plugin.pc, PluginKit.
sdk:
	@sh SDK/install.sh build/sdk

# Programs, plugins, quirks, documents and the SDK below PREFIX.
install: build
	sh SDK/install.sh $(PREFIX) $(DESTDIR)
	install -D -m 0755 -t $(DESTDIR)$(PREFIX)/bin $(BIN)/ingot $(BIN)/ingot-worker
	@for plugin in build/plugins/*; do \
	    install -D -m 0755 -t $(DESTDIR)$(PREFIX)/lib/ingot/plugins/$${plugin##*/} $$plugin/*.so && \
	    install -m 0644 -t $(DESTDIR)$(PREFIX)/lib/ingot/plugins/$${plugin##*/} $$plugin/plugin.json || exit 1; \
	done
	@[ ! -d quirks ] || install -D -m 0644 -t $(DESTDIR)$(PREFIX)/share/ingot/quirks quirks/*.yaml
	install -D -m 0644 -t $(DESTDIR)$(PREFIX)/share/doc/ingot LICENSE docs/*.md

agent: setup
	bash Agent/build.sh build/agent

demo: build agent
	bash Demo/run.sh --bin $(BIN)

demo-sim: build agent
	bash Demo/run-sim.sh --bin $(BIN)

test: build agent
	bash Tests/run.sh

# DMTF's schema check of the simulated Redfish service, for those who have the schema bundle (DSP8010).
redfish-service-validator: build
	@test -n "$(SCHEMA_DIR)" || { echo "SCHEMA_DIR must name the folder with DMTF's CSDL files" >&2; exit 2; }
	sh Tests/RedfishSimulatorTests/Clients/service-validator.sh $(BIN)/ingot "$(SCHEMA_DIR)" $(PROFILE)

# What isolation costs, each figure beside a peer; exits with 1 when a goal is missed. Wants a quiet machine.
bench: setup
	swift build -c release --product ingot-worker
	swift build -c release --product ingot-bench
	.build/release/ingot-bench

# The IPMI driver's sweep beside ipmipower and ipmitool; exits with 1 when a goal is missed. Wants two idle cores.
bench-ipmi-sweep: setup
	swift build -c release --product ingot-ipmi
	swift build -c release --product ipmi-farm
	python3 Benchmarks/ipmi-sweep/run.py

format:
	swift format -i -r $(SOURCES)

check:
	swift format lint -r -s $(SOURCES)
	swift build -c $(CONFIG) --build-tests
	swift test --disable-xctest --filter LayoutTests

clean:
	rm -rf .build build
