// SPDX-License-Identifier: Apache-2.0
import Foundation
public import Host
import Store

extension Controller {
    /// How long what drivers tell about a machine holds.
    public var expiry: CapabilityExpiry { CapabilityExpiry(known: policy.timeouts.capabilities) }

    /// What is known of each of the machine's drivers, in their order; of one that was never probed, what its manifest
    /// says.
    public func reports(of machine: Machine) -> [DriverReport] {
        machine.drivers.map { binding in
            machine.reports.first { $0.driver == binding.driver }
                ?? DriverReport(
                    driver: binding.driver,
                    capabilities: Capabilities(
                        extensions: host.plugins.first { $0.id == binding.driver }?.manifest?.extensions ?? []))
        }
    }

    /// Asks all of a machine's drivers anew what it can do, and matches quirks.
    ///
    /// - Throws: `DriverError` when no driver reached it.
    public func probe(_ name: String) async throws -> Machine {
        try await devices.device(name).refresh(deadline: .seconds(policy.timeouts.call))
        return try await machine(name)
    }

    /// Refuses what every driver of the machine is known to refuse; nothing is asked of the device for that, unless what
    /// is known has expired.
    ///
    /// - Throws: `ControlError` `unsupported` with what each driver found.
    func require(_ request: DeviceRequest, of name: String, field: String?) async throws {
        let machine = try await machine(name)
        var offer = reports(of: machine).jobOffer(request)
        if offer.isAllowed { return }
        let now = Date()
        let isOld = machine.reports.contains { $0.at != nil && !$0.isFresh(request.interface, at: now, expiry) }
        if isOld, !machine.hold {
            // A machine that does not answer now is the job's affair: it waits for it.
            let answered = try? await devices.device(name).refresh(
                deadline: .seconds(min(10, policy.timeouts.call)))
            guard answered != nil else { return }
            offer = reports(of: try await self.machine(name)).jobOffer(request)
            if offer.isAllowed { return }
        }
        throw ControlError(
            .unsupported, "machine \(name) cannot do \(request.name): \(offer.reason)", field: field,
            attempts: offer.refusals)
    }

    /// The sensors, read from the BMC now.
    public func sensors(_ name: String) async throws -> [JSONValue] {
        try await devices.device(name).sensors(deadline: .seconds(policy.timeouts.call))
            .compactMap { JSONValue(jsonText: $0) }
    }

    /// A page of the event log, oldest first, read from the BMC now.
    ///
    /// - Parameters:
    ///   - cursor: where the page before ended.
    ///   - limit: most events of this page.
    public func eventLog(_ name: String, after cursor: String?, limit: Int?) async throws -> EventPage {
        try await devices.device(name).events(
            after: cursor, limit: limit, deadline: .seconds(policy.timeouts.call))
    }

    /// Empties the event log of the BMC.
    public func clearEventLog(_ name: String) async throws {
        try await require(.clearEvents, of: name, field: nil)
        let machine = try await machine(name)
        if machine.hold {
            throw ControlError(.held, "machine \(name) is on hold; `ingot machine hold \(name) --release` first")
        }
        try await devices.device(name).clearEvents(
            operation: "clear-events/\(Token.make().prefix(16))", deadline: .seconds(policy.timeouts.call))
    }

    /// The components, read from the BMC now and kept with the machine.
    public func liveInventory(_ name: String) async throws -> [JSONValue] {
        let components = try await devices.device(name).inventory(deadline: .seconds(policy.timeouts.call))
            .compactMap { JSONValue(jsonText: $0) }
        try await store.write { transaction in
            guard var machine = try transaction.get(Machine.self, name) else { return }
            machine.inventory = components
            try transaction.put(machine)
        }
        return components
    }
}

extension Array where Element == DriverReport {
    /// Which driver does it when it is ordered as a job, or why none does.
    ///
    /// A power cycle is ordered as off and on, each made sure of: no driver needs a cycle of its own for it.
    public func jobOffer(_ request: DeviceRequest) -> Offer {
        guard request == .power(.cycle) else { return offer(request) }
        let off = offer(.power(.off))
        return off.isAllowed ? offer(.power(.on)) : off
    }
}
