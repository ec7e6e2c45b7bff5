// SPDX-License-Identifier: Apache-2.0
import Foundation

/// A text file that is only ever appended to, one line per call.
struct LineLog: Sendable {
    /// The file.
    let path: String

    /// Appends `TIME text`; control characters become blanks.
    func append(_ text: String) {
        let line = LogTime.now() + " " + String(text.map { $0.isNewline || $0 == "\u{1B}" ? " " : $0 }) + "\n"
        let descriptor = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { return }
        defer { close(descriptor) }
        _ = Array(line.utf8).withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
    }
}
