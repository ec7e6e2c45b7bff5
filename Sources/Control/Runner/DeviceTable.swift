// SPDX-License-Identifier: Apache-2.0
import Foundation
public import Host
public import Store

/// One open device per machine, made from its stored configuration and sealed secrets at first use.
public actor DeviceTable {
    private let store: Store
    private let box: SecretBox
    private let host: PluginHost
    private var devices: [String: Device] = [:]
    /// Grows when a device is forgotten, so that one made from what was read before is not kept.
    private var generation = 0

    /// A table over the host process's plugins.
    public init(store: Store, box: SecretBox, host: PluginHost) {
        self.store = store
        self.box = box
        self.host = host
    }

    /// The machine's device.
    ///
    /// - Throws: `ControlError` `notFound`, or what the plugin host says of driver and configuration.
    public func device(_ name: String) async throws -> Device {
        if let device = devices[name] { return device }
        let before = generation
        let (machine, sealed) = try await store.read { transaction in
            guard let machine = try transaction.get(Machine.self, name) else {
                throw ControlError(.notFound, "there is no machine \(name)")
            }
            let sealed = try machine.secretNames.compactMap { secret in
                try transaction.sealed(id: Self.secretID(name, secret)).map { (secret, $0) }
            }
            return (machine, sealed)
        }
        var secrets: [String: Secret] = [:]
        for (secret, value) in sealed {
            secrets[secret] = Secret(
                String(decoding: try box.open(value, id: Self.secretID(name, secret)), as: UTF8.self))
        }
        guard before == generation else { return try await device(name) }
        if let device = devices[name] { return device }
        let device = try host.device(
            name: name, driver: machine.driver, configJSON: JSONValue.object(machine.config).jsonText, secrets: secrets)
        devices[name] = device
        return device
    }

    /// Closes and forgets the machine's device.
    public func forget(_ name: String) async {
        generation += 1
        await devices.removeValue(forKey: name)?.close()
    }

    /// The key under which a machine's secret is sealed.
    public static func secretID(_ machine: String, _ name: String) -> String { "machine/\(machine)/\(name)" }
}
