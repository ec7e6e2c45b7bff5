// SPDX-License-Identifier: Apache-2.0
import Foundation

/// A directory that is gone when the last reference is.
final class Scratch: Sendable {
    /// Its absolute path.
    let path: String

    init() throws {
        path = NSTemporaryDirectory().trimmingSuffix("/") + "/ingot-sim-\(UUID().uuidString.prefix(8))"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit {
        try? FileManager.default.removeItem(atPath: path)
    }

    /// The lines of a file in here, without their times when they have one.
    func lines(_ name: String) -> [String] {
        let text = FileManager.default.contents(atPath: path + "/" + name).map { String(decoding: $0, as: UTF8.self) }
        return (text ?? "").split(separator: "\n").map { line in
            line.hasPrefix("20") ? String(line.drop { $0 != " " }.dropFirst()) : String(line)
        }
    }

    /// The bytes of a file in here.
    func bytes(_ name: String) -> [UInt8]? {
        FileManager.default.contents(atPath: path + "/" + name).map { Array($0) }
    }

    /// Writes a file and returns its path.
    func write(_ name: String, _ bytes: [UInt8]) throws -> String {
        try Data(bytes).write(to: URL(fileURLWithPath: path + "/" + name))
        return path + "/" + name
    }
}

extension String {
    fileprivate func trimmingSuffix(_ suffix: String) -> String {
        hasSuffix(suffix) ? String(dropLast(suffix.count)) : self
    }
}
