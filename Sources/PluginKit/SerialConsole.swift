// SPDX-License-Identifier: Apache-2.0

/// A device with a serial console (`ingot.console/1`).
public protocol SerialConsole: DriverDevice {
    /// A second console ends the first; otherwise it is `busy`.
    static var consoleTakesOver: Bool { get }

    /// Opens the console and gives a connected stream socket away. When the other side closes it, the console ends on
    /// the device within two seconds.
    func openConsole(_ call: borrowing Call) throws(PluginError) -> Int32
}
