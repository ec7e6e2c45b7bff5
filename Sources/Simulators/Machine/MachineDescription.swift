// SPDX-License-Identifier: Apache-2.0

/// What has to be known to take a simulated machine under management; printed as one line of JSON.
public struct MachineDescription: Sendable, Codable, Equatable {
    /// How its BMC is reached.
    public struct BMC: Sendable, Codable, Equatable {
        /// Address.
        public var host: String
        /// UDP port.
        public var port: Int
        /// User name.
        public var user: String
        /// File whose first line is the password.
        public var passwordFile: String
        /// The process that it runs in: ipmi_sim, or this one.
        public var pid: Int32
        /// What a client has to work around, as the IPMI driver names it.
        public var quirks: [String]

        private enum CodingKeys: String, CodingKey {
            case host, port, user, pid, quirks
            case passwordFile = "password_file"
        }
    }

    /// Name.
    public var name: String
    /// MAC address.
    public var mac: String
    /// Address to reserve for it.
    public var address: String
    /// Firmware.
    public var firmware: String
    /// Serial number of its first disk.
    public var diskSerial: String
    /// How its BMC is reached.
    public var bmc: BMC
    /// State directory, with `bmc.log`, `machine.log`, `disk.log` and `disk.img`.
    public var stateDirectory: String

    private enum CodingKeys: String, CodingKey {
        case name, mac, address, firmware, bmc
        case diskSerial = "disk_serial"
        case stateDirectory = "state_dir"
    }
}
