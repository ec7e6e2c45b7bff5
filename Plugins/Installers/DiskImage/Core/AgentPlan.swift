// SPDX-License-Identifier: Apache-2.0
import PluginKit

/// The one encoder of the agent's plan: `key=value` lines, whose values are printable ASCII.
struct AgentPlan {
    private(set) var text = "plan=1\n"

    /// Adds a line. Throws `invalid` naming `field` when the value cannot stand in one.
    mutating func add(_ key: String, _ value: String, field: String) throws(PluginError) {
        guard value.unicodeScalars.allSatisfy({ $0.isVisibleASCII || $0 == " " }) else {
            throw .invalid(field: field, "cannot stand in a line of the agent's plan")
        }
        text += "\(key)=\(value)\n"
    }
}
