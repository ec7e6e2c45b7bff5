// SPDX-License-Identifier: Apache-2.0
import Glibc
public import PluginAPI

/// The C structures of a plugin, made once and alive as long as the process.
///
/// An entry target is a global `PluginTable` and one function:
///
/// ```swift
/// private let plugin = PluginTable(describing: MyDriver.descriptor, driver: MyDriver())
///
/// @c @implementation
/// public func ingot_plugin_v1() -> UnsafePointer<ingot_plugin>! { plugin.pointer }
/// ```
public struct PluginTable: Sendable {
    /// What the entry function returns.
    public nonisolated(unsafe) let pointer: UnsafePointer<ingot_plugin>

    /// Publishes a driver; its extensions follow from the protocols its device conforms to.
    public init<D: Driver>(describing descriptor: PluginDescriptor, driver: D) {
        Registry.driver = driver
        var tables: [(String, UnsafeRawPointer)] = [(INGOT_DRIVER, .init(immortal(driverTable(of: D.self))))]
        if let type = D.Device.self as? any PowerControl.Type {
            tables.append((INGOT_POWER, .init(immortal(powerTable(of: type)))))
        }
        if let type = D.Device.self as? any BootControl.Type {
            tables.append((INGOT_BOOT, .init(immortal(bootTable(of: type)))))
        }
        if D.Device.self is any Inventory.Type {
            tables.append((INGOT_INVENTORY, .init(immortal(inventoryTable()))))
        }
        if D.Device.self is any SensorReading.Type {
            tables.append((INGOT_SENSORS, .init(immortal(sensorsTable()))))
        }
        if D.Device.self is any EventLog.Type {
            tables.append((INGOT_EVENTLOG, .init(immortal(eventLogTable()))))
        }
        if let type = D.Device.self as? any SerialConsole.Type {
            tables.append((INGOT_CONSOLE, .init(immortal(consoleTable(of: type)))))
        }
        if D.Device.self is any VirtualMedia.Type {
            tables.append((INGOT_MEDIA, .init(immortal(mediaTable()))))
        }
        if D.Device.self is any FirmwareUpdate.Type {
            tables.append((INGOT_FIRMWARE, .init(immortal(firmwareTable()))))
        }
        if D.Device.self is any VendorMessages.Type {
            tables.append((INGOT_VENDOR, .init(immortal(vendorTable()))))
        }
        if let sweeping = driver as? any Sweeping {
            tables.append((INGOT_SWEEP, .init(immortal(sweepTable(of: sweeping)))))
        }
        pointer = Self.publish(descriptor, tables)
    }

    /// Publishes an installer.
    public init(describing descriptor: PluginDescriptor, installer: some InstallerProfile) {
        Registry.installer = installer
        pointer = Self.publish(descriptor, [(INGOT_INSTALLER, .init(immortal(installerTable())))])
    }

    private static func publish(
        _ descriptor: PluginDescriptor, _ tables: [(id: String, table: UnsafeRawPointer)]
    ) -> UnsafePointer<ingot_plugin> {
        Registry.tables = tables.map { (immortal($0.id), $0.table) }
        let ids = UnsafeMutablePointer<UnsafePointer<CChar>?>.allocate(capacity: tables.count + 1)
        for (index, entry) in Registry.tables.enumerated() { (ids + index).initialize(to: entry.id) }
        (ids + tables.count).initialize(to: nil)

        var plugin = ingot_plugin()
        plugin.struct_size = UInt32(MemoryLayout<ingot_plugin>.size)
        plugin.minor = UInt32(INGOT_MINOR)
        plugin.id = immortal(descriptor.id)
        plugin.name = immortal(descriptor.name)
        plugin.vendor = immortal(descriptor.vendor)
        plugin.version = immortal(descriptor.version)
        plugin.license = immortal(descriptor.license)
        plugin.config_schema = immortal(descriptor.configSchema)
        plugin.extensions = UnsafePointer(ids)
        plugin.start = { host in
            Registry.host = host
            do throws(PluginError) {
                try Registry.driver?.start()
                return INGOT_OK
            } catch {
                HostLog.write(.error, error.message, error.detail)
                return error.status.rawValue
            }
        }
        plugin.stop = {
            Registry.driver?.stop()
            Registry.host = nil
        }
        plugin.extension = { id in
            guard let id else { return nil }
            return Registry.tables.first { strcmp($0.id, id) == 0 }?.table
        }
        return immortal(plugin)
    }
}
