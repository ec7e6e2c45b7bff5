// SPDX-License-Identifier: Apache-2.0

/// A device with sensors (`ingot.sensors/1`).
public protocol SensorReading: DriverDevice {
    /// Emits each sensor as `sensor`, a JSON object; `query` is the host's JSON, or nil for everything.
    func sensors(query: String?, _ call: borrowing Call) throws(PluginError)
}

/// A device with an event log (`ingot.eventlog/1`).
public protocol EventLog: DriverDevice {
    /// Emits each event as `event`, a JSON object, oldest first, and then `cursor`, a text that a later query continues
    /// from; a cursor that has been overtaken is told with `note`.
    func events(query: String?, _ call: borrowing Call) throws(PluginError)

    /// Empties the log on the device, and changes nothing else.
    func clearEvents(_ call: borrowing Call) throws(PluginError)
}
