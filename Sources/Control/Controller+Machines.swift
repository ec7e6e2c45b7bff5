// SPDX-License-Identifier: Apache-2.0
import Foundation
public import Host
import PXE
import Store

/// What is needed to take a machine under management.
public struct MachineRequest: Codable, Sendable {
    public var name: String
    /// The driver, when there is one only.
    public var driver: String?
    /// Its configuration, secrets included; those are sealed before anything is written.
    public var config: [String: JSONValue]?
    /// The drivers in the order in which they are preferred; takes the place of `driver` and `config`.
    public var drivers: [DriverRequest]?
    public var quirks: QuirkOverride?
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
        let mac = try Self.mac(request.mac)
        let address = try address(request.address)
        guard
            let (requests, isList) = try Self.requested(
                drivers: request.drivers, driver: request.driver, config: request.config)
        else { throw ControlError(.invalid, "the member is missing", field: "driver") }
        let drivers = try await check(requests, isList: isList, machine: request.name)
        let quirks = request.quirks ?? QuirkOverride()
        try check(quirks, for: drivers.bindings)
        let machine = Machine(
            name: request.name, drivers: drivers.bindings, quirks: quirks, mac: mac, address: address,
            firmware: try bootMode(request.firmware), state: .enrolled, power: nil, hold: false, instance: nil,
            job: nil, failure: nil, inventory: nil, agentInventory: nil, bootVerdict: .unknown)
        let sealed = try drivers.newSecrets.map { id, value in (id, try box.seal(Data(value.utf8), id: id)) }
        let job = Job(
            id: Self.makeJobID(.inspect), machine: machine.name, instance: nil, order: .inspect, now: Date())
        let claimed = try await store.write { transaction in
            if try transaction.get(Machine.self, machine.name) != nil {
                throw ControlError(.conflict, "machine \(machine.name) exists already", field: "name")
            }
            try Self.checkFree(mac: mac, address: address, except: machine.name, transaction)
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
            for id in machine.secretIDs { try transaction.deleteSealed(id: id) }
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
}
