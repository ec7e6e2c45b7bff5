// SPDX-License-Identifier: Apache-2.0
public import Foundation
public import PXE

/// Where this deployment server keeps and serves its files.
public struct Site: Sendable {
    /// `http://ADDRESS:PORT` of the deployment server, as machines reach it.
    public let baseURL: String
    /// The deployment network.
    public let subnet: IPv4Subnet
    /// This server's address there.
    public let server: IPv4Address
    /// The directory of stored images.
    public let images: URL
    /// The agent's kernel.
    public let agentKernel: String
    /// The agent's initial ramdisk.
    public let agentInitrd: String

    /// A site with its parts.
    public init(
        baseURL: String, subnet: IPv4Subnet, server: IPv4Address, images: URL, agentKernel: String, agentInitrd: String
    ) {
        self.baseURL = baseURL
        self.subnet = subnet
        self.server = server
        self.images = images
        self.agentKernel = agentKernel
        self.agentInitrd = agentInitrd
    }

    /// Whether a machine may have this address.
    func takes(_ address: IPv4Address) -> Bool {
        subnet.contains(address) && address != subnet.network && address != subnet.broadcast && address != server
    }

    /// The file of a stored image.
    public func imagePath(sha256: String) -> String { images.appendingPathComponent(sha256).path }

    /// The file a rendering refers to; nil for a reference this server does not know.
    func file(_ reference: String) -> String? {
        switch reference {
        case "agent:kernel": agentKernel
        case "agent:initrd": agentInitrd
        default: nil
        }
    }
}
