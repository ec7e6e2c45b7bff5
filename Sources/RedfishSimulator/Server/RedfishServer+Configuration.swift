// SPDX-License-Identifier: Apache-2.0

extension RedfishServer {
    /// How the connection is protected.
    public enum TLS: Sendable, Equatable {
        /// Plain HTTP.
        case off
        /// HTTPS with a certificate that is made at the start and signs itself.
        case generated
        /// HTTPS with a certificate chain and a key in PEM files.
        case files(certificate: String, key: String)
    }

    public struct Configuration: Sendable {
        public var host: String
        /// 0 takes a free one.
        public var port: Int
        public var tls: TLS
        public var profile: RedfishProfile
        /// Accounts, limits, times and behaviours of the service.
        public var options: RedfishService.Options
        /// Answers a request in the service's place; what it leaves to the service is answered as ever.
        public var requestOverride: (@Sendable (HTTPRequest) -> HTTPResponse?)?
        /// More connections than this are closed at once.
        public var connectionLimit = 256

        public init(
            host: String = "127.0.0.1", port: Int = 0, tls: TLS = .generated, profile: RedfishProfile = .generic,
            user: String = "admin", password: String = "secret", behaviours: Set<RedfishBehaviour>? = nil,
            requestOverride: (@Sendable (HTTPRequest) -> HTTPResponse?)? = nil
        ) {
            self.host = host
            self.port = port
            self.tls = tls
            self.profile = profile
            options = RedfishService.Options(user: user, password: password, behaviours: behaviours)
            self.requestOverride = requestOverride
        }
    }

    /// What a server has done so far.
    public struct Statistics: Sendable, Equatable {
        /// Requests by method and path template, such as `GET /redfish/v1/Systems/1`.
        public var requests: [String: Int] = [:]
        public var sessionsOpen = 0
        public var sessionsOpened = 0
        public var sessionsPeak = 0
        /// Sessions that a client deleted.
        public var sessionsDeleted = 0
        /// Those of them that were deleted by somebody else than themselves.
        public var sessionsDeletedByOthers = 0
        /// Sessions that ended by their time limit.
        public var sessionsExpired = 0
        public var loginsFailed = 0
        public var connections = 0
        /// How often the BMC restarted.
        public var restarts = 0

        /// All requests together.
        public var total: Int { requests.values.reduce(0, +) }
    }
}
