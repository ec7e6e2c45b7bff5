// SPDX-License-Identifier: Apache-2.0
import ArgumentParser

/// How results are printed.
enum OutputFormat: String, ExpressibleByArgument, CaseIterable, Sendable {
    /// Aligned columns for people.
    case table
    /// The server's JSON, indented, keys sorted.
    case json
    /// The same as YAML.
    case yaml
}
