// SPDX-License-Identifier: Apache-2.0
import FoundationEssentials

extension DriverScaffold {
    /// Writes the files into a new directory; an existing one is left alone.
    ///
    /// The tree appears under its name only when it is complete.
    /// - Throws: `ScaffoldError` when the directory is there already, or cannot be written.
    public func write(to directory: String) throws(ScaffoldError) {
        let target = URL(filePath: directory, directoryHint: .isDirectory).path
        let manager = FileManager.default
        guard !manager.fileExists(atPath: target) else {
            throw ScaffoldError(message: "\(target) exists already; nothing was written")
        }
        let unfinished = "\(target).new-\(UInt32.random(in: 0 ... .max))"
        do {
            for file in files {
                let path = URL(filePath: unfinished, directoryHint: .isDirectory).appending(path: file.path)
                try manager.createDirectory(at: path.deletingLastPathComponent(), withIntermediateDirectories: true)
                try Data(file.text.utf8).write(to: path)
            }
            try manager.moveItem(atPath: unfinished, toPath: target)
        } catch {
            try? manager.removeItem(atPath: unfinished)
            throw ScaffoldError(message: "\(target) could not be written: \(error)")
        }
    }
}
