// SPDX-License-Identifier: Apache-2.0
import Foundation
public import Host
public import Store

/// One open device per machine, made from its stored drivers and sealed secrets at first use.
public actor DeviceTable {
    private let store: Store
    private let box: SecretBox
    private let host: PluginHost
    private let quirks: QuirkBook
    private let expiry: CapabilityExpiry
    private var devices: [String: MachineDevice] = [:]
    /// Grows when a machine's device is forgotten, so that nothing made from what was read before is kept.
    private var generations: [String: Int] = [:]

    /// A table over the host process's plugins.
    /// - Parameter expiry: how long what drivers tell about a machine holds.
    public init(
        store: Store, box: SecretBox, host: PluginHost, quirks: QuirkBook = QuirkBook(),
        expiry: CapabilityExpiry = CapabilityExpiry()
    ) {
        self.store = store
        self.box = box
        self.host = host
        self.quirks = quirks
        self.expiry = expiry
    }

    /// The machine's device.
    ///
    /// - Throws: `ControlError` `notFound`, or what the plugin host says of a driver and its configuration.
    public func device(_ name: String) async throws -> MachineDevice {
        if let device = devices[name] { return device }
        let before = generations[name, default: 0]
        guard let machine = try await store.read({ try $0.get(Machine.self, name) }) else {
            throw ControlError(.notFound, "there is no machine \(name)")
        }
        let secrets = try await secrets(of: machine.drivers)
        guard before == generations[name, default: 0] else { return try await device(name) }
        if let device = devices[name] { return device }
        let settings = machine.drivers.map { binding in
            DriverSettings(
                driver: binding.driver, configJSON: JSONValue.object(binding.config).jsonText,
                secrets: (secrets[binding.driver] ?? [:]).mapValues { Secret($0) })
        }
        let surroundings = MachineDevice.Surroundings(
            quirks: quirks, override: machine.quirks, expiry: expiry,
            onReport: { [weak self] report in await self?.keep(report, machine: name, generation: before) })
        let device = try MachineDevice(
            name: name, host: host, drivers: settings, known: machine.reports, surroundings: surroundings)
        devices[name] = device
        return device
    }

    /// The secrets of each driver, unsealed, by driver and name.
    func secrets(of bindings: [DriverBinding]) async throws -> [String: [String: String]] {
        let sealed = try await store.read { transaction in
            try bindings.flatMap { binding in
                try binding.secrets.compactMap { name, id in
                    try transaction.sealed(id: id).map { (driver: binding.driver, name: name, id: id, value: $0) }
                }
            }
        }
        var secrets: [String: [String: String]] = [:]
        for secret in sealed {
            secrets[secret.driver, default: [:]][secret.name] =
                String(decoding: try box.open(secret.value, id: secret.id), as: UTF8.self)
        }
        return secrets
    }

    /// Closes and forgets the machine's device.
    public func forget(_ name: String) async {
        generations[name, default: 0] += 1
        await devices.removeValue(forKey: name)?.close()
    }

    /// Writes down what a driver told, so that the next process knows it too.
    private func keep(_ report: DriverReport, machine name: String, generation: Int) async {
        guard generation == generations[name, default: 0] else { return }
        // Of no harm if that fails: the driver is asked again when it is needed.
        try? await store.write { transaction in
            guard var machine = try transaction.get(Machine.self, name),
                machine.drivers.contains(where: { $0.driver == report.driver })
            else { return }
            machine.reports.removeAll { $0.driver == report.driver }
            machine.reports.append(report)
            try transaction.put(machine)
        }
    }
}
