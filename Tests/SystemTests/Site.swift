// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

/// A whole Ingot on loopback for one test: `ingot serve`, simulated machines, and a directory that goes with it.
///
/// Everything is a real process, found beside this test's own executable; all are stopped by pid in `close`.
final class Site: @unchecked Sendable {
    /// One simulated machine, as `ingot sim machine` announces it.
    struct Machine: Decodable {
        struct BMC: Decodable {
            let host: String
            let port: Int
            let user: String
            let quirks: [String]
            let passwordFile: String

            enum CodingKeys: String, CodingKey {
                case host, port, user, quirks
                case passwordFile = "password_file"
            }
        }
        let name: String
        let mac: String
        let address: String
        let bmc: BMC
        let stateDir: String

        enum CodingKeys: String, CodingKey {
            case name, mac, address, bmc
            case stateDir = "state_dir"
        }

        /// What was done to the disk, oldest first.
        var diskLog: [String] { lines("disk.log") }
        /// What the BMC was told, oldest first.
        var bmcLog: [String] { lines("bmc.log") }

        private func lines(_ name: String) -> [String] {
            let text = (try? String(contentsOfFile: stateDir + "/" + name, encoding: .utf8)) ?? ""
            return text.split(separator: "\n").map(String.init)
        }
    }

    static let root = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    static let products = URL(
        fileURLWithPath: (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? "."
    ).deletingLastPathComponent()

    let directory: URL
    let ports: [String: Int]
    var serve: Process?
    var simulator: Process?
    var machines: [Machine] = []
    private let layers: [String: Bool]
    private let timeouts: String
    private let subnet: String
    /// The server's address: the first of the subnet. All of 127.0.0.0/8 is this host.
    private var address: String { subnet.replacingOccurrences(of: ".0/24", with: ".1") }

    /// Prepares directories, plugins and an image; starts nothing.
    ///
    /// - Parameter plugins: further plugins, the manifest's path by the library's name without `libingot-`.
    init(
        subnet: String, layers: [String: Bool] = [:], timeouts: String? = nil, plugins: [String: String] = [:]
    ) throws {
        self.layers = layers
        self.timeouts = timeouts ?? "bmc: 60"
        self.subnet = subnet
        directory = FileManager.default.temporaryDirectory.appendingPathComponent("ingot-site-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        ports = try Dictionary(
            uniqueKeysWithValues: [
                ("api", SOCK_STREAM), ("dhcp", SOCK_DGRAM), ("tftp", SOCK_DGRAM), ("http", SOCK_STREAM),
            ]
            .map { ($0, try freePort(kind: $1, address: "127.0.0.1")) })
        for (library, manifest) in [
            ("libingot-ipmi.so", "Plugins/IPMI/plugin.json.in"),
            ("libingot-diskimage.so", "Plugins/Installers/DiskImage/plugin.json.in"),
        ] + plugins.map({ ("libingot-\($0.key).so", $0.value) }) {
            try run(
                "/bin/sh",
                [
                    Self.root.appendingPathComponent("Plugins/install-plugin.sh").path,
                    Self.products.appendingPathComponent(library).path, Self.root.appendingPathComponent(manifest).path,
                    directory.appendingPathComponent("plugins").path,
                ])
        }
        for name in ["vmlinuz", "initrd.img"] {
            try Data("not booted by a simulated machine".utf8).write(to: directory.appendingPathComponent(name))
        }
        try writeConfiguration()
    }

    private func writeConfiguration() throws {
        var text = """
            data: \(directory.path)/data
            plugins: [\(directory.path)/plugins]
            api: {listen: "127.0.0.1:\(ports["api"] ?? 0)"}
            deployment:
              address: \(address)
              subnet: \(subnet)
              dhcp_port: \(ports["dhcp"] ?? 0)
              tftp_port: \(ports["tftp"] ?? 0)
              http_port: \(ports["http"] ?? 0)
            agent: {kernel: \(directory.path)/vmlinuz, initrd: \(directory.path)/initrd.img}
            timeouts:
              call: 10
              agent_start: 30
              agent_silence: 30
              first_boot: 30
              \(timeouts)

            """
        if !layers.isEmpty {
            text += "layers:\n" + layers.sorted { $0.key < $1.key }.map { "  \($0.key): \($0.value)\n" }.joined()
        }
        try Data(text.utf8).write(to: directory.appendingPathComponent("ingot.yaml"))
    }

    /// Starts `ingot serve` and waits until it takes requests, or until it has ended by itself.
    @discardableResult
    func startServe(kill: String? = nil) async throws -> Bool {
        let ready = directory.appendingPathComponent("ready.json")
        try? FileManager.default.removeItem(at: ready)
        let process = Process()
        process.executableURL = Self.products.appendingPathComponent("ingot")
        process.arguments = ["serve", "--config", directory.appendingPathComponent("ingot.yaml").path]
        var environment = ProcessInfo.processInfo.environment
        environment["INGOT_READY_FILE"] = ready.path
        environment["INGOT_TEST_KILL"] = kill
        process.environment = environment
        let log = directory.appendingPathComponent("serve.log")
        if !FileManager.default.fileExists(atPath: log.path) {
            _ = FileManager.default.createFile(atPath: log.path, contents: nil)
        }
        let handle = try FileHandle(forWritingTo: log)
        try handle.seekToEnd()
        process.standardError = handle
        process.standardOutput = handle
        try process.run()
        serve = process
        try await wait("ingot serve to be ready", seconds: 30) {
            FileManager.default.fileExists(atPath: ready.path) || !process.isRunning
        }
        return process.isRunning
    }

    /// Starts `count` simulated machines.
    func startMachines(_ count: Int, _ extra: [String] = []) async throws {
        let process = Process()
        process.executableURL = Self.products.appendingPathComponent("ingot")
        process.arguments =
            [
                "sim", "machine", "--count", "\(count)", "--name", "m", "--state-dir",
                directory.appendingPathComponent("machines").path, "--dhcp", "\(address):\(ports["dhcp"] ?? 0)",
                "--tftp-port", "\(ports["tftp"] ?? 0)", "--subnet-base", subnet,
            ] + extra
        let output = directory.appendingPathComponent("sim.out")
        _ = FileManager.default.createFile(atPath: output.path, contents: nil)
        process.standardOutput = try FileHandle(forWritingTo: output)
        let errors = directory.appendingPathComponent("sim.err")
        _ = FileManager.default.createFile(atPath: errors.path, contents: nil)
        process.standardError = try FileHandle(forWritingTo: errors)
        try process.run()
        simulator = process
        try await wait("the simulated machines", seconds: 60) {
            let text = (try? String(contentsOf: output, encoding: .utf8)) ?? ""
            return text.split(separator: "\n").count >= count || !process.isRunning
        }
        machines = try String(contentsOf: output, encoding: .utf8).split(separator: "\n").map {
            try JSONDecoder().decode(Machine.self, from: Data($0.utf8))
        }
        try #require(
            machines.count == count, "\((try? String(contentsOf: errors, encoding: .utf8)) ?? "no machines, no reason")"
        )
    }

