// SPDX-License-Identifier: Apache-2.0
import PluginKit

/// The one encoder of kernel command lines. The kernel has no escape for a quotation mark, and the line also passes
/// through a boot script, so whatever means something to either is refused.
struct KernelCommandLine {
    /// The longest line x86 kernels take, without the NUL (`COMMAND_LINE_SIZE`).
    static let limit = 2047

    private(set) var text = ""

    /// Adds `key=value`. Throws `invalid` naming `field` when the value cannot stand in a command line.
    mutating func add(_ key: String, _ value: String, field: String) throws(PluginError) {
        let marks = ".:/,_~-=+@%[]".unicodeScalars
        guard !value.isEmpty, value.unicodeScalars.allSatisfy({ $0.isASCIILetterOrDigit || marks.contains($0) }) else {
            throw .invalid(field: field, "cannot stand in a kernel command line")
        }
        text += (text.isEmpty ? "" : " ") + key + "=" + value
        guard text.utf8.count <= Self.limit else {
            throw .invalid(field: field, "makes the kernel command line longer than \(Self.limit) bytes")
        }
    }
}
