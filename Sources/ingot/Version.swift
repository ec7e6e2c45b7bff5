// SPDX-License-Identifier: Apache-2.0

/// What this build calls itself.
enum Version {
    /// The version of Ingot, by semantic versioning.
    static let current = "0.1.0"
}
