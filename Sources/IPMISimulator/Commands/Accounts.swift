// SPDX-License-Identifier: Apache-2.0

extension BMCCore {
    /// How many users there can be; number 1 has no name.
    static let userCount: UInt8 = 10
}

extension CommandTable {
    /// Users (IPMI 2.0 sections 22.26 to 22.31, 24.6 and 24.7).
    static let accounts: [UInt8: Command] = [
        0x43: Command(.administrator, changes: true) { bmc, data, _ throws(CompletionCode) in
            let bits = try data.byte()
            guard BMCCore.isLAN(bits & 0x0F) else { throw .invalidField }
            let number = try data.byte() & 0x3F
            var account = try bmc.account(number)
            let limit = try data.byte() & 0x0F
            guard limit == 0x0F || Privilege(rawValue: limit) != nil else { throw .invalidField }
            account.limit = Privilege(rawValue: limit)
            if bits & 0x80 != 0 {
                account.isCallbackOnly = bits & 0x40 != 0
                account.isLinkEnabled = bits & 0x20 != 0
                account.isMessagingEnabled = bits & 0x10 != 0
            }
            bmc.users[number] = account
            return []
        },
        0x44: Command(.operator) { bmc, data, _ throws(CompletionCode) in
            guard BMCCore.isLAN(try data.byte() & 0x0F) else { throw .invalidField }
            let account = try bmc.account(try data.byte() & 0x3F)
            let enabled = UInt8(bmc.users.values.count { $0.isEnabled })
            let bits: UInt8 =
                (account.isCallbackOnly ? 0x40 : 0) | (account.isLinkEnabled ? 0x20 : 0)
                | (account.isMessagingEnabled ? 0x10 : 0) | (account.limit?.rawValue ?? 0x0F)
            return [BMCCore.userCount, (account.isEnabled ? 0x40 : 0x80) | enabled, 1, bits]
        },
        0x45: Command(.administrator, changes: true) { bmc, data, _ throws(CompletionCode) in
            let number = try data.byte() & 0x3F
            var account = try bmc.account(number)
            guard number != 1 else { throw .invalidField }
            let name = try data.bytes(16).prefix { $0 != 0 }
            let isTaken = bmc.users.contains {
                $0.key != number && !$0.value.name.isEmpty && $0.value.name == Array(name)
            }
            guard !isTaken else { throw .invalidField }
            account.name = Array(name)
            bmc.users[number] = account
            return []
        },
        0x46: Command(.operator) { bmc, data, _ throws(CompletionCode) in
            try bmc.account(try data.byte() & 0x3F).name.padded(to: 16)
        },
        0x47: Command(.administrator, changes: true) { bmc, data, _ throws(CompletionCode) in
            let first = try data.byte()
            let number = first & 0x3F
            var account = try bmc.account(number)
            switch try data.byte() & 0x03 {
            case 0: account.isEnabled = false
            case 1: account.isEnabled = true
            case 2: account.password = try bmc.password(&data, isLong: first & 0x80 != 0)
            default:
                guard try bmc.password(&data, isLong: first & 0x80 != 0) == account.password else {
                    throw .specific(0x80)
                }
            }
            bmc.users[number] = account
            return []
        },
        0x4C: Command(.administrator, changes: true) { bmc, data, _ throws(CompletionCode) in
            guard BMCCore.isLAN(try data.byte() & 0x0F) else { throw .invalidField }
            let number = try data.byte()
            var account = try bmc.account(number & 0x3F)
            let bits = try data.byte() & 0x02
            account.payloads = number & 0xC0 == 0 ? account.payloads | bits : account.payloads & ~bits
            bmc.users[number & 0x3F] = account
            return []
        },
        0x4D: Command(.operator) { bmc, data, _ throws(CompletionCode) in
            guard BMCCore.isLAN(try data.byte() & 0x0F) else { throw .invalidField }
            return [try bmc.account(try data.byte() & 0x3F).payloads, 0, 0, 0]
        },
    ]
}

extension BMCCore {
    fileprivate func account(_ number: UInt8) throws(CompletionCode) -> UserAccount {
        guard (1...Self.userCount).contains(number) else { throw .invalidField }
        return users[number] ?? UserAccount()
    }

    /// 16 or 20 bytes without the zeros at their end.
    fileprivate func password(
        _ data: inout RequestData, isLong: Bool
    ) throws(CompletionCode) -> [UInt8] {
        guard data.remaining == (isLong ? 20 : 16) else { throw .specific(0x81) }
        return Array(data.rest().reversed().drop { $0 == 0 }.reversed())
    }
}
