// SPDX-License-Identifier: Apache-2.0
import PluginAPI

/// An open device with its capabilities looked up once; the host holds it as `ingot_device *`.
final class DeviceBox {
    let device: any DriverDevice
    let power: (any PowerControl)?
    let boot: (any BootControl)?
    let inventory: (any Inventory)?
    let sensors: (any SensorReading)?
    let eventLog: (any EventLog)?
    let console: (any SerialConsole)?
    let media: (any VirtualMedia)?
    let firmware: (any FirmwareUpdate)?
    let vendor: (any VendorMessages)?

    init(_ device: any DriverDevice) {
        self.device = device
        power = device as? any PowerControl
        boot = device as? any BootControl
        inventory = device as? any Inventory
        sensors = device as? any SensorReading
        eventLog = device as? any EventLog
        console = device as? any SerialConsole
        media = device as? any VirtualMedia
        firmware = device as? any FirmwareUpdate
        vendor = device as? any VendorMessages
    }

    static func borrow(_ pointer: OpaquePointer?) throws(PluginError) -> DeviceBox {
        guard let pointer else { throw .invalid(field: "device", "is null") }
        return Unmanaged<DeviceBox>.fromOpaque(UnsafeRawPointer(pointer)).takeUnretainedValue()
    }
}

/// Runs a function of the plugin for the host: wraps the call, reports the error, returns the status.
func answer(
    _ raw: UnsafePointer<ingot_call>?, _ body: (borrowing Call) throws(PluginError) -> Void
) -> ingot_status {
    guard let raw else { return INGOT_E_INVALID }
    let call = Call(raw)
    do throws(PluginError) {
        try call.checkCancelled()
        try body(call)
        return INGOT_OK
    } catch {
        return error.report(to: call)
    }
}

/// A text argument of the host; throws when it is missing or no UTF-8.
func text(_ pointer: UnsafePointer<CChar>?, _ field: String) throws(PluginError) -> String {
    guard let pointer else { throw .invalid(field: field, "is null") }
    guard let text = String(validatingCString: pointer) else { throw .invalid(field: field, "is not UTF-8") }
    return text
}

extension PluginError {
    static func unsupported(_ what: String) -> PluginError {
        PluginError(.unsupported, "this driver has no \(what)")
    }
}
