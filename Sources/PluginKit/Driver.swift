// SPDX-License-Identifier: Apache-2.0

/// Controls one kind of hardware: makes devices from configurations.
///
/// What the devices can do follows from the protocols `Device` conforms to: `PowerControl`, `BootControl`, `Inventory`,
/// `SensorReading`, `EventLog`, `SerialConsole`, `VirtualMedia`, `FirmwareUpdate`, `VendorMessages`; a driver that reads
/// many devices at once is `Sweeping`.
public protocol Driver: Sendable {
    /// One piece of hardware under control.
    associatedtype Device: DriverDevice

    /// Calls on one device may overlap.
    static var isConcurrent: Bool { get }

    /// Makes a device from its configuration, a JSON object the host has checked against the plugin's schema.
    ///
    /// Throws `invalid` naming the member that cannot be used.
    func open(configuration json: String, _ call: borrowing Call) throws(PluginError) -> Device

    /// Called once before any device is opened; one-time set-up of libraries belongs here.
    func start() throws(PluginError)

    /// Called once after the last device is closed; own threads have ended when it returns.
    func stop()
}

extension Driver {
    public static var isConcurrent: Bool { false }
    public func start() throws(PluginError) {}
    public func stop() {}
}

/// One piece of hardware under control. Calls are serial unless the driver says it is concurrent.
public protocol DriverDevice: Sendable {
    /// Finds out what this device can do today and emits it as `capabilities`.
    func probe(_ call: borrowing Call) throws(PluginError)

    /// Ends whatever the device holds, after errors too.
    func close(_ call: borrowing Call)
}

extension DriverDevice {
    public func close(_ call: borrowing Call) {}
}
