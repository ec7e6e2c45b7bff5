// SPDX-License-Identifier: Apache-2.0
private import Glibc
internal import Host
internal import PluginAPI
private import Synchronization

/// Checks 24 and 76: where secrets must not be.
enum SecretChecks {
    static func secretsStaySecret(_ run: CheckRun) async throws {
        let target = try await run.startTarget()
        let subject = try run.started()
        let settings = try run.settings(target.endpoint)
        var wrongEndpoint = target.endpoint
        wrongEndpoint.password = "Wrong6Zk9Canary"
        let wrong = try run.settings(wrongEndpoint)
        let device = try await run.open(target)
        try await Exercise.round(device)
        try look(subject, settings.secrets, "with the right password")
        _ = try await run.reach(wrong)
        try look(subject, wrong.secrets, "with a wrong password")
        var closed = wrongEndpoint
        await target.stop()
        closed.host = "127.0.0.1"
        _ = try await run.reach(run.settings(closed), .within(.seconds(5)))
        try look(subject, wrong.secrets, "with a closed port")
    }

    private static func look(_ subject: Subject, _ secrets: MaskedSecrets, _ when: String) throws {
        func refuse(_ place: String) throws {
            throw CheckStop.failed(
                expected: "\(when), no secret leaves the driver in the open", seen: "it stands in \(place)")
        }
        for line in subject.host?.lines.withLock({ $0 }) ?? [] {
            if secrets.occur(in: line.message) { try refuse("a log line: \(hidden(line.message, secrets))") }
            if let fields = line.fields, secrets.occur(in: fields) { try refuse("the fields of a log line") }
        }
        for call in subject.lateCalls.withLock({ $0 }) {
            let notes = call.notes.withLock { $0 }
            if let failure = notes.failure {
                if secrets.occur(in: failure.message) { try refuse("an error message") }
                if let detail = failure.detail, secrets.occur(in: detail) { try refuse("the details of an error") }
            }
            for value in notes.emitted where value.bytes.withUnsafeBytes({ secrets.occur(in: $0) }) {
                try refuse("the result \"\(value.key)\"")
            }
            if notes.stages.contains(where: { secrets.occur(in: $0) }) { try refuse("a progress report") }
            for message in notes.wire where !message.isSensitive {
                if message.bytes.withUnsafeBytes({ secrets.occur(in: $0) }) {
                    try refuse("a wire report that is not marked INGOT_WIRE_SENSITIVE")
                }
            }
        }
    }

    private static func hidden(_ text: String, _ secrets: MaskedSecrets) -> String {
        String(text.prefix(12)) + "…"
    }

    static func secretsAreWiped(_ run: CheckRun) async throws {
        if run.part != nil {
            guard let settings = DeviceSettings(run.input) else { throw CheckStop.trouble("no settings") }
            try requireOK(await run.reach(settings))
            let found = try scan(settings.secrets)
            return run.answer(.object([("found", .array(found.map { .string($0) }))]))
        }
        // A password that stands nowhere in the program, not even as a literal.
        var random = run.random
        let password = "P" + String(UInt64.random(in: .min ... .max, using: &random), radix: 36).prefix(11)
        let target = try await run.startTarget { $0.password = password }
        // A driver may keep a password as long as it lives only if it needs it; the process has no simulator inside.
        let input = try run.settings(target.endpoint).json()
        let value = try await run.inChild("memory", input).value("a process that opened and closed a device")
        let found = value["found"]?.elements.compactMap(\.string) ?? []
        try require(
            found.isEmpty, "after close no memory of the process holds a secret, so no core file would",
            "it is still in \(found.joined(separator: ", "))")
    }

    /// Writable memory of this process that holds a secret.
    private static func scan(_ secrets: MaskedSecrets) throws -> [String] {
        guard let maps = FileBytes.text("/proc/self/maps", limit: 16 << 20) else {
            throw CheckStop.trouble("cannot read /proc/self/maps")
        }
        let memory = open("/proc/self/mem", O_RDONLY | O_CLOEXEC)
        guard memory >= 0 else { throw CheckStop.skipped("this system does not let a process read its own memory") }
        defer { close(memory) }
        let size = 1 << 20
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: size, alignment: 16)
        defer { buffer.deallocate() }
        let ownStart = UInt(bitPattern: buffer.baseAddress)
        var found: [String] = []
        for line in maps.split(separator: "\n") {
            let fields = line.split(separator: " ", maxSplits: 5, omittingEmptySubsequences: true)
            guard fields.count >= 5, fields[1].hasPrefix("rw") else { continue }
            let ends = fields[0].split(separator: "-").compactMap { UInt($0, radix: 16) }
            guard ends.count == 2 else { continue }
            let name = fields.count > 5 ? String(fields[5]) : "anonymous memory"
            var at = ends[0]
            while at < ends[1] {
                defer { at += UInt(size - 64) }
                // The buffer the scan itself reads into would show every secret it has passed.
                if at < ownStart + UInt(size), at + UInt(size) > ownStart { continue }
                let want = min(size, Int(ends[1] - at))
                let count = pread(memory, buffer.baseAddress, want, off_t(at))
                guard count > 0 else { continue }
                if secrets.occur(in: UnsafeRawBufferPointer(rebasing: buffer.prefix(count))) {
                    found.append(name)
                    break
                }
            }
        }
        return Array(Set(found)).sorted()
    }
}
