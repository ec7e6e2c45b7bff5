internal import BMCModel
// SPDX-License-Identifier: Apache-2.0
private import CLinux
private import Glibc
internal import Host
internal import PluginAPI

/// Check 62: a name that leads elsewhere.
enum AddressChecks {
    private static let name = "bmc.ingot-check.test"

    static func addressChanges(_ run: CheckRun) async throws {
        if run.part != nil { return try await drive(run) }
        let places: [String] = ["/usr/bin/unshare", "/bin/unshare"]
        guard let unshare = places.first(where: { access($0, X_OK) == 0 }) else {
            throw CheckStop.skipped("the program unshare (package util-linux) is not there")
        }
        let old = try await run.startTarget { $0.chassis = Chassis(power: .off) }
        let port = old.endpoint.port
        let new: any SimulatedTarget
        do {
            new = try await run.startTarget { options in
                options.host = "127.0.0.2"
                options.port = port
                options.chassis = Chassis(power: .on)
            }
        } catch { throw CheckStop.skipped("the second address 127.0.0.2 cannot be used: \(error)") }
        guard run.check.needs.contains(Interface.driver), try run.load().offers(Interface.power) else {
            throw CheckStop.notApplicable("the driver reads no power state, which tells the machines apart")
        }
        guard !old.features.contains(.tls) else {
            throw CheckStop.notApplicable("each simulator has a certificate for its own address")
        }
        var endpoint = old.endpoint
        endpoint.host = name
        var options = run.options
        options.program = unshare
        // The process gets a view of the files of its own, in which /etc/hosts can change.
        options.command =
            (geteuid() == 0 ? ["--mount"] : ["--user", "--map-root-user", "--mount"]) + ["--", run.options.program]
            + run.options.command
        let result = try await run.inChild("names", try run.settings(endpoint).json(), options: options)
        if result.outcome == nil, result.output.contains("unshare:") {
            throw CheckStop.skipped("this system allows no mount namespace: \(result.output.prefix(200))")
        }
        let value = try result.value("a process with names of its own")
        let states = (value["states"]?.elements ?? []).compactMap(\.string)
        run.note("the driver saw \(states.joined(separator: ", then "))")
        try require(
            states == ["off", "on"], "the driver sees the old machine (off), then the new one (on)",
            states.joined(separator: ", "))
        await new.stop()
    }

    /// Inside the namespace.
    private static func drive(_ run: CheckRun) async throws {
        guard let settings = DeviceSettings(run.input) else { throw CheckStop.trouble("no settings") }
        var path = Array("/tmp/ingot-hosts-XXXXXX".utf8CString)
        let descriptor = mkstemp(&path)
        guard descriptor >= 0 else { throw CheckStop.skipped("no temporary file") }
        let file = String(decoding: path.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
        defer { unlink(file) }
        func lead(to address: String) {
            let text = "127.0.0.1 localhost\n\(address) \(name)\n"
            ftruncate(descriptor, 0)
            _ = text.withCString { pwrite(descriptor, $0, strlen($0), 0) }
            fsync(descriptor)
        }
        lead(to: "127.0.0.1")
        let error = clinux_bind_file(file, "/etc/hosts")
        guard error == 0 else {
            throw CheckStop.skipped("/etc/hosts cannot be replaced: \(String(cString: strerror(-error)))")
        }
        var states: [JSONValue] = []
        for address in ["127.0.0.1", "127.0.0.2"] {
            lead(to: address)
            // glibc looks at the file's time, in whole seconds on some file systems.
            try await Task.sleep(for: .milliseconds(1_100))
            let (answer, device) = try await run.started().open(settings)
            guard let device else {
                if address == "127.0.0.1", [INGOT_E_INVALID, INGOT_E_UNREACHABLE].contains(answer.status) {
                    throw CheckStop.notApplicable("the driver takes addresses and no names (\(answer.text))")
                }
                throw CheckStop.failed(expected: "\(name) at \(address) opens", seen: answer.text)
            }
            let power = try requireOK(await device.power())
            states.append(.string(power.first.map(Words.state) ?? "nothing"))
            try await device.close()
        }
        run.answer(.object([("states", .array(states))]))
    }
}
