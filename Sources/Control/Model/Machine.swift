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
    /// The driver plugin's id, e.g. `dev.ingot.ipmi`.
    public var driver: String
    /// The driver's configuration without its secrets.
    public var config: [String: JSONValue]
    /// Which members of the configuration are kept sealed.
    public var secretNames: [String]
    /// The MAC address of the NIC it boots from.
    public var mac: MACAddress
    /// The address reserved for that NIC on the deployment network.
    public var address: IPv4Address
    /// The boot mode to ask for; nil leaves the BMC's choice.
    public var firmware: BootMode?
    public var state: MachineState
    public var power: ObservedPower?
    /// Hands off: no automation touches the machine while this is set.
    public var hold: Bool
    public var instance: String?
    /// The job that owns the machine, when there is one.
    public var job: String?
    /// Why the last activity failed, until the next one succeeds.
    public var failure: String?
    public var capabilities: JSONValue?
    /// Components told by the BMC (out of band).
    public var inventory: [JSONValue]?
    /// What the agent reported from inside (in band).
    public var agentInventory: JSONValue?
    public var bootVerdict: BootVerdict
}
