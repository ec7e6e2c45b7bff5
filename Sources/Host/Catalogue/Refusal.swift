// SPDX-License-Identifier: Apache-2.0

/// Why a directory is not taken as a plugin, in one sentence that names the file and the fault.
struct Refusal: Error, Equatable, Sendable, CustomStringConvertible {
    let reason: String

    var description: String { reason }
}
