// SPDX-License-Identifier: Apache-2.0
import BMCModel

extension IPMIServer {
    /// One user of a BMC.
    public struct User: Sendable, Equatable {
        /// At most 16 bytes of UTF-8.
        public var name: String
        /// At most 20 bytes of UTF-8.
        public var password: String
        /// The most that the user may do.
        public var privilege: Privilege

        public init(name: String, password: String, privilege: Privilege = .administrator) {
            self.name = name
            self.password = password
            self.privilege = privilege
        }
    }

    /// What is at the other end of the serial line.
    public enum Console: Sendable {
        /// Firmware's texts at power-on and boot, then a login prompt that echoes.
        case bootLog
        /// Every byte comes back.
        case echo
        /// Something outside.
        case backend(any ConsoleBackend)
    }

    /// What makes one BMC.
    public struct Configuration: Sendable {
        /// IPv4 or IPv6 address to listen on.
        public var host: String
        /// UDP port to listen on; 0 picks a free one.
        public var port: Int
        /// The first user; its number is 2, since 1 has no name.
        public var user: String
        public var password: String
        public var privilege: Privilege
        /// Further users, from number 3 on.
        public var otherUsers: [User]
        /// The BMC's own key K_G, up to 20 bytes; empty stands for none.
        public var bmcKey: [UInt8]
        /// Numbers of the cipher suites that are offered: 3, 17 or both.
        public var cipherSuites: [UInt8]
        /// How many sessions there may be, those that are being opened included.
        public var sessionLimit: Int
        /// After how long without a packet a session ends.
        public var inactivity: Duration
        /// How long a cold reset takes; a warm one takes half of it.
        public var resetTime: Duration
        /// A reset of the BMC, other than a warm one, takes away a device of the machine, which then stands still.
        public var resetStallsHost: Bool
        /// Ways of real BMCs that a driver has to know.
        public var behaviours: Set<Behaviour>
        public var console: Console
        /// What random numbers are made from; nil is another one each time.
        public var seed: UInt64?
        /// Answers commands in the BMC's place; nil leaves a command to the BMC.
        public var commandOverride: (@Sendable (IPMIRequest) -> IPMIResponse?)?

        public init(
            host: String = "127.0.0.1", port: Int = 0, user: String = "admin", password: String = "secret",
            privilege: Privilege = .administrator, otherUsers: [User] = [], bmcKey: [UInt8] = [],
            cipherSuites: [UInt8] = [3, 17], sessionLimit: Int = 16, inactivity: Duration = .seconds(60),
            resetTime: Duration = .seconds(1), resetStallsHost: Bool = false, behaviours: Set<Behaviour> = [],
            console: Console = .bootLog,
            seed: UInt64? = nil, commandOverride: (@Sendable (IPMIRequest) -> IPMIResponse?)? = nil
        ) {
            self.host = host
            self.port = port
            self.user = user
            self.password = password
            self.privilege = privilege
            self.otherUsers = otherUsers
            self.bmcKey = bmcKey
            self.cipherSuites = cipherSuites
            self.sessionLimit = sessionLimit
            self.inactivity = inactivity
            self.resetTime = resetTime
            self.resetStallsHost = resetStallsHost
            self.behaviours = behaviours
            self.console = console
            self.seed = seed
            self.commandOverride = commandOverride
        }
    }
}
