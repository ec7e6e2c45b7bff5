// SPDX-License-Identifier: Apache-2.0
// swift-format-ignore-file
// Made by Tools/embed-templates.sh from SDK/templates/c. Change it there.

extension TemplateFile {
    static let c: [TemplateFile] = [
        TemplateFile(path: ".github/workflows/ci.yml", text: ####"""
            # SPDX-License-Identifier: 0BSD
            name: driver
            on: [push, pull_request]
            jobs:
              check:
                runs-on: ubuntu-latest
                container: swift:6.3-bookworm
                env:
                  PREFIX: /opt/ingot
                  PKG_CONFIG_PATH: /opt/ingot/lib/pkgconfig
                steps:
                  - run: apt-get update && apt-get install -y build-essential pkg-config git ca-certificates
                  - uses: actions/checkout@v4
                  # The repository variable INGOT_REPOSITORY is the address of Ingot's repository, INGOT_REF what to check out there.
                  - run: git clone --depth 1 --branch "${{ vars.INGOT_REF }}" "${{ vars.INGOT_REPOSITORY }}" /tmp/ingot
                  - run: make -C /tmp/ingot install CONFIG=release PREFIX=$PREFIX
                  - run: make
                  - run: make check INGOT=$PREFIX/bin/ingot

            """####),
        TemplateFile(path: ".gitignore", text: ####"""
            build/

            """####),
        TemplateFile(path: "CMakeLists.txt", text: ####"""
            # SPDX-License-Identifier: 0BSD
            # cmake -S . -B build/cmake && cmake --build build/cmake
            #   builds the driver and lays it out below build/cmake/plugins
            # cmake --install build/cmake
            #   lays it out below PLUGINS_DIR, the plugins directory of the Ingot that the SDK belongs to
            cmake_minimum_required(VERSION 3.16)
            project(skeleton LANGUAGES C)

            find_package(PkgConfig REQUIRED)
            pkg_check_modules(INGOT REQUIRED ingot-plugin)
            pkg_get_variable(INSTALL_PLUGIN ingot-plugin install_plugin)
            pkg_get_variable(DEFAULT_PLUGINS_DIR ingot-plugin plugins_dir)
            set(PLUGINS_DIR ${DEFAULT_PLUGINS_DIR} CACHE PATH "Where cmake --install puts the plugin")

            add_library(driver MODULE src/driver.c src/line.c)
            target_include_directories(driver PRIVATE ${INGOT_INCLUDE_DIRS})
            target_compile_options(driver PRIVATE -Wall -Wextra)
            set_target_properties(driver PROPERTIES PREFIX "" C_STANDARD 17 C_VISIBILITY_PRESET hidden)

            set(MANIFEST ${CMAKE_SOURCE_DIR}/plugin.json.in)
            add_custom_target(plugin ALL
                COMMAND sh ${INSTALL_PLUGIN} $<TARGET_FILE:driver> ${MANIFEST} ${CMAKE_BINARY_DIR}/plugins
                DEPENDS driver ${MANIFEST})
            install(CODE "execute_process(
                COMMAND sh ${INSTALL_PLUGIN} $<TARGET_FILE:driver> ${MANIFEST} \"${PLUGINS_DIR}\" COMMAND_ERROR_IS_FATAL ANY)")

            """####),
        TemplateFile(path: "LICENSE", text: ####"""
            BSD Zero Clause License

            Permission to use, copy, modify, and/or distribute this software for any
            purpose with or without fee is hereby granted.

            THE SOFTWARE IS PROVIDED "AS IS" AND THE AUTHOR DISCLAIMS ALL WARRANTIES WITH
            REGARD TO THIS SOFTWARE INCLUDING ALL IMPLIED WARRANTIES OF MERCHANTABILITY
            AND FITNESS. IN NO EVENT SHALL THE AUTHOR BE LIABLE FOR ANY SPECIAL, DIRECT,
            INDIRECT, OR CONSEQUENTIAL DAMAGES OR ANY DAMAGES WHATSOEVER RESULTING FROM
            LOSS OF USE, DATA OR PROFITS, WHETHER IN AN ACTION OF CONTRACT, NEGLIGENCE OR
            OTHER TORTIOUS ACTION, ARISING OUT OF OR IN CONNECTION WITH THE USE OR
            PERFORMANCE OF THIS SOFTWARE.

            """####),
        TemplateFile(path: "Makefile", text: ####"""
            # SPDX-License-Identifier: 0BSD
            #   make            builds the driver and lays it out below PLUGINS, as Ingot finds it
            #   make check      has Ingot's conformance kit try it on the simulated BMC
            #   make install    the same as make, below the directory of an installed Ingot
            # When Ingot's SDK is not in a standard place: export PKG_CONFIG_PATH=<prefix>/lib/pkgconfig
            CC      ?= cc
            CFLAGS  ?= -O2 -g -Wall -Wextra
            PLUGINS ?= build/plugins
            INGOT   ?= ingot
            ID      := dev.example.skeleton
            PROFILE ?= basic
            CHECKFLAGS ?=

            SDK := pkg-config ingot-plugin
            ifneq ($(shell $(SDK) --exists && echo yes),yes)
            $(error ingot-plugin.pc is not found: install Ingot's SDK, or set PKG_CONFIG_PATH to its lib/pkgconfig)
            endif

            all: $(PLUGINS)/$(ID)/plugin.json

            build/driver.so: $(wildcard src/*.c src/*.h)
            	@mkdir -p build
            	$(CC) -std=gnu17 $(CFLAGS) $$($(SDK) --cflags) -fPIC -fvisibility=hidden -shared -o $@ src/*.c $(LDFLAGS)

            $(PLUGINS)/$(ID)/plugin.json: build/driver.so plugin.json.in
            	sh "$$($(SDK) --variable=install_plugin)" build/driver.so plugin.json.in $(PLUGINS)

            check: all
            	$(INGOT) driver check $(PLUGINS)/$(ID) --target sim:line --profile $(PROFILE) $(CHECKFLAGS)

            install:
            	$(MAKE) all PLUGINS="$(DESTDIR)$$($(SDK) --variable=plugins_dir)"

            clean:
            	rm -rf build

            .PHONY: all check install clean

            """####),
        TemplateFile(path: "README.md", text: ####"""
            # skeleton

            An Ingot driver in C: power and boot device of one machine.
            As generated it speaks the line protocol of Ingot's simulated BMC, so that it works before you change anything.

            | file | what it is |
            |---|---|
            | `src/driver.c` | the plugin: what the host calls, and the descriptor |
            | `src/line.c`, `src/line.h` | a session with the BMC; **your protocol goes here** |
            | `plugin.json.in` | the manifest; id, version, schema and extensions must equal those in `driver.c` |
            | `Makefile`, `CMakeLists.txt` | two ways to build it; take one |
            | `.github/workflows/ci.yml` | builds it and runs the kit |

            ## Build, try, check

            ```sh
            export PKG_CONFIG_PATH=<prefix>/lib/pkgconfig   # when Ingot's SDK is not in a standard place
            make                                            # build/plugins/dev.example.skeleton/
            make check                                      # the conformance kit on the simulated BMC
            make install                                    # into the plugins directory of an installed Ingot
            ```

            With CMake: `cmake -S . -B build/cmake && cmake --build build/cmake`.

            ## What to change

            1. `line.c`: speak your device's protocol, or call the library made for it. Keep three things: every wait ends on
               `cancel_fd` and at `deadline_ns` (the helpers of `ingot-kit.h` do), `call->wire` comes before a request that changes
               something, and an error between sending such a request and its answer carries `INGOT_ERR_MAYBE_APPLIED`.
            2. `driver.c`: the words of your device for states, actions and targets; the bits of `power` and `boot`.
            3. The schema, in `driver.c` and `plugin.json.in`; `network` in the manifest names the ports you connect to.
            4. `make check`, until the kit says that the profile is earned.

            Ingot's `docs/driver-guide.md` leads through all of it.

            ## Licence

            What `ingot driver new` writes is 0BSD: yours to use without any condition. Put your own licence into `LICENSE`, the
            descriptor and the manifest.

            """####),
        TemplateFile(path: "plugin.json.in", text: ####"""
            {
              "id": "dev.example.skeleton",
              "name": "skeleton",
              "vendor": "Example",
              "version": "0.1.0",
              "license": "0BSD",
              "abi": 1,
              "library": "driver.so",
              "sha256": "@SHA256@",
              "extensions": ["ingot.driver/1", "ingot.power/1", "ingot.boot/1"],
              "config_schema": {
                "type": "object",
                "required": ["host", "port", "username", "password"],
                "additionalProperties": false,
                "properties": {
                  "host": {"type": "string", "minLength": 1, "maxLength": 255},
                  "port": {"type": "integer", "minimum": 1, "maximum": 65535},
                  "username": {"type": "string", "minLength": 1, "maxLength": 64, "pattern": "^[!-~]+$"},
                  "password": {"type": "string", "minLength": 1, "maxLength": 64, "writeOnly": true}
                }
              },
              "network": ["tcp/7623"],
              "isolation": "plugin"
            }

            """####),
        TemplateFile(path: "src/driver.c", text: ####"""
            // SPDX-License-Identifier: 0BSD
            /* skeleton: power and boot device of one machine. */
            #include "line.h"

            #include <ingot-kit.h>

            struct ingot_device {
                struct line_session session;
            };

            static const char *const actions[] = {NULL, "on", "off", "soft-off", "cycle", "reset", "nmi"}; /* by INGOT_DO_… */
            static const char *const targets[] = {"none", "pxe", "disk", "cd", "setup", "http", "usb"};    /* by INGOT_BOOT_… */
            #define COUNT(array) ((int32_t)(sizeof(array) / sizeof *(array)))

            static void device_close(ingot_device *device, const ingot_call *call) {
                (void)call;
                line_end(&device->session);
                free(device);
            }

            /* The host has checked json against the schema below; the password is not in it but behind call->secret. */
            static ingot_status device_open(const ingot_call *call, const char *json, ingot_device **out) {
                char value[LINE_SIZE];
                int64_t port = 0;
                ingot_device *device = calloc(1, sizeof *device);
                if (!device) return ingot_fail(call, INGOT_E_INTERNAL, 0, "out of memory");
                struct line_session *session = &device->session;
                session->fd = -1;
                const char *wrong = NULL;
                if (!ingot_json_text(json, "host", session->host, sizeof session->host)) wrong = "$.host";
                if (!ingot_json_text(json, "username", session->user, sizeof session->user)) wrong = "$.username";
                if (strpbrk(session->user, " \r\n")) wrong = "$.username"; /* would change the meaning of the request */
                if (!ingot_json_integer(json, "port", &port) || port < 1 || port > 65535) wrong = "$.port";
                session->port = (int)port;
                ingot_status status = wrong ? ingot_fail_field(call, wrong, "is missing or cannot be used")
                                            : line_ask(session, call, "power?\n", 0, value); /* signs in */
                if (status != INGOT_OK) device_close(device, call);
                if (status == INGOT_OK) *out = device;
                return status;
            }

            static ingot_status nonsense(const ingot_call *call) {
                return ingot_fail(call, INGOT_E_PROTOCOL, 0, "the BMC answered what the line protocol does not know");
            }

            static ingot_status power_get(ingot_device *device, const ingot_call *call, int32_t *state) {
                char value[LINE_SIZE];
                ingot_status status = line_ask(&device->session, call, "power?\n", 0, value);
                if (status != INGOT_OK) return status;
                if (strcmp(value, "on") == 0) *state = INGOT_POWER_ON;
                else if (strcmp(value, "off") == 0) *state = INGOT_POWER_OFF;
                else if (strncmp(value, "turning-", 8) == 0) *state = INGOT_POWER_CHANGING;
                else return nonsense(call);
                return INGOT_OK;
            }

            static ingot_status power_set(ingot_device *device, const ingot_call *call, int32_t action) {
                char request[64], value[LINE_SIZE];
                if (action < INGOT_DO_ON || action >= COUNT(actions))
                    return ingot_fail(call, INGOT_E_UNSUPPORTED, 0, "no such power action");
                snprintf(request, sizeof request, "power %s\n", actions[action]);
                return line_ask(&device->session, call, request, 1, value);
            }

            static ingot_status boot_get(ingot_device *device, const ingot_call *call, int32_t *target, uint32_t *flags) {
                char value[LINE_SIZE], name[16], duration[16], mode[16];
                ingot_status status = line_ask(&device->session, call, "boot?\n", 0, value);
                if (status != INGOT_OK) return status;
                if (sscanf(value, "%15s %15s %15s", name, duration, mode) != 3) return nonsense(call);
                *flags = strcmp(duration, "persistent") == 0 ? INGOT_BOOT_PERSISTENT : 0;
                if (strcmp(mode, "uefi") == 0) *flags |= INGOT_BOOT_UEFI;
                if (strcmp(mode, "legacy") == 0) *flags |= INGOT_BOOT_LEGACY;
                for (*target = 0; *target < COUNT(targets); ++*target)
                    if (strcmp(name, targets[*target]) == 0) return INGOT_OK;
                return nonsense(call);
            }

            static ingot_status boot_set(ingot_device *device, const ingot_call *call, int32_t target, uint32_t flags) {
                char request[64], value[LINE_SIZE];
                uint32_t modes = flags & (INGOT_BOOT_UEFI | INGOT_BOOT_LEGACY);
                if (target < 0 || target >= COUNT(targets) || (flags & ~(modes | INGOT_BOOT_PERSISTENT)) ||
                    modes == (INGOT_BOOT_UEFI | INGOT_BOOT_LEGACY))
                    return ingot_fail(call, INGOT_E_UNSUPPORTED, 0, "no such boot target or flag");
                snprintf(request, sizeof request, "boot set %s %s %s\n", targets[target],
                         flags & INGOT_BOOT_PERSISTENT ? "persistent" : "once",
                         modes == INGOT_BOOT_UEFI ? "uefi" : modes == INGOT_BOOT_LEGACY ? "legacy" : "any");
                return line_ask(&device->session, call, request, 1, value);
            }

            /* Cuts a value at its tabs: 1 when it has exactly four fields. */
            static int four_fields(char *value, char *field[4]) {
                for (int i = 0; i < 4; i++)
                    if (!(field[i] = strsep(&value, "\t"))) return 0;
                return value == NULL;
            }

            /* What this machine can do, and how we know; the host reads it as docs/driver-json.md of Ingot says. */
            static ingot_status probe(ingot_device *device, const ingot_call *call) {
                char identity[LINE_SIZE], features[LINE_SIZE], *is[4], *can[4], json[16 * LINE_SIZE], text[8][2 * LINE_SIZE];
                ingot_status status = line_ask(&device->session, call, "identity\n", 0, identity);
                if (status == INGOT_OK) status = line_ask(&device->session, call, "features\n", 0, features);
                if (status != INGOT_OK) return status;
                const char *evidence = ingot_json_quote(text[0], sizeof text[0], features);
                if (!four_fields(identity, is) || !four_fields(features, can)) return nonsense(call);
                int length = snprintf(
                    json, sizeof json,
                    "{\"identity\":{\"vendor\":%s,\"model\":%s,\"serial\":%s,\"firmware\":%s},"
                    "\"power\":{\"answer\":\"yes\",\"evidence\":%s,\"actions\":%s},"
                    "\"boot\":{\"answer\":\"yes\",\"evidence\":%s,\"targets\":%s,\"modes\":%s,\"persistent\":\"%s\"}}",
                    ingot_json_quote(text[1], sizeof text[1], is[0]), ingot_json_quote(text[2], sizeof text[2], is[1]),
                    ingot_json_quote(text[3], sizeof text[3], is[2]), ingot_json_quote(text[4], sizeof text[4], is[3]), evidence,
                    ingot_json_words(text[5], sizeof text[5], can[0]), evidence, ingot_json_words(text[6], sizeof text[6], can[1]),
                    ingot_json_words(text[7], sizeof text[7], can[3]), strstr(can[2], "persistent") ? "yes" : "no");
                return call->emit(call, "capabilities", json, (size_t)length);
            }

            static const ingot_driver driver = {sizeof driver, 0, device_open, device_close, probe};
            static const ingot_power power = {sizeof power, 0x7E, power_get, power_set}; /* 1u << INGOT_DO_… of each action */
            static const ingot_boot boot = {sizeof boot, 0x7F, boot_get, boot_set}; /* 1u << INGOT_BOOT_… of each target */

            static const void *extension(const char *id) {
                if (strcmp(id, INGOT_DRIVER) == 0) return &driver;
                if (strcmp(id, INGOT_POWER) == 0) return &power;
                if (strcmp(id, INGOT_BOOT) == 0) return &boot;
                return NULL;
            }

            static const char *const extensions[] = {INGOT_DRIVER, INGOT_POWER, INGOT_BOOT, NULL};

            /* plugin.json.in says the same. */
            static const ingot_plugin plugin = {
                .struct_size = sizeof plugin,
                .minor = INGOT_MINOR,
                .id = "dev.example.skeleton",
                .name = "skeleton",
                .vendor = "Example",
                .version = "0.1.0",
                .license = "0BSD",
                .config_schema =
                    "{\"type\":\"object\",\"required\":[\"host\",\"port\",\"username\",\"password\"],"
                    "\"additionalProperties\":false,\"properties\":{"
                    "\"host\":{\"type\":\"string\",\"minLength\":1,\"maxLength\":255},"
                    "\"port\":{\"type\":\"integer\",\"minimum\":1,\"maximum\":65535},"
                    "\"username\":{\"type\":\"string\",\"minLength\":1,\"maxLength\":64,\"pattern\":\"^[!-~]+$\"},"
                    "\"password\":{\"type\":\"string\",\"minLength\":1,\"maxLength\":64,\"writeOnly\":true}}}",
                .extensions = extensions,
                .extension = extension,
            };

            INGOT_EXPORT const ingot_plugin *ingot_plugin_v1(void) { return &plugin; }

            """####),
        TemplateFile(path: "src/line.c", text: ####"""
            // SPDX-License-Identifier: 0BSD
            #include "line.h"

            #include <ingot-kit.h>

            /* What a line that is not ok means for the host. */
            static ingot_status refused(const ingot_call *call, const char *line, uint32_t maybe) {
                static const struct {
                    const char *code;
                    ingot_status status;
                    uint32_t flags;
                } known[] = {
                    {"denied", INGOT_E_AUTH, 0},          {"locked", INGOT_E_AUTH, 0},
                    {"forbidden", INGOT_E_FORBIDDEN, 0},  {"state", INGOT_E_STATE, 0},
                    {"badarg", INGOT_E_UNSUPPORTED, 0},   {"unknown", INGOT_E_UNSUPPORTED, 0},
                    {"expired", INGOT_E_STATE, INGOT_ERR_SESSION_LOST | INGOT_ERR_RETRYABLE},
                };
                const char *text = strncmp(line, "error ", 6) == 0 ? line + 6 : "";
                size_t length = strcspn(text, " ");
                if (length == 4 && memcmp(text, "busy", 4) == 0)
                    return ingot_fail_busy(call, (uint32_t)strtoul(text + 4, NULL, 10), text);
                for (size_t i = 0; i < sizeof known / sizeof *known; i++)
                    if (length == strlen(known[i].code) && memcmp(text, known[i].code, length) == 0)
                        return ingot_fail(call, known[i].status, known[i].flags, text);
                return ingot_fail(call, INGOT_E_PROTOCOL, maybe, "the answer is neither ok nor an error of the line protocol");
            }

            /* Sends a request and receives its answer. `maybe` is added to an error from the moment the request leaves. */
            static ingot_status exchange(int fd, const ingot_call *call, const char *request, uint32_t wire, uint32_t maybe,
                                         char line[LINE_SIZE]) {
                call->wire(call, 0, "line", wire, request, strlen(request)); /* before it leaves, never after */
                ingot_status status = ingot_send(call, fd, request, strlen(request), maybe);
                if (status == INGOT_OK) status = ingot_receive_line(call, fd, line, LINE_SIZE, maybe);
                if (status == INGOT_OK) call->wire(call, 1, "line", 0, line, strlen(line));
                return status;
            }

            static ingot_status begin(struct line_session *session, const ingot_call *call) {
                char line[LINE_SIZE], password[65] = "", request[LINE_SIZE] = "";
                size_t length = 0;
                ingot_status status = ingot_connect(call, session->host, session->port, &session->fd);
                if (status == INGOT_OK) status = ingot_receive_line(call, session->fd, line, sizeof line, 0);
                if (status == INGOT_OK && strcmp(line, "ingot-line 1") != 0)
                    status = ingot_fail(call, INGOT_E_PROTOCOL, 0, "this is no BMC of the line protocol, version 1");
                if (status == INGOT_OK && call->secret(call, "password", password, sizeof password - 1, &length) != INGOT_OK)
                    status = ingot_fail_field(call, "$.password", "the password is missing or longer than 64 bytes");
                for (size_t i = 0; status == INGOT_OK && i < length; i++)
                    if (password[i] < 0x20 || password[i] > 0x7E)
                        status = ingot_fail_field(call, "$.password", "the password is not printable ASCII");
                if (status == INGOT_OK) {
                    snprintf(request, sizeof request, "login %s %s\n", session->user, password);
                    status = exchange(session->fd, call, request, INGOT_WIRE_SENSITIVE, 0, line);
                }
                ingot_wipe(password, sizeof password);
                ingot_wipe(request, sizeof request);
                if (status == INGOT_OK && strncmp(line, "ok ", 3) != 0) status = refused(call, line, 0);
                if (status != INGOT_OK) line_end(session);
                return status;
            }

            ingot_status line_ask(struct line_session *session, const ingot_call *call, const char *request, int changes,
                                  char value[LINE_SIZE]) {
                uint32_t maybe = changes ? INGOT_ERR_MAYBE_APPLIED : 0;
                for (int attempt = 1;; attempt++) {
                    char line[LINE_SIZE];
                    ingot_status status = ingot_check(call, 0);
                    if (status == INGOT_OK && !ingot_is_idle(session->fd)) {
                        line_end(session);
                        status = begin(session, call);
                    }
                    if (status != INGOT_OK) return status;
                    status = exchange(session->fd, call, request, 0, maybe, line);
                    if (status == INGOT_OK && (strcmp(line, "ok") == 0 || strncmp(line, "ok ", 3) == 0)) {
                        snprintf(value, LINE_SIZE, "%s", line + 2 + strspn(line + 2, " "));
                        return INGOT_OK;
                    }
                    int expired = status == INGOT_OK && strncmp(line, "error expired", 13) == 0;
                    if (status != INGOT_OK || expired) line_end(session); /* or a late answer would be taken for the next one */
                    /* A session that has ended by itself is begun once more. What changes something is not repeated, unless the
                     * BMC has said that it did not do it. */
                    if (attempt == 1 && (expired || (status == INGOT_E_UNREACHABLE && !changes))) continue;
                    return status == INGOT_OK ? refused(call, line, maybe) : status;
                }
            }

            void line_end(struct line_session *session) {
                if (session->fd >= 0) close(session->fd);
                session->fd = -1;
            }

            """####),
        TemplateFile(path: "src/line.h", text: ####"""
            // SPDX-License-Identifier: 0BSD
            /* A session with a BMC that speaks Ingot's line protocol. In a driver of your own, your protocol stands here. */
            #ifndef LINE_H
            #define LINE_H
            #include <ingot.h>

            #define LINE_SIZE 512 /* longest line, its newline included */

            struct line_session {
                char host[256], user[65];
                int port;
                int fd; /* -1 while there is no session */
            };

            /* Asks, within a session that is begun or begun anew when needed. `request` ends in a newline; `changes` is 1 when it
             * changes something. On OK `value` is what followed "ok", otherwise the error has been reported. */
            ingot_status line_ask(struct line_session *session, const ingot_call *call, const char *request, int changes,
                                  char value[LINE_SIZE]);

            /* Ends the session; the BMC notices by the end of the connection. */
            void line_end(struct line_session *session);
            #endif

            """####),
    ]
}
