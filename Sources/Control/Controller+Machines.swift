// SPDX-License-Identifier: Apache-2.0
import Foundation
public import Host
import PXE
import Store

/// What is needed to take a machine under management.
public struct MachineRequest: Codable, Sendable {
    public var name: String
    public var driver: String
    /// The driver's configuration, secrets included; those are sealed before anything is written.
    public var config: [String: JSONValue]
    public var mac: String
    public var address: String
    public var firmware: String?
}

extension Controller {
    /// Takes a machine under management and starts verifying its BMC.
    ///
    /// - Throws: `ControlError` `invalid` naming the member, `conflict` when name, MAC or address is taken.
    public func addMachine(_ request: MachineRequest) async throws -> (Machine, Job) {
        try Name.check(request.name, field: "name")
        guard let mac = MACAddress(request.mac) else {
            throw ControlError(.invalid, "\(request.mac) is not a MAC address", field: "mac")
        }
        guard mac.value != 0, !mac.isGroup else {
            throw ControlError(.invalid, "\(mac) is not the address of one network port", field: "mac")
        }
        guard let address = IPv4Address(request.address) else {
            throw ControlError(.invalid, "\(request.address) is not an IPv4 address", field: "address")
        }
        guard site.takes(address) else {
            throw ControlError(
                .invalid, "\(address) is not a free host address of the deployment network \(site.subnet)",
                field: "address")
        }
        let (config, secrets) = try split(request)
        let machine = Machine(
            name: request.name, driver: request.driver, config: config, secretNames: secrets.keys.sorted(), mac: mac,
            address: address, firmware: try bootMode(request.firmware), state: .enrolled, power: nil, hold: false,
            instance: nil, job: nil, failure: nil, capabilities: nil, inventory: nil, agentInventory: nil,
            bootVerdict: .unknown)
        let sealed = try secrets.map { name, value in
            let id = DeviceTable.secretID(machine.name, name)
            return (id, try box.seal(Data(value.utf8), id: id))
        }
        let job = Job(
            id: Self.makeJobID(.inspect), machine: machine.name, instance: nil, order: .inspect, now: Date())
        let claimed = try await store.write { transaction in
            for other in try transaction.all(Machine.self) {
                if other.name == machine.name {
                    throw ControlError(.conflict, "machine \(machine.name) exists already", field: "name")
                }
                if other.mac == machine.mac {
                    throw ControlError(.conflict, "MAC \(machine.mac) belongs to machine \(other.name)", field: "mac")
                }
                if other.address == machine.address {
                    throw ControlError(
                        .conflict, "address \(machine.address) is reserved for machine \(other.name)", field: "address")
                }
            }
            for (id, value) in sealed { try transaction.putSealed(value, id: id) }
            var machine = machine
            machine.job = job.id
            try transaction.put(machine)
            try transaction.put(job)
            return machine
        }
        await refresher.refresh()
        await runner.begin(job.id)
        return (claimed, job)
    }

    /// All machines.
    public func machines() async throws -> [Machine] { try await store.read { try $0.all(Machine.self) } }

    /// One machine.
    public func machine(_ name: String) async throws -> Machine {
        guard let machine = try await store.read({ try $0.get(Machine.self, name) }) else {
            throw ControlError(.notFound, "there is no machine \(name)")
        }
        return machine
    }

    /// Gives a machine up. With `force` also one that has an instance or a job; nothing is done to the hardware then.
    public func deleteMachine(_ name: String, force: Bool) async throws {
        let machine = try await machine(name)
        if !force, let job = machine.job {
            throw ControlError(.conflict, "machine \(name) is busy with job \(job); abort it or use force")
        }
        if !force, let instance = machine.instance {
            throw ControlError(.conflict, "machine \(name) runs instance \(instance); delete that or use force")
        }
        if let job = machine.job { try await runner.submit(.abort, to: job) }
        try await store.write { transaction in
            guard let machine = try transaction.get(Machine.self, name) else { return }
            guard machine.job == nil, force || machine.instance == nil else {
                throw ControlError(.conflict, "machine \(name) was ordered something meanwhile")
            }
            if let instance = machine.instance { try transaction.delete(Instance.self, instance) }
            for secret in machine.secretNames {
                try transaction.deleteSealed(id: DeviceTable.secretID(name, secret))
            }
            try transaction.delete(Machine.self, name)
        }
        await devices.forget(name)
        await refresher.refresh()
        try await forgetLease(machine.mac)
    }

    /// Stops all automation on a machine at once, or lets it go on.
    public func setHold(_ hold: Bool, machine name: String) async throws -> Machine {
        let machine = try await store.write { transaction in
            guard var machine = try transaction.get(Machine.self, name) else {
                throw ControlError(.notFound, "there is no machine \(name)")
            }
            machine.hold = hold
            try transaction.put(machine)
            return machine
        }
        await refresher.refresh()
        await runner.setHold(hold, machine: name)
        return machine
    }

    /// Reads the power state from the BMC now.
    public func livePower(_ name: String) async throws -> PowerState {
        let state = try await devices.device(name).powerState(deadline: .seconds(policy.timeouts.call))
        try await store.write { transaction in
            guard var machine = try transaction.get(Machine.self, name) else { return }
            machine.power = ObservedPower(state: state, at: Date())
            try transaction.put(machine)
        }
        return state
    }

    /// Reads the boot device from the BMC now.
    public func liveBoot(_ name: String) async throws -> BootSetting {
        try await devices.device(name).bootSetting(deadline: .seconds(policy.timeouts.call))
    }

    /// Parts the configuration into what may be stored in the clear and what must be sealed, by the plugin's schema.
    private func split(_ request: MachineRequest) throws -> ([String: JSONValue], [String: String]) {
        guard let plugin = host.plugins.first(where: { $0.id == request.driver }) else {
            throw ControlError(
                .invalid, "there is no driver plugin \(request.driver); `ingot plugin list` shows what is there",
                field: "driver")
        }
        guard plugin.offers("ingot.driver/1") else {
            throw ControlError(.invalid, "plugin \(request.driver) is not a driver", field: "driver")
        }
        var config = request.config
        var secrets: [String: String] = [:]
        for name in plugin.secretNames {
            guard let value = config.removeValue(forKey: name) else { continue }
            guard case .string(let text) = value else {
                throw ControlError(.invalid, "a secret is a string", field: "config.\(name)")
            }
            secrets[name] = text
        }
        do {
            // Validates against the plugin's schema; no I/O.
            _ = try host.device(
                name: request.name, driver: request.driver, configJSON: JSONValue.object(config).jsonText,
                secrets: secrets.mapValues { Secret($0) })
        } catch let error as DriverError {
            let field = error.detailJSON.flatMap { JSONValue(jsonText: $0)?["field"].text }
            throw ControlError(
                .invalid, error.message, field: field.map { "config" + $0.drop { $0 == "$" } } ?? "config")
        }
        return (config, secrets)
    }

    private func bootMode(_ text: String?) throws -> BootMode? {
        switch text {
        case nil: nil
        case "uefi": .uefi
        case "bios": .legacy
        default: throw ControlError(.invalid, "firmware is bios or uefi", field: "firmware")
        }
    }
}
