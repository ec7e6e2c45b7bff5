// SPDX-License-Identifier: Apache-2.0
public import Foundation
public import Host
public import PXE
public import Store

/// Where a machine stands in its life.
public enum MachineState: String, Codable, Sendable, CaseIterable {
    /// Known by MAC and BMC address; nothing was asked of it yet.
    case enrolled
    /// Its BMC is being asked who it is.
    case verifying
    /// Free for an instance.
    case available
    /// An operating system is being installed.
    case deploying
    /// It runs an instance.
    case deployed
    /// Its instance is being taken away.
    case releasing
}

/// How far the machine's boot behaviour was seen to follow orders.
public enum BootVerdict: String, Codable, Sendable {
    case unknown
    /// The network boot that was ordered was seen, and the first boot from disk after it.
    case verified
    /// The orders were acknowledged, but nothing was seen that proves them.
    case unverified
    /// The BMC acknowledged a boot device and the machine did something else.
    case lied
}

/// A power state with the time it was read.
public struct ObservedPower: Codable, Sendable, Equatable {
    /// `on`, `off`, `changing` or `unknown`.
    public var state: PowerState
    /// When the BMC said so.
    public var at: Date
}

/// One physical server with its BMC.
public struct Machine: Document, Equatable {
    public static let kind = "machine"
    public var id: String { name }

    public var name: String
    /// Its drivers, the preferred one first; at least one.
    public var drivers: [DriverBinding]
    /// What an operator says about its quirks.
    public var quirks = QuirkOverride()
    /// What its drivers last told, one report each.
    public var reports: [DriverReport] = []
    /// The MAC address of the NIC it boots from.
    public var mac: MACAddress
    /// The address reserved for that NIC on the deployment network.
    public var address: IPv4Address
    /// The boot mode to ask for; nil leaves the BMC's choice.
    public var firmware: BootMode?
    /// The BMC's page for people, where an operator knows better than the drivers.
    public var web: String?
    public var state: MachineState
    public var power: ObservedPower?
    /// Hands off: no automation touches the machine while this is set.
    public var hold: Bool
    public var instance: String?
    /// The job that owns the machine, when there is one.
    public var job: String?
    /// Why the last activity failed, until the next one succeeds.
    public var failure: String?
    /// Components told by the BMC (out of band).
    public var inventory: [JSONValue]?
    /// What the agent reported from inside (in band).
    public var agentInventory: JSONValue?
    public var bootVerdict: BootVerdict

    enum CodingKeys: String, CodingKey {
        case name, drivers, quirks, reports, mac, address, firmware, web, state, power, hold, instance, job, failure
        case inventory, agentInventory, bootVerdict
    }
}

extension Machine {
    /// How a machine was stored when it could have one driver only.
    private enum OldKeys: String, CodingKey {
        case driver, config, secretNames
    }

    /// Decodes a stored machine, also one of an older version.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        name = try container.decode(String.self, forKey: .name)
        if let stored = try container.decodeIfPresent([DriverBinding].self, forKey: .drivers) {
            drivers = stored
        } else {
            let old = try decoder.container(keyedBy: OldKeys.self)
            let secrets = try old.decode([String].self, forKey: .secretNames)
            var ids: [String: String] = [:]
            for secret in secrets { ids[secret] = "machine/\(name)/\(secret)" }
            drivers = [
                DriverBinding(
                    driver: try old.decode(String.self, forKey: .driver),
                    config: try old.decode([String: JSONValue].self, forKey: .config), secrets: ids)
            ]
        }
        quirks = try container.decodeIfPresent(QuirkOverride.self, forKey: .quirks) ?? QuirkOverride()
        // What was told once can be asked again.
        reports = (try? container.decodeIfPresent([DriverReport].self, forKey: .reports)) ?? []
        mac = try container.decode(MACAddress.self, forKey: .mac)
        address = try container.decode(IPv4Address.self, forKey: .address)
        firmware = try container.decodeIfPresent(BootMode.self, forKey: .firmware)
        web = try container.decodeIfPresent(String.self, forKey: .web)
        state = try container.decode(MachineState.self, forKey: .state)
        power = try container.decodeIfPresent(ObservedPower.self, forKey: .power)
        hold = try container.decode(Bool.self, forKey: .hold)
        instance = try container.decodeIfPresent(String.self, forKey: .instance)
        job = try container.decodeIfPresent(String.self, forKey: .job)
        failure = try container.decodeIfPresent(String.self, forKey: .failure)
        inventory = try container.decodeIfPresent([JSONValue].self, forKey: .inventory)
        agentInventory = try container.decodeIfPresent(JSONValue.self, forKey: .agentInventory)
        bootVerdict = try container.decode(BootVerdict.self, forKey: .bootVerdict)
    }

    /// The id of its preferred driver.
    public var driver: String { drivers.first?.driver ?? "" }

    /// Every id under which one of its secrets is sealed.
    var secretIDs: [String] { drivers.flatMap(\.secrets.values) }
}
