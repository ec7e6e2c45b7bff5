// SPDX-License-Identifier: Apache-2.0

/// A device that can say what it is made of (`ingot.inventory/1`).
public protocol Inventory: DriverDevice {
    /// Emits each part as `component`, a JSON object; `query` is the host's JSON, or nil for everything.
    func inventory(query: String?, _ call: borrowing Call) throws(PluginError)
}
