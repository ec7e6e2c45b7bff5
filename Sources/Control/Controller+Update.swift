// SPDX-License-Identifier: Apache-2.0
import Foundation
public import Host
import PXE
import Store

/// What is to be different about a machine; what is not given stays.
public struct MachineChange: Codable, Sendable {
    /// Another preferred driver, or nothing for the one it has.
    public var driver: String?
    /// Members of the preferred driver's configuration, secrets included; null removes one.
    public var config: [String: JSONValue]?
    /// All drivers, in order; those that it has keep the settings that are not given.
    public var drivers: [DriverRequest]?
    public var quirks: QuirkOverride?
    public var mac: String?
    public var address: String?
    public var firmware: String?
    /// The address of the BMC's page; an empty text takes it from the drivers again.
    public var web: String?
}

extension Controller {
    /// Changes a machine in place. New drivers, settings or quirks are tried at once by an inspection.
    ///
    /// - Returns: the machine and the inspection's job, if there is one.
    /// - Throws: `ControlError`; nothing is changed then.
    public func changeMachine(_ name: String, _ change: MachineChange) async throws -> (Machine, Job?) {
        let before = try await machine(name)
        let mac = try change.mac.map { try Self.mac($0) }
        let address = try change.address.map { try self.address($0) }
        let firmware = try bootMode(change.firmware)
        if let web = change.web, !web.isEmpty, WebPage(web) == nil {
            throw ControlError(.invalid, "is not the http or https address of a page", field: "web")
        }
        let drivers = try await changedDrivers(before, change)
        if let quirks = change.quirks { try check(quirks, for: drivers?.bindings ?? before.drivers) }
        let sealed = try (drivers?.newSecrets ?? [:]).map { id, value in
            (id, try box.seal(Data(value.utf8), id: id))
        }
        let job =
            drivers == nil && change.quirks == nil
            ? nil
            : Job(id: Self.makeJobID(.inspect), machine: name, instance: nil, order: .inspect, now: Date())
        let changed = try await store.write { transaction in
            var machine = try Self.claimable(name, transaction)
            guard machine.drivers == before.drivers else {
                throw ControlError(.conflict, "machine \(name) was changed meanwhile; look, then change it again")
            }
            try Self.checkFree(mac: mac, address: address, except: name, transaction)
            machine.mac = mac ?? machine.mac
            machine.address = address ?? machine.address
            machine.firmware = firmware ?? machine.firmware
            if let web = change.web { machine.web = web.isEmpty ? nil : web }
            machine.quirks = change.quirks ?? machine.quirks
            if let drivers {
                let kept = Set(drivers.bindings.flatMap(\.secrets.values))
                for id in machine.secretIDs where !kept.contains(id) { try transaction.deleteSealed(id: id) }
                machine.reports.removeAll { report in
                    !drivers.bindings.contains { binding in
                        before.drivers.contains(binding) && binding.driver == report.driver
                    }
                }
                machine.drivers = drivers.bindings
            }
            for (id, value) in sealed { try transaction.putSealed(value, id: id) }
            if let job {
                machine.job = job.id
                try transaction.put(job)
            }
            try transaction.put(machine)
            return machine
        }
        await devices.forget(name)
        await refresher.refresh()
        if changed.mac != before.mac || changed.address != before.address { try await forgetLease(before.mac) }
        if let job { await runner.begin(job.id) }
        return (changed, job)
    }

    private func changedDrivers(_ machine: Machine, _ change: MachineChange) async throws -> CheckedDrivers? {
        if change.drivers == nil, change.driver == nil {
            guard let config = change.config else { return nil }
            // The other drivers stay as they are.
            let requests = machine.drivers.enumerated().map { index, binding in
                DriverRequest(driver: binding.driver, configuration: index == 0 ? config : nil)
            }
            return try await check(requests, isList: false, machine: machine.name, existing: machine.drivers)
        }
        guard
            let (requests, isList) = try Self.requested(
                drivers: change.drivers, driver: change.driver, config: change.config)
        else { return nil }
        return try await check(requests, isList: isList, machine: machine.name, existing: machine.drivers)
    }

    /// Refuses an address that another machine has.
    static func checkFree(
        mac: MACAddress?, address: IPv4Address?, except name: String, _ transaction: Transaction
    ) throws {
        for other in try transaction.all(Machine.self) where other.name != name {
            if let mac, other.mac == mac {
                throw ControlError(.conflict, "MAC \(mac) belongs to machine \(other.name)", field: "mac")
            }
            if let address, other.address == address {
                throw ControlError(
                    .conflict, "address \(address) is reserved for machine \(other.name)", field: "address")
            }
        }
    }

    /// A network port's address.
    static func mac(_ text: String) throws -> MACAddress {
        guard let mac = MACAddress(text) else {
            throw ControlError(.invalid, "\(text) is not a MAC address", field: "mac")
        }
        guard mac.value != 0, !mac.isGroup else {
            throw ControlError(.invalid, "\(mac) is not the address of one network port", field: "mac")
        }
        return mac
    }

    /// An address that a machine may have on the deployment network.
    func address(_ text: String) throws -> IPv4Address {
        guard let address = IPv4Address(text) else {
            throw ControlError(.invalid, "\(text) is not an IPv4 address", field: "address")
        }
        guard site.takes(address) else {
            throw ControlError(
                .invalid, "\(address) is not a free host address of the deployment network \(site.subnet)",
                field: "address")
        }
        return address
    }

    /// A machine's boot mode as the API writes it.
    func bootMode(_ text: String?) throws -> BootMode? {
        switch text {
        case nil: nil
        case "uefi": .uefi
        case "bios": .legacy
        default: throw ControlError(.invalid, "firmware is bios or uefi", field: "firmware")
        }
    }
}
