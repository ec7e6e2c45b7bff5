// SPDX-License-Identifier: Apache-2.0

/// Where machines find this boot server.
public struct BootSite: Hashable, Sendable {
    /// The server's address on the deployment network.
    public var server: IPv4Address
    /// The HTTP port.
    public var httpPort: Int
    /// The operator's boot programs, by name, for machines that are not x86.
    public var bootFiles: [BootArchitecture: String]

    /// Describes a boot server.
    public init(server: IPv4Address, httpPort: Int, bootFiles: [BootArchitecture: String] = [:]) {
        self.server = server
        self.httpPort = httpPort
        self.bootFiles = bootFiles
    }

    /// The HTTP base URL without a final slash; port 80 is left out.
    public var baseURL: String {
        httpPort == 80 ? "http://\(server)" : "http://\(server):\(httpPort)"
    }

    /// The path of a machine's script.
    public static func scriptPath(_ mac: MACAddress, firmware: Firmware) -> String {
        "/boot/\(mac)/script.ipxe?firmware=\(firmware.rawValue)"
    }

    func scriptURL(_ mac: MACAddress, firmware: Firmware) -> String {
        baseURL + Self.scriptPath(mac, firmware: firmware)
    }

    /// A URL that answers 404 and reports that the machine went on to its disk.
    func localURL(_ mac: MACAddress) -> String { "\(baseURL)/boot/\(mac)/local" }

    func programURL(_ name: String) -> String { "\(baseURL)/programs/\(name)" }
}
