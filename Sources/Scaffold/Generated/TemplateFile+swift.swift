// SPDX-License-Identifier: Apache-2.0
// swift-format-ignore-file
// Made by Tools/embed-templates.sh from SDK/templates/swift. Change it there.

extension TemplateFile {
    static let swift: [TemplateFile] = [
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
            .build/
            Package.resolved

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
            SWIFT   ?= swift
            CONFIG  ?= release
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

            LIBRARY := .build/$(CONFIG)/libdriver.so

            $(LIBRARY): Package.swift $(wildcard Sources/*/*.swift)
            	INGOT_PLUGIN_KIT="$$($(SDK) --variable=swift_package)" $(SWIFT) build -c $(CONFIG) --product driver
            	@touch $@

            $(PLUGINS)/$(ID)/plugin.json: $(LIBRARY) plugin.json.in
            	sh "$$($(SDK) --variable=install_plugin)" $(LIBRARY) plugin.json.in $(PLUGINS)

            check: all
            	$(INGOT) driver check $(PLUGINS)/$(ID) --target sim:line --profile $(PROFILE) $(CHECKFLAGS)

            install:
            	$(MAKE) all PLUGINS="$(DESTDIR)$$($(SDK) --variable=plugins_dir)"

            clean:
            	rm -rf build .build

            .PHONY: all check install clean

            """####),
        TemplateFile(path: "Package.swift", text: ####"""
            // swift-tools-version: 6.2
            // SPDX-License-Identifier: 0BSD
            import PackageDescription

            // Where Ingot's SDK has PluginKit, and the script that exports the entry point only; the Makefile asks pkg-config.
            let kit = Context.environment["INGOT_PLUGIN_KIT"] ?? "/usr/local/share/ingot/ingot-plugin-kit"

            let package = Package(
                name: "skeleton",
                products: [.library(name: "driver", type: .dynamic, targets: ["Driver"])],
                dependencies: [.package(path: kit)],
                targets: [
                    .target(
                        name: "Driver",
                        dependencies: [
                            .product(name: "PluginAPI", package: "ingot-plugin-kit"),
                            .product(name: "PluginKit", package: "ingot-plugin-kit"),
                        ],
                        linkerSettings: [
                            .unsafeFlags(["-Xlinker", "--version-script=\(kit)/../plugin.map", "-Xlinker", "--as-needed"])
                        ])
                ]
            )

            """####),
        TemplateFile(path: "README.md", text: ####"""
            # skeleton

            An Ingot driver in Swift: power and boot device of one machine.
            As generated it speaks the line protocol of Ingot's simulated BMC, so that it works before you change anything.

            | file | what it is |
            |---|---|
            | `Sources/Driver/Driver.swift` | power and boot device |
            | `Sources/Driver/LineSession.swift` | a session with the BMC; **your protocol goes here** |
            | `Sources/Driver/Plugin.swift` | the descriptor and the entry point |
            | `plugin.json.in` | the manifest; id, version, schema and extensions must equal those in `Plugin.swift` |
            | `Package.swift`, `Makefile` | SwiftPM builds it on PluginKit of the SDK, make lays it out and checks it; Swift 6.3 |
            | `.github/workflows/ci.yml` | builds it and runs the kit |

            ## Build, try, check

            ```sh
            export PKG_CONFIG_PATH=<prefix>/lib/pkgconfig   # when Ingot's SDK is not in a standard place
            make                                            # build/plugins/dev.example.skeleton/
            make check                                      # the conformance kit on the simulated BMC
            make install                                    # into the plugins directory of an installed Ingot
            ```

            ## What to change

            1. `LineSession.swift`: speak your device's protocol, or call the library made for it. Keep three things: every wait
               ends on the call's cancellation and deadline (`TCPConnection` and `Call.waitReadable` do), `Call.wire` comes before a
               request that changes something, and an error between sending such a request and its answer has `maybeApplied`.
            2. `Driver.swift`: the words of your device for states, actions and targets; conform to `Inventory`, `SensorReading`
               and so on for more. What the plugin offers follows from the protocols its device conforms to.
            3. The schema, in `Plugin.swift` and `plugin.json.in`; `network` in the manifest names the ports you connect to.
            4. `make check`, until the kit says that the profile is earned.

            Ingot's `docs/driver-guide.md` leads through all of it.

            ## Licence

            What `ingot driver new` writes is 0BSD: yours to use without any condition. Put your own licence into `LICENSE`, the
            descriptor and the manifest.

            """####),
        TemplateFile(path: "Sources/Driver/Driver.swift", text: ####"""
            // SPDX-License-Identifier: 0BSD
            import PluginKit
            import Synchronization

            /// Makes devices from configurations the host has checked against the schema in Plugin.swift.
            struct LineDriver: Driver {
                private struct Configuration: Decodable {
                    let host: String
                    let port: UInt16
                    let username: String
                }

                func open(configuration json: String, _ call: borrowing Call) throws(PluginError) -> LineDevice {
                    let configuration = try JSONText.decode(Configuration.self, from: json, as: "$")
                    guard configuration.username.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
                        throw .invalid(field: "$.username", "must be printable ASCII without spaces")
                    }
                    let device = LineDevice(
                        LineSession(host: configuration.host, port: configuration.port, user: configuration.username))
                    _ = try device.powerState(call)  // signs in
                    return device
                }
            }

            /// Power and boot device of one machine.
            final class LineDevice: DriverDevice {
                private let session: Mutex<LineSession>

                init(_ session: LineSession) {
                    self.session = Mutex(session)
                }

                private func ask(
                    _ request: String, _ call: borrowing Call, _ kind: LineSession.Kind = .reads
                ) throws(PluginError) -> String {
                    // Calls for one device come one after another, so nobody waits here.
                    try session.withLock { session throws(PluginError) in try session.ask(request, call, kind) }
                }

                private static let nonsense = PluginError(.protocol, "the BMC answered what the line protocol does not know")

                // What the host reads as docs/driver-json.md of Ingot says.
                private struct Capabilities: Encodable {
                    struct Identity: Encodable {
                        let vendor, model, serial, firmware: String
                    }
                    struct Power: Encodable {
                        let answer = "yes"
                        let evidence: String
                        let actions: [String]
                    }
                    struct Boot: Encodable {
                        let answer = "yes"
                        let evidence: String
                        let targets, modes: [String]
                        let persistent: String
                    }
                    let identity: Identity
                    let power: Power
                    let boot: Boot
                }

                /// What this machine can do, and how we know.
                func probe(_ call: borrowing Call) throws(PluginError) {
                    let identity = try ask("identity", call).split(separator: "\t", omittingEmptySubsequences: false).map(
                        String.init)
                    let features = try ask("features", call)
                    let can = features.split(separator: "\t", omittingEmptySubsequences: false)
                        .map { $0.split(separator: ",").map(String.init) }
                    guard identity.count == 4, can.count == 4 else { throw Self.nonsense }
                    let evidence = features.replacing("\t", with: " ")
                    let capabilities = Capabilities(
                        identity: .init(vendor: identity[0], model: identity[1], serial: identity[2], firmware: identity[3]),
                        power: .init(evidence: evidence, actions: can[0]),
                        boot: .init(
                            evidence: evidence, targets: can[1], modes: can[3],
                            persistent: can[2].contains("persistent") ? "yes" : "no"))
                    try call.emit("capabilities", json: capabilities)
                }
            }

            extension LineDevice: PowerControl {
                static let powerActions = PowerAction.allCases

                func powerState(_ call: borrowing Call) throws(PluginError) -> PowerState {
                    switch try ask("power?", call) {
                    case "on": .on
                    case "off": .off
                    case "turning-on", "turning-off": .changing
                    default: throw Self.nonsense
                    }
                }

                func setPower(_ action: PowerAction, _ call: borrowing Call) throws(PluginError) {
                    let word = action == .softOff ? "soft-off" : "\(action)"
                    _ = try ask("power \(word)", call, .changes)
                }
            }

            extension LineDevice: BootControl {
                static let bootTargets = BootTarget.allCases

                func bootSetting(_ call: borrowing Call) throws(PluginError) -> BootSetting {
                    let words = try ask("boot?", call).split(separator: " ").map(String.init)
                    guard words.count == 3, let target = BootTarget.allCases.first(where: { "\($0)" == words[0] }) else {
                        throw Self.nonsense
                    }
                    return BootSetting(
                        target: target, persistent: words[1] == "persistent", firmware: BootFirmware(rawValue: words[2]))
                }

                func setBoot(_ setting: BootSetting, _ call: borrowing Call) throws(PluginError) {
                    let duration = setting.persistent ? "persistent" : "once"
                    let mode = setting.firmware?.rawValue ?? "any"
                    _ = try ask("boot set \(setting.target) \(duration) \(mode)", call, .changes)
                }
            }

            """####),
        TemplateFile(path: "Sources/Driver/LineSession.swift", text: ####"""
            // SPDX-License-Identifier: 0BSD
            import PluginKit

            /// A session with a BMC that speaks Ingot's line protocol. In a driver of your own, your protocol stands here.
            struct LineSession {
                enum Kind { case reads, changes }

                /// Longest line, its newline included.
                private static let longest = 512

                let host: String
                let port: UInt16
                let user: String
                private var connection: TCPConnection?

                init(host: String, port: UInt16, user: String) {
                    self.host = host
                    self.port = port
                    self.user = user
                }

                /// Asks, within a session that is begun or begun anew when needed; the value is what follows `ok`.
                mutating func ask(_ request: String, _ call: borrowing Call, _ kind: Kind) throws(PluginError) -> String {
                    var again = true
                    while true {
                        try call.checkCancelled()
                        // Kept again below only if all goes well, or a late answer would be taken for the next one.
                        let current = connection.take()
                        let connection = if let current, current.isIdle { current } else { try begin(call) }
                        var failure: PluginError
                        do throws(PluginError) {
                            let answer = try exchange(request, connection, call)
                            if let value = Self.value(answer) {
                                self.connection = connection
                                return value
                            }
                            failure = Self.refusal(answer)
                            if failure.status == .protocol { failure.maybeApplied = kind == .changes }
                            guard failure.sessionLost else {
                                self.connection = connection
                                throw failure
                            }
                        } catch {
                            failure = error
                            if kind == .changes, Self.isOfTheWay(failure) { failure.maybeApplied = true }
                            guard failure.status == .unreachable, kind == .reads else { throw failure }
                        }
                        // A session that has ended by itself is begun once more. What changes something is not repeated, unless
                        // the BMC has said that it did not do it.
                        guard again else { throw failure }
                        again = false
                    }
                }

                private func begin(_ call: borrowing Call) throws(PluginError) -> TCPConnection {
                    let connection = try TCPConnection.open(host: host, port: port, call)
                    guard try connection.receiveLine(upTo: Self.longest, call) == "ingot-line 1" else {
                        throw PluginError(.protocol, "this is no BMC of the line protocol, version 1")
                    }
                    guard let password = try call.secret("password"), (1...64).contains(password.count),
                        password.withBytes({ $0.allSatisfy { (0x20...0x7E).contains($0) } })
                    else { throw .invalid(field: "$.password", "must be 1 to 64 bytes of printable ASCII") }
                    call.wire(.sent, "line", Array("login \(user) ".utf8), sensitive: true)
                    try connection.send(Array("login \(user) ".utf8), call)
                    try connection.send(password, call)
                    try connection.send([UInt8(ascii: "\n")], call)
                    let answer = try connection.receiveLine(upTo: Self.longest, call)
                    guard Self.value(answer) != nil else { throw Self.refusal(answer) }
                    return connection
                }

                private func exchange(
                    _ request: String, _ connection: TCPConnection, _ call: borrowing Call
                ) throws(PluginError) -> String {
                    let line = Array("\(request)\n".utf8)
                    call.wire(.sent, "line", line)  // before it leaves, never after
                    try connection.send(line, call)
                    let answer = try connection.receiveLine(upTo: Self.longest, call)
                    call.wire(.received, "line", Array(answer.utf8))
                    return answer
                }

                /// What follows `ok`; nil for any other line.
                private static func value(_ line: String) -> String? {
                    line == "ok" ? "" : line.hasPrefix("ok ") ? String(line.dropFirst(3)) : nil
                }

                /// No answer came, or none that can be understood.
                private static func isOfTheWay(_ failure: PluginError) -> Bool {
                    [.unreachable, .timeout, .cancelled, .protocol].contains(failure.status)
                }

                /// What an error line means for the host.
                private static func refusal(_ line: String) -> PluginError {
                    let words = line.split(separator: " ", maxSplits: 3).map(String.init)
                    let text = String(line.dropFirst("error ".count))
                    switch words.first == "error" && words.count > 1 ? words[1] : "" {
                    case "denied", "locked": return PluginError(.auth, text)
                    case "forbidden": return PluginError(.forbidden, text)
                    case "state": return PluginError(.state, text)
                    case "badarg", "unknown": return PluginError(.unsupported, text)
                    case "expired": return PluginError(.state, text, retryable: true, sessionLost: true)
                    case "busy":
                        let wait = words.count > 2 ? Int64(words[2]) ?? 0 : 0
                        return PluginError(.busy, text, retryable: true, retryAfter: .milliseconds(min(max(wait, 0), 3_600_000)))
                    default: return PluginError(.protocol, "the answer is neither ok nor an error of the line protocol")
                    }
                }
            }

            """####),
        TemplateFile(path: "Sources/Driver/Plugin.swift", text: ####"""
            // SPDX-License-Identifier: 0BSD
            public import PluginAPI
            import PluginKit

            /// What the plugin is; plugin.json.in says the same.
            private let plugin = PluginTable(
                describing: PluginDescriptor(
                    id: "dev.example.skeleton", name: "skeleton", vendor: "Example", version: "0.1.0", license: "0BSD",
                    configSchema: """
                        {
                          "type": "object",
                          "required": ["host", "port", "username", "password"],
                          "additionalProperties": false,
                          "properties": {
                            "host": {"type": "string", "minLength": 1, "maxLength": 255},
                            "port": {"type": "integer", "minimum": 1, "maximum": 65535},
                            "username": {"type": "string", "minLength": 1, "maxLength": 64, "pattern": "^[!-~]+$"},
                            "password": {"type": "string", "minLength": 1, "maxLength": 64, "writeOnly": true}
                          }
                        }
                        """),
                driver: LineDriver())

            /// The one symbol the host looks up.
            // swift-format-ignore: AlwaysUseLowerCamelCase
            @c @implementation
            public func ingot_plugin_v1() -> UnsafePointer<ingot_plugin>! { plugin.pointer }

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
    ]
}