    /// Runs `ingot` with arguments; returns exit code and output.
    @discardableResult
    func ingot(_ arguments: [String]) throws -> (code: Int32, output: String) {
        try run(
            Self.products.appendingPathComponent("ingot").path, arguments,
            environment: [
                "INGOT_SERVER": "http://127.0.0.1:\(ports["api"] ?? 0)",
                "INGOT_TOKEN_FILE": directory.appendingPathComponent("data/token").path, "HOME": directory.path,
                "PATH": "/usr/sbin:/usr/bin:/sbin:/bin",
            ], check: false)
    }

    /// Enrols a simulated machine; the job is not waited for.
    func enrol(_ machine: Machine, wait: Bool = true) throws -> (code: Int32, output: String) {
        try ingot(
            [
                "machine", "add", machine.name, "--driver", "dev.ingot.ipmi", "--set", "host=\(machine.bmc.host)",
                "--set",
                "port=\(machine.bmc.port)", "--set", "username=\(machine.bmc.user)", "--password-file",
                machine.bmc.passwordFile, "--set", "quirks=\(machine.bmc.quirks)", "--mac", machine.mac,
                "--address", machine.address, "--firmware", "bios",
            ] + (wait ? [] : ["--no-wait"]))
    }

    /// Writes an image file that the disk-image installer recognises and returns its digest.
    func makeImage(bytes: Int = 3 << 20) throws -> (path: String, sha256: String) {
        var image = [UInt8](repeating: 0x5A, count: bytes)
        image[510] = 0x55
        image[511] = 0xAA
        let path = directory.appendingPathComponent("image.raw").path
        try Data(image).write(to: URL(fileURLWithPath: path))
        let digest = try run("/usr/bin/sha256sum", [path]).output.prefix(64)
        return (path, String(digest))
    }

