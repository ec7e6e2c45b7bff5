// SPDX-License-Identifier: Apache-2.0
import Control
import Foundation
import Host
import PXE

/// A machine as the API shows it: no secrets, no internals.
struct MachineView: Encodable {
    struct Power: Encodable {
        let state: String
        let at: Date
    }

    let name: String
    let driver: String
    let config: [String: JSONValue]
    let drivers: [DriverView]
    let capabilities: [String: JSONValue]
    let actions: [ActionView]
    let quirks: QuirkOverride
    let mac: String
    let address: String
    let firmware: String?
    /// The BMC's own page: the operator's word, or that of the first driver that tells one.
    let web: String?
    let state: String
    let failure: String?
    let power: Power?
    let hold: Bool
    let instance: String?
    let job: String?
    let inventory: [JSONValue]?
    let agentInventory: JSONValue?
    let bootVerdict: String

    enum CodingKeys: String, CodingKey {
        case name, driver, config, drivers, capabilities, actions, quirks, mac, address, firmware, web, state, failure
        case power, hold, instance, job, inventory
        case agentInventory = "agent_inventory"
        case bootVerdict = "boot_verdict"
    }

    init(_ machine: Machine, reports: [DriverReport], expiry: CapabilityExpiry, now: Date) {
        name = machine.name
        driver = machine.driver
        config = machine.drivers.first?.config ?? [:]
        drivers = zip(machine.drivers, reports).map { DriverView($0, $1, expiry: expiry, now: now) }
        capabilities = CapabilityView.merged(reports)
        actions = ActionView.all(machine, reports)
        quirks = machine.quirks
        mac = machine.mac.description
        address = machine.address.description
        firmware = machine.firmware.map { $0 == .uefi ? "uefi" : "bios" }
        web = machine.web ?? reports.lazy.compactMap(\.capabilities.web?.url).first
        state = machine.state.rawValue
        failure = machine.failure
        power = machine.power.map { Power(state: "\($0.state)", at: $0.at) }
        hold = machine.hold
        instance = machine.instance
        job = machine.job
        inventory = machine.inventory
        agentInventory = machine.agentInventory
        bootVerdict = machine.bootVerdict.rawValue
    }
}

/// One of a machine's drivers: its settings, what it told at its last probe, and the quirks it knows.
struct DriverView: Encodable {
    let driver: String
    let configuration: [String: JSONValue]
    let secrets: [String]
    /// nil when the driver never reached the machine.
    let probed: Date?
    /// Whether what it told is asked anew before it is relied on.
    let expired: Bool
    let failure: DriverAttempt?
    let capabilities: JSONValue
    let quirks: [AppliedQuirk]

    init(_ binding: DriverBinding, _ report: DriverReport, expiry: CapabilityExpiry, now: Date) {
        driver = binding.driver
        configuration = binding.config
        secrets = binding.secrets.keys.sorted()
        probed = report.at
        expired = !report.isFresh(.power, at: now, expiry)
        failure = report.failure
        capabilities = JSONValue(jsonText: report.capabilities.json) ?? .null
        quirks = report.quirks
    }
}

/// What a machine can do with all of its drivers.
enum CapabilityView {
    /// For each interface the driver that serves it, with what that driver told.
    static func merged(_ reports: [DriverReport]) -> [String: JSONValue] {
        var merged: [String: JSONValue] = [:]
        for interface in DeviceInterface.allCases {
            let answers: [Answer] = [.yes, .unknown, .no]
            let best = answers.lazy.compactMap { answer in
                reports.first { $0.capabilities[interface].answer == answer }
            }.first
            guard let best, case .object(var members) = JSONValue(jsonText: best.capabilities[interface].json) else {
                continue
            }
            if best.capabilities[interface].answer != .no { members["driver"] = .string(best.driver) }
            merged[interface.rawValue] = .object(members)
        }
        return merged
    }
}

/// Something that can be ordered of a machine, or why it cannot.
struct ActionView: Encodable {
    let action: String
    let allowed: Bool
    /// The driver that takes it.
    let driver: String?
    /// Why it is not allowed.
    let reason: String?

    /// Every order and reading that the API has for a machine.
    static func all(_ machine: Machine, _ reports: [DriverReport]) -> [ActionView] {
        var actions: [(String, DeviceRequest)] = [("power.status", .readPower)]
        actions += PowerAction.allCases.map { ("power.\($0.name)", .power($0)) }
        actions.append(("boot.status", .readBoot))
        actions += BootTarget.allCases.map { ("boot.\($0.name)", .boot(BootSetting(target: $0))) }
        actions.append(("boot.persistent", .boot(BootSetting(target: .none, persistent: true))))
        actions += BootMode.allCases.map { ("boot.mode.\($0.rawValue)", .boot(BootSetting(target: .none, mode: $0))) }
        actions += [
            ("inventory", .inventory), ("sensors", .sensors), ("events", .readEvents), ("events.clear", .clearEvents),
        ]
        return actions.map { name, request in
            let offer = reports.jobOffer(request)
            let obstacle = offer.isAllowed && request.isMutating ? obstacle(machine) : nil
            return ActionView(
                action: name, allowed: offer.isAllowed && obstacle == nil, driver: offer.driver,
                reason: offer.isAllowed ? obstacle : offer.reason)
        }
    }

    private static func obstacle(_ machine: Machine) -> String? {
        if machine.hold { return "the machine is on hold" }
        return machine.job.map { "the machine is busy with job \($0)" }
    }
}

/// A page of an event log.
struct EventLogView: Encodable {
    let events: [JSONValue]
    let cursor: String?
    let lost: Bool

    init(_ page: EventPage) {
        events = page.events.compactMap { JSONValue(jsonText: $0) }
        cursor = page.cursor
        lost = page.hasLost
    }
}
