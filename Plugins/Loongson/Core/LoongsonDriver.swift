// SPDX-License-Identifier: GPL-3.0-or-later
import IPMI
public import PluginKit

/// Controls Loongson machines of three kinds: with Loongson's 2K BMC, with PMON on a serial port, with UEFI and no BMC.
public struct LoongsonDriver: Driver {
    /// Id, version and schema, as in `plugin.json`.
    public static let descriptor = PluginDescriptor(
        id: "dev.ingot.loongson", name: "Loongson", vendor: "Ingot", version: "1.0.0", license: "GPL-3.0-or-later",
        configSchema: configSchema)

    private let ipmi = IPMIDriver()

    /// Makes the driver; it has no settings.
    public init() {}

    /// Checks the configuration; nothing is sent before the first call on the device.
    public func open(configuration json: String, _ call: borrowing Call) throws(PluginError) -> LoongsonDevice {
        switch try LoongsonConfiguration(json: json) {
        case .ls2k(let own):
            let device = try ipmi.open(configuration: json, call)
            return LoongsonDevice(.ls2k(LS2KDevice(device, own)))
        case .pmon(let configuration): return LoongsonDevice(.pmon(PMONDevice(configuration)))
        case .uefi(let configuration): return LoongsonDevice(.uefi(UEFIDevice(configuration)))
        }
    }

    public func start() throws(PluginError) { try ipmi.start() }

    public func stop() { ipmi.stop() }
}
