// SPDX-License-Identifier: Apache-2.0
public import Foundation
public import Store

/// Which disk an image is written to: every given member must match, and exactly one disk must be left.
public struct DiskSelector: Codable, Sendable, Equatable {
    public var serial: String?
    public var wwn: String?
    /// Bytes.
    public var minBytes: Int64?
    /// Bytes.
    public var maxBytes: Int64?

    enum CodingKeys: String, CodingKey {
        case serial, wwn
        case minBytes = "min_bytes"
        case maxBytes = "max_bytes"
    }

    /// A selector; without members it means "the only disk".
    public init(serial: String? = nil, wwn: String? = nil, minBytes: Int64? = nil, maxBytes: Int64? = nil) {
        self.serial = serial
        self.wwn = wwn
        self.minBytes = minBytes
        self.maxBytes = maxBytes
    }
}

/// The static address of one NIC of the installed system.
public struct NetworkConfiguration: Codable, Sendable, Equatable {
    public var mac: String
    /// Address with prefix length, e.g. `192.168.77.10/24`.
    public var address: String
    public var gateway: String?
    public var dns: [String]?
}

/// Where an instance stands.
public enum InstanceState: String, Codable, Sendable {
    case deploying
    case deployed
    case failed
    case releasing
}

/// An operating system deployed, or being deployed, on a machine.
public struct Instance: Document, Equatable {
    public static let kind = "instance"
    public var id: String { name }

    public var name: String
    public var machine: String
    public var image: String
    public var imageSHA256: String
    public var hostname: String
    public var sshKeys: [String]
    public var networks: [NetworkConfiguration]
    public var disk: DiskSelector
    public var userData: String?
    /// The kernel console of the agent, e.g. `ttyS0,115200n8`.
    public var console: String?
    public var state: InstanceState
    public var job: String
    public var created: Date
    public var deployed: Date?

    enum CodingKeys: String, CodingKey {
        case name, machine, image, hostname, networks, disk, console, state, job, created, deployed
        case imageSHA256 = "image_sha256"
        case sshKeys = "ssh_keys"
        case userData = "user_data"
    }
}
