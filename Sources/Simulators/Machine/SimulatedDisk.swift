// SPDX-License-Identifier: Apache-2.0

/// One disk of a simulated machine.
public struct SimulatedDisk: Sendable, Hashable {
    /// The kernel's name, like `sda`.
    public var name: String
    /// Capacity in bytes.
    public var sizeBytes: Int64
    /// Serial number.
    public var serial: String
    /// World wide name.
    public var wwn: String
    /// Model.
    public var model: String

    /// Describes a disk.
    public init(name: String, sizeBytes: Int64, serial: String, wwn: String, model: String = "Simulated disk") {
        self.name = name
        self.sizeBytes = sizeBytes
        self.serial = serial
        self.wwn = wwn
        self.model = model
    }
}
