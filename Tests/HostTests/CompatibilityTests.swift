// SPDX-License-Identifier: Apache-2.0
import Foundation
import Host
import Testing

/// Hosts and plugins of different releases work together, and the ABI changes only by growing.
@Suite(.serialized) struct CompatibilityTests {
    private static let abi = PluginLab.root + "/Tests/ABI"
    private static let frozen = abi + "/1.0"
    private static let current = PluginLab.root + "/Sources/PluginAPI/include"

    private static var isX86: Bool {
        #if arch(x86_64)
            true
        #else
            false
        #endif
    }

    /// A header as a later minor version may have it: each struct that may grow has one member more.
    private func grownHeader(in lab: PluginLab) throws -> String {
        let directory = lab.directory + "/grown"
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        let header = try String(contentsOfFile: Self.current + "/ingot.h", encoding: .utf8)
        var grown = 0
        var lines = header.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        for (index, line) in lines.enumerated() where line.hasPrefix("} ingot_") && line != "} ingot_sweep_result;" {
            lines[index] = "    uint64_t grown_in_a_later_minor;\n" + line
            grown += 1
        }
        #expect(grown == 14)
        let text = lines.joined(separator: "\n").replacing("#define INGOT_MINOR 0u", with: "#define INGOT_MINOR 99u")
        #expect(text.contains("INGOT_MINOR 99u"))
        try text.write(toFile: directory + "/ingot.h", atomically: true, encoding: .utf8)
        return directory
    }

    private func build(_ source: String, against include: String, to path: String, library: Bool) throws {
        try PluginLab.run(
            "/usr/bin/cc",
            ["-std=gnu17", "-Wall", "-Werror", "-Wno-missing-field-initializers", "-O1", "-fPIC", "-I", include]
                + (library ? ["-shared", "-fvisibility=hidden"] : []) + ["-o", path, source, "-lpthread", "-ldl"])
    }

    @Test func theFrozenSetIsUntouched() throws {
        let seen = try PluginLab.run("/bin/sh", ["-c", "cd '\(Self.frozen)' && sha256sum -c SHA256SUMS"])
        #expect(seen.components(separatedBy: ": OK").count == 5)
    }

    /// Every pair of a host and a plugin built with the frozen, the present and a grown header.
    @Test func everyPairWorks() throws {
        let lab = try PluginLab()
        let headers = [
            ("frozen", Self.frozen), ("current", Self.current), ("grown", try grownHeader(in: lab)),
        ]
        var plugins: [(String, String)] = Self.isX86 ? [("frozen binary", Self.frozen + "/driver-x86_64.so")] : []
        for (name, include) in headers {
            let path = lab.directory + "/\(name).so"
            try build(Self.frozen + "/driver.c", against: include, to: path, library: true)
            plugins.append((name, path))
        }
        var outputs: Set<String> = []
        for (name, include) in headers {
            let host = lab.directory + "/host-\(name)"
            try build(Self.abi + "/host.c", against: include, to: host, library: false)
            for (_, plugin) in plugins { outputs.insert(try PluginLab.run(host, [plugin])) }
        }
        #expect(outputs.count == 1)
        let output = outputs.first ?? ""
        for line in [
            "id: dev.example.allround", "start: 0", "open: 0", "state: 2", "target: 1 2", "sensors: 0", "sweep: 0",
            "invoke: 0", "wire: 0 memory 1 6", "emitted: 5",
        ] { #expect(output.contains(line + "\n"), "\(line) is not in \(output)") }
    }

    /// The real host loads the library that was built when 1.0 was frozen, and one built with a later header.
    @Test(arguments: [Isolation.process, .inProcess])
    func theHostLoadsOldAndNewPlugins(isolation: Isolation) async throws {
        var libraries: [(lab: PluginLab, path: String)] = []
        if Self.isX86 { libraries.append((try PluginLab(), Self.frozen + "/driver-x86_64.so")) }
        let grown = try PluginLab()
        try build(
            Self.frozen + "/driver.c", against: try grownHeader(in: grown), to: grown.directory + "/new.so",
            library: true)
        libraries.append((grown, grown.directory + "/new.so"))
        for (lab, path) in libraries {
            try lab.install(.allround, library: path)
            let host = lab.host(isolation)
            let one = try host.device(
                name: "one", driver: "dev.example.allround", configJSON: #"{"name":"one"}"#,
                secrets: ["password": Secret("opense")])
            try await one.setPower(.on, operation: "op", deadline: .seconds(5))
            #expect(try await one.powerState(deadline: .seconds(5)) == .on)
            #expect(try await one.sensors(deadline: .seconds(5)).count == 2)
            let swept = await host.sweep([one], .power, deadline: .seconds(5))
            #expect(try swept[0].get() == .power(.on))
            await host.shutdown()
        }
    }

    private static let hasAbidiff = FileManager.default.isExecutableFile(atPath: "/usr/bin/abidiff")

    /// What differs from the frozen ABI and is not growth.
    private func differences(_ header: String, _ lab: PluginLab) throws -> [String] {
        let directory = lab.directory + "/" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        try header.write(toFile: directory + "/ingot.h", atomically: true, encoding: .utf8)
        let library = directory + "/libpin.so"
        try PluginLab.run(
            "/usr/bin/cc",
            [
                "-g", "-O0", "-fPIC", "-shared", "-fvisibility=hidden", "-I", directory, "-o", library,
                Self.abi + "/pin.c",
            ])
        do {
            try PluginLab.run("/usr/bin/abidiff", [Self.frozen + "/ingot.abi", library])
            return []
        } catch let failure as PluginLab.Failure {
            // A member more at the end is what a minor version may bring; these are what it may not.
            let forbidden = [
                "offset changed", "data member deletion", "type name changed", "typedef name changed", "[D]",
                "was removed", "was added", "entity changed from", "error:",
            ]
            return failure.text.split(separator: "\n").map(String.init).filter { line in
                forbidden.contains { line.contains($0) }
            }
        }
    }

    @Test(.enabled(if: hasAbidiff, "needs the package abigail-tools"))
    func theABIOnlyGrows() throws {
        let lab = try PluginLab()
        let header = try String(contentsOfFile: Self.current + "/ingot.h", encoding: .utf8)
        #expect(try differences(header, lab).isEmpty)
        let grown = try String(contentsOfFile: try grownHeader(in: lab) + "/ingot.h", encoding: .utf8)
        #expect(try differences(grown, lab).isEmpty)
        // What a minor version must not do.
        let edits = [
            ("    uint32_t actions; ", "    uint64_t actions; "),
            ("    void *host_data; /* the host's own; a plugin leaves it alone */\n", ""),
            (
                "(*get)(ingot_device *device, const ingot_call *call, int32_t *state)",
                "(*get)(ingot_device *device, const ingot_call *call, int64_t *state)"
            ),
            (
                "    uint32_t struct_size; /* sizeof(ingot_boot), set by the plugin */\n    uint32_t targets; ",
                "    uint32_t targets; "
            ),
        ]
        for (old, new) in edits {
            try #require(header.contains(old), "\(old)")
            #expect(try !differences(header.replacing(old, with: new), lab).isEmpty, "\(old)")
        }
    }
}
