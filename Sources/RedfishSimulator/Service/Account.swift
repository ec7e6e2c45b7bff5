// SPDX-License-Identifier: Apache-2.0

/// What a role allows (DSP0266 section 13.2).
enum Privilege: String, Sendable, CaseIterable {
    case login = "Login"
    case configureManager = "ConfigureManager"
    case configureUsers = "ConfigureUsers"
    case configureComponents = "ConfigureComponents"
    case configureSelf = "ConfigureSelf"
}

/// The three roles that every service has.
public enum RedfishRole: String, Sendable, CaseIterable {
    case administrator = "Administrator"
    case `operator` = "Operator"
    case readOnly = "ReadOnly"

    var privileges: [Privilege] {
        switch self {
        case .administrator: Privilege.allCases
        case .operator: [.login, .configureComponents, .configureSelf]
        case .readOnly: [.login, .configureSelf]
        }
    }
}

/// Someone who may log in.
struct Account: Sendable, Equatable {
    var id: String
    var user: String
    var password: String
    var role: RedfishRole
    var isEnabled = true
    var mustChangePassword = false
    /// Wrong passwords since the last right one.
    var failures = 0
    var isLocked = false
}

/// A login that holds until it is deleted, times out or the BMC restarts.
struct Session: Sendable, Equatable {
    var id: String
    var accountID: String
    var user: String
    var token: String
    /// What the client gave it at the login, such as its own name for it.
    var context: String?
    /// Seconds since 1970.
    var created: Int64
    var lastUsed: Duration
    /// Ends then whatever happens.
    var ends: Duration?
}

/// Who sent a request.
struct Principal: Sendable, Equatable {
    var accountID: String
    var user: String
    var role: RedfishRole
    var sessionID: String?
    var mustChangePassword = false

    func has(_ privilege: Privilege) -> Bool { role.privileges.contains(privilege) }
}
