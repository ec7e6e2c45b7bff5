// SPDX-License-Identifier: GPL-3.0-or-later
import PluginKit

/// What is unsafe or missing in a BMC's set-up, found by reading only.
struct Audit {
    let device: IPMIDevice

    init(_ device: IPMIDevice) {
        self.device = device
    }

    /// One thing an operator should know.
    struct Finding: Encodable, Equatable {
        /// Fixed word, such as `cipher-zero`.
        var id: String
        /// `critical`, `warning` or `info`.
        var severity: String
        var message: String
        /// What mends it.
        var remedy: String
    }

    /// A user that may log in over the network.
    struct User: Encodable, Equatable {
        var id: Int
        var name: String
        var privilege: String
        var enabled: Bool
    }

    struct Report: Encodable {
        var findings: [Finding]
        var users: [User]
        var cipherSuites: [Int]
        var sol: Bool?
        var sessions: Sessions?
    }

    /// The sessions of the BMC: open now, and what became of those that workers left when they died.
    struct Sessions: Encodable, Equatable {
        var open: Int
        var leftOverClosed: Int
        var leftOverLeft: Int
        /// How many there can be; nil when the BMC does not tell.
        var limit: Int?
    }

    /// Asks the BMC.
    func report(_ call: borrowing Call) throws(PluginError) -> Report {
        let conversation = Conversation(device)
        _ = try conversation.current(call)
        var findings: [Finding] = []
        let suites = try cipherSuites(conversation, call)
        findings += Self.judge(cipherSuites: suites, privileges: try cipherPrivileges(conversation, call))
        let privilege = device.configuration.privilege.level
        if let status = try conversation.readIfOffered(
            .getChannelAuthenticationCapabilities(privilege: privilege), call)
        {
            findings += Self.judge(authentication: status)
        }
        let users = try users(conversation, call)
        findings += Self.judge(users: users)
        for user in users where user.enabled {
            call.progress(700, "passwords of \(user.name)")
            if try hasDefaultPassword(user, conversation, call) {
                findings.append(
                    Finding(
                        id: "default-password", severity: "critical",
                        message: "user \(user.id) (\(user.name)) has the password its maker ships",
                        remedy: "set another one: ipmitool user set password \(user.id)"))
            }
        }
        let sol = try conversation.readIfOffered(.getSOLParameter(1), call).map { $0.count >= 2 && $0[1] & 1 != 0 }
        if sol != true {
            findings.append(
                Finding(
                    id: "sol-off", severity: "info", message: "serial over LAN is off: no console",
                    remedy: "ipmitool sol set enabled true"))
        } else if let security = try conversation.readIfOffered(.getSOLParameter(2), call), security.count >= 2,
            security[1] & 0x80 == 0
        {
            findings.append(
                Finding(
                    id: "sol-clear", severity: "warning", message: "serial over LAN does not insist on encryption",
                    remedy: "ipmitool sol set force-encryption true"))
        }
        let sessions = try sessions(conversation, call)
        if let sessions { findings += Self.judge(sessions: sessions) }
        return Report(
            findings: findings, users: users, cipherSuites: suites.map(Int.init), sol: sol, sessions: sessions)
    }

    /// Nil when the BMC does not tell.
    private func sessions(_ channel: Conversation, _ call: borrowing Call) throws(PluginError) -> Sessions? {
        guard let info = try channel.readIfOffered(.getSessionInfo(0), call).flatMap(SessionInfo.init) else {
            return nil
        }
        let leftOvers = device.knowledge.leftOvers
        return Sessions(
            open: info.active, leftOverClosed: leftOvers.closed, leftOverLeft: leftOvers.left,
            limit: info.limit)
    }

    private func cipherSuites(_ channel: Conversation, _ call: borrowing Call) throws(PluginError) -> [UInt8] {
        var records: [UInt8] = []
        for index in 0..<UInt8(64) {
            guard let data = try channel.readIfOffered(.getChannelCipherSuites(index: index), call), data.count > 1
            else { break }
            records += data.dropFirst()
            if data.count < 17 { break }
        }
        return CipherSuite.ids(inRecords: records)
    }

    /// The highest privilege of each suite by id, from LAN parameters 23 and 24; empty when the BMC does not tell.
    private func cipherPrivileges(
        _ channel: Conversation, _ call: borrowing Call
    ) throws(PluginError) -> [UInt8: UInt8] {
        guard let ids = try channel.readIfOffered(.getLANParameter(LANParameter.cipherSuites), call),
            let levels = try channel.readIfOffered(.getLANParameter(LANParameter.cipherPrivileges), call)
        else { return [:] }
        var privileges: [UInt8: UInt8] = [:]
        for (place, id) in ids.dropFirst(2).enumerated() {
            let byte = 2 + place / 2
            guard byte < levels.count else { break }
            privileges[id] = place % 2 == 0 ? levels[byte] & 0x0f : levels[byte] >> 4
        }
        return privileges
    }

    private func users(_ channel: Conversation, _ call: borrowing Call) throws(PluginError) -> [User] {
        guard let first = try channel.readIfOffered(.getUserAccess(1), call), first.count >= 4 else { return [] }
        var users: [User] = []
        for id in 1...max(first[0] & 0x3f, 1) {
            guard let access = try channel.readIfOffered(.getUserAccess(id), call), access.count >= 4 else { continue }
            let name = try channel.readIfOffered(.getUserName(id), call).map(Self.text) ?? ""
            let level = access[3] & 0x0f
            guard (1...5).contains(level), access[3] & 0x10 != 0 || id == 1 else { continue }
            // Bits 7 and 6 of the second byte say whether the user is enabled; 0 where the BMC does not tell.
            let enabled = access[1] >> 6 != 2 && access[3] & 0x10 != 0
            users.append(User(id: Int(id), name: name, privilege: Self.privilege(level), enabled: enabled))
        }
        return users
    }

    private static func text(_ bytes: [UInt8]) -> String {
        String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
    }

    private static func privilege(_ level: UInt8) -> String {
        switch level {
        case 1: "callback"
        case 2: "user"
        case 3: "operator"
        case 4: "administrator"
        default: "oem"
        }
    }

    /// Tries the passwords that makers ship for the user's name, by the command that tests a password.
    private func hasDefaultPassword(
        _ user: User, _ channel: Conversation, _ call: borrowing Call
    ) throws(PluginError) -> Bool {
        for (name, password) in FactoryAccounts.all where name == user.name {
            if try channel.readIfOffered(.testPassword(UInt8(clamping: user.id), password), call) != nil { return true }
        }
        return false
    }
}

/// Accounts as makers ship them, by their public manuals.
enum FactoryAccounts {
    static let all: [(name: String, password: String)] = [
        ("ADMIN", "ADMIN"), ("root", "calvin"), ("USERID", "PASSW0RD"), ("admin", "admin"),
        ("Administrator", "superuser"),
        ("root", "0penBmc"), ("root", "superuser"), ("Administrator", "Admin@9000"), ("root", "Huawei12#$"),
        ("root", "changeme"), ("admin", "password"), ("sysadmin", "superuser"), ("root", "root"), ("", ""),
    ]
}
