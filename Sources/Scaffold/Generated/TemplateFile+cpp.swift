// SPDX-License-Identifier: Apache-2.0
// swift-format-ignore-file
// Made by Tools/embed-templates.sh from SDK/templates/cpp. Change it there.

extension TemplateFile {
    static let cpp: [TemplateFile] = [
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
            project(skeleton LANGUAGES CXX)

            find_package(PkgConfig REQUIRED)
            pkg_check_modules(INGOT REQUIRED ingot-plugin)
            pkg_get_variable(INSTALL_PLUGIN ingot-plugin install_plugin)
            pkg_get_variable(EXPORT_MAP ingot-plugin export_map)
            pkg_get_variable(DEFAULT_PLUGINS_DIR ingot-plugin plugins_dir)
            set(PLUGINS_DIR ${DEFAULT_PLUGINS_DIR} CACHE PATH "Where cmake --install puts the plugin")

            add_library(driver MODULE src/driver.cpp src/line.cpp src/plugin.cpp)
            target_include_directories(driver PRIVATE ${INGOT_INCLUDE_DIRS})
            target_compile_options(driver PRIVATE -Wall -Wextra)
            set_target_properties(driver PROPERTIES
                PREFIX "" CXX_STANDARD 20 CXX_VISIBILITY_PRESET hidden VISIBILITY_INLINES_HIDDEN ON)
            # The standard library's templates would be exported too.
            target_link_options(driver PRIVATE -Wl,--version-script=${EXPORT_MAP})

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
            CXX     ?= c++
            CXXFLAGS ?= -O2 -g -Wall -Wextra
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

            build/driver.so: $(wildcard src/*.cpp src/*.hpp)
            	@mkdir -p build
            	$(CXX) -std=gnu++20 $(CXXFLAGS) $$($(SDK) --cflags) -fPIC -fvisibility=hidden -fvisibility-inlines-hidden -shared -o $@ -Wl,--version-script="$$($(SDK) --variable=export_map)" src/*.cpp $(LDFLAGS)

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

            An Ingot driver in C++: power and boot device of one machine.
            As generated it speaks the line protocol of Ingot's simulated BMC, so that it works before you change anything.

            | file | what it is |
            |---|---|
            | `src/driver.cpp` | what the host calls |
            | `src/line.cpp`, `src/line.hpp` | a session with the BMC; **your protocol goes here** |
            | `src/plugin.cpp` | the descriptor |
            | `plugin.json.in` | the manifest; id, version, schema and extensions must equal those in `plugin.cpp` |
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

            1. `line.cpp`: speak your device's protocol, or call the library made for it. Keep three things: every wait ends on
               `cancel_fd` and at `deadline_ns` (the helpers of `ingot-kit.h` do), `call->wire` comes before a request that changes
               something, and an error between sending such a request and its answer carries `INGOT_ERR_MAYBE_APPLIED`.
               No exception may leave a function the host calls: `answer` in `driver.cpp` sees to that.
            2. `driver.cpp`: the words of your device for states, actions and targets; the bits of `power` and `boot`.
            3. The schema, in `plugin.cpp` and `plugin.json.in`; `network` in the manifest names the ports you connect to.
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
        TemplateFile(path: "src/driver.cpp", text: ####"""
            // SPDX-License-Identifier: 0BSD
            // skeleton: power and boot device of one machine.
            #include "driver.hpp"

            #include "line.hpp"

            #include <ingot-kit.h>

            #include <exception>
            #include <memory>
            #include <sstream>
            #include <vector>

            struct ingot_device {
                LineSession session;
            };

            namespace {
            using Kind = LineSession::Kind;
            constexpr const char *actions[] = {nullptr, "on", "off", "soft-off", "cycle", "reset", "nmi"}; // by INGOT_DO_…
            constexpr const char *targets[] = {"none", "pxe", "disk", "cd", "setup", "http", "usb"};       // by INGOT_BOOT_…

            // Runs a function of the plugin; no exception may reach the host.
            template <typename Body> ingot_status answer(const ingot_call *call, Body body) noexcept {
                try {
                    return body();
                } catch (const std::exception &error) {
                    return ingot_fail(call, INGOT_E_INTERNAL, 0, error.what());
                } catch (...) {
                    return ingot_fail(call, INGOT_E_INTERNAL, 0, "an unknown exception");
                }
            }

            // The host has checked json against the schema below; the password is not in it but behind call->secret.
            ingot_status open_device(const ingot_call *call, const char *json, ingot_device **out) {
                return answer(call, [&] {
                    char host[256], user[65];
                    int64_t port = 0;
                    std::string value;
                    if (!ingot_json_text(json, "host", host, sizeof host))
                        return ingot_fail_field(call, "$.host", "host is missing or too long");
                    if (!ingot_json_text(json, "username", user, sizeof user) || strpbrk(user, " \r\n"))
                        return ingot_fail_field(call, "$.username", "username is missing, too long, or has spaces");
                    if (!ingot_json_integer(json, "port", &port) || port < 1 || port > 65535)
                        return ingot_fail_field(call, "$.port", "port is missing or out of range");
                    std::unique_ptr<ingot_device> device(new ingot_device{{host, static_cast<int>(port), user}});
                    const ingot_status status = device->session.ask(call, "power?", Kind::reads, value); // signs in
                    if (status == INGOT_OK) *out = device.release();
                    return status;
                });
            }

            void close_device(ingot_device *device, const ingot_call *) { delete device; }

            ingot_status nonsense(const ingot_call *call) {
                return ingot_fail(call, INGOT_E_PROTOCOL, 0, "the BMC answered what the line protocol does not know");
            }

            ingot_status get_power(ingot_device *device, const ingot_call *call, int32_t *state) {
                return answer(call, [&] {
                    std::string value;
                    const ingot_status status = device->session.ask(call, "power?", Kind::reads, value);
                    if (status != INGOT_OK) return status;
                    if (value == "on") *state = INGOT_POWER_ON;
                    else if (value == "off") *state = INGOT_POWER_OFF;
                    else if (value == "turning-on" || value == "turning-off") *state = INGOT_POWER_CHANGING;
                    else return nonsense(call);
                    return INGOT_OK;
                });
            }

            ingot_status set_power(ingot_device *device, const ingot_call *call, int32_t action) {
                return answer(call, [&] {
                    std::string value;
                    if (action < INGOT_DO_ON || action >= static_cast<int32_t>(std::size(actions)))
                        return ingot_fail(call, INGOT_E_UNSUPPORTED, 0, "no such power action");
                    return device->session.ask(call, std::string("power ") + actions[action], Kind::changes, value);
                });
            }

            ingot_status get_boot(ingot_device *device, const ingot_call *call, int32_t *target, uint32_t *flags) {
                return answer(call, [&] {
                    std::string value, name, duration, mode;
                    const ingot_status status = device->session.ask(call, "boot?", Kind::reads, value);
                    if (status != INGOT_OK) return status;
                    if (!(std::istringstream(value) >> name >> duration >> mode)) return nonsense(call);
                    *flags = duration == "persistent" ? INGOT_BOOT_PERSISTENT : 0;
                    *flags |= mode == "uefi" ? INGOT_BOOT_UEFI : mode == "legacy" ? INGOT_BOOT_LEGACY : 0;
                    for (*target = 0; *target < static_cast<int32_t>(std::size(targets)); ++*target)
                        if (name == targets[*target]) return INGOT_OK;
                    return nonsense(call);
                });
            }

            ingot_status set_boot(ingot_device *device, const ingot_call *call, int32_t target, uint32_t flags) {
                return answer(call, [&] {
                    std::string value;
                    const uint32_t modes = flags & (INGOT_BOOT_UEFI | INGOT_BOOT_LEGACY);
                    if (target < 0 || target >= static_cast<int32_t>(std::size(targets)) ||
                        (flags & ~(modes | INGOT_BOOT_PERSISTENT)) || modes == (INGOT_BOOT_UEFI | INGOT_BOOT_LEGACY))
                        return ingot_fail(call, INGOT_E_UNSUPPORTED, 0, "no such boot target or flag");
                    const char *mode = modes == INGOT_BOOT_UEFI ? "uefi" : modes == INGOT_BOOT_LEGACY ? "legacy" : "any";
                    const char *duration = flags & INGOT_BOOT_PERSISTENT ? " persistent " : " once ";
                    return device->session.ask(call, std::string("boot set ") + targets[target] + duration + mode, Kind::changes,
                                               value);
                });
            }

            std::vector<std::string> fields(const std::string &value) {
                std::vector<std::string> found(1);
                for (char byte : value) byte == '\t' ? (void)found.emplace_back() : found.back().push_back(byte);
                return found;
            }

            std::string quoted(const std::string &text, decltype(ingot_json_quote) *write = ingot_json_quote) {
                std::string json(6 * text.size() + 8, '\0'); // room for every character in quotes and escaped
                return write(json.data(), json.size(), text.c_str());
            }

            // What this machine can do, and how we know; the host reads it as docs/driver-json.md of Ingot says.
            ingot_status probe(ingot_device *device, const ingot_call *call) {
                return answer(call, [&] {
                    std::string identity, features;
                    ingot_status status = device->session.ask(call, "identity", Kind::reads, identity);
                    if (status == INGOT_OK) status = device->session.ask(call, "features", Kind::reads, features);
                    if (status != INGOT_OK) return status;
                    const auto is = fields(identity), can = fields(features);
                    if (is.size() != 4 || can.size() != 4) return nonsense(call);
                    const std::string evidence = "\"answer\":\"yes\",\"evidence\":" + quoted(features);
                    const auto list = [](const std::string &words) { return quoted(words, ingot_json_words); };
                    const char *persistent = can[2].find("persistent") != std::string::npos ? "\"yes\"" : "\"no\"";
                    const std::string json = "{\"identity\":{\"vendor\":" + quoted(is[0]) + ",\"model\":" + quoted(is[1]) +
                                             ",\"serial\":" + quoted(is[2]) + ",\"firmware\":" + quoted(is[3]) + "},\"power\":{" +
                                             evidence + ",\"actions\":" + list(can[0]) + "},\"boot\":{" + evidence +
                                             ",\"targets\":" + list(can[1]) + ",\"modes\":" + list(can[3]) +
                                             ",\"persistent\":" + persistent + "}}";
                    return call->emit(call, "capabilities", json.data(), json.size());
                });
            }
            } // namespace

            const ingot_driver driver = {sizeof driver, 0, open_device, close_device, probe};
            const ingot_power power = {sizeof power, 0x7E, get_power, set_power}; // 1u << INGOT_DO_… of each action
            const ingot_boot boot = {sizeof boot, 0x7F, get_boot, set_boot};      // 1u << INGOT_BOOT_… of each target

            """####),
        TemplateFile(path: "src/driver.hpp", text: ####"""
            // SPDX-License-Identifier: 0BSD
            // What the plugin offers.
            #pragma once

            #include <ingot.h>

            extern const ingot_driver driver;
            extern const ingot_power power;
            extern const ingot_boot boot;

            """####),
        TemplateFile(path: "src/line.cpp", text: ####"""
            // SPDX-License-Identifier: 0BSD
            #include "line.hpp"

            #include <ingot-kit.h>

            #include <array>
            #include <utility>

            namespace {
            constexpr std::size_t longestLine = 512; // newline included

            // Secret bytes that do not stay in memory.
            template <std::size_t size> struct Wiped : std::array<char, size> {
                Wiped() : std::array<char, size>{} {}
                ~Wiped() { ingot_wipe(this->data(), size); }
            };

            // What a line that is not ok means for the host.
            ingot_status refused(const ingot_call *call, const std::string &line, uint32_t maybe) {
                struct Meaning {
                    std::string_view code;
                    ingot_status status;
                    uint32_t flags;
                };
                static constexpr Meaning known[] = {
                    {"denied", INGOT_E_AUTH, 0},         {"locked", INGOT_E_AUTH, 0},
                    {"forbidden", INGOT_E_FORBIDDEN, 0}, {"state", INGOT_E_STATE, 0},
                    {"badarg", INGOT_E_UNSUPPORTED, 0},  {"unknown", INGOT_E_UNSUPPORTED, 0},
                    {"expired", INGOT_E_STATE, INGOT_ERR_SESSION_LOST | INGOT_ERR_RETRYABLE},
                };
                if (line.rfind("error ", 0) == 0) {
                    const std::string text = line.substr(6);
                    const std::string code = text.substr(0, text.find(' '));
                    if (code == "busy")
                        return ingot_fail_busy(call, static_cast<uint32_t>(std::strtoul(text.c_str() + 4, nullptr, 10)),
                                               text.c_str());
                    for (const Meaning &meaning : known)
                        if (code == meaning.code) return ingot_fail(call, meaning.status, meaning.flags, text.c_str());
                }
                return ingot_fail(call, INGOT_E_PROTOCOL, maybe, "the answer is neither ok nor an error of the line protocol");
            }

            bool isOK(const std::string &line) { return line == "ok" || line.rfind("ok ", 0) == 0; }
            } // namespace

            LineSession::LineSession(std::string host, int port, std::string user)
                : host(std::move(host)), user(std::move(user)), port(port) {}

            // Sends a line and receives its answer. `maybe` is added to an error from the moment the line leaves.
            ingot_status LineSession::exchange(const ingot_call *call, std::string_view line, uint32_t wire, uint32_t maybe,
                                               std::string &answer) {
                char buffer[longestLine];
                call->wire(call, 0, "line", wire, line.data(), line.size()); // before it leaves, never after
                ingot_status status = ingot_send(call, fd, line.data(), line.size(), maybe);
                if (status == INGOT_OK) status = ingot_receive_line(call, fd, buffer, sizeof buffer, maybe);
                if (status != INGOT_OK) return status;
                answer = buffer;
                call->wire(call, 1, "line", 0, answer.data(), answer.size());
                return INGOT_OK;
            }

            ingot_status LineSession::begin(const ingot_call *call) {
                char greeting[longestLine];
                Wiped<65> password;
                Wiped<longestLine> request;
                std::string answer;
                std::size_t length = 0;
                ingot_status status = ingot_connect(call, host.c_str(), port, &fd);
                if (status == INGOT_OK) status = ingot_receive_line(call, fd, greeting, sizeof greeting, 0);
                if (status == INGOT_OK && std::string_view(greeting) != "ingot-line 1")
                    status = ingot_fail(call, INGOT_E_PROTOCOL, 0, "this is no BMC of the line protocol, version 1");
                if (status == INGOT_OK && call->secret(call, "password", password.data(), password.size() - 1, &length) != INGOT_OK)
                    status = ingot_fail_field(call, "$.password", "the password is missing or longer than 64 bytes");
                for (std::size_t i = 0; status == INGOT_OK && i < length; i++)
                    if (password[i] < 0x20 || password[i] > 0x7E)
                        status = ingot_fail_field(call, "$.password", "the password is not printable ASCII");
                if (status == INGOT_OK) {
                    snprintf(request.data(), request.size(), "login %s %s\n", user.c_str(), password.data());
                    status = exchange(call, request.data(), INGOT_WIRE_SENSITIVE, 0, answer);
                }
                if (status == INGOT_OK && !isOK(answer)) status = refused(call, answer, 0);
                if (status != INGOT_OK) end();
                return status;
            }

            ingot_status LineSession::ask(const ingot_call *call, std::string_view request, Kind kind, std::string &value) {
                const std::string line = std::string(request) + "\n";
                const uint32_t maybe = kind == Kind::changes ? INGOT_ERR_MAYBE_APPLIED : 0;
                for (bool again = true;; again = false) {
                    std::string answer;
                    ingot_status status = ingot_check(call, 0);
                    if (status == INGOT_OK && !ingot_is_idle(fd)) {
                        end();
                        status = begin(call);
                    }
                    if (status != INGOT_OK) return status;
                    status = exchange(call, line, 0, maybe, answer);
                    if (status == INGOT_OK && isOK(answer)) {
                        value = answer.size() > 3 ? answer.substr(3) : "";
                        return INGOT_OK;
                    }
                    const bool expired = status == INGOT_OK && answer.rfind("error expired", 0) == 0;
                    if (status != INGOT_OK || expired) end(); // or a late answer would be taken for the next one
                    // A session that has ended by itself is begun once more. What changes something is not repeated, unless the
                    // BMC has said that it did not do it.
                    if (again && (expired || (status == INGOT_E_UNREACHABLE && kind == Kind::reads))) continue;
                    return status == INGOT_OK ? refused(call, answer, maybe) : status;
                }
            }

            void LineSession::end() {
                if (fd >= 0) close(fd);
                fd = -1;
            }

            """####),
        TemplateFile(path: "src/line.hpp", text: ####"""
            // SPDX-License-Identifier: 0BSD
            // A session with a BMC that speaks Ingot's line protocol. In a driver of your own, your protocol stands here.
            #pragma once

            #include <ingot.h>

            #include <string>
            #include <string_view>

            class LineSession {
            public:
                LineSession(std::string host, int port, std::string user);
                LineSession(const LineSession &) = delete;
                LineSession &operator=(const LineSession &) = delete;
                ~LineSession() { end(); }

                enum class Kind { reads, changes };

                // Asks, within a session that is begun or begun anew when needed. `request` has no newline. On OK `value` is what
                // followed "ok", otherwise the error has been reported.
                ingot_status ask(const ingot_call *call, std::string_view request, Kind kind, std::string &value);

            private:
                ingot_status begin(const ingot_call *call);
                ingot_status exchange(const ingot_call *call, std::string_view line, uint32_t wire, uint32_t maybe,
                                      std::string &answer);
                void end();

                std::string host, user;
                int port;
                int fd = -1;
            };

            """####),
        TemplateFile(path: "src/plugin.cpp", text: ####"""
            // SPDX-License-Identifier: 0BSD
            // What the plugin is; plugin.json.in says the same.
            #include "driver.hpp"

            #include <string_view>

            namespace {
            const void *extension(const char *id) {
                const std::string_view wanted = id;
                if (wanted == INGOT_DRIVER) return &driver;
                if (wanted == INGOT_POWER) return &power;
                if (wanted == INGOT_BOOT) return &boot;
                return nullptr;
            }

            constexpr const char *extensions[] = {INGOT_DRIVER, INGOT_POWER, INGOT_BOOT, nullptr};

            constexpr const char *schema = R"({
                "type": "object",
                "required": ["host", "port", "username", "password"],
                "additionalProperties": false,
                "properties": {
                    "host": {"type": "string", "minLength": 1, "maxLength": 255},
                    "port": {"type": "integer", "minimum": 1, "maximum": 65535},
                    "username": {"type": "string", "minLength": 1, "maxLength": 64, "pattern": "^[!-~]+$"},
                    "password": {"type": "string", "minLength": 1, "maxLength": 64, "writeOnly": true}
                }
            })";

            const ingot_plugin plugin = {
                .struct_size = sizeof plugin,
                .minor = INGOT_MINOR,
                .flags = 0,
                .reserved = 0,
                .id = "dev.example.skeleton",
                .name = "skeleton",
                .vendor = "Example",
                .version = "0.1.0",
                .license = "0BSD",
                .config_schema = schema,
                .extensions = extensions,
                .start = nullptr,
                .stop = nullptr,
                .extension = extension,
            };
            } // namespace

            const ingot_plugin *ingot_plugin_v1(void) { return &plugin; }

            """####),
    ]
}