    /// A GET of the API; nil while the server does not answer.
    func get(_ path: String) async -> Any? {
        guard let url = URL(string: "http://127.0.0.1:\(ports["api"] ?? 0)\(path)"),
            let token = try? String(contentsOf: directory.appendingPathComponent("data/token"), encoding: .utf8)
        else { return nil }
        let text = try? run(
            "/usr/bin/curl",
            [
                "-s", "-m", "5", "-H",
                "Authorization: Bearer \(token.trimmingCharacters(in: .whitespacesAndNewlines))", url.absoluteString,
            ], check: false
        ).output
        return text.flatMap { try? JSONSerialization.jsonObject(with: Data($0.utf8)) }
    }

    /// Stops everything by pid and removes the directory (kept when `INGOT_KEEP` is set).
    func close() {
        for process in [serve, simulator].compactMap({ $0 }) where process.isRunning {
            process.terminate()
        }
        for process in [serve, simulator].compactMap({ $0 }) {
            let end = Date().addingTimeInterval(10)
            while process.isRunning, Date() < end { usleep(20_000) }
            if process.isRunning { kill(process.processIdentifier, SIGKILL) }
        }
        if ProcessInfo.processInfo.environment["INGOT_KEEP"] == nil {
            try? FileManager.default.removeItem(at: directory)
        }
    }

    /// The end of the server's log, for a failure's message.
    var logTail: String {
        let text = (try? String(contentsOf: directory.appendingPathComponent("serve.log"), encoding: .utf8)) ?? ""
        return text.split(separator: "\n").suffix(25).joined(separator: "\n")
    }
}

/// Polls a condition until it holds.
func wait(_ what: String, seconds: Double, until condition: () async throws -> Bool) async throws {
    let end = Date().addingTimeInterval(seconds)
    while try await !condition() {
        try #require(Date() < end, "waited \(seconds) s in vain for \(what)")
        try await Task.sleep(for: .milliseconds(50))
    }
}

/// Runs a program to its end.
@discardableResult
func run(
    _ program: String, _ arguments: [String], environment: [String: String]? = nil, check: Bool = true
) throws -> (code: Int32, output: String) {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: program)
    process.arguments = arguments
    if let environment { process.environment = environment }
    let pipe = Pipe()
    process.standardOutput = pipe
    process.standardError = pipe
    try process.run()
    let data = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    let output = String(decoding: data, as: UTF8.self)
    if check { try #require(process.terminationStatus == 0, "\(program) \(arguments): \(output)") }
    return (process.terminationStatus, output)
}

/// A port that was free a moment ago.
func freePort(kind: __socket_type, address: String) throws -> Int {
    let descriptor = socket(AF_INET, Int32(kind.rawValue), 0)
    try #require(descriptor >= 0)
    defer { close(descriptor) }
    var name = sockaddr_in()
    name.sin_family = sa_family_t(AF_INET)
    name.sin_addr.s_addr = inet_addr(address)
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    let bound = withUnsafeMutablePointer(to: &name) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
            bind(descriptor, pointer, size) == 0 && getsockname(descriptor, pointer, &size) == 0
        }
    }
    try #require(bound)
    return Int(UInt16(bigEndian: name.sin_port))
}
