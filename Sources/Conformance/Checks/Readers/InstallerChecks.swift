// SPDX-License-Identifier: Apache-2.0
private import CLinux
private import Glibc
internal import PluginAPI
private import PluginWorker

/// Checks 45 and 46.
enum InstallerChecks {
    /// Images that are nobody's installation medium.
    private static let strangers: [(String, [UInt8])] = [
        ("an empty image", []),
        ("a text", Array("Nothing to install here.\n".utf8)),
        ("64 KiB of zeros", [UInt8](repeating: 0, count: 65_536)),
        ("a PNG picture", [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A] + [UInt8](repeating: 7, count: 5_000)),
        ("an ELF file", [0x7F, 0x45, 0x4C, 0x46, 2, 1, 1] + [UInt8](repeating: 0, count: 9_000)),
        ("a ZIP archive", [0x50, 0x4B, 3, 4] + [UInt8](repeating: 1, count: 3_000)),
    ]

    private static func detect(_ subject: Subject, _ bytes: [UInt8]) async throws -> Answer {
        guard let detect = subject.tables.installer.detect else { throw CheckStop.missing("installer.detect") }
        let source = HarnessSource(bytes)
        return try await subject.call("installer.detect", .within(.seconds(20))) { call, out in
            detect(call, source.pointer, out)
        }
    }

    static func detects(_ run: CheckRun) async throws {
        let subject = try run.started()
        for (what, bytes) in strangers {
            let answer = try await detect(subject, bytes)
            if answer.isOK {
                try require(
                    (0...20).contains(answer.first ?? 0), "\(what) scores 20 at most", "it scores \(answer.first ?? 0)")
            }
        }
        guard let path = run.options.image else {
            throw CheckStop.skipped("no image of the installer's own kind was given (--image FILE)")
        }
        guard let image = FileBytes.read(path, limit: 1 << 30) else { throw CheckStop.trouble("cannot read \(path)") }
        let own = try requireOK(await detect(subject, image))
        try require(
            (80...100).contains(own.first ?? 0), "its own kind of image scores 80 to 100", "it scores \(own.first ?? 0)"
        )
        var random = run.random
        for _ in 0..<20 {
            let cut = Array(image.prefix(Int.random(in: 0...min(image.count, 1 << 20), using: &random)))
            let answer = try await detect(subject, cut)
            try require(Words.isStatus(answer.status), "a cut image gives a status of the ABI", "\(answer.status)")
        }
    }

    static func renders(_ run: CheckRun) async throws {
        let subject = try run.started()
        guard let render = subject.tables.installer.render else { throw CheckStop.missing("installer.render") }
        guard let path = run.options.image, let requestPath = run.options.request else {
            throw CheckStop.skipped("an image and a request to render are needed (--image FILE --request FILE)")
        }
        guard let image = FileBytes.read(path, limit: 1 << 30),
            let request = FileBytes.text(requestPath, limit: 1 << 20)
        else { throw CheckStop.trouble("cannot read \(path) or \(requestPath)") }
        let source = HarnessSource(image)
        var results: [[(key: String, bytes: [UInt8])]] = []
        for _ in 0..<2 {
            let answer = try await subject.call("installer.render", .within(.seconds(20))) { call, _ in
                // The thread ends with the call, and the filter with the thread.
                guard clinux_watch_thread(CLINUX_WATCH_OFFLINE) == 0 else { return INGOT_E_INTERNAL }
                return request.withCString { render(call, source.pointer, $0) }
            }
            try requireOK(answer)
            results.append(answer.notes.emitted)
        }
        var numbers = [Int](repeating: 0, count: 8)
        let count = Int(clinux_watched_calls(&numbers, 8))
        let names = numbers.prefix(count).map {
            clinux_call_name($0).map { String(cString: $0) } ?? "system call \($0)"
        }
        try require(count == 0, "rendering uses no network", "it called \(names.joined(separator: ", "))")
        let keys = results[0].map(\.key)
        try require(Set(keys).count == keys.count, "each key is emitted once", keys.joined(separator: ", "))
        try require(
            keys == results[1].map(\.key) && zip(results[0], results[1]).allSatisfy { $0.bytes == $1.bytes },
            "rendering the same twice gives the same bytes", "they differ")
        run.note("\(keys.count) files: \(keys.joined(separator: ", "))")
    }
}
