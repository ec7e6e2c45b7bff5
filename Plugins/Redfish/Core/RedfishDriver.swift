// SPDX-License-Identifier: Apache-2.0
import CCurl
public import PluginKit

/// Controls machines over Redfish (DMTF DSP0266) through libcurl.
public struct RedfishDriver: Driver {
    /// Id, version and schema, as in `plugin.json`.
    public static let descriptor = PluginDescriptor(
        id: "dev.ingot.redfish", name: "Redfish", vendor: "Ingot", version: "1.0.0", license: "Apache-2.0",
        configSchema: configSchema)

    let pool = SweepPool()

    /// Makes the driver; it has no settings.
    public init() {}

    /// Checks the configuration; nothing is sent before the first call on the device.
    public func open(configuration json: String, _ call: borrowing Call) throws(PluginError) -> RedfishDevice {
        try RedfishDevice(Configuration(json: json))
    }

    /// Sets libcurl and its TLS library up before any thread uses them.
    public func start() throws(PluginError) {
        guard ingot_curl_start() == CURLE_OK else {
            throw PluginError(.internal, "libcurl could not be set up")
        }
    }

    /// Closes the connections that sweeps have left open.
    public func stop() {
        pool.empty()
    }
}
