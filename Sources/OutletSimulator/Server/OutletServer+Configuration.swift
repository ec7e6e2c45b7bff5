// SPDX-License-Identifier: Apache-2.0
public import BMCModel

extension OutletServer {
    /// Versions of SNMP; version 3 is not spoken.
    public enum Version: Sendable, Hashable, CaseIterable { case v1, v2c }

    /// What makes one PDU.
    public struct Configuration: Sendable {
        /// IPv4 or IPv6 address to listen on.
        public var host: String
        /// UDP port to listen on; 0 picks a free one.
        public var port: Int
        /// What its MIB looks like.
        public var model: OutletModel
        /// How many outlets it has, 1 to 64.
        public var outlets: Int
        /// The community that may write.
        public var community: String
        /// The community that may read.
        public var readCommunity: String
        public var versions: Set<Version>
        /// sysName.
        public var name: String
        /// How long an outlet without a machine takes to switch.
        public var timing: ChassisTiming

        public init(
            host: String = "127.0.0.1", port: Int = 0, model: OutletModel = OutletModel.all[0], outlets: Int = 8,
            community: String = "private", readCommunity: String = "public",
            versions: Set<Version> = Set(Version.allCases), name: String = "pdu",
            timing: ChassisTiming = ChassisTiming()
        ) {
            self.host = host
            self.port = port
            self.model = model
            self.outlets = min(max(1, outlets), 64)
            self.community = community
            self.readCommunity = readCommunity
            self.versions = versions
            self.name = name
            self.timing = timing
        }
    }
}
