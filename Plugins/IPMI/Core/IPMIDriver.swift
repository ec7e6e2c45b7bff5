// SPDX-License-Identifier: GPL-3.0-or-later
import CFreeIPMI
public import PluginKit

/// Controls machines over IPMI 2.0 (RMCP+) through libfreeipmi.
public struct IPMIDriver: Driver {
    /// Id, version and schema, as in `plugin.json`.
    public static let descriptor = PluginDescriptor(
        id: "dev.ingot.ipmi", name: "IPMI 2.0", vendor: "Ingot", version: "1.0.0",
        license: "GPL-3.0-or-later", configSchema: configSchema)

    /// Makes the driver; it has no settings.
    public init() {}

    /// Checks the configuration; nothing is sent before the first call on the device.
    public func open(configuration json: String, _ call: borrowing Call) throws(PluginError) -> IPMIDevice {
        IPMIDevice(try Configuration(json: json))
    }

    /// Sets libgcrypt up before any thread logs in, because libfreeipmi's own set-up of it is not thread-safe.
    public func start() throws(PluginError) {
        guard ipmi_rmcpplus_init() == 0 else {
            throw PluginError(.internal, "libgcrypt could not be set up")
        }
    }

    /// Waits a moment for name look-ups that a deadline cut short; they hold nothing but their own memory.
    public func stop() {
        SweepSocket.closeAll()
        NameLookup.drain(for: .milliseconds(500))
    }
}
