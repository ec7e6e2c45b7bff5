// SPDX-License-Identifier: Apache-2.0

/// A device that understands messages only its vendor knows (`ingot.vendor/1`).
public protocol VendorMessages: DriverDevice {
    /// Sends a message and emits the answer as `reply`; `unsupported` for a method it does not know.
    func invoke(method: String, body: [UInt8], _ call: borrowing Call) throws(PluginError)
}
