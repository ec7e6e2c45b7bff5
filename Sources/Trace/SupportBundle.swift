// SPDX-License-Identifier: Apache-2.0
public import Foundation

/// What is sent along with a question about a driver: a trace, the plugin's manifest, and what it ran on. No secrets.
public struct SupportBundle: Sendable {
    public var trace: TraceFile
    /// The plugin's manifest as it was.
    public var manifest: Data

    public init(trace: TraceFile, manifest: Data) {
        self.trace = trace
        self.manifest = manifest
    }

    /// Writes a compressed tar archive.
    public func write(to path: String) throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "ingot-bundle-\(UUID().uuidString)")
        let inner = folder.appending(path: "bundle")
        try FileManager.default.createDirectory(at: inner, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        try trace.encoded().write(to: inner.appending(path: ReplayTest.traceName))
        try manifest.write(to: inner.appending(path: "plugin.json"))
        try Data(Self.about().utf8).write(to: inner.appending(path: "about.txt"))
        _ = try Self.tar(["-czf", path, "-C", folder.path(percentEncoded: false), "bundle"])
    }

    /// The trace in a bundle. Nothing is unpacked to disk.
    /// - Throws: `TraceError` for a file that is no bundle.
    static func trace(in path: String) throws -> TraceFile {
        let text = try tar(["-xzOf", path, "bundle/\(ReplayTest.traceName)"])
        do { return try TraceFile(text) } catch { throw TraceError(message: "\(path): \(error.message)") }
    }

    private static func about() -> String {
        let release = (try? String(contentsOfFile: "/etc/os-release", encoding: .utf8)) ?? ""
        let name = release.split(separator: "\n").first { $0.hasPrefix("PRETTY_NAME=") } ?? ""
        let kernel = (try? String(contentsOfFile: "/proc/version", encoding: .utf8)) ?? ""
        return "system: \(name.dropFirst(12))\nkernel: \(kernel)"
    }

    private static func tar(_ arguments: [String]) throws -> Data {
        let process = Process()
        process.executableURL = URL(filePath: "/bin/tar")
        process.arguments = arguments
        let output = Pipe()
        let errors = Pipe()
        process.standardOutput = output
        process.standardError = errors
        try process.run()
        var data = Data()
        while data.count <= TraceFile.limit {
            let piece = output.fileHandleForReading.availableData
            if piece.isEmpty { break }
            data.append(piece)
        }
        if data.count > TraceFile.limit { process.terminate() }
        let reason = String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            let line = reason.split(separator: "\n").first ?? "tar failed"
            throw TraceError(message: "the bundle cannot be read or written: \(line)")
        }
        return data
    }
}
