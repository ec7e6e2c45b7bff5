// SPDX-License-Identifier: Apache-2.0
private import Glibc

/// A library that was checked, held open: it can be loaded again after another file took its name.
final class KeptLibrary: Sendable {
    let descriptor: Int32

    /// Keeps a file's own descriptor; nil when there is none left.
    init?(_ file: borrowing TrustedFile) {
        descriptor = file.duplicate()
        guard descriptor >= 0 else { return nil }
    }

    deinit { if descriptor >= 0 { close(descriptor) } }
}
