// SPDX-License-Identifier: Apache-2.0
import Foundation
import Host

/// Finds and reads the files with quirk rows.
enum QuirkLibrary {
    private static let maximumFiles = 256
    private static let maximumSize = 1 << 18

    /// Where the rows that come with Ingot lie: beside the executable, in its prefix, in the source tree it was built
    /// in, or in /usr/lib/ingot/quirks; nil when there are none.
    static var builtInDirectory: String? {
        let beside = Executable.directory
        var candidates = [
            beside.appendingPathComponent("quirks"),
            beside.deletingLastPathComponent().appendingPathComponent("share/ingot/quirks"),
        ]
        var folder = beside
        for _ in 0..<5 {
            folder = folder.deletingLastPathComponent()
            if FileManager.default.fileExists(atPath: folder.appendingPathComponent("Package.swift").path) {
                candidates.append(folder.appendingPathComponent("quirks"))
            }
        }
        candidates.append(URL(fileURLWithPath: "/usr/lib/ingot/quirks"))
        return candidates.map(\.path).first { !files(in: $0).isEmpty }
    }

    /// All rows.
    ///
    /// - Throws: `CommandError` with `.local` naming file, row and field of the first thing that is wrong.
    static func load(builtIn: String?, site: [String]) throws -> QuirkBook {
        var rows: [QuirkRow] = []
        for (path, isSite) in (builtIn.map { [($0, false)] } ?? []) + site.map({ ($0, true) }) {
            let (found, errors) = try read(path, isSite: isSite)
            if let error = errors.first { throw CommandError(.local, "\(error)") }
            rows += found
        }
        do throws(QuirkError) { return try QuirkBook(rows) } catch { throw CommandError(.local, "\(error)") }
    }

    /// The rows of a file, or of all `.yaml` files in a directory.
    static func read(_ path: String, isSite: Bool) throws -> (rows: [QuirkRow], errors: [QuirkError]) {
        var isDirectory: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) else {
            throw CommandError(.local, "there is no quirk file or directory \(path)")
        }
        let paths = isDirectory.boolValue ? files(in: path) : [path]
        guard paths.count <= maximumFiles else {
            throw CommandError(.local, "\(path) has more than \(maximumFiles) quirk files")
        }
        var rows: [QuirkRow] = []
        var errors: [QuirkError] = []
        for path in paths {
            let text = try LocalFile.text(path, limit: maximumSize, purpose: "quirk file")
            let (found, problems) = QuirkFile.read(text, file: path, isSiteRow: isSite)
            rows += found
            errors += problems
        }
        return (rows, errors)
    }

    private static func files(in directory: String) -> [String] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []
        return names.filter { $0.hasSuffix(".yaml") && !$0.hasPrefix(".") }.sorted().map { directory + "/" + $0 }
    }
}
